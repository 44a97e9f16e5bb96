"""When a claim becomes barred by limitation (verjaring), and what stops that.

Art. 3:306 to 3:326 and 7:28 BW, art. 36 Fw. The Algemene termijnenwet does not apply:
its art. 4 leaves out terms of more than three months.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from .calendar import ONE_DAY
from .periods import add_months
from .steps import Step
from .tables import LegalValues, read_csv

WARNING_DAYS = 90

# How a term is interrupted, and where that stands.
INTERRUPTIONS = {
    "letter": "art. 3:317 lid 1 BW",
    "acknowledgement": "art. 3:318 BW",
    "action": "art. 3:316 lid 1 BW",
}


class Term(NamedTuple):
    """A limitation term.

    :param kind: the kind of claim, such as ``service``
    :param valid_from: for claims that became due from this day on
    :param years: from the start of the day after the claim became due
    :param restart_years: the new term after an interruption: as long as the term
        itself, five years at most (art. 3:319 lid 2 BW)
    :param long_stop_years: the longest the claim can live counted from the event that
        caused it, or 0 (art. 3:310 lid 1 BW)
    :param article: where the term stands
    """

    kind: str
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
    :param warn: whether ``today`` is near the last day, or past it
    :param steps: how the last day came about
    """

    last_day: date | None
    barred_from: date | None
    days_left: int | None
    warn: bool
    steps: list[Step]


class LimitationTerms:
    """The limitation terms by kind of claim and date."""

    def __init__(self, rows: Iterable[Term]):
        self._rows = sorted(rows, key=lambda row: row.valid_from)

    @property
    def kinds(self) -> list[str]:
        """The kinds of claim, as :func:`limitation` knows them."""
        return list(dict.fromkeys(row.kind for row in self._rows))

    def at(self, kind: str, due: date) -> Term:
        """The term for a claim of ``kind`` that became due on ``due``.

        :raise ValueError: unknown kind, or no term is known for that day
        """
        rows = [row for row in self._rows if row.kind == kind]
        if not rows:
            raise ValueError(
                f"there is no limitation term for {kind!r}: it is one of "
                f"{', '.join(self.kinds)}"
            )
        in_force = [row for row in rows if row.valid_from <= due]
        if not in_force:
            raise ValueError(
                f"no limitation term is known for claims due before "
                f"{rows[0].valid_from}"
            )
        return in_force[-1]


def limitation(
    kind: str,
    due: date,
    terms: LimitationTerms,
    values: LegalValues,
    *,
    interruptions: Iterable[Interruption] = (),
    bankruptcies: Iterable[Bankruptcy] = (),
    event: date | None = None,
    today: date | None = None,
    warning_days: int = WARNING_DAYS,
) -> Limitation:
    """The last day on which a claim can still be interrupted.

    The term runs from the start of the day after the claim became due, so its last day
    is the same day of the year, ``years`` later; for 29 February that is 28 February
    where there is no 29th. After an interruption a new term begins the next day, and it
    never ends before the term it replaces (art. 3:319 BW). An interruption of a claim
    that was barred already does not revive it.

    :param kind: a kind of :class:`LimitationTerms`, such as ``service`` (3:307),
        ``consumer-purchase`` (7:28) or ``judgment`` (3:324 BW)
    :param due: the day on which the claim became due; for damages that on which damage
        and debtor were known; for a judgment its own day
    :param event: for damages and penalties, the day of the event that caused them: the
        claim ends 20 years after it at the latest (art. 3:310 lid 1 BW)
    :param today: to count the days that are left
    :param warning_days: how many days before the last day ``warn`` becomes true
    :raise ValueError: unknown kind, or dates that cannot be
    """
    term = terms.at(kind, due)
    pauses = _Pauses(bankruptcies, values)
    original = add_months(due, 12 * term.years)
    steps = [
        Step(
            "limitation.term",
            term.article,
            None,
            {"due": due, "years": term.years, "last_day": original},
        )
    ]
    if event is not None and term.long_stop_years:
        if event > due:
            raise ValueError(f"the event of {event} cannot be after {due}")
        long_stop = add_months(event, 12 * term.long_stop_years)
        if long_stop < original:
            original = long_stop
            shown = {
                "event": event,
                "years": term.long_stop_years,
                "last_day": original,
            }
            steps.append(Step("limitation.long_stop", term.article, None, shown))
    last_day = pauses.extended(original, steps)
    for interruption in sorted(interruptions):
        article = _article(interruption)
        day = interruption.day
        if day < due:
            shown = {"day": day, "due": due}
            steps.append(Step("limitation.early", article, None, shown))
            continue
        if last_day is not None and day > last_day:
            shown = {"day": day, "last_day": last_day}
            steps.append(Step("limitation.late", article, None, shown))
            continue
        renewed = add_months(day, 12 * term.restart_years)
        rule = f"limitation.{interruption.kind}"
        if renewed < original:
            rule, renewed = "limitation.original", original
        shown = {"day": day, "years": term.restart_years, "last_day": renewed}
        steps.append(Step(rule, f"{article}, art. 3:319 BW", None, shown))
        last_day = pauses.extended(renewed, steps)
    return _result(last_day, today, warning_days, steps)


