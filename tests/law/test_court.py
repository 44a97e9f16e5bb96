"""What going to court costs: the acceptance cases, the tables by date, properties."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from cases import cases, numbers
from hypothesis import given
from hypothesis import strategies as st
from law.court import (
    PARTIES,
    after_costs,
    court_fee,
    default_judgment_salary,
    salary,
    shipped_tables,
    writ_fee,
)
from law.steps import describe
from law.tables import shipped

CASES = cases("court_costs")
TABLES = shipped_tables(), shipped().values
IN_2026 = date(2026, 11, 21)
JUDGMENT = date(2025, 10, 15)

claims = st.decimals(0, 30_000, places=2)


def D(text):
    return Decimal(text)


def fee(claim, party, day=IN_2026, **options):
    return court_fee(claim, party, day, *TABLES, **options)


def kanton_only_for_the_indigent():
    """K-07: the same for any claim in the cantonal court."""
    amounts = {fee(D(claim), "indigent").amount for claim in (1, 501, 12501, 25000)}
    (amount,) = amounts
    return amount


def not_kanton_by_value():
    """K-13 asks no amount: just above the limit it is not the cantonal court's."""
    assert fee(D("25000.00"), "company").court == "kanton"
    beyond = fee(D("25000.01"), "company")
    assert beyond.court == "civil"
    sentence = describe(beyond.steps[0], "en")
    for word in ("rent", "employment", "consumer purchase", "credit", "lawyer"):
        assert word in sentence
    # ... unless it is one of those
    assert fee(D("25000.01"), "company", kanton=True).court == "kanton"
    return None


# What the prose of a row asks; the last number in its answer, or in its first words
# where the answer shows the arithmetic, is the amount.
ASKED = {
    "K-01": lambda: fee(D("400"), "company").amount,
    "K-03": lambda: fee(D("1000"), "person").amount,
    "K-04": lambda: fee(D("2600"), "person").amount,
    "K-05": lambda: fee(D("10000"), "company").amount,
    "K-06": lambda: fee(D("20000"), "company").amount,
    "K-07": kanton_only_for_the_indigent,
    "K-08": lambda: default_judgment_salary(D("1000"), JUDGMENT, *TABLES).amount,
    "K-10": lambda: default_judgment_salary(D("20000.01"), JUDGMENT, *TABLES).amount,
    "K-11": lambda: after_costs(D("1000"), JUDGMENT, *TABLES).amount,
    "K-13": not_kanton_by_value,
}


def test_every_case_is_asked():
    assert ASKED.keys() == CASES.keys()


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    answer = CASES[case]["Expected"].partition("(")[0]
    expected = numbers(answer)[-1:] or [None]
    assert [ASKED[case]()] == expected


# === COURT FEE === #


@pytest.mark.parametrize(
    ("claim", "company", "person"),
    [
        # The edges of the bands of 2026
        (None, 139, 93),
        ("0.00", 139, 93),
        ("500.00", 139, 93),
        ("500.01", 350, 233),
        ("1500.00", 350, 233),
        ("1500.01", 397, 265),
        ("2500.01", 529, 265),
        ("5000.01", 559, 265),
        ("12500.00", 559, 265),
        ("12500.01", 1504, 753),
        ("25000.01", 3083, 1414),
        ("100000.01", 7062, 2803),
        ("1000000.01", 10487, 2803),
    ],
)
def test_bands(claim, company, person):
    claimed = claim and D(claim)
    assert fee(claimed, "company").amount == company
    assert fee(claimed, "person").amount == person
    assert fee(claimed, "indigent").amount == 93


@pytest.mark.parametrize(
    ("day", "amount", "warned"),
    [
        ("2022-01-01", 128, False),
        ("2023-12-31", 128, False),  # the amounts of 2022 were kept in 2023
        ("2024-01-01", 130, False),
        ("2025-06-01", 135, False),
        ("2026-12-31", 139, False),
        ("2027-01-01", 139, True),
    ],
)
def test_year(day, amount, warned):
    found = fee(D("400"), "company", date.fromisoformat(day))
    assert found.amount == amount
    assert bool(found.warnings) is warned
    assert all(describe(warning, "nl") for warning in found.warnings)


def test_civil_fees_of_a_year_that_is_not_in_the_table():
    found = fee(D("30000"), "person", date(2025, 3, 1))
    assert found.amount == 1325  # of 2024
    assert "31-12-2024" in describe(found.warnings[0])


@pytest.mark.parametrize(
    ("claim", "party", "day", "options", "message"),
    [
        ("400", "vof", IN_2026, {}, "no party 'vof'"),
        ("400", "company", date(2021, 12, 31), {}, "before 2022-01-01"),
        ("400", "company", date(2010, 12, 31), {}, "kanton_limit"),
        ("400", "company", IN_2026, {"kanton": False}, "EUR 400 or less"),
    ],
)
def test_wrong_input(claim, party, day, options, message):
    with pytest.raises(ValueError, match=message):
        fee(D(claim), party, day, **options)


