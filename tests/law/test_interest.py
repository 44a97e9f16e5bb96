"""Interest: acceptance cases, the law point by point, and a slow calculator."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from cases import cases, dates, half_up, numbers
from hypothesis import given, settings
from hypothesis import strategies as st
from law.interest import (
    Agreed,
    Convention,
    Statutory,
    Suspension,
    interest,
    interest_in_default,
)
from law.steps import describe
from law.tables import InterestRates, Rate, read_csv, shipped
from law.terms import (
    Received,
    business_term,
    default_term,
    government_term,
    interest_kind,
)

RATES = shipped().rates
VALUES = shipped().values
TABLE = cases("interest")
PROSE = cases("interest_2")
# The cases I-20 to I-23 do not count the day of payment, and cut at half-years.
HALF_OPEN = Convention(payment_day=False, half_years=True)
EXACT = Convention(rounding="end")


def D(text):
    return Decimal(text)


def statutory(kind, principal, due, until, **options):
    return interest(D(principal), due, until, Statutory(kind), RATES, **options)


# === ACCEPTANCE CASES === #


@pytest.mark.parametrize("id", TABLE)
def test_table(id):
    row = TABLE[id]
    due, until = date.fromisoformat(row["Due"]), date.fromisoformat(row["Paid"])
    unrounded, actual = (D(part) for part in row["unr / aa"].split(" / "))
    options = {"kind": row["Type"], "principal": row["Principal"]}
    for convention, expected in (
        (Convention(), D(row["Expected"])),
        (Convention(rounding="end"), unrounded),
        (Convention(basis="actual"), actual),
    ):
        result = statutory(due=due, until=until, convention=convention, **options)
        assert result.interest == result.interest_open == expected
        assert result.days == int(row["Days"])
    # The arithmetic of the source is the pieces: "1000 x 6% x 31d = 5.10 + ..."
    pieces = [
        f"{row['Principal']} x {piece.percentage:f}% x {piece.days}d = {piece.amount}"
        for piece in statutory(due=due, until=until, **options).segments
    ]
    (arithmetic,) = (row[name] for name in row if name.startswith("Arithmetic"))
    assert " + ".join(pieces).replace(".00%", "%") == arithmetic


FIRST = date(2014, 5, 29)
RECEIVED = [(date(2014, 12, 12), D("1500"))]


def continued(until, payments=RECEIVED):
    return statutory(
        "6:119",
        "3000",
        FIRST - timedelta(days=1),
        until,
        costs=D("100"),
        payments=payments,
        convention=HALF_OPEN,
    )


def costs_interest_principal():
    result = continued(date(2014, 12, 12))
    (paid,) = result.payments
    first, second = result.segments
    return [
        paid.costs,
        first.amount,
        second.amount,
        paid.interest,
        paid.principal,
        result.principal_open,
    ]


def capitalised_on_the_anniversary():
    result = continued(date(2015, 5, 29))
    third, fourth = result.segments[2:]
    return [
        third.days,
        third.percentage,
        third.amount,
        fourth.days,
        fourth.percentage,
        fourth.amount,
        result.base,
    ]


def after_the_anniversary():
    result = continued(date(2015, 9, 28))
    fifth, sixth = result.segments[4:]
    return [fifth.amount, sixth.amount, fifth.amount + sixth.amount]


def second_claim():
    """The source pays the older claim first, and what is left to the second."""
    day = date(2015, 9, 28)
    older = continued(day, [*RECEIVED, (day, D("2500"))])
    first = older.payments[-1]
    second = interest(
        D("1000"),
        date(2015, 5, 5),
        day,
        Agreed(D("2"), above="6:119"),
        RATES,
        payments=[(day, older.credit)],
        convention=HALF_OPEN,
    )
    (paid,) = second.payments
    early, late = second.segments
    return [
        first.interest,
        first.capitalised + first.principal,
        1,
        paid.interest,
        early.amount,
        late.amount,
        paid.principal,
        2,
    ]


def commercial_rates():
    """12% from 1 July 2023 and 12.5% from 1 January 2024: 51 and 182 days."""
    due, until = date(2023, 11, 10), date(2024, 6, 30)
    pieces = statutory("6:119a", "3796.99", due, until).segments
    return [piece.amount for piece in pieces]


def paid_on_due_date():
    due = date(2026, 11, 1)
    result = statutory("6:119", "1000", due, due, payments=[(due, D("1000"))])
    assert (result.balance, result.days) == (0, 0)
    return [result.interest]


def paid_one_day_late():
    due = date(2026, 11, 1)
    return [statutory("6:119", "1000", due, due + timedelta(days=1)).interest]


def stopped():
    due, stop = dates(PROSE["I-28"]["Step"])
    later = statutory("6:119", "1000", due, date(2026, 11, 21), stop=stop)
    assert later.days == 76
    assert later.steps[-2].rule == "interest.stopped"
    return [later.interest]


def no_term_agreed():
    term = business_term(Received(invoice=date(2026, 3, 2)), VALUES)
    start = term.steps[0].values["start"]
    return [start, term.last_day, term.first_interest_day]


def large_debtor():
    """Ninety days agreed: void, and the term of I-30 applies."""
    received = date(2026, 3, 2)
    options = {
        "agreed_last_day": received + timedelta(days=90),
        "express": True,
        "small_creditor": True,
    }
    term = business_term(Received(received), VALUES, large_debtor=True, **options)
    other = business_term(Received(received), VALUES, large_debtor=False, **options)
    assert [term.last_day, term.first_interest_day] == no_term_agreed()[1:]
    assert other.last_day == options["agreed_last_day"]
    return [(term.last_day - received).days]


def lookup(id):
    row = PROSE[id]
    kind = row["Step"].rpartition(" ")[2]
    first, *_ = dates(row["Step"])
    found = [RATES.at(kind, day) for day in dates(row["Step"])]
    assert found[0] == RATES.at(kind, first)
    return found


def out_of_date():
    newest = RATES.newest("6:119a").valid_from
    assert newest == date(2026, 7, 1)
    (late,) = statutory("6:119a", "1000", newest, date(2027, 1, 1)).warnings
    assert describe(late).lower().startswith("rates may be out of date")
    assert not statutory("6:119a", "1000", newest, date(2026, 12, 31)).warnings
    return []


CASES = {
    "I-20": costs_interest_principal,
    "I-21": capitalised_on_the_anniversary,
    "I-22": after_the_anniversary,
    "I-23": second_claim,
    "I-25": commercial_rates,
    "I-26": paid_on_due_date,
    "I-27": paid_one_day_late,
    "I-28": stopped,
    "I-30": no_term_agreed,
    "I-31": large_debtor,
    "I-32": lambda: lookup("I-32"),
    "I-33": lambda: lookup("I-33"),
    "I-34": lambda: lookup("I-34"),
    "I-35": out_of_date,
}


def test_every_case_has_a_test():
    assert list(CASES) == list(PROSE)


@pytest.mark.parametrize("id", PROSE)
def test_case(id):
    expected = PROSE[id]["Expected"]
    found = CASES[id]()
    if id == "I-30":
        assert found == dates(expected)
    elif id == "I-35":
        assert "rates may be out of date" in expected
    else:
        assert found == numbers(expected)[: len(found)]
        assert found


# === THE LAW, POINT BY POINT === #


def test_i25_days():
    """The days that the source of I-25 gives."""
    assert [int(n) for n in numbers(PROSE["I-25"]["Step"])[2::2]] == [51, 182]


def test_insolvency_stops_interest_on_the_day_of_the_ruling():
    """Art. 303 Fw: "vanaf de dag van de uitspraak"; 75 days instead of I-28's 76.

    1000 x 4% x 75 / 365 = 8.219
    """
    due, ruling = date(2026, 1, 15), date(2026, 4, 1)
    options = {"insolvent": ruling, "payments": [(date(2026, 5, 1), D("10"))]}
    result = statutory("6:119", "1000", due, date(2026, 11, 21), **options)
    assert (result.interest, result.days) == (D("8.22"), 75)
    # What is paid later still is imputed.
    assert result.principal_open == 1000 + D("8.22") - 10
    both = statutory(
        "6:119", "1000", due, ruling, stop=date(2026, 2, 1), **{"insolvent": ruling}
    )
    assert both.days == 17
    before = statutory("6:119", "1000", due, ruling, insolvent=due)
    assert (before.interest, before.days) == (0, 0)


def test_suspension():
    """Ten days of June do not count, whatever overlaps.

    1000 x 6% x 60 / 365 = 9.863, 6 x 30 / 365 ... in pieces: April and May 61 days,
    10.03; 11 to 30 June 20 days, 3.29
    """
    due, until = date(2025, 3, 31), date(2025, 6, 30)
    june = [
        Suspension(date(2025, 6, 1), date(2025, 6, 8)),
        Suspension(date(2025, 6, 5), date(2025, 6, 10), "creditor_default"),
    ]
    result = statutory("6:119", "1000", due, until, suspended=june)
    assert [piece.amount for piece in result.segments] == [D("10.03"), D("3.29")]
    assert result.days == 81
    running = [Suspension(date(2025, 6, 1))]
    assert statutory("6:119", "1000", due, until, suspended=running).days == 61
    outside = [Suspension(date(2024, 1, 1), due), Suspension(date(2025, 7, 1))]
    untouched = statutory("6:119", "1000", due, until, suspended=outside)
    assert untouched.events == statutory("6:119", "1000", due, until).events


def test_payment_on_and_around_the_anniversary():
    """Rate 6% in 2025: 60.00 over the year to 31 December, capitalised on 1 January.

    On 31 December and on 1 January 60.00 is interest; the day itself, at 4% over
    1,060, is 0.12 more.
    """
    due = date(2024, 12, 31)
    until = date(2026, 1, 31)
    on_last = statutory(
        "6:119", "1000", due, until, payments=[(date(2025, 12, 31), D("560"))]
    )
    assert on_last.payments[0][2:6] == (0, 0, D("60.00"), D("500.00"))
    # 31 days at 4% over 500
    assert on_last.interest_open == D("1.70")
    on_anniversary = statutory(
        "6:119", "1000", due, until, payments=[(date(2026, 1, 1), D("560.12"))]
    )
    assert on_anniversary.payments[0][2:6] == (0, D("0.12"), D("60.00"), D("500.00"))
    # 30 days at 4% over 500
    assert on_anniversary.interest_open == D("1.64")


def test_capitalised_interest_is_paid_before_the_principal():
    """Year 1 of 1,000: 60.00. January at 4% over 1,060: 3.60."""
    due, paid = date(2024, 12, 31), date(2026, 1, 31)
    result = statutory("6:119", "1000", due, paid, payments=[(paid, D("50"))])
    assert result.payments[0][3:6] == (D("3.60"), D("46.40"), 0)
    assert result.base == D("1013.60")
    assert (result.interest_open, result.principal_open) == (D("13.60"), 1000)
    assert result.balance == D("1013.60")


def test_anniversaries_of_29_february():
    """Counted from the first day: 28 February, and 29 February in a leap year."""
    due = date(2024, 2, 28)
    events = statutory("6:119", "1000", due, date(2028, 3, 1)).events
    anniversaries = [
        event.day
        for event in events
        if hasattr(event, "base") and hasattr(event, "day")
    ]
    assert anniversaries == [
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def test_payment_before_the_due_date_and_overpayment():
    due = date(2026, 10, 1)
    payments = [(date(2026, 9, 1), D("400")), (date(2026, 11, 1), D("700"))]
    result = statutory("6:119", "1000", due, date(2026, 11, 21), payments=payments)
    # 600 x 4% x 31 / 365 = 2.04
    assert (result.interest, result.interest_open) == (D("2.04"), 0)
    assert (result.credit, result.balance) == (D("97.96"), 0)
    assert result.steps[-2].rule == "interest.credit"


def test_actual_days_cross_the_new_year_without_a_cut():
    """1000 x 7%: 31 days of 366 in 2024 at 7%, and the rate changes on 1 January.

    For 6:119a from 1 July 2024, unchanged rates do cut nothing: 12.25% to the end.
    """
    agreed = Agreed(D("10"))
    convention = Convention(basis="actual")
    options = {"convention": convention}
    due, until = date(2024, 11, 30), date(2025, 1, 31)
    result = interest(D("1000"), due, until, agreed, RATES, **options)
    # 100 x (31 / 366 + 31 / 365) = 8.4699 + 8.4932
    assert [piece.amount for piece in result.segments] == [D("16.96")]


def test_confirmed_rates_cut_nothing():
    """6:119a stayed 10.15% on 1 January 2026: one piece, as in I-12's arithmetic."""
    pieces = statutory("6:119a", "1000", date(2025, 9, 30), date(2026, 3, 31)).segments
    assert [(piece.days, piece.percentage) for piece in pieces] == [(182, D("10.15"))]
    halves = Convention(half_years=True)
    pieces = statutory(
        "6:119a", "1000", date(2025, 9, 30), date(2026, 3, 31), convention=halves
    ).segments
    assert [piece.days for piece in pieces] == [92, 90]


