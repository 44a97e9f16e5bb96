"""Interest on a claim that is paid late; art. 6:119, 6:119a, 6:119b and 6:120 BW.

Interest runs from the day after the due date through the day it is computed to. The
period is cut where the rate changes, where a year is full (its interest then joins the
sum that bears interest) and where a payment came in; each piece is

    base x percentage x days / 365.

No rule prescribes the number of days in a year or when to round: both are in
:class:`Convention`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from .amounts import CENT, ZERO, cents
from .periods import ONE_DAY, add_months
from .steps import Step, StepValue
from .tables import InterestRates

_FINE = Decimal("0.0001")
_EXACT = Decimal("1e-12")

# The paragraph that adds a full year's interest to the sum, by kind.
_YEARLY = {"6:119": "lid 2", "6:119a": "lid 3", "6:119b": "lid 3"}


class Convention(NamedTuple):
    """How to count and round, where the law is silent.

    :param basis: ``365``: a day is 1/365 of a year, always. ``actual``: 1/366 of it in
        a leap year.
    :param rounding: ``segment``: each piece is rounded half-up to cents, and rounded
        amounts are capitalised. ``end``: nothing is rounded but the outcome.
    :param payment_day: the day of payment bears interest itself (art. 6:119a lid 1:
        "tot en met de dag"). Without it, the last day is not counted either.
    :param half_years: also cut at every 1 January and 1 July
    """

    basis: Literal["365", "actual"] = "365"
    rounding: Literal["segment", "end"] = "segment"
    payment_day: bool = True
    half_years: bool = False


DEFAULT = Convention()


class Statutory(NamedTuple):
    """Statutory interest: ``6:119``, ``6:119a`` or ``6:119b``, compound by the year."""

    kind: str


class Agreed(NamedTuple):
    """Interest that the parties agreed.

    :param percentage: a year or a month; with ``above``, the points on top of that
        statutory rate
    :param per: a month is counted from the first interest day; of a month that is not
        full, its days out of the days it has
    :param compound: interest joins the base each full year, or month. Agreed interest
        is simple unless the agreement says so.
    :param above: kind of statutory interest that the percentage comes on top of
    """

    percentage: Decimal
    per: Literal["year", "month"] = "year"
    compound: bool = False
    above: str | None = None


Terms = Statutory | Agreed


class Segment(NamedTuple):
    """Interest over ``start`` through ``end``, unrounded where nothing is rounded."""

    start: date
    end: date
    days: int
    base: Decimal
    percentage: Decimal
    amount: Decimal


class Capitalised(NamedTuple):
    """Interest that became part of the base on ``day``; ``base`` is the new base."""

    day: date
    amount: Decimal
    base: Decimal


class Applied(NamedTuple):
    """What one payment paid.

    ``interest`` had not been capitalised yet, ``capitalised`` had.
    """

    day: date
    amount: Decimal
    costs: Decimal
    interest: Decimal
    capitalised: Decimal
    principal: Decimal
    credit: Decimal


class Reduction(NamedTuple):
    """What is known to have gone off the principal and off the interest on ``day``.

    A credit note, or a payment that a ledger has divided already. Below zero it comes
    back, as when that is undone.
    """

    day: date
    principal: Decimal
    interest: Decimal = ZERO


class Suspension(NamedTuple):
    """Days without interest: ``start`` through ``end``, or still going on.

    :param reason: ``agreed``, such as a freeze during an arrangement, or
        ``creditor_default`` (art. 6:61 and 6:119a lid 6 BW)
    """

    start: date
    end: date | None = None
    reason: Literal["agreed", "creditor_default"] = "agreed"


class Stopped(NamedTuple):
    """No interest from ``day`` on: the last day asked for, or an insolvency."""

    day: date
    rule: Literal["interest.stopped", "interest.insolvent"]


Event = Segment | Capitalised | Applied | Reduction | Suspension | Stopped


class Interest(NamedTuple):
    """Interest on one claim, and how it stands after the payments on it.

    Amounts are euro in whole cents. ``interest`` is all interest of the period, paid or
    not; ``days`` the days that bear interest; ``base`` the sum on which interest runs
    on (principal and capitalised interest still open); ``balance`` what is owed.
    """

    interest: Decimal
    days: int
    interest_paid: Decimal
    costs_paid: Decimal
    principal_paid: Decimal
    interest_open: Decimal
    costs_open: Decimal
    principal_open: Decimal
    base: Decimal
    credit: Decimal
    events: Sequence[Event]
    warnings: Sequence[Step]
    terms: Terms

    @property
    def balance(self) -> Decimal:
        """Costs, interest and principal that are still owed."""
        return self.costs_open + self.interest_open + self.principal_open

    @property
    def segments(self) -> list[Segment]:
        """The pieces of the period."""
        return [event for event in self.events if isinstance(event, Segment)]

    @property
    def payments(self) -> list[Applied]:
        """What each payment paid."""
        return [event for event in self.events if isinstance(event, Applied)]

    @property
    def steps(self) -> list[Step]:
        """The explanation, made when it is asked for."""
        total = Step(
            "interest.total", _article(self.terms), self.interest, {"days": self.days}
        )
        return [step for event in self.events for step in _steps(event, self.terms)] + [
            total
        ]


def interest(
    principal: Decimal,
    due: date,
    until: date,
    terms: Terms,
    rates: InterestRates,
    *,
    costs: Decimal = ZERO,
    payments: Iterable[tuple[date, Decimal]] = (),
    reductions: Iterable[Reduction] = (),
    stop: date | None = None,
    insolvent: date | None = None,
    suspended: Iterable[Suspension] = (),
    convention: Convention = DEFAULT,
) -> Interest:
    """Interest on ``principal`` from the day after ``due`` through ``until``.

    Art. 6:119, 6:119a and 6:119b BW; payments by art. 6:44 lid 1 BW: costs, then
    interest, then principal. A payment on the day that a year is full is imputed after
    that year's interest was capitalised.

    :param principal: euro
    :param due: last day of payment, so the first day with interest is the next. When
        it is ``until`` or later there is no interest.
    :param costs: euro owed besides, which bear no interest and are paid first
    :param payments: days and amounts in euro, in any order
    :param reductions: what is known to have paid, or taken off, which part; in any
        order. Those of one day are added up. Interest that is not there yet when it is
        paid is owed the less later.
    :param stop: last day with interest, where it ends before ``until``
    :param insolvent: day of the ruling that declared the debtor bankrupt (art. 128 Fw)
        or opened debt rescheduling (WSNP, art. 303 Fw): no interest from that day on
    :param suspended: periods without interest; they may overlap
    :raise ValueError: an amount below zero, a payment after ``until``, a period that
        ends before it starts, an unknown convention, no rate known for the first day
    """
    payments, reductions = sorted(payments), _net(reductions)
    _check(principal, costs, payments, until, convention)
    if reductions and reductions[-1].day > until:
        raise ValueError(
            f"the reduction of {reductions[-1].day} is after the last day, {until}"
        )
    first = due + ONE_DAY
    end = until + ONE_DAY if convention.payment_day else until
    stopped = _stopped(stop, insolvent)
    if stopped:
        end = min(end, stopped.day)
    marks: list[Mark] = []
    warning = None
    if end > first:
        # Not of agreed interest: 8 and 8.00 percent are equal, and read differently.
        known = _calendar if isinstance(terms, Statutory) else _calendar.__wrapped__
        calendar, warning = known(terms, rates, first, end, convention.half_years)
        marks += calendar
        marks += _suspension_marks(suspended, first, end)
    else:
        end = first
    marks.append((end, _STOP, stopped if stopped and end == stopped.day else None))
    after = ONE_DAY if convention.payment_day else timedelta()
    marks += [(day + after, _PAY, (day, amount)) for day, amount in payments]
    marks += [(item.day + after, _REDUCE, item) for item in reductions]
    marks.sort(key=itemgetter(0, 1))
    account = _Account(principal, costs, convention)
    account.run(first, marks)
    return account.result((warning,) if warning else (), terms)


def interest_in_default(
    kind: str,
    agreed: Agreed | None,
    principal: Decimal,
    due: date,
    until: date,
    rates: InterestRates,
    **options: Any,
) -> Interest:
    """Interest of ``kind``, or the agreed interest where that takes its place.

    Another agreed interest takes the place of that of art. 6:119a BW (lid 8); that of
    art. 6:119 (lid 3) and 6:119b (lid 8) gives way only to an agreed interest that
    comes to more over the whole period, compounding included.

    :param options: as for :func:`interest`
    """
    if agreed and kind == "6:119a":
        return interest(principal, due, until, agreed, rates, **options)
    statutory = interest(principal, due, until, Statutory(kind), rates, **options)
    if agreed:
        other = interest(principal, due, until, agreed, rates, **options)
        if other.interest > statutory.interest:
            return other
    return statutory


def _check(principal, costs, payments, until, convention):
    if principal < 0 or costs < 0:
        raise ValueError("a principal or costs below zero bear no interest")
    for day, amount in payments:
        if amount <= 0:
            raise ValueError(f"the payment of {day} is not above zero")
        if day > until:
            raise ValueError(f"the payment of {day} is after the last day, {until}")
    if convention.basis not in ("365", "actual"):
        raise ValueError(f"no day basis is called {convention.basis!r}")
    if convention.rounding not in ("segment", "end"):
        raise ValueError(f"no rounding is called {convention.rounding!r}")


def _net(reductions: Iterable[Reduction]) -> list[Reduction]:
    """One reduction a day, in order; what was undone leaves no cut in the period."""
    days: dict[date, Reduction] = {}
    for day, principal, part in reductions:
        known = days.get(day, Reduction(day, ZERO))
        days[day] = Reduction(day, known.principal + principal, known.interest + part)
    return sorted(net for net in days.values() if net.principal or net.interest)


# What happens at the start of a day, in this order: the interest up to it is counted
# first, then a full year is capitalised, then the payment is taken.
_CAPITALISE, _PAY, _REDUCE, _RATE, _MONTH, _CUT, _RESUME, _SUSPEND, _STOP = range(9)
Mark = tuple[date, int, Any]


def _stopped(stop: date | None, insolvent: date | None) -> Stopped | None:
    """The earlier of the two reasons for which interest ends."""
    reasons = []
    if insolvent:
        reasons.append(Stopped(insolvent, "interest.insolvent"))
    if stop:
        reasons.append(Stopped(stop + ONE_DAY, "interest.stopped"))
    return min(reasons, key=lambda reason: reason.day, default=None)


@lru_cache(maxsize=4096)
def _calendar(
    terms: Terms, rates: InterestRates, first: date, end: date, half_years: bool
) -> tuple[list[Mark], Step | None]:
    """What the calendar alone decides: it is the same for all claims of one due date.

    :return: changes of the rate, full periods and half-years, and the warning that the
        table of rates is old
    """
    marks = _rate_marks(terms, rates, first, end) + _period_marks(terms, first, end)
    if half_years:
        marks += [(day, _CUT, None) for day in _half_years(first, end)]
    kind = terms.kind if isinstance(terms, Statutory) else terms.above
    return marks, rates.warning(kind, end - ONE_DAY) if kind else None


def _rate_marks(
    terms: Terms, rates: InterestRates, first: date, end: date
) -> list[Mark]:
    """The rate on the first day, and its changes."""
    if isinstance(terms, Statutory):
        changes = rates.between(terms.kind, first, end)
    elif terms.above:
        changes = [
            (day, percentage + terms.percentage)
            for day, percentage in rates.between(terms.above, first, end)
        ]
    else:
        changes = [(first, terms.percentage)]
    return [(day, _RATE, percentage) for day, percentage in changes]


def _period_marks(terms: Terms, first: date, end: date) -> list[Mark]:
    """Where a year, or a month of an agreed monthly rate, is full and the next starts.

    The anniversaries are those of the first interest day.
    """
    compound = isinstance(terms, Statutory) or terms.compound
    if isinstance(terms, Agreed) and terms.per == "month":
        months = 1
    elif compound:
        months = 12
    else:
        return []
    marks: list[Mark] = []
    start, number = first, 0
    while start <= end:
        number += months
        following = add_months(first, number)
        if start > first and compound:
            marks.append((start, _CAPITALISE, None))
        if months == 1:
            marks.append((start, _MONTH, (following - start).days))
        start = following
    return marks


def _half_years(first: date, end: date) -> list[date]:
    days = (
        date(year, month, 1)
        for year in range(first.year, end.year + 1)
        for month in (1, 7)
    )
    return [day for day in days if first < day < end]


def _suspension_marks(
    suspended: Iterable[Suspension], first: date, end: date
) -> list[Mark]:
    marks: list[Mark] = []
    for suspension in suspended:
        start, last, _reason = suspension
        if last and last < start:
            raise ValueError(f"a suspension ends on {last}, before it starts ({start})")
        if start < end and (last is None or last >= first):
            marks.append((start, _SUSPEND, suspension))
            if last:
                marks.append((last + ONE_DAY, _RESUME, None))
    return marks


class _Account:
    """One claim, while interest is added to it and payments are taken from it."""

    def __init__(self, principal: Decimal, costs: Decimal, convention: Convention):
        self.rounded = convention.rounding == "segment"
        self.actual = convention.basis == "actual"
        self.principal = principal
        self.open_costs = self.costs = costs
        self.open_principal = principal
        self.capitalised = ZERO
        self.accrued = ZERO
        self.interest = ZERO
        self.credit = ZERO
        self.paid = ZERO
        self.percentage = ZERO
        self.suspended = 0
        self.month_days = 0
        self.days = 0
        self.events: list[Event] = []

    def run(self, position: date, marks: list[Mark]) -> None:
        """Go through ``marks``, which are in order, from ``position`` on."""
        for day, mark, value in marks:
            if day > position:
                if not self.suspended:
                    self.accrue(position, day)
                position = day
            if mark == _CAPITALISE:
                self.capitalise(day)
            elif mark == _PAY:
                self.pay(*value)
            elif mark == _REDUCE:
                self.reduce(value)
            elif mark == _RATE:
                self.percentage = value
            elif mark == _MONTH:
                self.month_days = value
            elif mark == _RESUME:
                self.suspended -= 1
            elif mark in (_SUSPEND, _STOP):
                self.suspended += 1
                if value:
                    self.events.append(value)

    def accrue(self, start: date, end: date) -> None:
        """Count the interest of ``start`` up to, not including, ``end``."""
        days = (end - start).days
        self.days += days
        base = self.open_principal + self.capitalised
        if base <= 0:
            return
        if self.month_days:
            numerator, denominator = days, self.month_days * 100
        elif self.actual:
            numerator, denominator = _actual_days(start, end)
        else:
            numerator, denominator = days, 36500
        amount = base * self.percentage * numerator / denominator
        if self.rounded:
            amount = amount.quantize(CENT, ROUND_HALF_UP)
        self.accrued += amount
        self.interest += amount
        self.events.append(
            Segment(start, end - ONE_DAY, days, base, self.percentage, amount)
        )

    def capitalise(self, day: date) -> None:
        if self.accrued:
            amount, self.accrued = self.accrued, ZERO
            self.capitalised += amount
            base = self.open_principal + self.capitalised
            self.events.append(Capitalised(day, amount, base))

    def pay(self, day: date, amount: Decimal) -> None:
        costs = min(amount, self.open_costs)
        rest = amount - costs
        accrued = min(rest, self.accrued)
        rest -= accrued
        capitalised = min(rest, self.capitalised)
        rest -= capitalised
        principal = min(rest, self.open_principal)
        credit = rest - principal
        self.open_costs -= costs
        self.accrued -= accrued
        self.capitalised -= capitalised
        self.open_principal -= principal
        self.credit += credit
        self.paid += amount
        self.events.append(
            Applied(day, amount, costs, accrued, capitalised, principal, credit)
        )

    def reduce(self, reduction: Reduction) -> None:
        """Take off what is known to have been paid of each part."""
        beyond = max(reduction.interest - self.accrued, ZERO)
        capitalised = min(beyond, self.capitalised)
        self.capitalised -= capitalised
        self.accrued -= reduction.interest - capitalised
        self.open_principal -= reduction.principal
        self.paid += reduction.principal + reduction.interest
        self.events.append(reduction)

    def result(self, warnings: Sequence[Step], terms: Terms) -> Interest:
        # Where nothing was rounded on the way, this is where it happens: interest is
        # rounded, and what the payments left for the principal follows from it, so
        # that the parts add up to the cent.
        owed = _settled(self.interest)
        interest_paid = _settled(self.interest - self.accrued - self.capitalised)
        costs_paid = self.costs - self.open_costs
        rest = self.paid - costs_paid - interest_paid
        principal_paid = min(rest, self.principal)
        return Interest(
            interest=owed,
            days=self.days,
            interest_paid=interest_paid,
            costs_paid=costs_paid,
            principal_paid=principal_paid,
            interest_open=owed - interest_paid,
            costs_open=self.open_costs,
            principal_open=self.principal - principal_paid,
            base=_settled(self.open_principal + self.capitalised),
            credit=rest - principal_paid,
            events=self.events,
            warnings=warnings,
            terms=terms,
        )


def _settled(amount: Decimal) -> Decimal:
    """``amount`` in cents; what a sum of quotients misses of half a cent is made up."""
    return cents(amount.quantize(_EXACT))


def _actual_days(start: date, end: date) -> tuple[int, int]:
    """The days of ``start`` up to ``end`` as a part of their years, times 1/100."""
    leap = sum(
        (min(end, date(year + 1, 1, 1)) - max(start, date(year, 1, 1))).days
        for year in range(start.year, end.year + 1)
        if year % 4 == 0 and (year % 100 or year % 400 == 0)
    )
    common = (end - start).days - leap
    return common * 366 + leap * 365, 365 * 366 * 100


def _article(terms: Terms) -> str:
    if isinstance(terms, Statutory):
        return f"art. {terms.kind} lid 1 BW"
    return "art. 6:119 lid 3 BW; art. 6:119a en 6:119b lid 8 BW"


def _steps(event: Event, terms: Terms) -> list[Step]:
    """What an event has to explain."""
    article = _article(terms)
    values: dict[str, StepValue]
    if isinstance(event, Segment):
        values = {
            "start": event.start,
            "end": event.end,
            "days": event.days,
            "base": _shown(event.base),
            "percentage": event.percentage,
        }
        monthly = isinstance(terms, Agreed) and terms.per == "month"
        rule = "interest.months" if monthly else "interest.segment"
        return [Step(rule, article, _shown(event.amount), values)]
    if isinstance(event, Capitalised):
        if isinstance(terms, Statutory):
            article = f"art. {terms.kind} {_YEARLY[terms.kind]} BW"
        values = {"day": event.day, "base": _shown(event.base)}
        return [Step("interest.capitalised", article, _shown(event.amount), values)]
    if isinstance(event, Applied):
        return _payment_steps(event)
    if isinstance(event, Reduction):
        values = {
            "day": event.day,
            "interest": event.interest,
            "principal": event.principal,
        }
        amount = event.principal + event.interest
        return [Step("interest.reduction", "", amount, values)]
    if isinstance(event, Stopped):
        article = "art. 128 en 303 Fw" if event.rule == "interest.insolvent" else ""
        return [Step(event.rule, article, None, {"day": event.day})]
    article = ""
    if event.reason == "creditor_default":
        article = "art. 6:61 en 6:119a lid 6 BW"
    if event.end is None:
        return [Step("interest.suspended_on", article, None, {"start": event.start})]
    values = {"start": event.start, "end": event.end}
    return [Step("interest.suspended", article, None, values)]


def _payment_steps(payment: Applied) -> list[Step]:
    values: dict[str, StepValue] = {
        "day": payment.day,
        "costs": payment.costs,
        "interest": _shown(payment.interest + payment.capitalised),
        "principal": _shown(payment.principal),
    }
    steps = [Step("interest.payment", "art. 6:44 lid 1 BW", payment.amount, values)]
    if payment.credit:
        credit = _shown(payment.credit)
        steps.append(Step("interest.credit", "", credit, {"day": payment.day}))
    return steps


def _shown(amount: Decimal) -> Decimal:
    """``amount`` as an explanation shows it: not in twenty digits."""
    return amount if amount == cents(amount) else amount.quantize(_FINE, ROUND_HALF_UP)
