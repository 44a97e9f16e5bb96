"""Money as the law engine uses it: Decimal euro in whole cents, half a cent goes up."""

import re
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

_AMOUNT = re.compile(r"\d{1,13}(\.\d{1,2})?", re.ASCII)


def cents(amount: Decimal) -> Decimal:
    """Round ``amount`` (euro) half-up to whole cents.

    No article prescribes a rounding; half-up is what calculators in the field do.
    """
    return amount.quantize(CENT, ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal:
    """Read a non-negative amount in euro, such as ``1234.56``.

    :raise ValueError: not such a number, or more than two decimals. A comma or a
        thousands separator is refused rather than guessed.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError(
            f"{text!r} is not an amount in euro: write it like 1234.56, "
            "with a point, without thousands separators and at most two decimals"
        )
    return cents(Decimal(text))
