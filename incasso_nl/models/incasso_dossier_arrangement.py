from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..law.amounts import ZERO
from ..law.imputation import LEGAL_ORDER
from ..law.interest import Reduction
from ..report.letter_values import amount_text
from ..tools.instalments import PERIODS, Schedule, schedule
from .incasso_arrangement import OPEN_STAGES
from .incasso_dossier import CLOSE_SETTLED
from .incasso_dossier_receipt import Open
from .incasso_law import law_amount

#: A first instalment later than this is no arrangement any more.
FIRST_WITHIN = timedelta(days=366)
#: Not with instalments: the law says who is paid, and from what.
INSOLVENT = ("bankruptcy", "wsnp")


class Quote(NamedTuple):
    """What an arrangement would come to, if it began now.

    :param rule: `incasso.arrangement.rule`, empty where none applies
    :param by: ``amount`` or ``number``: what the sum was divided by
    :param total: euro: the balance of the first day
    :param interest: a key of ``INTEREST_MODES``
    :param expected: euro: the interest that is added if every instalment is paid on its
        day; zero where none runs
    :param reasons: why a handler has to decide; empty where the rules allow it
    """

    rule: models.BaseModel
    period: str
    by: str
    schedule: Schedule
    total: Decimal
    interest: str
    expected: Decimal
    reasons: list[str]


