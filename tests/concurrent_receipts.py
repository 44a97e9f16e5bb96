"""Two payments of one debtor, booked at the same moment in two transactions.

Runs in ``odoo shell`` (``env`` is given) and prints a JSON object. The first
transaction allocates its receipt and waits with its commit until the second is seen
waiting for the dossier; then both go on, as two workers of a server would.
"""

import json
import threading
import time
from datetime import date

from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying


def make_dossier(env):
    """An own dossier of 1,000.00 with 150.00 costs, and two payments of 400.00 that
    wait to be allocated."""
    company = env.ref("base.main_company")
    if not company.chart_template:
        env["account.chart.template"].try_loading("nl", company, install_demo=False)
    debtor = env["res.partner"].create(
        {
            "name": "Gelijktijdig B.V.",
            "is_company": True,
            "incasso_debtor_type": "business",
            "email": "gelijktijdig@debiteur.example",
        }
    )
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date": date(2026, 1, 30),
            "invoice_date_due": date(2026, 3, 1),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create({"name": "Werk", "price_unit": 1000.0, "tax_ids": []})
            ],
        }
    )
    invoice.action_post()
    dossier = env["incasso.dossier"]._open(
        [
            {
                "company_id": company.id,
                "debtor_id": debtor.id,
                "creditor_id": company.partner_id.id,
                "flow_id": False,
                "claim_ids": [
                    Command.create(
                        {
                            "name": invoice.name,
                            "invoice_date": date(2026, 1, 30),
                            "due_date": date(2026, 3, 1),
                            "amount": 1000.0,
                            "interest_kind": "none",
                            "move_line_id": invoice.line_ids.filtered(
                                lambda line: line.display_type == "payment_term"
                            ).id,
                        }
                    )
                ],
            }
        ]
    )
    dossier._charge_costs(date(2026, 4, 1))
    receipts = env["incasso.receipt"]
    journal = env["account.journal"].search(
        [
            ("type", "=", "bank"),
            ("company_id", "=", company.id),
            ("id", "!=", company.incasso_trust_journal_id.id),
        ],
        limit=1,
    )
    for _payment in range(2):
        payment = (
            env["account.payment"]
            .with_context(incasso_no_recognition=True)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": debtor.id,
                    "journal_id": journal.id,
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
    return dossier, receipts


def allocate(dbname, receipt_id, started, hold=None):
    """Allocate a receipt in a transaction of its own, again where PostgreSQL asks.

    :param started: event that is set when the allocation was made, before the commit
    :param hold: event to wait for before the commit
    :return: how often it was tried
    """
    tries = 0
    with Registry(dbname).cursor() as cr:
        own_env = api.Environment(cr, api.SUPERUSER_ID, {})

        def attempt():
            nonlocal tries
            tries += 1
            own_env["incasso.receipt"].browse(receipt_id)._allocate()
            own_env.flush_all()
            started.set()
            if hold:
                hold.wait(30)

        retrying(attempt, own_env)
    return tries


def blocked(env):
    """Whether a transaction waits for a lock on a row."""
    env.cr.rollback()
    env.cr.execute(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'"
    )
    return env.cr.fetchone()[0]


def main(env):
    dossier, receipts = make_dossier(env)
    go_on, first_done, second_done = (threading.Event() for _event in range(3))
    tries = {}

    def run(name, *args):
        tries[name] = allocate(env.cr.dbname, *args)

    first = threading.Thread(
        target=run, args=("first", receipts[0].id, first_done, go_on)
    )
    first.start()
    first_done.wait(60)
    second = threading.Thread(target=run, args=("second", receipts[1].id, second_done))
    second.start()
    waited = False
    for _moment in range(100):
        if blocked(env):
            waited = True
            break
        time.sleep(0.1)
    go_on.set()
    first.join(60)
    second.join(60)
    env.cr.rollback()
    env.invalidate_all()
    return {
        "waited": waited,
        "tries": tries,
        "paid": [
            {part: receipt[part] for part in ("costs", "principal", "surplus")}
            for receipt in receipts
        ],
        "balance": dossier.balance,
        "invoice": dossier.claim_ids.move_id.amount_residual,
        "findings": [list(finding) for finding in dossier._check_books()],
    }


print("RESULT", json.dumps(main(env)))  # noqa: F821 - odoo shell gives env
