"""Holidays and working days, against the PyPI library ``holidays`` as an oracle."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law.calendar import HolidayRule, easter, shipped_calendar
from law.tables import read_csv

CALENDAR = shipped_calendar()
DECREES = {
    date.fromisoformat(row["date"])
    for row in read_csv("incasso.holiday.csv")
    if row["kind"] == "date"
}
SUNDAYS = {0, 49}  # Easter and Whit Sunday, in days after Easter

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize("year", range(1990, 2061))
def test_a_year_is_the_library_s_with_two_differences_by_design(year):
    """The library lists two Sundays that Atw art. 3 leaves out, as every Sunday is free
    by art. 1; it does not know the days that decrees equate. It has Good Friday and
    5 May of every year under "optional"; the Atw has both, always.
    """
    listed = set(holidays.NL(years=year, categories=("public", "optional")))
    sundays = {easter(year) + timedelta(days=offset) for offset in SUNDAYS}
    decrees = {day for day in DECREES if day.year == year}
    assert set(CALENDAR.holidays(year)) == (listed - sundays) | decrees


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        # Extremes and a sample, from the tables of the US Naval Observatory
        (1818, 3, 22),
        (1943, 4, 25),
        (2000, 4, 23),
        (2026, 4, 5),
        (2038, 4, 25),
        (2285, 3, 22),
    ],
)
def test_easter(year, month, day):
    assert easter(year) == date(year, month, day)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2013, 4, 30), "Queen's Day"),
        (date(2006, 4, 29), "Queen's Day"),  # 30 April 2006 was a Sunday
        (date(1978, 5, 1), "Queen's Day"),  # before 1980 it moved to Monday
        (date(2014, 4, 26), "King's Day"),  # 27 April 2014 was a Sunday
        (date(2026, 4, 27), "King's Day"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 5, 5), "Liberation Day"),
        (date(2026, 1, 2), "Equated with a holiday"),
    ],
)
def test_what_a_holiday_is_called(day, name):
    assert CALENDAR.holidays(day.year)[day] == name


@pytest.mark.parametrize(
    "day", [date(2014, 4, 27), date(2014, 4, 30), date(2013, 4, 27), date(2027, 1, 2)]
)
def test_what_is_no_holiday(day):
    assert not CALENDAR.is_holiday(day)


def test_a_holiday_that_a_year_does_not_have():
    rule = HolidayRule("Leap Day", "yearly", month=2, day=29)
    assert rule.in_year(2028) == date(2028, 2, 29)
    assert rule.in_year(2027) is None


def test_until_when_decrees_are_known():
    assert CALENDAR.decrees_until == date(2028, 12, 31)


def test_a_term_on_christmas_runs_to_the_next_working_day():
    # Fri 25 and Sat 26 December 2026 are Christmas, then a Sunday
    assert CALENDAR.extended(date(2026, 12, 25)) == date(2026, 12, 28)


def test_working_days_over_easter():
    # From Maundy Thursday 2 April 2026: Good Friday, weekend, Easter Monday
    assert CALENDAR.next_working_day(date(2026, 4, 2)) == date(2026, 4, 7)
    assert CALENDAR.add_working_days(date(2026, 4, 2), 3) == date(2026, 4, 9)
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add_working_days(date(2026, 4, 2), -1)


@given(days)
def test_extending_ends_on_a_working_day_and_changes_it_no_more(day):
    extended = CALENDAR.extended(day)
    assert CALENDAR.is_working_day(extended)
    assert CALENDAR.extended(extended) == extended
    assert not any(
        CALENDAR.is_working_day(day + timedelta(days=skipped))
        for skipped in range((extended - day).days)
    )
    # At most Good Friday to Easter Monday, or Christmas beside a weekend and a decree
    assert (extended - day).days <= 5


@given(days, st.integers(0, 30))
def test_working_days_are_counted_one_by_one(day, count):
    end = CALENDAR.add_working_days(day, count)
    between = (day + timedelta(days=n) for n in range(1, (end - day).days + 1))
    assert sum(map(CALENDAR.is_working_day, between)) == count
    assert CALENDAR.is_working_day(end) or not count