def test_government_rates_are_those_of_business():
    due, until = date(2021, 5, 1), date(2026, 5, 1)
    business = statutory("6:119a", "1000", due, until)
    assert statutory("6:119b", "1000", due, until).interest == business.interest


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        # 2% of 1000 for two full months, and 10 of the 30 days of April
        (Agreed(D("2"), "month"), ["20.00", "20.00", "6.67"]),
        # 20.00; 2% of 1020; 10/30 of 2% of 1040.40
        (Agreed(D("2"), "month", compound=True), ["20.00", "20.40", "6.94"]),
        # 12% of 1000 over 69 days: one piece
        (Agreed(D("12")), ["22.68"]),
    ],
)
def test_agreed_interest(agreed, expected):
    """From 1 February through 10 April 2026: 28, 31 and 10 days."""
    due, until = date(2026, 1, 31), date(2026, 4, 10)
    result = interest(D("1000"), due, until, agreed, RATES)
    assert [str(piece.amount) for piece in result.segments] == expected
    assert result.interest == sum(D(amount) for amount in expected)


def test_agreed_interest_by_the_year_is_simple_unless_compound():
    due, until = date(2022, 12, 31), date(2024, 12, 31)
    simple = interest(D("1000"), due, until, Agreed(D("10")), RATES)
    compound = interest(D("1000"), due, until, Agreed(D("10"), compound=True), RATES)
    # 731 days: 200.27; 100.00 and 366/365 of 110.00
    assert (simple.interest, compound.interest) == (D("200.27"), D("210.30"))


