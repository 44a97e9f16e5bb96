"""What is owed, worked out without the product: from the statutory rates alone."""

import csv
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from workbench.paths import ROOT

CENT = Decimal("0.01")
RATES = ROOT / "incasso_nl/data/incasso.interest.rate.csv"
ONE_DAY = timedelta(days=1)


def consumer_rates():
    """The statutory rates of art. 6:119 BW: percentage by first day."""
    with open(RATES, newline="") as table:
        return {
            row["valid_from"]: Decimal(row["percentage"])
            for row in csv.DictReader(table)
            if row["kind"] == "6:119"
        }


def interest(principal, due, until):
    """Simple interest from the day after ``due`` up to and including ``until``, at most
    a year: each rate's days by themselves, rounded to the cent, 365 days a year."""
    days = {}
    rates = consumer_rates()
    day = due + ONE_DAY
    while day <= until:
        since = max(valid_from for valid_from in rates if valid_from <= str(day))
        days[since] = days.get(since, 0) + 1
        day += ONE_DAY
    return sum(
        (principal * rates[since] / 100 * count / 365).quantize(CENT, ROUND_HALF_UP)
        for since, count in days.items()
    )


def euro(amount):
    """An amount as a Dutch page writes it."""
    whole = f"{Decimal(amount):,.2f}"
    return "€ " + whole.translate(str.maketrans(",.", ".,"))
