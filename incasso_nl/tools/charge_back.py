"""What the text of money that left an account says: that it went back, and of which
payment.

Pure text, as :mod:`.remittance`.
"""

import re
from collections.abc import Iterable

from .remittance import plain

# How banks say it, with the reason codes of SEPA (EPC173-14): AC04 account closed, AM04
# insufficient funds, MD06 refunded at the payer's request ...
_SIGN = re.compile(
    r"(?<![A-Z])(?:STORN\w*|GESTORNEERD\w*|TERUGBOEK\w*|TERUGGEBOEKT\w*|CHARGE[ -]?BACK"
    r"|RETURNED|REVERSAL|R-TRANSACTI\w*)"
    r"|(?<![0-9A-Z])(?:A[CGM]|BE|CNOR|FF|MD|MS|R[CR]|SL)\d\d(?![0-9A-Z])",
)
_LEAST_LENGTH = 6
_LEAST_DIGITS = 3


def says_it_went_back(texts: Iterable[str]) -> bool:
    """Whether the bank says of a payment that it went back."""
    return any(_SIGN.search(text.upper()) for text in texts)


def bank_reference(text: str) -> str:
    """What identifies a payment between banks (the end-to-end id), in plain form; empty
    where it says too little to find the payment by."""
    found = plain(text)
    digits = sum(character.isdigit() for character in found)
    return found if len(found) >= _LEAST_LENGTH and digits >= _LEAST_DIGITS else ""


def bank_references(texts: Iterable[str]) -> set[str]:
    """All words of these texts that may be such a reference, in plain form."""
    words = {word for text in texts for word in re.split(r"[\s\"',;:=()]+", text)}
    # Banks write /EREF/X123/ too.
    words |= {part for word in words for part in word.split("/")}
    return {found for word in words if (found := bank_reference(word))}
