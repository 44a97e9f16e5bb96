"""Instalments: what divides a sum, and what is covered of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.instalments import (
    MOST_INSTALMENTS,
    PERIODS,
    instalment_date,
    schedule,
    spread,
)

FIRST = date(2026, 12, 1)
sums = st.integers(1, 100_000_00).map(lambda number: Decimal(number).scaleb(-2))
days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
periods = st.sampled_from(PERIODS)


def amounts(found):
    return [str(part.amount) for part in found.instalments]


def test_by_number():
    """1,000.00 / 3 = 333.33, and a cent is left for the last one."""
    found = schedule(Decimal("1000.00"), "month", FIRST, number=3)
    assert amounts(found) == ["333.33", "333.33", "333.34"]
    assert [part.number for part in found.instalments] == [1, 2, 3]
    assert found.last_date == date(2027, 2, 1)


def test_by_amount():
    """1,000.00 = 6 x 150.00 + 100.00."""
    found = schedule(Decimal("1000.00"), "week", FIRST, amount=Decimal("150.00"))
    assert amounts(found) == ["150.00"] * 6 + ["100.00"]
    # Six weeks after 1 December
    assert found.last_date == date(2027, 1, 12)
    assert (found.count, found.amount) == (7, Decimal("150.00"))


def test_divides_exactly():
    """900.00 = 6 x 150.00: no seventh instalment of nothing."""
    found = schedule(Decimal("900.00"), "month", FIRST, amount=Decimal("150.00"))
    assert amounts(found) == ["150.00"] * 6


def test_more_than_the_sum_is_one_instalment():
    found = schedule(Decimal("80.10"), "month", FIRST, amount=Decimal("100.00"))
    assert amounts(found) == ["80.10"]


@pytest.mark.parametrize(
    "period, expected",
    [
        ("week", ["2027-01-31", "2027-02-07", "2027-02-14", "2027-02-21"]),
        ("four_weeks", ["2027-01-31", "2027-02-28", "2027-03-28", "2027-04-25"]),
        # Of the 31st: the last day of shorter months, and back to the 31st after them.
        ("month", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
    ],
)
def test_dates(period, expected):
    found = schedule(Decimal("400.00"), period, date(2027, 1, 31), number=4)
    assert [part.date.isoformat() for part in found.instalments] == expected


def test_leap_year():
    assert instalment_date(date(2027, 11, 30), "month", 3) == date(2028, 2, 29)


@given(sums, periods, days, st.integers(1, MOST_INSTALMENTS))
def test_number_adds_up(total, period, first, number):
    if total < Decimal(number).scaleb(-2):
        with pytest.raises(ValueError):
            schedule(total, period, first, number=number)
        return
    found = schedule(total, period, first, number=number)
    assert found.total == total
    assert found.count == number
    parts = [part.amount for part in found.instalments]
    assert len(set(parts[:-1])) <= 1
    # The last one takes what is left, less than a cent for each of the others.
    assert 0 <= parts[-1] - parts[0] < Decimal(number).scaleb(-2)
    _check_dates(found, period, first)


@given(sums, sums, periods, days)
def test_amount_adds_up(total, amount, period, first):
    if total > amount * MOST_INSTALMENTS:
        with pytest.raises(ValueError):
            schedule(total, period, first, amount=amount)
        return
    found = schedule(total, period, first, amount=amount)
    assert found.total == total
    parts = [part.amount for part in found.instalments]
    assert set(parts[:-1]) <= {amount}
    assert 0 < parts[-1] <= amount
    _check_dates(found, period, first)


def _check_dates(found, period, first):
    dates = [part.date for part in found.instalments]
    assert dates[0] == found.first_date == first
    assert dates == sorted(set(dates))
    for before, after in zip(dates, dates[1:], strict=False):
        step = (after - before).days
        if period == "month":
            assert 28 <= step <= 31
            assert (after.month - before.month) % 12 == 1
            # The same day of the month, or its last one.
            assert after.day == first.day or (after + timedelta(1)).day == 1
        else:
            assert step == {"week": 7, "four_weeks": 28}[period]


@pytest.mark.parametrize(
    "total, how",
    [
        ("100.00", {}),
        ("100.00", {"amount": Decimal("10.00"), "number": 10}),
        ("0.00", {"number": 1}),
        ("-100.00", {"number": 2}),
        ("100.005", {"number": 2}),
        ("NaN", {"number": 2}),
        ("Infinity", {"number": 2}),
        ("1E+40", {"number": 2}),
        ("100.00", {"number": 0}),
        ("100.00", {"number": -3}),
        ("100.00", {"number": MOST_INSTALMENTS + 1}),
        ("100.00", {"amount": Decimal("0.00")}),
        ("100.00", {"amount": Decimal("-1.00")}),
        ("100.00", {"amount": Decimal("0.001")}),
        # 100,000 / 0.01 is ten million instalments.
        ("100000.00", {"amount": Decimal("0.01")}),
        # Less than a cent each
        ("0.05", {"number": 6}),
    ],
)
def test_refused(total, how):
    with pytest.raises(ValueError):
        schedule(Decimal(total), "month", FIRST, **how)


def test_no_such_period():
    with pytest.raises(ValueError, match="fortnight"):
        schedule(Decimal("100.00"), "fortnight", FIRST, number=2)


def test_covered():
    """150.00 pays the first of three and half of the second."""
    parts = [Decimal("100.00")] * 3
    assert spread(parts, Decimal("150.00")) == [100, 50, 0]
    # A credit note of 120.00 takes the last one away, and 20.00 of the one before.
    assert spread(parts, Decimal("50.00"), Decimal("120.00")) == [50, 20, 100]
    assert spread(parts, Decimal("-5.00")) == [0, 0, 0]


@given(st.lists(sums, max_size=40), sums, sums)
def test_covered_adds_up(parts, paid, credited):
    covered = spread(parts, paid, credited)
    assert sum(covered) == min(sum(parts), paid + credited)
    assert all(0 <= part <= most for part, most in zip(covered, parts, strict=True))
    alone = spread(parts, paid)
    # Without a credit: everything before the first that is not covered, is.
    short = [i for i, part in enumerate(parts) if alone[i] < part]
    assert all(alone[i] == 0 for i in short[1:])
