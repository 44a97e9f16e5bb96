"""What going to court costs: court fee, salary of the representative, bailiff's writ.

Court fee (griffierecht): Wet griffierechten burgerlijke zaken (Wgbz) and its annex.
Salary (salaris gemachtigde) and costs after judgment (nakosten): the judges' own scale,
Liquidatietarief kanton. Bailiff: Besluit tarieven ambtshandelingen
gerechtsdeurwaarders (Btag). All amounts are dated rows of data.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple, TypeVar

from .amounts import ZERO, cents
from .steps import Step
from .tables import LegalValues, read_csv

WGBZ = "art. 3 and annex Wgbz"
SALARY = "Liquidatietarief kanton"
KANTON_ARTICLE = "art. 93 Rv"

PARTIES = ("company", "person", "indigent")
KANTON, CIVIL = "kanton", "civil"


class Fee(NamedTuple):
    """A row of the table of court fees, for claims above ``above`` up to ``up_to``.

    :param up_to: None for no upper limit
    :param known_until: the last day for which the amounts are known to hold
    """

    court: str
    valid_from: date
    known_until: date | None
    above: Decimal
    up_to: Decimal | None
    company: Decimal
    person: Decimal
    indigent: Decimal


class SalaryBand(NamedTuple):
    """A row of the salary scale, for claims above ``above`` up to ``up_to``."""

    valid_from: date
    known_until: date | None
    above: Decimal
    up_to: Decimal | None
    per_point: Decimal
    max_points: Decimal


class WritFee(NamedTuple):
    """What a bailiff's act costs, without VAT."""

    act: str
    valid_from: date
    known_until: date | None
    amount: Decimal


Row = TypeVar("Row", Fee, SalaryBand, WritFee)


class CourtTables(NamedTuple):
    """The amounts of the court stage."""

    fees: Sequence[Fee]
    salaries: Sequence[SalaryBand]
    writs: Sequence[WritFee]


class CourtAmount(NamedTuple):
    """An amount of the court stage.

    :param amount: euro
    :param court: ``kanton`` or ``civil``
    :param steps: how it came about
    :param warnings: steps that say what the reader should check
    """

    amount: Decimal
    court: str
    steps: list[Step]
    warnings: list[Step]


def court_fee(
    claim: Decimal | None,
    party: str,
    day: date,
    tables: CourtTables,
    values: LegalValues,
    *,
    kanton: bool | None = None,
) -> CourtAmount:
    """The court fee that a claimant pays: art. 3 Wgbz and its annex.

    :param claim: what is claimed, in euro; None for an unspecified value
    :param party: ``company`` (legal person, vof or cv), ``person`` (natural person, a
        sole trader included) or ``indigent`` (natural person of small means)
    :param day: the first day in court (eerste roldatum)
    :param kanton: True for a matter of the cantonal court whatever its value: rent,
        employment, consumer purchase or credit (art. 93 sub c Rv); None to go by the
        value (sub a)
    :raise ValueError: unknown party, or no fee is known for that day or claim
    """
    if party not in PARTIES:
        raise ValueError(f"there is no party {party!r}: it is {', '.join(PARTIES)}")
    claimed = ZERO if claim is None else claim
    steps = []
    if kanton is None:
        limit = values.at("kanton_limit", day)
        kanton = claimed <= limit
        rule = "court.kanton" if kanton else "court.civil"
        steps.append(
            Step(rule, KANTON_ARTICLE, None, {"claim": claimed, "limit": limit})
        )
    court = KANTON if kanton else CIVIL
    fees = tables.fees
    rows = _in_force((row for row in fees if row.court == court), day, "court fee")
    row = _band(rows, claimed, "court fee")
    fee = getattr(row, party)
    shown = {"claim": claimed, "day": day, "from": row.valid_from}
    steps.append(Step(f"court.fee.{party}", WGBZ, fee, shown))
    return CourtAmount(fee, court, steps, _outdated(row, day, WGBZ))


def salary(
    total: Decimal, day: date, points: Decimal, tables: CourtTables
) -> CourtAmount:
    """The salary of the representative that the loser pays: Liquidatietarief kanton.

    :param total: principal, interest and collection costs together, in euro
    :param day: of the judgment
    :param points: one for the summons, one more for a hearing; more than the maximum
        of the band count as the maximum
    :raise ValueError: no salary is known for that day or total
    """
    row = _salary_band(total, day, tables)
    counted = min(points, row.max_points)
    amount = cents(row.per_point * counted)
    shown = {
        "total": total,
        "points": f"{counted.normalize():f} x",
        "per_point": row.per_point,
        "max_points": int(row.max_points),
    }
    step = Step("court.salary", SALARY, amount, shown)
    return CourtAmount(amount, KANTON, [step], _outdated(row, day, SALARY))


def default_judgment_salary(
    total: Decimal,
    day: date,
    tables: CourtTables,
    values: LegalValues,
    *,
    hearing: bool = False,
) -> CourtAmount:
    """The salary of a case without defence, or with one hearing: see :func:`salary`."""
    code = "hearing_points" if hearing else "default_judgment_points"
    points = values.at(code, day)
    return salary(total, day, points, tables)


