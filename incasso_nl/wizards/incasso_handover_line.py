from odoo import fields, models

# Why an invoice is not handed over.
REASONS = [
    ("paid", "Paid"),
    ("in_payment", "A payment is on its way"),
    ("credit_note", "Credit note"),
    ("not_sale", "Not a customer invoice"),
    ("draft", "Not posted"),
    ("disputed", "Disputed (blocked)"),
    ("not_due", "Not overdue yet"),
    ("in_dossier", "In a running dossier already"),
    ("no_followup", "Not to be followed up"),
    ("unreachable", "No address and no e-mail"),
    ("currency", "In another currency"),
]


class IncassoHandoverLine(models.TransientModel):
    _name = "incasso.handover.line"
    _description = "Invoice to Hand Over"
    _order = "due_date, id"

    handover_id = fields.Many2one(
        comodel_name="incasso.handover", required=True, index=True, ondelete="cascade"
    )
    debtor_id = fields.Many2one(
        comodel_name="incasso.handover.debtor",
        index="btree_not_null",
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="handover_id.currency_id")
    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", readonly=True
    )
    move_id = fields.Many2one(
        string="Invoice", comodel_name="account.move", required=True, readonly=True
    )
    move_line_id = fields.Many2one(
        string="Journal Item", comodel_name="account.move.line", readonly=True
    )
    due_date = fields.Date(readonly=True)
    days_overdue = fields.Integer(readonly=True)
    amount = fields.Monetary(string="Open", readonly=True)
    reason = fields.Selection(
        string="Left Out Because", selection=REASONS, readonly=True
    )
