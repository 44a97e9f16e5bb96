"""What a letter says: facts of a message put into words, ready for its template.

The facts (:class:`Letter`) come from a message's snapshot and the records around it, or
from the sample with which a template is checked. Nothing here looks anything up and
nothing is computed but sums and words: every amount has been computed, and explained,
by the law engine when the message was made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from markupsafe import Markup, escape
from num2words import num2words

from ..law import references
from ..law.amounts import ZERO
from ..law.steps import describe
from . import codes
from .texts import labels

MONTHS = {
    "nl": (
        "januari februari maart april mei juni juli augustus september oktober "
        "november december"
    ).split(),
    "en": (
        "January February March April May June July August September October "
        "November December"
    ).split(),
}
# More numbers than this are counted instead of listed in a sentence.
LISTED_INVOICES = 4


@dataclass(frozen=True)
class Party:
    """A person or firm as a letter shows it.

    :param address: lines below the name: street, postcode and town, country
    """

    name: str
    address: Sequence[str] = ()
    phone: str = ""
    email: str = ""
    registry: str = ""
    is_company: bool = True

    def line(self) -> str:
        """Name and address in one line."""
        return ", ".join([self.name, *self.address])


@dataclass(frozen=True)
class Account:
    """Where to pay.

    :param holder: the account name exactly as the bank has it
    """

    iban: str
    holder: str
    bic: str = ""


@dataclass(frozen=True)
class Announced:
    """The collection costs that a notice announces, in euro.

    :param steps: how they came about, as the law engine gave them
    """

    amount: Decimal
    vat: Decimal
    vat_percentage: str = ""
    steps: Sequence[Mapping] = ()

    @property
    def total(self) -> Decimal:
        return self.amount + self.vat


@dataclass(frozen=True)
class Letter:
    """The facts of one letter or e-mail.

    :param kind: a key of ``TEMPLATE_KINDS``
    :param lang: ``nl`` or ``en``
    :param term_days: days that it gives to pay
    :param deadline: the last of these days where the letter names it; None for a
        notice of costs, whose term runs from its delivery
    :param claims: number, dates, amounts as strings, and the steps that explain the
        interest, as a message stores them
    :param costs_explained: of the costs booked so far: a heading's date or "" and steps
    :param costs_vat: the part of ``costs`` that is VAT (art. 2 lid 3 BIK)
    :param interest_asked: whether it asks for interest
    :param portal_url: address of the dossier online, for the QR code of a letter
    :param portal_code: what to type there without scanning; the end of ``portal_url``
    :param portal_link: address for an e-mail
    :param extra: facts of one kind only, such as the amount that a thank-you is for
    """

    kind: str
    lang: str
    channel: str
    date: date
    debtor_type: str
    natural_person: bool
    number: str
    collector: Party
    creditor: Party
    debtor: Party
    recipient: Party
    account: Account | None
    payment_reference: str = ""
    creditor_reference: str = ""
    third_party: bool = False
    registration: str = ""
    phone_hours: str = ""
    complaints_email: str = ""
    complaints_text: Markup = Markup("")
    handler: Party | None = None
    term_days: int = 0
    deadline: date | None = None
    claims: Sequence[Mapping] = ()
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    costs_vat: Decimal = ZERO
    total: Decimal = ZERO
    interest_asked: bool = False
    costs_explained: Sequence[Sequence[Mapping]] = ()
    announced: Announced | None = None
    notice_date: date | None = None
    portal_url: str | bool = False
    portal_code: str = ""
    portal_link: str | bool = False
    logo: str = ""
    accent: str = "#1f5e6b"
    window: str = "left"
    barcode: str = ""
    extra: Mapping = field(default_factory=dict)

    @property
    def arrangement(self) -> Mapping:
        """The arrangement that it is about; empty where it is about none."""
        return self.extra.get("arrangement") or {}

    @property
    def to_pay(self) -> Decimal:
        """What it asks for now: an instalment where it is about one, else the total."""
        pay = self.extra.get("pay")
        return Decimal(pay["amount"]) if pay else self.total

    @property
    def pay_by(self) -> date | None:
        """The last day to pay that."""
        pay = self.extra.get("pay") or {}
        if self.deadline or not pay.get("by"):
            return self.deadline
        return date.fromisoformat(pay["by"])

    @property
    def represented(self) -> bool:
        """Whether it goes to somebody who acts for the debtor."""
        return self.recipient.name != self.debtor.name and self.kind != "confirmation"

    def transfer_code(self) -> str:
        """The text of the QR code to pay (EPC069-12); empty if there is nothing to."""
        if not self.account or self.to_pay <= 0:
            return ""
        reference = self.payment_reference
        is_valid = (
            references.check_kenmerk(reference).valid
            or references.check_rf(reference).valid
        )
        return references.epc_payload(
            self.account.holder,
            self.account.iban,
            self.to_pay,
            reference=reference if is_valid else "",
            text="" if is_valid else reference or self.number,
        )


# === WORDS === #


def amount_text(amount, lang: str) -> str:
    """Euro as people read it: € 1.234,56 in Dutch, € 1,234.56 in English."""
    text = f"{Decimal(amount):,.2f}"
    if lang == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"€\N{NO-BREAK SPACE}{text}"


def date_text(day: date | str | None, lang: str) -> str:
    """21 november 2026, 21 November 2026."""
    if not day:
        return ""
    if isinstance(day, str):
        day = date.fromisoformat(day)
    return f"{day.day} {MONTHS[lang][day.month - 1]} {day.year}"


def short_date(day: date | str, lang: str) -> str:
    """21-11-2026 in both languages: for tables."""
    if isinstance(day, str):
        day = date.fromisoformat(day)
    return f"{day:%d-%m-%Y}"


def listed(parts: Sequence[str], lang: str) -> str:
    """a, b en c."""
    last = " en " if lang == "nl" else " and "
    return last.join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


# === VALUES === #


def merge_values(letter: Letter) -> dict:
    """The merge fields of templates: texts, numbers and yes or no; no blocks.

    Their names and meaning are documented in ``MERGE_FIELDS`` of the template model.
    """
    lang, consumer = letter.lang, letter.debtor_type == "consumer"
    claims = [claim for claim in letter.claims if is_open(claim, letter)]
    names = [claim["name"] for claim in claims]
    announced = letter.announced
    return {
        "salutation": _salutation(letter),
        "behalf_text": _behalf(letter),
        "about_text": _about(letter, claims),
        "date": date_text(letter.date, lang),
        "collector_name": letter.collector.name,
        "creditor_name": letter.creditor.name,
        "debtor_name": letter.debtor.name,
        "recipient_name": letter.recipient.name,
        "handler_name": letter.handler.name if letter.handler else "",
        "dossier_number": letter.number,
        "creditor_reference": letter.creditor_reference,
        "payment_reference": references.grouped(letter.payment_reference),
        "iban": references.grouped(letter.account.iban) if letter.account else "",
        "account_name": letter.account.holder if letter.account else "",
        "contact": contact_text(letter),
        "third_party": letter.third_party,
        "consumer": consumer,
        "business": not consumer,
        "natural_person": letter.natural_person,
        "represented": letter.represented,
        "by_email": letter.channel == "email",
        "invoice_count": len(names),
        "several": len(names) > 1,
        "invoice_numbers": listed(names, lang) if len(names) <= LISTED_INVOICES else "",
        "invoice_date": date_text(claims[0]["invoice_date"], lang) if claims else "",
        "due_date": date_text(claims[0]["due_date"], lang) if claims else "",
        "what_for": claims[0].get("description") or "" if len(claims) == 1 else "",
        "principal": amount_text(letter.principal, lang),
        "interest": amount_text(letter.interest, lang),
        "costs": amount_text(letter.costs, lang),
        "costs_vat": amount_text(letter.costs_vat, lang),
        "total": amount_text(letter.total, lang),
        "has_interest": bool(letter.interest),
        "has_costs": bool(letter.costs),
        "has_costs_vat": bool(letter.costs_vat),
        "announced_costs": amount_text(announced.total if announced else ZERO, lang),
        "announced_total": amount_text(
            letter.total + (announced.total if announced else ZERO), lang
        ),
        "has_announced_vat": bool(announced and announced.vat),
        "term_days": letter.term_days,
        "term_days_words": num2words(letter.term_days, lang=lang),
        "term_date": date_text(letter.deadline, lang),
        "notice_date": date_text(letter.notice_date, lang),
        "received_amount": amount_text(letter.extra.get("received") or ZERO, lang),
        "received_date": date_text(letter.extra.get("received_date"), lang),
        "hold_until": date_text(letter.extra.get("hold_until"), lang),
        "reason": letter.extra.get("reason") or "",
        "helper_name": letter.extra.get("helper") or "",
        "helper_contact": letter.extra.get("helper_contact") or "",
        "helper_reference": letter.extra.get("helper_reference") or "",
        "help_kind": labels(lang).get(f"help_kind_{letter.extra.get('help_kind')}", ""),
        "has_total": letter.total > 0,
        **_request_values(letter),
        **_arrangement_values(letter),
    }


def _arrangement_values(letter: Letter) -> dict:
    """What a letter about an arrangement or a promise says of it."""
    lang, agreed, words = letter.lang, letter.arrangement, labels(letter.lang)
    parts = agreed.get("instalments") or ()
    postponed = letter.extra.get("postponed") or {}
    period = words[f"period_{agreed['period']}"] if agreed else ""
    return {
        "pay_amount": amount_text(letter.to_pay, lang),
        "pay_date": date_text(letter.pay_by, lang),
        "instalment_number": (letter.extra.get("pay") or {}).get("number") or "",
        "instalment_count": len(parts),
        "instalment_amount": amount_text(agreed.get("each") or ZERO, lang),
        "instalment_period": period,
        "arrangement_total": amount_text(agreed.get("total") or ZERO, lang),
        "first_date": date_text(parts[0][1], lang) if parts else "",
        "last_date": date_text(parts[-1][1], lang) if parts else "",
        "missed_days": agreed.get("missed_days") or 0,
        "several_instalments": len(parts) > 1,
        "postponed_amount": amount_text(postponed.get("amount") or ZERO, lang),
        "postponed_from": date_text(postponed.get("before"), lang),
        "postponed_to": date_text(postponed.get("day"), lang),
    }


def _request_values(letter: Letter) -> dict:
    """What an answer to something that the debtor brought up says of it."""
    lang, extra = letter.lang, letter.extra
    refund = Decimal(extra.get("refund") or ZERO)
    return {
        "request_number": extra.get("request_number") or "",
        "request_date": date_text(extra.get("request_date"), lang),
        "answer": extra.get("answer") or "",
        "answer_date": date_text(extra.get("answer_date"), lang),
        "outcome": labels(lang).get(f"outcome_{extra.get('outcome')}", ""),
        "disputed_invoices": listed(extra.get("disputed") or (), lang),
        "disputed_several": len(extra.get("disputed") or ()) > 1,
        "dispute_reason": extra.get("dispute_reason") or "",
        "has_credited": Decimal(extra.get("credited") or ZERO) > 0,
        "credited_amount": amount_text(extra.get("credited") or ZERO, lang),
        "all_settled": bool(extra.get("all_settled")),
        "has_refund": refund > 0,
        "refund_amount": amount_text(refund, lang),
    }


def is_open(claim: Mapping, letter: Letter) -> bool:
    """Whether a claim is one that the letter asks for."""
    if Decimal(claim["principal"]) > 0:
        return True
    return letter.interest_asked and Decimal(claim["interest"]) > 0


def _salutation(letter: Letter) -> str:
    name = letter.recipient.name
    if letter.recipient.is_company or letter.represented:
        return (
            "Geachte heer of mevrouw," if letter.lang == "nl" else "Dear Sir or Madam,"
        )
    return f"Beste {name}," if letter.lang == "nl" else f"Dear {name},"


def _behalf(letter: Letter) -> str:
    """For whom the collector writes, and why to this person; empty if for itself."""
    words, sentences = labels(letter.lang), []
    if letter.third_party:
        sentences.append(
            full_stop(words["behalf"].format(creditor=letter.creditor.name))
        )
    if letter.represented:
        sentences.append(
            full_stop(words["represented"].format(debtor=letter.debtor.name))
        )
    return " ".join(sentences)


def _about(letter: Letter, claims: Sequence[Mapping]) -> str:
    """Which invoices it is about."""
    words, lang = labels(letter.lang), letter.lang
    if not claims:
        return ""
    if len(claims) > LISTED_INVOICES:
        return words["about_many"].format(count=len(claims))
    if len(claims) > 1:
        numbers = listed([claim["name"] for claim in claims], lang)
        return words["about_some"].format(numbers=numbers)
    (claim,) = claims
    what_for = claim.get("description") or ""
    return words["about_one_for" if what_for else "about_one"].format(
        number=claim["name"],
        date=date_text(claim["invoice_date"], lang),
        what_for=what_for,
    )


def contact_text(letter: Letter) -> str:
    """How to reach the collector, as part of a sentence."""
    words = labels(letter.lang)
    ways = []
    if letter.collector.phone:
        way = words["contact_phone"].format(phone=letter.collector.phone)
        if letter.phone_hours:
            way += words["contact_hours"].format(hours=letter.phone_hours)
        ways.append(way)
    if letter.collector.email:
        ways.append(words["contact_email"].format(email=letter.collector.email))
    return words["or"].join(ways) or words["contact_post"]


# === BLOCKS === #


def answer_values(letter: Letter) -> dict:
    """What somebody wrote as an answer: paragraphs, and their lines."""
    answer = letter.extra.get("answer") or ""
    paragraphs = [part.splitlines() for part in re.split(r"\n\s*\n", answer.strip())]
    return {"paragraphs": paragraphs} if answer.strip() else {}


def specification_values(letter: Letter) -> dict:
    """The table of claims: what each is about and what is open on it."""
    words, lang = labels(letter.lang), letter.lang
    rows, paid = [], ZERO
    for claim in letter.claims:
        if not is_open(claim, letter):
            continue
        amount, principal = Decimal(claim["amount"]), Decimal(claim["principal"])
        interest = Decimal(claim["interest"]) if letter.interest_asked else ZERO
        paid += amount - principal
        rows.append(
            {
                "name": claim["name"],
                "description": claim.get("description") or "",
                "invoice_date": short_date(claim["invoice_date"], lang),
                "due_date": short_date(claim["due_date"], lang),
                "principal": amount_text(amount, lang),
                "interest": amount_text(interest, lang),
                "paid": amount_text(amount - principal, lang),
                "open": amount_text(principal + interest, lang),
            }
        )
    has_interest, has_paid = letter.interest_asked, paid != 0
    other = []
    if letter.costs:
        name = words["costs_vat" if letter.costs_vat else "costs"]
        other.append((name, amount_text(letter.costs, lang)))
    return {
        "label": words,
        "claims": rows,
        "has_interest": has_interest,
        "has_paid": has_paid,
        "columns": 5 + has_interest + has_paid,
        "other_rows": other,
        "total": amount_text(letter.total, lang),
    }


def amounts_values(letter: Letter) -> dict:
    """The sum in short: principal, interest, costs, total."""
    words, lang = labels(letter.lang), letter.lang
    rows = [(words["principal"], amount_text(letter.principal, lang))]
    if letter.interest_asked:
        label = words["interest_to"].format(date=date_text(letter.date, lang))
        rows.append((label, amount_text(letter.interest, lang)))
    if letter.costs:
        label = words["costs_vat" if letter.costs_vat else "costs"]
        rows.append((label, amount_text(letter.costs, lang)))
    return {"label": words, "amounts": rows, "total": amount_text(letter.total, lang)}


def payment_values(letter: Letter) -> dict:
    """How to pay; without rows where there is nothing to pay or nowhere to."""
    words, lang = labels(letter.lang), letter.lang
    if not letter.account or letter.to_pay <= 0:
        return {}
    reference = references.grouped(letter.payment_reference) or letter.number
    rows = [
        (words["amount"], amount_text(letter.to_pay, lang)),
        (words["iban"], references.grouped(letter.account.iban)),
        (words["holder"], letter.account.holder),
        (words["payment_reference"], reference),
    ]
    if letter.pay_by:
        rows.append((words["pay_by"], date_text(letter.pay_by, lang)))
    return {"label": words, "payment": rows}


def schedule_values(letter: Letter) -> dict:
    """The instalments of an arrangement, and what is left to pay after each."""
    words, lang = labels(letter.lang), letter.lang
    left, rows = Decimal(letter.arrangement.get("total") or ZERO), []
    for number, day, amount in letter.arrangement.get("instalments") or ():
        left -= Decimal(amount)
        rows.append(
            (
                number,
                short_date(day, lang),
                amount_text(amount, lang),
                amount_text(left, lang),
            )
        )
    if not rows:
        return {}
    expected = Decimal(letter.arrangement.get("expected") or ZERO)
    return {
        "label": words,
        "schedule": rows,
        "total": amount_text(letter.arrangement["total"], lang),
        "expected": expected and amount_text(expected, lang),
    }


def arrangement_values(letter: Letter) -> dict:
    """What goes for an arrangement: interest, what a payment pays first, and what
    happens when an instalment stays away."""
    words, agreed = labels(letter.lang), letter.arrangement
    if not agreed:
        return {}
    interest = words[f"arrangement_interest_{agreed['interest']}"].format(
        amount=amount_text(agreed.get("expected") or ZERO, letter.lang)
    )
    stop = words["arrangement_stop"].format(days=agreed["missed_days"])
    return {
        "heading": words["arrangement_title"],
        "paragraphs": [
            f"{words['no_fee_text']} {interest}",
            words["allocation_text"],
            stop,
        ],
    }


def portal_link_values(letter: Letter) -> dict:
    """The way to the pages of the dossier, for an e-mail."""
    address = letter.portal_link or letter.portal_url
    if not address:
        return {}
    return {"label": labels(letter.lang), "portal_url": address}


def portal_values(letter: Letter) -> dict:
    """The way to the pages of the dossier, for a letter: an address to type, short and
    without what a browser adds by itself, and a code to type there."""
    if not letter.portal_url:
        return {}
    code = letter.portal_code
    address = letter.portal_url.partition("://")[2]
    if code:
        address = address.removesuffix(code.replace(" ", "")).rstrip("/")
    return {
        "label": labels(letter.lang),
        "portal_address": address,
        "portal_code_text": code,
        "portal_code": codes.qr_code(letter.portal_url),
    }


def explanation_values(letter: Letter) -> dict:
    """Every computed amount in plain sentences, as the law engine explained it."""
    words, lang = labels(letter.lang), letter.lang
    parts = []
    if letter.interest_asked:
        for claim in letter.claims:
            sentences = _interest_sentences(claim.get("steps", ()), lang)
            if sentences and is_open(claim, letter):
                heading = words["invoice_heading"].format(name=claim["name"])
                parts.append((heading, sentences))
    for steps in letter.costs_explained:
        parts.append((words["costs"], [_sentence(step, lang) for step in steps]))
    if letter.announced and letter.announced.steps:
        parts.append(
            (
                words["announced_heading"],
                [_sentence(step, lang) for step in letter.announced.steps],
            )
        )
    return {
        "label": words,
        "explanation": [(heading, "\n".join(lines)) for heading, lines in parts],
    }


def _interest_sentences(steps: Sequence[Mapping], lang: str) -> list[str]:
    """The steps in sentences, but for their sum: that stands in the table of claims."""
    return [_sentence(step, lang) for step in steps if step["rule"] != "interest.total"]


def _sentence(step: Mapping, lang: str) -> str:
    article = step.get("article")
    sentence = describe(step, lang)
    return f"{sentence} ({article})" if article else sentence


def full_stop(text: str) -> str:
    """One full stop where a name such as "Jansen B.V." ends a sentence."""
    return text.replace("..", ".")


def objection_values(letter: Letter) -> dict:
    """How to say that one does not agree."""
    words = labels(letter.lang)
    text = words["object_text"].format(
        contact=contact_text(letter), dossier=letter.number
    )
    return {"heading": words["object_title"], "paragraphs": [text]}


def help_values(letter: Letter) -> dict:
    """Where to find help with debts."""
    words = labels(letter.lang)
    name = "help_text" if letter.debtor_type == "consumer" else "help_business_text"
    return {"heading": words["help_title"], "paragraphs": [words[name]]}


def complaint_values(letter: Letter) -> dict:
    """How to complain about the collector."""
    words = labels(letter.lang)
    where = letter.complaints_email or letter.collector.email or letter.collector.line()
    paragraphs = [words["complaint_text"].format(where=where)]
    if letter.complaints_text:
        paragraphs.append(letter.complaints_text)
    return {"heading": words["complaint_title"], "paragraphs": paragraphs}


def parties_values(letter: Letter) -> dict:
    """Who is owed the money and who collects it, with addresses."""
    words = labels(letter.lang)
    creditor = escape(_full(letter.creditor, letter.lang))
    if letter.third_party:
        text = words["creditor_text"].format(
            creditor=creditor,
            collector=escape(letter.collector.name),
            name=escape(letter.creditor.name),
        )
    else:
        text = words["creditor_own_text"].format(creditor=creditor)
    paragraphs = [Markup(full_stop(text))]
    if letter.represented:
        debtor = letter.debtor.line()
        paragraphs.append(full_stop(words["debtor_text"].format(debtor=debtor)))
    return {"heading": words["creditor_title"], "paragraphs": paragraphs}


def _full(party: Party, lang: str) -> str:
    """Name, address and how to reach them, in one line."""
    words = labels(lang)
    parts = [party.line()]
    if party.phone:
        parts.append(words["phone"].format(value=party.phone).lower())
    if party.email:
        parts.append(party.email)
    if party.registry:
        parts.append(words["registry"].format(value=party.registry))
    return ", ".join(parts)


def signature_values(letter: Letter) -> dict:
    """Who signs."""
    return {
        "greeting": labels(letter.lang)["greeting"],
        "handler": letter.handler.name if letter.handler else "",
        "collector": letter.collector.name,
    }


def vat_text(letter: Letter) -> str:
    """The declaration about VAT on the costs (art. 2 lid 3 BIK); empty without VAT."""
    vat = letter.announced.vat if letter.announced else letter.costs_vat
    if not vat:
        return ""
    percentage = letter.announced.vat_percentage if letter.announced else ""
    return labels(letter.lang)["vat_text"].format(
        vat=amount_text(vat, letter.lang),
        creditor=letter.creditor.name,
        percentage=percentage or letter.extra.get("vat_percentage") or "21%",
    )


def page_values(letter: Letter, subject: str) -> dict:
    """What stands around the text: sender, address, references, footer."""
    words, lang = labels(letter.lang), letter.lang
    collector = letter.collector
    details = list(collector.address)
    if collector.phone:
        details.append(words["phone"].format(value=collector.phone))
    if collector.email:
        details.append(collector.email)
    if collector.registry:
        details.append(words["registry"].format(value=collector.registry))
    if letter.registration:
        details.append(words["wki"].format(value=letter.registration))
    shown = [
        (words["date"], date_text(letter.date, lang)),
        (words["dossier"], letter.number),
    ]
    if letter.third_party:
        shown.append((words["creditor"], letter.creditor.name))
    if letter.represented:
        shown.append((words["debtor"], letter.debtor.name))
    elif letter.handler:
        shown.append((words["handler"], letter.handler.name))
    if letter.creditor_reference:
        shown.append((words["creditor_reference"], letter.creditor_reference))
    return {
        "lang": lang,
        "label": words,
        "title": f"{subject} - {letter.number}",
        "description": f"{words['dossier']} {letter.number}",
        "keywords": letter.kind,
        "created": letter.date.isoformat(),
        "sender": {
            "name": collector.name,
            "logo": letter.logo,
            "details": "\n".join(details),
        },
        "return_address": words["sender_of"].format(address=collector.line()),
        "address": "\n".join([letter.recipient.name, *letter.recipient.address]),
        "references": shown[:5],
        "footer": _footer(letter, words),
        "subject": subject,
        "window": letter.window,
        "accent": letter.accent,
        "barcode": letter.barcode,
    }


def _footer(letter: Letter, words: Mapping) -> str:
    parts = [letter.collector.name]
    if letter.collector.registry:
        parts.append(words["registry"].format(value=letter.collector.registry))
    if letter.registration:
        parts.append(f"Wki {letter.registration}")
    return " · ".join([*parts, letter.number])
