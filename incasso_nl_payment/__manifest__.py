{
    "name": "Collections: Online Payment",
    "summary": "Pay a collection dossier online with iDEAL | Wero and other methods",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "license": "LGPL-3",
    "author": "Incasso NL contributors",
    "website": "https://github.com/incasso-nl/incasso_nl",
    "depends": ["incasso_nl_portal", "account_payment"],
    "data": [],
}
