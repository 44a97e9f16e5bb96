"""The wording of the term in a notice of collection costs, as a court would read it.

Art. 6:96 lid 6 BW asks for fourteen full days that begin on the day after the debtor
received the notice. HR 25 November 2016, ECLI:NL:HR:2016:2704: a notice that points to
an earlier begin or end, or that confuses, has no effect at all.
"""

import re
from datetime import date
from typing import NamedTuple

from .steps import Step
from .tables import LegalValues

CASE = "HR 25 November 2016, ECLI:NL:HR:2016:2704"


class Wording(NamedTuple):
    """What a court would say of the sentence that sets the term.

    :param accepted: whether it meets art. 6:96 lid 6 BW
    :param days: days after the day of receipt that it promises; None where not accepted
    :param step: why
    """

    accepted: bool
    days: int | None
    step: Step


# === DUTCH NUMBERS === #

_SMALL = (
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien "
    "vijftien zestien zeventien achttien negentien"
).split()
_TENS = {"twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60}
_NUMBERS = {
    **{word: number for number, word in enumerate(_SMALL)},
    **_TENS,
    **{
        f"{_SMALL[unit]}en{ten}": number + unit
        for ten, number in _TENS.items()
        for unit in range(1, 10)
    },
}


def _number(text: str) -> int | None:
    """A Dutch number in digits, or up to 69 in words; None for another word."""
    if text.isdecimal():
        return int(text)
    return _NUMBERS.get(text.replace("ë", "e").replace("é", "e"))


# === PARTS OF A SENTENCE === #
# Written for a sentence in lower case with single spaces and without commas and quotes.

_PERIOD = re.compile(
    r"\b(?P<number>\d{1,3}|[^\W\d_]+)(?: ?\((?P<again>\w+)\))?"
    r"(?: volle| hele| gehele)? (?P<unit>(?:kalender|werk)?dag(?:en)?|week|weken"
    r"|maand(?:en)?)\b"
)
# What makes a number of days a term to pay within.
_TERM = re.compile(
    r"\b(?:binnen(?: een| de)?(?: termijn van)?|termijn van|uiterlijk"
    r"|(?:hebt|heeft|krijgt)(?: u)?(?: nog)?) $"
)
_DATE = re.compile(
    r"\b(?:v[oó][oó]r|uiterlijk(?: op)?|tot en met|t/m|op) (?:\w+dag )?"
    r"\d{1,2}(?:[-/. ]\d{1,2}[-/. ]| [a-z]+ )\d{2,4}\b"
)

_LETTER = (
    r"(?:deze|de|dit|het) (?:brief|veertiendagenbrief|aanmaning|kennisgeving|bericht"
    r"|schrijven|e-?mail(?:bericht)?)"
)
_ARRIVED = r"(?:bezorgd|ontvangen|aangekomen|binnengekomen|bereikt|afgeleverd)"
_ARRIVAL = r"(?:bezorging|ontvangst|aflevering)"
_RECEIVED = (
    rf"(?:u )?{_LETTER} (?:(?:bij |door )?u )?(?:(?:is|heeft|hebt) )?{_ARRIVED}\b"
)
# "vanaf de dag nadat deze brief bij u is bezorgd", "die ingaat op de dag na ontvangst"
_DAY_AFTER_RECEIPT = re.compile(
    r"\b(?:vanaf|met ingang van|(?:ingaand|ingaande|ingaat|gaat in|beginnend|beginnende"
    r"|begint|aanvangend|aanvangende|aanvangt|vangt aan)(?: op)?) de dag "
    rf"(?:nadat {_RECEIVED}|na (?:de )?(?:dag van (?:de )?)?{_ARRIVAL}\b)"
)
# "nadat deze brief bij u is bezorgd", "na ontvangst van deze brief"
_AFTER_RECEIPT = re.compile(
    rf"\b(?:nadat {_RECEIVED}|na de (?:dag|datum) waarop {_RECEIVED}"
    rf"|na (?:de )?(?:(?:dag|datum) van (?:de )?)?{_ARRIVAL}\b)"
)
# Begins that lie before the debtor has the letter.
_FROM_SENDING = re.compile(
    r"\b(?:na|vanaf|sinds) (?:(?:de|het|deze|dit|onze) )*(?:dag (?:van|na) )?"
    r"(?:(?:de|het|deze|dit|onze) )*"
    r"(?:heden|vandaag|nu|dagtekening|briefdatum|verzenddatum|verzending|verzenden"
    r"|versturen|brief|aanmaning|e-?mail|schrijven"
    rf"|datum(?! waarop {_RECEIVED}| van (?:de )?{_ARRIVAL}))\b"
    rf"|\b(?:nadat|waarop) (?:wij )?{_LETTER} (?:(?:is|hebben|werd|door|ons) )*"
    r"(?:verzonden|verstuurd|gedagtekend)\b"
)
_AT_ONCE = re.compile(
    r"\b(?:per omgaande|omgaand|onmiddellijk|onverwijld|terstond|per direct|vandaag nog"
    r"|zo spoedig mogelijk|zo snel mogelijk)\b"
)


# === JUDGING === #


def judge_wording(sentence: str, sent: date, values: LegalValues) -> Wording:
    """Judge the Dutch sentence in which a notice of costs sets its term.

    Accepted are "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd",
    "binnen vijftien dagen nadat deze brief bij u is bezorgd" (ECLI:NL:HR:2016:2704),
    the same with *ontvangst*, and longer terms. Refused are terms that begin with the
    date or the sending of the letter, a concrete date, fourteen days "na bezorging",
    two different terms, and everything this function does not know: a notice that a
    court might read otherwise costs the creditor the whole fee.

    :param sentence: what the letter says about the term, not the whole letter
    :param sent: the day of sending, for the number of days that the law asks
    :raise ValueError: the act was not in force on that day
    """
    text = " ".join(re.sub(r"[\"'“”‘’«»,;:\u00a0]", " ", sentence.lower()).split())
    refused = _refusal(text)
    if refused:
        return Wording(False, None, Step(refused, CASE, None, {}))
    (period,) = _periods(text)
    days = _number(period["number"]) * (7 if period["unit"].startswith("we") else 1)
    start = max((text.rfind(mark, 0, period.start()) for mark in ".?!"), default=-1)
    clause = re.split(r"[.?!](?: |$)", text[start + 1 :], maxsplit=1)[0]
    if _DAY_AFTER_RECEIPT.search(clause):
        asked = int(values.at("notice_days", sent))
    elif _AFTER_RECEIPT.search(clause):
        asked = int(values.at("notice_days_after_receipt", sent))
    else:
        return Wording(False, None, Step("notice.wording.no_start", CASE, None, {}))
    shown = {"days": days, "asked": asked}
    if days < asked:
        return Wording(False, None, Step("notice.wording.short", CASE, None, shown))
    return Wording(True, days, Step("notice.wording.accepted", CASE, None, shown))


def _periods(text: str) -> list[re.Match]:
    """The periods of time that ``text`` names, such as "vijftien dagen"."""
    return [
        found
        for found in _PERIOD.finditer(text)
        if _number(found["number"]) is not None
    ]


def _refusal(text: str) -> str | None:
    """The rule by which ``text`` is refused before its days are counted, if any."""
    for pattern, rule in (
        (_DATE, "notice.wording.date"),
        (_FROM_SENDING, "notice.wording.sending"),
        (_AT_ONCE, "notice.wording.confusing"),
    ):
        if pattern.search(text):
            return rule
    periods = _periods(text)
    if not periods:
        return "notice.wording.no_term"
    period = periods[0]
    in_words = period["again"]
    if len(periods) > 1 or (
        in_words is not None and _number(in_words) != _number(period["number"])
    ):
        return "notice.wording.confusing"
    if period["unit"].startswith(("werk", "maand")):
        return "notice.wording.unit"
    if not _TERM.search(text[: period.start()]):
        return "notice.wording.unknown"
    return None
