from collections import Counter, defaultdict
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..law.window import amsterdam
from ..tools.company_days import CompanyDays
from .balance import NO_COSTS, DossierBalance
from .database import write_rows

ONE_DAY = timedelta(days=1)
# Phases in which no flow runs: a person decides every step.
MANUAL_PHASES = ("court", "enforcement")
UNSENT = ("queued", "rendered", "sending")
GONE = ("sent", "delivered")


def dutch_day(moment):
    """The date in the Netherlands at ``moment``, a naive datetime in UTC."""
    return amsterdam(moment.replace(tzinfo=UTC)).date()


class DaysByCompany(dict):
    """A :class:`CompanyDays` for each company id that is asked for."""

    def __init__(self, env):
        super().__init__()
        self._env = env

    def __missing__(self, company_id):
        company = self._env["res.company"].browse(company_id)
        # A company's calendar and settings are no secret to who works its dossiers.
        self[company_id] = days = CompanyDays(company.sudo())
        return days


class Situation(NamedTuple):
    """Where a dossier stands on its ladder: what a decision needs, and no record.

    :param deadline: last day of the term of the last message that went out
    :param due: the first due date of the open claims
    :param is_held: a hold stops the whole dossier on the day asked for
    :param has_debt_aid: the debtor has debt aid, whether somebody made the hold or not
    :param receipt_waits: money came in that nobody has booked on the dossier yet
    """

    id: int
    name: str
    company_id: int
    debtor_id: int
    debtor_type: str
    phase: str
    state: str
    run_error: str | None
    flow_id: int | None
    flow_round: int
    step_id: int | None
    next_step_id: int | None
    next_action_date: date | None
    handler_id: int | None
    tolerance: Decimal
    booked: Decimal
    limitation_date: date | None
    due: date | None
    deadline: date | None
    is_held: bool
    has_debt_aid: bool
    receipt_waits: bool


class Decision(NamedTuple):
    """What is to be done with a dossier now, and why.

    :param step: the one that is due; for ``back`` the notice of costs to go back to
    :param verdict: ``take`` the step; ``skip`` it, as its condition is not met; go
        ``back`` to the notice of costs, as claims joined that none was given for;
        ``wait`` until ``until``; ``held``: nothing, a hold stands; ``paid``: close it;
        ``aside``: a person has to look; ``none``: no step is due
    :param reason: for a reader, empty for ``take`` and ``none``
    :param balance: what is owed, where the step needs to know
    """

    situation: Situation
    step: models.BaseModel
    verdict: str
    reason: str = ""
    until: date | None = None
    balance: DossierBalance | None = None


