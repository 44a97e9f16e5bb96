from odoo import fields, models


class IncassoReopen(models.TransientModel):
    """Open closed dossiers again, with a reason for the time line."""

    _name = "incasso.reopen"
    _description = "Reopen Dossiers"

    dossier_ids = fields.Many2many(
        string="Dossiers", comodel_name="incasso.dossier", required=True, readonly=True
    )
    reason = fields.Char(required=True)

    # === ACTION METHODS === #

    def action_reopen(self):
        """Reopen the dossiers."""
        self.ensure_one()
        self.dossier_ids.filtered(lambda d: d.state == "closed")._reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
