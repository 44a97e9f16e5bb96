"""Two bank lines take the same money back, looked at in two transactions at once.

Runs in ``odoo shell`` after ``at_once.py`` and prints a JSON object.
"""
# ruff: noqa: F821 - odoo shell gives env, at_once.py the rest

import json
from datetime import date


def make_lines(env, dossier):
    """400.00 that came in and was allocated, and two lines that take it back."""
    lines = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": own_bank(env).id,
                "date": day,
                "amount": amount,
                "payment_ref": text,
                "account_number": "NL18RABO0123459876",
            }
            for day, amount, text in (
                (date(2026, 5, 1), 400.0, dossier.name),
                (date(2026, 5, 6), -400.0, f"STORNO {dossier.name}"),
                (date(2026, 5, 7), -400.0, f"STORNO {dossier.name}"),
            )
        ]
    )
    lines[0]._incasso_match()
    env.cr.commit()
    return lines


def main(env):
    dossier = make_dossier(env)
    line, *back = make_lines(env, dossier)
    result = two_at_once(
        env,
        *(
            lambda own_env, id_=out.id: (
                own_env["account.bank.statement.line"]
                .browse(id_)
                ._incasso_match_charge_backs()
            )
            for out in back
        ),
    )
    return result | {
        "receipts": line.incasso_receipt_ids.mapped("state"),
        "charge_backs": [out.incasso_charge_back_ids.mapped("state") for out in back],
        "balance": dossier.balance,
        "findings": [list(finding) for finding in dossier._check_books()],
    }


print("RESULT", json.dumps(main(env)))