def test_months_are_counted_from_the_first_day():
    """31 January: the months start on 28 February and 31 March, not on the 28th."""
    agreed = Agreed(D("1"), "month")
    due, until = date(2026, 1, 30), date(2026, 4, 30)
    pieces = interest(D("1000"), due, until, agreed, RATES).segments
    starts = [piece.start for piece in pieces]
    assert starts == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    assert [piece.amount for piece in pieces[:3]] == [10, 10, 10]


@pytest.mark.parametrize(
    ("kind", "percentage", "takes_over"),
    [
        ("6:119", "3", False),
        ("6:119", "4", False),
        ("6:119", "5", True),
        ("6:119a", "3", True),
        ("6:119b", "10", False),
        ("6:119b", "11", True),
    ],
)
def test_which_agreed_interest_takes_over(kind, percentage, takes_over):
    """In the first half of 2026: 4% and 10.15%."""
    due, until = date(2025, 12, 31), date(2026, 6, 30)
    agreed = Agreed(D(percentage))
    result = interest_in_default(kind, agreed, D("1000"), due, until, RATES)
    assert result.terms == (agreed if takes_over else Statutory(kind))
    plain = interest_in_default(kind, None, D("1000"), due, until, RATES)
    assert plain.terms == Statutory(kind)


def test_agreed_interest_must_beat_compound_statutory_interest():
    """Art. 6:119 lid 3: "krachtens de vorige leden", so with lid 2 as well.

    Simple 2.01% against 2% compound, from 2015 to 2022: 140.70 after seven years of
    365 days, against 1.02 ^ 7 - 1 = 14.87%.
    """
    due, until = date(2014, 12, 31), date(2021, 12, 31)
    agreed = Agreed(D("2.01"))
    result = interest_in_default("6:119", agreed, D("1000"), due, until, RATES)
    assert result.terms == Statutory("6:119")


