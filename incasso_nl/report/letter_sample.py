"""Letters that a template is checked with: one for each case that it has to serve.

The names are made up and the amounts are real: the law engine computes them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ..law.costs import scale_costs
from ..law.interest import Statutory, interest
from ..law.tables import Tables
from ..tools.instalments import schedule
from .letter_check import ARRANGING
from .letter_values import Account, Announced, Letter, Party

COLLECTOR = Party(
    "Voorbeeld Incasso B.V.",
    ("Coolsingel 100", "3011 AG  ROTTERDAM"),
    phone="010 123 45 67",
    email="hulp@voorbeeldincasso.example",
    registry="12345678",
)
CREDITOR = Party(
    "Warmhart Installaties B.V.",
    ("Ambachtsweg 7", "3542 DA  UTRECHT"),
    phone="030 765 43 21",
    email="administratie@warmhart.example",
    registry="87654321",
)
CONSUMER = Party(
    "Jan de Vries", ("Dorpsstraat 12-A", "1234 AB  ONS DORP"), is_company=False
)
BUSINESS = Party(
    "Klusbedrijf Bouma", ("Havenkade 3", "8911 CD  LEEUWARDEN"), registry="11223344"
)
GOVERNMENT = Party("Gemeente Ons Dorp", ("Raadhuisplein 1", "1234 AA  ONS DORP"))
HANDLER = Party("Sanne Bakker", phone="010 123 45 67", is_company=False)
ACCOUNT = Account("NL91ABNA0417164300", "Stichting Derdengelden Voorbeeld")

_DEBTORS = {
    "consumer": (CONSUMER, "6:119"),
    "business": (BUSINESS, "6:119a"),
    "government": (GOVERNMENT, "6:119b"),
}


def sample_letters(
    kind: str, lang: str, debtor_types: tuple[str, ...], day: date, tables: Tables
) -> Iterator[Letter]:
    """The cases that a template of ``kind`` has to serve.

    For every debtor type: one claim of the collector's own without anything on top, and
    three claims for another creditor with interest, part of one paid, and costs where
    the kind may ask for them. A notice also with VAT on the costs.

    :param day: the date of the letters
    """
    for debtor_type in debtor_types:
        yield sample_letter(kind, lang, debtor_type, day, tables, claims=1)
        full = sample_letter(kind, lang, debtor_type, day, tables, third_party=True)
        yield full
        if full.announced:
            yield with_vat(full, tables)


def sample_letter(
    kind: str,
    lang: str,
    debtor_type: str,
    day: date,
    tables: Tables,
    *,
    claims: int = 3,
    third_party: bool = False,
    spacing: int = 200,
) -> Letter:
    """One letter over ``claims`` claims, a number of days between them; see
    :func:`sample_letters`."""
    debtor, interest_kind = _DEBTORS[debtor_type]
    asked = third_party and kind != "thanks"
    made = [
        _claim(
            number,
            day - timedelta(days=spacing * number),
            day,
            interest_kind,
            tables,
            asked,
        )
        for number in range(claims)
    ]
    principal = sum((Decimal(claim["principal"]) for claim in made), Decimal())
    accrued = sum((Decimal(claim["interest"]) for claim in made), Decimal())
    costs, explained, announced = Decimal(), [], None
    computed = scale_costs([Decimal(claim["principal"]) for claim in made], day, tables)
    steps = [step.as_json() for step in computed.steps]
    if kind == "notice":
        announced = Announced(computed.amount, computed.vat, steps=steps)
    elif kind in ("demand", "final_demand"):
        costs, explained = computed.amount, [steps]
    term = 15 if kind == "notice" else 7
    if kind in ("thanks", "confirmation"):
        principal = accrued = costs = Decimal() if kind == "thanks" else principal
    return Letter(
        kind=kind,
        lang=lang,
        channel="post",
        date=day,
        debtor_type=debtor_type,
        natural_person=debtor_type == "consumer",
        number="INC/2026/000042",
        collector=COLLECTOR,
        creditor=CREDITOR if third_party else COLLECTOR,
        debtor=debtor,
        recipient=CREDITOR if kind == "confirmation" else debtor,
        account=ACCOUNT,
        payment_reference="5000056789012345",
        creditor_reference="K-1007" if third_party else "",
        third_party=third_party,
        registration="2024.00123" if third_party else "",
        phone_hours="op werkdagen van 9.00 tot 17.00 uur" if lang == "nl" else "",
        complaints_email="klachten@voorbeeldincasso.example",
        handler=HANDLER,
        term_days=term,
        deadline=None
        if kind in ("notice", "arrangement")
        else day + timedelta(days=term),
        claims=made,
        principal=principal,
        interest=accrued if asked else Decimal(),
        costs=costs,
        total=principal + costs + (accrued if asked else Decimal()),
        interest_asked=asked,
        costs_explained=explained,
        announced=announced,
        notice_date=day - timedelta(days=30),
        barcode="IM0000012345",
        extra={
            "received": "125.00",
            "received_date": day.isoformat(),
            "hold_until": (day + timedelta(days=30)).isoformat(),
            **(_arrangement(day, debtor_type) if kind in ARRANGING else {}),
            "answer_date": (day + timedelta(days=42)).isoformat(),
            "outcome": "upheld",
            "request_number": "BZW/2026/00042",
            "request_date": (day - timedelta(days=3)).isoformat(),
            "answer": "De kraan is op 3 maart geleverd.",
            "disputed": ["F2025-0107", "F2025-0108"],
            "credited": "125.00",
            "refund": "25.00",
            "helper": "Bewindvoering De Brug",
            "helper_contact": "S. Bakker",
            "helper_reference": "BB-2026-118",
            "help_kind": "administration",
        },
    )


def _arrangement(day: date, debtor_type: str) -> dict[str, object]:
    """An arrangement of 450.00 in four, and its first instalment to pay."""
    found = schedule(
        Decimal("450.00"), "month", day + timedelta(days=12), amount=Decimal("125.00")
    )
    first = found.instalments[0]
    running = debtor_type != "consumer"
    return {
        "arrangement": {
            "period": "month",
            "each": str(found.amount),
            "total": str(found.total),
            "interest": "running" if running else "frozen",
            "expected": "7.31" if running else "0.00",
            "missed_days": 7,
            "instalments": [
                [part.number, part.date.isoformat(), str(part.amount)]
                for part in found.instalments
            ],
        },
        "pay": {
            "number": first.number,
            "amount": str(first.amount),
            "by": first.date.isoformat(),
        },
        "postponed": {
            "amount": str(first.amount),
            "before": first.date.isoformat(),
            "day": (first.date + timedelta(days=120)).isoformat(),
        },
    }


def with_vat(letter: Letter, tables: Tables) -> Letter:
    """The same notice for a creditor who cannot recover VAT (art. 2 lid 3 BIK)."""
    vat = tables.values.at("vat_general", letter.date)
    computed = scale_costs(
        [Decimal(claim["principal"]) for claim in letter.claims],
        letter.date,
        tables,
        vat,
    )
    announced = Announced(
        computed.amount,
        computed.vat,
        vat_percentage=f"{vat.normalize():f}%",
        steps=[step.as_json() for step in computed.steps],
    )
    return replace(letter, announced=announced)


def _claim(
    number: int, from_day: date, day: date, kind: str, tables: Tables, asked: bool
) -> dict[str, object]:
    """A claim as a message stores it; on the second a part was paid."""
    amount = Decimal("100.00") * (number + 2)
    paid = Decimal("50.00") if number == 1 else Decimal()
    due = from_day - timedelta(days=45)
    found = interest(amount - paid, due, day, Statutory(kind), tables.rates)
    return {
        "claim_id": 0,
        "name": f"F2025-{107 + number:04}",
        "description": ("Reparatie cv-ketel", "Onderhoud cv-ketel", "Nieuwe kraan")[
            number % 3
        ],
        "invoice_date": (due - timedelta(days=14)).isoformat(),
        "due_date": due.isoformat(),
        "amount": str(amount),
        "invoice_amount": str(amount),
        "principal": str(amount - paid),
        "interest": str(found.interest if asked else Decimal()),
        "interest_kind": kind,
        "steps": [step.as_json() for step in found.steps] if asked else [],
    }
