"""The notice of collection costs (14-dagenbrief): its term, its wording, its defects.

Art. 6:96 lid 6 and 7 BW as HR 25 November 2016, ECLI:NL:HR:2016:2704 reads it: the
fourteen days begin on the day after the debtor received the notice, and a notice that
gives less, or that confuses, has no effect at all.
"""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from .amounts import ZERO
from .calendar import ONE_DAY, SUNDAY, Calendar
from .steps import Step
from .tables import LegalValues
from .wording import CASE, judge_wording

ARTICLE = "art. 6:96 lid 6 BW"
RECEIPT = "art. 3:37 lid 3 BW"

MONDAY = 0


# === THE TERM === #


class NoticeTerm(NamedTuple):
    """When a notice of costs was received and when its term ends.

    :param sent: day of sending
    :param received: day on which it was, or is taken to be, received
    :param last_free_day_statute: the fourteenth day after receipt, before any extension
    :param last_free_day_text: the last day that the notice's own wording promises
    :param last_free_day: the last day to pay without costs, extended by the Atw
    :param costs_due_from: first day on which the law allows the costs
    :param charge_from: first day on which to charge them: later than
        ``costs_due_from`` only where a safe distance or bank days were asked for
    :param steps: how these days came about
    :param warnings: steps that say what the reader should check
    """

    sent: date
    received: date
    last_free_day_statute: date
    last_free_day_text: date
    last_free_day: date
    costs_due_from: date
    charge_from: date
    steps: list[Step]
    warnings: list[Step]


def received_by_post(sent: date, calendar: Calendar, values: LegalValues) -> date:
    """The day on which ordinary post sent on ``sent`` is taken to be delivered.

    The second day after sending; a Sunday, Monday or holiday counts neither as day in
    between nor as day of delivery (ECLI:NL:HR:2016:2704). A day equated with a holiday
    is left out too: that moves the day in favour of the debtor.
    """
    left = _value("notice_delivery_days", sent, values)
    day = sent
    while left:
        day += ONE_DAY
        if day.weekday() not in (SUNDAY, MONDAY) and not calendar.is_holiday(day):
            left -= 1
    return day


def notice_term(
    sent: date,
    by: str,
    calendar: Calendar,
    values: LegalValues,
    *,
    delivered: date | None = None,
    term_days: int | None = None,
    extend: bool = True,
    safe_distance: bool = False,
    bank_days: int = 0,
) -> NoticeTerm:
    """When a notice of costs is received, and until when to pay without costs.

    :param by: ``post``, taken to arrive as :func:`received_by_post` says, or
        ``e-mail``, which arrives on the day it is sent
    :param delivered: the day of delivery where it is known or can be proven
        (registered post, bailiff): it takes the place of the presumption
    :param term_days: days after the day of receipt that the notice promises, as
        :func:`~.wording.judge_wording` reads them; by default those of "binnen vijftien
        dagen nadat deze brief bij u is bezorgd"
    :param extend: whether a term that ends on a Saturday, Sunday or holiday runs to the
        next working day, as art. 1 Atw has it for terms set by law. Whether the Atw
        covers this term is not settled: extending is in favour of the debtor.
    :param safe_distance: whether to charge no costs within three weeks after sending,
        the distance that is safe in cases without defence
    :param bank_days: working days to wait after the term for payments in transit
    :raise ValueError: impossible dates, a term shorter than the law's, another way of
        sending, or a notice from before the act
    """
    days = _value("notice_days", sent, values)
    if term_days is None:
        term_days = _value("notice_days_after_receipt", sent, values)
    if term_days < days:
        raise ValueError(f"a notice gives {days} days or more, not {term_days}")
    received, steps = _receipt(sent, by, delivered, calendar, values)
    statute = received + timedelta(days=days)
    text = received + timedelta(days=term_days)
    steps += [
        Step("notice.statute", ARTICLE, None, {"days": days, "last_day": statute}),
        Step("notice.text", CASE, None, {"days": term_days, "last_day": text}),
    ]
    last = text
    if extend:
        last = calendar.extended(text)
        if last != text:
            shown = {"ends": text, "last_day": last}
            steps.append(Step("notice.extended", "art. 1 lid 1 Atw", None, shown))
    due = charge = last + ONE_DAY
    steps.append(Step("notice.costs_due", ARTICLE, None, {"day": due}))
    if safe_distance:
        safe = sent + timedelta(days=_value("notice_safe_days", sent, values))
        charge = max(charge, safe)
        steps.append(Step("notice.safe_distance", CASE, None, {"day": charge}))
    if bank_days:
        charge = calendar.add_working_days(charge, bank_days)
        shown = {"days": bank_days, "day": charge}
        steps.append(Step("notice.bank_days", "art. 6:114 BW", None, shown))
    known = calendar.decrees_until
    warnings = []
    if known is not None and last > known:
        shown = {"until": known}
        warnings.append(Step("notice.decrees", "art. 3 lid 3 Atw", None, shown))
    return NoticeTerm(sent, received, statute, text, last, due, charge, steps, warnings)


