{
    "name": "Collections (Incasso)",
    "summary": "Debt collection by Dutch law: dossiers, letters, interest, costs, books",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "license": "LGPL-3",
    "author": "Incasso NL contributors",
    "website": "https://github.com/incasso-nl/incasso_nl",
    "application": True,
    "depends": [
        "account",
        "account_qr_code_sepa",
        "base_iban",
        "base_vat",
        "l10n_nl",
        "mail",
        "phone_validation",
        "resource",
    ],
    "external_dependencies": {
        "python": ["weasyprint", "qrcode", "python-stdnum"],
    },
    "data": [
        # First what the other files refer to: groups, then rights.
        "security/incasso_groups.xml",
        "security/ir.model.access.csv",
        "security/incasso_rules.xml",
        "data/ir_sequence.xml",
        "views/incasso_menus.xml",
    ],
    "demo": [],
    "post_init_hook": "_post_init",
}
