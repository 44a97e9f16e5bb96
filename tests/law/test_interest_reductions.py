"""Interest where a ledger knows which part was paid: the same as when the law divides.

Amounts are those of vectors I-20 to I-22: 3,000 at 6:119 from 2014-05-29.
"""

from datetime import date
from decimal import Decimal

import pytest
from law.interest import Convention, Reduction, Statutory, interest
from law.steps import describe
from law.tables import shipped

RATES = shipped().rates
DUE = date(2014, 5, 28)
PAID = date(2014, 12, 12)
# The source cuts at half-years and does not count the day of payment.
YEARS = Convention(half_years=True, payment_day=False)


def of_vector(until, convention=YEARS, **options):
    return interest(
        Decimal(3000),
        DUE,
        until,
        Statutory("6:119"),
        RATES,
        convention=convention,
        **options,
    )


def test_reduction_equals_payment():
    """Vector I-20: 1,500 = costs 100.00, interest 8.14 + 40.44 = 48.58, principal
    1,351.42; then I-21 and I-22 go on with what is left, 1,648.58."""
    until = date(2015, 9, 28)
    paid = of_vector(until, costs=Decimal(100), payments=[(PAID, Decimal(1500))])
    known = of_vector(
        until, reductions=[Reduction(PAID, Decimal("1351.42"), Decimal("48.58"))]
    )
    assert known.principal_open == paid.principal_open == Decimal("1648.58")
    # 2.71 + 13.37 to the anniversary, 3.01 + 8.12 after it
    assert known.interest_open == paid.interest_open == Decimal("27.21")
    assert known.base == paid.base == Decimal("1664.66")
    assert known.segments == paid.segments


def test_credit_note_takes_no_interest():
    # 1000 x 6% x 91 / 365 = 14.96 to 2025-06-30; then 400 x 6% x 31 / 365 = 2.04.
    result = interest(
        Decimal(1000),
        date(2025, 3, 31),
        date(2025, 7, 31),
        Statutory("6:119"),
        RATES,
        reductions=[Reduction(date(2025, 6, 30), Decimal(600))],
    )
    assert result.interest_open == Decimal("17.00")
    assert result.principal_open == Decimal(400)
    told = [describe(step, "en") for step in result.steps]
    assert [text for text in told if "off" in text] == [
        "On 30-06-2025 € 600.00 went off: € 0.00 of the interest and € 600.00 of the "
        "principal."
    ]


def test_undone_reduction_leaves_no_trace_in_the_amounts():
    there_and_back = [
        Reduction(PAID, Decimal("1451.42"), Decimal("48.58")),
        Reduction(PAID, Decimal("-1451.42"), Decimal("-48.58")),
    ]
    until = date(2016, 3, 1)
    untouched = of_vector(until)
    undone = of_vector(until, reductions=there_and_back)
    assert undone[:9] == untouched[:9]


def test_interest_paid_before_it_is_there_is_owed_less_later():
    # Nothing accrued yet on the due date: the 5.00 is taken off what comes later.
    result = of_vector(
        date(2014, 7, 1), reductions=[Reduction(DUE, Decimal(0), Decimal(5))]
    )
    # 29 May through 30 June: 3000 x 3% x 33 / 365 = 8.14
    assert result.interest == Decimal("8.14")
    assert result.interest_open == Decimal("3.14")


def test_capitalised_interest_is_paid_after_the_current():
    # Year 1 of 1,000 at 6%: 60.00 capitalised on 2026-01-01 (due 2024-12-31); then
    # 1060 x 4% x 31 / 365 = 3.60 in January. 10.00 pays 3.60 and 6.40 of the 60.00.
    result = interest(
        Decimal(1000),
        date(2024, 12, 31),
        date(2026, 1, 31),
        Statutory("6:119"),
        RATES,
        reductions=[Reduction(date(2026, 1, 31), Decimal(0), Decimal(10))],
    )
    assert result.interest == Decimal("63.60")
    assert result.interest_open == Decimal("53.60")
    assert result.base == Decimal("1053.60")


def test_reduction_after_the_period_is_refused():
    with pytest.raises(ValueError, match="2015-01-02"):
        of_vector(
            date(2015, 1, 1), reductions=[Reduction(date(2015, 1, 2), Decimal(1))]
        )
