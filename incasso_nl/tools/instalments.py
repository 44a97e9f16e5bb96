"""Dividing a sum over instalments: plain Python on Decimal, no Odoo.

The last instalment takes the remainder, so that the instalments are the sum to the cent
whatever it is divided by.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

#: Days between instalments; months are counted by the calendar.
PERIOD_DAYS = {"week": 7, "four_weeks": 28}
PERIODS = (*PERIOD_DAYS, "month")
#: Five years by the week. More is a mistake or an attack, no arrangement.
MOST_INSTALMENTS = 260
# No debt, and more digits than Decimal keeps exactly.
_TOO_MUCH = Decimal(10) ** 13


class Instalment(NamedTuple):
    """One instalment.

    :param number: 1 for the first
    :param date: the last day to pay it
    :param amount: euro in whole cents, more than zero
    """

    number: int
    date: date
    amount: Decimal


class Schedule(NamedTuple):
    """Instalments in the order of their dates."""

    instalments: Sequence[Instalment]

    @property
    def total(self) -> Decimal:
        """What they come to, in euro."""
        return sum((part.amount for part in self.instalments), ZERO)

    @property
    def first_date(self) -> date:
        return self.instalments[0].date

    @property
    def last_date(self) -> date:
        return self.instalments[-1].date

    @property
    def amount(self) -> Decimal:
        """What each of them is but the last, in euro."""
        return self.instalments[0].amount

    @property
    def count(self) -> int:
        return len(self.instalments)


def instalment_date(first: date, period: str, index: int) -> date:
    """The date of an instalment.

    :param first: of the first one; of the 31st, months without it take their last day
    :param str period: one of :data:`PERIODS`
    :param int index: 0 for the first one
    :raise ValueError: there is no such period
    """
    if period in PERIOD_DAYS:
        return first + timedelta(days=PERIOD_DAYS[period] * index)
    if period != "month":
        raise ValueError(f"{period!r} is no period: {', '.join(PERIODS)}")
    year, month = divmod(first.year * 12 + first.month - 1 + index, 12)
    day = min(first.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def schedule(
    total: Decimal,
    period: str,
    first: date,
    *,
    amount: Decimal | None = None,
    number: int | None = None,
) -> Schedule:
    """Divide ``total`` over instalments of an amount, or over a number of them.

    :param total: euro in whole cents
    :param str period: one of :data:`PERIODS`
    :param first: the date of the first instalment
    :param amount: euro in whole cents, of each but the last
    :param number: how many
    :raise ValueError: neither or both were given, an amount is not more than zero or
        not in whole cents, or there would be more than :data:`MOST_INSTALMENTS` or
        less than a cent each
    """
    if (amount is None) == (number is None):
        raise ValueError("Either an amount or a number of instalments is needed.")
    _check_amount(total)
    if number is None:
        _check_amount(amount)
        whole, rest = divmod(total, amount)
        # What is left over is an instalment too.
        number = int(whole) + bool(rest)
    _check_number(number)
    if amount is None:
        amount = (total / number).quantize(CENT, ROUND_DOWN)
        if not amount:
            raise ValueError(f"{total} is too little for {number} instalments.")
    amounts = [amount] * (number - 1)
    amounts.append(total - amount * (number - 1))
    return Schedule(
        [
            Instalment(index + 1, instalment_date(first, period, index), part)
            for index, part in enumerate(amounts)
        ]
    )


def spread(
    amounts: Sequence[Decimal], paid: Decimal, credited: Decimal = ZERO
) -> list[Decimal]:
    """How much of each instalment is covered.

    What was paid counts from the first one on. What was credited counts from the last
    one back: a debt that became smaller is paid off sooner, by the same instalments.

    :param amounts: of the instalments by due date, in euro
    :param paid: euro; what is more than they come to covers nothing
    :param credited: euro
    :return: for each instalment, from zero to its amount
    """
    covered = _fill(amounts, paid)
    left = [amount - part for amount, part in zip(amounts, covered, strict=True)]
    credit = _fill(left[::-1], credited)[::-1]
    return [part + extra for part, extra in zip(covered, credit, strict=True)]


def _fill(amounts, sum_):
    filled = []
    for amount in amounts:
        part = min(amount, max(sum_, ZERO))
        filled.append(part)
        sum_ -= part
    return filled


def _check_amount(amount):
    if amount.is_nan():
        raise ValueError("That is no amount.")
    if not 0 < amount < _TOO_MUCH or amount != amount.quantize(CENT):
        raise ValueError(f"{amount} is no amount in euro and cents above zero.")


def _check_number(number):
    if not 1 <= number <= MOST_INSTALMENTS:
        raise ValueError(f"{number} instalments: from 1 to {MOST_INSTALMENTS}.")
