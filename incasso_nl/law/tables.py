"""The numbers of the law: dated tables, filled from the files in ``data/``.

Odoo loads the same files into records that a user can edit, and makes these tables
from those records; the calculator reads the files. No number of the law is in code.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .periods import add_months
from .steps import Step

DATA = Path(__file__).resolve().parent.parent / "data"

# Art. 6:120 lid 2 BW sets one rate for 6:119a and 6:119b.
SERIES = {"6:119": "6:119", "6:119a": "6:119a", "6:119b": "6:119a"}


class Rate(NamedTuple):
    """A statutory interest rate a year, from ``valid_from`` (inclusive)."""

    kind: str
    valid_from: date
    percentage: Decimal
    source: str = ""


class InterestRates:
    """Statutory interest rates by kind and date; art. 6:120 BW.

    :param rows: in any order. A row that repeats the percentage before it confirms
        that the rate did not change: it cuts no period, and it keeps the table fresh.
    """

    def __init__(self, rows: Iterable[Rate]):
        self._rows: dict[str, list[Rate]] = {}
        for row in sorted(rows, key=lambda row: row.valid_from):
            self._rows.setdefault(row.kind, []).append(row)
        self._changes: dict[str, tuple[list[date], list[Decimal]]] = {}
        for kind, series in self._rows.items():
            days: list[date] = []
            percentages: list[Decimal] = []
            for row in series:
                if not percentages or row.percentage != percentages[-1]:
                    days.append(row.valid_from)
                    percentages.append(row.percentage)
            self._changes[kind] = days, percentages

    def at(self, kind: str, day: date) -> Decimal:
        """The percentage a year of ``kind`` on ``day``.

        :raise ValueError: unknown kind, or no rate is known for that day
        """
        days, percentages = self._series(kind)
        return percentages[self._index(kind, days, day)]

    def between(self, kind: str, start: date, end: date) -> list[tuple[date, Decimal]]:
        """The rate on ``start``, and each change after it and before ``end``.

        :return: pairs of the day from which a percentage holds and that percentage,
            the first with ``start``
        :raise ValueError: unknown kind, or no rate is known for ``start``
        """
        days, percentages = self._series(kind)
        first = self._index(kind, days, start)
        found = [(start, percentages[first])]
        for index in range(first + 1, len(days)):
            if days[index] >= end:
                break
            found.append((days[index], percentages[index]))
        return found

    def newest(self, kind: str) -> Rate:
        """The newest row of ``kind``.

        :raise ValueError: unknown kind
        """
        self._series(kind)
        return self._rows[SERIES[kind]][-1]

    def known_until(self, kind: str) -> date:
        """The day from which a new rate may hold: 1 January or 1 July after the newest.

        Rates are fixed for a half-year (6:119a, art. 6:120 lid 2 BW) or in practice
        changed at the start of one (6:119).
        """
        day = self.newest(kind).valid_from
        return date(day.year, 7, 1) if day.month < 7 else date(day.year + 1, 1, 1)

    def warning(self, kind: str, day: date) -> Step | None:
        """What a reader should know when the table may be too old for ``day``."""
        if day < self.known_until(kind):
            return None
        newest = self.newest(kind)
        return Step(
            "interest.rates_old",
            "art. 6:120 BW",
            None,
            {"kind": kind, "newest": newest.valid_from, "day": day},
        )

    def stale(self, today: date, months: int = 7) -> list[Rate]:
        """The newest row of each kind whose newest row is older than ``months``."""
        newest = (rows[-1] for rows in self._rows.values())
        return [row for row in newest if add_months(row.valid_from, months) < today]

    def _series(self, kind: str) -> tuple[list[date], list[Decimal]]:
        try:
            return self._changes[SERIES[kind]]
        except KeyError:
            raise ValueError(
                f"there is no interest of kind {kind!r}: it is {', '.join(SERIES)}"
            ) from None

    @staticmethod
    def _index(kind: str, days: list[date], day: date) -> int:
        index = bisect_right(days, day) - 1
        if index < 0:
            raise ValueError(
                f"no rate of art. {kind} BW is known before {days[0]}; {day} was asked"
            )
        return index


class Slice(NamedTuple):
    """A slice of the cost scale: ``percentage`` of the principal above ``above``."""

    valid_from: date
    above: Decimal
    percentage: Decimal
    source: str = ""


class CostScale:
    """The scale of art. 2 lid 1 BIK, as it read on a date."""

    def __init__(self, rows: Iterable[Slice]):
        self._scales: dict[date, list[Slice]] = {}
        for row in sorted(rows):
            self._scales.setdefault(row.valid_from, []).append(row)
        self._days = list(self._scales)

    @property
    def in_force_from(self) -> date:
        """The first day of the first scale: art. 3 BIK looks at it."""
        return self._days[0]

    def at(self, day: date) -> Sequence[Slice]:
        """The slices in force on ``day``, lowest first.

        :raise ValueError: no scale was in force yet
        """
        index = bisect_right(self._days, day) - 1
        if index < 0:
            raise ValueError(f"no cost scale is known before {self._days[0]}")
        return self._scales[self._days[index]]


class LegalValue(NamedTuple):
    """One number of the law, from ``valid_from``: euro, percent, days or months."""

    code: str
    valid_from: date
    value: Decimal
    unit: str = "eur"
    source: str = ""


class LegalValues:
    """The other numbers of the law, by code and date."""

    def __init__(self, rows: Iterable[LegalValue]):
        self._rows: dict[str, list[LegalValue]] = {}
        for row in sorted(rows, key=lambda row: row.valid_from):
            self._rows.setdefault(row.code, []).append(row)

    def at(self, code: str, day: date) -> Decimal:
        """The number called ``code`` on ``day``.

        :raise ValueError: it did not exist yet, or there is no such number
        """
        value = self.find(code, day)
        if value is None:
            raise ValueError(f"{code!r} has no value on {day}")
        return value

    def find(self, code: str, day: date) -> Decimal | None:
        """The number called ``code`` on ``day``; None where it did not exist yet."""
        rows = self._rows.get(code, [])
        index = bisect_right(rows, day, key=lambda row: row.valid_from) - 1
        return rows[index].value if index >= 0 else None


class Tables(NamedTuple):
    """All numbers that the law functions need."""

    rates: InterestRates
    scale: CostScale
    values: LegalValues


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of the file ``name`` in ``data/``."""
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rates_from(rows: Iterable[Mapping]) -> InterestRates:
    """An interest table from rows with the columns of ``incasso.interest.rate.csv``."""
    return InterestRates(
        Rate(r["kind"], _day(r), Decimal(r["percentage"]), r["source"]) for r in rows
    )


def scale_from(rows: Iterable[Mapping]) -> CostScale:
    """A cost scale from rows with the columns of ``incasso.cost.scale.csv``."""
    return CostScale(
        Slice(_day(r), Decimal(r["above"]), Decimal(r["percentage"]), r["source"])
        for r in rows
    )


def values_from(rows: Iterable[Mapping]) -> LegalValues:
    """The other numbers, from rows with the columns of ``incasso.legal.value.csv``."""
    return LegalValues(
        LegalValue(r["code"], _day(r), Decimal(r["value"]), r["unit"], r["source"])
        for r in rows
    )


@cache
def shipped() -> Tables:
    """The tables as the files in ``data/`` have them."""
    return Tables(
        rates_from(read_csv("incasso.interest.rate.csv")),
        scale_from(read_csv("incasso.cost.scale.csv")),
        values_from(read_csv("incasso.legal.value.csv")),
    )


def _day(row: Mapping) -> date:
    return date.fromisoformat(row["valid_from"])