def _receipt(
    sent: date,
    by: str,
    delivered: date | None,
    calendar: Calendar,
    values: LegalValues,
) -> tuple[date, list[Step]]:
    if by not in ("post", "e-mail"):
        raise ValueError(f"a notice goes by post or e-mail, not by {by!r}")
    if delivered is not None:
        if delivered < sent:
            raise ValueError(f"delivered on {delivered}, before it was sent on {sent}")
        shown = {"sent": sent, "received": delivered}
        return delivered, [Step("notice.delivered", RECEIPT, None, shown)]
    if by == "e-mail":
        shown = {"sent": sent, "received": sent}
        return sent, [Step("notice.e-mail", RECEIPT, None, shown)]
    received = received_by_post(sent, calendar, values)
    shown = {"sent": sent, "received": received}
    return received, [Step("notice.post", CASE, None, shown)]


def _value(code: str, day: date, values: LegalValues) -> int:
    value = values.find(code, day)
    if value is None:
        raise ValueError(f"{ARTICLE} was not in force on {day}")
    return int(value)


# === THE DEFECTS === #


class NoticeText(NamedTuple):
    """What a notice of costs says.

    :param sent: day of sending
    :param term: the sentence that sets the term
    :param claims: what identifies the claims that it demands
    :param costs: the collection costs that it announces, in euro without VAT; None
        where it names no amount (a percentage or a maximum is no amount)
    :param vat: the VAT on the costs that it announces, in euro
    :param vat_declared: whether the creditor declares that the VAT cannot be recovered
        and that the costs were raised for it
    :param consequence: whether it says that the costs are owed when the term passes
        without payment, and not when it is kept
    """

    sent: date
    term: str
    claims: Collection[str]
    costs: Decimal | None
    vat: Decimal = ZERO
    vat_declared: bool = False
    consequence: bool = True


def notice_defects(
    notice: NoticeText,
    values: LegalValues,
    *,
    in_default_from: date | None,
    claims: Collection[str],
    costs: Decimal,
    vat: Decimal = ZERO,
) -> list[Step]:
    """What makes a notice of costs invalid; none left means that it holds.

    With a single defect no collection costs are owed, and a new complete notice is
    needed: a short extra term does not mend it (ECLI:NL:HR:2016:2704).

    :param in_default_from: first day on which the debtor is in default (verzuim) with
        all claims; None where that is not so
    :param claims: all claims on this debtor that can be dunned now: one notice must
        hold them all (lid 7)
    :param costs: what the law allows for these claims together, in euro without VAT
    :param vat: the VAT that is claimed on top of it, in euro; zero where none is
    :return: a step a defect, with its article
    """
    defects = []

    def add(rule: str, article: str = ARTICLE, **shown) -> None:
        defects.append(Step(f"notice.defect.{rule}", article, None, shown))

    if in_default_from is None:
        add("not_in_default", f"{ARTICLE}, art. 6:81 BW")
    elif notice.sent < in_default_from:
        add(
            "too_early",
            f"{ARTICLE}, art. 6:81 BW",
            sent=notice.sent,
            default=in_default_from,
        )
    wording = judge_wording(notice.term, notice.sent, values)
    if not wording.accepted:
        defects.append(wording.step)
    if not notice.consequence:
        add("no_consequence")
    missing = set(claims) - set(notice.claims)
    if missing:
        add("claims_missing", "art. 6:96 lid 7 BW", count=len(missing))
    if set(notice.claims) - set(claims):
        add("claims_extra", count=len(set(notice.claims) - set(claims)))
    if notice.costs is None:
        add("no_amount")
    elif notice.costs != costs:
        add("wrong_amount", stated=notice.costs, allowed=costs)
    if notice.vat != vat:
        add("wrong_vat", "art. 2 lid 3 BIK", stated=notice.vat, allowed=vat)
    if (vat or notice.vat) and not notice.vat_declared:
        add("vat_not_declared", "art. 2 lid 3 BIK")
    return defects
