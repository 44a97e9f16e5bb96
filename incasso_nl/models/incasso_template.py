from odoo import fields, models

TEMPLATE_KINDS = [
    ("reminder", "Reminder"),
    ("notice", "Notice of costs (14-dagenbrief)"),
    ("demand", "Demand"),
    ("final_demand", "Final demand"),
    ("confirmation", "Confirmation"),
    ("thanks", "Thank-you"),
    ("information", "Information"),
]


class IncassoTemplate(models.Model):
    """The text of a message, as letter and as e-mail, in each language."""

    _name = "incasso.template"
    _description = "Message Template"
    _inherit = ["mail.thread"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(selection=TEMPLATE_KINDS, required=True, tracking=True)
    state = fields.Selection(
        help="Only an active template is sent. It becomes active when nothing "
        "compulsory is missing.",
        selection=[("draft", "Draft"), ("active", "Active")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    subject = fields.Char(required=True, translate=True)
    body = fields.Html(
        string="Letter",
        help="QWeb: merge fields are written as <t t-out=\"dossier.name\"/>.",
        translate=True,
        sanitize=False,
        required=True,
    )
    email_body = fields.Html(
        string="E-mail",
        help="What the e-mail itself says; the letter goes with it as a PDF.",
        translate=True,
        sanitize=False,
    )
