from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..law.limitation import Interruption, limitation
from .balance import STATUTORY_KINDS
from .database import leave_room

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
    debtor_type = fields.Selection(
        related="dossier_id.debtor_type", store=True, precompute=True
    )
    state = fields.Selection(
        help="An open claim is part of a dossier that runs; the same journal item "
        "cannot be in two of them.",
        selection=[("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        copy=False,
    )
    close_date = fields.Date(
        help="From this day no interest runs for this dossier any more.",
        readonly=True,
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
    long_term = fields.Char(
        string="Longer Than the Law Allows", compute="_compute_long_term"
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
    cost_rule = fields.Selection(selection=COST_RULES, required=True, default="scale")
    cost_percentage = fields.Float(string="Costs by the Terms (%)", digits=(6, 3))
    cost_minimum = fields.Monetary(string="Least Costs by the Terms")

    # The notice of costs that covers this claim (art. 6:96 lid 6 BW)
    notice_id = fields.Many2one(
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    creditor_notice_date = fields.Date(
        string="Notice by the Creditor",
        help="The day on which the creditor sent a valid notice of costs, before the "
        "claim came into this dossier.",
        readonly=True,
        copy=False,
    )
    creditor_notice_costs = fields.Monetary(
        string="Costs Announced by the Creditor",
        help="What that notice announced for all its claims together, VAT included.",
        readonly=True,
        copy=False,
    )
    costs_due_from = fields.Date(
        help="The first day on which costs may be charged for this claim.",
        readonly=True,
        copy=False,
    )
    costs_date = fields.Date(
        string="Costs Charged On",
        help="The day on which collection costs were charged for this claim.",
        readonly=True,
        copy=False,
    )
    costs_base = fields.Monetary(
        string="Costs Charged Over",
        help="What was still unpaid of the principal on that day.",
        readonly=True,
        copy=False,
    )
    costs_amount = fields.Monetary(
        string="Costs Charged",
        help="This claim's share in the costs that were charged, VAT included.",
        readonly=True,
        copy=False,
    )
    close_event_id = fields.Many2one(
        help="What closed this claim: the closing of the dossier, or a withdrawal.",
        comodel_name="incasso.event",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    # The ledger's sums for this claim
    principal_open = fields.Monetary(readonly=True, copy=False)
    interest_open = fields.Monetary(string="Booked Interest", readonly=True, copy=False)
    interest_today = fields.Monetary(
        help="Interest up to and including today that was not paid.",
        compute="_compute_interest_today",
    )
    balance_today = fields.Monetary(
        help="Principal and interest; costs belong to the dossier as a whole.",
        compute="_compute_interest_today",
    )
    interest_html = fields.Html(
        string="How Interest Came About",
        compute="_compute_interest_html",
    )
    limitation_html = fields.Html(
        string="How the Limitation Came About",
        compute="_compute_interest_html",
    )
    limitation_date = fields.Date(
        help="The last day on which the limitation can be interrupted.",
        compute="_compute_limitation_date",
        store=True,
    )
    is_disputed = fields.Boolean(compute="_compute_is_disputed", store=True)
    entry_ids = fields.One2many(comodel_name="incasso.entry", inverse_name="claim_id")

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
    _no_commercial_interest = models.Constraint(
        "CHECK (debtor_type != 'consumer'"
        " OR interest_kind NOT IN ('6:119a', '6:119b'))",
        "A consumer owes no commercial interest (art. 6:119a BW): choose the statutory "
        "interest of art. 6:119 BW.",
    )
    _no_agreed_costs = models.Constraint(
        "CHECK (debtor_type != 'consumer' OR cost_rule != 'terms')",
        "Terms cannot make a consumer pay other costs than the statutory scale (art. "
        "6:96 lid 5 BW).",
    )
    _agreed_percentage = models.Constraint(
        "CHECK (interest_kind != 'agreed' OR interest_percentage > 0)",
        "Say which percentage was agreed.",
    )
    _closed_on_a_day = models.Constraint(
        "CHECK ((state = 'closed') = (close_date IS NOT NULL))",
        "A claim is closed on a day.",
    )

    def init(self):
        """Every entry changes what is open of it."""
        leave_room(self.env.cr, self._table)

    # === COMPUTE METHODS === #

    @api.depends(
        "debtor_type",
        "invoice_date",
        "due_date",
        "debtor_id.incasso_large_company",
        "creditor_id.incasso_large_company",
    )
    @api.depends_context("lang")
    def _compute_long_term(self):
        law = self.env["incasso.law"]
        for claim in self:
            claim.long_term = (
                claim.invoice_date
                and claim.due_date
                and law._long_term(
                    claim.debtor_type,
                    claim.invoice_date,
                    claim.due_date,
                    claim.debtor_id.incasso_large_company
                    and not claim.creditor_id.incasso_large_company,
                )
            )

    @api.depends("dossier_id.debtor_type")
    def _compute_interest_kind(self):
        for claim in self:
            claim.interest_kind = STATUTORY_KINDS[claim.dossier_id.debtor_type]

    @api.depends(
        "kind",
        "due_date",
        "dossier_id.interruption_ids.date",
        "dossier_id.interruption_ids.kind",
        "dossier_id.interruption_ids.claim_ids",
        "dossier_id.outbox_ids.received_date",
        "dossier_id.outbox_ids.state",
        "dossier_id.receipt_ids.state",
        # What a receipt pays is in the ledger after its state has changed.
        "entry_ids.receipt_id",
    )
    def _compute_limitation_date(self):
        found = self._limitations()
        for claim in self:
            result = found.get(claim._origin.id)
            claim.limitation_date = result and result.last_day

    @api.depends("principal_open", "interest_open", "state")
    def _compute_interest_today(self):
        today = fields.Date.context_today(self)
        found = {
            claim.claim_id: claim
            for balance in self.dossier_id._origin._balances(today).values()
            for claim in balance.claims
        }
        for claim in self:
            balance = found.get(claim._origin.id)
            claim.interest_today = float(balance.interest) if balance else 0.0
            claim.balance_today = (
                float(balance.principal + balance.interest) if balance else 0.0
            )

    @api.depends("principal_open", "interest_open", "limitation_date")
    @api.depends_context("lang")
    def _compute_interest_html(self):
        today = fields.Date.context_today(self)
        entry = self.env["incasso.entry"]
        limitations = self._limitations()
        found = {
            claim.claim_id: claim
            for balance in self.dossier_id._balances(today).values()
            for claim in balance.claims
        }
        for claim in self:
            balance = found.get(claim._origin.id)
            limitation_found = limitations.get(claim._origin.id)
            claim.interest_html = balance and entry._explain(balance.steps)
            claim.limitation_html = limitation_found and entry._explain(
                [step.as_json() for step in limitation_found.steps]
            )

    @api.depends("dossier_id.hold_ids.state", "dossier_id.hold_ids.claim_ids")
    def _compute_is_disputed(self):
        for claim in self:
            claim.is_disputed = any(
                hold.kind == "dispute"
                and hold.state == "active"
                and (not hold.claim_ids or claim in hold.claim_ids)
                for hold in claim.dossier_id.hold_ids
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to put each claim into the ledger of its dossier.

        :raise UserError: the dossier is closed or before the court already
        """
        self._fill_terms(vals_list)
        claims = super().create(vals_list)
        claims._check_dossier_takes_claims()
        self.env["incasso.entry"]._book(claims._prepare_claim_entries())
        claims._leave_alone(True)
        claims._stop_insolvent_interest()
        claims._log_added()
        # A dossier of which every claim was held goes on for the sake of a new one.
        claims.dossier_id._end_standstill(fields.Date.context_today(self))
        return claims

    def write(self, vals):
        """Override of `base` to keep the ledger right when a claim is corrected.

        :raise UserError: a claim that is in the ledger is moved to another dossier, or
            the principal of an invoice of this ledger is changed
        """
        if vals.keys() & {"dossier_id", "move_line_id"}:
            raise UserError(
                self.env._("A claim stays in its dossier, with its journal item.")
            )
        if "amount" in vals:
            changed = self.filtered(
                lambda claim: claim.currency_id.compare_amounts(
                    claim.amount, vals["amount"]
                )
            )
            changed._check_correctable()
        else:
            changed = self.browse()
        entries = changed._claim_entries()
        result = super().write(vals)
        if changed:
            entries._reverse(self.env._("Principal corrected"))
            self.env["incasso.entry"]._book(changed._prepare_claim_entries())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A claim is never deleted: withdraw it from the dossier.")
        )

    # === BUSINESS METHODS - LEDGER === #

    def _prepare_claim_entries(self):
        """The entries with which claims come into the ledger, from their invoice date
        on: they were owed then already."""
        return [
            {
                "dossier_id": claim.dossier_id.id,
                "claim_id": claim.id,
                "date": claim.invoice_date,
                "component": "principal",
                "kind": "claim",
                "amount": claim.amount,
            }
            for claim in self
        ]

    def _claim_entries(self):
        """The entries with which these claims came into the ledger, as they stand."""
        return self.entry_ids.filtered(
            lambda entry: (
                entry.kind == "claim"
                and not entry.reversal_of_id
                and not entry.reversed_by_ids
            )
        )

    def _check_dossier_takes_claims(self):
        for dossier in self.dossier_id:
            if dossier.state == "closed":
                raise UserError(
                    self.env._("Dossier %s is closed: reopen it first.", dossier.name)
                )
            if dossier.phase in ("court", "enforcement"):
                raise UserError(
                    self.env._(
                        "Dossier %s is before the court: open another dossier for a "
                        "new claim.",
                        dossier.name,
                    )
                )

    def _check_correctable(self):
        for claim in self:
            if claim.move_line_id:
                raise UserError(
                    self.env._(
                        "The principal of %s is what its invoice says: correct it with "
                        "a credit note.",
                        claim.name,
                    )
                )
            if claim.state == "closed":
                raise UserError(self.env._("%s is closed.", claim.name))

    def _prepare_closing_entries(self, event, on_date, write_off):
        """The entries that bring claims to zero: interest is waived, and principal is
        written off or given back to the creditor."""
        vals_list = []
        for claim in self:
            for component, kind, amount in (
                ("interest", "waiver", claim.interest_open),
                (
                    "principal",
                    "write_off" if write_off else "release",
                    claim.principal_open,
                ),
            ):
                if claim.currency_id.is_zero(amount):
                    continue
                vals_list.append(
                    {
                        "dossier_id": claim.dossier_id.id,
                        "claim_id": claim.id,
                        "date": on_date,
                        "component": component,
                        "kind": kind,
                        "amount": -amount,
                        "event_id": event.id,
                        "reason": event.summary,
                    }
                )
        return vals_list

    def _prepare_interest_waiver(self, event, on_date, amount):
        return {
            "dossier_id": self.dossier_id.id,
            "claim_id": self.id,
            "date": on_date,
            "component": "interest",
            "kind": "waiver",
            "amount": -amount,
            "event_id": event.id,
            "reason": event.summary,
        }

    def _close(self, events, on_date):
        """Close claims: their invoices may be handed over again, and Odoo may send
        reminders for them again.

        :param events: what closed them, one for each dossier
        """
        by_dossier = {event.dossier_id: event for event in events}
        for dossier, claims in self.grouped("dossier_id").items():
            claims.write(
                {
                    "state": "closed",
                    "close_date": on_date,
                    "close_event_id": by_dossier[dossier].id,
                }
            )
        self._leave_alone(False)

    def _check_in_no_other_dossier(self):
        """:raise UserError: an invoice was handed over again in the meantime"""
        taken = self.search(
            [("move_line_id", "in", self.move_line_id.ids), ("state", "=", "open")],
            limit=1,
        )
        if taken:
            raise UserError(
                self.env._(
                    "%(claim)s is in dossier %(dossier)s now.",
                    claim=taken.name,
                    dossier=taken.dossier_id.name,
                )
            )

    def _log_added(self):
        """Note in the time lines which claims came in."""
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": claim.dossier_id.id,
                    "kind": "claim",
                    "summary": self.env._(
                        "%(claim)s of %(amount)s added, due %(day)s.",
                        claim=claim.name,
                        amount=claim.currency_id.format(claim.amount),
                        day=format_date(self.env, claim.due_date),
                    ),
                }
                for claim in self
            ]
        )

    # === BUSINESS METHODS - CREDITOR'S TERMS === #

    @api.model
    def _fill_terms(self, vals_list):
        """Fill in what the creditor's terms of the invoice date say about interest and
        costs, where the values do not say it themselves."""
        dossiers = self.env["incasso.dossier"].browse(
            {vals["dossier_id"] for vals in vals_list if vals.get("dossier_id")}
        )
        dossiers.fetch(["creditor_id", "debtor_type"])
        with_terms = dossiers.filtered("creditor_id.incasso_terms_ids")
        for vals in vals_list:
            dossier = with_terms & dossiers.browse(vals.get("dossier_id"))
            if dossier and not vals.keys() & {"interest_kind", "cost_rule"}:
                day = fields.Date.to_date(vals["invoice_date"])
                terms = dossier.creditor_id._incasso_terms_on(day)
                vals.update(self._prepare_terms(terms, dossier.debtor_type))

    @api.model
    def _prepare_terms(self, terms, debtor_type):
        """What a creditor's terms mean for a claim on such a debtor."""
        vals = {}
        if terms.interest_percentage:
            vals.update(
                interest_kind="agreed",
                interest_percentage=terms.interest_percentage,
                interest_per=terms.interest_per,
                interest_compound=terms.interest_compound,
            )
        if terms.cost_percentage and debtor_type != "consumer":
            vals.update(
                cost_rule="terms",
                cost_percentage=terms.cost_percentage,
                cost_minimum=terms.cost_minimum,
            )
        return vals

    # === BUSINESS METHODS - INVOICES === #

    def _leave_alone(self, alone):
        """Keep Odoo's own reminders away from the invoices of these claims, or let them
        back in once no claim of the invoice runs any more."""
        moves = self.move_id
        if not alone:
            moves -= self.search(
                [("move_id", "in", moves.ids), ("state", "=", "open")]
            ).move_id
        # Not by the ORM, for which this mark is an edit of the invoice: it would
        # compute taxes and balances anew and note that a person changed the invoice.
        self.env["account.move.line"].flush_model(["no_followup", "account_id"])
        self.env.cr.execute(
            """
            UPDATE account_move_line line
               SET no_followup = %s
              FROM account_account account
             WHERE account.id = line.account_id
               AND account.account_type = 'asset_receivable'
               AND line.move_id = ANY(%s)
            """,
            [alone, moves.ids],
        )
        self.env["account.move.line"].invalidate_model(["no_followup"], flush=False)
        self.env["account.move"].invalidate_model(["no_followup"], flush=False)

    # === BUSINESS METHODS - INSOLVENCY === #

    def _stop_insolvent_interest(self):
        """Stop interest from the day of a bankruptcy or debt restructuring on, for what
        was owed that day already (art. 128 and 303 Fw)."""
        aids = self.env["incasso.debt.aid"]._active_for(self.debtor_id)
        for claim in self:
            stops = [
                aid.start_date
                for aid in aids.get(claim.debtor_id.id, ())
                if aid._stops_interest() and claim.invoice_date <= aid.start_date
            ]
            if stops:
                claim.interest_stop_date = min(stops)

    # === BUSINESS METHODS - LIMITATION === #

    def _limitations(self):
        """When each claim becomes barred, and why (art. 3:306 and following BW).

        Interrupted by a message that demands payment and was received (art. 3:317), by
        a part payment (art. 3:318), and by what was recorded by hand.

        :return: `law.limitation.Limitation` by claim id
        """
        interruptions = self._interruptions()
        bankruptcies = self.env["incasso.debt.aid"]._bankruptcies(self.debtor_id)
        law = self.env["incasso.law"]
        terms, values = law._limitation_terms(), law._legal_values()
        return {
            claim.id: limitation(
                claim.kind,
                claim.due_date,
                interruptions=interruptions.get(claim.id, ()),
                bankruptcies=bankruptcies.get(claim.debtor_id.id, ()),
                terms=terms,
                values=values,
            )
            for claim in self._origin
            if claim.kind and claim.due_date
        }

    def _interruptions(self):
        """What interrupted the limitation of these claims.

        :return: list of `law.limitation.Interruption` by claim id
        """
        self.env["incasso.message"].flush_model(["received_date", "state", "kind"])
        self.env["incasso.receipt"].flush_model(["state", "date"])
        self.env["incasso.interruption"].flush_model()
        self.env.cr.execute(
            """
            SELECT claim.id, message.received_date, 'letter'
              FROM incasso_claim claim
              JOIN incasso_message message ON message.dossier_id = claim.dossier_id
             WHERE claim.id = ANY(%(claims)s)
               AND message.received_date IS NOT NULL
               AND message.state IN ('sent', 'delivered')
               AND message.kind IN ('notice', 'demand', 'final_demand')
               AND message.snapshot @> jsonb_build_object(
                       'claims', jsonb_build_array(
                           jsonb_build_object('claim_id', claim.id)))
             UNION
            SELECT entry.claim_id, receipt.date, 'acknowledgement'
              FROM incasso_entry entry
              JOIN incasso_receipt receipt ON receipt.id = entry.receipt_id
             WHERE entry.claim_id = ANY(%(claims)s)
               AND receipt.state = 'allocated'
               AND receipt.kind != 'credit_note'
             UNION
            SELECT claim.id, interruption.date, interruption.kind
              FROM incasso_claim claim
              JOIN incasso_interruption interruption
                ON interruption.dossier_id = claim.dossier_id
             WHERE claim.id = ANY(%(claims)s)
               AND (
                   NOT EXISTS (
                       SELECT FROM incasso_claim_incasso_interruption_rel link
                        WHERE link.incasso_interruption_id = interruption.id
                   )
                   OR EXISTS (
                       SELECT FROM incasso_claim_incasso_interruption_rel link
                        WHERE link.incasso_interruption_id = interruption.id
                          AND link.incasso_claim_id = claim.id
                   )
               )
            """,
            {"claims": self._origin.ids},
        )
        found = {}
        for claim_id, day, kind in self.env.cr.fetchall():
            found.setdefault(claim_id, []).append(Interruption(day, kind))
        return found

    # === ACTION METHODS === #

    def action_explain(self):
        """Show how the interest on this claim comes about, and when it lapses."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (self.env.ref("incasso_nl.incasso_claim_view_form_explain").id, "form")
            ],
            "target": "new",
        }

    def action_withdraw(self):
        """Take claims out of a running dossier: the creditor has them back."""
        for dossier in self.dossier_id:
            claims = self & dossier.claim_ids
            dossier._release(claims, self.env._("Withdrawn from the dossier."))
