"""One online payment, told and processed by two workers at the same moment.

Runs in ``odoo shell`` after ``at_once.py`` and prints a JSON object.
"""
# ruff: noqa: F821 - odoo shell gives env, at_once.py the rest

import json


def make_transaction(env, dossier):
    """A payment of all that is owed, started with Mollie."""
    provider = env.ref("payment.payment_provider_mollie").copy(
        {
            "name": f"Mollie {dossier.name}",
            "company_id": dossier.company_id.id,
            "state": "disabled",
        }
    )
    provider.write({"state": "test", "mollie_api_key": "test_x"})
    provider.journal_id = own_bank(env)
    offer = dossier._payment_offer("all")
    transaction = env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": env.ref("payment.payment_method_ideal").id,
            "reference": f"{dossier.payment_reference}-at-once",
            "provider_reference": "tr_atonce",
            "amount": float(offer.amount),
            "currency_id": dossier.currency_id.id,
            "partner_id": dossier.debtor_id.id,
            "operation": "online_redirect",
            **dossier._prepare_transaction(offer),
        }
    )
    transaction._incasso_start_hold()
    env.cr.commit()
    return transaction


def told(transaction, **more):
    """What Mollie says of the payment, for whoever asked."""
    amount = {
        "currency": transaction.currency_id.name,
        "value": f"{transaction.amount:.2f}",
    }
    data = {"status": "paid", "method": "ideal", "amount": amount, **more}

    def work(own_env):
        own = own_env["payment.transaction"].browse(transaction.id)
        own._process("mollie", data)
        if not own.is_post_processed:
            own._post_process()

    return work


def state(transaction):
    dossier = transaction.incasso_dossier_id
    payments = transaction.env["account.payment"].search(
        [("incasso_dossier_id", "=", dossier.id)]
    )
    return {
        "payments": len(payments),
        "receipts": sorted(dossier.receipt_ids.mapped("state")),
        "refunds": transaction.child_transaction_ids.mapped("amount"),
        "balance": dossier.balance,
        "held": bool(dossier.is_held),
        "findings": [list(finding) for finding in dossier._check_books()],
    }


def main(env):
    transaction = make_transaction(env, make_dossier(env))
    # The webhook and the page on which the debtor comes back.
    paid = two_at_once(env, told(transaction), told(transaction))
    paid |= state(transaction)
    # The debtor's bank takes it all back, and Mollie tells it twice.
    back = {"amountChargedBack": {"currency": "EUR", "value": "1150.00"}}
    taken = two_at_once(env, told(transaction, **back), told(transaction, **back))
    env["payment.transaction"]._cron_post_process()
    return {"paid": paid, "taken_back": taken | state(transaction)}


print("RESULT", json.dumps(main(env)))
