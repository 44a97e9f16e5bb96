from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..law.limitation import WARNING_DAYS
from ..law.references import make_kenmerk
from ..report.letter_check import ASKING
from .database import leave_room, write_rows

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
# What becomes of the principal that is left when a dossier closes: nothing but a few
# cents, written off as irrecoverable, or back with the creditor.
CLOSE_SETTLED = ("paid", "credited")
CLOSE_RELEASED = ("withdrawn", "merged")
RETENTION_YEARS = 7
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

    def _default_handler_id(self):
        # A dossier that a scheduled job opens has no handler until it is given one.
        return self.env.user if self.env.uid != api.SUPERUSER_ID else False

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
        help="Who is owed the money: the company itself, or a client of the agency.",
        comodel_name="res.partner",
        required=True,
        index=True,
        check_company=True,
        default=lambda self: self.env.company.partner_id,
    )
    debtor_id = fields.Many2one(
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
        default=lambda self: self._default_handler_id(),
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
        tracking=True,
        group_expand=True,
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        copy=False,
        tracking=True,
    )
    open_date = fields.Date(required=True, default=fields.Date.context_today)
    close_date = fields.Date(readonly=True, copy=False)
    close_reason = fields.Selection(
        selection=CLOSE_REASONS, readonly=True, copy=False, tracking=True
    )
    retention_date = fields.Date(
        string="Keep Until",
        help="Financial records are kept for seven full financial years after closing "
        "(art. 52 AWR, art. 2:10 BW).",
        readonly=True,
        copy=False,
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
    )
    next_step_id = fields.Many2one(
        comodel_name="incasso.flow.step",
        readonly=True,
        copy=False,
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
    held_since = fields.Date(
        help="First day of the holds that stop this dossier now.",
        readonly=True,
        copy=False,
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

    limitation_warned_date = fields.Date(
        help="The limitation date of which the handler was warned.",
        readonly=True,
        copy=False,
    )
    limitation_soon = fields.Boolean(
        string="Limitation Is Near",
        compute="_compute_limitation_soon",
        search="_search_limitation_soon",
    )
    hold_summary = fields.Char(compute="_compute_hold_summary")
    claim_count = fields.Integer(compute="_compute_claim_count")

    claim_ids = fields.One2many(comodel_name="incasso.claim", inverse_name="dossier_id")
    entry_ids = fields.One2many(
        string="Ledger", comodel_name="incasso.entry", inverse_name="dossier_id"
    )
    outbox_ids = fields.One2many(
        comodel_name="incasso.message", inverse_name="dossier_id"
    )
    receipt_ids = fields.One2many(
        comodel_name="incasso.receipt", inverse_name="dossier_id"
    )
    hold_ids = fields.One2many(comodel_name="incasso.hold", inverse_name="dossier_id")
    interruption_ids = fields.One2many(
        string="Interruptions of Limitation",
        comodel_name="incasso.interruption",
        inverse_name="dossier_id",
    )
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
    _aside_idx = models.Index("(id) WHERE run_error IS NOT NULL AND state = 'open'")
    _party_idx = models.Index("(debtor_id, creditor_id) WHERE state = 'open'")
    # The daily run writes every dossier it takes, and so every index on them: none on
    # the steps, on which nobody searches among all dossiers.
    _phase_idx = models.Index("(phase) WHERE state = 'open'")
    _closed_with_reason = models.Constraint(
        "CHECK ((state = 'closed') ="
        " (close_date IS NOT NULL AND close_reason IS NOT NULL))",
        "A dossier is closed on a day and for a reason.",
    )
    _closed_owes_nothing = models.Constraint(
        "CHECK (state = 'open' OR COALESCE(balance, 0) = 0)",
        "A closed dossier owes nothing: reopen it first.",
    )
    _creditor_not_debtor = models.Constraint(
        "CHECK (creditor_id != debtor_id)", "Nobody owes money to themselves."
    )

    def init(self):
        """Every entry changes its balance, every step its place on the ladder."""
        leave_room(self.env.cr, self._table)

    # === COMPUTE METHODS === #

    @api.depends("creditor_id", "company_id.partner_id")
    def _compute_is_third_party(self):
        for dossier in self:
            dossier.is_third_party = (
                dossier.creditor_id != dossier.company_id.partner_id
            )

    @api.depends("debtor_id")
    def _compute_debtor_type(self):
        # Taken when the dossier is opened: a later change of the contact is a decision
        # to be made for each dossier.
        for dossier in self:
            dossier.debtor_type = dossier.debtor_id.incasso_debtor_type or "consumer"

    @api.depends("debtor_id", "debtor_type")
    def _compute_natural_person(self):
        for dossier in self:
            dossier.natural_person = dossier.debtor_type == "consumer" or (
                dossier.debtor_type == "business"
                and dossier.debtor_id.incasso_natural_person
            )

    @api.depends("hold_ids.state", "hold_ids.claim_ids", "claim_ids.state")
    def _compute_is_held(self):
        for dossier in self:
            holds = dossier.hold_ids.filtered(lambda hold: hold.state == "active")
            claims = dossier.claim_ids.filtered(lambda claim: claim.state == "open")
            dossier.is_held = dossier.state == "open" and bool(
                holds.filtered(lambda hold: not hold.claim_ids)
                or (claims and not claims - holds.claim_ids)
            )

    @api.depends("balance", "claim_ids.principal_open", "state")
    def _compute_today(self):
        balances = self._balances(fields.Date.context_today(self))
        for dossier in self:
            found = balances.get(dossier._origin.id)
            dossier.interest_today = float(found.interest) if found else 0.0
            dossier.balance_today = float(found.total) if found else 0.0

    @api.depends("claim_ids.limitation_date", "claim_ids.state")
    def _compute_limitation_date(self):
        for dossier in self:
            dates = dossier.claim_ids.filtered(
                lambda claim: claim.state == "open" and claim.limitation_date
            ).mapped("limitation_date")
            dossier.limitation_date = min(dates, default=False)

    @api.depends("limitation_date", "state")
    def _compute_limitation_soon(self):
        warn_from = fields.Date.context_today(self) + timedelta(days=WARNING_DAYS)
        for dossier in self:
            dossier.limitation_soon = (
                dossier.state == "open"
                and dossier.limitation_date
                and dossier.limitation_date <= warn_from
            )

    def _search_limitation_soon(self, operator, value):
        if operator != "in":
            return NotImplemented
        warn_from = fields.Date.context_today(self) + timedelta(days=WARNING_DAYS)
        near = Domain("state", "=", "open") & Domain("limitation_date", "<=", warn_from)
        return near if True in value else ~near

    @api.depends(
        "hold_ids.state", "hold_ids.reason", "hold_ids.claim_ids", "held_since"
    )
    @api.depends_context("lang")
    def _compute_hold_summary(self):
        for dossier in self:
            holds = dossier.hold_ids.filtered(lambda hold: hold.state == "active")
            summaries = "; ".join(hold._summary() for hold in holds)
            since = dossier.is_held and dossier.held_since
            if since:
                summaries = self.env._(
                    "since %(day)s. %(holds)s",
                    day=format_date(self.env, since),
                    holds=summaries,
                )
            dossier.hold_summary = summaries

    @api.depends("claim_ids")
    def _compute_claim_count(self):
        counts = dict(
            self.env["incasso.claim"]._read_group(
                [("dossier_id", "in", self.ids), ("state", "=", "open")],
                ["dossier_id"],
                ["__count"],
            )
        )
        for dossier in self:
            dossier.claim_count = counts.get(dossier._origin, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail` to number the dossiers, a series for each company and
        year, to give each a payment reference of its own, and to start their flow."""
        vals_list = [dict(vals) for vals in vals_list]
        self._fill_numbers(vals_list)
        flows = [vals.pop("flow_id", None) for vals in vals_list]
        dossiers = super().create(vals_list)
        for dossier in dossiers:
            number = f"{dossier.open_date.year}{dossier.id:011}"
            dossier.payment_reference = make_kenmerk(number).reference
        dossiers._log("opened", self.env._("Dossier opened."))
        dossiers._start_flows(flows)
        self.env["incasso.debt.aid"]._hold_dossiers(dossiers)
        return dossiers

    def write(self, vals):
        """Override of `mail` to keep what the ledger was built on.

        :raise UserError: the state is changed past closing and reopening, or the
            parties are, once there are claims
        """
        if vals.keys() & {"state", "close_date", "close_reason"}:
            raise UserError(self.env._("Close or reopen the dossier instead."))
        if vals.keys() & {"company_id", "creditor_id", "debtor_id"}:
            self._check_parties_fixed(vals)
        return super().write(vals)

    def _write_state(self, vals):
        """Close or open again: past our own `write`, which refuses this to others."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A dossier is never deleted: close it as withdrawn by the creditor."
            )
        )

    def _check_parties_fixed(self, vals):
        for dossier in self.filtered("claim_ids"):
            for name in ("company_id", "creditor_id", "debtor_id"):
                if name in vals and dossier[name].id != vals[name]:
                    raise UserError(
                        self.env._(
                            "Dossier %s has claims already: its company, creditor and "
                            "debtor stay as they are. Open another dossier.",
                            dossier.name,
                        )
                    )

    # === ACTION METHODS === #

    def _action_wizard(self, model, name):
        """Open a wizard about these dossiers."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_dossier_ids": [Command.set(self.ids)]},
        }

    def action_hold(self):
        """Stop the flow of these dossiers."""
        return self._action_wizard("incasso.set.hold", self.env._("Hold"))

    def action_close(self):
        """Close these dossiers."""
        return self._action_wizard("incasso.close", self.env._("Close"))

    def action_reopen(self):
        """Open these dossiers again."""
        return self._action_wizard("incasso.reopen", self.env._("Reopen"))

    def action_balance(self):
        """What this dossier comes to on a day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Balance of %s", self.name),
            "res_model": "incasso.balance",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dossier_id": self.id, "dialog_size": "large"},
        }

    def action_creditor_notice(self):
        """Record the notice of costs that the creditor sent by itself."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Notice by the Creditor"),
            "res_model": "incasso.creditor.notice",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dossier_id": self.id},
        }

    def action_claims(self):
        """Show the claims of these dossiers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.incasso_claim_action"
        )
        action["domain"] = [("dossier_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_invoices(self):
        """Show the invoices that are claims in these dossiers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.claim_ids.move_id.ids)]
        action["context"] = {"create": False, "default_move_type": "out_invoice"}
        return action

    # === BUSINESS METHODS - OPENING === #

    @api.model
    def _open(self, vals_list):
        """Open dossiers and start their flow.

        :param vals_list: values of dossiers, with their claims as commands in
            `claim_ids`. `flow_id` where the flow is not the one they get by
            themselves; False for a dossier without a flow.
        :return: the dossiers, in the same order
        """
        return self.create(vals_list)

    def _start_flows(self, flows):
        """Start a flow for each dossier that has claims.

        :param flows: for each dossier the id of a flow, None for the one that fits, or
            False for none
        """
        by_flow = defaultdict(self.browse)
        for dossier, flow in zip(self, flows, strict=True):
            if dossier.claim_ids and flow is not False:
                by_flow[flow] += dossier
        for flow, dossiers in by_flow.items():
            dossiers._start_flow(flow and self.env["incasso.flow"].browse(flow))

    @api.model
    def _fill_numbers(self, vals_list):
        """Put a number into the values that have none, one draw for each company and
        year."""
        wanted = defaultdict(list)
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                day = fields.Date.to_date(vals.get("open_date"))
                day = day or fields.Date.context_today(self)
                wanted[company, day.replace(month=1, day=1)].append(vals)
        for (company, day), group in wanted.items():
            numbers = self.env["ir.sequence"]._incasso_draw(
                "incasso.dossier",
                self.env["res.company"].browse(company),
                day,
                len(group),
            )
            for vals, number in zip(group, numbers, strict=True):
                vals["name"] = number

    # === BUSINESS METHODS - CLOSING === #

    def _close(self, reason, on_date=None, write_off=None):
        """Close dossiers: what is left is waived, written off or given back.

        Interest that was claimed is booked up to the day first, so that the ledger
        shows what was given up. Claims are released, holds ended, unsent messages
        withdrawn.

        :param str reason: a key of `CLOSE_REASONS`
        :param date on_date: default today
        :param bool write_off: whether the principal that is left is written off in the
            books too; by default for the reasons that mean it cannot be recovered
        :return: the events of the closing
        :raise UserError: it is closed already, or for `paid` and `credited` more is
            left than the company's tolerance
        """
        on_date = on_date or fields.Date.context_today(self)
        if reason in CLOSE_SETTLED:
            self._check_settled(reason, on_date)
        if write_off is None:
            write_off = reason not in CLOSE_RELEASED
        for dossier in self:
            if dossier.state == "closed":
                raise UserError(
                    self.env._("Dossier %s is closed already.", dossier.name)
                )
        self._prepare_closing(reason)
        self._book_interest(on_date)
        events = self._log(
            "closed",
            self.env._(
                "Closed: %s.",
                dict(self._fields["close_reason"]._description_selection(self.env))[
                    reason
                ],
            ),
        )
        entries = self._book_closing(events, on_date, write_off)
        claims = self.claim_ids.filtered(lambda claim: claim.state == "open")
        claims._close(events, on_date)
        for dossier in self:
            dossier._write_state(
                {
                    "state": "closed",
                    "close_date": on_date,
                    "close_reason": reason,
                    "retention_date": dossier._retention_date(on_date),
                    # Its step is kept, for when it is reopened.
                    "next_action_date": False,
                    "run_error": False,
                }
            )
        self.hold_ids._drop(on_date)
        self._withdraw_messages(self.env._("The dossier was closed."))
        written_off = entries.filtered(lambda entry: entry.kind == "write_off")
        if written_off:
            self._post_write_off(written_off)
        return events

    def _prepare_closing(self, reason):
        """Hook: what is to be done before interest is booked for the last time.

        :param str reason: a key of `CLOSE_REASONS`, checked already
        """

    def _reopen(self, reason):
        """Open closed dossiers again: what closing booked is reversed, the claims run
        on as if nothing had happened.

        :param str reason: why, for the time line and the ledger
        :raise UserError: it is open, or one of its invoices is in another dossier
        """
        for dossier in self:
            if dossier.state == "open":
                raise UserError(self.env._("Dossier %s is open.", dossier.name))
        events = self.env["incasso.event"].search(
            [("dossier_id", "in", self.ids), ("kind", "=", "closed")]
        )
        closings = events.browse(
            {event.dossier_id: event.id for event in events.sorted("id")}.values()
        )
        claims = self.claim_ids.filtered(lambda c: c.close_event_id in closings)
        claims._check_in_no_other_dossier()
        entries = self.env["incasso.entry"].search([("event_id", "in", closings.ids)])
        for dossier in self:
            dossier._write_state(
                {
                    "state": "open",
                    "close_date": False,
                    "close_reason": False,
                    "retention_date": False,
                }
            )
        claims.write({"state": "open", "close_date": False, "close_event_id": False})
        claims._leave_alone(True)
        entries._reverse(reason)
        written_off = entries.filtered(lambda entry: entry.kind == "write_off")
        if written_off:
            self._unpost_write_off(written_off)
        self._log("reopened", self.env._("Reopened: %s", reason))
        self.filtered(
            lambda dossier: dossier.next_step_id and not dossier.waiting_message
        ).next_action_date = fields.Date.context_today(self)
        self._resume_flow()
        self.env["incasso.debt.aid"]._hold_dossiers(self)

    def _release(self, claims, reason):
        """Give claims of a running dossier back to the creditor; without any left, the
        dossier closes as withdrawn.

        :param claims: open claims of this one dossier
        :param str reason: for the time line
        """
        self.ensure_one()
        on_date = fields.Date.context_today(self)
        if not self.claim_ids.filtered(lambda c: c.state == "open") - claims:
            self._close("withdrawn", on_date)
            return
        event = self._log(
            "released",
            self.env._(
                "%(claims)s: %(reason)s",
                claims=", ".join(claims.mapped("name")),
                reason=reason,
            ),
        )
        costs = min(sum(claims.mapped("costs_amount")), self.costs_open)
        vals_list = claims._prepare_closing_entries(event, on_date, write_off=False)
        if self.currency_id.compare_amounts(costs, 0) > 0:
            vals_list.append(self._prepare_costs_waiver(event, on_date, costs))
        self.env["incasso.entry"]._book(vals_list)
        claims._close(event, on_date)

    def _post_write_off(self, entries):
        """Hook: book the write-off of own invoices. The ledger of the dossiers has it
        already.

        :param entries: `incasso.entry` of kind `write_off`, of any of these dossiers
        """

    def _unpost_write_off(self, entries):
        """Hook: undo what `_post_write_off` booked for these entries."""

    def _check_settled(self, reason, on_date):
        """Refuse to close as paid or credited what is not.

        :raise UserError: more is left than the company's tolerance
        """
        for dossier_id, balance in self._balances(on_date).items():
            dossier = self.browse(dossier_id)
            left = float(balance.due if reason == "paid" else balance.principal)
            tolerance = dossier.company_id.incasso_tolerance
            if dossier.currency_id.compare_amounts(left, tolerance) > 0:
                raise UserError(
                    self.env._(
                        "%(amount)s of dossier %(dossier)s is still open: it cannot be "
                        "closed as paid or credited. Choose another reason, and what "
                        "is left is written off or given back.",
                        amount=dossier.currency_id.format(left),
                        dossier=dossier.name,
                    )
                )

    def _book_closing(self, events, on_date, write_off):
        """Bring the ledgers to zero.

        :return: the entries made
        """
        vals_list = []
        for dossier, event in zip(self, events, strict=True):
            claims = dossier.claim_ids.filtered(lambda claim: claim.state == "open")
            vals_list += claims._prepare_closing_entries(event, on_date, write_off)
            if dossier.costs_open:
                vals_list.append(
                    dossier._prepare_costs_waiver(event, on_date, dossier.costs_open)
                )
        return self.env["incasso.entry"]._book(vals_list)

    def _prepare_costs_waiver(self, event, on_date, amount):
        return {
            "dossier_id": self.id,
            "date": on_date,
            "component": "costs",
            "kind": "waiver",
            "amount": -amount,
            "event_id": event.id,
            "reason": event.summary,
        }

    def _retention_date(self, on_date):
        """The last day of the seventh financial year after the one of closing."""
        year_end = self.company_id.compute_fiscalyear_dates(on_date)["date_to"]
        return year_end + relativedelta(years=RETENTION_YEARS)

    def _withdraw_messages(self, reason):
        """Withdraw what asks for money and did not go out yet. An answer, a thank-you
        or a confirmation stays true whatever happens next.

        :return: the messages withdrawn
        """
        messages = self.env["incasso.message"].search(
            [
                ("dossier_id", "in", self.ids),
                ("state", "in", ("queued", "rendered")),
                "|",
                ("kind", "in", ASKING),
                ("step_id", "!=", False),
            ]
        )
        if messages:
            messages._cancel(reason)
        return messages

    # === BUSINESS METHODS - GATES === #

    def _message_refusals(self, on_date):
        """Why a dossier may be sent no message that asks for payment.

        :param date on_date: of the message
        :return: reason by dossier id; dossiers that may be written to are not in it
        :rtype: dict[int, str]
        """
        refusals = {}
        for dossier in self:
            claims = dossier.claim_ids.filtered(
                lambda claim: (
                    claim.state == "open"
                    and claim.currency_id.compare_amounts(claim.principal_open, 0) > 0
                )
            )
            if dossier.state == "closed":
                refusals[dossier.id] = self.env._("The dossier is closed.")
            elif dossier.is_held:
                refusals[dossier.id] = self.env._("The dossier is held.")
            elif any(
                claim.limitation_date and claim.limitation_date < on_date
                for claim in claims
            ):
                refusals[dossier.id] = self.env._(
                    "A claim is prescribed (art. 3:306 and following BW): the debtor "
                    "is not asked for it any more. Withdraw the claim, or record what "
                    "interrupted the limitation."
                )
            elif not claims and dossier.currency_id.is_zero(dossier.balance):
                refusals[dossier.id] = self.env._("Nothing is owed.")
        return refusals

    # === BUSINESS METHODS - PHASE === #

    @api.model
    def _leave_reminders(self, messages):
        """The creditor's own reminders are over once a message gave notice of costs or
        demanded payment: the amicable phase begins.

        :param messages: `incasso.message` that went out
        """
        demanding = messages.filtered(
            lambda message: message.kind in ("notice", "demand", "final_demand")
        )
        dossiers = demanding.dossier_id.filtered(lambda d: d.phase == "reminder")
        if dossiers:
            rows = [{"id": id_, "phase": "amicable"} for id_ in dossiers.ids]
            write_rows(self.browse(), rows)
            phases = dict(self._fields["phase"]._description_selection(self.env))
            dossiers._log("phase", phases["amicable"])

    # === BUSINESS METHODS - LIMITATION === #

    @api.model
    def _cron_warn_limitation(self):
        """Warn the handlers once, ninety days before a claim lapses."""
        self.env["incasso.claim"].flush_model(["limitation_date"])
        near = self.search([("limitation_soon", "=", True)]).filtered(
            lambda dossier: dossier.limitation_warned_date != dossier.limitation_date
        )
        kind = self.env.ref("incasso_nl.mail_activity_type_limitation")
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": dossier.id,
                    "activity_type_id": kind.id,
                    "summary": self.env._(
                        "A claim lapses after %s",
                        format_date(self.env, dossier.limitation_date),
                    ),
                    "date_deadline": fields.Date.context_today(self),
                    "user_id": dossier.handler_id.id or self.env.uid,
                }
                for dossier in near
            ]
        )
        for day, dossiers in near.grouped("limitation_date").items():
            dossiers.limitation_warned_date = day

    # === BUSINESS METHODS - HOLDS === #

    def _hold(self, kind, reason=None, start=None, end=None, claims=None, **values):
        """Stop the flow of these dossiers.

        :param str kind: a key of `HOLD_KINDS`
        :param str reason: in a few words
        :param date start: default today
        :param date end: last day of the hold; until somebody ends it by default
        :param claims: `incasso.claim` for which alone it is; all by default
        :return: the holds
        """
        start = start or fields.Date.context_today(self)
        return self.env["incasso.hold"].create(
            [
                {
                    "dossier_id": dossier.id,
                    "kind": kind,
                    "reason": reason,
                    "start_date": start,
                    "end_date": end,
                    "claim_ids": [
                        Command.set((claims & dossier.claim_ids).ids if claims else [])
                    ],
                    **values,
                }
                for dossier in self
            ]
        )

    def _end_standstill(self, on_date):
        """Let dossiers go on that no hold stops any more, with their deadlines moved by
        the days they stood still."""
        by_days = defaultdict(self.browse)
        for dossier in self:
            if dossier.held_since and not dossier.is_held:
                by_days[max((on_date - dossier.held_since).days, 0)] += dossier
        for days, dossiers in by_days.items():
            dossiers.held_since = False
            dossiers.filtered(lambda d: d.state == "open")._resume_flow(days)

    # === BUSINESS METHODS - TIME LINE === #

    def _log(self, kind, summary, **links):
        """Add an event to the time line of each dossier, all in one statement.

        :param str kind: of `incasso.event`
        :param summary: text, or a dict of texts by dossier id; a dossier that is not in
            it gets no event
        :param links: `message_id`, `receipt_id`, `step_id`: an id, or a dict of ids by
            dossier id
        :return: the events
        """

        def of(value, dossier_id):
            return value.get(dossier_id) if isinstance(value, dict) else value

        return self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": dossier_id,
                    "kind": kind,
                    "summary": of(summary, dossier_id),
                    **{name: of(value, dossier_id) for name, value in links.items()},
                }
                for dossier_id in self.ids
                if of(summary, dossier_id)
            ]
        )

    # === BUSINESS METHODS - PARTIES === #

    def _recipients(self):
        """Whom to write to: the debtor, or who represents the debtor by law.

        For who died that is who settles the estate. As long as nobody is known to, the
        dossier is not in it: nothing is addressed to the dead.

        :return: partner by dossier id
        :rtype: dict[int, res.partner]
        """
        names = ["commercial_partner_id", "incasso_death_date", "incasso_estate_id"]
        debtors = self.debtor_id
        debtors.fetch(names)
        heads = debtors.commercial_partner_id
        heads.fetch(names)
        recipients = {debtor.id: debtor for debtor in debtors}
        recipients.update(self.env["incasso.debt.aid"]._representatives(debtors))
        for debtor in debtors:
            dead = (debtor | debtor.commercial_partner_id).filtered(
                "incasso_death_date"
            )
            if dead:
                recipients[debtor.id] = dead[0].incasso_estate_id
        return {
            dossier.id: recipients[dossier.debtor_id.id]
            for dossier in self
            if recipients[dossier.debtor_id.id]
        }
