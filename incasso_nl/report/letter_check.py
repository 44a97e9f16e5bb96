"""What a letter must hold, and whether it does.

The check reads the letter as it was laid out, word by word, and compares it with the
facts that it has to state. So it makes no difference how a template is written: what
does not end up on paper with the right amount is missing. Which element stands on which
article is in :data:`ELEMENTS`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from ..law import references
from ..law.tables import LegalValues
from ..law.wording import judge_wording
from .letter_pdf import LetterPdf
from .letter_tree import seen
from .letter_values import (
    Letter,
    amount_text,
    date_text,
    explanation_values,
    is_open,
    short_date,
)
from .texts import LABELS, labels

#: Kinds of message that ask for money.
ASKING = ("reminder", "notice", "demand", "final_demand")
#: Kinds about a payment arrangement: they ask for an instalment, not for everything.
ARRANGING = ("arrangement", "instalment")
ALL_KINDS = (*ASKING, *ARRANGING, "confirmation", "thanks", "information")
_FORMAL = ("notice", "demand", "final_demand")

_PAY_WORD = re.compile(
    r"\b(betal\w*|betaal\w*|voldo\w*|overma\w*|overgemaakt|pay\w*|paid|transfer\w*)\b",
    re.IGNORECASE,
)
_BY_WHEN = re.compile(
    r"\b(binnen|uiterlijk|v[oó][oó]r|termijn van|within|no later than|at the latest|"
    r"before)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\b(dag|dagen|week|weken|maand|maanden|day|days|weeks?|months?)\b|\d{4}",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(betaalt u (het bedrag )?(dan )?niet\b|hebben wij (dan )?(nog )?geen betaling|"
    r"ontvangen wij (dan )?(nog )?geen|als u niet (op tijd )?betaalt|"
    r"if you do not pay|if we have not received|if we do not receive)",
    re.IGNORECASE,
)
_COSTS = re.compile(r"\b(incassokosten|collection costs)\b", re.IGNORECASE)
# Headings say nothing by themselves.
_HEADINGS = set(LABELS["announced_heading"].values())
_OBJECTION = re.compile(
    r"\b(niet (mee )?eens|klopt (het|er iets|de rekening) niet|bezwaar|betwist|"
    r"disagree|do not agree|dispute)",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"\b(klacht|klachten|complaint|complaints)\b", re.IGNORECASE)
# Expressly: that the VAT cannot be recovered, and that the costs were raised for it.
_DECLARATION = (
    re.compile(r"\b(verklaart|verklaren|declares?)\b", re.IGNORECASE),
    re.compile(r"\b(niet|cannot|not)\b", re.IGNORECASE),
    re.compile(r"\b(verhoogd|increased)\b", re.IGNORECASE),
)
_DEBT_HELP = ("0800-8115", "Geldfit")
_MUNICIPALITY = re.compile(r"\b(gemeente|municipality|schuldhulp)\b", re.IGNORECASE)

#: Words that put pressure on somebody with steps that an amicable letter cannot or will
#: not take yet (art. 4.3 Bki: no undue pressure; Rki). Whole words.
THREATS = (
    r"deurwaarder\w*",
    r"beslag\w*",
    r"loonbeslag\w*",
    r"dagvaard\w*",
    r"rechter",
    r"rechtbank\w*",
    r"kantonrechter\w*",
    r"vonnis\w*",
    r"gerechtelijk\w*",
    r"procedure\w*",
    r"rechtsmaatregel\w*",
    r"juridische (stappen|maatregelen|procedure)",
    r"bkr",
    r"zwarte lijst",
    r"politie",
    r"aangifte",
    r"faillissement\w*",
    r"gijzel\w*",
    r"ontruim\w*",
    r"openbare verkoop",
    r"bailiff\w*",
    r"seiz(e|ure)\w*",
    r"attachment of",
    r"garnish\w*",
    r"summons\w*",
    r"court",
    r"lawsuit",
    r"legal action",
    r"legal proceedings",
    r"bankrupt\w*",
    r"police",
    r"blacklist\w*",
    r"credit register\w*",
)
_THREAT = re.compile(rf"\b({'|'.join(THREATS)})\b", re.IGNORECASE)
# Names of authorities in what explains an amount are no threat.
_CITATION = re.compile(r"ECLI:\S+|\([^()]*\bart\.[^()]*\)|HR \d+ \w+ \d{4}")


class Defect(NamedTuple):
    """One thing that is wrong with a letter.

    :param element: name of the element, a key of :data:`ELEMENTS`
    :param article: where it is required
    :param detail: what was expected or found, as it would stand in the letter
    """

    element: str
    article: str
    detail: str = ""


class Page(NamedTuple):
    """A letter with its facts, as the checks take it."""

    letter: Letter
    text: str
    paragraphs: Sequence[str]
    values: LegalValues

    def says(self, *words: str) -> bool:
        """Whether all of these stand in it, wherever its lines were broken."""
        text = _squeezed(self.text)
        return all(_squeezed(word) in text for word in words)


class Element(NamedTuple):
    """Something that a letter has to hold.

    :param article: where that stands
    :param kinds: of messages
    :param missing: what is missing or wrong, as a text; empty where it is there
    """

    article: str
    kinds: Sequence[str]
    missing: Callable[[Page], str]


def plain(text: str) -> str:
    """``text`` with single spaces, of what can be seen: as it is compared."""
    return " ".join(seen(str(text)).split())


@lru_cache(maxsize=64)
def _squeezed(text: str) -> str:
    """``text`` without spaces: a line may have been broken after a hyphen."""
    return "".join(seen(text).split())


def check_letter(letter: Letter, page: LetterPdf, values: LegalValues) -> list[Defect]:
    """What is missing or wrong in a letter as it was laid out.

    :param values: the numbers of the law, for the term of a notice of costs
    :return: a defect for each element; an empty list where nothing is wrong
    """
    laid_out = Page(letter, page.text, page.paragraphs, values)
    defects = []
    for name, element in ELEMENTS.items():
        if letter.kind in element.kinds:
            detail = element.missing(laid_out)
            if detail:
                defects.append(Defect(name, element.article, detail))
    return defects


def check_words(letter: Letter, texts: Iterable[str]) -> list[Defect]:
    """Threats in texts that are not laid out, such as an e-mail or a subject."""
    found = {word for text in texts for word in threats(_without_facts(letter, text))}
    element = ELEMENTS["threat"]
    return [Defect("threat", element.article, word) for word in sorted(found)]


def threats(text: str) -> set[str]:
    """Words in ``text`` that threaten."""
    text = _CITATION.sub(" ", plain(text))
    return {found.group(0).lower() for found in _THREAT.finditer(text)}


# === THE ELEMENTS === #


def _party(party):
    return [party.name, *party.address]


def _missing(page: Page, words: Iterable[str]) -> str:
    return "; ".join(word for word in words if word and not page.says(word))


def _creditor(page: Page) -> str:
    creditor = page.letter.creditor
    return _missing(page, [*_party(creditor), creditor.phone, creditor.email])


def _collector(page: Page) -> str:
    collector = page.letter.collector
    return _missing(page, [*_party(collector), collector.phone, collector.email])


def _debtor(page: Page) -> str:
    return _missing(page, _party(page.letter.debtor))


def _recipient(page: Page) -> str:
    return _missing(page, _party(page.letter.recipient))


def _registration(page: Page) -> str:
    return _missing(page, [page.letter.registration])


def _open_claims(letter: Letter):
    return [claim for claim in letter.claims if is_open(claim, letter)]


def _origin(page: Page) -> str:
    return _missing(
        page, [claim.get("description") or "" for claim in _open_claims(page.letter)]
    )


def _invoices(page: Page) -> str:
    return _missing(page, [claim["name"] for claim in _open_claims(page.letter)])


def _dates(page: Page) -> str:
    missing = []
    for claim in _open_claims(page.letter):
        for name in ("invoice_date", "due_date"):
            day = claim[name]
            written = (
                short_date(day, page.letter.lang),
                date_text(day, page.letter.lang),
            )
            if not any(page.says(text) for text in written):
                missing.append(written[0])
    return "; ".join(dict.fromkeys(missing))


def _principal(page: Page) -> str:
    letter = page.letter
    amounts = [letter.principal]
    amounts += [Decimal(claim["amount"]) for claim in _open_claims(letter)]
    words = [amount_text(amount, letter.lang) for amount in amounts]
    # An amount alone says nothing: what it is has to stand there too.
    return _missing(page, [labels(letter.lang)["principal"], *dict.fromkeys(words)])


def _interest(page: Page) -> str:
    letter = page.letter
    if not letter.interest_asked or not letter.interest:
        return ""
    words = [labels(letter.lang)["interest"], amount_text(letter.interest, letter.lang)]
    for claim in _open_claims(letter):
        for step in _periods(claim):
            values = step["values"]
            words.append(_percentage(values["percentage"], letter.lang))
            words.append(short_date(values["start"], letter.lang))
            words.append(short_date(values["end"], letter.lang))
    return _missing(page, dict.fromkeys(words))


def _periods(claim: Mapping) -> Iterator[Mapping]:
    """The steps that are a period of interest."""
    for step in claim.get("steps", ()):
        if step["rule"] in ("interest.segment", "interest.months"):
            yield step


def _percentage(text: str, lang: str) -> str:
    text = f"{Decimal(text).normalize():f}%"
    return text.replace(".", ",") if lang == "nl" else text


def _costs(page: Page) -> str:
    letter = page.letter
    if not letter.costs:
        return ""
    return _missing(
        page, [labels(letter.lang)["costs"], amount_text(letter.costs, letter.lang)]
    )


def _total(page: Page) -> str:
    letter = page.letter
    return _missing(
        page, [labels(letter.lang)["total"], amount_text(letter.total, letter.lang)]
    )


def _payment(page: Page) -> str:
    letter = page.letter
    if not letter.account:
        return labels(letter.lang)["iban"]
    reference = references.grouped(letter.payment_reference) or letter.number
    return _missing(
        page,
        [references.grouped(letter.account.iban), letter.account.holder, reference],
    )


def _term(page: Page) -> str:
    """Until when to pay: a day of its own, or for a notice the wording of the law."""
    letter = page.letter
    if letter.kind != "notice":
        if not letter.deadline:
            return labels(letter.lang)["pay_by"]
        return _missing(page, [date_text(letter.deadline, letter.lang)])
    sentences = term_sentences(page.paragraphs)
    judged = [judge_wording(text, letter.date, page.values) for text in sentences]
    # An English sentence cannot be judged; the Dutch one that stands beside it is.
    accepted = [found for found in judged if found.accepted]
    if not accepted:
        return " / ".join(sentences) or _TERM_EXAMPLE
    wrong = [
        text
        for text, found in zip(sentences, judged, strict=True)
        if not found.accepted and not _is_english(text)
    ]
    if wrong:
        return " / ".join(wrong)
    days = {found.days for found in accepted}
    if days != {letter.term_days}:
        return f"{', '.join(map(str, sorted(days)))} <> {letter.term_days}"
    return ""


def term_sentences(paragraphs: Iterable[str]) -> list[str]:
    """The sentences that say until when to pay."""
    found = []
    for paragraph in paragraphs:
        for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z\"“‘])", paragraph):
            if (
                _PAY_WORD.search(sentence)
                and _BY_WHEN.search(sentence)
                and _PERIOD.search(sentence)
            ):
                found.append(sentence)
    return list(dict.fromkeys(found))


def _is_english(sentence: str) -> bool:
    return bool(
        re.search(r"\b(you|your|the|this)\b", sentence, re.IGNORECASE)
    ) and not (
        re.search(r"\b(dagen|weken|binnen|uiterlijk)\b", sentence, re.IGNORECASE)
    )


def _announced(page: Page) -> str:
    letter = page.letter
    total = letter.announced.total if letter.announced else Decimal()
    amount = amount_text(total, letter.lang)
    if total and any(_names_costs(text, amount) for text in page.paragraphs):
        return ""
    return amount


def _names_costs(paragraph: str, amount: str) -> bool:
    return plain(amount) in paragraph and bool(_COSTS.search(paragraph))


def _vat(page: Page) -> str:
    letter = page.letter
    vat = letter.announced.vat if letter.announced else letter.costs_vat
    if not vat:
        return ""
    amount = amount_text(vat, letter.lang)
    for paragraph in page.paragraphs:
        if plain(amount) in paragraph and all(
            part.search(paragraph) for part in _DECLARATION
        ):
            return ""
    return amount


def _consequence(page: Page) -> str:
    """What happens if it is not paid; in a notice, that the costs are then owed."""
    letter = page.letter
    for paragraph in page.paragraphs:
        if paragraph in _HEADINGS or not _CONSEQUENCE.search(paragraph):
            continue
        if not letter.announced or _names_costs(
            paragraph, amount_text(letter.announced.total, letter.lang)
        ):
            return ""
    return "Betaalt u niet …" if letter.lang == "nl" else "If you do not pay …"


def _objection(page: Page) -> str:
    ways = [page.letter.collector.phone, page.letter.collector.email]
    for paragraph, heading in _with_heading(page.paragraphs):
        if _OBJECTION.search(f"{heading} {paragraph}") and (
            any(way and plain(way) in paragraph for way in ways) or not any(ways)
        ):
            return ""
    return LABELS["object_title"][page.letter.lang]


def _help(page: Page) -> str:
    missing = _missing(page, _DEBT_HELP)
    if not missing and not _MUNICIPALITY.search(page.text):
        return "gemeente" if page.letter.lang == "nl" else "municipality"
    return missing


def _complaints(page: Page) -> str:
    letter = page.letter
    where = letter.complaints_email or letter.collector.email or letter.collector.name
    for paragraph, heading in _with_heading(page.paragraphs):
        if _COMPLAINT.search(f"{heading} {paragraph}") and plain(where) in paragraph:
            return ""
    return where


def _with_heading(paragraphs: Sequence[str]):
    """Paragraphs, each with the one before it."""
    return zip(paragraphs, ["", *paragraphs], strict=False)


def _explanation(page: Page) -> str:
    """Every computed amount is explained: interest by claim, and costs."""
    letter = page.letter
    missing = []
    if letter.interest_asked:
        for claim in _open_claims(letter):
            for step in _periods(claim):
                missing.append(amount_text(step["amount"], letter.lang))
    steps = [step for steps in letter.costs_explained for step in steps]
    steps += letter.announced.steps if letter.announced else ()
    for step in steps:
        if step.get("amount"):
            missing.append(amount_text(step["amount"], letter.lang))
    return _missing(page, dict.fromkeys(missing))


def _schedule(page: Page) -> str:
    """Every instalment, and what they come to."""
    letter = page.letter
    words = [amount_text(letter.arrangement.get("total") or 0, letter.lang)]
    for _number, day, amount in letter.arrangement.get("instalments") or ():
        words += [short_date(day, letter.lang), amount_text(amount, letter.lang)]
    return _missing(page, dict.fromkeys(words))


def _allocation(page: Page) -> str:
    """What a payment pays first, and that the arrangement costs nothing."""
    words = labels(page.letter.lang)
    return _missing(page, [words["allocation_text"], words["no_fee_text"]])


def _instalment(page: Page) -> str:
    letter = page.letter
    return _missing(
        page,
        [
            amount_text(letter.to_pay, letter.lang),
            date_text(letter.pay_by, letter.lang),
        ],
    )


def _threats(page: Page) -> str:
    return ", ".join(sorted(threats(_without_facts(page.letter, page.text))))


def _without_facts(letter: Letter, text: str) -> str:
    """``text`` without what things are called and how amounts are explained: neither
    is a threat, whatever words are in it."""
    facts = [
        sentence
        for _heading, sentences in explanation_values(letter)["explanation"]
        for sentence in sentences.splitlines()
    ]
    parties = [letter.collector, letter.creditor, letter.debtor, letter.recipient]
    parties += [letter.handler] if letter.handler else []
    for party in parties:
        facts += [party.name, *party.address, party.email]
    facts += [claim.get("description") or "" for claim in letter.claims]
    facts += [letter.account.holder] if letter.account else []
    facts.append(Markup(letter.complaints_text).striptags())
    text = plain(text)
    for fact in sorted(map(plain, facts), key=len, reverse=True):
        text = text.replace(fact, " ") if fact else text
    return text


_TERM_EXAMPLE = "binnen vijftien dagen nadat deze brief bij u is bezorgd"
_BKI = "Bki (Stb. 2024, 44): inzichtelijkheid van de vordering"
_CONDUCT = "Bki (Stb. 2024, 44) en Rki: omgang met de schuldenaar"

#: By name, in the order of the letter.
ELEMENTS: dict[str, Element] = {
    "recipient": Element(_BKI, (*ASKING, *ARRANGING, "confirmation"), _recipient),
    "debtor": Element(_BKI, (*ASKING, "arrangement"), _debtor),
    "creditor": Element(_BKI, (*ASKING, "arrangement"), _creditor),
    "collector": Element(_BKI, (*ASKING, *ARRANGING), _collector),
    "registration": Element("art. 11 Wki", (*ASKING, *ARRANGING), _registration),
    "origin": Element(_BKI, ASKING, _origin),
    "invoices": Element(_BKI, ASKING, _invoices),
    "dates": Element(_BKI, ASKING, _dates),
    "principal": Element(_BKI, ASKING, _principal),
    "interest": Element(_BKI, ASKING, _interest),
    "costs": Element(_BKI, ASKING, _costs),
    "total": Element(_BKI, ASKING, _total),
    "explanation": Element(_BKI, ASKING, _explanation),
    "payment": Element(_CONDUCT, (*ASKING, *ARRANGING), _payment),
    "term": Element("art. 6:96 lid 6 BW; ECLI:NL:HR:2016:2704", ASKING, _term),
    "announced_costs": Element("art. 6:96 lid 6 BW", ("notice",), _announced),
    "vat_declaration": Element("art. 2 lid 3 BIK", ASKING, _vat),
    "consequence": Element("art. 6:96 lid 6 BW; Bki", _FORMAL, _consequence),
    "objection": Element(_CONDUCT, (*ASKING, "arrangement"), _objection),
    "help": Element(_CONDUCT, (*ASKING, *ARRANGING), _help),
    "complaints": Element(_CONDUCT, (*ASKING, *ARRANGING), _complaints),
    "schedule": Element(_BKI, ("arrangement",), _schedule),
    "allocation": Element("art. 6:44 BW; art. 2 BIK", ("arrangement",), _allocation),
    "stop": Element(_CONDUCT, ("arrangement",), _consequence),
    "instalment": Element(_CONDUCT, ("instalment",), _instalment),
    "threat": Element(_CONDUCT, ALL_KINDS, _threats),
}
