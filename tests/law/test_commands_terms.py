"""The calculator's commands for terms, contact hours, court fees and references."""

import json
import string

import pytest
from law.commands import main
from law.texts import SENTENCES


def answer(capsys, line):
    """What a command prints as JSON."""
    assert main([*line.split(), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # D-04, D-16
        (
            "notice --sent 2026-11-05 --by post",
            {
                "received": "2026-11-07",
                "last_free_day": "2026-11-23",
                "costs_due_from": "2026-11-24",
            },
        ),
        (
            "notice --sent 2026-11-02 --by e-mail --safe-distance --bank-days 1",
            {"costs_due_from": "2026-11-18", "charge_from": "2026-11-24"},
        ),
        (
            "notice --sent 2026-11-05 --by post --no-extension",
            {"last_free_day": "2026-11-22"},
        ),
        (
            "notice --sent 2026-11-05 --by post --delivered 2026-11-06",
            {"received": "2026-11-06", "last_free_day": "2026-11-23"},
        ),
        # V-01, V-03, V-05
        (
            "limitation --kind service --due 2021-11-20 --today 2026-11-01",
            {"last_day": "2026-11-20", "barred_from": "2026-11-21", "days_left": 19},
        ),
        (
            "limitation --kind consumer-purchase --due 2024-11-20 "
            "--interrupted 2025-03-10",
            {"last_day": "2027-03-10"},
        ),
        ("limitation --kind judgment --due 2010-05-01", {"last_day": "2030-05-01"}),
        (
            "limitation --kind service --due 2020-01-01 --interrupted 2021-01-01 "
            "--acknowledged 2022-01-01 --sued 2023-01-01",
            {"last_day": "2028-01-01"},
        ),
        (
            "limitation --kind damages --due 2020-01-01 --event 2001-01-01",
            {"last_day": "2021-01-01"},
        ),
        # C-01, C-02
        ("window 2026-11-21T19:59", {"allowed": True}),
        (
            "window 2026-11-21T20:00",
            {"allowed": False, "next_allowed": "2026-11-23T07:00"},
        ),
        (
            "window 2026-11-21T19:00+00:00",
            {"allowed": False, "next_allowed": "2026-11-23T07:00+01:00"},
        ),
        ("window 2026-11-22T12:00 --channel post", {"allowed": True}),
        # K-01, K-07, K-13
        ("court-fee --claim 400 --party company --date 2026-05-01", {"fee": "139.00"}),
        ("court-fee --claim 400 --party indigent --date 2026-05-01", {"fee": "93.00"}),
        (
            "court-fee --claim 25000.01 --party company --date 2026-05-01",
            {"fee": "3083.00", "court": "civil"},
        ),
        (
            "court-fee --claim 25000.01 --party company --date 2026-05-01 --kanton",
            {"fee": "1504.00", "court": "kanton"},
        ),
        # 135 a point, K-08 and K-11
        (
            "court-fee --claim 1000 --party company --date 2024-10-01 --all",
            {
                "fee": "328.00",
                "summons": "112.37",
                "salary_default": "135.00",
                "salary_hearing": "270.00",
                "after_costs": "67.50",
            },
        ),
        # S-01, S-06, S-07, S-11, S-12
        ("reference --kenmerk 56789012345", {"reference": "5000056789012345"}),
        ("reference --kenmerk 0000123 --length 9", {"reference": "170000123"}),
        ("reference --rf 539007547034", {"reference": "RF18539007547034"}),
        ("reference --check RF17539007547034", {"valid": False, "kind": "rf"}),
        ("reference --check NL91ABNA0417164300", {"valid": True, "kind": "iban"}),
        ("reference --check 5000056789012345", {"valid": True, "kind": "kenmerk"}),
    ],
)
def test_answer(capsys, line, expected):
    found = answer(capsys, line)
    assert {name: found[name] for name in expected} == expected
    assert all(step["text"] and step["article"] for step in found["steps"])


def test_a_wording_is_judged_before_it_counts(capsys):
    notice = ["notice", "--sent", "2026-11-02", "--by", "e-mail", "--json", "--wording"]
    main([*notice, "binnen eenentwintig dagen na ontvangst van deze brief"])
    assert json.loads(capsys.readouterr().out)["last_free_day"] == "2026-11-23"
    main([*notice, "binnen veertien dagen na heden"])
    refused = json.loads(capsys.readouterr().out)
    assert refused["accepted"] is False
    assert "last_free_day" not in refused


def test_a_table_that_may_be_old_is_said_once(capsys):
    found = answer(capsys, "court-fee --claim 400 --party company --date 2028-03-01")
    assert len(found["warnings"]) == 1
    found = answer(
        capsys, "court-fee --claim 400 --party company --date 2028-03-01 --all"
    )
    # Fees of 2026, the bailiff's of 2024, salaries of 2026
    assert len(found["warnings"]) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("notice --sent 2026-02-30 --by post", "2026-02-30"),
        ("notice --sent 2026-11-02 --by fax", "fax"),
        ("notice --sent 2026-11-02 --by post --bank-days -1", "-1 working days"),
        ("notice --sent 9999-12-30 --by post", "out of range"),
        ("limitation --kind loan --due 2026-01-01", "loan"),
        ("limitation --kind service --due yesterday", "yesterday"),
        ("window 2026-11-21", "not a moment"),
        ("window tomorrow", "not a moment"),
        ("window 2026-13-21T20:00", "not a moment"),
        ("window 9999-12-31T23:00", "out of range"),
        ("court-fee --claim -1 --party company", "-1"),
        ("court-fee --claim 400 --party vof", "vof"),
        ("court-fee --claim 400 --party company --date 2020-01-01", "before 2022"),
        ("reference", "required"),
        ("reference --kenmerk 12 --rf 12", "not allowed"),
        ("reference --rf 12 --length 9", "--length goes with --kenmerk"),
        ("reference --check hello", "no RF reference"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(capsys, line, message):
    with pytest.raises(SystemExit) as stopped:
        main(line.split())
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert message in printed.err


@pytest.mark.parametrize("rule", SENTENCES)
def test_both_languages_tell_the_same_facts(rule):
    def facts(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert SENTENCES[rule].keys() == {"nl", "en"}
    assert facts(SENTENCES[rule]["nl"]) == facts(SENTENCES[rule]["en"])
