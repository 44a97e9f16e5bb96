"""Two payments of one debtor, booked at the same moment in two transactions.

Runs in ``odoo shell`` after ``at_once.py`` and prints a JSON object. The first
transaction allocates its receipt and waits with its commit until the second is seen
waiting for the dossier; then both go on.
"""
# ruff: noqa: F821 - odoo shell gives env, at_once.py the rest

import json
from datetime import date


def make_receipts(env, dossier):
    """Two payments of 400.00 that wait to be allocated."""
    receipts = env["incasso.receipt"]
    for _payment in range(2):
        payment = (
            env["account.payment"]
            .with_context(incasso_no_recognition=True)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": dossier.debtor_id.id,
                    "journal_id": own_bank(env).id,
                    "date": date(2026, 5, 1),
                    "amount": 400.0,
                }
            )
        )
        payment.action_post()
        receipts += receipts.create(
            payment._prepare_incasso_receipt(dossier.id, 0, "Proposed.")
        )
    env.cr.commit()
    return receipts


def main(env):
    dossier = make_dossier(env)
    receipts = make_receipts(env, dossier)
    result = two_at_once(
        env,
        *(
            lambda own_env, id_=receipt.id: (
                own_env["incasso.receipt"].browse(id_)._allocate()
            )
            for receipt in receipts
        ),
    )
    return result | {
        "paid": [
            {part: receipt[part] for part in ("costs", "principal", "surplus")}
            for receipt in receipts
        ],
        "balance": dossier.balance,
        "invoice": dossier.claim_ids.move_id.amount_residual,
        "findings": [list(finding) for finding in dossier._check_books()],
    }


print("RESULT", json.dumps(main(env)))
