"""Days, months and years on the calendar."""

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later; 31 January + 1 month is the last of February.

    Count from the original day, never from an earlier outcome: the anniversaries of
    29 February are 28 February, and 29 February again in a leap year.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if day.day > 28:
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    return date(year, month, day.day)