def test_unrounded_interest_is_exact():
    """Half a cent goes up, although no piece ends in decimals.

    1012.50 x (4 x 1 + 6 x 184 + 7 x 19) / 36500 = 1012.50 x 1241 / 36500 = 34.425
    """
    due, until = date(2023, 6, 29), date(2024, 1, 19)
    result = statutory("6:119", "1012.50", due, until, convention=EXACT)
    assert [(p.days, p.percentage) for p in result.segments] == [
        (1, 4),
        (184, 6),
        (19, 7),
    ]
    assert result.interest == D("34.43")


def test_rates_between():
    """From the day asked for, up to and not including the last."""
    changed = [(date(2025, 6, 1), 6), (date(2026, 1, 1), 4)]
    start, change = date(2025, 6, 1), date(2026, 1, 1)
    assert RATES.between("6:119", start, change) == changed[:1]
    assert RATES.between("6:119", start, change + timedelta(days=1)) == changed


def test_rates_before_the_table():
    with pytest.raises(ValueError, match="6:119a.*before 2002-12-01"):
        statutory("6:119a", "1000", date(2002, 11, 29), date(2003, 1, 1))
    assert statutory("6:119a", "1000", date(2002, 11, 30), date(2003, 1, 1)).days == 32


@pytest.mark.parametrize(
    "wrong",
    [
        {"principal": "-0.01"},
        {"costs": D("-1")},
        {"payments": [(date(2026, 7, 1), D("1"))]},
        {"payments": [(date(2026, 3, 1), D("0"))]},
        {"suspended": [Suspension(date(2026, 3, 2), date(2026, 3, 1))]},
        {"convention": Convention(basis="360")},
        {"convention": Convention(rounding="up")},
        {"kind": "6:120"},
    ],
)
def test_wrong_input(wrong):
    options = {
        "kind": "6:119",
        "principal": "1000",
        "due": date(2026, 1, 1),
        "until": date(2026, 6, 30),
    }
    with pytest.raises(ValueError, match="."):
        statutory(**{**options, **wrong})


