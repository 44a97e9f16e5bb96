from odoo import fields, models

from .incasso_dry_run import VERDICTS


class IncassoDryRunLine(models.TransientModel):
    """One message, or one step without a message, that the daily run would make."""

    _name = "incasso.dry.run.line"
    _description = "Dry Run Line"
    _order = "id"

    dry_run_id = fields.Many2one(
        comodel_name="incasso.dry.run", required=True, index=True, ondelete="cascade"
    )
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, ondelete="cascade"
    )
    debtor_id = fields.Many2one(related="dossier_id.debtor_id")
    creditor_id = fields.Many2one(related="dossier_id.creditor_id")
    currency_id = fields.Many2one(related="dossier_id.currency_id")
    step_id = fields.Many2one(comodel_name="incasso.flow.step", ondelete="cascade")
    verdict = fields.Selection(string="What Happens", selection=VERDICTS, required=True)
    reason = fields.Char(string="Why")
    recipient_id = fields.Many2one(comodel_name="res.partner", ondelete="cascade")
    channel = fields.Selection(selection=[("email", "E-mail"), ("post", "Letter")])
    principal = fields.Monetary()
    interest = fields.Monetary()
    costs = fields.Monetary(
        help="Collection costs charged before and those charged with this message."
    )
    announced_costs = fields.Monetary(
        help="What a notice says will be owed if its term runs out unpaid."
    )
    amount = fields.Monetary(string="Total")

    # === ACTION METHODS === #

    def action_open_dossier(self):
        """Open the dossier that a line is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "incasso.dossier",
            "res_id": self.dossier_id.id,
            "view_mode": "form",
        }
