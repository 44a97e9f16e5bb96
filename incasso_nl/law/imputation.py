"""What a payment pays: which claim, and which part of it; art. 6:43 and 6:44 BW.

A payment goes to one claim after the other in the order of art. 6:43, and inside each
to costs, interest and principal in the order of art. 6:44. Costs of a dossier as a
whole, such as one compensation over added principals (art. 6:96 lid 7 BW), belong to
every claim in it and are paid before all of them.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal, NamedTuple

from .amounts import CENT, ZERO, cents
from .steps import Step, StepValue

Part = Literal["costs", "interest", "principal"]

# Art. 6:44 lid 1 BW.
LEGAL_ORDER: tuple[Part, ...] = ("costs", "interest", "principal")
# While the term of a consumer's notice runs: the costs are not owed yet (art. 6:96
# lid 6 BW), and what is paid on the principal lowers them.
NOTICE_TERM_ORDER: tuple[Part, ...] = ("principal", "interest")


class Parts(NamedTuple):
    """Costs, interest and principal, in euro."""

    costs: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All three together."""
        return self.costs + self.interest + self.principal


class Imputed(NamedTuple):
    """What a payment paid of one claim, what is left of it and of the payment."""

    paid: Parts
    left: Parts
    credit: Decimal
    steps: Sequence[Step]


class Claim(NamedTuple):
    """A claim to which a payment may go.

    :param key: by which the caller knows the claim
    :param open: what is owed on it
    :param due: first day on which it can be claimed (opeisbaar)
    :param since: the day it arose, by which its age is judged; default ``due``
    :param burden: how onerous it is for the debtor: the larger, the more, such as the
        interest a year
    """

    key: Hashable
    open: Parts
    due: date
    since: date | None = None
    burden: Decimal = ZERO


class Distribution(NamedTuple):
    """What a payment paid of several claims.

    :param dossier_costs: paid of the costs that belong to all claims
    :param claims: by key, for every claim in the order given: what was paid and left
    :param credit: what was paid too much
    """

    dossier_costs: Decimal
    claims: dict[Hashable, Imputed]
    credit: Decimal
    steps: Sequence[Step]


def impute(
    owed: Parts, payment: Decimal, order: Sequence[Part] = LEGAL_ORDER
) -> Imputed:
    """Impute ``payment`` to one claim; art. 6:44 lid 1 BW.

    :param owed: costs, accrued interest and principal that are owed
    :param payment: euro
    :param order: what is paid first. A part that is left out is not owed, and gets
        nothing: what remains is credit.
    :raise ValueError: an amount below zero
    """
    if payment < 0 or min(owed) < 0:
        raise ValueError("a payment or a part of a claim is below zero")
    rest, paid = payment, dict.fromkeys(Parts._fields, ZERO)
    steps = []
    article = "art. 6:44 lid 1 BW" if order == LEGAL_ORDER else "art. 6:96 lid 6 BW"
    for part in order:
        amount = getattr(owed, part)
        paid[part] = min(rest, amount)
        rest -= paid[part]
        if paid[part]:
            values = {"open": amount, "left": amount - paid[part]}
            steps.append(Step(f"imputation.{part}", article, paid[part], values))
    if rest:
        steps.append(_credit_step(rest))
    done = Parts(**paid)
    return Imputed(done, _minus(owed, done), rest, steps)