def test_every_event_can_be_told_in_both_languages():
    result = statutory(
        "6:119",
        "1000",
        date(2024, 12, 31),
        date(2026, 6, 30),
        costs=D("40"),
        payments=[(date(2026, 3, 1), D("2000"))],
        suspended=[
            Suspension(date(2025, 1, 5), date(2025, 1, 6)),
            Suspension(date(2025, 2, 5), None, "creditor_default"),
        ],
        insolvent=date(2026, 4, 1),
    )
    for step in result.steps:
        assert describe(step, "nl") != describe(step, "en")


# === TABLES === #


def test_shipped_rates_are_newest_in_this_half_year():
    for kind in ("6:119", "6:119a", "6:119b"):
        assert RATES.known_until(kind) == date(2027, 1, 1)


def test_stale_after_seven_months():
    """Rows of 1 July 2026: seven months are full on 1 February 2027."""
    assert RATES.stale(date(2027, 2, 1)) == []
    stale = RATES.stale(date(2027, 2, 2))
    assert {row.kind for row in stale} == {"6:119", "6:119a"}
    renewed = [
        Rate("6:119", date(2026, 7, 1), D("4")),
        Rate("6:119a", date(2027, 1, 1), D("10")),
    ]
    assert [row.kind for row in InterestRates(renewed).stale(date(2027, 2, 2))] == [
        "6:119"
    ]


def test_every_shipped_number_has_a_source():
    for name in ("interest.rate", "cost.scale", "legal.value"):
        rows = read_csv(f"incasso.{name}.csv")
        assert all(row["source"] for row in rows)
        assert len({row["id"] for row in rows}) == len(rows)


# === TERMS OF PAYMENT === #


@pytest.mark.parametrize(
    ("debtor", "trade", "kind"),
    [
        ("consumer", True, "6:119"),
        ("consumer", False, "6:119"),
        ("business", True, "6:119a"),
        ("business", False, "6:119"),
        ("government", True, "6:119b"),
        ("government", False, "6:119"),
    ],
)
def test_kind_of_interest(debtor, trade, kind):
    assert interest_kind(debtor, trade) == kind


def test_unknown_debtor():
    with pytest.raises(ValueError, match="friend"):
        interest_kind("friend")


