"""Bank lines matched with dossiers, and booked.

    python3 tests/benchmarks/matching.py [LINES ...]

A database is made with as many dossiers as lines (10,000 by default; of the company
itself, four invoices each, half of them with costs and interest due), and with bank
lines of which 60% carry the payment reference, 15% the dossier number in some spelling,
10% the number of an invoice, 5% no more than the debtor's name and the exact balance,
and 10% nothing.

Recognising them is measured by itself: that is what a bank file waits for. Then the
scheduled job takes them all: receipts are made, allocated in the legal order, booked,
reconciled with the invoices, and dossiers that are paid are closed, in committed
batches.
"""

import json
import time
from datetime import date

from bench import Bench, measured, options, prepare
from daily_run import PER_DEBTOR, copy_rows, make_data

DAY = "2026-06-01"

# What is written with line n of dossier n, and for how many of twenty.
KINDS = (
    (12, "reference", "'Betaling ' || dossier.payment_reference"),
    (3, "number", "'dossier ' || replace(lower(dossier.name), '/', ' ')"),
    (2, "invoice", "'factuur ' || claim.name"),
    (1, "name", "'Bedankt'"),
    (2, "nothing", "'Abonnement juni'"),
)


def make_lines(env, lines):
    """Bank lines by copying one, on dossiers with real numbers and references."""
    from odoo.addons.incasso_nl.law.references import make_kenmerk

    make_data(env, lines * PER_DEBTOR)
    dossiers = env["incasso.dossier"].search([("name", "like", "BENCH/")])
    env.cr.execute_values(
        "UPDATE incasso_dossier SET payment_reference = made.kenmerk,"
        " name = 'INC/2025/' || lpad(bench::text, 6, '0'), flow_id = NULL"
        " FROM (VALUES %s) AS made(id, kenmerk) WHERE incasso_dossier.id = made.id",
        [
            (dossier_id, make_kenmerk(f"26{dossier_id:013}").reference)
            for dossier_id in dossiers.ids
        ],
    )
    env.invalidate_all()
    business = dossiers.filtered(lambda dossier: dossier.debtor_type == "business")
    env.cr.execute(
        "UPDATE incasso_dossier SET interest_claimed_date = '2026-05-01'"
        " WHERE debtor_type = 'business' AND bench IS NOT NULL"
    )
    env.invalidate_all()
    day = date(2026, 5, 15)
    business._charge_costs(day)
    journal = env["account.journal"].search(
        [
            ("type", "=", "bank"),
            ("id", "!=", env.company.incasso_trust_journal_id.id),
            ("company_id", "=", env.company.id),
        ],
        limit=1,
    )
    example = env["account.bank.statement.line"].create(
        {"journal_id": journal.id, "date": DAY, "amount": 1.0, "payment_ref": "x"}
    )
    env.flush_all()
    copy_lines(env, example, lines)
    env.cr.execute("ANALYZE")
    env.cr.commit()


def copy_lines(env, example, lines):
    """Copy a bank line with its entry, each paying half of a dossier's principal, or
    all of it."""
    owner = (
        "JOIN incasso_dossier dossier ON dossier.bench = n"
        " JOIN res_partner debtor ON debtor.id = dossier.debtor_id"
        " JOIN LATERAL (SELECT name FROM incasso_claim WHERE dossier_id = dossier.id"
        " ORDER BY id LIMIT 1) claim ON TRUE"
    )
    amount = (
        "CASE WHEN n % 20 = 17 THEN dossier.balance"
        " WHEN n % 3 = 0 THEN dossier.balance"
        " ELSE round(dossier.balance / 2, 2) END"
    )
    cases, start = [], 0
    for share, _kind, text in KINDS:
        cases.append(f"WHEN n % 20 < {start + share} THEN {text}")
        start += share
    text = f"CASE {' '.join(cases)} END"
    env.cr.execute("ALTER TABLE account_move ADD COLUMN line_bench int")
    copy_rows(
        env,
        "account_move",
        example.move_id,
        lines,
        {
            "line_bench": "n",
            "name": "'BNKB/' || n",
            "sequence_number": "n + 5000",
            "access_token": "NULL",
            "statement_line_id": "NULL",
            **dict.fromkeys(
                (
                    "amount_total",
                    "amount_total_signed",
                    "amount_total_in_currency_signed",
                ),
                amount,
            ),
        },
        owner,
    )
    move = f"JOIN account_move move ON move.line_bench = n {owner}"
    for line in example.line_ids:
        sign = "" if line.debit else "-"
        side, other = ("debit", "credit") if line.debit else ("credit", "debit")
        reconciles = line.account_id.reconcile or line.account_type == "asset_cash"
        residual = f"{sign}({amount})" if reconciles else "0"
        copy_rows(
            env,
            "account_move_line",
            line,
            lines,
            {
                "move_id": "move.id",
                "move_name": "move.name",
                "name": text,
                side: amount,
                other: "0",
                "balance": f"{sign}({amount})",
                "amount_currency": f"{sign}({amount})",
                "amount_residual": residual,
                "amount_residual_currency": residual,
            },
            move,
        )
    copy_rows(
        env,
        "account_bank_statement_line",
        example,
        lines,
        {
            "move_id": "move.id",
            "payment_ref": text,
            "amount": amount,
            "amount_residual": f"-({amount})",
            "partner_name": "CASE WHEN n % 20 = 17 THEN debtor.name"
            " ELSE 'Naam ' || n END",
            "internal_index": "'20260601' || lpad(n::text, 20, '0')",
        },
        move,
    )
    env.cr.execute(
        "UPDATE account_move SET statement_line_id = line.id"
        " FROM account_bank_statement_line line"
        " WHERE line.move_id = account_move.id AND line_bench IS NOT NULL"
    )


