"""What a dossier comes to on a day, as plain values: quick to make by the thousand.

Between the records and the law engine: nothing of Odoo in here.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..law.amounts import ZERO, cents
from ..law.costs import (
    AgreedCosts,
    Costs,
    Debt,
    Readings,
    Recurring,
    business_costs,
    recurring_costs,
    scale_costs,
)
from ..law.interest import (
    Agreed,
    Convention,
    Interest,
    Reduction,
    Statutory,
    Suspension,
    interest,
    interest_in_default,
)
from ..law.steps import Step
from ..law.tables import InterestRates, Tables

# The statutory interest by what the debtor is.
STATUTORY_KINDS = {"consumer": "6:119", "business": "6:119a", "government": "6:119b"}
# Damages are outside the decree (art. 1 BIK); a judgment has its costs in it.
NO_COSTS = ("damages", "judgment")
_TOGETHER = "art. 6:96 lid 7 BW"


def euro(amount: int | None) -> Decimal:
    """Whole cents, as the database gives them, as euro."""
    return Decimal(amount).scaleb(-2) if amount else ZERO


class ClaimFacts(NamedTuple):
    """What a claim is, in the order in which the database is asked for it.

    Amounts are whole cents, so that they reach Decimal without a detour over float.
    """

    claim_id: int
    dossier_id: int
    is_held: bool
    name: str
    claim_kind: str
    invoice_date: date
    due_date: date
    close_date: date | None
    description: str | None
    recurring_contract: str | None
    invoice_amount: int | None
    amount: int
    interest_kind: str
    interest_percentage: float | None = None
    interest_per: str | None = None
    interest_compound: bool | None = None
    interest_stop_date: date | None = None
    cost_rule: str = "scale"
    cost_percentage: float | None = None
    cost_minimum: int | None = None
    costs_due_from: date | None = None
    costs_date: date | None = None
    costs_base: int | None = None
    costs_amount: int | None = None
    notice_id: int | None = None
    limitation_date: date | None = None


class ClaimBalance(NamedTuple):
    """What is owed on one claim. Amounts are euro.

    :param claim_kind: a key of ``CLAIM_KINDS``
    :param interest_kind: a key of ``INTEREST_KINDS``
    :param principal: still open
    :param interest: accrued and not paid, whether it was booked and claimed or not
    :param interest_booked: all interest in the ledger, paid or not
    :param interest_total: all interest there is, paid or not: what the ledger holds
        once it is booked
    :param costs_date: the day on which costs were charged for this claim, if they were
    :param costs_base: the principal over which they were charged
    :param costs_amount: this claim's share in those costs
    :param is_held: a hold stops this claim, or the dossier as a whole
    :param result: what the law engine found; None where no interest runs, or where the
        claim was closed and only the ledger counts
    """

    claim_id: int
    name: str
    claim_kind: str
    interest_kind: str
    invoice_date: date
    due_date: date
    description: str
    recurring_contract: str
    invoice_amount: Decimal
    amount: Decimal
    principal: Decimal
    interest: Decimal
    interest_booked: Decimal
    interest_total: Decimal
    cost_rule: str
    cost_percentage: Decimal
    cost_minimum: Decimal
    costs_due_from: date | None
    costs_date: date | None
    costs_base: Decimal
    costs_amount: Decimal
    notice_id: int | None
    limitation_date: date | None
    is_held: bool
    result: Interest | None

    @property
    def steps(self) -> list[dict]:
        """How the interest came about, as JSON values; made when asked for."""
        return [step.as_json() for step in self.result.steps] if self.result else []

    @property
    def periods(self) -> list[dict]:
        """The periods of interest as JSON values: from, through, days, base,
        percentage and amount."""
        return [
            {
                "start": segment.start.isoformat(),
                "end": segment.end.isoformat(),
                "days": segment.days,
                "base": str(segment.base),
                "percentage": str(segment.percentage),
                "amount": str(segment.amount),
            }
            for segment in (self.result.segments if self.result else ())
        ]

    def as_json(self) -> dict:
        """As it is kept with a message: amounts as strings, dates as ISO strings."""
        return {
            "claim_id": self.claim_id,
            "name": self.name,
            "description": self.description,
            "invoice_date": self.invoice_date.isoformat(),
            "due_date": self.due_date.isoformat(),
            "invoice_amount": str(self.invoice_amount),
            "amount": str(self.amount),
            "principal": str(self.principal),
            "interest": str(self.interest),
            "interest_kind": self.interest_kind,
            "periods": self.periods,
            "steps": self.steps,
        }


class DossierBalance(NamedTuple):
    """What is owed in a dossier at the end of ``on_date``. Amounts are euro.

    :param claims: in the order of their due dates
    :param interest_claimed: a message asked for interest on that day or before; until
        then a payment pays none
    """

    dossier_id: int
    on_date: date
    principal: Decimal
    interest: Decimal
    costs: Decimal
    claims: Sequence[ClaimBalance]
    interest_claimed: bool

    @property
    def total(self) -> Decimal:
        """Principal, interest and costs."""
        return self.principal + self.interest + self.costs

    @property
    def due(self) -> Decimal:
        """What has been asked for: without interest that was never claimed."""
        return (
            self.principal
            + self.costs
            + (self.interest if self.interest_claimed else ZERO)
        )

    def without_held(self) -> "DossierBalance":
        """What may be asked for now: without the claims that a hold stops, and without
        the costs that were charged for them."""
        claims = [claim for claim in self.claims if not claim.is_held]
        if len(claims) == len(self.claims):
            return self
        return self._replace(
            claims=claims,
            principal=sum((claim.principal for claim in claims), ZERO),
            interest=sum((claim.interest for claim in claims), ZERO),
            costs=self.costs - self.held_costs,
        )

    def with_all_free(self) -> "DossierBalance":
        """The same balance as if no hold stopped anything: to tell what is owed, not to
        ask for it."""
        return self._replace(
            claims=[claim._replace(is_held=False) for claim in self.claims]
        )

    @property
    def held_costs(self) -> Decimal:
        """The part of the open costs that was charged for claims that a hold stops.

        Paid costs are not divided over claims: what is left of them is taken to be for
        the claims that are held first, which is the lowest for who is asked for it.
        """
        charged = [claim.costs_amount for claim in self.claims if claim.is_held]
        return max(min(sum(charged, ZERO), self.costs), ZERO)

    def as_json(self) -> dict:
        """As it is kept with a message: amounts as strings, dates as ISO strings."""
        return {
            "date": self.on_date.isoformat(),
            "principal": str(self.principal),
            "interest": str(self.interest),
            "costs": str(self.costs),
            "total": str(self.total),
            "claims": [claim.as_json() for claim in self.claims],
        }


class Ledger:
    """The entries of one claim up to a day, in euro.

    :param principal: what came in as a claim
    :param interest: what was booked as interest
    :param reductions: what went off either
    """

    __slots__ = ("interest", "principal", "reductions")

    def __init__(self, principal: Decimal = ZERO):
        self.principal = principal
        self.interest = ZERO
        self.reductions: list[Reduction] = []


class Engine:
    """Interest of many claims on one day, under one company's conventions."""

    def __init__(self, rates: InterestRates, convention: Convention, on_date: date):
        self.rates = rates
        self.convention = convention
        self.on_date = on_date

    def claim_balance(
        self,
        facts: ClaimFacts,
        debtor_type: str,
        ledger: Ledger,
        freezes: Iterable[Suspension] = (),
    ) -> ClaimBalance:
        """What is owed on one claim. Of a closed one only the ledger counts."""
        paid_principal = paid_interest = ZERO
        for reduction in ledger.reductions:
            paid_principal += reduction.principal
            paid_interest += reduction.interest
        result = None
        total = ledger.interest
        if facts.close_date is None or facts.close_date > self.on_date:
            total = ZERO
            if (
                facts.interest_kind != "none"
                and ledger.principal > 0
                and facts.due_date < self.on_date
            ):
                result = self._interest(facts, debtor_type, ledger, freezes)
                total = result.interest
        return ClaimBalance(
            facts.claim_id,
            facts.name,
            facts.claim_kind,
            facts.interest_kind,
            facts.invoice_date,
            facts.due_date,
            facts.description or "",
            facts.recurring_contract or "",
            euro(facts.invoice_amount or facts.amount),
            euro(facts.amount),
            ledger.principal - paid_principal,
            total - paid_interest,
            ledger.interest,
            total,
            facts.cost_rule,
            Decimal(str(facts.cost_percentage or 0)),
            euro(facts.cost_minimum),
            facts.costs_due_from,
            facts.costs_date,
            euro(facts.costs_base),
            euro(facts.costs_amount),
            facts.notice_id,
            facts.limitation_date,
            facts.is_held,
            result,
        )

    def _interest(self, facts, debtor_type, ledger, freezes):
        history = {
            "reductions": ledger.reductions,
            "insolvent": facts.interest_stop_date,
            "suspended": freezes,
            "convention": self.convention,
        }
        principal, due, until = ledger.principal, facts.due_date, self.on_date
        if facts.interest_kind != "agreed":
            terms = Statutory(facts.interest_kind)
            return interest(principal, due, until, terms, self.rates, **history)
        agreed = Agreed(
            Decimal(str(facts.interest_percentage)),
            facts.interest_per or "year",
            bool(facts.interest_compound),
        )
        kind = STATUTORY_KINDS[debtor_type]
        return interest_in_default(
            kind, agreed, principal, due, until, self.rates, **history
        )


