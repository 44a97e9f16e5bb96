"""The calculator: ``python3 -m law``, run as somebody without Odoo would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from law.commands import main

ADDON = Path(__file__).parents[2] / "incasso_nl"

INTEREST = "interest --kind 6:119 --principal 1000 --due 2025-03-31 --until 2025-06-30"


def run(command, capsys):
    """What ``command`` prints; its exit status is 0."""
    assert main(command.split()) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out


def answer(command, capsys):
    """The JSON answer to ``command`` without its explanation."""
    data = json.loads(run(f"{command} --json", capsys))
    assert all(step["text"] and step["rule"] for step in data.pop("steps"))
    data.pop("warnings")
    return data


def bare(*arguments):
    """Run the calculator without site-packages, as on a machine with only Python."""
    return subprocess.run(
        [sys.executable, "-E", "-s", "-S", "-B", "-m", "law", *arguments],
        cwd=ADDON,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


# === ON A BARE MACHINE === #


def test_runs_with_nothing_installed():
    done = bare("costs", "1234.56", "--vat", "21")
    assert (done.returncode, done.stderr) == (0, "")
    # 15% of 1,234.56 is 185.184; 21% of 185.18 is 38.8878
    lines = done.stdout.splitlines()
    assert lines[:3] == ["costs  185.18", "vat     38.89", "total  224.07"]
    assert lines[3] == "- 15% of € 1,234.56 is € 185.18."


def test_wrong_input_on_a_bare_machine():
    done = bare("costs", "12,50")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "'12,50' is not an amount" in done.stderr


# === ANSWERS === #


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("costs 1000", {"costs": "150.00", "vat": "0.00", "total": "150.00"}),
        (
            "costs 1000 --vat 21",
            {"costs": "150.00", "vat": "31.50", "total": "181.50"},
        ),
        # Art. 6:96 lid 7 BW: 15% of 300
        ("costs 100 100 100", {"costs": "45.00", "vat": "0.00", "total": "45.00"}),
        ("costs 0 --vat 21", {"costs": "0.00", "vat": "0.00", "total": "0.00"}),
        (
            "costs 5 --on 2012-07-01",
            {"costs": "40.00", "vat": "0.00", "total": "40.00"},
        ),
        # I-01: 1000 x 6% x 91 / 365 = 14.96
        (INTEREST, {"interest": "14.96", "days": 91, "balance": "1014.96"}),
        # 14.9589 less the 500, of which 485.04 is principal
        (
            f"{INTEREST} --rounding end --payment 2025-06-30=500",
            {
                "interest": "14.96",
                "days": 91,
                "interest_paid": "14.96",
                "interest_open": "0.00",
                "principal_open": "514.96",
                "costs_open": "0.00",
                "credit": "0.00",
                "balance": "514.96",
            },
        ),
        # April: 1000 x 6% x 30 / 365 = 4.93. 100 pays 40 + 4.93 + 55.07; 944.93 x 6% x
        # 31 / 365 = 4.82 in May. 1,000 pays 4.82 + 944.93: 50.25 too much.
        (
            f"{INTEREST} --costs 40 --payment 2025-05-31=1000 --payment 2025-04-30=100",
            {
                "interest": "9.75",
                "days": 91,
                "interest_paid": "9.75",
                "interest_open": "0.00",
                "principal_open": "0.00",
                "costs_open": "0.00",
                "credit": "50.25",
                "balance": "0.00",
            },
        ),
        # I-05 with days of a leap year: 1000 x 7% x 366 / 366
        (
            "interest --kind 6:119 --principal 1000 --due 2023-12-31"
            " --until 2024-12-31 --basis actual",
            {"interest": "70.00", "days": 366, "balance": "1070.00"},
        ),
        # I-12
        (
            "interest --kind 6:119b --principal 5000 --due 2025-12-31"
            " --until 2026-04-01",
            {"interest": "126.53", "days": 91, "balance": "5126.53"},
        ),
        # P-01
        (
            "imputation --costs 66.75 --interest 17.92 --principal 1000 --pay 300",
            {
                "costs": "66.75",
                "interest": "17.92",
                "principal": "215.33",
                "left": {"costs": "0.00", "interest": "0.00", "principal": "784.67"},
                "credit": "0.00",
            },
        ),
        # P-06 with the principal first
        (
            "imputation --interest 1.50 --principal 1000 --pay 400 --in-notice-term",
            {
                "costs": "0.00",
                "interest": "0.00",
                "principal": "400.00",
                "left": {"costs": "0.00", "interest": "1.50", "principal": "600.00"},
                "credit": "0.00",
            },
        ),
    ],
)
def test_answer(command, expected, capsys):
    assert answer(command, capsys) == expected


def test_explanation_in_two_languages(capsys):
    english = run(INTEREST, capsys)
    dutch = run(f"{INTEREST} --lang nl", capsys)
    assert english.splitlines()[:3] == [
        "interest    14.96",
        "days           91",
        "balance   1014.96",
    ]
    assert "6% a year on € 1,000.00, number of days 91, is € 14.96." in english
    assert "6% per jaar over € 1.000,00, aantal dagen 91, is € 14,96." in dutch


def test_options_may_stand_before_the_command(capsys):
    before = run(f"--json --lang nl {INTEREST}", capsys)
    assert before == run(f"{INTEREST} --lang nl --json", capsys)
    assert "€ 14,96" in before


def test_warning_of_old_rates(capsys):
    """I-35: a period beyond the half-year of the newest rate."""
    old = INTEREST.replace("2025-06-30", "2027-01-01")
    (warning,) = json.loads(run(f"{old} --json", capsys))["warnings"]
    assert warning.lower().startswith("rates may be out of date")
    assert f"! {warning}" in run(old, capsys)
    assert json.loads(run(f"{INTEREST} --json", capsys))["warnings"] == []


def test_unrounded_steps_are_shown_in_four_decimals(capsys):
    # 1000 x 6% x 91 / 365 = 14.958904...
    data = json.loads(run(f"{INTEREST} --rounding end --json", capsys))
    assert [step["amount"] for step in data["steps"]] == ["14.9589", "14.96"]
    assert "€ 14.9589" in data["steps"][0]["text"]


# === WRONG INPUT === #


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("", "required: COMMAND"),
        ("pay 1", "invalid choice: 'pay'"),
        ("costs", "PRINCIPAL"),
        ("costs abc", "'abc' is not an amount"),
        ("costs -- -5", "'-5' is not an amount"),
        ("costs 1.005", "'1.005' is not an amount"),
        ("costs 1e3", "'1e3' is not an amount"),
        ("costs ١٢", "is not an amount"),
        ("costs 100 --vat 101", "'101' is not a percentage"),
        ("costs 100 --vat high", "'high' is not a percentage"),
        ("costs 100 --on 2012-06-30", "before 2012-07-01"),
        ("costs 100 --on 20120630", "'20120630' is not a date"),
        (INTEREST.replace("6:119 ", "6:120 "), "invalid choice: '6:120'"),
        (INTEREST.replace("--due 2025-03-31", ""), "required: --due"),
        (INTEREST.replace("06-30", "02-30"), "'2025-02-30' is not a date"),
        (INTEREST.replace("2025-06-30", "2025-03-30"), "is before --due"),
        (INTEREST.replace("2025-03-31", "1997-12-30"), "before 1998-01-01"),
        (f"{INTEREST} --basis 360", "invalid choice: '360'"),
        (f"{INTEREST} --payment 100", "'100' is not a payment"),
        (f"{INTEREST} --payment 2025-07-01=1", "after the last day"),
        (f"{INTEREST} --payment 2025-06-01=0", "not above zero"),
        (f"{INTEREST} --pay 2025-06-01=1", "unrecognized arguments"),
        ("imputation --pay 1", "required: --principal"),
        ("imputation --pay -1 --principal 1", "'-1' is not an amount"),
    ],
)
def test_wrong_input_is_one_line(command, says, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(command.split())
    shown = capsys.readouterr()
    assert stopped.value.code == 2
    assert shown.out == ""
    assert shown.err.startswith("law")
    assert shown.err.count("\n") == 1
    assert says in shown.err
