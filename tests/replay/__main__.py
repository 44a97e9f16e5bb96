"""Replay a history of invoices and payments in a database.

The replay goes on where an earlier one in the same database stopped. Ctrl-C stops it;
what is done stays done.
"""

import argparse
import gc
import logging
import signal
import sys
from datetime import date
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import creditor, history, table
from .checks import Broken, Inspector
from .clock import frozen, seconds
from .lies import prove
from .post_office import HOST, open_post_office
from .world import ONE_DAY, World

# Environments that wait to be collected, before somebody does it.
ENVIRONMENTS = 200


class Loud(logging.Handler):
    """Keeps warnings and errors: a replay in which the product complains has failed."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        """Override of ``Handler``."""
        self.said.append(f"{record.name}: {record.getMessage()}")


def main():
    options = _options()
    invoices = history.read(options.history)
    if options.every > 1:
        kept = sorted({invoice.customer for invoice in invoices})[:: options.every]
        invoices = [invoice for invoice in invoices if invoice.customer in kept]
    first = invoices[0].day
    last = max(invoice.settled for invoice in invoices)
    if options.until:
        last = min(last, options.until)
    loud = Loud()
    with open_post_office(options.mail) as post_office:
        odoo.tools.config.parse_config(
            [
                *("-d", options.database, "--no-http"),
                *("--smtp", HOST, "--smtp-port", str(post_office.port)),
            ],
            setup_logging=True,
        )
        logging.getLogger().addHandler(loud)
        logging.getLogger("odoo").setLevel(logging.WARNING)
        with frozen(first) as clock, Registry(options.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"lang": "nl_NL"})
            return _replay(
                env, clock, invoices, first, last, post_office, loud, options
            )


def _options():
    parser = argparse.ArgumentParser("python -m replay", description=__doc__)
    parser.add_argument("database")
    parser.add_argument("mail", type=Path, help="folder that keeps the e-mail sent")
    parser.add_argument(
        "--history", type=Path, default=history.find(), help="the file to replay"
    )
    parser.add_argument("--until", type=date.fromisoformat, help="last day, YYYY-MM-DD")
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="every Nth customer only"
    )
    parser.add_argument(
        "--prove",
        action="store_true",
        help="at the end, see that the checks notice what is wrong",
    )
    parser.add_argument(
        "--beside",
        action="store_true",
        help="other companies in this database collect too: leave them alone",
    )
    options = parser.parse_args()
    if not options.history:
        parser.error(f"no history: name the file in --history or {history.VARIABLE}")
    return options


def _replay(env, clock, invoices, first, last, post_office, loud, options):
    clock.move_to(first, 1)
    company = creditor.found(env)
    if not company:
        post_office.empty()
        company = creditor.create(env, invoices)
        env.cr.commit()
    env = env(
        context={
            **env.context,
            "allowed_company_ids": company.ids,
            "tz": "Europe/Amsterdam",
        }
    )
    world = World(env, invoices, clock, alone=not options.beside)
    inspector = Inspector(env, post_office, invoices, alone=not options.beside)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = seconds()

    def after_day(day):
        # Odoo looks for an environment among all that the cursor's transactions made,
        # until they are collected; after months it would do little else.
        if len(env.transaction.envs) > ENVIRONMENTS:
            gc.collect()
        with world.timed("checks"):
            inspector.every_day(day)
            if (day + ONE_DAY).day == 1 or day == last:
                inspector.everything(day)
        if loud.said:
            raise Broken(f"{day}: the log says\n    " + "\n    ".join(loud.said[:5]))
        if (day + ONE_DAY).day == 1:
            print(f"{day:%B %Y}: {seconds() - begin:.0f} s", flush=True)

    try:
        world.live(last, after_day)
    except Broken as error:
        print(f"BROKEN {error}", flush=True)
        return 1
    world.times["in all"] = seconds() - begin
    print(table.write(table.outcome(env), world.times), flush=True)
    unnoticed = prove(inspector, last) if options.prove else []
    for said in unnoticed:
        print(f"UNNOTICED {said}", flush=True)
    return 1 if unnoticed else 0


sys.exit(main())
