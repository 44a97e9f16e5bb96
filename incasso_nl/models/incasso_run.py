from odoo import fields, models


class IncassoRun(models.Model):
    """One daily run: what it took on, how far it came, what it set aside."""

    _name = "incasso.run"
    _description = "Daily Run"
    _order = "id desc"

    date = fields.Date(required=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
    started_at = fields.Datetime(required=True, default=fields.Datetime.now)
    ended_at = fields.Datetime()
    state = fields.Selection(
        selection=[("running", "Running"), ("done", "Done"), ("stopped", "Stopped")],
        required=True,
        default="running",
    )
    dossier_count = fields.Integer(string="Dossiers")
    message_count = fields.Integer(string="Messages")
    skipped_count = fields.Integer(string="Skipped Steps")
    error_count = fields.Integer(string="Set Aside")
