"""What a dossier comes to on a day, as plain values: quick to make by the thousand."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..law.amounts import ZERO
from ..law.interest import Interest


class ClaimBalance(NamedTuple):
    """What is owed on one claim. Amounts are euro.

    :param claim_kind: a key of ``CLAIM_KINDS``
    :param interest_kind: a key of ``INTEREST_KINDS``
    :param principal: still open
    :param interest: accrued and not paid, whether it was booked and claimed or not
    :param interest_booked: all interest in the ledger, paid or not
    :param interest_total: all interest there is, paid or not: what the ledger holds once
        it is booked
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
        return self.principal + self.costs + (
            self.interest if self.interest_claimed else ZERO
        )

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
