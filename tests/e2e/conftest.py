"""The company of the demo data without its story, and days that can be lived through.

The started server lives today. What happened before that is made by processes of their
own, whose clock stands still in the past: they start the scheduled jobs of the product
as Odoo does, and its e-mail goes to the same real mail peer.
"""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

# Runs in ``odoo shell``: ``stage`` is the company, its users, products and partners.
STAGE = """
from odoo import Command, fields
from odoo.addons.incasso_nl.demo.stage import Stage

stage = Stage(env(su=True, context={"tracking_disable": True}))
"""
# The company's e-mail goes to the mail peer, whichever process sends it.
MAIL_SERVER = """
env["ir.mail_server"].create(
    {"name": "peer", "smtp_host": "localhost", "smtp_port": PORT}
)
"""
INVOICE = """
invoice = env["account.move"].create({
    "move_type": "out_invoice",
    "company_id": company.id,
    "partner_id": partner.id,
    "invoice_date": day("INVOICED"),
    "invoice_date_due": day("DUE"),
    "invoice_payment_term_id": False,
    "invoice_line_ids": [Command.create(
        {"product_id": product.id, "quantity": 1, "tax_ids": [Command.clear()],
         "price_unit": AMOUNT}
    )],
})
invoice.action_post()
env.cr.commit()
print("RESULT", invoice.id)
"""
LIVE = """
from datetime import datetime, time, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from odoo import fields
from odoo.sql_db import Cursor

JOBS = (
    (3, "cron_daily_run"), (9, "cron_render_messages"), (11, "cron_send_messages"),
)
day, last = fields.Date.to_date("FIRST"), fields.Date.to_date("LAST")
with (
    freeze_time(str(day)) as frozen,
    mock.patch.object(Cursor, "now", lambda _cursor: datetime.now()),
):
    def at(hour):
        moment = datetime.combine(day, time(hour), ZoneInfo("Europe/Amsterdam"))
        frozen.move_to(moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None))

    at(8)
    exec(MORNING)
    while day <= last:
        for hour, job in JOBS:
            at(hour)
            env.cr.commit()
            env.ref(f"incasso_nl.{job}").method_direct_trigger()
            env.cr.commit()
            env.invalidate_all()
        day += timedelta(days=1)
"""


class Workshop:
    """The company of the demo, on the started server.

    :ivar date today: the server's day
    :ivar dict ids: database ids of the company, its partners and its products
    """

    def __init__(self, server, ids):
        self.server = server
        self.ids = ids
        self.today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()

    def ago(self, days):
        return self.today - timedelta(days=days)

    def invoice(self, partner, amount, due):
        """A posted invoice.

        :param str partner: name in the demo's cast
        :param float amount: euro, free of VAT
        :param date due: last day to pay; invoiced two weeks before
        :return: its id
        """
        script = f"""
from odoo import Command, fields
day = fields.Date.to_date
company = env["res.company"].browse({self.ids["company"]})
partner = env["res.partner"].browse({self.ids["partners"][partner]})
product = env["product.product"].browse({self.ids["products"]["city_bike"]})
env = company.with_company(company).env
""" + INVOICE.replace("INVOICED", str(due - timedelta(days=14))).replace(
            "DUE", str(due)
        ).replace("AMOUNT", str(amount))
        return result(self.server.shell(script))

    def hand_over(self, invoice, first, last):
        """The handler sends an invoice to collection; the days go by.

        :param int invoice: id
        :param date first: the morning of the hand-over
        :param date last: the last day lived through
        :return: id of the dossier
        """
        morning = f"""
handler = env.ref("incasso_nl.demo_user_handler")
move = env["account.move"].with_user(handler).browse({invoice})
action = move.action_incasso_hand_over()
handover = env[action["res_model"]].with_user(handler).browse(action["res_id"])
handover.action_confirm()
print("RESULT", move.incasso_dossier_id.id)
"""
        return result(self.live(first, last, morning))

    def live(self, first, last, morning=""):
        """Live through days: the daily run, laying out and sending at their hours.

        :param str morning: Python that runs on the first morning
        :return: what it printed
        """
        return self.server.shell(
            f"MORNING = {morning!r}\n"
            + LIVE.replace("FIRST", str(first)).replace("LAST", str(last))
        )

    def read(self, model, record_id, *names):
        """Field values of a record."""
        return self.server.call(model, "read", [record_id], list(names))[0]


def result(printed):
    """What a script says its result is."""
    [line] = [line for line in printed.splitlines() if line.startswith("RESULT ")]
    return json.loads(line.removeprefix("RESULT "))


@pytest.fixture(scope="session")
def workshop(odoo_server, smtp_peer):
    """The demo's company: users ``handler``, ``finance`` and the others, with their
    login for a password."""
    script = (
        STAGE
        + MAIL_SERVER.replace("PORT", str(smtp_peer.port))
        + """
import json
ids = {
    "company": stage.company.id,
    "partners": {name: partner.id for name, partner in stage.partners.items()},
    "products": {name: product.id for name, product in stage.products.items()},
}
env.cr.commit()
print("RESULT", json.dumps(ids))
"""
    )
    return Workshop(odoo_server, result(odoo_server.shell(script)))
