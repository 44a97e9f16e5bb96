"""When claims become barred: the acceptance cases, interruptions, properties."""

import re
from datetime import date, timedelta

import pytest
from cases import cases, dates
from hypothesis import given
from hypothesis import strategies as st
from law.limitation import (
    INTERRUPTIONS,
    Bankruptcy,
    Interruption,
    limitation,
    shipped_terms,
)
from law.steps import describe
from law.tables import shipped

CASES = cases("limitation")
KINDS = shipped_terms().kinds
DUE = date(2020, 3, 15)

days = st.dates(date(1992, 1, 1), date(2040, 12, 31))
kinds = st.sampled_from(KINDS)
interruptions = st.lists(
    st.builds(Interruption, days, st.sampled_from(sorted(INTERRUPTIONS))), max_size=6
)
bankruptcies = st.lists(
    st.tuples(days, st.integers(0, 2000)).map(
        lambda pair: Bankruptcy(pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    max_size=3,
)


def of(kind, due=DUE, **options):
    return limitation(kind, due, shipped_terms(), shipped().values, **options)


def letters(*moments):
    return [Interruption(date.fromisoformat(moment)) for moment in moments]


def words(found, lang="en"):
    return [describe(step, lang) for step in found.steps]


def rules(found):
    return [step.rule.removeprefix("limitation.") for step in found.steps]


# What the prose of a row asks: its kind, and whether its last date is an interruption.
ASKED = {
    "V-01": ("service", False),
    "V-02": ("consumer-purchase", False),
    "V-03": ("consumer-purchase", True),
    "V-05": ("judgment", False),
}


def test_every_case_is_asked():
    assert ASKED.keys() == CASES.keys()


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    kind, interrupted = ASKED[case]
    given_days = dates(CASES[case]["Input"])
    expected = dates(CASES[case]["Last day to interrupt"])
    due = given_days[-1]
    stopped = [Interruption(given_days[0])] if interrupted else []
    found = of(kind, due, interruptions=stopped)
    assert [found.last_day, found.barred_from][: len(expected)] == expected
    assert found.barred_from == found.last_day + timedelta(days=1)
    for article in re.findall(r"\d:\d+", CASES[case]["Source"]):
        assert any(article in step.article for step in found.steps)


def test_interest_on_a_judgment_lapses_after_five_years():
    # The second half of V-05: 5 years per period
    assert of("judgment-interest", date(2010, 5, 1)).last_day == date(2015, 5, 1)


TERMS = {
    "service": (date(2025, 3, 15), "art. 3:307 lid 1 BW"),
    "periodic": (date(2025, 3, 15), "art. 3:308 BW"),
    "consumer-purchase": (date(2022, 3, 15), "art. 7:28 BW"),
    "damages": (date(2025, 3, 15), "art. 3:310 lid 1 BW"),
    "penalty": (date(2025, 3, 15), "art. 3:310 lid 1 BW"),
    "judgment": (date(2040, 3, 15), "art. 3:324 lid 1 BW"),
    "judgment-interest": (date(2025, 3, 15), "art. 3:324 lid 3 BW"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_terms(kind):
    found = of(kind)
    assert (found.last_day, found.steps[0].article) == TERMS[kind]


def test_29_february():
    assert of("service", date(2024, 2, 29)).last_day == date(2029, 2, 28)
    assert of("judgment", date(2024, 2, 29)).last_day == date(2044, 2, 29)
    again = of("service", date(2023, 3, 1), interruptions=letters("2024-02-29"))
    assert again.last_day == date(2029, 2, 28)


# === INTERRUPTIONS === #


def test_each_interruption_begins_a_new_term():
    found = of("consumer-purchase", interruptions=letters("2022-03-15", "2024-01-10"))
    # The first on the very last day, the second inside the new two years
    assert found.last_day == date(2026, 1, 10)
    assert rules(found) == ["term", "letter", "letter", "barred"]


def test_a_gap_between_interruptions_is_fatal():
    found = of(
        "consumer-purchase",
        interruptions=letters("2024-03-01", "2021-05-01", "2023-05-02"),
    )
    # 2021-05-01 + 2 years = 2023-05-01: the letters after it are too late
    assert found.last_day == date(2023, 5, 1)
    assert rules(found) == ["term", "letter", "late", "late", "barred"]


def test_a_judgment_never_lapses_before_its_twenty_years():
    early = of("judgment", interruptions=letters("2030-01-01"))
    assert early.last_day == date(2040, 3, 15)
    assert rules(early) == ["term", "original", "barred"]
    # In its last five years an interruption adds five, not twenty
    late = of("judgment", interruptions=letters("2038-01-01"))
    assert late.last_day == date(2043, 1, 1)


def test_a_letter_before_the_claim_was_due_changes_nothing():
    found = of("service", interruptions=letters("2020-03-14"))
    assert found.last_day == date(2025, 3, 15)
    assert rules(found) == ["term", "early", "barred"]


@pytest.mark.parametrize(
    ("kind", "article"),
    [("letter", "3:317"), ("acknowledgement", "3:318"), ("action", "3:316")],
)
def test_kinds_of_interruption(kind, article):
    found = of("service", interruptions=[Interruption(date(2021, 1, 1), kind)])
    assert found.last_day == date(2026, 1, 1)
    assert article in found.steps[1].article
    assert "3:319" in found.steps[1].article


# === LONG STOP, BANKRUPTCY === #


def test_damages_end_twenty_years_after_the_event():
    found = of("damages", event=date(2003, 1, 1))
    assert found.last_day == date(2023, 1, 1)
    assert of("damages", event=date(2010, 1, 1)).last_day == date(2025, 3, 15)
    # Only damages and penalties have a long stop
    assert of("service", event=date(2003, 1, 1)).last_day == date(2025, 3, 15)
    with pytest.raises(ValueError, match="cannot be after"):
        of("damages", event=date(2020, 3, 16))


@pytest.mark.parametrize(
    ("start", "end", "last_day"),
    [
        # Would end on 2025-03-15, during it: six months after its end
        ("2025-01-01", "2025-06-01", "2025-12-01"),
        # ... within six months after it
        ("2024-01-01", "2024-09-15", "2025-03-15"),
        ("2024-01-01", "2024-09-16", "2025-03-16"),
        # ... before it, or long after it
        ("2025-03-16", "2025-06-01", "2025-03-15"),
        ("2024-01-01", "2024-06-01", "2025-03-15"),
        # 31 August + 6 months is the last of February
        ("2025-01-01", "2025-08-31", "2026-02-28"),
    ],
)
def test_bankruptcy(start, end, last_day):
    span = Bankruptcy(date.fromisoformat(start), date.fromisoformat(end))
    assert of("service", bankruptcies=[span]).last_day == date.fromisoformat(last_day)


def test_a_bankruptcy_that_runs_keeps_the_term_open():
    open_ended = [Bankruptcy(date(2025, 1, 1))]
    found = of("service", bankruptcies=open_ended, today=date(2027, 1, 1))
    assert found[:4] == (None, None, None, False)
    assert "01-01-2025" in words(found)[-1]
    # An interruption during it begins a new term, which the bankruptcy keeps open too
    again = of("service", bankruptcies=open_ended, interruptions=letters("2026-01-01"))
    assert again.last_day is None
    assert "letter" in rules(again)


def test_an_interruption_in_the_extended_term_is_in_time():
    found = of(
        "service",
        bankruptcies=[Bankruptcy(date(2025, 1, 1), date(2025, 6, 1))],
        interruptions=letters("2025-11-30"),
    )
    assert found.last_day == date(2030, 11, 30)


# === DAYS LEFT, WRONG INPUT === #


@pytest.mark.parametrize(
    ("today", "left", "warn"),
    [
        # The last day is 2025-03-15; 90 days before it is 2024-12-15
        ("2024-12-14", 91, False),
        ("2024-12-15", 90, True),
        ("2025-03-15", 0, True),
        ("2025-03-16", -1, True),
    ],
)
def test_days_left(today, left, warn):
    found = of("service", today=date.fromisoformat(today))
    assert found.days_left == left
    assert found.warn is warn
    told = {"near", "past"} & set(rules(found))
    assert told == ({"near" if left >= 0 else "past"} if warn else set())
    assert str(abs(left)) in words(found)[-1] or not warn


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "loan"}, "no limitation term for 'loan'"),
        ({"due": date(1991, 12, 31)}, "before 1992-01-01"),
        ({"interruptions": [Interruption(DUE, "phone call")]}, "'phone call'"),
        (
            {"bankruptcies": [Bankruptcy(DUE, DUE - timedelta(days=1))]},
            "cannot end on 2020-03-14",
        ),
    ],
)
def test_wrong_input(options, message):
    with pytest.raises(ValueError, match=message):
        of(**{"kind": "service", **options})


