from odoo import fields, models

HOLD_KINDS = [
    ("dispute", "Dispute"),
    ("arrangement", "Arrangement"),
    ("promise", "Promise to pay"),
    ("payment_transit", "Payment in transit"),
    ("payment_proof", "Proof of payment to check"),
    ("debt_aid", "Debt aid"),
    ("bankruptcy", "Bankruptcy"),
    ("address_unknown", "Address unknown"),
    ("awaiting_creditor", "Awaiting the creditor"),
    ("manual", "Manual"),
]


class IncassoHold(models.Model):
    _name = "incasso.hold"
    _description = "Hold"
    _order = "start_date desc, id desc"
    _check_company_auto = True

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, index=True, precompute=True
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index=True, precompute=True
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(selection=HOLD_KINDS, required=True)
    reason = fields.Char(help="In a few words, for whoever opens the dossier.")
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date(
        help="The last day on which the flow stands still. Empty: until somebody ends "
        "it."
    )
    claim_ids = fields.Many2many(
        string="Only for",
        help="Empty: the whole dossier stands still. Otherwise only these claims; "
        "the rest goes on without them.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id)]",
    )
    debt_aid_id = fields.Many2one(
        comodel_name="incasso.debt.aid", index="btree_not_null", ondelete="cascade"
    )
    state = fields.Selection(
        selection=[("active", "Active"), ("ended", "Ended")],
        required=True,
        default="active",
        index=True,
        copy=False,
    )
    user_id = fields.Many2one(
        string="Set by",
        comodel_name="res.users",
        required=True,
        default=lambda self: self.env.user,
    )

    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A hold cannot end before it starts.",
    )
