from odoo import api, fields, models


class IncassoBalance(models.TransientModel):
    """What a dossier came, or will come, to on a day; every amount with its
    explanation."""

    _name = "incasso.balance"
    _description = "Balance on a Day"

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, readonly=True
    )
    date = fields.Date(
        string="Balance At",
        help="What is owed at the end of this day, in the past or to come.",
        required=True,
        default=fields.Date.context_today,
    )
    sheet = fields.Html(compute="_compute_sheet", sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends("dossier_id", "date")
    @api.depends_context("lang")
    def _compute_sheet(self):
        for wizard in self:
            wizard.sheet = (
                wizard.dossier_id._render_balance(wizard.date) if wizard.date else False
            )
