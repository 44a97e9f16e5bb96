"""Two transactions at the same moment, as two workers of a server would have them.

Text for ``odoo shell``: the scripts of such tests come after it.
"""

import threading
import time
from datetime import date

from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying


def make_dossier(env):
    """An own dossier of 1,000.00 with 150.00 costs."""
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
    return dossier


def own_bank(env):
    """A bank journal of the company that is not for trust money."""
    company = env.ref("base.main_company")
    return env["account.journal"].search(
        [
            ("type", "=", "bank"),
            ("company_id", "=", company.id),
            ("id", "!=", company.incasso_trust_journal_id.id),
        ],
        limit=1,
    )


def alone(dbname, work, done, hold=None):
    """Do work in a transaction of its own, again where PostgreSQL asks for it.

    :param work: called with an environment
    :param done: event that is set when the work was done, before the commit
    :param hold: event to wait for before the commit
    :return: how often it was tried
    """
    tries = 0
    with Registry(dbname).cursor() as cr:
        own_env = api.Environment(cr, api.SUPERUSER_ID, {})

        def attempt():
            nonlocal tries
            tries += 1
            work(own_env)
            own_env.flush_all()
            done.set()
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


def two_at_once(env, first_work, second_work):
    """Let the second begin while the first has not committed yet: the first waits with
    that until the second is seen waiting for it.

    :return: whether the second waited, and how often each was tried
    """
    go_on, first_done, second_done = (threading.Event() for _event in range(3))
    tries = {}

    def run(name, *args):
        tries[name] = alone(env.cr.dbname, *args)

    first = threading.Thread(target=run, args=("first", first_work, first_done, go_on))
    first.start()
    first_done.wait(60)
    second = threading.Thread(target=run, args=("second", second_work, second_done))
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
    return {"waited": waited, "tries": tries}