def impute_claims(
    claims: Iterable[Claim],
    payment: Decimal,
    day: date,
    *,
    designated: Sequence[Hashable] = (),
    dossier_costs: Decimal = ZERO,
    order: Sequence[Part] = LEGAL_ORDER,
) -> Distribution:
    """Impute ``payment``, made on ``day``, to several claims; art. 6:43 and 6:44 BW.

    First the claims that the debtor designated (lid 1); then those that are due; of
    these the most onerous, of these the oldest, and of those just as old each in
    proportion to what is owed on it (lid 2). Cents that do not divide go to the largest
    remainders, and among equal remainders to the claim given first.

    :param designated: keys of the claims the debtor named, in that order
    :param dossier_costs: costs owed that belong to all claims; they are paid first
    :raise ValueError: an amount below zero, two claims with one key, an unknown key
    """
    claims = list(claims)
    known = {claim.key: claim for claim in claims}
    if len(known) != len(claims):
        raise ValueError("two claims have the same key")
    for key in designated:
        if key not in known:
            raise ValueError(f"the payment names a claim that is not here: {key!r}")
    of_all = impute(Parts(costs=dossier_costs), payment)
    rest, steps = of_all.credit, list(of_all.steps[:1] if dossier_costs else ())
    imputed: dict[Hashable, Imputed] = {}
    for rule, group in _groups(claims, day, designated):
        owed = [sum((getattr(c.open, part) for part in order), ZERO) for c in group]
        amount = min(rest, sum(owed, ZERO))
        rest -= amount
        for claim, share in zip(group, _proportional(amount, owed), strict=True):
            imputed[claim.key] = impute(claim.open, share, order)
            if share:
                steps.append(_claim_step(rule, claim, share))
                steps += imputed[claim.key].steps
    if rest:
        steps.append(_credit_step(rest))
    by_key = {key: imputed[key] for key in known}
    return Distribution(of_all.paid.costs, by_key, rest, steps)


def unpaid_vat(principal_left: Decimal, invoice: Decimal, vat: Decimal) -> Decimal:
    """The VAT in what is left unpaid of an invoice; art. 29 Wet OB 1968.

    What was paid goes to costs and interest first (art. 6:44 BW): the VAT is that in
    the principal that is left, in proportion.

    :param invoice: the invoice with VAT
    :param vat: the VAT in it
    :raise ValueError: more is left than the invoice was, or an amount below zero
    """
    if not 0 <= principal_left <= invoice or not 0 <= vat <= invoice:
        raise ValueError("the unpaid part and the VAT must be within the invoice")
    return cents(principal_left * vat / invoice) if invoice else ZERO


def _minus(owed: Parts, paid: Parts) -> Parts:
    return Parts(*(a - b for a, b in zip(owed, paid, strict=True)))


def _credit_step(amount: Decimal) -> Step:
    return Step("imputation.credit", "art. 6:203 BW", amount, {})


def _claim_step(rule: str, claim: Claim, share: Decimal) -> Step:
    lid = 1 if rule == "imputation.designated" else 2
    values: dict[str, StepValue] = {"claim": str(claim.key), "due": claim.due}
    return Step(rule, f"art. 6:43 lid {lid} BW", share, values)


def _groups(claims: list[Claim], day: date, designated: Sequence[Hashable]):
    """The claims in the order of art. 6:43 BW: the rule, and claims that are equal."""
    named = {key: place for place, key in reversed(list(enumerate(designated)))}

    def rank(claim: Claim):
        if claim.key in named:
            return 0, named[claim.key]
        since = claim.since or claim.due
        return 1, claim.due > day, -claim.burden, since

    for _, equal in groupby(sorted(claims, key=rank), key=rank):
        group = list(equal)
        if group[0].key in named:
            yield "imputation.designated", group
        elif len(group) > 1:
            yield "imputation.proportional", group
        else:
            yield "imputation.claim", group


def _proportional(amount: Decimal, owed: list[Decimal]) -> list[Decimal]:
    """``amount`` in cents, divided in proportion to ``owed`` without losing a cent."""
    total = sum(owed, ZERO)
    if not total:
        return [ZERO] * len(owed)
    # In whole cents, so that a division is exact and no remainder depends on precision.
    left, whole = int(amount / CENT), int(total / CENT)
    divided = [divmod(left * int(part / CENT), whole) for part in owed]
    missing = left - sum(share for share, _ in divided)
    by_remainder = sorted(range(len(owed)), key=lambda i: -divided[i][1])
    extra = set(by_remainder[:missing])
    return [(share + (i in extra)) * CENT for i, (share, _) in enumerate(divided)]
