"""Out-of-court collection costs; art. 6:96 BW and the decree on them (BIK).

What a debtor owes depends on who they are. A consumer owes the compensation of the
decree, no more, and only after a notice whose term ran out unpaid. A business owes at
least EUR 40 without any notice, and what was agreed or else the same scale.

Percentages, bounds and dates are in :mod:`.tables`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from .amounts import ZERO, cents
from .periods import ONE_DAY, add_months
from .steps import Step, StepValue
from .tables import LegalValues, Tables

# Art. 1 BIK: a debt under an agreement, and damages only where they are laid down in a
# settlement agreement or take the place of such a debt (art. 6:87 BW).
Origin = Literal["agreement", "settlement", "substitute_damages", "damages"]

Reason = Literal[
    "no_principal",
    "out_of_scope",
    "before_bik",
    "not_in_default",
    "no_notice",
    "notice_invalid",
    "term_running",
    "paid_in_term",
    "not_collected",
]

# Where the reason for which nothing is owed stands.
_REASONS: dict[Reason, str] = {
    "no_principal": "art. 2 lid 1 BIK",
    "out_of_scope": "art. 1 BIK",
    "before_bik": "art. 3 BIK",
    "not_in_default": "art. 6:96 lid 6 en 6:81 BW",
    "no_notice": "art. 6:96 lid 6 BW",
    "notice_invalid": "art. 6:96 lid 6 BW; ECLI:NL:HR:2016:2704",
    "term_running": "art. 6:96 lid 6 BW",
    "paid_in_term": "art. 6:96 lid 6 BW",
    "not_collected": "art. 6:96 lid 2 BW",
}


class Costs(NamedTuple):
    """Collection costs, in euro.

    :param amount: without VAT
    :param vat: the amount for VAT on top (art. 2 lid 3 BIK); damages, not VAT that the
        debtor could deduct
    :param reason: why nothing is owed; None where something is
    :param steps: how it came about
    :param moderated_to: of agreed costs, what a court may bring them down to
    """

    amount: Decimal
    vat: Decimal
    reason: Reason | None
    steps: Sequence[Step]
    moderated_to: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """With the amount for VAT."""
        return self.amount + self.vat

    @property
    def due(self) -> bool:
        """Whether anything is owed."""
        return self.reason is None


class VatConditions(NamedTuple):
    """The conditions under which the compensation is raised by VAT; art. 2 lid 3 BIK.

    :param outsourced: the creditor has the collecting done, as a service with VAT
    :param irrecoverable: the creditor cannot recover that VAT
    :param declared: the creditor expressly declares this, and that the costs were
        raised for it
    """

    outsourced: bool
    irrecoverable: bool
    declared: bool

    def percentage(self, on: date, values: LegalValues) -> Decimal:
        """The percentage by which the compensation is raised on ``on``; 0 if not."""
        return values.at("vat_general", on) if all(self) else ZERO


class Notice(NamedTuple):
    """The notice of costs that a consumer got (14-dagenbrief).

    :param sent: the day it was sent
    :param last_free_day: the last day to pay without costs
    :param announced: the compensation it announced, in euro without VAT
    :param announced_vat: the amount for VAT it announced besides
    :param defects: what makes it invalid, as :func:`.notice.notice_defects` finds it
    """

    sent: date
    last_free_day: date
    announced: Decimal
    announced_vat: Decimal = ZERO
    defects: Sequence[Step] = ()


class AgreedCosts(NamedTuple):
    """Collection costs that a business agreed to pay, a percentage with a minimum."""

    percentage: Decimal
    minimum: Decimal = ZERO


class Debt(NamedTuple):
    """A claim, or an instalment of a recurring one: last day of payment, principal."""

    due: date
    amount: Decimal


class Readings(NamedTuple):
    """How to read par. 9 Bki (Stb. 2024, 44) where it can be read in several ways.

    Each default is the reading that is lowest for the debtor.

    :param later: the instalment after the first six months: ``next``, the lower amount
        as long as costs were charged within the six months before it; ``first``, a new
        period of six months begins
    :param one_letter: one notice for several instalments: ``highest``, the highest
        amount that one of them would cost; ``sum``, art. 6:96 lid 7 BW; ``lowest``, the
        lower of the two
    """

    later: Literal["next", "first"] = "next"
    one_letter: Literal["lowest", "highest", "sum"] = "lowest"


LOWEST = Readings()


class Recurring(NamedTuple):
    """The debts are instalments of a recurring claim: rent, energy, a subscription.

    :param charged: for small instalments in notices before: the day one fell due, and
        the costs in euro without VAT that were charged for it
    """

    charged: Sequence[tuple[date, Decimal]] = ()
    readings: Readings = LOWEST


FIRST_INSTALMENTS = Recurring()


def scale_costs(
    principals: Decimal | Iterable[Decimal],
    on: date,
    tables: Tables,
    vat: Decimal = ZERO,
) -> Costs:
    """The compensation of art. 2 BIK, on whether it is owed apart.

    A percentage of each slice of the principal (lid 1), at least the minimum (lid 2)
    and at most the maximum (lid 1), raised by VAT where that applies (lid 3).

    :param principals: euro, without interest; several are added up (art. 6:96 lid 7 BW)
    :param on: the day whose scale applies
    :param vat: percentage, as :meth:`VatConditions.percentage` gives it
    :raise ValueError: a principal below zero, or no scale was in force yet
    """
    steps: list[Step] = []
    principal = _added(principals, steps)
    if not principal:
        return _none("no_principal", steps)
    amount = ZERO
    slices = list(tables.scale.at(on))
    uppers: list[Decimal | None] = [upper.above for upper in slices[1:]]
    for row, upper in zip(slices, [*uppers, None], strict=True):
        top = principal if upper is None else min(principal, upper)
        if top <= row.above:
            break
        part = (top - row.above) * row.percentage / 100
        amount += part
        values = {"base": top - row.above, "percentage": row.percentage}
        steps.append(Step("costs.slice", "art. 2 lid 1 BIK", cents(part), values))
    amount = cents(amount)
    minimum = tables.values.at("costs_minimum", on)
    maximum = tables.values.at("costs_maximum", on)
    if amount < minimum:
        amount = minimum
        steps.append(Step("costs.minimum", "art. 2 lid 2 BIK", minimum, {}))
    elif amount > maximum:
        amount = maximum
        steps.append(Step("costs.maximum", "art. 2 lid 1 BIK", maximum, {}))
    return _owed(amount, vat, steps)


def consumer_costs(
    debts: Iterable[Debt],
    on: date,
    tables: Tables,
    *,
    default_from: date | None,
    notice: Notice | None,
    received: Iterable[tuple[date, Decimal]] = (),
    recurring: Recurring | None = None,
    vat: Decimal = ZERO,
    origin: Origin = "agreement",
) -> Costs:
    """What a consumer owes on ``on``; art. 6:96 lid 5 to 7 BW.

    Nothing before a valid notice has run out unpaid (lid 6). Then the compensation is
    owed without any further act (HR 13 June 2014, ECLI:NL:HR:2014:1405), over what was
    not paid within the term (HR 25 November 2016, ECLI:NL:HR:2016:2704). It is never
    more than the notice announced.

    :param debts: those in the notice
    :param default_from: first day on which the debtor was in default (verzuim) with all
        of them; None while they are not
    :param received: days and amounts that were paid on the principal, as
        :mod:`.imputation` divides payments; the oldest debt is paid first
    :param recurring: the debts are instalments of a recurring claim
    :param vat: percentage, as :meth:`VatConditions.percentage` gives it; what the
        notice did not announce is not owed
    :raise ValueError: an amount below zero
    """
    debts = sorted(debts)
    principal = _added([debt.amount for debt in debts], [])
    excluded = _excluded(origin, default_from, tables)
    if excluded or not principal:
        return _none(excluded or "no_principal")
    reason = _too_early(on, default_from, notice)
    if reason or notice is None:
        return _none(reason or "no_notice")
    if notice.defects:
        return _none("notice_invalid", notice.defects)
    in_term = sum((part for day, part in received if day <= notice.last_free_day), ZERO)
    left = _unpaid(debts, in_term)
    if not left:
        return _none("paid_in_term")
    if recurring:
        costs = recurring_costs(left, notice.sent, tables, recurring, vat)
    else:
        costs = scale_costs((debt.amount for debt in left), notice.sent, tables, vat)
    steps = list(costs.steps)
    if in_term:
        article = "art. 6:96 lid 6 BW; ECLI:NL:HR:2016:2704"
        last = {"last": notice.last_free_day}
        steps.insert(0, Step("costs.paid_part", article, in_term, last))
    amount = min(costs.amount, notice.announced)
    raised = min(costs.vat, notice.announced_vat)
    if amount + raised < costs.total:
        announced = notice.announced + notice.announced_vat
        rule, article = "costs.announced", "art. 6:96 lid 6 BW"
        steps.append(Step(rule, article, amount + raised, {"announced": announced}))
    return Costs(amount, raised, None, steps)


def business_costs(
    principal: Decimal,
    on: date,
    tables: Tables,
    *,
    last_payment_day: date,
    collected: bool = True,
    agreed: AgreedCosts | None = None,
    trade_agreement: bool = True,
    vat: Decimal = ZERO,
    origin: Origin = "agreement",
) -> Costs:
    """What a business or government owes on one claim on ``on``; art. 6:96 lid 4 BW.

    Under a trade agreement at least the amount of lid 4, without any notice, from the
    day after the last day of payment. Besides, what was agreed, or else the scale of
    art. 2 BIK once something was done to collect.

    :param principal: euro
    :param last_payment_day: agreed, or by law (:mod:`.terms`)
    :param collected: something was done to obtain payment out of court: a demand, say
    :param agreed: what the parties agreed about costs. A court may moderate it, not
        below the scale: art. 242 Rv; HR 10 July 2015, ECLI:NL:HR:2015:1868.
    :param trade_agreement: a handelsovereenkomst of art. 6:119a or 6:119b BW
    :param vat: percentage on top of the scale
    :raise ValueError: a principal below zero
    """
    if principal < 0:
        raise ValueError("a principal is not below zero")
    if not principal:
        return _none("no_principal")
    if on <= last_payment_day:
        return _none("not_in_default")
    floor = ZERO
    if trade_agreement and origin != "damages":
        floor = tables.values.find("trade_costs_minimum", last_payment_day) or ZERO
    excluded = _excluded(origin, last_payment_day + ONE_DAY, tables)
    scale = None if excluded else scale_costs(principal, on, tables, vat)
    if agreed:
        return _agreed_costs(principal, agreed, floor, scale)
    if scale and collected and scale.amount >= floor:
        return scale
    if not floor:
        return _none(excluded or "not_collected")
    return Costs(floor, ZERO, None, [_floor_step(floor)])


def recurring_costs(
    instalments: Iterable[Debt],
    on: date,
    tables: Tables,
    recurring: Recurring = FIRST_INSTALMENTS,
    vat: Decimal = ZERO,
) -> Costs:
    """The compensation for instalments of a recurring claim; par. 9 Bki.

    For a consumer's instalments that are small enough for the minimum of the scale, the
    first costs that minimum and each next one within six months less, up to a maximum
    in six months. Larger instalments follow the scale. Applies to every creditor since
    the date in the tables; before it art. 6:96 lid 7 BW adds all instalments up.

    Whether the consumer owes it is for :func:`consumer_costs` to say.

    :param instalments: those in this one notice
    :param on: the day of the notice
    :param vat: percentage, as :meth:`VatConditions.percentage` gives it
    :raise ValueError: an amount below zero
    """
    instalments = sorted(instalments)
    added = scale_costs((debt.amount for debt in instalments), on, tables, vat)
    below = tables.values.find("instalment_below", on)
    if below is None or not added.due:
        return added
    small = [debt for debt in instalments if debt.amount < below]
    if not small:
        return added
    amount = max(_each(small, recurring, on, tables.values))
    values: dict[str, StepValue] = {"count": len(small), "below": below}
    steps = [Step("costs.recurring", "par. 9 Bki (Stb. 2024, 44)", amount, values)]
    if len(small) < len(instalments):
        large = (debt.amount for debt in instalments if debt.amount >= below)
        rest = scale_costs(large, on, tables)
        amount += rest.amount
        steps += rest.steps
    reading = recurring.readings.one_letter
    if len(instalments) > 1 and (
        reading == "sum" or (reading == "lowest" and added.amount < amount)
    ):
        return added
    return _owed(amount, vat, steps)


def _added(principals: Decimal | Iterable[Decimal], steps: list[Step]) -> Decimal:
    if isinstance(principals, Decimal):
        principals = [principals]
    parts = list(principals)
    if any(part < 0 for part in parts):
        raise ValueError("a principal is not below zero")
    total = sum(parts, ZERO)
    if len(parts) > 1:
        values = {"count": len(parts)}
        steps.append(Step("costs.added", "art. 6:96 lid 7 BW", total, values))
    return total


def _none(reason: Reason, steps: Sequence[Step] = ()) -> Costs:
    step = Step(f"costs.{reason}", _REASONS[reason], None, {})
    return Costs(ZERO, ZERO, reason, [*steps, step])


def _owed(amount: Decimal, vat: Decimal, steps: list[Step]) -> Costs:
    raised = cents(amount * vat / 100)
    if raised:
        values = {"base": amount, "percentage": vat}
        steps.append(Step("costs.vat", "art. 2 lid 3 BIK", raised, values))
    return Costs(amount, raised, None, steps)


def _excluded(
    origin: Origin, default_from: date | None, tables: Tables
) -> Reason | None:
    """Why the decree does not apply to a claim; art. 1 and 3 BIK."""
    if origin == "damages":
        return "out_of_scope"
    if default_from and default_from < tables.scale.in_force_from:
        return "before_bik"
    return None


def _floor_step(floor: Decimal) -> Step:
    return Step("costs.trade_minimum", "art. 6:96 lid 4 BW", floor, {})


def _agreed_costs(
    principal: Decimal, agreed: AgreedCosts, floor: Decimal, scale: Costs | None
) -> Costs:
    amount = cents(principal * agreed.percentage / 100)
    values = {"base": principal, "percentage": agreed.percentage}
    steps = [Step("costs.agreed", "art. 6:96 lid 2 BW", amount, values)]
    if amount < agreed.minimum:
        amount = agreed.minimum
        steps.append(Step("costs.agreed_minimum", "art. 6:96 lid 2 BW", amount, {}))
    if amount < floor:
        amount = floor
        steps.append(_floor_step(floor))
    least = max(scale.amount, floor) if scale else None
    if least is None or least >= amount:
        return Costs(amount, ZERO, None, steps)
    article = "art. 242 Rv; ECLI:NL:HR:2015:1868"
    steps.append(Step("costs.moderation", article, least, {}))
    return Costs(amount, ZERO, None, steps, least)


def _unpaid(debts: Iterable[Debt], paid: Decimal) -> list[Debt]:
    """What is left of ``debts``, which are in order, after ``paid``."""
    left = []
    for debt in debts:
        part = min(paid, debt.amount)
        paid -= part
        if part < debt.amount:
            left.append(debt._replace(amount=debt.amount - part))
    return left


def _too_early(
    on: date, default_from: date | None, notice: Notice | None
) -> Reason | None:
    """Why no notice can have run out on ``on``; art. 6:96 lid 6 BW."""
    if default_from is None or (notice and notice.sent < default_from):
        return "not_in_default"
    if notice and on <= notice.last_free_day:
        return "term_running"
    return None


def _each(
    small: list[Debt], recurring: Recurring, on: date, values: LegalValues
) -> list[Decimal]:
    """What each small instalment would cost, had each had its own notice."""
    first = values.at("instalment_first", on)
    following = values.at("instalment_next", on)
    maximum = values.at("instalment_maximum", on)
    window = int(values.at("instalment_window", on))
    charged, found = list(recurring.charged), []
    for instalment in small:
        before = _charged_within(
            charged, instalment.due, window, recurring.readings.later
        )
        costs = following if before else first
        costs = max(min(costs, maximum - sum(before, ZERO)), ZERO)
        found.append(costs)
        charged.append((instalment.due, costs))
    return found


def _charged_within(
    charged: list[tuple[date, Decimal]], day: date, months: int, later: str
) -> list[Decimal]:
    """The costs charged in the period of ``months`` that ``day`` falls in."""
    earlier = sorted((due, costs) for due, costs in charged if due <= day)
    if later == "next":
        start = add_months(day, -months)
        return [costs for due, costs in earlier if due > start]
    period: list[Decimal] = []
    end = date.min
    for due, costs in earlier:
        if due >= end:
            end = add_months(due, months)
            period = []
        period.append(costs)
    return period if day < end else []
