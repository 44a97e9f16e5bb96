from odoo import fields, models

PHASES = [
    ("reminder", "Own reminders"),
    ("amicable", "Amicable"),
    ("court", "Court"),
    ("enforcement", "Enforcement"),
]
CLOSE_REASONS = [
    ("paid", "Paid"),
    ("credited", "Credited"),
    ("written_off", "Written off"),
    ("withdrawn", "Withdrawn by the creditor"),
    ("prescribed", "Prescribed"),
    ("debt_aid", "Debt aid"),
    ("bankrupt", "Bankrupt"),
    ("untraceable", "Debtor cannot be found"),
    ("deceased", "Deceased without estate"),
    ("merged", "Merged into another dossier"),
]
DEBTOR_TYPES = [
    ("consumer", "Consumer"),
    ("business", "Business"),
    ("government", "Government"),
]


class IncassoDossier(models.Model):
    _name = "incasso.dossier"
    _description = "Collection Dossier"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "next_action_date, id"
    _check_company_auto = True
    _rec_names_search = ["name", "payment_reference", "debtor_id.name"]

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default="/"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    creditor_id = fields.Many2one(
        string="Creditor",
        help="Who is owed the money: the company itself, or a client of the agency.",
        comodel_name="res.partner",
        required=True,
        index=True,
        check_company=True,
        default=lambda self: self.env.company.partner_id,
    )
    debtor_id = fields.Many2one(
        string="Debtor",
        comodel_name="res.partner",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    is_third_party = fields.Boolean(
        string="For Another Creditor",
        help="The claims are not in this company's own ledger; what comes in is trust "
        "money.",
        compute="_compute_is_third_party",
        store=True,
    )
    debtor_type = fields.Selection(
        selection=DEBTOR_TYPES,
        help="Decides which interest, which costs and which letters the law allows. "
        "Taken from the debtor when the dossier is opened.",
        compute="_compute_debtor_type",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        tracking=True,
    )
    natural_person = fields.Boolean(
        string="Natural Person Behind It",
        help="Consumers, sole traders and partners of a vof or maatschap: the conduct "
        "rules of the Wki protect them.",
        compute="_compute_natural_person",
        store=True,
        readonly=False,
        precompute=True,
    )
    handler_id = fields.Many2one(
        comodel_name="res.users",
        index="btree_not_null",
        tracking=True,
        default=lambda self: self.env.user,
    )
    creditor_reference = fields.Char(help="The creditor's own reference.")
    payment_reference = fields.Char(
        help="Payment reference of 16 digits (betalingskenmerk) with check digit.",
        readonly=True,
        copy=False,
    )

    # Where it stands
    phase = fields.Selection(
        selection=PHASES,
        required=True,
        default="amicable",
        index=True,
        tracking=True,
        group_expand=True,
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        index=True,
        copy=False,
        tracking=True,
    )
    open_date = fields.Date(required=True, default=fields.Date.context_today)
    close_date = fields.Date(readonly=True, copy=False)
    close_reason = fields.Selection(
        selection=CLOSE_REASONS, readonly=True, copy=False, tracking=True
    )

    # Flow
    flow_id = fields.Many2one(
        comodel_name="incasso.flow", index="btree_not_null", tracking=True, copy=False
    )
    step_id = fields.Many2one(
        string="Last Step",
        comodel_name="incasso.flow.step",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    next_step_id = fields.Many2one(
        comodel_name="incasso.flow.step",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    last_action_date = fields.Date(readonly=True, copy=False)
    next_action_date = fields.Date(
        help="The day on which the daily run takes the next step.",
        copy=False,
    )
    is_held = fields.Boolean(
        string="Held",
        help="A hold stops the flow of the whole dossier.",
        compute="_compute_is_held",
        store=True,
    )
    run_error = fields.Text(
        string="Set Aside",
        help="Why the daily run set this dossier aside for a person.",
        readonly=True,
        copy=False,
    )

    # Amounts: the sums of the ledger, kept by the ledger itself
    principal_open = fields.Monetary(readonly=True, copy=False)
    interest_open = fields.Monetary(string="Booked Interest", readonly=True, copy=False)
    costs_open = fields.Monetary(readonly=True, copy=False)
    balance = fields.Monetary(
        string="Booked Balance",
        help="Principal, interest and costs booked so far, less what was paid, "
        "credited and waived.",
        readonly=True,
        copy=False,
    )
    interest_today = fields.Monetary(compute="_compute_today")
    balance_today = fields.Monetary(
        string="Balance Today",
        help="The balance with interest up to and including today.",
        compute="_compute_today",
    )
    interest_claimed_date = fields.Date(
        string="Interest Claimed Since",
        help="The day of the first message that asks for interest. A payment with an "
        "earlier value date is not charged interest.",
        readonly=True,
        copy=False,
    )
    limitation_date = fields.Date(
        help="The last day on which the first of the open claims can be interrupted.",
        compute="_compute_limitation_date",
        store=True,
    )

    claim_ids = fields.One2many(
        comodel_name="incasso.claim", inverse_name="dossier_id"
    )
    entry_ids = fields.One2many(
        string="Ledger", comodel_name="incasso.entry", inverse_name="dossier_id"
    )
    outbox_ids = fields.One2many(
        string="Messages", comodel_name="incasso.message", inverse_name="dossier_id"
    )
    receipt_ids = fields.One2many(
        comodel_name="incasso.receipt", inverse_name="dossier_id"
    )
    hold_ids = fields.One2many(comodel_name="incasso.hold", inverse_name="dossier_id")
    event_ids = fields.One2many(
        string="Timeline", comodel_name="incasso.event", inverse_name="dossier_id"
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'",
        "This dossier number is taken already.",
    )
    _payment_reference_uniq = models.UniqueIndex(
        "(payment_reference) WHERE payment_reference IS NOT NULL",
        "This payment reference is taken already.",
    )
    _due_idx = models.Index(
        "(next_action_date, id) WHERE state = 'open' AND is_held IS NOT TRUE "
        "AND run_error IS NULL"
    )
    _party_idx = models.Index("(debtor_id, creditor_id) WHERE state = 'open'")
