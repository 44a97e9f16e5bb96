"""What the text with a payment says it is for: references, numbers, account numbers.

Pure text: nothing here knows of dossiers. People write the same number in many ways,
and banks cut and glue the lines; what is found is returned in one plain form (capitals
and digits only) to be looked up.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..law.references import check_iban, check_kenmerk, check_rf

_NOT_PLAIN = re.compile(r"[^0-9A-Z]+")
_RUN_OF_DIGITS = re.compile(r"\d(?:[ .\-/]?\d)*")
_RF = re.compile(r"(?<![0-9A-Z])RF[ ]?\d{2}(?:[ ]?[0-9A-Z]){1,21}")
_IBAN = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[ ]?\d{2}(?:[ ]?[0-9A-Z]){11,30}")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[-/.]\d{1,2}[-/.](?:20)?\d{2}|20\d{2}-\d{2}-\d{2})(?!\d)"
)
_TOKEN = re.compile(r"[0-9A-Z]+")
# Between the parts of one invoice number; a longer gap separates two numbers.
_JOINT = re.compile(r"[ ]?[-/._#:]?[ ]?")
_MOST_TOKENS = 4
_LEAST_DIGITS = 3
_LONGEST_NUMBER = 24


class Remittance(NamedTuple):
    """What was found in a payment's text.

    :param kenmerken: 16-digit payment references with a right check digit
    :param rf: RF references with right check digits
    :param dossiers: dossier numbers in plain form, as the sequences write them
    :param numbers: what may be the number of an invoice, in plain form
    :param ibans: account numbers with right check digits
    """

    kenmerken: Sequence[str]
    rf: Sequence[str]
    dossiers: Sequence[str]
    numbers: Sequence[str]
    ibans: Sequence[str]


def plain(text: str) -> str:
    """``text`` in capitals, letters and digits only: how numbers are compared."""
    return _NOT_PLAIN.sub("", text.upper())


class DossierNumbers:
    """Finds numbers as given out by sequences of the form LETTERS, year, number.

    :param sequences: of (letters, digits of the year, padding), for example
        ``("INC", 4, 6)`` for INC/2026/000001
    """

    def __init__(self, sequences: Iterable[tuple[str, int, int]]):
        self._patterns = [
            (
                letters,
                padding,
                # Any separators, zeros dropped or not.
                re.compile(
                    rf"{letters}[^0-9A-Z]*({_year(digits)})[^0-9A-Z]*"
                    rf"(0*[1-9]\d{{0,8}})(?!\d)"
                ),
                # Broken by the bank at any place: then only with all its zeros.
                re.compile(rf"{letters}({_year(digits)})(\d{{{padding}}})"),
            )
            for letters, digits, padding in set(sequences)
        ]

    def find(self, text: str) -> list[str]:
        """The dossier numbers in ``text``, in plain form with all their zeros.

        A number that the bank broke in two can be read in two ways: both are returned,
        for the caller to see that it is not certain.
        """
        text = text.upper()
        found = []
        for letters, padding, spelled, whole in self._patterns:
            hits = spelled.findall(text) + whole.findall(plain(text))
            found += [
                f"{letters}{year}{number.lstrip('0').zfill(padding)}"
                for year, number in hits
            ]
        return list(dict.fromkeys(found))


def read(texts: Iterable[str], dossier_numbers: DossierNumbers) -> Remittance:
    """Read the texts of one payment, each by itself.

    :param texts: remittance information, references, notes; empty ones are skipped
    """
    found = [_read_one(text.upper(), dossier_numbers) for text in texts if text]
    return Remittance(
        *(
            list(dict.fromkeys(value for one in found for value in getattr(one, name)))
            for name in Remittance._fields
        )
    )


def _read_one(text: str, dossier_numbers: DossierNumbers) -> Remittance:
    rf, text_left = _take(text, _RF, check_rf)
    ibans, text_left = _take(text_left, _IBAN, check_iban)
    return Remittance(
        kenmerken=_kenmerken(text_left),
        rf=rf,
        dossiers=dossier_numbers.find(text_left),
        numbers=_numbers(_DATE.sub("\n", text_left)),
        ibans=ibans,
    )


def _year(digits: int) -> str:
    return r"20\d\d" if digits == 4 else r"\d\d"


def _take(text, pattern, check):
    """What of ``pattern`` in ``text`` passes ``check``, and the text without it.

    The pattern may run on into the next word: the longest beginning that passes wins.
    """
    found, left, start = [], [], 0
    for match in pattern.finditer(text):
        candidate = match.group()
        ends = [
            end
            for end in range(len(candidate), 0, -1)
            if end == len(candidate) or not candidate[end].isalnum()
        ]
        for end in ends:
            value = plain(candidate[:end])
            if check(value).valid:
                found.append(value)
                left.append(text[start : match.start()])
                start = match.start() + end
                break
    left.append(text[start:])
    return list(dict.fromkeys(found)), "\n".join(left)


def _kenmerken(text: str) -> list[str]:
    """Sixteen digits in a row, in groups or not, of which the check digit is right.

    Other digits may stand before or after them: every beginning of a group is tried.
    """
    found = []
    for run in _RUN_OF_DIGITS.findall(text):
        groups = re.findall(r"\d+", run)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first:]:
                digits += group
                if len(digits) >= 16:
                    break
            if len(digits) == 16 and check_kenmerk(digits).valid:
                found.append(digits)
    return list(dict.fromkeys(found))


def _numbers(text: str) -> list[str]:
    """What may be an invoice number: up to four tokens with no more than a separator
    between them, with some digits."""
    found = []
    tokens = list(_TOKEN.finditer(text))
    for first in range(len(tokens)):
        number = ""
        for place in range(first, min(first + _MOST_TOKENS, len(tokens))):
            if place > first and not _JOINT.fullmatch(
                text[tokens[place - 1].end() : tokens[place].start()]
            ):
                break
            number += tokens[place].group()
            if len(number) > _LONGEST_NUMBER:
                break
            if sum(character.isdigit() for character in number) >= _LEAST_DIGITS:
                found.append(number)
    return list(dict.fromkeys(found))
