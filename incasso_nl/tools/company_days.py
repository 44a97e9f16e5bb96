"""Counting days the way one company and the law count them."""

from datetime import UTC, date, datetime, time, timedelta

ONE_DAY = timedelta(days=1)
# How far ahead the company's working days are looked up at a time.
HORIZON = timedelta(days=92)


class CompanyDays:
    """Working days of ``company``, and days on which a debtor may be approached.

    A working day is one on which the company's own calendar has hours, no closing day
    of the company and no holiday of art. 3 Algemene termijnenwet. Made once for a
    batch: what was looked up is remembered.

    :param company: a single ``res.company``
    """

    def __init__(self, company):
        self.company = company
        self._law_calendar = company.env["incasso.law"]._calendar()
        self._resource_calendar = company.resource_calendar_id
        self._attended: set[date] = set()
        self._known_from = self._known_until = None
        self._sums: dict[tuple[date, int, str], date] = {}

    def add(self, day, count, kind="calendar"):
        """The ``count``-th day after ``day``; ``day`` itself for 0.

        :param date day: the day to count from
        :param int count: how many days, not negative
        :param str kind: ``calendar`` or ``working``
        :rtype: date
        """
        if kind == "calendar":
            return day + timedelta(days=count)
        key = day, count, kind
        if key not in self._sums:
            end = day
            for _ in range(count):
                end += ONE_DAY
                while not self.is_working_day(end):
                    end += ONE_DAY
            self._sums[key] = end
        return self._sums[key]

    def after_term(self, last_day):
        """The first day on which a payment of ``last_day`` must have been seen.

        The day after it, and then the company's banking days: a payment counts when
        it is credited (art. 6:114 BW), but who pays on the last day meant well.
        """
        return self.add(last_day + ONE_DAY, self.company.incasso_bank_days, "working")

    def is_working_day(self, day):
        """Whether the company works on ``day``."""
        if not self._law_calendar.is_working_day(day):
            return False
        return not self._resource_calendar or day in self._attended_around(day)

    def is_contact_day(self, day):
        """Whether a debtor may be approached on ``day`` at all: art. 4.2 Bki.

        Not on Sundays, holidays and the days equated with them.
        """
        return day.isoweekday() != 7 and not self._law_calendar.is_holiday(day)

    def contact_day(self, day):
        """``day``, or the first day after it on which contact is allowed."""
        while not self.is_contact_day(day):
            day += ONE_DAY
        return day

    def _attended_around(self, day):
        """The days with working hours, known at least for ``day``."""
        if self._known_from is None or not (
            self._known_from <= day < self._known_until
        ):
            self._known_from, self._known_until = day, day + HORIZON
            intervals = self._resource_calendar._work_intervals_batch(
                _midnight(day), _midnight(self._known_until)
            )[False]
            self._attended = {start.date() for start, _stop, _meta in intervals}
            # A company whose calendar has no hours at all (a flexible or an empty one)
            # says nothing about its working days: the law's calendar decides alone.
            if not self._attended:
                self._resource_calendar = self._resource_calendar.browse()
                return {day}
        return self._attended


def _midnight(day):
    return datetime.combine(day, time.min, UTC)