def recognise(env):
    """Recognise all lines; nothing is written."""
    lines = env["account.bank.statement.line"].search(
        [("is_reconciled", "=", False), ("amount", ">", 1)]
    )

    def work():
        matches = env["incasso.matching"]._match(
            env.company, [line._incasso_incoming() for line in lines]
        )
        sure = [match for match in matches.values() if match.confidence >= 90]
        found = [match for match in matches.values() if match.dossier_id]
        return {"lines": len(lines), "found": len(found), "sure": len(sure)}

    return measured(env, work)


def book(env):
    """What the scheduled job does with all of them."""
    lines = env["account.bank.statement.line"].search(
        [("is_reconciled", "=", False), ("amount", ">", 1)], order="date, id"
    )

    def work():
        for start in range(0, len(lines), 500):
            lines[start : start + 500]._incasso_match()
            env.cr.commit()
        states = env["incasso.receipt"]._read_group([], ["state"], ["__count"])
        closed = env["incasso.dossier"].search_count([("close_reason", "=", "paid")])
        return {"lines": len(lines), "states": dict(states), "closed": closed}

    found = measured(env, work)
    started = time.perf_counter()
    dossiers = env["incasso.dossier"].search([])
    found["findings"] = len(dossiers._check_books())
    found["check"] = time.perf_counter() - started
    return found


WORKERS = {"recognise": recognise, "book": book}


def worker(env, name, lines):
    """What a process of the benchmark does; called inside ``odoo shell``."""
    env = env(context={**env.context, "tracking_disable": True})
    if name == "data":
        make_lines(env, lines)
    else:
        print("RESULT " + json.dumps(WORKERS[name](env)))


class MatchingBench(Bench):
    """A database of dossiers with a bank line for each."""

    module = "matching"
    install = "incasso_nl"


def show(lines, recognised, booked):
    """Print what was measured."""
    print(f"\n{lines:,} bank lines, as many dossiers, {lines * PER_DEBTOR:,} invoices")
    print(
        f"{'':12}{'seconds':>10}{'ms/line':>10}{'queries':>10}{'per line':>10}{'MB':>7}"
    )
    for name, found in (("recognised", recognised), ("booked", booked)):
        print(
            f"{name:12}{found['seconds']:10.2f}{1000 * found['seconds'] / lines:10.2f}"
            f"{found['queries']:10,}{found['queries'] / lines:10.3f}"
            f"{found['memory']:7.0f}"
        )
    print(
        f"found {recognised['found']:,}, surely {recognised['sure']:,}; receipts "
        f"{booked['states']}, {booked['closed']:,} dossiers closed as paid; the check "
        f"of the books took {booked['check']:.1f} s and found {booked['findings']}"
    )


def main():
    asked = options(__doc__, "lines", [10_000])
    tools = prepare()
    for lines in asked.sizes:
        bench = MatchingBench(tools, lines)
        bench.make()
        show(lines, bench.work("recognise"), bench.work("book"))
        if not asked.keep:
            bench.drop()


if __name__ == "__main__":
    main()
