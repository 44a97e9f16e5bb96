"""Dutch holidays and working days, and terms that end on a free day.

Art. 3 Algemene termijnenwet (Atw) lists the holidays; a royal decree may equate other
days with them (lid 3). Which days these are is data: ``incasso.holiday.csv``.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from .periods import ONE_DAY
from .tables import read_csv

SATURDAY, SUNDAY = 5, 6


class HolidayRule(NamedTuple):
    """A day that art. 3 Atw, or a decree under it, makes a holiday.

    :param name: what it is called
    :param kind: ``date``, once, on ``once_on``; ``yearly``, on ``day`` of ``month``;
        ``easter``, ``easter_offset`` days after Easter Sunday
    :param sunday_shift: days by which a holiday that falls on a Sunday moves
    :param valid_from: first day of the rule; None where ``once_on`` says it all
    :param valid_until: last day of the rule; None while it is in force
    """

    name: str
    kind: str
    once_on: date | None = None
    month: int = 0
    day: int = 0
    easter_offset: int = 0
    sunday_shift: int = 0
    valid_from: date | None = None
    valid_until: date | None = None

    def in_year(self, year: int) -> date | None:
        """The day of this holiday in ``year``; None where it has none."""
        if self.kind == "date":
            return self.once_on if self.once_on.year == year else None
        if self.kind == "easter":
            day = easter(year) + timedelta(days=self.easter_offset)
        elif self.day > monthrange(year, self.month)[1]:
            return None
        else:
            day = date(year, self.month, self.day)
        if day.weekday() == SUNDAY:
            day += timedelta(days=self.sunday_shift)
        if self.valid_from and day < self.valid_from:
            return None
        if self.valid_until and day > self.valid_until:
            return None
        return day


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar.

    The anonymous algorithm of 1876 ("Meeus/Jones/Butcher"): J. Meeus, Astronomical
    Algorithms, chapter 8. Variables have the letters they have there.
    """
    a = year % 19
    b, c = divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


class Calendar:
    """The holidays of art. 3 Atw, and what follows from them.

    :param rules: the holidays, in any order
    """

    def __init__(self, rules: Iterable[HolidayRule]):
        self._rules = list(rules)
        self._years: dict[int, dict[date, str]] = {}

    def holidays(self, year: int) -> Mapping[date, str]:
        """The holidays and equated days of ``year`` with their names, in order."""
        if year not in self._years:
            days = ((rule.in_year(year), rule.name) for rule in self._rules)
            self._years[year] = dict(sorted((day, name) for day, name in days if day))
        return self._years[year]

    @property
    def decrees_until(self) -> date | None:
        """The last day of the last year for which a decree equated days.

        After it a decree may still come: art. 3 lid 3 Atw.
        """
        years = [rule.once_on.year for rule in self._rules if rule.once_on]
        return date(max(years), 12, 31) if years else None

    def is_holiday(self, day: date) -> bool:
        """Whether ``day`` is a holiday or equated with one: art. 3 Atw."""
        return day in self.holidays(day.year)

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is no Saturday, Sunday or holiday: art. 1 lid 1 Atw."""
        return day.weekday() < SATURDAY and not self.is_holiday(day)

    def next_working_day(self, day: date) -> date:
        """The first working day after ``day``."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``; ``day`` itself for 0.

        :raise ValueError: ``count`` is negative
        """
        if count < 0:
            raise ValueError(f"cannot count {count} working days")
        for _ in range(count):
            day += ONE_DAY
            day = self.extended(day)
        return day

    def extended(self, last_day: date) -> date:
        """The last day of a term set by law that would end on ``last_day``.

        A term that ends on a Saturday, Sunday or holiday runs to the next day that is
        none of these: art. 1 lid 1 Atw.
        """
        while not self.is_working_day(last_day):
            last_day += ONE_DAY
        return last_day


def calendar_from(rows: Iterable[Mapping]) -> Calendar:
    """A calendar from rows with the columns of ``incasso.holiday.csv``."""
    return Calendar(
        HolidayRule(
            name=row["name"],
            kind=row["kind"],
            once_on=_date(row["date"]),
            month=int(row["month"] or 0),
            day=int(row["day"] or 0),
            easter_offset=int(row["easter_offset"] or 0),
            sunday_shift=int(row["sunday_shift"] or 0),
            valid_from=_date(row["valid_from"]),
            valid_until=_date(row["valid_until"]),
        )
        for row in rows
    )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def shipped_calendar() -> Calendar:
    """The calendar of the file that comes with the product."""
    return calendar_from(read_csv("incasso.holiday.csv"))