def _article(interruption: Interruption) -> str:
    try:
        return INTERRUPTIONS[interruption.kind]
    except KeyError:
        raise ValueError(
            f"there is no interruption of kind {interruption.kind!r}: it is one of "
            f"{', '.join(INTERRUPTIONS)}"
        ) from None


def _result(
    last_day: date | None, today: date | None, warning_days: int, steps: list[Step]
) -> Limitation:
    if last_day is None:
        return Limitation(None, None, None, False, steps)
    barred_from = last_day + ONE_DAY
    steps.append(
        Step("limitation.barred", "art. 3:306 BW", None, {"barred_from": barred_from})
    )
    if today is None:
        return Limitation(last_day, barred_from, None, False, steps)
    days_left = (last_day - today).days
    warn = days_left <= warning_days
    if warn:
        rule = "limitation.near" if days_left >= 0 else "limitation.past"
        shown = {"days": abs(days_left), "last_day": last_day}
        steps.append(Step(rule, "art. 3:317 BW", None, shown))
    return Limitation(last_day, barred_from, days_left, warn, steps)


class _Pauses:
    """The bankruptcies during which a term does not end: art. 36 lid 1 Fw."""

    ARTICLE = "art. 36 lid 1 Fw"

    def __init__(self, bankruptcies: Iterable[Bankruptcy], values: LegalValues):
        self._spans: Sequence[Bankruptcy] = sorted(
            bankruptcies, key=lambda span: span.start
        )
        self._values = values
        for span in self._spans:
            if span.end is not None and span.end < span.start:
                raise ValueError(
                    f"a bankruptcy from {span.start} cannot end on {span.end}"
                )

    def extended(self, last_day: date, steps: list[Step]) -> date | None:
        """The end of a term that would end on ``last_day``; None while one runs.

        A term that would end during a bankruptcy, or within six months after it, runs
        on until six months after its end.
        """
        for span in self._spans:
            if last_day < span.start:
                break
            months = int(self._values.at("bankruptcy_extension", span.start))
            if span.end is None:
                shown = {"start": span.start, "months": months}
                steps.append(
                    Step("limitation.bankruptcy.running", self.ARTICLE, None, shown)
                )
                return None
            until = add_months(span.end, months)
            if last_day < until:
                last_day = until
                shown = {"end": span.end, "months": months, "last_day": until}
                steps.append(Step("limitation.bankruptcy", self.ARTICLE, None, shown))
        return last_day


def terms_from(rows: Iterable[Mapping]) -> LimitationTerms:
    """Terms from rows with the columns of ``incasso.limitation.term.csv``."""
    return LimitationTerms(
        Term(
            row["code"],
            date.fromisoformat(row["valid_from"]),
            int(row["years"]),
            int(row["restart_years"]),
            int(row["long_stop_years"]),
            row["article"],
        )
        for row in rows
    )


@cache
def shipped_terms() -> LimitationTerms:
    """The terms of the file that comes with the product."""
    return terms_from(read_csv("incasso.limitation.term.csv"))
