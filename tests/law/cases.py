"""The acceptance cases in ``vectors/``: one row a case, found by its ID."""

import csv
import math
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

VECTORS = Path(__file__).parent / "vectors"


def cases(name: str) -> dict[str, dict[str, str]]:
    """The rows of ``vectors/<name>.csv`` by their ID, in the order of the file."""
    with open(VECTORS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return {row["ID"]: row for row in csv.DictReader(file)}


def numbers(text: str) -> list[Decimal]:
    """Every number in ``text``, such as 40, 1,504 and 1,351.42."""
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)
    return [Decimal(number.replace(",", "")) for number in found]


def dates(text: str) -> list[date]:
    """Every ISO date in ``text``."""
    return [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", text)]


def half_up(amount: Fraction | int) -> Decimal:
    """An exact amount that is not below zero, in cents, half a cent up."""
    return Decimal(math.floor(amount * 100 + Fraction(1, 2))) / 100