def after_costs(
    total: Decimal, day: date, tables: CourtTables, values: LegalValues
) -> CourtAmount:
    """The costs after judgment (nakosten): half a point, with a maximum.

    The costs of serving the judgment come on top of them.

    :param total: principal, interest and collection costs together, in euro
    :param day: of the judgment
    """
    row = _salary_band(total, day, tables)
    maximum = values.at("after_costs_maximum", day)
    amount = min(cents(row.per_point * values.at("after_costs_points", day)), maximum)
    shown = {"per_point": row.per_point, "maximum": maximum}
    step = Step("court.after_costs", SALARY, amount, shown)
    return CourtAmount(amount, KANTON, [step], _outdated(row, day, SALARY))


def writ_fee(
    act: str,
    day: date,
    tables: CourtTables,
    values: LegalValues,
    *,
    vat: bool = False,
) -> CourtAmount:
    """What an act of the bailiff costs: art. 2 Btag.

    :param act: such as ``summons`` or ``service_title``
    :param vat: whether VAT comes on top: only where the client cannot recover it and
        says so (art. 10 Btag)
    :raise ValueError: unknown act, or no amount is known for that day
    """
    writs = tables.writs
    acts = dict.fromkeys(row.act for row in writs)
    if act not in acts:
        raise ValueError(f"there is no act {act!r}: it is one of {', '.join(acts)}")
    rows = (row for row in writs if row.act == act)
    (row,) = _in_force(rows, day, f"fee for {act}")
    shown = {"day": day, "from": row.valid_from}
    steps = [Step(f"court.writ.{act}", "art. 2 Btag", row.amount, shown)]
    amount = row.amount
    if vat:
        percent = values.at("vat_general", day)
        added = cents(amount * percent / 100)
        shown = {"base": amount, "percent": percent}
        steps.append(Step("court.writ_vat", "art. 10 Btag", added, shown))
        amount += added
    return CourtAmount(amount, KANTON, steps, _outdated(row, day, "art. 2 Btag"))


def _salary_band(total: Decimal, day: date, tables: CourtTables) -> SalaryBand:
    rows = _in_force(tables.salaries, day, "salary")
    return _band(rows, total, "salary")


def _in_force(rows: Iterable[Row], day: date, what: str) -> list[Row]:
    """The newest of ``rows`` that began on or before ``day``."""
    rows = list(rows)
    days = [row.valid_from for row in rows if row.valid_from <= day]
    if not days:
        first = min(row.valid_from for row in rows)
        raise ValueError(f"no {what} is known before {first}; {day} was asked")
    return [row for row in rows if row.valid_from == max(days)]


def _band(rows: Iterable[Row], amount: Decimal, what: str) -> Row:
    """The one of ``rows`` whose band ``amount`` falls in."""
    rows = sorted(rows, key=lambda row: row.above)
    for row in rows:
        if row.up_to is None or amount <= row.up_to:
            if amount > row.above or not row.above:
                return row
            raise ValueError(f"no {what} is known for EUR {amount} or less")
    raise ValueError(f"no {what} is known above EUR {rows[-1].up_to}")


def _outdated(row: Row, day: date, article: str) -> list[Step]:
    """What to say where ``row`` is not known to hold on ``day``."""
    if row.known_until is None or day <= row.known_until:
        return []
    shown = {"from": row.valid_from, "until": row.known_until, "day": day}
    return [Step("court.outdated", article, None, shown)]


def tables_from(
    fees: Iterable[Mapping], salaries: Iterable[Mapping], writs: Iterable[Mapping]
) -> CourtTables:
    """Tables from rows with the columns of ``incasso.court.fee.csv``,
    ``incasso.court.salary.csv`` and ``incasso.bailiff.fee.csv``."""
    return CourtTables(
        [
            Fee(
                row["court"],
                date.fromisoformat(row["valid_from"]),
                _day(row["known_until"]),
                Decimal(row["above"]),
                _limit(row["up_to"]),
                *(Decimal(row[party]) for party in PARTIES),
            )
            for row in fees
        ],
        [
            SalaryBand(
                date.fromisoformat(row["valid_from"]),
                _day(row["known_until"]),
                Decimal(row["above"]),
                _limit(row["up_to"]),
                Decimal(row["per_point"]),
                Decimal(row["max_points"]),
            )
            for row in salaries
        ],
        [
            WritFee(
                row["act"],
                date.fromisoformat(row["valid_from"]),
                _day(row["known_until"]),
                Decimal(row["amount"]),
            )
            for row in writs
        ],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _limit(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@cache
def shipped_tables() -> CourtTables:
    """The tables of the files that come with the product."""
    return tables_from(
        read_csv("incasso.court.fee.csv"),
        read_csv("incasso.court.salary.csv"),
        read_csv("incasso.bailiff.fee.csv"),
    )