# === PROPERTIES === #


@given(kinds, days, interruptions, bankruptcies)
def test_never_before_the_original_term_and_in_any_order(kind, due, stops, spans):
    found = of(kind, due, interruptions=stops, bankruptcies=spans)
    assert found.last_day >= of(kind, due).last_day
    backwards = of(kind, due, interruptions=stops[::-1], bankruptcies=spans[::-1])
    assert backwards.last_day == found.last_day
    assert all(words(found, lang) for lang in ("nl", "en"))


@given(kinds, days, interruptions, days)
def test_an_interruption_more_never_shortens(kind, due, stops, more):
    before = of(kind, due, interruptions=stops).last_day
    after = of(kind, due, interruptions=[*stops, Interruption(more)]).last_day
    assert after >= before
    # At most five years from the interruption that was added
    assert after == before or after <= max(
        stop.day for stop in [*stops, Interruption(more)]
    ) + timedelta(days=5 * 366)


@given(kinds, days, interruptions, st.integers(1, 3000))
def test_what_has_lapsed_is_never_revived(kind, due, stops, late):
    lapsed = of(kind, due, interruptions=stops)
    too_late = Interruption(lapsed.last_day + timedelta(days=late))
    assert of(kind, due, interruptions=[*stops, too_late]).last_day == lapsed.last_day


@given(kinds, days)
def test_a_later_claim_never_lapses_earlier(kind, due):
    assert of(kind, due).last_day <= of(kind, due + timedelta(days=1)).last_day
