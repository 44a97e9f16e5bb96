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
        "security/ir.model.access.csv",
        "security/incasso_access_rules.xml",
        "data/incasso_template_data.xml",
        "views/incasso_access_views.xml",
        "views/portal_templates.xml",
        # The pages of a debtor: what they are made of first.
        "views/form_templates.xml",
        "views/layout_templates.xml",
        "views/entry_templates.xml",
        "views/arrangement_templates.xml",
        "views/dispute_templates.xml",
        "views/messages_templates.xml",
        "views/contact_templates.xml",
        "views/help_templates.xml",
        "views/dossier_templates.xml",
    ],
    "assets": {
        "incasso_nl_portal.assets_dossier": [
            "incasso_nl_portal/static/src/scss/dossier.scss",
        ],
    },
    "post_init_hook": "_post_init",
}
