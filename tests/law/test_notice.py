"""The notice of costs: the acceptance cases, its defects, and properties."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cases import cases, dates
from hypothesis import given
from hypothesis import strategies as st
from law.calendar import shipped_calendar
from law.notice import NoticeText, notice_defects, notice_term, received_by_post
from law.steps import describe
from law.tables import shipped

CALENDAR = shipped_calendar()
VALUES = shipped().values
CASES = cases("notice_deadlines")

days = st.dates(date(2012, 7, 1), date(2028, 12, 31))
ways = st.sampled_from(["post", "e-mail"])


def term(sent, by="post", **options):
    return notice_term(sent, by, CALENDAR, VALUES, **options)


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    """Every column of the row: it has the weekday before each date."""
    row = CASES[case]
    sent, received, statute, text, extended, due, safe = (
        dates(value)[0] for name, value in row.items() if name not in ("ID", "Sent by")
    )
    found = term(sent, row["Sent by"])
    assert found.received == received
    assert found.last_free_day_statute == statute
    assert found.last_free_day_text == text
    assert found.last_free_day == extended
    assert found.costs_due_from == found.charge_from == due
    careful = term(sent, row["Sent by"], safe_distance=True)
    assert careful.costs_due_from == due
    assert careful.charge_from == max(due, safe)
    assert not found.warnings


def test_known_delivery_takes_the_place_of_the_presumption():
    found = term(date(2026, 11, 2), delivered=date(2026, 11, 9))
    assert found.received == date(2026, 11, 9)
    assert found.last_free_day == date(2026, 11, 24)
    with pytest.raises(ValueError, match="before it was sent"):
        term(date(2026, 11, 2), delivered=date(2026, 11, 1))


def test_an_equated_day_is_no_day_of_delivery():
    # Wed 13 May 2026: Thu Ascension, Fri equated; Sat first, Sun, Mon, Tue second
    assert received_by_post(date(2026, 5, 13), CALENDAR, VALUES) == date(2026, 5, 19)


def test_without_extension_the_text_counts():
    # D-04: the fifteenth day is Sunday 22 November 2026
    found = term(date(2026, 11, 5), extend=False)
    assert found.last_free_day == date(2026, 11, 22)
    assert found.costs_due_from == date(2026, 11, 23)


def test_a_longer_term_is_allowed_and_a_shorter_is_not():
    found = term(date(2026, 11, 2), "e-mail", term_days=21)
    assert found.last_free_day == date(2026, 11, 23)
    with pytest.raises(ValueError, match="14 days or more, not 13"):
        term(date(2026, 11, 2), "e-mail", term_days=13)


def test_bank_days_move_the_charge_not_the_law():
    # D-16: due Wed 18 November 2026; two working days on is Friday
    found = term(date(2026, 11, 2), "e-mail", bank_days=2)
    assert found.costs_due_from == date(2026, 11, 18)
    assert found.charge_from == date(2026, 11, 20)


def test_days_equated_later_are_warned_about():
    # The last decree known is for 2028; this term ends in January 2029
    (warning,) = term(date(2028, 12, 27)).warnings
    assert "31-12-2028" in describe(warning, "nl")


@pytest.mark.parametrize(
    ("sent", "by", "message"),
    [
        (date(2012, 6, 30), "e-mail", "not in force"),
        (date(2026, 11, 2), "fax", "post or e-mail"),
    ],
)
def test_what_cannot_be(sent, by, message):
    with pytest.raises(ValueError, match=message):
        term(sent, by)


@given(days, ways, st.booleans(), st.booleans(), st.integers(0, 5))
def test_the_debtor_always_has_fourteen_full_days(sent, by, extend, safe, bank_days):
    found = term(sent, by, extend=extend, safe_distance=safe, bank_days=bank_days)
    assert sent <= found.received
    assert (found.costs_due_from - found.received).days > 15
    assert found.last_free_day_statute < found.last_free_day_text
    assert found.last_free_day_text <= found.last_free_day
    assert found.costs_due_from == found.last_free_day + timedelta(days=1)
    assert found.costs_due_from <= found.charge_from
    if safe:
        assert found.charge_from >= sent + timedelta(days=21)
    if extend:
        assert CALENDAR.is_working_day(found.last_free_day)
    for step in found.steps:
        assert describe(step, "nl")
        assert describe(step, "en")


@given(days)
def test_post_arrives_on_a_day_of_delivery_and_one_lies_between(sent):
    received = received_by_post(sent, CALENDAR, VALUES)
    walked = [sent + timedelta(days=n) for n in range(1, (received - sent).days + 1)]
    delivers = [
        day
        for day in walked
        if day.isoweekday() not in (1, 7) and not CALENDAR.is_holiday(day)
    ]
    assert len(delivers) == 2
    assert delivers[-1] == received


@given(days, ways)
def test_a_later_letter_is_never_received_earlier(sent, by):
    earlier, later = term(sent, by), term(sent + timedelta(days=1), by)
    assert earlier.received <= later.received
    assert earlier.costs_due_from <= later.costs_due_from


# === DEFECTS === #

GOOD = NoticeText(
    sent=date(2026, 11, 2),
    term="Betaal binnen vijftien dagen nadat deze brief bij u is bezorgd.",
    claims=["A", "B"],
    costs=Decimal("40.00"),
)
FACTS = {
    "in_default_from": date(2026, 10, 1),
    "claims": ["A", "B"],
    "costs": Decimal("40.00"),
}
WITH_VAT = GOOD._replace(vat=Decimal("8.40"), vat_declared=True)


def defects(notice, **facts):
    return notice_defects(notice, VALUES, **{**FACTS, **facts})


def test_a_good_notice_has_no_defects():
    assert defects(GOOD) == []
    assert defects(WITH_VAT, vat=Decimal("8.40")) == []
    # Sent on the first day of default
    assert defects(GOOD, in_default_from=GOOD.sent) == []


@pytest.mark.parametrize(
    ("notice", "facts", "rule", "article"),
    [
        (GOOD, {"in_default_from": None}, "not_in_default", "6:81"),
        (GOOD, {"in_default_from": date(2026, 11, 3)}, "too_early", "6:81"),
        (GOOD._replace(consequence=False), {}, "no_consequence", "6:96 lid 6"),
        (GOOD._replace(claims=["A"]), {}, "claims_missing", "6:96 lid 7"),
        (GOOD, {"claims": ["A"]}, "claims_extra", "6:96 lid 6"),
        (GOOD._replace(costs=None), {}, "no_amount", "6:96 lid 6"),
        (GOOD._replace(costs=Decimal("40.01")), {}, "wrong_amount", "6:96 lid 6"),
        (GOOD._replace(costs=Decimal("39.99")), {}, "wrong_amount", "6:96 lid 6"),
        (WITH_VAT, {}, "wrong_vat", "2 lid 3 BIK"),
        (
            WITH_VAT._replace(vat_declared=False),
            {"vat": Decimal("8.40")},
            "vat_not_declared",
            "2 lid 3 BIK",
        ),
    ],
)
def test_a_defect_has_its_article(notice, facts, rule, article):
    (defect,) = defects(notice, **facts)
    assert defect.rule == f"notice.defect.{rule}"
    assert article in defect.article
    assert describe(defect, "nl") != describe(defect, "en")


def test_a_wrong_term_is_a_defect():
    (defect,) = defects(GOOD._replace(term="Betaal binnen 14 dagen na dagtekening."))
    assert defect.rule == "notice.wording.sending"


def test_all_defects_are_found_at_once():
    bad = NoticeText(GOOD.sent, "Betaal snel.", [], None, consequence=False)
    rules = {step.rule.rpartition(".")[2] for step in defects(bad)}
    assert rules == {"no_term", "no_consequence", "claims_missing", "no_amount"}