class IncassoDossier(models.Model):
    """Everything about a dossier going through its flow.

    ``next_step_id`` is due on ``next_action_date``. After a message the date stays
    empty until the message has really gone out (``waiting_message``), as the next
    step counts from there. :meth:`_run_steps` takes the due steps of a whole batch.
    """

    # One concern a file: balance, flow and receipts would be 3,000 lines together.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    flow_id = fields.Many2one(ondelete="restrict")
    step_id = fields.Many2one(ondelete="restrict")
    next_step_id = fields.Many2one(ondelete="restrict")
    flow_round = fields.Integer(
        help="Goes up when the flow is sent back to an earlier step. A step happens "
        "once in a round.",
        default=1,
        required=True,
        readonly=True,
        copy=False,
    )
    waiting_message = fields.Boolean(
        string="Waits for Its Message to Go Out",
        help="The next step counts from the day on which the last message has really "
        "gone out.",
        readonly=True,
        copy=False,
    )
    proposed_date = fields.Date(
        string="Hand-Over Proposed On",
        help="The day on which the flow proposed to hand the dossier over.",
        readonly=True,
        copy=False,
    )

    _proposed_idx = models.Index(
        "(id) WHERE proposed_date IS NOT NULL AND state = 'open'"
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `incasso_nl` to end the flow of a dossier that goes to court."""
        result = super().write(vals)
        if vals.get("phase") in MANUAL_PHASES:
            write_rows(
                self.browse(),
                [
                    {
                        "id": dossier.id,
                        "next_step_id": None,
                        "next_action_date": None,
                        "waiting_message": False,
                    }
                    for dossier in self
                ],
            )
        return result

    # === ACTION METHODS === #

    def action_run_step(self):
        """Take the next step now instead of waiting for its day.

        :raise UserError: what stands in the way, by the article where the law says so
        """
        self.check_access("write")
        today = fields.Date.context_today(self)
        for dossier in self:
            if not dossier.next_step_id:
                raise UserError(
                    self.env._(
                        "Dossier %(dossier)s has no next step: choose a flow for it.",
                        dossier=dossier.name,
                    )
                )
        self._schedule(dict.fromkeys(self.ids, today))
        decisions = self._decide(today)
        for decision in decisions:
            if decision.verdict not in ("take", "skip", "back"):
                raise UserError(
                    self.env._(
                        "“%(step)s” cannot be taken for dossier %(dossier)s: "
                        "%(reason)s",
                        step=decision.step.name,
                        dossier=decision.situation.name,
                        reason=decision.reason,
                    )
                )
        self._run_steps(today)

    def action_try_again(self):
        """Take dossiers that were set aside back into the daily run, today."""
        self.check_access("write")
        aside = self.filtered("run_error")
        aside._log("note", self.env._("Taken back into the daily run."))
        aside.write({"run_error": False})
        today = fields.Date.context_today(self)
        late = aside.filtered(
            lambda dossier: (
                dossier.next_step_id
                and dossier.next_action_date
                and dossier.next_action_date <= today
            )
        )
        self.env["incasso.run"]._run_batch(late, today)

    def action_skip_step(self):
        """Leave out the next step; the one after it counts from today."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        skipped = [
            Decision(
                situation,
                self.env["incasso.flow.step"].browse(situation.next_step_id),
                "skip",
                self.env._("left out by hand"),
            )
            for situation in self._situations(today)
            if situation.next_step_id
        ]
        self._apply(skipped, today, Counter())

    # === BUSINESS METHODS - START AND CHANGE === #

    def _start_flow(self, flow=None, on_date=None):
        """Put dossiers at the foot of their ladder.

        A dossier that no active flow fits gets none, and says so on its time line.

        :param flow: the flow; by default the active one that fits company, party,
            debtor type and creditor
        :param date on_date: the day on which the flow starts; today by default
        """
        on_date = on_date or fields.Date.context_today(self)
        by_flow = defaultdict(self.browse)
        for company, dossiers in self.grouped("company_id").items():
            candidates = flow or self.env["incasso.flow"]._candidates(company)
            for dossier in dossiers:
                found = flow or candidates._choose(
                    "third_party" if dossier.is_third_party else "own",
                    dossier.debtor_type,
                    dossier.creditor_id.id,
                )
                by_flow[found] += dossier
        for chosen, dossiers in by_flow.items():
            if not chosen:
                dossiers._log(
                    "note", self.env._("No active flow fits: choose one by hand.")
                )
                continue
            step = chosen._steps()[:1]
            days = DaysByCompany(self.env)
            dossiers._go_to(
                step,
                {
                    found.id: step._date_after(
                        days[found.company_id], on_date, found.deadline, found.due
                    )
                    for found in dossiers._situations(on_date)
                },
            )
            dossiers._log("note", self.env._("On flow “%s”.", chosen.display_name))

    def _go_to(self, step, dates):
        """Make ``step`` the next step, and its flow the flow, of these dossiers.

        What is still in the outbox for an earlier step is withdrawn.

        :param dict[int, date] dates: the day on which to take it, by dossier id
        """
        self.outbox_ids.filtered(
            lambda message: message.step_id and message.state in UNSENT
        )._cancel(self.env._("The flow was changed."), redo=False)
        before = step._before()
        write_rows(
            self.browse(),
            [
                {
                    "id": dossier.id,
                    "flow_id": step.flow_id.id,
                    "step_id": before.id or None,
                    "next_step_id": step.id,
                    "next_action_date": dates[dossier.id],
                    "waiting_message": False,
                    # A round of its own, so that steps taken before can be taken again.
                    "flow_round": dossier.flow_round + bool(dossier.flow_id),
                    "run_error": None,
                }
                for dossier in self
            ],
        )
        if min(dates.values()) <= fields.Date.context_today(self):
            # Handed over today, written to today: do not wait for tomorrow's run.
            self.env.ref("incasso_nl.cron_daily_run")._trigger()

    def _return_to(self, step, on_date, reason):
        """Send dossiers back to ``step``, which is taken again on ``on_date``.

        :param str reason: why, for the time line
        """
        if not self:
            return
        self._go_to(step, dict.fromkeys(self.ids, on_date))
        self._log(
            "withdrawn",
            self.env._("Back to “%(step)s”: %(reason)s", step=step.name, reason=reason),
            step_id=step.id,
        )

    def _change_flow(self, step, on_date, reason):
        """Go on with ``step``, as somebody decided.

        :param step: `incasso.flow.step` of any active flow
        :param date on_date: the day on which to take it
        :param str reason: why, for the time line
        """
        if not self:
            return
        days = DaysByCompany(self.env)
        dates = {}
        for dossier in self:
            calendar = days[dossier.company_id.id]
            dates[dossier.id] = (
                calendar.contact_day(on_date) if step._is_contact() else on_date
            )
        self._go_to(step, dates)
        self._log(
            "override",
            self.env._(
                "On flow “%(flow)s”, next step “%(step)s”: %(reason)s",
                flow=step.flow_id.display_name,
                step=step.name,
                reason=reason,
            ),
            step_id=step.id,
        )

    def _schedule(self, dates):
        """Set the day of the next step.

        :param dict[int, date] dates: the day by dossier id
        """
        write_rows(
            self.browse(),
            [
                {"id": dossier_id, "next_action_date": day, "waiting_message": False}
                for dossier_id, day in dates.items()
            ],
        )

    def _resume_flow(self, held_days=0):
        """Go on where the flow stood still: a hold ended, or a dossier was reopened.

        :param int held_days: how many days it stood still; its days move by as many
        """
        today = fields.Date.context_today(self)
        days = DaysByCompany(self.env)
        dates = {}
        for dossier in self.filtered("next_step_id"):
            step = dossier.next_step_id
            if dossier.next_action_date:
                day = dossier.next_action_date + timedelta(days=held_days)
                day = max(day, today)
                dates[dossier.id] = (
                    days[dossier.company_id.id].contact_day(day)
                    if step._is_contact()
                    else day
                )
            elif not dossier._step_messages().filtered(
                lambda message: message.state in (*UNSENT, *GONE)
            ):
                # Its message was withdrawn when the flow was stopped.
                dossier._return_to(
                    dossier.step_id,
                    days[dossier.company_id.id].contact_day(today),
                    self.env._("its message was withdrawn."),
                )
        self._schedule(dates)
        self._message_sent(self.filtered("waiting_message").outbox_ids)

    def _step_messages(self):
        """The messages of the last step of each dossier, in its present round."""
        return self.outbox_ids.filtered(
            lambda message: (
                message.step_id
                and message.step_id == message.dossier_id.step_id
                and message.flow_round == message.dossier_id.flow_round
            )
        )

    def _claims_added(self, on_date=None):
        """New claims joined running dossiers: give notice of them too.

        Of a consumer the costs of a claim can be charged only after a notice that names
        it (art. 6:96 lid 6 BW). A flow that is past its notice goes back to it when the
        next message is due (see :meth:`_notice_missing`): a second notice while the
        first one runs would promise another term. Where no message comes any more it
        goes back now.
        """
        on_date = on_date or fields.Date.context_today(self)
        for dossier in self.filtered(
            lambda dossier: dossier.debtor_type == "consumer" and dossier.flow_id
        ):
            notice = dossier.flow_id._notice_step()
            passed = dossier.step_id and dossier.step_id._rank() >= notice._rank()
            ahead = dossier.flow_id._steps().filtered(
                lambda step, dossier=dossier: (
                    dossier.next_step_id
                    and step._is_message()
                    and step._rank() >= dossier.next_step_id._rank()
                )
            )
            if notice and passed and not ahead:
                day = CompanyDays(dossier.company_id).contact_day(on_date)
                dossier._return_to(notice, day, self._new_claims_reason())

    def _new_claims_reason(self):
        return self.env._("there are new claims to give notice of.")

    # === BUSINESS METHODS - DAILY RUN === #

    def _run_steps(self, on_date=None):
        """Take every step that is due for these dossiers, in constant queries.

        Steps that follow at once are taken too. No step is taken twice: the ladder is
        only ever climbed, in the same transaction as what the step does, and unique
        indexes on messages and events hold that line in the database.

        :param date on_date: the day of the run; today by default
        :return: how many dossiers were given a step (``take``), passed one over
            (``skip``), went ``back`` to the notice of costs, ``wait`` on, were found
            ``held`` or ``paid``, or were set ``aside``; and how many ``messages`` were
            made
        :rtype: collections.Counter
        """
        on_date = on_date or fields.Date.context_today(self)
        counts = Counter()
        dossiers = self
        while dossiers:
            dossiers = dossiers._apply(dossiers._decide(on_date), on_date, counts)
        return counts

    def _plan_steps(self, on_date):
        """What :meth:`_run_steps` would do, without doing it.

        :return: a decision for each step of each dossier, in the order of the steps
        :rtype: list[Decision]
        """
        days = DaysByCompany(self.env)
        decisions = []
        situations = self._situations(on_date)
        while situations:
            found = self._decide(on_date, situations)
            decisions += found
            situations = [
                decision.situation._replace(
                    step_id=decision.step.id,
                    next_step_id=following.id,
                    next_action_date=on_date,
                )
                for decision, following, day in self._next_steps(found, on_date, days)
                if following and day and day <= on_date
            ] + [
                decision.situation._replace(
                    step_id=decision.step._before().id or None,
                    next_step_id=decision.step.id,
                    flow_round=decision.situation.flow_round + 1,
                )
                for decision in found
                if decision.verdict == "back"
            ]
        return decisions

    def _situations(self, on_date):
        """Where these dossiers stand, in their own order.

        :rtype: list[Situation]
        """
        if not self:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dossier.id, dossier.name, dossier.company_id,
                       dossier.debtor_id, dossier.debtor_type, dossier.phase,
                       dossier.state, dossier.run_error, dossier.flow_id,
                       dossier.flow_round, dossier.step_id, dossier.next_step_id,
                       dossier.next_action_date, dossier.handler_id,
                       company.incasso_tolerance, COALESCE(dossier.balance, 0),
                       dossier.limitation_date,
                       claims.due, term.deadline,
                       dossier.is_held OR EXISTS (
                           SELECT FROM incasso_hold hold
                            WHERE hold.dossier_id = dossier.id
                              AND hold.state = 'active'
                              AND hold.start_date <= %(day)s
                              AND (hold.end_date IS NULL OR hold.end_date >= %(day)s)
                              AND NOT EXISTS (
                                  SELECT FROM incasso_claim_incasso_hold_rel partial
                                   WHERE partial.incasso_hold_id = hold.id
                              )
                       ),
                       EXISTS (
                           SELECT FROM incasso_debt_aid aid
                            WHERE aid.partner_id = dossier.debtor_id
                              AND aid.state = 'active'
                              AND aid.start_date <= %(day)s
                              AND (aid.end_date IS NULL OR aid.end_date >= %(day)s)
                       ),
                       EXISTS (
                           SELECT FROM incasso_receipt receipt
                            WHERE receipt.dossier_id = dossier.id
                              AND receipt.state = 'proposed'
                       )
                  FROM UNNEST(%(ids)s) WITH ORDINALITY AS wanted (id, position)
                  JOIN incasso_dossier dossier ON dossier.id = wanted.id
                  JOIN res_company company ON company.id = dossier.company_id
             LEFT JOIN LATERAL (
                           SELECT MIN(claim.due_date) AS due
                             FROM incasso_claim claim
                            WHERE claim.dossier_id = dossier.id
                              AND claim.state = 'open'
                       ) claims ON TRUE
             LEFT JOIN LATERAL (
                           SELECT message.deadline_date AS deadline
                             FROM incasso_message message
                            WHERE message.dossier_id = dossier.id
                              AND message.step_id IS NOT NULL
                              AND message.deadline_date IS NOT NULL
                              AND message.state IN %(gone)s
                         ORDER BY message.id DESC
                            LIMIT 1
                       ) term ON TRUE
              ORDER BY wanted.position
                """,
                day=on_date,
                ids=list(self.ids),
                gone=GONE,
            )
        )
        return [Situation(*row) for row in rows]

    # === BUSINESS METHODS - DECIDING === #

    def _decide(self, on_date, situations=None):
        """What is to be done with each dossier on ``on_date``; changes nothing.

        :param list[Situation] situations: where the dossiers stand, if not as stored
        :rtype: list[Decision]
        """
        if situations is None:
            situations = self._situations(on_date)
        days = DaysByCompany(self.env)
        steps = self.env["incasso.flow.step"].browse(
            {situation.next_step_id for situation in situations} - {None}
        )
        step_by_id = {step.id: step for step in steps}
        decisions, open_ones = [], []
        for situation in situations:
            step = step_by_id.get(situation.next_step_id, steps.browse())
            decision = self._gate(situation, step, on_date, days)
            if decision:
                decisions.append(decision)
            else:
                open_ones.append((situation, step))
        balances = self.browse(
            situation.id for situation, step in open_ones if step._needs_balance()
        )._balances(on_date)
        channels = self.browse(
            situation.id for situation, step in open_ones if step.condition_channel
        )._channels()
        for situation, step in open_ones:
            decisions.append(
                self._judge(
                    situation,
                    step,
                    on_date,
                    balances.get(situation.id),
                    channels.get(situation.id, ()),
                )
            )
        return decisions

    def _gate(self, situation, step, on_date, days):
        """What forbids any step for this dossier today: a decision, or None."""

        def decision(verdict, reason="", until=None):
            return Decision(situation, step, verdict, reason, until)

        if (
            situation.state != "open"
            or not step
            or situation.run_error
            or not situation.next_action_date
            or situation.next_action_date > on_date
        ):
            return decision("none", self.env._("No step is due."))
        if situation.is_held:
            return decision("held", self.env._("A hold stops the flow."))
        if situation.has_debt_aid:
            return decision(
                "aside",
                self.env._(
                    "The debtor has debt aid, and no hold stands on this dossier: put "
                    "one on it, or end the debt aid."
                ),
            )
        calendar = days[situation.company_id]
        if step._is_contact() and not calendar.is_contact_day(on_date):
            return decision(
                "wait",
                self.env._(
                    "No contact on Sundays, holidays and days equated with them "
                    "(art. 4.2 Bki)."
                ),
                calendar.contact_day(on_date),
            )
        if situation.receipt_waits:
            return decision(
                "wait",
                self.env._("A receipt for this dossier waits to be confirmed."),
                calendar.add(on_date, 1, "working"),
            )
        return None

    def _judge(self, situation, step, on_date, balance, channels):
        """The decision for a dossier whose step is due and which nothing forbids."""

        def decision(verdict, reason="", until=None, step=step):
            return Decision(situation, step, verdict, reason, until, balance)

        owed = balance.due if balance else situation.booked
        if owed <= situation.tolerance:
            return decision("paid", self.env._("Nothing is owed any more."))
        if balance:
            balance = balance.without_held()
            if balance.due <= situation.tolerance:
                return decision("held", self.env._("All that is unpaid is held."))
            owed = balance.due
        unmet = step._unmet_condition(situation.debtor_type, owed, channels)
        if unmet:
            return decision("skip", unmet)
        if not step._is_message():
            return decision("take")
        asked = [claim for claim in balance.claims if claim.principal > 0]
        lapsed = [
            claim
            for claim in asked
            if claim.limitation_date and claim.limitation_date < on_date
        ]
        if lapsed:
            return decision(
                "aside",
                self.env._(
                    "%(claim)s lapsed on %(day)s (art. 3:306 and further BW): close it "
                    "as prescribed, or register what interrupted the limitation.",
                    claim=lapsed[0].name,
                    day=format_date(self.env, lapsed[0].limitation_date),
                ),
            )
        if step.action == "notice":
            return self._judge_notice(decision, asked)
        if situation.debtor_type == "consumer":
            notice = self._notice_missing(step, asked, balance.claims)
            if notice and not notice._unmet_condition(
                situation.debtor_type, owed, channels
            ):
                return decision("back", self._new_claims_reason(), step=notice)
            if step.charge_costs:
                return self._judge_costs(decision, asked, on_date)
        return decision("take")

    def _notice_missing(self, step, asked, claims):
        """Back to the notice of costs, where claims joined a consumer's dossier after
        it; but first the message that follows the notice, which charges what that
        announced for the other claims. Where no notice was ever given, a person let the
        flow pass it, and has to look again.

        :param asked: claims of which the principal is asked for
        :param claims: all of the dossier, also those that were paid
        :return: the step of the notice, or None
        """
        chargeable = [
            claim
            for claim in asked
            if claim.cost_rule != "none" and claim.claim_kind not in NO_COSTS
        ]
        if all(claim.costs_due_from for claim in chargeable) or not any(
            claim.costs_due_from for claim in claims
        ):
            return None
        notice = step.flow_id._notice_step()
        if not notice or step._rank() < notice._rank():
            return None
        messages = list(step.flow_id._steps().filtered(lambda rung: rung._is_message()))
        follows = messages[messages.index(step) - 1] == notice
        if follows and any(claim.costs_due_from for claim in chargeable):
            return None
        return notice

    def _judge_notice(self, decision, asked):
        """A notice that would announce nothing is left out."""
        if asked and all(claim.costs_due_from for claim in asked):
            return decision(
                "skip", self.env._("notice of costs was given for every claim already")
            )
        return decision("take")

    def _judge_costs(self, decision, asked, on_date):
        """Costs from a consumer only after a notice ran out: art. 6:96 lid 6 BW."""
        chargeable = [claim for claim in asked if claim.cost_rule != "none"]
        days = [claim.costs_due_from for claim in chargeable if claim.costs_due_from]
        if chargeable and not days:
            return decision(
                "aside",
                self.env._(
                    "A consumer owes no costs before a notice of costs has run out "
                    "unpaid (art. 6:96 lid 6 BW), and no valid notice was sent: send "
                    "the notice, or put the dossier on a flow that does."
                ),
            )
        if days and min(days) > on_date:
            return decision(
                "wait",
                self.env._(
                    "The term of the notice of costs is still running (art. 6:96 lid 6 "
                    "BW)."
                ),
                min(days),
            )
        return decision("take")

    def _channels(self):
        """Ways in which whoever the message goes to can be reached.

        :return: a set of ``email``, ``post`` and ``phone`` by dossier id
        :rtype: dict[int, set[str]]
        """
        recipients = self._recipients()
        if not recipients:
            return {}
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id,
                       COALESCE(email, '') != ''
                           AND incasso_email_unreachable IS NOT TRUE,
                       COALESCE(street, '') != '' AND COALESCE(city, '') != ''
                           AND incasso_post_unreachable IS NOT TRUE,
                       COALESCE(phone, '') != ''
                  FROM res_partner
                 WHERE id IN %s
                """,
                tuple({partner.id for partner in recipients.values()}),
            )
        )
        names = ("email", "post", "phone")
        found = {
            partner_id: {name for name, there in zip(names, row, strict=True) if there}
            for partner_id, *row in rows
        }
        return {
            dossier_id: found[partner.id] for dossier_id, partner in recipients.items()
        }

    # === BUSINESS METHODS - ACTING === #

    def _apply(self, decisions, on_date, counts):
        """Do what was decided.

        :param collections.Counter counts: is added to, as :meth:`_run_steps` returns it
        :return: the dossiers that have another step due at once
        """
        by_verdict = defaultdict(list)
        for decision in decisions:
            by_verdict[decision.verdict].append(decision)
        for verdict in ("take", "skip", "back", "wait", "held", "paid", "aside"):
            counts[verdict] += len(by_verdict[verdict])
        if by_verdict["paid"]:
            self.browse(found.situation.id for found in by_verdict["paid"])._close(
                "paid", on_date
            )
        self._set_aside(
            {found.situation.id: found.reason for found in by_verdict["aside"]}
        )
        self._wait(by_verdict["wait"])
        taken = self._take(by_verdict["take"], on_date, counts)
        self._record_steps(taken, by_verdict["skip"])
        back = self.browse()
        for found in by_verdict["back"]:
            back += self.browse(found.situation.id)
            back[-1:]._return_to(found.step, on_date, found.reason)
        return self._climb(taken + by_verdict["skip"], on_date) + back

    def _set_aside(self, reasons):
        """Take dossiers out of the daily run until a person has looked at them.

        :param dict[int, str] reasons: why, by dossier id
        """
        write_rows(
            self.browse(),
            [{"id": id_, "run_error": why} for id_, why in reasons.items()],
        )
        self.browse(reasons)._log("error", reasons)

    def _wait(self, decisions):
        self._schedule({found.situation.id: found.until for found in decisions})
        # On a quiet day nothing happened that anybody has to read about.
        told = [found for found in decisions if found.step._is_message()]
        self.browse(found.situation.id for found in told)._log(
            "note",
            {
                found.situation.id: self.env._(
                    "“%(step)s” waits until %(day)s: %(reason)s",
                    step=found.step.name,
                    day=format_date(self.env, found.until),
                    reason=found.reason,
                )
                for found in told
            },
        )

    def _take(self, decisions, on_date, counts):
        """Take the steps, all dossiers of a step together.

        :return: the decisions that were carried out: not those of debtors who cannot
            be reached, which were put on hold
        """
        by_step = defaultdict(list)
        for decision in decisions:
            by_step[decision.step].append(decision)
        taken = []
        for step, group in by_step.items():
            take = getattr(self, f"_take_{step.action}")
            taken += take(step, group, on_date, counts)
        return taken

    def _message_content(self, step, decisions, on_date):
        """What the messages of a step are made of.

        :return: the dossiers, what they owe, and the costs that the messages announce
            or charge with the claims they are for, the latter two by dossier id
        """
        dossiers = self.browse(found.situation.id for found in decisions)
        balances = {found.situation.id: found.balance for found in decisions}
        costs = {}
        if step.charge_costs or step.action == "notice":
            costs = dossiers._new_costs(balances, on_date, step.charge_costs, False)
        return dossiers, balances, costs

    def _take_message(self, step, decisions, on_date, counts):
        dossiers, balances, costs = self._message_content(step, decisions, on_date)
        messages = self.env["incasso.message"]._queue(
            dossiers,
            step.template_id,
            on_date,
            balances,
            step=step,
            channel=step.channel,
            term_days=step.term_days,
            claim_interest=step.claim_interest,
            costs={id_: found for id_, (found, _claims) in costs.items()},
        )
        # Not all that the messages say, explanations included.
        messages.fetch(["dossier_id"])
        reached = messages.dossier_id
        if step.charge_costs:
            reached._charge_costs(on_date, messages, found=costs)
        counts["messages"] += len(messages)
        unreached = dossiers - reached
        if unreached:
            counts["take"] -= len(unreached)
            counts["held"] += len(unreached)
            unreached._hold(
                "address_unknown",
                self.env._("No way to reach the debtor for “%s”.", step.name),
                on_date,
            )
        reached_ids = set(reached.ids)
        return [found for found in decisions if found.situation.id in reached_ids]

    def _take_notice(self, step, decisions, on_date, counts):
        return self._take_message(step, decisions, on_date, counts)

    def _take_call(self, step, decisions, on_date, counts):
        self._plan_activities("mail.mail_activity_data_call", step, decisions, on_date)
        return decisions

    def _take_proposal(self, step, decisions, on_date, counts):
        self._plan_activities("mail.mail_activity_data_todo", step, decisions, on_date)
        write_rows(
            self.browse(),
            [
                {"id": found.situation.id, "proposed_date": on_date}
                for found in decisions
            ],
        )
        return decisions

    def _take_phase(self, step, decisions, on_date, counts):
        moved = [
            found.situation.id
            for found in decisions
            if found.situation.phase != step.to_phase
        ]
        write_rows(
            self.browse(), [{"id": id_, "phase": step.to_phase} for id_ in moved]
        )
        self.browse(moved)._log("phase", step._describe_action())
        return decisions

    def _take_close(self, step, decisions, on_date, counts):
        self.browse(found.situation.id for found in decisions)._close(
            step.close_reason, on_date
        )
        return decisions

    def _plan_activities(self, type_xmlid, step, decisions, on_date):
        """One activity a dossier for its handler; all of them in one create."""
        # Without a message to each handler about each activity: the run tells of
        # thousands, and the list of activities shows them all.
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        activities.create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": found.situation.id,
                    "activity_type_id": self.env.ref(type_xmlid).id,
                    "summary": step.name,
                    "note": step.note,
                    "date_deadline": on_date,
                    "user_id": found.situation.handler_id,
                    "automated": True,
                }
                for found in decisions
            ]
        )

    def _record_steps(self, taken, skipped):
        """Put the steps on the time lines."""
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": found.situation.id,
                    "kind": "step",
                    "summary": found.step.name,
                    "step_id": found.step.id,
                }
                for found in taken
            ]
            + [
                {
                    "dossier_id": found.situation.id,
                    "kind": "skipped",
                    "summary": self.env._(
                        "“%(step)s” left out: %(reason)s",
                        step=found.step.name,
                        reason=found.reason,
                    ),
                    "step_id": found.step.id,
                }
                for found in skipped
            ]
        )

    # === BUSINESS METHODS - THE NEXT STEP === #

    def _next_steps(self, decisions, on_date, days):
        """The step after each decision that was carried out, and its day.

        :return: decision, step and day; no day as long as the message of the step has
            not gone out
        """
        carried_out = [
            found for found in decisions if found.verdict in ("take", "skip")
        ]
        flows = self.env["incasso.flow"].browse(
            {found.situation.flow_id for found in carried_out}
        )
        following = {}
        for flow in flows:
            steps = list(flow._steps())
            following.update(
                zip(steps, [*steps[1:], flow.step_ids.browse()], strict=True)
            )
        for found in carried_out:
            step = following[found.step]
            sends = found.verdict == "take" and found.step._is_message()
            if not step or (sends and not step._is_immediate()):
                yield found, step, None
                continue
            day = step._date_after(
                days[found.situation.company_id],
                on_date,
                found.situation.deadline,
                found.situation.due,
            )
            yield found, step, day

    def _climb(self, decisions, on_date):
        """Make the step after it each dossier's next step.

        :return: the dossiers for which that step is due at once
        """
        days = DaysByCompany(self.env)
        rows = []
        for found, step, day in self._next_steps(decisions, on_date, days):
            rows.append(
                {
                    "id": found.situation.id,
                    "step_id": found.step.id,
                    "next_step_id": step.id or None,
                    "last_action_date": on_date,
                    "next_action_date": day,
                    "waiting_message": bool(step) and day is None,
                }
            )
        write_rows(self.browse(), rows)
        return self.browse(
            row["id"]
            for row in rows
            if row["next_action_date"] and row["next_action_date"] <= on_date
        )

    # === BUSINESS METHODS - WHAT MESSAGES TELL === #

    def _message_sent(self, messages):
        """Messages really went out: the next step counts from there.

        Where a step sends by two channels it is done when nothing of it is left in the
        outbox.

        :param messages: `incasso.message` of any dossiers, some without a step
        """
        self._leave_reminders(messages)
        messages = messages.filtered("step_id")
        if not messages:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dossier.id, dossier.company_id, dossier.next_step_id,
                       MAX(message.sent_at), MAX(message.deadline_date),
                       MIN(claims.due)
                  FROM incasso_dossier dossier
                  JOIN incasso_message message
                    ON message.dossier_id = dossier.id
                   AND message.step_id = dossier.step_id
                   AND message.flow_round = dossier.flow_round
                  JOIN LATERAL (
                           SELECT MIN(claim.due_date) AS due
                             FROM incasso_claim claim
                            WHERE claim.dossier_id = dossier.id
                              AND claim.state = 'open'
                       ) claims ON TRUE
                 WHERE dossier.id IN %(dossiers)s
                   AND dossier.waiting_message
                   AND dossier.state = 'open'
              GROUP BY dossier.id
                HAVING BOOL_OR(message.state IN %(gone)s)
                   AND NOT BOOL_OR(message.state IN %(unsent)s)
                """,
                dossiers=tuple(messages.dossier_id.ids),
                gone=GONE,
                unsent=UNSENT,
            )
        )
        days = DaysByCompany(self.env)
        steps = self.env["incasso.flow.step"]
        self._schedule(
            {
                dossier_id: steps.browse(step_id)._date_after(
                    days[company_id], dutch_day(sent_at), deadline, due
                )
                for dossier_id, company_id, step_id, sent_at, deadline, due in rows
            }
        )

    def _message_withdrawn(self, messages, redo=True):
        """Messages were withdrawn before they went out.

        :param messages: `incasso.message` of any dossiers, withdrawn already
        :param bool redo: the flow takes the step again as soon as it can; otherwise it
            goes on as if the message had gone out today
        """
        today = fields.Date.context_today(self)
        open_dossiers = messages.dossier_id.filtered(
            lambda dossier: dossier.state == "open"
        )
        of_step = open_dossiers._step_messages()
        current = messages & of_step
        partly_sent = of_step.filtered(lambda message: message.state in GONE).dossier_id
        (current.dossier_id - partly_sent)._uncharge_withdrawn(
            current, self.env._("the message that asks for them did not go out.")
        )
        if redo:
            for step, group in current.grouped("step_id").items():
                (group.dossier_id - partly_sent)._return_to(
                    step, today, self.env._("its message was withdrawn.")
                )
        else:
            days = DaysByCompany(self.env)
            (current.dossier_id - partly_sent)._schedule(
                {
                    situation.id: self.env["incasso.flow.step"]
                    .browse(situation.next_step_id)
                    ._date_after(
                        days[situation.company_id],
                        today,
                        situation.deadline,
                        situation.due,
                    )
                    for situation in current.dossier_id._situations(today)
                    if situation.next_step_id
                }
            )
        self._message_sent(
            current.filtered(lambda message: message.dossier_id in partly_sent)
        )

    def _message_undeliverable(self, messages):
        """Messages did not reach the debtor: bounced, returned or failed.

        The step is taken again by the way that is left; where none is, the dossier
        waits for an address. Of a notice of costs that also goes when the flow has
        moved on: what follows rests on it (art. 6:96 lid 6 BW).

        :param messages: `incasso.message` of any dossiers, marked already, as is on the
            partner what cannot be used any more
        """
        today = fields.Date.context_today(self)
        dossiers = messages.dossier_id.filtered(lambda dossier: dossier.state == "open")
        channels = dossiers._channels()
        repeat = defaultdict(self.browse)
        unreachable = self.browse()
        for message in messages:
            dossier = message.dossier_id & dossiers
            if not dossier or dossier.outbox_ids.filtered(
                lambda other, message=message: (
                    message.step_id
                    and other.step_id == message.step_id
                    and other.flow_round == message.flow_round
                    and other.state in (*UNSENT, *GONE)
                )
            ):
                # Closed, or on its way through the other channel.
                continue
            is_last = (
                message.step_id == dossier.step_id
                and message.flow_round == dossier.flow_round
            )
            if message.step_id and (is_last or message.kind == "notice"):
                repeat[message.step_id] |= dossier
            if not channels.get(dossier.id, set()) & {"email", "post"}:
                unreachable |= dossier
        days = DaysByCompany(self.env)
        for step, group in repeat.items():
            for company, part in group.grouped("company_id").items():
                part._return_to(
                    step,
                    days[company.id].contact_day(today),
                    self.env._("its message did not arrive."),
                )
        unreachable.filtered(lambda dossier: not dossier.is_held)._hold(
            "address_unknown",
            self.env._("Neither letters nor e-mail reach the debtor."),
            today,
        )
        self._message_sent(messages)
