from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    incasso_link_days = fields.Integer(
        string="Links in E-Mail Work For",
        help="Days. After that whoever opens the e-mail needs the code of a letter.",
        default=30,
        required=True,
    )
    incasso_link_sure_days = fields.Integer(
        string="Without a Question For",
        help="Days during which a link opens the dossier at once. After that it asks "
        "for the postcode and house number, or the birth date: e-mails lie around for "
        "a long time.",
        default=7,
        required=True,
    )

    _incasso_link_days_positive = models.Constraint(
        "CHECK (incasso_link_days > 0 AND incasso_link_sure_days >= 0)",
        "Links in e-mail work for at least one day.",
    )