class Bill:
    """Collection costs over claims, with what was charged for others subtracted.

    :param charged: claims of the dossier for which costs were charged before
    :param fresh: those for which they were not
    :param on_date: whose scale applies
    :param vat: percentage on top
    """

    def __init__(
        self,
        charged: Sequence[ClaimBalance],
        fresh: Sequence[ClaimBalance],
        on_date: date,
        tables: Tables,
        vat: Decimal,
    ):
        self.charged = charged
        self.fresh = fresh
        self.on_date = on_date
        self.tables = tables
        self.vat = vat

    def costs(
        self,
        debtor_type: str,
        readings: Readings,
        history: Callable[[str], Iterable[tuple[date, Decimal, Decimal]]],
    ) -> Costs:
        """What the law allows.

        :param history: for a recurring contract, the due date, principal and costs
            (with VAT) of the instalments charged before, in any dossier
        """
        if debtor_type == "consumer":
            return self._consumer(readings, history)
        return self._business()

    def _consumer(self, readings, history):
        """By the scale; instalments of a recurring contract by the cumulation rule,
        where that is lower."""
        together = self._net(self._scale, self.charged, self.fresh)
        contracts = {claim.recurring_contract for claim in self.fresh} - {""}
        if not contracts:
            return together
        parts = [
            recurring_costs(
                [
                    Debt(claim.due_date, claim.principal)
                    for claim in self.fresh
                    if claim.recurring_contract == contract
                ],
                self.on_date,
                self.tables,
                Recurring(self._charged_before(history(contract)), readings),
                self.vat,
            )
            for contract in sorted(contracts)
        ]
        single = [claim for claim in self.fresh if not claim.recurring_contract]
        if single:
            charged = [c for c in self.charged if not c.recurring_contract]
            parts.append(self._net(self._scale, charged, single))
        return min(together, _sum(parts), key=lambda costs: costs.total)

    def _business(self):
        """By the creditor's terms, or else by the scale; at least the amount of art.
        6:96 lid 4 BW."""

        def rule(claim):
            if claim.cost_rule == "terms":
                return AgreedCosts(claim.cost_percentage, claim.cost_minimum)
            return None

        return _sum(
            [
                self._net(
                    lambda principals, agreed=agreed: self._trade(principals, agreed),
                    [claim for claim in self.charged if rule(claim) == agreed],
                    [claim for claim in self.fresh if rule(claim) == agreed],
                )
                for agreed in dict.fromkeys(map(rule, self.fresh))
            ]
        )

    def _charged_before(self, history):
        """What small instalments cost before, without VAT."""
        below = self.tables.values.find("instalment_below", self.on_date)
        return [
            (due, cents(costs * 100 / (100 + self.vat)))
            for due, base, costs in history
            if below is None or base < below
        ]

    def _scale(self, principals):
        return scale_costs(principals, self.on_date, self.tables, self.vat)

    def _trade(self, principals, agreed):
        return business_costs(
            sum(principals, ZERO),
            self.on_date,
            self.tables,
            last_payment_day=max(claim.due_date for claim in self.fresh),
            agreed=agreed,
            vat=self.vat,
        )

    @staticmethod
    def _net(rule, charged, fresh):
        """The costs over all claims, less what was charged for some of them."""
        costs = rule(
            [claim.costs_base for claim in charged]
            + [claim.principal for claim in fresh]
        )
        before = sum((claim.costs_amount for claim in charged), ZERO)
        if not before:
            return costs
        left = max(costs.total - before, ZERO)
        step = Step("costs.charged_before", _TOGETHER, left, {"before": before})
        return lowered(costs, left, step)


def lowered(costs: Costs, total: Decimal, step: Step) -> Costs:
    """Costs that come to a lower ``total``, with as large a part for VAT as before.

    :param step: why
    """
    vat = cents(total * costs.vat / costs.total) if costs.total else ZERO
    reason = None if total else "no_principal"
    return Costs(total - vat, vat, reason, [*costs.steps, step])


def shares(total: Decimal, claims: Sequence[ClaimBalance]) -> list[Decimal]:
    """Divide costs over claims by their principal; the last takes what is left."""
    principal = sum((claim.principal for claim in claims), ZERO)
    parts = [cents(total * claim.principal / principal) for claim in claims[:-1]]
    return [*parts, total - sum(parts, ZERO)]


def _sum(parts: Sequence[Costs]) -> Costs:
    """Costs of several groups of claims as one."""
    if len(parts) == 1:
        return parts[0]
    steps = [step for costs in parts for step in costs.steps]
    amount = sum((costs.amount for costs in parts), ZERO)
    vat = sum((costs.vat for costs in parts), ZERO)
    reason = None if any(costs.due for costs in parts) else parts[0].reason
    return Costs(amount, vat, reason, steps)
