"""When a payment is late, and which interest then runs; art. 6:81 to 6:83, 6:119 to
6:119b BW.

The numbers of days are in :mod:`.tables`; all of them count from the start of the day
after the invoice, the performance or its acceptance was received.
"""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from .periods import ONE_DAY
from .steps import Step
from .tables import LegalValues

Debtor = Literal["consumer", "business", "government"]


class PaymentTerm(NamedTuple):
    """The last day of payment, and the first day with interest after it."""

    last_day: date
    first_interest_day: date
    steps: list[Step]


class Received(NamedTuple):
    """What the term of payment counts from; art. 6:119a and 6:119b lid 2 BW.

    :param invoice: the day the debtor received the invoice, None where it is not known
    :param performance: the day they received what was delivered or done
    :param accepted: where acceptance or a check was agreed, the day of it, or the last
        day for it where the debtor did not speak
    :param long_acceptance: the agreement expressly gives more time for that than lid 4
        allows, and that is not grossly unfair to the creditor
    """

    invoice: date | None = None
    performance: date | None = None
    accepted: date | None = None
    long_acceptance: bool = False

    def start(self, values: LegalValues) -> tuple[date, str]:
        """The day after which the term starts, and the letter of lid 2 that says so.

        :raise ValueError: nothing was received
        """
        accepted = self.accepted
        if accepted and self.performance and not self.long_acceptance:
            days = values.find("term_acceptance", self.performance)
            if days is not None:
                latest = self.performance + timedelta(days=int(days))
                accepted = min(accepted, latest)
        if accepted and (not self.invoice or self.invoice < accepted):
            return accepted, "c"
        if self.performance and (not self.invoice or self.invoice < self.performance):
            return self.performance, "b"
        if self.invoice:
            return self.invoice, "a"
        raise ValueError("a term of payment starts with an invoice or a performance")


def interest_kind(debtor: Debtor, trade_agreement: bool = True) -> str:
    """The kind of statutory interest that ``debtor`` owes.

    Commercial interest needs a trade agreement (handelsovereenkomst, art. 6:119a lid 1
    BW), which a consumer cannot conclude; without one it is art. 6:119 BW.

    :raise ValueError: no such debtor
    """
    kinds = {"consumer": "6:119", "business": "6:119a", "government": "6:119b"}
    if debtor not in kinds:
        raise ValueError(f"a debtor is a {', '.join(kinds)}, not {debtor!r}")
    return kinds[debtor] if trade_agreement else "6:119"


def default_term(last_day: date, *, demanded: bool = False) -> PaymentTerm:
    """The first day of default with an ordinary debt, such as that of a consumer.

    :param last_day: of a term that was agreed for payment (art. 6:83 sub a BW). A term
        that only the invoice mentions was not agreed. With ``demanded``: of the
        reasonable term that a written demand set (art. 6:82 lid 1 BW).
    """
    article = "art. 6:82 lid 1 BW" if demanded else "art. 6:83 sub a BW"
    return _term(last_day, "terms.demanded" if demanded else "terms.agreed", article)


def business_term(
    received: Received,
    values: LegalValues,
    *,
    agreed_last_day: date | None = None,
    express: bool = False,
    large_debtor: bool = False,
    small_creditor: bool = False,
    agreed_on: date | None = None,
) -> PaymentTerm:
    """The term of payment under a trade agreement; art. 6:119a BW.

    Without an agreed day the term of lid 2. An agreed day holds up to the maximum of
    lid 5, and beyond it where the longer term is ``express``; if not, the maximum takes
    its place. A large company can agree no longer than lid 6 allows with a small or
    medium-sized creditor: a longer term is void and lid 2 applies.

    :param agreed_last_day: last day of payment that the parties agreed
    :param express: a longer term stands in the agreement expressly, and is not grossly
        unfair to the creditor
    :param large_debtor: the debtor is a large company
    :param small_creditor: the creditor is a small or medium-sized company
    :param agreed_on: the day of the agreement; default the day the term starts from
    :raise ValueError: neither a day was agreed nor anything received
    """
    if agreed_last_day is None:
        return _legal_term(received, values, "6:119a")
    if received == Received():
        return _term(agreed_last_day, "terms.agreed", "art. 6:119a lid 1 BW")
    start, _letter = received.start(values)
    large = values.find("term_large_debtor", agreed_on or start)
    if large is None:
        large = values.find("term_large_debtor_running", start)
    if large_debtor and small_creditor and large is not None:
        if (agreed_last_day - start).days > large:
            term = _legal_term(received, values, "6:119a")
            void = Step(
                "terms.void", "art. 6:119a lid 6 BW", None, {"day": agreed_last_day}
            )
            return term._replace(steps=[void, *term.steps])
    elif not express:
        maximum = values.find("term_maximum", start)
        if maximum is not None and (agreed_last_day - start).days > maximum:
            return _days_after(start, int(maximum), "art. 6:119a lid 5 BW")
    return _term(agreed_last_day, "terms.agreed", "art. 6:119a lid 1 BW")


def government_term(
    received: Received,
    values: LegalValues,
    *,
    agreed_last_day: date | None = None,
    justified: bool = False,
) -> PaymentTerm:
    """The term of payment of a government; art. 6:119b BW.

    An agreed day holds within the term of lid 5; a longer one only where it is
    ``justified``, and never beyond the maximum of lid 5.

    :param justified: a longer term stands in the agreement expressly, and the special
        nature of the agreement justifies it
    :raise ValueError: neither a day was agreed nor anything received
    """
    if agreed_last_day is None:
        return _legal_term(received, values, "6:119b")
    if received == Received():
        return _term(agreed_last_day, "terms.agreed", "art. 6:119b lid 1 BW")
    start, _letter = received.start(values)
    code = "term_government_maximum" if justified else "term_government"
    longest = int(values.at(code, start))
    if (agreed_last_day - start).days > longest:
        return _days_after(start, longest, "art. 6:119b lid 5 BW")
    return _term(agreed_last_day, "terms.agreed", "art. 6:119b lid 1 BW")


def _legal_term(received: Received, values: LegalValues, kind: str) -> PaymentTerm:
    start, letter = received.start(values)
    days = int(values.at("term_default", start))
    return _days_after(start, days, f"art. {kind} lid 2 sub {letter} BW")


def _days_after(start: date, days: int, article: str) -> PaymentTerm:
    last_day = start + timedelta(days=days)
    step = Step("terms.days", article, None, {"days": days, "start": start + ONE_DAY})
    term = _term(last_day, "terms.last_day", article)
    return term._replace(steps=[step, *term.steps])


def _term(last_day: date, rule: str, article: str) -> PaymentTerm:
    first = last_day + ONE_DAY
    return PaymentTerm(
        last_day, first, [Step(rule, article, None, {"last": last_day, "first": first})]
    )