@given(claims, claims, st.sampled_from(PARTIES))
def test_a_higher_claim_never_costs_less(one, other, party):
    low, high = sorted((one, other))
    assert fee(low, party).amount <= fee(high, party).amount


@given(claims)
def test_smaller_means_never_pay_more(claim):
    amounts = [fee(claim, party).amount for party in PARTIES]
    assert amounts == sorted(amounts, reverse=True)


@pytest.mark.parametrize("court", ["kanton", "civil"])
def test_bands_follow_each_other(court):
    for day in {row.valid_from for row in TABLES[0].fees if row.court == court}:
        rows = [
            row
            for row in TABLES[0].fees
            if row.court == court and row.valid_from == day
        ]
        assert all(low.up_to == high.above for low, high in pairwise(rows))
        assert rows[-1].up_to is None


# === SALARY AND COSTS AFTER JUDGMENT === #


@pytest.mark.parametrize(
    ("total", "points", "day", "amount"),
    [
        ("250.00", 1, "2023-02-01", "39.00"),
        ("250.01", 1, "2023-02-01", "80.00"),
        ("1000.00", 2, "2024-01-31", "264.00"),  # 2 x 132
        ("1000.00", 2, "2024-02-01", "270.00"),  # 2 x 135
        ("1000.00", 2, "2026-01-31", "270.00"),
        ("1000.00", 2, "2026-02-01", "288.00"),  # 2 x 144
        ("1000.00", "2.5", "2026-02-01", "360.00"),
        ("40000.00", 1, "2026-02-01", "577.00"),
        # At most 3 points up to 250, at most 10 above 20,000
        ("250.00", 4, "2026-02-01", "129.00"),
        ("20000.01", 11, "2026-02-01", "5770.00"),
    ],
)
def test_salary(total, points, day, amount):
    found = salary(D(total), date.fromisoformat(day), D(points), TABLES[0])
    assert found.amount == D(amount)
    assert not found.warnings
    assert describe(found.steps[0], "nl")


def test_a_hearing_is_a_point_more():
    found = default_judgment_salary(D("1000"), JUDGMENT, *TABLES, hearing=True)
    assert found.amount == 270


def test_the_next_indexation_is_warned_about():
    (warning,) = salary(D("1000"), date(2028, 2, 1), D(1), TABLES[0]).warnings
    assert "31-01-2028" in describe(warning, "en")


def test_there_is_no_band_above_forty_thousand():
    with pytest.raises(ValueError, match="above EUR 40000"):
        salary(D("40000.01"), JUDGMENT, D(1), TABLES[0])


@pytest.mark.parametrize(
    ("total", "day", "amount"),
    [
        ("250.00", "2025-10-15", "20.00"),  # half of 40
        ("250.00", "2023-06-01", "19.50"),  # half of 39
        ("5000.00", "2025-10-15", "135.00"),  # half of 271 is 135.50
        ("20000.01", "2026-02-01", "144.00"),
    ],
)
def test_after_costs(total, day, amount):
    found = after_costs(D(total), date.fromisoformat(day), *TABLES)
    assert found.amount == D(amount)
    assert describe(found.steps[0], "en")


# === BAILIFF === #


@pytest.mark.parametrize(
    ("act", "day", "amount", "warned"),
    [
        ("summons", "2017-05-01", "77.84", False),
        ("summons", "2022-06-01", "104.02", False),
        ("summons", "2023-03-01", "106.73", False),
        ("summons", "2024-01-01", "112.37", False),
        ("summons", "2026-01-01", "112.37", True),
        ("service_title", "2024-06-01", "122.34", False),
        ("notice", "2024-06-01", "89.33", False),
        ("service_other", "2024-06-01", "80.64", False),
        # The amounts of 2024 for attachments are not known: those of 2023
        ("seizure_goods", "2024-06-01", "140.13", True),
        ("garnishment_periodic", "2024-06-01", "157.17", True),
        ("garnishment_other", "2023-06-01", "221.57", False),
    ],
)
def test_writ(act, day, amount, warned):
    found = writ_fee(act, date.fromisoformat(day), *TABLES)
    assert found.amount == D(amount)
    assert bool(found.warnings) is warned
    assert describe(found.steps[0], "nl")


def test_vat_on_a_writ():
    # 112.37 x 21% = 23.5977
    found = writ_fee("summons", date(2024, 6, 1), *TABLES, vat=True)
    assert found.amount == D("135.97")
    assert [step.amount for step in found.steps] == [D("112.37"), D("23.60")]


@pytest.mark.parametrize(
    ("act", "day", "message"),
    [
        ("eviction", IN_2026, "no act 'eviction'"),
        ("summons", date(2016, 12, 31), "before 2017-01-01"),
    ],
)
def test_unknown_writ(act, day, message):
    with pytest.raises(ValueError, match=message):
        writ_fee(act, day, *TABLES)
