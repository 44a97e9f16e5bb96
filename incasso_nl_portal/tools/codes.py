"""The short code of a letter, and the second fact that goes with it.

What is kept in the database does not give the codes: they are derived from, and looked
up by, keys of which one half stays outside it (:func:`server_secret`).
"""

import hashlib
import hmac
import os
import re
import threading
from datetime import date
from pathlib import Path

from odoo import tools

#: Digits and capitals of which no two look alike in print or in handwriting: without 0
#: and O and Q, 1 and I and L, and without the letters of 2 and Z, 5 and S, 8 and B.
ALPHABET = "23456789ACDEFGHJKMNPRTUVWXY"
#: 27 ** 8 codes: 38 bits.
CODE_LENGTH = 8
#: The other one of a pair, for whoever types it from a letter all the same.
_TWINS = str.maketrans("ZSB", "258")
#: Environment variable that holds the secret where data folders are not shared.
SECRET_VARIABLE = "INCASSO_NL_SECRET"
_SECRET_BYTES = 32

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januari jan january",
            "februari feb february",
            "maart mrt march mar",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "augustus aug august",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
# Digits that begin a word, and what follows them, which may begin with digits itself.
_NUMBER = re.compile(r"(?<![\w./-])(\d{1,6})(?=[\s./-]*(\w*))")
_lock = threading.Lock()
_secrets = {}


def server_secret() -> bytes:
    """The half of the keys that no copy of the database has.

    From the environment variable ``INCASSO_NL_SECRET``, or else from a file in Odoo's
    data folder that is made when it is first needed. Whoever loses it gives out new
    codes with the next letters; what is in the dossiers is not touched.
    """
    given = os.environ.get(SECRET_VARIABLE)
    if given:
        return given.encode()
    path = Path(tools.config["data_dir"]) / "incasso_nl.secret"
    with _lock:
        if path not in _secrets:
            _secrets[path] = _read_or_make(path)
        return _secrets[path]


def _read_or_make(path):
    try:
        # Exclusively: of two workers that start together one makes it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(_SECRET_BYTES))
    return path.read_bytes()


def derive_key(database_secret: str, purpose: str) -> bytes:
    """A key for one purpose, of both halves."""
    inner = hmac.new(server_secret(), database_secret.encode(), hashlib.sha256)
    return hmac.new(inner.digest(), purpose.encode(), hashlib.sha256).digest()


def make_code(key: bytes, text: str) -> str:
    """The code that belongs to ``text``: the same one every time."""
    number = int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest())
    letters = []
    for _position in range(CODE_LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)


def hash_code(key: bytes, code: str) -> str:
    """What is stored of a code: enough to find it, not to read it."""
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()


def spaced(code: str) -> str:
    """A code as it is printed: in two groups of four."""
    return f"{code[:4]} {code[4:]}"


def normal_code(text: str) -> str:
    """A code as somebody typed it, without spaces and dashes, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper()[:40]).translate(_TWINS)


def normal_postcode(text: str) -> str:
    """A postcode without spaces, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper()[:20])


def normal_house_number(text: str) -> str:
    """A house number as digits, and after a dash what comes with it: 12, 12-A."""
    found = re.match(r"\W*(\d{1,6})[\s./-]*(\w*)", text.upper()[:20])
    if not found:
        return ""
    number, addition = found.groups()
    return f"{int(number)}-{addition}" if addition else str(int(number))


def house_numbers(*lines: str) -> set[str]:
    """House numbers that an address may be known by.

    The number alone will do: half of all people write 12a as 12 and the other half the
    other way around. Digits at the start of a street's name (2e Dwarsstraat) are none.
    """
    numbers = set()
    for line in lines:
        text = re.sub(r"^\s*\d+(?=\w)", "", (line or "").upper())
        for number, addition in _NUMBER.findall(text):
            numbers.add(str(int(number)))
            if addition:
                numbers.add(f"{int(number)}-{addition}")
    return numbers


def parse_date(text: str) -> date | None:
    """A date as people in the Netherlands write it: 1-2-1980, 1 februari 1980, or
    1980-02-01. None if it is no date."""
    words = re.findall(r"\d+|[a-z]+", text.lower()[:40])
    if len(words) != 3:
        return None
    day, month, year = words
    if len(day) == 4:
        day, year = year, day
    month = _MONTHS.get(month, month)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def same(first: str, second: str) -> bool:
    """Whether two texts are the same and not empty; takes as long whatever they are."""
    equal = hmac.compare_digest(
        hashlib.sha256(first.encode()).digest(),
        hashlib.sha256(second.encode()).digest(),
    )
    return equal and bool(first)
