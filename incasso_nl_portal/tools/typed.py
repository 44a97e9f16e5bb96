"""What people type in forms, read as they mean it."""

import re
from datetime import date
from decimal import Decimal

_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", re.ASCII)
_PLAIN = re.compile(r"\d{1,10}([.,]\d{1,2})?", re.ASCII)
_DUTCH_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)


def read_amount(text: str) -> Decimal:
    """An amount as Dutch people type it: 25, 25,50, 25.50, 1.250 or 1.250,00.

    :raise ValueError: it is something else
    """
    text = re.sub(r"[€\s]", "", text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(",", "."))
    raise ValueError(f"{text!r} is no amount")


def read_day(text: str) -> date:
    """A day as a browser sends it (2026-11-21), or as people type it where there is no
    calendar (21-11-2026).

    :raise ValueError: it is something else
    """
    if found := _DUTCH_DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    return date.fromisoformat(text)
