from odoo import api, fields, models

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
    long_term = fields.Char(string="Term", compute="_compute_long_term")
    amount = fields.Monetary(string="Open", readonly=True)
    reason = fields.Selection(
        string="Left Out Because", selection=REASONS, readonly=True
    )

    # === COMPUTE METHODS === #

    @api.depends("due_date", "move_id", "debtor_id.debtor_type")
    @api.depends_context("lang")
    def _compute_long_term(self):
        law = self.env["incasso.law"]
        for line in self:
            large = line.partner_id.incasso_large_company
            creditor = line.handover_id.company_id.partner_id
            line.long_term = (
                line.move_id.invoice_date
                and line.due_date
                and law._long_term(
                    line.debtor_id.debtor_type,
                    line.move_id.invoice_date,
                    line.due_date,
                    large and not creditor.incasso_large_company,
                )
            )
