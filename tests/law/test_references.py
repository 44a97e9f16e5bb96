"""Payment references and the transfer code: the acceptance cases, oracles, properties.

``python-stdnum`` is the oracle for what it knows: RF references and IBANs.
"""

import re
import string
from decimal import Decimal

import pytest
from cases import cases
from hypothesis import given
from hypothesis import strategies as st
from law.references import (
    KENMERK_LENGTHS,
    check,
    check_iban,
    check_kenmerk,
    check_rf,
    epc_payload,
    make_kenmerk,
    make_rf,
)
from law.steps import describe
from stdnum import iban as stdnum_iban
from stdnum import iso11649

CASES = cases("payment_standards")
NAME = "Stichting Derdengelden X"
IBAN = "NL91ABNA0417164300"
RF = "RF18539007547034"

digits = st.text(string.digits, min_size=1, max_size=15)
bodies = st.text(string.digits + string.ascii_uppercase, min_size=1, max_size=21)
amounts = st.decimals("0.01", "999999999.99", places=2)


# === THE ACCEPTANCE CASES === #


def kenmerk_case(row):
    body = re.search(r"\d{15}", row["Input"])
    made = make_kenmerk(body[0]).reference
    assert made == row["Expected"]
    assert check_kenmerk(made).valid


def short_kenmerk_case(row):
    number, length_digit = re.fullmatch(r"N = (\d+), L = (\d)", row["Input"]).groups()
    made = make_kenmerk(number, len(number) + 2).reference
    assert made == row["Expected"]
    assert made[1] == length_digit
    assert check_kenmerk(made).valid


def rf_case(row):
    made = make_rf(row["Input"].removeprefix("RF from ")).reference
    assert made == row["Expected"]
    assert check_rf(made).valid


def rf_check_case(row):
    assert row["Expected"] == "invalid"
    assert not check_rf(row["Input"].removeprefix("validate ")).valid


def iban_case(row):
    for iban, word in zip(
        row["Input"].removeprefix("IBAN ").split(" / "),
        row["Expected"].split(" / "),
        strict=True,
    ):
        assert check_iban(iban).valid is (word == "valid")


def epc_case(row):
    name, iban, amount, reference = re.fullmatch(
        r'EPC QR: name "(.+)", (\w+), ([\d.]+), (\w+)', row["Input"]
    ).groups()
    payload = epc_payload(name, iban, Decimal(amount), reference=reference)
    assert payload.split("\n") == re.findall(r"`([^`]*)`", row["Expected"])


def epc_amount_case(row):
    refused, amount = re.findall(r"[\d.]+", row["Input"])
    with pytest.raises(ValueError, match="EUR 0.01"):
        epc_payload(NAME, IBAN, Decimal(refused))
    written = re.findall(r"`([^`]*)`", row["Expected"])[-1]  # with two decimals
    assert epc_payload(NAME, IBAN, Decimal(amount)).split("\n")[7] == written


ASKED = {
    "S-01": kenmerk_case,
    "S-03": kenmerk_case,
    "S-05": kenmerk_case,
    "S-06": short_kenmerk_case,
    "S-07": rf_case,
    "S-09": rf_case,
    "S-11": rf_check_case,
    "S-12": iban_case,
    "S-13": epc_case,
    "S-15": epc_amount_case,
}


def test_every_case_is_asked():
    assert ASKED.keys() == CASES.keys()


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    ASKED[case](CASES[case])


@pytest.mark.parametrize("case", ["S-01", "S-03", "S-06"])
def test_the_weighted_sum_is_that_of_the_case(case):
    row = CASES[case]
    (total,) = re.findall(r"A = (\d+)", row["Source / arithmetic"])
    (step,) = check_kenmerk(row["Expected"]).steps
    assert step.values["sum"] == int(total)


# === BETALINGSKENMERK === #


@given(digits)
def test_a_kenmerk_that_was_made_is_valid(number):
    made = make_kenmerk(number).reference
    assert len(made) == 16
    assert made.endswith(number)
    assert check(made) == check_kenmerk(made)
    assert check_kenmerk(made).valid


