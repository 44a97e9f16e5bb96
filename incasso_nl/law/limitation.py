"""When a claim becomes barred by limitation (verjaring), and what stops that.

Art. 3:306 to 3:326 and 7:28 BW, art. 36 Fw. The Algemene termijnenwet does not apply:
its art. 4 leaves out terms of more than three months.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from .calendar import add_months, add_years
from .steps import Step
from .tables import amount_on, read_table, row_on

ONE_DAY = timedelta(days=1)
WARNING_DAYS = 90

# How a creditor or debtor interrupts a term, and where that stands.
INTERRUPTIONS = {
    "letter": "art. 3:317 lid 1 BW",
    "acknowledgement": "art. 3:318 BW",
    "action": "art. 3:316 lid 1 BW",
}


class Term(NamedTuple):
    """A limitation term.

    :param code: the kind of claim, such as ``service``
    :param valid_from: for claims that became due from this day on
    :param years: from the start of the day after the claim became due
    :param restart_years: the new term after an interruption: as long as the term
        itself, five years at most (art. 3:319 lid 2 BW)
    :param long_stop_years: the longest the claim can live counted from the event that
        caused it, or 0 (art. 3:310 lid 1 BW)
    :param article: where the term stands
    """

    code: str
    valid_from: date
    years: int
    restart_years: int
    long_stop_years: int
    article: str


class Interruption(NamedTuple):
    """Something that interrupts the term (stuiting).

    :param day: on which a letter reached the debtor (art. 3:37 lid 3 BW), the debtor
        acknowledged the debt, or the action was brought
    :param kind: ``letter``, a written demand or reservation of rights;
        ``acknowledgement`` by the debtor, such as a part payment or a request for
        instalments; ``action``, a legal action
    """

    day: date
    kind: str = "letter"


class Bankruptcy(NamedTuple):
    """A bankruptcy (art. 36 Fw) or statutory debt restructuring (art. 313 Fw).

    :param end: its last day, None while it runs
    """

    start: date
    end: date | None = None


class Limitation(NamedTuple):
    """When a claim becomes barred.

    :param last_day: the last day to interrupt; None while a bankruptcy keeps the term
        from ending
    :param barred_from: the first day on which the claim is barred
    :param days_left: from ``today`` to the last day, negative once it has passed; None
        without a ``today`` or a last day
    :param barred: whether the claim is barred on ``today``
    :param warn: whether the last day is near, or past
    :param steps: how the last day came about
    """

    last_day: date | None
    barred_from: date | None
    days_left: int | None
    barred: bool
    warn: bool
    steps: list[Step]


def read_terms() -> list[Term]:
    """The limitation terms that are shipped with the product."""
    return [
        Term(
            row["code"],
            date.fromisoformat(row["valid_from"]),
            int(row["years"]),
            int(row["restart_years"]),
            int(row["long_stop_years"]),
            row["source"],
        )
        for row in read_table("incasso.limitation.term")
    ]