class IncassoDossier(models.Model):
    """Payment arrangements and promises: what may be agreed, and what follows when
    money comes in or the dossier closes."""

    # One concern a file: balance, flow and receipts would be 3,000 lines together.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    arrangement_ids = fields.One2many(
        comodel_name="incasso.arrangement", inverse_name="dossier_id"
    )
    arrangement_id = fields.Many2one(
        string="Running Arrangement",
        help="The arrangement or promise that is asked for, offered or active.",
        comodel_name="incasso.arrangement",
        compute="_compute_arrangement_id",
    )
    arrangement_count = fields.Integer(compute="_compute_arrangement_id")

    # === COMPUTE METHODS === #

    @api.depends("arrangement_ids.stage")
    def _compute_arrangement_id(self):
        for dossier in self:
            found = dossier.arrangement_ids
            dossier.arrangement_count = len(found)
            dossier.arrangement_id = found.filtered(
                lambda arrangement: arrangement.stage in OPEN_STAGES
            )[:1]

    # === ACTION METHODS === #

    def action_arrange(self):
        """Make a payment arrangement with the debtor on the phone."""
        self.ensure_one()
        return self._action_arrange(self.env._("Arrangement"))

    def action_promise(self):
        """Note what the debtor promised to pay, and when."""
        self.ensure_one()
        return self._action_arrange(self.env._("Promise"), default_kind="promise")

    def _action_arrange(self, name, **defaults):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "incasso.arrange",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dossier_id": self.id, **defaults},
        }

    def action_view_arrangements(self):
        """Show the arrangements and promises of these dossiers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.incasso_arrangement_action"
        )
        found = self.arrangement_ids
        action["domain"] = [("dossier_id", "in", self.ids)]
        action["context"] = {"create": False}
        if len(found) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=found.id)
        return action

    # === BUSINESS METHODS - WHAT MAY BE AGREED === #

    def _quote_arrangement(
        self, period, first_date, on_date, amount=None, number=None, other_than=None
    ):
        """What an arrangement would come to, if it began on a day; changes nothing.

        :param str period: a key of `tools.instalments.PERIODS`
        :param date first_date: of the first instalment
        :param date on_date: its first day
        :param Decimal amount: euro each time; or else
        :param int number: how many times
        :param other_than: an arrangement that this one comes in the place of
        :rtype: Quote
        :raise UserError: it cannot be, whoever decides
        """
        self.ensure_one()
        self._check_arrangeable(on_date, other_than)
        self._check_first_date(first_date, on_date)
        rule = self.env["incasso.arrangement.rule"]._for_dossiers(self)[self]
        mode = rule.interest or self._default_interest()
        balance = self._arrangeable(on_date, mode != "running")
        total = balance.total if mode == "running" else balance.due
        if period not in PERIODS:
            raise UserError(self.env._("Choose a week, four weeks or a month."))
        if total <= ZERO:
            raise UserError(self.env._("Nothing is owed."))
        try:
            found = schedule(total, period, first_date, amount=amount, number=number)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(total)s cannot be divided like that. Choose another amount or "
                    "number of instalments.",
                    total=self._arrangement_money(total),
                )
            ) from error
        expected = ZERO
        if mode == "running":
            expected = self._interest_along(found, on_date)
        reasons = self._outside_reasons(rule, found, on_date)
        by = "number" if amount is None else "amount"
        return Quote(rule, period, by, found, total, mode, expected, reasons)

    def _arrangement_money(self, amount):
        """Euro as debtors read it everywhere: these sentences are shown to them too.

        :param amount: Decimal, or float as a field holds it
        """
        lang = "nl" if (self.env.lang or "").startswith("nl") else "en"
        return amount_text(law_amount(amount), lang)

    def _default_interest(self):
        """What becomes of interest where no rule says it."""
        return "frozen" if self.debtor_type == "consumer" else "running"

    def _check_arrangeable(self, on_date, other_than=None):
        """
        :param other_than: an arrangement that is decided about now
        :raise UserError: nothing can be agreed in this dossier
        """
        self.ensure_one()
        running = self.arrangement_ids.filtered(lambda a: a.stage in OPEN_STAGES)
        if other_than:
            running -= other_than
        if self.state != "open":
            raise UserError(self.env._("Dossier %s is closed.", self.name))
        if running:
            raise UserError(
                self.env._(
                    "There is an arrangement or a promise for this dossier already: "
                    "%s.",
                    running[:1].name,
                )
            )
        lapsed = self.claim_ids.filtered(
            lambda claim: (
                claim.state == "open"
                and claim.limitation_date
                and claim.limitation_date < on_date
            )
        )
        if lapsed:
            raise UserError(
                self.env._(
                    "%s is prescribed (art. 3:306 and following BW): nothing is "
                    "arranged about it. Withdraw it, or record what interrupted the "
                    "limitation.",
                    lapsed[0].name,
                )
            )
        # sudo: only whether there is any; a debtor's own page asks this too.
        aids = self.env["incasso.debt.aid"].sudo()._active_for(self.debtor_id)
        if any(aid.kind in INSOLVENT for found in aids.values() for aid in found):
            raise UserError(
                self.env._(
                    "The debtor is bankrupt or in debt restructuring: only the trustee "
                    "pays (art. 26 and 313 Fw)."
                )
            )
        if self._disputes().filtered(lambda hold: not hold.claim_ids):
            raise UserError(
                self.env._("The dossier is disputed: answer the dispute first.")
            )

    def _check_first_date(self, first_date, on_date):
        """:raise UserError: the day has passed, or is too far away"""
        if not first_date or first_date < on_date:
            raise UserError(self.env._("Choose a day from today on to pay."))
        if first_date > on_date + FIRST_WITHIN:
            raise UserError(self.env._("The first day to pay is too far away."))

    def _disputes(self):
        return self.hold_ids.filtered(
            lambda hold: hold.kind == "dispute" and hold.state == "active"
        )

    def _arrangeable(self, on_date, no_interest):
        """The balance of a day without what is disputed.

        :param bool no_interest: no interest runs from that day on
        :rtype: models.balance.DossierBalance
        """
        self.ensure_one()
        return self._letter_balances(on_date, no_interest)[self.id]

    def _letter_balances(self, on_date, no_interest=False):
        """Balances as letters about arrangements show them: an arrangement's own hold
        leaves nothing out, only disputed claims are.

        :param bool no_interest: no interest runs from that day on
        """
        balances = self._balances(
            on_date, no_interest_from=on_date if no_interest else None
        )
        disputed = set(self._disputes().claim_ids.ids)
        return {
            dossier_id: balance._replace(
                claims=[
                    claim._replace(is_held=claim.claim_id in disputed)
                    for claim in balance.claims
                ]
            ).without_held()
            for dossier_id, balance in balances.items()
        }

    def _outside_reasons(self, rule, found, on_date):
        """Why a handler has to decide about a schedule.

        :rtype: list[str]
        """
        self.ensure_one()
        reasons = []
        if not rule:
            return [self.env._("There are no rules for this debtor.")]
        last = on_date + relativedelta(months=rule.most_months)
        if found.last_date > last:
            reasons.append(
                self.env._(
                    "It ends after %(day)s: more than %(months)s months.",
                    day=format_date(self.env, last),
                    months=rule.most_months,
                )
            )
        if found.count > 1 and found.amount < law_amount(rule.smallest_amount):
            reasons.append(
                self.env._(
                    "An instalment is less than %s.",
                    self._arrangement_money(rule.smallest_amount),
                )
            )
        soonest = on_date + timedelta(days=rule.first_days)
        if found.first_date > soonest:
            reasons.append(
                self.env._(
                    "The first instalment is after %s.", format_date(self.env, soonest)
                )
            )
        return reasons + self._personal_reasons()

    def _personal_reasons(self):
        """What else in a dossier is for a person to judge, whatever the terms."""
        reasons = []
        if self.arrangement_ids.filtered(lambda found: found.stage == "lapsed"):
            reasons.append(
                self.env._("An earlier arrangement or promise was not kept.")
            )
        if self.phase in ("court", "enforcement"):
            reasons.append(self.env._("The dossier is in court."))
        # sudo: only whether there is any; a debtor's own page asks this too.
        if self.env["incasso.debt.aid"].sudo()._active_for(self.debtor_id):
            reasons.append(self.env._("Somebody helps with the debts."))
        return reasons

    def _interest_along(self, found, on_date):
        """The interest that is added if a schedule is paid on its days.

        :param found: `tools.instalments.Schedule`
        :param date on_date: the first day of the arrangement
        :return: euro
        :rtype: Decimal
        """
        self.ensure_one()
        paid, costs = {}, ZERO
        for part in found.instalments:
            balance = self._balances(part.date, planned=paid)[self.id]
            balance = balance._replace(
                costs=balance.costs - costs, interest_claimed=True
            )
            result = Open(balance, LEGAL_ORDER).impute(part.amount)
            costs += result.dossier_costs
            for key, imputed in result.claims.items():
                paid.setdefault(key.claim_id, []).append(
                    Reduction(part.date, imputed.paid.principal, imputed.paid.interest)
                )
        left = self._balances(found.last_date, planned=paid)[self.id]
        return max(left.total - costs, ZERO)

    # === BUSINESS METHODS - ASKING === #

    def _ask_arrangement(self, quote, source, decided=False, **values):
        """Ask for an arrangement: inside the rules it is active at once.

        :param Quote quote: as `_quote_arrangement` gave it, today
        :param str source: by which way it was asked
        :param bool decided: a handler says yes, inside the rules or not
        :param values: of the arrangement besides: `text` and the budget
        :return: the arrangement, active or waiting for a decision
        """
        self.ensure_one()
        arrangement = self._create_arrangement(
            {
                **self.env["incasso.arrangement"]._prepare_terms(quote),
                "source": source,
                **values,
            }
        )
        if decided or (not quote.reasons and (source != "portal" or quote.rule.online)):
            arrangement._activate()
        else:
            today = fields.Date.context_today(self)
            arrangement._acknowledge(today)
            arrangement._wait_for_answer(quote.interest != "running")
        return arrangement

    def _create_arrangement(self, values):
        # The index on running arrangements has to know which ones have ended.
        self.env["incasso.arrangement"].flush_model(["stage"])
        self._lock_for_money()
        return self.env["incasso.arrangement"].create(
            [{"dossier_id": self.id, **values}]
        )

    def _check_promise(self, amount, day, on_date):
        """
        :param Decimal amount: euro
        :param date day: on which it will be paid
        :return: the rules that apply
        :raise UserError: it cannot be promised like that
        """
        self.ensure_one()
        self._check_arrangeable(on_date)
        self._check_first_date(day, on_date)
        rule = self.env["incasso.arrangement.rule"]._for_dossiers(self)[self]
        rule = rule or rule.new()
        due = self._arrangeable(on_date, False).due
        least = min(due, law_amount(rule.smallest_amount))
        if due <= ZERO:
            raise UserError(self.env._("Nothing is owed."))
        if not least <= amount <= due:
            raise UserError(
                self.env._(
                    "Choose an amount from %(least)s to %(due)s.",
                    least=self._arrangement_money(least),
                    due=self._arrangement_money(due),
                )
            )
        latest = on_date + timedelta(days=rule.promise_days)
        if day > latest:
            raise UserError(
                self.env._(
                    "A promise is for a day until %s. Later, or in parts: make an "
                    "arrangement.",
                    format_date(self.env, latest),
                )
            )
        return rule

    def _promise(self, amount, day, source, text=None):
        """Note a promise: until its day nothing is asked for.

        :param Decimal amount: euro
        :param date day: on which it will be paid
        :param str source: by which way it was promised
        :return: the promise, an `incasso.arrangement`
        :raise UserError: it cannot be promised like that; online also when an earlier
            one was not kept
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        rule = self._check_promise(amount, day, today)
        reasons = self._personal_reasons()
        if source == "portal" and reasons:
            raise UserError(
                self.env._("Please contact us about this: %s", " ".join(reasons))
            )
        promise = self._create_arrangement(
            {
                "kind": "promise",
                "by": "number",
                "source": source,
                "text": text,
                "first_date": day,
                "last_date": day,
                "instalment_amount": float(amount),
                "instalment_count": 1,
                "total": float(amount),
                "rule_id": rule._origin.id,
                "interest": "running",
                "reminder_days": rule.reminder_days,
                "grace_days": rule.grace_days,
                "missed_days": rule.missed_days,
            }
        )
        promise._activate()
        return promise

    # === BUSINESS METHODS - WHAT FOLLOWS === #

    def _after_receipt(self, receipts):
        """Override of `incasso_nl`: money that comes in counts towards what was agreed;
        and what lapsed goes on, if it came in time after all."""
        # sudo: whoever books money need not handle arrangements; only what the money
        # means for instalments is written.
        dossiers = self.sudo()
        receipts = receipts.sudo()
        for dossier, group in receipts.grouped("dossier_id").items():
            found = dossier._counting_arrangement()
            group.filtered(
                # A credit note on something else makes this no smaller.
                lambda receipt, found=found: (
                    receipt.kind != "credit_note" or receipt.claim_ids & found.claim_ids
                )
            )._count_for(found)
        lapsed = dossiers._lapsed_too_soon(receipts)
        result = super()._after_receipt(receipts.with_env(self.env))
        lapsed._revive()
        (dossiers.arrangement_ids & receipts.arrangement_id)._recount()
        return result

    def _counting_arrangement(self):
        """The arrangement that money which comes in now is for."""
        self.ensure_one()
        return self.arrangement_ids.filtered(lambda found: found.stage == "active")

    def _lapsed_too_soon(self, receipts):
        """Arrangements that lapsed although the money had been paid in time: it was on
        its way. The receipts count for them.

        :param receipts: that were just allocated
        """
        saved = self.env["incasso.arrangement"]
        for dossier, group in receipts.grouped("dossier_id").items():
            lapsed = dossier.arrangement_ids.sorted("id")[-1:]
            if lapsed.stage != "lapsed" or dossier.state != "open":
                continue
            in_time = group.filtered(
                lambda receipt, lapsed=lapsed: (
                    lapsed.start_date <= receipt.date <= (lapsed.term_date or date.min)
                )
            )
            if law_amount(sum(in_time.mapped("amount"))) >= law_amount(
                lapsed.late_amount
            ):
                in_time._count_for(lapsed)
                saved += lapsed
        return saved.sudo()

    def _prepare_closing(self, reason):
        """Override of `incasso_nl` to end what was agreed: it is kept when the dossier
        is paid. Interest that is given up for it is owed for a moment, so that closing
        books and waives it."""
        result = super()._prepare_closing(reason)
        # sudo: whoever closes a dossier need not handle arrangements.
        found = self.sudo().arrangement_ids.filtered(lambda a: a.stage in OPEN_STAGES)
        today = fields.Date.context_today(self)
        active = found.filtered(lambda a: a.stage == "active")
        for hold in active.filtered(lambda a: a.interest == "waived").hold_ids:
            hold._write_state({"no_interest": False})
        if reason in CLOSE_SETTLED:
            active._keep(today, with_dossier=True)
        else:
            active._store_stage("withdrawn", today, with_dossier=True)
        (found - active)._store_stage("withdrawn", today)
        return result

    def _reopen(self, reason):
        """Override of `incasso_nl`: what ended with the dossier goes on with it, and
        interest stands still again as it did."""
        ended = self.sudo().arrangement_ids.filtered("ended_with_dossier")
        close_dates = {dossier: dossier.close_date for dossier in self}
        result = super()._reopen(reason)
        # sudo: whoever reverses a receipt need not handle arrangements.
        ended._revive()
        for dossier in ended.filtered(lambda a: a.interest == "waived").dossier_id:
            dossier = dossier.with_env(self.env)
            dossier._book_interest(close_dates[dossier])
        return result

    def _claims_added(self, on_date=None):
        """Override of `incasso_nl`: a claim that joins while something was agreed about
        the others is for a person to look at."""
        result = super()._claims_added(on_date)
        for dossier in self:
            if dossier.arrangement_id:
                dossier.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("A claim joined during an arrangement"),
                    note=self.env._(
                        "It is not in the instalments that were agreed, and waits "
                        "until these are paid."
                    ),
                    user_id=dossier.handler_id.id or self.env.uid,
                )
        return result
