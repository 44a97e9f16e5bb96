from odoo import fields, models


class IncassoReceipt(models.Model):
    """Money that came in for a dossier, and what it paid."""

    _name = "incasso.receipt"
    _description = "Receipt"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    dossier_id = fields.Many2one(
        help="Empty as long as it is not known whose money it is.",
        comodel_name="incasso.dossier",
        index="btree_not_null",
        check_company=True,
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index="btree_not_null"
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index="btree_not_null"
    )
    date = fields.Date(
        string="Value Date",
        help="The day the money was credited: it pays as of this day.",
        required=True,
        default=fields.Date.context_today,
    )
    amount = fields.Monetary(required=True)
    memo = fields.Char()
    kind = fields.Selection(
        selection=[
            ("bank", "Bank statement line"),
            ("payment", "Payment"),
            ("direct", "Paid to the creditor"),
            ("credit_note", "Credit note"),
        ],
        required=True,
    )
    state = fields.Selection(
        selection=[
            ("unmatched", "Unmatched"),
            ("proposed", "Proposed"),
            ("allocated", "Allocated"),
            ("reversed", "Reversed"),
        ],
        required=True,
        default="unmatched",
        tracking=True,
        copy=False,
    )
    confidence = fields.Integer(
        help="How sure the match is, in percent.", readonly=True, copy=False
    )
    match_reason = fields.Char(readonly=True, copy=False)
    statement_line_id = fields.Many2one(
        comodel_name="account.bank.statement.line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    payment_id = fields.Many2one(
        comodel_name="account.payment",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    source_line_id = fields.Many2one(
        string="Journal Item",
        help="The credit on the receivable account that this receipt is about.",
        comodel_name="account.move.line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    move_id = fields.Many2one(
        string="Journal Entry",
        help="Books the costs and interest that this receipt paid as income.",
        comodel_name="account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    entry_ids = fields.One2many(
        string="Allocation", comodel_name="incasso.entry", inverse_name="receipt_id"
    )
    costs = fields.Monetary(compute="_compute_allocated", store=True)
    interest = fields.Monetary(compute="_compute_allocated", store=True)
    principal = fields.Monetary(compute="_compute_allocated", store=True)
    surplus = fields.Monetary(
        help="More than was owed: kept to be refunded.",
        compute="_compute_allocated",
        store=True,
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A receipt is more than zero."
    )
    _source_once = models.UniqueIndex(
        "(source_line_id) WHERE source_line_id IS NOT NULL AND state != 'reversed'",
        "This journal item is a receipt already.",
    )
    _statement_line_once = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL "
        "AND state != 'reversed'",
        "This bank line is a receipt already.",
    )