@pytest.mark.parametrize(
    ("received", "starts", "letter"),
    [
        (Received(date(2026, 3, 2)), date(2026, 3, 2), "a"),
        (Received(date(2026, 3, 2), date(2026, 3, 1)), date(2026, 3, 2), "a"),
        (Received(date(2026, 3, 2), date(2026, 3, 9)), date(2026, 3, 9), "b"),
        (Received(None, date(2026, 3, 9)), date(2026, 3, 9), "b"),
        (
            Received(date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 20)),
            date(2026, 3, 20),
            "c",
        ),
        # Lid 4: thirty days to accept, unless more was expressly agreed
        (
            Received(date(2026, 3, 2), date(2026, 3, 1), date(2026, 4, 20)),
            date(2026, 3, 31),
            "c",
        ),
        (
            Received(date(2026, 3, 2), date(2026, 3, 1), date(2026, 4, 20), True),
            date(2026, 4, 20),
            "c",
        ),
    ],
)
def test_start_of_the_legal_term(received, starts, letter):
    """Thirty days from the day after, by art. 6:119a and 6:119b lid 2 sub a to c."""
    for term, kind in (
        (business_term(received, VALUES), "6:119a"),
        (government_term(received, VALUES), "6:119b"),
    ):
        assert term.last_day == starts + timedelta(days=30)
        assert term.first_interest_day == starts + timedelta(days=31)
        assert term.steps[0].article == f"art. {kind} lid 2 sub {letter} BW"


RECEIVED_ON = date(2026, 3, 2)


def last_day(term):
    return (term.last_day - RECEIVED_ON).days


@pytest.mark.parametrize(
    ("agreed", "options", "days"),
    [
        (14, {}, 14),
        (60, {}, 60),
        (61, {}, 60),
        (90, {"express": True}, 90),
        (60, {"large_debtor": True}, 60),
        (30, {"large_debtor": True, "small_creditor": True}, 30),
        (31, {"large_debtor": True, "small_creditor": True}, 30),
    ],
)
def test_longest_term_between_businesses(agreed, options, days):
    day = RECEIVED_ON + timedelta(days=agreed)
    term = business_term(Received(RECEIVED_ON), VALUES, agreed_last_day=day, **options)
    assert last_day(term) == days
    assert (term.steps[0].rule == "terms.agreed") == (days == agreed)


@pytest.mark.parametrize(
    ("received", "agreed_on", "days"),
    [
        # The rule is of 1 July 2022, for running agreements of 1 July 2023.
        (date(2023, 1, 1), date(2022, 6, 30), 60),
        (date(2023, 1, 1), date(2022, 7, 1), 30),
        (date(2023, 7, 1), date(2022, 6, 30), 30),
    ],
)
def test_large_debtor_and_running_agreements(received, agreed_on, days):
    term = business_term(
        Received(received),
        VALUES,
        agreed_last_day=received + timedelta(days=60),
        agreed_on=agreed_on,
        large_debtor=True,
        small_creditor=True,
    )
    assert (term.last_day - received).days == days


@pytest.mark.parametrize(
    ("agreed", "justified", "days"),
    [
        (14, False, 14),
        (30, False, 30),
        (45, False, 30),
        (45, True, 45),
        (60, True, 60),
        (90, True, 60),
    ],
)
def test_longest_term_of_a_government(agreed, justified, days):
    day = RECEIVED_ON + timedelta(days=agreed)
    term = government_term(
        Received(RECEIVED_ON), VALUES, agreed_last_day=day, justified=justified
    )
    assert last_day(term) == days
    assert (term.steps[0].rule == "terms.agreed") == (days == agreed)


def test_agreed_day_without_an_invoice():
    day = date(2026, 10, 31)
    for term in (
        business_term(Received(), VALUES, agreed_last_day=day),
        government_term(Received(), VALUES, agreed_last_day=day),
        default_term(day),
        default_term(day, demanded=True),
    ):
        assert term[:2] == (day, date(2026, 11, 1))
        for step in term.steps:
            assert describe(step, "nl") != describe(step, "en")
    with pytest.raises(ValueError, match="invoice"):
        business_term(Received(), VALUES)


# === A SLOW CALCULATOR === #


