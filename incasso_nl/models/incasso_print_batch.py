from odoo import fields, models


class IncassoPrintBatch(models.Model):
    """Letters of one print run as a single PDF, sorted for the folding machine."""

    _name = "incasso.print.batch"
    _description = "Print Batch"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, default="/")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        selection=[("ready", "To print"), ("posted", "Posted")],
        required=True,
        default="ready",
    )
    posted_date = fields.Date(readonly=True)
    letter_ids = fields.One2many(
        comodel_name="incasso.message", inverse_name="print_batch_id"
    )
    letter_count = fields.Integer(compute="_compute_letter_count")
    pdf = fields.Binary(attachment=True, readonly=True)