@given(st.data(), st.sampled_from([n for n in KENMERK_LENGTHS if n < 16]))
def test_a_short_kenmerk_that_was_made_is_valid(data, length):
    room = 7 if length == 7 else length - 2
    number = data.draw(st.text(string.digits, min_size=1, max_size=room))
    made = make_kenmerk(number, length)
    assert len(made.reference) == length
    assert check_kenmerk(made.reference).valid
    assert all(describe(step, lang) for step in made.steps for lang in ("nl", "en"))


@given(digits, st.integers(1, 15), st.integers(1, 9))
def test_one_wrong_digit_is_found_unless_remainders_share_their_digit(
    number, place, change
):
    """No weight is a multiple of 11, so one wrong digit always changes the remainder.

    Only the remainders 1 and 10 have the same check digit: 11 - 1 = 10, written 1, and
    11 - 10 = 1.
    """
    right = make_kenmerk(number).reference
    digit = (int(right[place]) + change) % 10
    wrong = f"{right[:place]}{digit}{right[place + 1 :]}"
    remainders = [
        check_kenmerk(text).steps[0].values["remainder"] for text in (right, wrong)
    ]
    assert check_kenmerk(wrong).valid is (sorted(remainders) == [1, 10])


@given(digits, st.integers(1, 9))
def test_a_wrong_check_digit_is_found(number, change):
    right = make_kenmerk(number).reference
    found = check_kenmerk(f"{(int(right[0]) + change) % 10}{right[1:]}")
    assert not found.valid
    assert describe(found.steps[0], "nl")


@pytest.mark.parametrize(
    "kenmerk",
    [
        "12345678",  # no such length
        "123456789012345",
        "",
        "500005678901234X",
        "180000123",  # the second digit says eight digits, there are seven
    ],
)
def test_what_is_no_kenmerk(kenmerk):
    found = check_kenmerk(kenmerk)
    assert not found.valid
    assert describe(found.steps[0], "en")


@pytest.mark.parametrize(
    ("number", "length", "message"),
    [
        ("12A", 16, "digits only"),
        ("", 16, "digits only"),
        ("²", 16, "digits only"),
        ("1234567890123456", 16, "room for 15"),
        ("12345678", 7, "room for 7"),
        ("12345678", 9, "room for 7"),
        ("1", 8, "not 8"),
        ("1", 15, "not 15"),
    ],
)
def test_no_kenmerk_of_this(number, length, message):
    with pytest.raises(ValueError, match=message):
        make_kenmerk(number, length)


# === RF AND IBAN === #


@given(bodies)
def test_rf_is_that_of_the_oracle(body):
    made = make_rf(body).reference
    assert iso11649.is_valid(made)
    assert check(made).valid
    assert check_rf(made.lower()).valid


@given(bodies, st.integers(0, 99))
def test_rf_check_is_that_of_the_oracle(body, check_digits):
    text = f"RF{check_digits:02d}{body}"
    assert check_rf(text).valid is iso11649.is_valid(text)


@pytest.mark.parametrize("body", ["", "A" * 22, "AB-12", "ÉÉN"])
def test_no_rf_of_this(body):
    with pytest.raises(ValueError, match="1 to 21 letters and digits"):
        make_rf(body)


@given(
    st.from_regex(r"NL[0-9]{2}(ABNA|INGB|RABO|TRIO)0[0-9]{9}", fullmatch=True),
    st.booleans(),
)
def test_iban_check_is_that_of_the_oracle(iban, mend):
    if mend:
        iban = f"NL{stdnum_iban.calc_check_digits(iban)}{iban[4:]}"
    assert check_iban(iban).valid is stdnum_iban.is_valid(iban)
    assert check(iban) == check_iban(iban)


@pytest.mark.parametrize(
    ("iban", "valid"),
    [
        # The examples in the registry of ISO 13616
        ("BE68 5390 0754 7034", True),
        ("DE89 3704 0044 0532 0130 00", True),
        ("FR14 2004 1010 0505 0001 3M02 606", True),
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", True),
        ("nl91 abna 0417 1643 00", True),
        # Outside the SEPA area the length is not known
        ("AE07 0331 2345 6789 0123 456", True),
        ("DE89 3704 0044 0532 0130 01", False),
        ("NL91 ABNA 0417 1643 0", False),
        ("", False),
    ],
)
def test_iban(iban, valid):
    found = check_iban(iban)
    assert found.valid is valid
    assert describe(found.steps[0], "nl")