def percentages(kind):
    """The rate of each day, from the data file: a list of (day, percentage)."""
    rows = read_csv("incasso.interest.rate.csv")
    series = {"6:119b": "6:119a"}.get(kind, kind)
    return [
        (date.fromisoformat(row["valid_from"]), Fraction(row["percentage"]))
        for row in rows
        if row["kind"] == series
    ]


def month_after(first, count):
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    day = first.day
    while True:
        try:
            return date(year, month + 1, day)
        except ValueError:
            day -= 1


class Slow:
    """One day after the other, in exact fractions."""

    def __init__(self, principal, costs, rounded):
        self.principal, self.costs = Fraction(principal), Fraction(costs)
        self.capitalised = self.accrued = self.piece = self.total = Fraction(0)
        self.credit = Fraction(0)
        self.rounded = rounded

    def close(self):
        piece = Fraction(half_up(self.piece)) if self.rounded else self.piece
        self.piece = Fraction(0)
        self.accrued += piece
        self.total += piece

    def pay(self, amount):
        rest = Fraction(amount)
        for part in ("costs", "accrued", "capitalised", "principal"):
            paid = min(rest, getattr(self, part))
            setattr(self, part, getattr(self, part) - paid)
            rest -= paid
        self.credit += rest

    @property
    def balance(self):
        return self.costs + self.accrued + self.capitalised + self.principal


def by_day(
    principal,
    due,
    until,
    rates,
    convention,
    *,
    costs=0,
    payments=(),
    suspended=(),
    stop=None,
    monthly=False,
    compound=True,
):
    slow = Slow(principal, costs, convention.rounding == "segment")
    first = due + timedelta(days=1)
    end = until if stop is None else min(until, stop)
    for day, amount in payments:
        if day <= due:
            slow.pay(amount)
    starts = {}
    if monthly or compound:
        starts = {month_after(first, n if monthly else 12 * n): n for n in range(1, 60)}
    previous, length = None, (month_after(first, 1) - first).days
    day = first
    while day <= until:
        if day in starts:
            slow.close()
            if compound and day <= end:
                slow.capitalised += slow.accrued
                slow.accrued = Fraction(0)
            length = (month_after(first, starts[day] + 1) - day).days
        rate = [percentage for start, percentage in rates if start <= day][-1]
        if day > end or any(
            item.start <= day and (item.end is None or day <= item.end)
            for item in suspended
        ):
            rate = None
        if rate != previous:
            slow.close()
            previous = rate
        if rate:
            year = 365
            if convention.basis == "actual":
                year = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
            part = Fraction(1, length if monthly else year)
            slow.piece += (slow.principal + slow.capitalised) * rate / 100 * part
        for paid_on, amount in payments:
            if paid_on == day:
                slow.close()
                slow.pay(amount)
        day += timedelta(days=1)
    slow.close()
    return slow


money = st.decimals("0.01", "50000", places=2)
conventions = st.sampled_from(
    [Convention(b, r) for b in ("365", "actual") for r in ("segment", "end")]
)
kinds = st.sampled_from(("6:119", "6:119a", "6:119b"))


@st.composite
def periods(draw, longest=1500):
    due = draw(st.dates(date(2003, 1, 1), date(2026, 6, 30)))
    return due, due + timedelta(days=draw(st.integers(0, longest)))


@st.composite
def histories(draw):
    """A period with payments, suspensions and a stop somewhere about it."""
    due, until = draw(periods())
    length = (until - due).days

    def within(low=0, high=0):
        offset = st.integers(low, length + high)
        return offset.map(lambda days: due + timedelta(days=days))

    payments = draw(st.lists(st.tuples(within(low=-5), money), max_size=4))
    pairs = draw(st.lists(st.tuples(within(), within(high=30)), max_size=2))
    suspended = [Suspension(*sorted(pair)) for pair in pairs]
    stop = draw(st.none() | within(high=5))
    return (
        due,
        until,
        {
            "payments": payments,
            "suspended": suspended,
            "stop": stop,
            "costs": draw(st.sampled_from((D("0"), D("40")))),
        },
    )


