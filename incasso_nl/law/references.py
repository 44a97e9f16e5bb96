"""Payment references, account numbers and the transfer code for a QR picture.

- *betalingskenmerk*: the Dutch payment reference of Betaalvereniging Nederland
  ("Betalingskenmerk"), with a check digit modulo 11;
- *RF reference*: the creditor reference of ISO 11649, check digits as in ISO 7064
  mod 97-10;
- *IBAN*: ISO 13616;
- *transfer code*: EPC069-12 of the European Payments Council, "Quick Response Code:
  Guidelines to Enable the Data Capture for the Initiation of a SEPA Credit Transfer".
"""

import re
from decimal import Decimal
from typing import NamedTuple

from .amounts import cents
from .steps import Step

BETAALVERENIGING = "Betaalvereniging Nederland, Betalingskenmerk"
ISO_11649 = "ISO 11649"
ISO_13616 = "ISO 13616"

KENMERK_LENGTHS = (7, 9, 10, 11, 12, 13, 14, 16)

# Betalingskenmerk: weights from the right, repeated; and the digit that tells how long
# the number is, for the lengths that carry one.
_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
_LENGTH_DIGIT = {7: "7", 8: "8", 9: "9", 10: "0", 11: "1", 12: "2"}

# Length of an IBAN by country: the countries of the SEPA area (EPC409-09).
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "EE", "LT", "LU"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "GI", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "RO", "SE", "SK"), 24),
    **dict.fromkeys(("PT",), 25),
    **dict.fromkeys(("IS",), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27),
    **dict.fromkeys(("AL", "CY", "HU", "PL"), 28),
    **dict.fromkeys(("MT",), 31),
}

_DIGITS = re.compile(r"\d+", re.ASCII)
_RF_BODY = re.compile(r"[0-9A-Z]{1,21}", re.ASCII)
_RF = re.compile(r"RF\d{2}[0-9A-Z]{1,21}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[0-9A-Z]{11,30}", re.ASCII)
_BIC = re.compile(r"[A-Z]{6}[0-9A-Z]{2}([0-9A-Z]{3})?", re.ASCII)
_PURPOSE = re.compile(r"[0-9A-Z]{1,4}", re.ASCII)

EPC_MAX_BYTES = 331
EPC_MAX_NAME = 70
EPC_MAX_REFERENCE = 35
EPC_MAX_TEXT = 140
EPC_MAX_INFORMATION = 70
EPC_MIN_AMOUNT = Decimal("0.01")
EPC_MAX_AMOUNT = Decimal("999999999.99")


class Reference(NamedTuple):
    """A payment reference that was made.

    :param reference: as it goes into a payment, without spaces
    :param steps: how its check digits came about
    """

    reference: str
    steps: list[Step]


class Check(NamedTuple):
    """What a check of a reference or account number found.

    :param kind: ``kenmerk``, ``rf`` or ``iban``
    :param valid: whether it is well formed and its check digits are right
    :param steps: why
    """

    kind: str
    valid: bool
    steps: list[Step]


def compact(text: str) -> str:
    """``text`` without spaces, in capitals: as references and IBANs are compared."""
    return "".join(text.split()).upper()


