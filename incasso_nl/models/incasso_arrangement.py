from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools.misc import format_date

from ..tools.instalments import instalment_date, spread
from .database import write_rows
from .incasso_arrangement_rule import INTEREST_MODES
from .incasso_law import law_amount

PERIOD_NAMES = [
    ("week", "A week"),
    ("four_weeks", "Four weeks"),
    ("month", "A month"),
]
#: An arrangement that is still going on; a dossier has one at a time.
OPEN_STAGES = ("asked", "offered", "active")
#: What each stage is to the worklist of requests.
REQUEST_STATES = {
    "asked": "new",
    "offered": "waiting",
    "active": "done",
    "kept": "done",
    "lapsed": "done",
    "refused": "done",
    "withdrawn": "cancelled",
}
#: Days for which a counter-proposal stands.
OFFER_DAYS = 14
#: After an arrangement the next letter of the flow waits so many days.
QUIET_DAYS = 7


class IncassoArrangement(models.Model):
    """A payment arrangement: a sum over instalments; or a promise to pay one.

    It is asked for, and active at once where the rules allow. Otherwise a handler
    decides: as asked, differently (offered), or not (refused). While it is active a
    hold stops the flow. It is kept when everything is paid, and lapses when an
    instalment stays away after a reminder and its term.

    Interest while it is active, by ``interest``:

    ``frozen``
        None runs, and what did not run is not owed afterwards either, whether the
        arrangement is kept or lapses.
    ``waived``
        None is counted as long as it is active. When everything is paid, the interest
        of that time is booked and waived, so that the ledger shows what was given up.
        When it lapses, that interest is owed again.
    ``running``
        It runs. The instalments come to the balance of the first day; what was added
        since is one more instalment after the last one.
    """

    _name = "incasso.arrangement"
    _description = "Payment Arrangement"
    _inherit = ["incasso.request"]

    kind = fields.Selection(
        selection=[("arrangement", "Arrangement"), ("promise", "Promise to pay")],
        required=True,
        default="arrangement",
        readonly=True,
    )
    stage = fields.Selection(
        selection=[
            ("asked", "Asked"),
            ("offered", "Offered differently"),
            ("active", "Active"),
            ("kept", "Kept"),
            ("lapsed", "Lapsed"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="asked",
        readonly=True,
        index=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # What is agreed
    period = fields.Selection(
        selection=PERIOD_NAMES, required=True, default="month", readonly=True
    )
    by = fields.Selection(
        string="Divided by",
        selection=[("amount", "Amount"), ("number", "Number")],
        required=True,
        default="amount",
        readonly=True,
    )
    instalment_amount = fields.Monetary(string="Each Time", readonly=True)
    instalment_count = fields.Integer(string="Instalments", readonly=True)
    first_date = fields.Date(string="First Instalment", required=True, readonly=True)
    last_date = fields.Date(string="Last Instalment", readonly=True)
    total = fields.Monetary(
        help="What the instalments come to: the balance of the first day.",
        readonly=True,
    )
    claim_ids = fields.Many2many(
        help="What it is about: not what was disputed then, nor what joined later.",
        comodel_name="incasso.claim",
        readonly=True,
        copy=False,
    )
    instalment_ids = fields.One2many(
        comodel_name="incasso.instalment",
        inverse_name="arrangement_id",
        readonly=True,
        copy=False,
    )
    is_postponed = fields.Boolean(
        string="Postponed Once",
        help="One instalment in an arrangement can be postponed.",
        readonly=True,
        copy=False,
    )
    asked_terms = fields.Char(
        string="What Was Asked",
        help="The terms that the debtor asked for, where others were offered.",
        readonly=True,
        copy=False,
    )
    outside_reason = fields.Text(
        string="Outside the Rules",
        help="Why it is not agreed at once.",
        readonly=True,
        copy=False,
    )
    offer_until = fields.Date(
        string="Offer Stands Until", readonly=True, copy=False, index="btree_not_null"
    )

    # The rules it was made under: these stay as they were agreed
    rule_id = fields.Many2one(
        comodel_name="incasso.arrangement.rule", readonly=True, index="btree_not_null"
    )
    interest = fields.Selection(
        selection=INTEREST_MODES, required=True, default="frozen", readonly=True
    )
    interest_expected = fields.Monetary(
        string="Interest to Be Added",
        help="With running interest: what comes on top if every instalment is paid on "
        "its day.",
        readonly=True,
    )
    reminder_days = fields.Integer(readonly=True)
    grace_days = fields.Integer(readonly=True)
    missed_days = fields.Integer(readonly=True)

    # Income and expenses a month, asked outside the rules
    budget_income = fields.Monetary(string="Income a Month")
    budget_housing = fields.Monetary(string="Housing a Month")
    budget_care = fields.Monetary(string="Care and Insurance a Month")
    budget_debts = fields.Monetary(string="Other Debts a Month")
    household_size = fields.Integer(string="People in the Household")
    budget_left = fields.Monetary(
        string="Left a Month",
        help="Income less housing, care and other debts: to live on, and to pay from.",
        compute="_compute_budget_left",
    )

    # Its life
    start_date = fields.Date(readonly=True, copy=False)
    end_date = fields.Date(readonly=True, copy=False)
    follow_date = fields.Date(
        string="Next Look",
        help="The day on which something is to be done about it: a reminder, a missed "
        "instalment, a term that ran out.",
        readonly=True,
        copy=False,
    )
    missed_message_id = fields.Many2one(
        string="Reminder of a Missed Instalment",
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    lapsed_message_id = fields.Many2one(
        string="Letter That It Lapsed",
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    term_date = fields.Date(
        string="Could Be Saved Until",
        help="Of one that lapsed: a payment of this day or before, which comes to "
        "light later, makes it go on.",
        readonly=True,
        copy=False,
    )
    ended_with_dossier = fields.Boolean(
        help="It ended because its dossier closed; it comes back with it.",
        readonly=True,
        copy=False,
    )
    run_error = fields.Text(
        string="Set Aside",
        help="Why the daily follow-up set it aside for a person.",
        readonly=True,
        copy=False,
    )
    hold_ids = fields.One2many(
        comodel_name="incasso.hold", inverse_name="arrangement_id", readonly=True
    )
    receipt_ids = fields.One2many(
        comodel_name="incasso.receipt", inverse_name="arrangement_id", readonly=True
    )

    # Where it stands
    paid_amount = fields.Monetary(string="Paid", compute="_compute_progress")
    left_amount = fields.Monetary(string="Left", compute="_compute_progress")
    late_amount = fields.Monetary(string="Late", compute="_compute_progress")
    next_instalment_id = fields.Many2one(
        comodel_name="incasso.instalment", compute="_compute_progress"
    )
    next_date = fields.Date(compute="_compute_progress")
    next_amount = fields.Monetary(compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress")
    terms = fields.Char(compute="_compute_terms")

    _one_at_a_time = models.UniqueIndex(
        "(dossier_id) WHERE stage IN ('asked', 'offered', 'active')",
        "There is an arrangement or a promise for this dossier already.",
    )
    _follow_idx = models.Index(
        "(follow_date, id) WHERE stage IN ('offered', 'active') AND run_error IS NULL"
    )
    _active_since = models.Constraint(
        "CHECK (stage NOT IN ('active', 'kept', 'lapsed') OR start_date IS NOT NULL)",
        "What is agreed has a first day.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "instalment_ids.paid_amount",
        "instalment_ids.amount",
        "instalment_ids.state",
        "instalment_ids.date",
        "total",
    )
    def _compute_progress(self):
        for arrangement in self:
            instalments = arrangement.instalment_ids
            unpaid = instalments.filtered(lambda part: part.state != "paid")
            following = unpaid.sorted(lambda part: (part.date, part.number))[:1]
            arrangement.paid_amount = sum(instalments.mapped("paid_amount"))
            arrangement.left_amount = sum(unpaid.mapped("left_amount"))
            arrangement.late_amount = sum(
                unpaid.filtered(lambda part: part.state == "late").mapped("left_amount")
            )
            arrangement.next_instalment_id = following
            arrangement.next_date = following.date
            arrangement.next_amount = following.left_amount
            arrangement.progress = (
                100.0 * arrangement.paid_amount / arrangement.total
                if arrangement.total
                else 0.0
            )

    @api.depends("period", "instalment_amount", "instalment_count", "first_date")
    @api.depends_context("lang")
    def _compute_terms(self):
        for arrangement in self:
            arrangement.terms = arrangement._describe_terms()

    @api.depends("budget_income", "budget_housing", "budget_care", "budget_debts")
    def _compute_budget_left(self):
        for arrangement in self:
            arrangement.budget_left = (
                arrangement.budget_income
                - arrangement.budget_housing
                - arrangement.budget_care
                - arrangement.budget_debts
            )

    @api.depends("name", "debtor_id.name")
    def _compute_display_name(self):
        for arrangement in self:
            arrangement.display_name = (
                f"{arrangement.name} {arrangement.debtor_id.name}"
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("stage", "total")
    def _check_total(self):
        """The instalments of what is agreed are its total, to the cent."""
        for arrangement in self.filtered(lambda found: found.stage == "active"):
            total = sum(map(law_amount, arrangement.instalment_ids.mapped("amount")))
            if total != law_amount(arrangement.total) or not total:
                raise ValidationError(
                    self.env._(
                        "The instalments come to %(sum)s, and %(total)s is agreed.",
                        sum=arrangement.currency_id.format(float(total)),
                        total=arrangement.currency_id.format(arrangement.total),
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `mail` to keep the stage in step with the worklist."""
        if "stage" in vals and "state" not in vals:
            vals = {**vals, "state": REQUEST_STATES[vals["stage"]]}
        return super().write(vals)

    # === ACTION METHODS === #

    def action_approve(self):
        """Agree as asked: the arrangement begins today, and a letter confirms it.

        :raise UserError: it is not waiting for an answer, or its first date has passed
        """
        self.check_access("write")
        for arrangement in self:
            arrangement._check_stage("asked", "offered")
            arrangement._activate()
        return True

    def action_counter(self):
        """Propose other terms."""
        self.ensure_one()
        self._check_stage("asked", "offered")
        return self.dossier_id._action_arrange(
            self.env._("Other Terms for %s", self.name),
            default_arrangement_id=self.id,
            default_period=self.period,
            default_by=self.by,
            default_amount=self.instalment_amount,
            default_number=self.instalment_count,
            default_first_date=fields.Date.to_string(
                max(self.first_date, fields.Date.context_today(self))
            ),
        )

    def action_refuse(self):
        """Refuse: what is in `answer` goes into the letter, and the dossier goes on.

        :raise UserError: it is not waiting for an answer
        """
        self.check_access("write")
        today = fields.Date.context_today(self)
        for arrangement in self:
            arrangement._check_stage("asked", "offered")
            arrangement._close("done", stage="refused", end_date=today)
            arrangement._log(self.env._("Refused: %s.", arrangement.terms))
            arrangement._send(
                "template_arrangement_refused",
                {arrangement.id: {"reason": arrangement.answer}},
            )
            arrangement._let_go(today)
        return True

    def action_accept_offer(self):
        """The debtor says yes to what was offered."""
        self.check_access("write")
        for arrangement in self:
            arrangement._check_stage("offered")
            arrangement._activate()
        return True

    def action_withdraw(self):
        """The debtor takes it back, or it ends by agreement: the dossier goes on."""
        self.check_access("write")
        for arrangement in self:
            arrangement._check_stage(*OPEN_STAGES)
            arrangement._withdraw(self.env._("by %s", self.env.user.name))
        return True

    def action_try_again(self):
        """Take arrangements that were set aside back into the daily follow-up."""
        self.check_access("write")
        self.filtered("run_error").write(
            {"run_error": False, "follow_date": fields.Date.context_today(self)}
        )

    def action_view_dossier(self):
        """Open the dossier."""
        self.ensure_one()
        return self.dossier_id._get_records_action()

    # === BUSINESS METHODS - TERMS === #

    def _event_text(self):
        """Override of `incasso_nl`: what is asked or promised, in one line."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return f"{kinds[self.kind]} {self.name}: {self._describe_terms()}"

    def _describe_terms(self):
        """What is to be paid when, in one line."""
        self.ensure_one()
        if not self.first_date:
            return ""
        day = format_date(self.env, self.first_date)
        amount = self.dossier_id._arrangement_money(self.instalment_amount)
        if self.kind == "promise":
            return self.env._("%(amount)s on %(day)s", amount=amount, day=day)
        periods = {
            "week": self.env._("a week"),
            "four_weeks": self.env._("every four weeks"),
            "month": self.env._("a month"),
        }
        return self.env._(
            "%(count)s times %(amount)s %(period)s, from %(day)s",
            count=self.instalment_count,
            amount=amount,
            period=periods[self.period],
            day=day,
        )

    def _quote(self, on_date):
        """What the terms come to now.

        :rtype: models.incasso_dossier_arrangement.Quote
        """
        self.ensure_one()
        by_amount = self.by == "amount"
        return self.dossier_id._quote_arrangement(
            self.period,
            self.first_date,
            on_date,
            amount=law_amount(self.instalment_amount) if by_amount else None,
            number=None if by_amount else self.instalment_count,
            other_than=self,
        )

    @api.model
    def _prepare_terms(self, quote):
        """Field values of what a quote says."""
        rule = quote.rule or quote.rule.new()
        return {
            "period": quote.period,
            "by": quote.by,
            "instalment_amount": float(quote.schedule.amount),
            "instalment_count": quote.schedule.count,
            "first_date": quote.schedule.first_date,
            "last_date": quote.schedule.last_date,
            "total": float(quote.total),
            "rule_id": quote.rule.id,
            "interest": quote.interest,
            "interest_expected": float(quote.expected),
            "reminder_days": rule.reminder_days,
            "grace_days": rule.grace_days,
            "missed_days": rule.missed_days,
            "outside_reason": "\n".join(quote.reasons) or False,
        }

    def _following_date(self):
        """The day of one more instalment after the last one."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        parts = self.instalment_ids.filtered(lambda part: not part.is_interest)
        day = instalment_date(
            self.first_date, self.period, len(parts) + self.is_postponed
        )
        return max(day, today + timedelta(days=max(self.missed_days, QUIET_DAYS)))

    def _check_stage(self, *stages):
        """:raise UserError: it is in none of these stages"""
        self.ensure_one()
        if self.stage not in stages:
            names = dict(self._fields["stage"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(arrangement)s cannot be changed like that: it is “%(stage)s”.",
                    arrangement=self.display_name,
                    stage=names[self.stage],
                )
            )

    # === BUSINESS METHODS - LIFE === #

    def _wait_for_answer(self, no_interest):
        """Somebody decides: meanwhile the flow stands still."""
        self.ensure_one()
        self.dossier_id._hold(
            "arrangement",
            self.env._("Asked for an arrangement, and waits for the answer"),
            no_interest=no_interest,
            arrangement_id=self.id,
        )

    def _activate(self):
        """What was asked, offered or promised is agreed: it begins today.

        The flow stops; the limitation is interrupted, as who arranges or promises
        acknowledges the debt (art. 3:318 BW); a letter confirms it.

        :raise UserError: it cannot be agreed any more
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        dossier = self.dossier_id
        dossier._lock_for_money()
        quote = self._quote(today) if self.kind == "arrangement" else None
        parts = (
            [tuple(part) for part in quote.schedule.instalments]
            if quote
            else [(1, self.first_date, law_amount(self.instalment_amount))]
        )
        # Before the hold: afterwards nothing is asked for.
        balances = dossier._letter_balances(today, self.interest != "running")
        waiting = self.hold_ids.filtered(lambda hold: hold.state == "active")
        self.env["incasso.instalment"].create(
            [
                {
                    "arrangement_id": self.id,
                    "number": number,
                    "date": day,
                    "amount": float(amount),
                }
                for number, day, amount in parts
            ]
        )
        if quote:
            terms = self._prepare_terms(quote)
            self.write({**terms, "outside_reason": self.outside_reason})
            if self.interest == "running":
                dossier._claim_interest(today)
        self._close(
            "done",
            stage="active",
            start_date=today,
            offer_until=False,
            claim_ids=[
                Command.set(
                    [
                        claim.claim_id
                        for claim in balances[dossier.id].claims
                        if claim.principal or claim.interest
                    ]
                )
            ],
        )
        self._stand_still(today)
        waiting._end(today)
        self._acknowledge(today)
        self._log(self.env._("Agreed: %s.", self.terms))
        self._send(
            "template_arrangement" if quote else "template_promise", balances=balances
        )
        # Reminded by the confirmation itself where the first date is near.
        near = today + timedelta(days=self.reminder_days + 2)
        self.instalment_ids.filtered(lambda part: part.date <= near).write(
            {"reminded_date": today}
        )
        self._plan(today)

    def _stand_still(self, start):
        """Stop the flow as long as this is active.

        :param date start: the first day of the hold
        """
        for arrangement in self:
            promise = arrangement.kind == "promise"
            arrangement.dossier_id._hold(
                arrangement.kind,
                arrangement.terms,
                start,
                no_interest=not promise and arrangement.interest != "running",
                arrangement_id=arrangement.id,
            )

    def _acknowledge(self, on_date):
        """Who asks, arranges or promises acknowledges the debt (art. 3:318 BW)."""
        for arrangement in self:
            # sudo: the limitation is interrupted whoever records the acknowledgement;
            # nothing else is written.
            self.env["incasso.interruption"].sudo().create(
                {
                    "dossier_id": arrangement.dossier_id.id,
                    "date": on_date,
                    "kind": "acknowledgement",
                    "note": arrangement._event_text(),
                }
            )

    def _offer(self, quote, text=None):
        """Propose other terms to a debtor who asked.

        :param quote: of `_quote_arrangement`
        :param str text: what the debtor reads with it
        """
        self.ensure_one()
        self._check_stage("asked", "offered")
        today = fields.Date.context_today(self)
        until = min(quote.schedule.first_date, today + timedelta(days=OFFER_DAYS))
        self.write(
            {
                **self._prepare_terms(quote),
                "asked_terms": self.asked_terms or self.terms,
                "outside_reason": self.outside_reason,
                "stage": "offered",
                "answer": text or self.answer,
                "offer_until": until,
                "follow_date": until + timedelta(days=1),
            }
        )
        self._log(self.env._("Offered: %s.", self.terms))
        self._send(
            "template_arrangement_offer",
            {
                self.id: {
                    "hold_until": until.isoformat(),
                    "reason": self.answer,
                    **self._letter_facts(quote.schedule.instalments),
                }
            },
            balances=self.dossier_id._letter_balances(
                today, self.interest != "running"
            ),
        )

    def _withdraw(self, reason):
        """It ends without being kept, lapsed or refused; the dossier goes on."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        self._close("cancelled", stage="withdrawn", end_date=today, follow_date=False)
        self._log(self.env._("Withdrawn: %s.", reason))
        self._revive_interest()
        self._let_go(today)

    def _keep(self, on_date, with_dossier=False):
        """Everything that was agreed is paid.

        :param bool with_dossier: the dossier closes with it
        """
        self._store_stage("kept", on_date, with_dossier)
        self._log(
            {
                found.id: self.env._("Kept: everything that was agreed is paid.")
                if found.kind == "arrangement"
                else self.env._("Kept: what was promised is paid.")
                for found in self
            }
        )
        if not with_dossier:
            self._let_go(on_date)

    def _store_stage(self, stage, on_date, with_dossier=False):
        self.write(
            {
                "stage": stage,
                "end_date": on_date,
                "follow_date": False,
                "ended_with_dossier": with_dossier,
            }
        )

    def _let_go(self, on_date):
        """End the holds: the dossiers go on where they were, but not on the same day.

        Who just read that an arrangement ended is not sent a demand at once.
        """
        dossiers = self.dossier_id
        self.hold_ids.filtered(lambda hold: hold.state == "active")._end(on_date)
        soonest = on_date + timedelta(days=QUIET_DAYS)
        dossiers._schedule(
            {
                dossier.id: soonest
                for dossier in dossiers
                if dossier.state == "open"
                and dossier.next_action_date
                and dossier.next_action_date < soonest
            }
        )

    def _revive_interest(self):
        """Where interest was to be given up for keeping it, and it was not kept: the
        interest is owed again."""
        for hold in self.filtered(lambda found: found.interest == "waived").hold_ids:
            hold._write_state({"no_interest": False})

    def _revive(self):
        """Take up again what had ended: a payment came to light, or turned out not to
        be one. Interest stood still in between too, where it does."""
        today = fields.Date.context_today(self)
        for arrangement in self:
            ended = arrangement.end_date or today
            arrangement.lapsed_message_id.filtered(
                lambda message: message.state in ("queued", "rendered")
            )._cancel(self.env._("The arrangement goes on."))
            arrangement.write(
                {
                    "stage": "active",
                    "end_date": False,
                    "term_date": False,
                    "ended_with_dossier": False,
                    "missed_message_id": False,
                    "lapsed_message_id": False,
                    "follow_date": today,
                }
            )
            if arrangement.interest != "running" and arrangement.kind != "promise":
                for hold in arrangement.hold_ids:
                    hold._write_state({"no_interest": True})
            arrangement._stand_still(min(ended, today))
            arrangement._log(self.env._("Goes on: %s.", arrangement.terms))

    # === BUSINESS METHODS - MONEY === #

    def _recount(self):
        """Count what came in towards the instalments, by their dates.

        Whatever way the money came. What was reversed does not count any more: the
        instalments that it paid are open again.
        """
        arrangements = self.filtered(lambda found: found.stage in ("active", "kept"))
        if not arrangements:
            return
        arrangements._store_covered()
        today = fields.Date.context_today(self)
        short = arrangements.filtered(
            lambda found: any(part.state != "paid" for part in found.instalment_ids)
        )
        short.filtered(
            lambda found: (
                found.stage == "kept"
                and found.dossier_id.state == "open"
                # Something else was agreed since: that goes on as it is.
                and not found.dossier_id.arrangement_id
            )
        )._revive()
        full = (arrangements - short).filtered(lambda found: found.stage == "active")
        full._finish(today)
        running = arrangements.filtered(lambda found: found.stage == "active")
        running._drop_reminders()
        running._plan(today)

    def _store_covered(self):
        """Write how much of each instalment is paid, and with that its state."""
        sums = {}
        for arrangement, kind, amount in self.env["incasso.receipt"]._read_group(
            [("arrangement_id", "in", self.ids), ("state", "=", "allocated")],
            ["arrangement_id", "kind"],
            ["amount:sum"],
        ):
            paid, credited = sums.get(arrangement.id, (law_amount(0), law_amount(0)))
            if kind == "credit_note":
                credited += law_amount(amount)
            else:
                paid += law_amount(amount)
            sums[arrangement.id] = paid, credited
        rows = []
        for arrangement in self:
            parts = arrangement.instalment_ids.sorted(lambda p: (p.date, p.number))
            covered = spread(
                [law_amount(part.amount) for part in parts],
                *sums.get(arrangement.id, (law_amount(0), law_amount(0))),
            )
            for part, amount in zip(parts, covered, strict=True):
                state = part.state
                if amount == law_amount(part.amount):
                    state = "paid"
                elif state == "paid":
                    state = "postponed" if part.original_date else "open"
                rows.append({"id": part.id, "paid_amount": amount, "state": state})
        write_rows(self.env["incasso.instalment"], rows)
        self.instalment_ids.modified(["paid_amount", "state"])

    def _drop_reminders(self):
        """Withdraw what is in the outbox about instalments that are paid by now."""
        unsent = ("queued", "rendered")
        paid = self.instalment_ids.filtered(lambda part: part.state == "paid")
        reason = self.env._("The instalment was paid.")
        paid.reminder_id.filtered(lambda m: m.state in unsent)._cancel(reason)
        caught_up = self.filtered(
            lambda found: (
                found.missed_message_id
                and not any(part.state == "late" for part in found.instalment_ids)
            )
        )
        caught_up.missed_message_id.filtered(lambda m: m.state in unsent)._cancel(
            reason
        )
        caught_up.write({"missed_message_id": False})

    def _finish(self, on_date):
        """Everything that was agreed is paid. Where interest ran on, that is one more
        instalment; otherwise the arrangement is kept."""
        balances = self.dossier_id._balances(on_date)
        for arrangement in self:
            rest = balances[arrangement.dossier_id.id].due
            tolerance = law_amount(arrangement.company_id.incasso_tolerance)
            if (
                arrangement.interest == "running"
                and arrangement.kind == "arrangement"
                and tolerance < rest <= arrangement._interest_since(on_date)
            ):
                arrangement._add_interest(rest)
            else:
                arrangement._keep(on_date)

    def _interest_since(self, on_date):
        """The interest that was added from the first day through ``on_date``, euro."""
        dossier = self.dossier_id
        before = dossier._balances(self.start_date)[dossier.id]
        after = dossier._balances(on_date)[dossier.id]
        return sum(claim.interest_total for claim in after.claims) - sum(
            claim.interest_total for claim in before.claims
        )

    def _add_interest(self, amount):
        """Make the interest that ran on an instalment after the last one."""
        self.ensure_one()
        day = self._following_date()
        self.write(
            {
                "instalment_ids": [
                    Command.create(
                        {
                            "number": max(self.instalment_ids.mapped("number")) + 1,
                            "date": day,
                            "amount": float(amount),
                            "is_interest": True,
                        }
                    )
                ],
                "total": float(law_amount(self.total) + amount),
                "last_date": day,
            }
        )
        self._log(
            self.env._(
                "Interest of %(amount)s is to be paid by %(day)s.",
                amount=self.currency_id.format(float(amount)),
                day=format_date(self.env, day),
            )
        )

    # === BUSINESS METHODS - LETTERS === #

    def _log(self, texts):
        """Put a line about each on the time line of its dossier, in one statement.

        :param texts: what happened; or a dict of that by id
        """
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": found.dossier_id.id,
                    "kind": "arrangement",
                    "summary": f"{kinds[found.kind]} {found.name}. "
                    + (texts if isinstance(texts, str) else texts[found.id]),
                }
                for found in self
            ]
        )

    def _letter_facts(self, parts=None, pay=None):
        """What a letter about this says.

        :param parts: the instalments; those agreed by default
        :param pay: the instalments that are to be paid now: the first one by default
        :return: for the `extra` of a message
        """
        self.ensure_one()
        if parts is None:
            parts = self.instalment_ids.sorted(lambda part: (part.date, part.number))
        rows = [
            [part.number, part.date.isoformat(), str(law_amount(part.amount))]
            for part in parts
        ]
        if pay is None:
            pay = self.instalment_ids.filtered(lambda part: part.state != "paid")
            pay = pay.sorted(lambda part: (part.date, part.number))[:1]
        facts = {
            "arrangement": {
                "name": self.name,
                "period": self.period,
                "each": str(law_amount(self.instalment_amount)),
                "total": str(law_amount(self.total)),
                "interest": self.interest,
                "expected": str(law_amount(self.interest_expected)),
                "missed_days": self.missed_days,
                "instalments": rows,
            }
        }
        if pay:
            facts["pay"] = {
                "number": pay[:1].number,
                "amount": str(sum(map(law_amount, pay.mapped("left_amount")))),
                "by": pay[:1].date.isoformat(),
            }
        elif not self.instalment_ids and rows:
            # Not agreed yet: the first of what is offered.
            facts["pay"] = dict(zip(("number", "by", "amount"), rows[0], strict=True))
        return facts

    def _send(self, template, extra=None, balances=None, term_days=None):
        """Queue a letter for each, if its template is in use.

        :param str template: external id, without the module
        :param dict extra: facts by arrangement id, besides those of the arrangement
        :return: the messages, one for each that can be reached
        """
        messages = self.env["incasso.message"]
        template = self.env.ref(f"incasso_nl.{template}", raise_if_not_found=False)
        if not self or not template or template.state != "active":
            return messages
        today = fields.Date.context_today(self)
        dossiers = self.dossier_id
        extra = extra or {}
        facts = {
            found.dossier_id.id: {**found._letter_facts(), **extra.get(found.id, {})}
            for found in self
        }
        return messages._queue(
            dossiers,
            template,
            today,
            balances or dossiers._letter_balances(today),
            term_days=term_days,
            extra=facts,
        )

    def _send_postponed(self, instalment, before):
        """Confirm the new day of an instalment."""
        self._send(
            "template_instalment_postponed",
            {
                self.id: {
                    "postponed": {
                        "amount": str(law_amount(instalment.amount)),
                        "before": before.isoformat(),
                        "day": instalment.date.isoformat(),
                    }
                }
            },
        )
