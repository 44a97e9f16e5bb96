"""How many claims a second the interest of art. 6:119a BW takes.

Each claim runs five years in which the rate changes six times, so twelve pieces with
four capitalisations. Run it as ``python3 tests/benchmarks/interest.py [CLAIMS]``; it
needs nothing but Python, and uses one core.
"""

import random
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "incasso_nl"))

from law.interest import Statutory, interest  # noqa: E402
from law.tables import shipped  # noqa: E402

YEARS = timedelta(days=5 * 365)
CHANGES = 6


def claims(count):
    """``count`` amounts and due dates, the same ones at every run."""
    chance = random.Random(119)
    rates = shipped().rates
    found = []
    while len(found) < count:
        due = date(2020, 1, 1) + timedelta(days=chance.randrange(1, 700))
        if len(rates.between("6:119a", due, due + YEARS)) - 1 == CHANGES:
            found.append((Decimal(chance.randrange(100, 5_000_000)) / 100, due))
    return found


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rates, terms = shipped().rates, Statutory("6:119a")
    work = claims(count)
    started = time.perf_counter()
    for principal, due in work:
        interest(principal, due, due + YEARS, terms, rates)
    seconds = time.perf_counter() - started
    print(f"{count} claims of five years and {CHANGES} rate changes")
    print(f"{seconds:.2f} s on one core, {count / seconds:,.0f} claims a second")
    started = time.perf_counter()
    for principal, due in work[: count // 10]:
        _ = interest(principal, due, due + YEARS, terms, rates).steps
    seconds = time.perf_counter() - started
    print(f"with their explanation {count / 10 / seconds:,.0f} claims a second")


if __name__ == "__main__":
    main()
