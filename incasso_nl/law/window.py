"""When a collector may approach a debtor: art. 4.2 Bki (Stb. 2024, 44).

Not between 20:00 and 07:00, and not on Sundays, holidays and days equated with them,
by electronic, physical or telephone contact. Post is not among these.
"""

from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .calendar import ONE_DAY, SUNDAY, Calendar
from .steps import Step
from .tables import LegalValues

ARTICLE = "art. 4.2 Bki"
TIME_ZONE = "Europe/Amsterdam"

# Whether the window binds a way of contact.
CHANNELS = {
    "e-mail": True,
    "sms": True,
    "phone": True,
    "visit": True,
    "post": False,
}


class ContactWindow(NamedTuple):
    """Whether contact is allowed at a moment, and from when it is.

    :param allowed: whether it is allowed at the moment that was asked
    :param next_allowed: that moment itself where it is allowed, else the next moment
        that is, in Dutch time; aware where the moment asked was aware
    :param steps: why
    """

    allowed: bool
    next_allowed: datetime
    steps: list[Step]


def amsterdam(moment: datetime) -> datetime:
    """``moment`` on the Dutch clock; one without a time zone is taken to be on it.

    :raise ValueError: the machine has no time zone data
    """
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(ZoneInfo(TIME_ZONE))
    except ZoneInfoNotFoundError as error:
        raise ValueError(
            "this machine has no time zone data: give the moment in Dutch time, "
            "without a time zone"
        ) from error


def contact_window(
    moment: datetime,
    channel: str,
    calendar: Calendar,
    values: LegalValues,
) -> ContactWindow:
    """Whether a debtor may be approached at ``moment``: art. 4.2 Bki.

    :param channel: one of :data:`CHANNELS`
    :raise ValueError: unknown channel, or no time zone data for an aware moment
    """
    if channel not in CHANNELS:
        raise ValueError(
            f"there is no channel {channel!r}: it is one of {', '.join(CHANNELS)}"
        )
    local = amsterdam(moment)
    if not CHANNELS[channel]:
        return ContactWindow(True, local, [Step("window.post", ARTICLE, None, {})])
    opens = int(values.at("contact_from_hour", local.date()))
    closes = int(values.at("contact_until_hour", local.date()))
    hours = {"moment": f"{local:%d-%m-%Y %H:%M}", "opens": opens, "closes": closes}
    free_day = _is_closed(calendar, local)
    if not free_day and time(opens) <= local.time() < time(closes):
        return ContactWindow(
            True, local, [Step("window.allowed", ARTICLE, None, hours)]
        )
    day = local.replace(hour=opens, minute=0, second=0, microsecond=0, fold=0)
    if free_day or local.time() >= time(closes):
        day += ONE_DAY
        while _is_closed(calendar, day):
            day += ONE_DAY
    rule = "window.free_day" if free_day else "window.hours"
    shown = {**hours, "next_allowed": f"{day:%d-%m-%Y %H:%M}"}
    return ContactWindow(False, day, [Step(rule, ARTICLE, None, shown)])


def _is_closed(calendar: Calendar, moment: datetime) -> bool:
    """Whether the whole day is out of bounds: a Sunday, holiday or equated day."""
    return moment.weekday() == SUNDAY or calendar.is_holiday(moment.date())