def assert_same(fast, slow, principal, costs, payments):
    assert fast.interest == half_up(slow.total)
    paid = sum((amount for _, amount in payments), D(0))
    assert fast.costs_open == slow.costs
    assert abs(fast.balance - half_up(slow.balance)) <= D("0.01")
    # To the cent, in whatever way the parts are rounded:
    assert principal + costs + fast.interest - paid == fast.balance - fast.credit
    assert fast.costs_paid + fast.interest_paid + fast.principal_paid + fast.credit == (
        paid
    )
    assert min(fast.balance, fast.credit, fast.interest_open, fast.principal_open) >= 0


@settings(max_examples=150, deadline=None)
@given(kinds, money, histories(), conventions)
def test_statutory_interest_day_by_day(kind, principal, history, convention):
    due, until, options = history
    fast = statutory(kind, principal, due, until, convention=convention, **options)
    rates = percentages(kind)
    slow = by_day(principal, due, until, rates, convention, **options)
    assert_same(fast, slow, principal, options["costs"], options["payments"])
    if convention.rounding == "segment":
        assert fast.balance == slow.balance
        assert fast.principal_open == slow.principal


@settings(max_examples=100, deadline=None)
@given(
    st.decimals("0.1", 5, places=2),
    st.booleans(),
    st.booleans(),
    money,
    histories(),
    conventions,
)
def test_agreed_interest_day_by_day(
    percentage, monthly, compound, principal, history, convention
):
    due, until, options = history
    agreed = Agreed(percentage, "month" if monthly else "year", compound)
    fast = interest(
        principal, due, until, agreed, RATES, convention=convention, **options
    )
    slow = by_day(
        principal,
        due,
        until,
        [(date.min, Fraction(percentage))],
        convention,
        monthly=monthly,
        compound=compound,
        **options,
    )
    assert_same(fast, slow, principal, options["costs"], options["payments"])


# === PROPERTIES === #


@given(kinds, periods(), money, money, conventions)
def test_more_principal_never_bears_less(kind, period, one, other, convention):
    low, high = sorted((one, other))
    low, high = (
        statutory(kind, principal, *period, convention=convention).interest
        for principal in (low, high)
    )
    assert low <= high


@given(kinds, periods(), st.integers(0, 800), money)
def test_longer_never_bears_less(kind, period, more, principal):
    due, until = period
    short = statutory(kind, principal, due, until, convention=EXACT).interest
    long = statutory(
        kind, principal, due, until + timedelta(days=more), convention=EXACT
    ).interest
    assert short <= long


@given(kinds, periods(longest=364), st.data(), money)
def test_splitting_a_period_changes_nothing_but_rounding(kind, period, data, principal):
    """Within a year, as the anniversaries of the second part are others."""
    due, until = period
    middle = data.draw(st.dates(due, until))
    whole = statutory(kind, principal, due, until, convention=EXACT).interest
    parts = [
        statutory(kind, principal, start, end, convention=EXACT).interest
        for start, end in ((due, middle), (middle, until))
    ]
    assert abs(sum(parts) - whole) <= D("0.01")


@given(kinds, periods(), money)
def test_rounding_pieces_differs_by_cents_only(kind, period, principal):
    """Half a cent a piece, and the interest on it later."""
    rounded = statutory(kind, principal, *period)
    exact = statutory(kind, principal, *period, convention=EXACT)
    allowed = D("0.01") * len(rounded.segments) + D("0.01")
    assert abs(rounded.interest - exact.interest) <= allowed


@given(kinds, histories(), money)
def test_steps_add_up(kind, history, principal):
    due, until, options = history
    result = statutory(kind, principal, due, until, **options)
    total = result.steps[-1]
    pieces = (step for step in result.steps if step.rule == "interest.segment")
    assert total.amount == result.interest == sum(step.amount for step in pieces)


@given(
    st.dates(date(2003, 1, 1), date(2026, 12, 1)),
    st.decimals("0.5", 15, places=2),
    periods(),
    money,
)
def test_a_row_that_confirms_changes_nothing(day, percentage, period, principal):
    rows = [Rate("6:119", date(2000, 1, 1), percentage)]
    table = InterestRates(rows)
    confirmed = InterestRates([Rate("6:119", day, percentage), *rows])
    terms = Statutory("6:119")
    assert (
        interest(principal, *period, terms, table).events
        == interest(principal, *period, terms, confirmed).events
    )
