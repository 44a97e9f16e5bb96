{
    "name": "Collections: Portal",
    "summary": "Web pages for the debtor and the creditor of a collection dossier",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "license": "LGPL-3",
    "author": "Incasso NL contributors",
    "website": "https://github.com/incasso-nl/incasso_nl",
    "depends": ["incasso_nl", "portal"],
    "data": [
        "views/portal_templates.xml",
    ],
}