@pytest.mark.parametrize("text", ["hello", "", "A1", "12-34"])
def test_what_is_none_of_them(text):
    with pytest.raises(ValueError, match="no RF reference, no IBAN"):
        check(text)


# === TRANSFER CODE === #


def test_all_lines():
    payload = epc_payload(
        " Bakkerij 't Hoekje ",
        "nl91 abna 0417 1643 00",
        Decimal("1234.5"),
        text="Dossier 2026-0042",
        bic="abnanl2a",
        purpose="gdds",
        information="Dank u wel",
    )
    assert payload.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "ABNANL2A",
        "Bakkerij 't Hoekje",
        IBAN,
        "EUR1234.50",
        "GDDS",
        "",
        "Dossier 2026-0042",
        "Dank u wel",
    ]


def test_a_betalingskenmerk_is_a_structured_reference():
    payload = epc_payload(NAME, IBAN, Decimal(1), reference="5000 0567 8901 2345")
    assert payload.split("\n")[9] == "5000056789012345"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": " "}, "needs the name"),
        ({"name": "X" * 71}, "name has 71 characters"),
        ({"name": "X\nY"}, "name must be one line"),
        ({"iban": "NL92ABNA0417164300"}, "not a valid IBAN"),
        ({"amount": Decimal("0.00")}, "EUR 0.01 to 999999999.99"),
        ({"amount": Decimal("-1")}, "EUR 0.01 to 999999999.99"),
        ({"amount": Decimal("1000000000.00")}, "EUR 0.01 to 999999999.99"),
        ({"amount": Decimal("NaN")}, "EUR 0.01 to 999999999.99"),
        ({"amount": Decimal("0.015")}, "whole cents"),
        ({"reference": RF, "text": "Dossier 42"}, "not both"),
        ({"reference": "RF17539007547034"}, "no valid RF reference"),
        ({"reference": "5000056789012346"}, "no valid RF reference"),
        ({"reference": "DOSSIER42"}, "no valid RF reference"),
        ({"text": "X" * 141}, "text has 141 characters"),
        ({"text": "A\tB"}, "text must be one line"),
        ({"information": "X" * 71}, "information has 71 characters"),
        ({"bic": "ABNANL"}, "not a BIC"),
        ({"purpose": "GOODS"}, "purpose code"),
    ],
)
def test_refused(options, message):
    right = {"name": NAME, "iban": IBAN, "amount": Decimal("99.99")}
    with pytest.raises(ValueError, match=message):
        epc_payload(**{**right, **options})


def test_bytes_count_not_characters():
    """Within every line's room, and still too long: 331 bytes is the limit.

    Fixed lines with their ends: BCD 4, 002 4, 1 2, SCT 4, BIC 1, IBAN 19, EUR1.00 8,
    purpose 1, reference 1 = 44 bytes. The name has 70 + 1, the information 70 bytes;
    that leaves 331 - 44 - 71 - 70 = 146 for the text with its end.
    """
    parts = {"name": "N" * 70, "iban": IBAN, "amount": Decimal(1)}
    fits = epc_payload(**parts, text="é" * 5 + "x" * 135, information="i" * 70)
    assert len(fits.encode()) == 331
    with pytest.raises(ValueError, match="331 bytes, this one has 332"):
        epc_payload(**parts, text="é" * 6 + "x" * 134, information="i" * 70)


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=70),
    amounts,
    st.text(st.characters(categories=["L", "N", "Zs"]), max_size=140),
)
def test_nothing_is_lost(name, amount, text):
    try:
        payload = epc_payload(name, IBAN, amount, text=text)
    except ValueError as error:
        # Only for its length in bytes, or a space that cannot be printed
        assert "bytes" in str(error) or "one line" in str(error)
        return
    lines = payload.split("\n") + [""] * 3
    assert lines[5] == name
    assert Decimal(lines[7].removeprefix("EUR")) == amount
    assert lines[10] == text.strip()
    assert len(payload.encode()) <= 331