def grouped(text: str) -> str:
    """``text`` in groups of four, as people read references and IBANs."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


# === BETALINGSKENMERK === #


def _kenmerk_sum(digits: str) -> int:
    """The weighted sum A over all digits right of the check digit."""
    return sum(
        int(digit) * _WEIGHTS[place % len(_WEIGHTS)]
        for place, digit in enumerate(reversed(digits))
    )


def _kenmerk_digit(total: int) -> str:
    """The check digit for the weighted sum ``total``: 11 - A mod 11, 10 -> 1, 11 -> 0.

    A remainder of 1 gives 10, written 1; a remainder of 0 gives 11, written 0.
    """
    digit = 11 - total % 11
    return str({10: 1, 11: 0}.get(digit, digit))


def make_kenmerk(number: str, length: int = 16) -> Reference:
    """Make a betalingskenmerk (Betaalvereniging Nederland, "Betalingskenmerk").

    :param number: digits that identify the debt; zeros are put in front where the
        length asks for more
    :param length: 16 (check digit and 15 digits), 9 to 14 (check digit, length digit
        and 7 to 12 digits) or 7 (seven digits, no check digit)
    :raise ValueError: no digits, more digits than fit, or no such length
    """
    number = compact(number)
    if not _DIGITS.fullmatch(number):
        raise ValueError(
            f"{number!r} is not a number for a betalingskenmerk: digits only"
        )
    if length not in KENMERK_LENGTHS:
        raise ValueError(
            f"a betalingskenmerk has 7, 9 to 14 or 16 digits, not {length}"
        )
    room = {7: 7, 16: 15}.get(length, length - 2)
    if len(number) > room:
        raise ValueError(
            f"{number} has {len(number)} digits: a betalingskenmerk of {length} digits "
            f"has room for {room}"
        )
    number = number.zfill(room)
    if length == 7:
        step = Step(
            "reference.kenmerk.plain",
            BETAALVERENIGING,
            None,
            {"reference": grouped(number)},
        )
        return Reference(number, [step])
    body = number if length == 16 else _LENGTH_DIGIT[room] + number
    total = _kenmerk_sum(body)
    digit = _kenmerk_digit(total)
    step = Step(
        "reference.kenmerk",
        BETAALVERENIGING,
        None,
        {
            "reference": grouped(digit + body),
            "sum": total,
            "remainder": total % 11,
            "digit": int(digit),
        },
    )
    return Reference(digit + body, [step])


def check_kenmerk(kenmerk: str) -> Check:
    """Check a betalingskenmerk (Betaalvereniging Nederland, "Betalingskenmerk").

    Seven digits carry no check digit: they are valid as they stand.
    """
    kenmerk = compact(kenmerk)
    length = len(kenmerk)
    if not _DIGITS.fullmatch(kenmerk) or length not in KENMERK_LENGTHS:
        return _checked("kenmerk", False, "reference.kenmerk.form", {"length": length})
    shown = {"reference": grouped(kenmerk), "length": length}
    if length == 7:
        return _checked("kenmerk", True, "reference.kenmerk.plain", shown)
    if length < 16 and kenmerk[1] != _LENGTH_DIGIT[length - 2]:
        return _checked("kenmerk", False, "reference.kenmerk.length_digit", shown)
    total = _kenmerk_sum(kenmerk[1:])
    expected = _kenmerk_digit(total)
    shown |= {"sum": total, "remainder": total % 11, "digit": int(expected)}
    valid = kenmerk[0] == expected
    rule = "reference.kenmerk" if valid else "reference.kenmerk.wrong"
    return _checked("kenmerk", valid, rule, shown)


# === CHECK DIGITS MODULO 97 === #


def _remainder_97(text: str) -> int:
    """``text`` modulo 97, letters as two digits: A = 10 ... Z = 35 (ISO 7064)."""
    return int("".join(str(int(character, 36)) for character in text)) % 97


def make_rf(body: str) -> Reference:
    """Make an RF creditor reference (ISO 11649) of at most 21 letters and digits.

    :raise ValueError: other characters than letters and digits, or too many of them
    """
    body = compact(body)
    if not _RF_BODY.fullmatch(body):
        raise ValueError(
            f"{body!r} cannot be an RF reference: 1 to 21 letters and digits"
        )
    remainder = _remainder_97(f"{body}RF00")
    reference = f"RF{98 - remainder:02d}{body}"
    step = Step(
        "reference.rf",
        ISO_11649,
        None,
        {
            "reference": grouped(reference),
            "remainder": remainder,
            "digits": f"RF{98 - remainder:02d}",
        },
    )
    return Reference(reference, [step])


def check_rf(reference: str) -> Check:
    """Check an RF creditor reference (ISO 11649): modulo 97 it leaves 1."""
    reference = compact(reference)
    shown = {"reference": grouped(reference)}
    if not _RF.fullmatch(reference):
        return _checked("rf", False, "reference.rf.form", shown)
    remainder = _remainder_97(reference[4:] + reference[:4])
    rule = "reference.mod97" if remainder == 1 else "reference.mod97.wrong"
    return _checked("rf", remainder == 1, rule, shown | {"remainder": remainder})


def check_iban(iban: str) -> Check:
    """Check an account number (ISO 13616): form, length by country, modulo 97 is 1.

    For a country outside the SEPA area the length is not known here and not checked.
    """
    iban = compact(iban)
    shown = {"reference": grouped(iban)}
    length = _IBAN_LENGTHS.get(iban[:2], len(iban))
    if not _IBAN.fullmatch(iban) or len(iban) != length:
        return _checked("iban", False, "reference.iban.form", shown)
    remainder = _remainder_97(iban[4:] + iban[:4])
    rule = "reference.mod97" if remainder == 1 else "reference.mod97.wrong"
    return _checked("iban", remainder == 1, rule, shown | {"remainder": remainder})


_ARTICLES = {"kenmerk": BETAALVERENIGING, "rf": ISO_11649, "iban": ISO_13616}


def _checked(kind: str, valid: bool, rule: str, shown: dict) -> Check:
    return Check(kind, valid, [Step(rule, _ARTICLES[kind], None, shown)])


def check(text: str) -> Check:
    """Check whatever ``text`` is: an RF reference, an IBAN or a betalingskenmerk.

    :raise ValueError: it looks like none of them
    """
    text = compact(text)
    if text.startswith("RF"):
        return check_rf(text)
    if _DIGITS.fullmatch(text):
        return check_kenmerk(text)
    if re.match(r"[A-Z]{2}\d", text, re.ASCII):
        return check_iban(text)
    raise ValueError(f"{text!r} is no RF reference, no IBAN and no betalingskenmerk")


# === TRANSFER CODE === #


def epc_payload(
    name: str,
    iban: str,
    amount: Decimal,
    *,
    reference: str = "",
    text: str = "",
    bic: str = "",
    purpose: str = "",
    information: str = "",
) -> str:
    """The text of the QR code for a transfer (EPC069-12, version 002, UTF-8).

    The picture must be made with error correction level M and at most QR version 13.
    Nothing is ever cut off: what does not fit is refused. Empty lines at the end are
    left out.

    :param name: account holder as registered at the bank, at most 70 characters
    :param amount: euro, 0.01 to 999999999.99, at most two decimals
    :param reference: a valid RF reference or betalingskenmerk; not together with
        ``text``
    :param text: remittance text, at most 140 characters
    :param bic: optional inside the European Economic Area
    :param purpose: purpose code of ISO 20022, at most 4 characters
    :param information: note to the payer, at most 70 characters
    :raise ValueError: a part is missing, wrong or too long, with the part's name
    """
    if not name.strip():
        raise ValueError("a transfer code needs the name of the account holder")
    for part, value, room in (
        ("name", name, EPC_MAX_NAME),
        ("text", text, EPC_MAX_TEXT),
        ("information", information, EPC_MAX_INFORMATION),
    ):
        _fits(part, value, room)
    if not check_iban(iban).valid:
        raise ValueError(f"{iban!r} is not a valid IBAN")
    bic, purpose = compact(bic), compact(purpose)
    if bic and not _BIC.fullmatch(bic):
        raise ValueError(f"{bic!r} is not a BIC of 8 or 11 characters")
    if purpose and not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"{purpose!r} is not a purpose code of at most 4 characters")
    if reference and text:
        raise ValueError("a transfer code has a reference or a text, not both")
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bic,
        name.strip(),
        compact(iban),
        f"EUR{_epc_amount(amount)}",
        purpose,
        _epc_reference(reference),
        text.strip(),
        information.strip(),
    )
    payload = "\n".join(lines).rstrip("\n")
    size = len(payload.encode())
    if size > EPC_MAX_BYTES:
        raise ValueError(
            f"a transfer code holds {EPC_MAX_BYTES} bytes, this one has {size}: "
            "shorten the name, the text or the information"
        )
    return payload


def _fits(part: str, value: str, room: int) -> None:
    if len(value.strip()) > room:
        raise ValueError(
            f"the {part} has {len(value.strip())} characters, a transfer code has room "
            f"for {room}"
        )
    if not all(character.isprintable() for character in value.strip()):
        raise ValueError(f"the {part} must be one line without control characters")


def _epc_amount(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not EPC_MIN_AMOUNT <= amount <= EPC_MAX_AMOUNT:
        raise ValueError(
            f"a transfer code takes EUR {EPC_MIN_AMOUNT} to {EPC_MAX_AMOUNT}, "
            f"not {amount}"
        )
    if amount != cents(amount):
        raise ValueError(f"a transfer code takes whole cents, not {amount}")
    return cents(amount)


def _epc_reference(reference: str) -> str:
    """``reference`` where it is one that banks take as structured, else refused."""
    reference = compact(reference)
    if not reference:
        return ""
    is_kenmerk = _DIGITS.fullmatch(reference) and check_kenmerk(reference).valid
    if not is_kenmerk and not check_rf(reference).valid:
        raise ValueError(
            f"{reference!r} is no valid RF reference or betalingskenmerk: "
            "put it in the text instead"
        )
    return reference
