"""When a debtor may be approached: the acceptance cases, time zones, properties."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from cases import cases
from hypothesis import given
from hypothesis import strategies as st
from law import window
from law.calendar import shipped_calendar
from law.steps import describe
from law.tables import shipped
from law.window import CHANNELS, contact_window

CASES = cases("contact_window")
SEVEN, EIGHT_PM = time(7), time(20)

moments = st.datetimes(datetime(2024, 4, 1), datetime(2035, 12, 31))
zoned = st.datetimes(
    datetime(2024, 4, 1), datetime(2035, 12, 31), timezones=st.just(UTC)
)


def window_at(moment, channel="e-mail"):
    return contact_window(moment, channel, shipped_calendar(), shipped().values)


def asked(row):
    """The moments of a row with whether contact is allowed, and the next moment."""
    text = row["Moment (Europe/Amsterdam)"]
    (day,) = re.findall(r"\d{4}-\d\d-\d\d", text)
    times = re.findall(r"\d\d:\d\d", text)
    answers, _, following = row["Allowed"].partition(" -> ")
    for at, answer in zip(times, answers.split(" / "), strict=True):
        yield (
            datetime.fromisoformat(f"{day}T{at}"),
            {"yes": True, "no": False}[answer],
            following and datetime.strptime(following[4:], "%Y-%m-%d %H:%M"),
        )


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    for moment, allowed, following in asked(CASES[case]):
        found = window_at(moment)
        assert found.allowed is allowed
        if following:
            assert found.next_allowed == following
        for lang in ("nl", "en"):
            assert all(describe(step, lang) for step in found.steps)


@pytest.mark.parametrize(
    ("moment", "following"),
    [
        # Before seven on a free day: not that day at all
        ("2026-04-27T06:00", "2026-04-28T07:00"),
        # 24 December after eight: two Christmas days, a Sunday
        ("2026-12-24T20:00", "2026-12-28T07:00"),
        # New Year's Eve 2025: New Year, an equated Friday; Saturday is allowed
        ("2025-12-31T23:59", "2026-01-03T07:00"),
        # The last second
        ("2026-11-20T19:59:59", "2026-11-20T19:59:59"),
    ],
)
def test_next_moment(moment, following):
    found = window_at(datetime.fromisoformat(moment))
    assert found.next_allowed == datetime.fromisoformat(following)


@pytest.mark.parametrize(
    ("utc", "allowed", "following"),
    [
        # Winter: Amsterdam is one hour ahead
        ("2026-11-20T06:00+00:00", True, "2026-11-20T07:00+01:00"),
        ("2026-11-20T19:00+00:00", False, "2026-11-21T07:00+01:00"),
        # Summer: two hours
        ("2026-07-01T05:00+00:00", True, "2026-07-01T07:00+02:00"),
        ("2026-07-01T18:00+00:00", False, "2026-07-02T07:00+02:00"),
        # Saturday evening before the clock goes forward (Sunday 29 March 2026)
        ("2026-03-28T19:30+00:00", False, "2026-03-30T07:00+02:00"),
        # ... and back (Sunday 25 October 2026), from inside the hour that comes twice
        ("2026-10-25T00:30+00:00", False, "2026-10-26T07:00+01:00"),
        ("2026-10-25T01:30+00:00", False, "2026-10-26T07:00+01:00"),
    ],
)
def test_a_moment_elsewhere_is_put_on_the_dutch_clock(utc, allowed, following):
    found = window_at(datetime.fromisoformat(utc))
    assert found.allowed is allowed
    assert found.next_allowed.isoformat(timespec="minutes") == following


def test_channels():
    sunday = datetime(2026, 11, 22, 12)
    allowed = {name: window_at(sunday, name).allowed for name in CHANNELS}
    assert allowed == {
        "e-mail": False,
        "sms": False,
        "phone": False,
        "visit": False,
        "post": True,
    }
    with pytest.raises(ValueError, match="pigeon"):
        window_at(sunday, "pigeon")


def test_without_time_zone_data_dutch_time_still_works(monkeypatch):
    def missing(name):
        raise window.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(window, "ZoneInfo", missing)
    assert window_at(datetime(2026, 11, 20, 12)).allowed
    with pytest.raises(ValueError, match="time zone data"):
        window_at(datetime(2026, 11, 20, 12, tzinfo=UTC))


@given(moments, st.sampled_from(sorted(CHANNELS)))
def test_the_next_moment_is_allowed_and_not_before(moment, channel):
    found = window_at(moment, channel)
    assert found.next_allowed >= moment
    assert (found.next_allowed == moment) is found.allowed
    again = window_at(found.next_allowed, channel)
    assert again.allowed
    assert again.next_allowed == found.next_allowed


@given(moments)
def test_nothing_is_allowed_before_the_next_moment(moment):
    found = window_at(moment)
    while (moment := moment + timedelta(hours=1)) < found.next_allowed:
        assert not window_at(moment).allowed


@given(moments)
def test_allowed_only_between_seven_and_eight_on_days_that_are_not_free(moment):
    allowed = window_at(moment).allowed
    assert allowed is (
        SEVEN <= moment.time() < EIGHT_PM
        and moment.isoweekday() != 7
        and not shipped_calendar().is_holiday(moment.date())
    )


@given(zoned)
def test_a_zone_changes_nothing_but_the_clock(moment):
    local = window.amsterdam(moment)
    assert window_at(moment).allowed is window_at(local.replace(tzinfo=None)).allowed
