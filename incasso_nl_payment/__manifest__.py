{
    "name": "Collections: Online Payment",
    "summary": "Pay a collection dossier online with iDEAL | Wero and other methods",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "license": "LGPL-3",
    "author": "Incasso NL contributors",
    "website": "https://github.com/incasso-nl/incasso_nl",
    "depends": ["incasso_nl_portal", "account_payment", "payment_mollie"],
    "data": [
        "security/ir.model.access.csv",
        "security/incasso_payment_rules.xml",
        "data/ir_cron.xml",
        "views/incasso_dossier_views.xml",
        "views/payment_form_templates.xml",
        "views/payment_provider_views.xml",
        "views/payment_templates.xml",
        "views/payment_transaction_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "incasso_nl_portal.assets_dossier": [
            "incasso_nl_payment/static/src/scss/payment.scss",
        ],
    },
    "demo": ["demo/incasso_demo.xml"],
    "post_init_hook": "_post_init",
}
