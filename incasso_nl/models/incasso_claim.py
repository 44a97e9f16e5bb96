from odoo import fields, models

INTEREST_KINDS = [
    ("6:119", "Statutory (6:119 BW)"),
    ("6:119a", "Commercial (6:119a BW)"),
    ("6:119b", "Commercial, government debtor (6:119b BW)"),
    ("agreed", "Agreed rate"),
    ("none", "No interest"),
]
COST_RULES = [
    ("scale", "Statutory scale"),
    ("terms", "Creditor's terms"),
    ("none", "No costs"),
]
CLAIM_KINDS = [
    ("service", "Service or other contract (3:307 BW)"),
    ("consumer-purchase", "Consumer purchase (7:28 BW)"),
    ("periodic", "Rent, subscription or other periodic term (3:308 BW)"),
    ("damages", "Damages (3:310 BW)"),
    ("judgment", "Judgment (3:324 BW)"),
]


class IncassoClaim(models.Model):
    _name = "incasso.claim"
    _description = "Claim"
    _order = "due_date, id"
    _check_company_auto = True

    name = fields.Char(string="Invoice Number", required=True)
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="restrict"
    )
    # Stored on the claim itself: record rules and searches stay simple and fast.
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, index=True, precompute=True
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index=True, precompute=True
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        help="An open claim is part of a dossier that runs; the same journal item "
        "cannot be in two of them.",
        selection=[("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        copy=False,
    )

    # What it is
    kind = fields.Selection(
        help="Decides after how many years the claim lapses.",
        selection=CLAIM_KINDS,
        required=True,
        default="service",
    )
    description = fields.Char(
        string="What For",
        help="What was delivered or done: the ground of the claim, shown to the "
        "debtor.",
    )
    move_line_id = fields.Many2one(
        string="Journal Item",
        help="The receivable line of the company's own invoice.",
        comodel_name="account.move.line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    move_id = fields.Many2one(
        string="Invoice",
        related="move_line_id.move_id",
        store=True,
        index="btree_not_null",
    )
    invoice_date = fields.Date(required=True)
    due_date = fields.Date(
        help="The last day of the agreed term; interest runs from the day after.",
        required=True,
    )
    amount = fields.Monetary(
        string="Principal", help="What was open at hand-over.", required=True
    )
    invoice_amount = fields.Monetary(help="What the invoice came to in all.")
    recurring_contract = fields.Char(
        help="Contract of which this claim is one instalment. For recurring "
        "instalments a consumer owes lower costs (cumulation rule)."
    )

    # What comes on top
    interest_kind = fields.Selection(
        selection=INTEREST_KINDS,
        compute="_compute_interest_kind",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    interest_percentage = fields.Float(
        string="Agreed Interest (%)", digits=(6, 3), help="For an agreed rate only."
    )
    interest_per = fields.Selection(
        selection=[("year", "Per year"), ("month", "Per month")], default="year"
    )
    interest_compound = fields.Boolean(string="Interest on Interest")
    interest_stop_date = fields.Date(
        help="From this day no interest runs (bankruptcy, WSNP)."
    )
    cost_rule = fields.Selection(
        selection=COST_RULES, required=True, default="scale"
    )
    cost_percentage = fields.Float(string="Costs by the Terms (%)", digits=(6, 3))
    cost_minimum = fields.Monetary(string="Least Costs by the Terms")

    # The notice of costs that covers this claim (art. 6:96 lid 6 BW)
    notice_id = fields.Many2one(
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    costs_due_from = fields.Date(
        help="The first day on which costs may be charged for this claim.",
        readonly=True,
        copy=False,
    )

    # The ledger's sums for this claim
    principal_open = fields.Monetary(readonly=True, copy=False)
    interest_open = fields.Monetary(string="Booked Interest", readonly=True, copy=False)
    limitation_date = fields.Date(
        help="The last day on which the limitation can be interrupted.",
        compute="_compute_limitation_date",
        store=True,
    )
    is_disputed = fields.Boolean(compute="_compute_is_disputed", store=True)
    entry_ids = fields.One2many(
        comodel_name="incasso.entry", inverse_name="claim_id"
    )

    _open_line_uniq = models.UniqueIndex(
        "(move_line_id) WHERE state = 'open' AND move_line_id IS NOT NULL",
        "This invoice is in a running dossier already.",
    )
    _third_party_number_uniq = models.UniqueIndex(
        "(creditor_id, debtor_id, name) WHERE state = 'open' AND move_line_id IS NULL",
        "This creditor's invoice is in a running dossier of this debtor already.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The principal of a claim is more than zero."
    )
    _due_after_invoice = models.Constraint(
        "CHECK (due_date >= invoice_date)",
        "A claim cannot be due before its invoice date.",
    )
