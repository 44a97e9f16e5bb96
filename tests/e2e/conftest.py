"""The company of the demo data without its story, and days that can be lived through.

The started server lives today. What happened before that is made by processes of their
own, whose clock stands still in the past: they start the scheduled jobs of the product
as Odoo does, and its e-mail goes to the same real mail peer.
"""

import importlib.util
import json
from collections import namedtuple
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import debtor
import handler as back_office
import letters
import pytest
from workbench.paths import ROOT

# Runs in ``odoo shell``: ``stage`` is the company, its users, products and partners.
STAGE = """
from odoo import Command, fields
from odoo.addons.incasso_nl.demo.stage import Stage

stage = Stage(env(su=True, context={"tracking_disable": True}))
"""
PEER = ROOT / "incasso_nl_payment/tests/mollie_peer.py"
# ``COMPANY``, ``URL`` and ``KEY`` of Mollie, ``HERE``.
PROVIDERS = """
company = env["res.company"].browse(COMPANY)
journal = env["account.journal"].search([
    ("company_id", "=", company.id),
    ("type", "=", "bank"),
    ("id", "!=", company.incasso_trust_journal_id.id),
], limit=1)
company.incasso_test_payments = True
settings = env["ir.config_parameter"]
settings.set_param("incasso_nl_payment.mollie_api_url", URL)
settings.set_param("web.base.url", HERE)
for code, values in (("mollie", {"mollie_api_key": KEY}), ("demo", {})):
    provider = env.ref(f"payment.payment_provider_{code}").copy(
        {"name": code, "company_id": company.id, "state": "disabled"}
    )
    provider.write({"state": "test", "is_published": True, **values})
    provider.journal_id = journal
env.cr.commit()
"""
# The company's e-mail goes to the mail peer, whichever process sends it.
MAIL_SERVER = """
env["ir.mail_server"].create(
    {"name": "peer", "smtp_host": "localhost", "smtp_port": PORT}
)
"""
# ``ROWS``: partner, euro, date of the invoice, last day to pay.
INVOICES = """
import json

made = env["account.move"].create([
    {
        "move_type": "out_invoice",
        "company_id": company.id,
        "partner_id": partner,
        "invoice_date": day(invoiced),
        "invoice_date_due": day(due),
        "invoice_payment_term_id": False,
        "invoice_line_ids": [Command.create(
            {"product_id": product.id, "quantity": 1, "tax_ids": [Command.clear()],
             "price_unit": amount}
        )],
    }
    for partner, amount, invoiced, due in ROWS
])
made.action_post()
env.cr.commit()
print("RESULT", json.dumps(made.ids))
"""
# ``MOVES``: ids of invoices.
HAND_OVER = """
import json

handler = env.ref("incasso_nl.demo_user_handler")
moves = env["account.move"].with_user(handler).browse(MOVES)
action = moves.action_incasso_hand_over()
handover = env[action["res_model"]].with_user(handler).browse(action["res_id"])
handover.action_confirm()
print("RESULT", json.dumps([move.incasso_dossier_id.id for move in moves]))
"""
# ``MONEY``: company, partner, euro, text that goes with it.
RECEIVE = """
company, partner, amount, text = MONEY
partner = env["res.partner"].browse(partner)
journal = env["account.journal"].search([
    ("company_id", "=", company),
    ("type", "=", "bank"),
    ("bank_account_id.acc_holder_name", "=", "Fietsenmakerij De Ketting B.V."),
])
env["account.bank.statement.line"].with_company(company).create({
    "journal_id": journal.id,
    "date": fields.Date.today(),
    "amount": amount,
    "payment_ref": text,
    "partner_name": partner.name,
    "account_number": partner.bank_ids[:1].acc_number,
})
"""
LIVE = """
from datetime import datetime, time, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from odoo import fields
from odoo.sql_db import Cursor

JOBS = (
    (1, "cron_match"),
    (2, "cron_follow_arrangements"),
    (3, "cron_daily_run"),
    (9, "cron_render_messages"),
    (11, "cron_send_messages"),
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
    env.cr.commit()
    while day <= last:
        for hour, job in JOBS:
            at(hour)
            env.cr.commit()
            env.ref(f"incasso_nl.{job}").method_direct_trigger()
            env.cr.commit()
            env.invalidate_all()
        day += timedelta(days=1)
"""


#: A dossier of a debtor: ``home`` is the postcode and the number of the house,
#: ``letters`` those that came: files, oldest first.
Case = namedtuple("Case", "id name reference home letters")


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
        return self.invoices([(partner, amount, due)])[0]

    def invoices(self, wanted):
        """Posted invoices, in one go.

        :param list wanted: partner, amount and due date of each, as for :meth:`invoice`
        :return: their ids, in the same order
        """
        rows = [
            (
                self.ids["partners"][partner],
                amount,
                str(due - timedelta(days=14)),
                str(due),
            )
            for partner, amount, due in wanted
        ]
        script = f"""
from odoo import Command, fields
day = fields.Date.to_date
company = env["res.company"].browse({self.ids["company"]})
product = env["product.product"].browse({self.ids["products"]["city_bike"]})
env = company.with_company(company).env
ROWS = {rows!r}
"""
        return result(self.server.shell(script + INVOICES))

    def hand_over(self, invoice, first, last):
        """The handler sends an invoice to collection; the days go by.

        :param int invoice: id
        :param date first: the morning of the hand-over
        :param date last: the last day lived through
        :return: id of the dossier
        """
        return self.hand_over_all([invoice], first, last)[0]

    def hand_over_all(self, invoices, first, last):
        """The handler sends invoices to collection on one morning; the days go by.

        :param list invoices: ids
        :return: ids of their dossiers, in the same order
        """
        morning = f"MOVES = {invoices!r}\n{HAND_OVER}"
        return result(self.live(first, last, morning))

    def receive(self, partner, amount, text, first, last):
        """Money comes in at the bank on the morning of ``first``; the days go by.

        :param str partner: name in the demo's cast
        :param float amount: euro
        :param str text: what the payer wrote
        :param date last: the last day lived through
        """
        money = (self.ids["company"], self.ids["partners"][partner], amount, text)
        self.live(first, last, f"MONEY = {money!r}\n{RECEIVE}")

    def live(self, first, last, morning=""):
        """Live through days: the daily run, laying out and sending at their hours.

        :param str morning: Python that runs on the first morning
        :return: what it printed
        """
        return self.server.shell(
            f"MORNING = {morning!r}\n"
            + LIVE.replace("FIRST", str(first)).replace("LAST", str(last))
        )

    def send_letters(self):
        """Live through the next days: among them is one on which letters go out."""
        self.live(self.today + timedelta(days=1), self.today + timedelta(days=4))

    def at(self, day, script):
        """Run Python on the morning of a day, and nothing else.

        :return: what the script says its result is
        """
        return result(self.live(day, day - timedelta(days=1), script))

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


@pytest.fixture(scope="session")
def cases(workshop, smtp_peer):
    """Debtors who got letters by e-mail: :class:`Case` by name in the demo's cast.

    Haddad, Kuipers and Hofstra were asked for costs and interest a while ago; the
    others had a first reminder this week.
    """
    late, fresh = workshop.ago(59), workshop.ago(9)
    owed = {
        "haddad": [(600.00, late)],
        "kuipers": [(1450.00, late)],
        # Two invoices: one of them will be objected to.
        "hofstra": [(300.00, late), (200.00, late)],
        "schouten": [(420.00, fresh)],
        "verbruggen": [(260.00, fresh)],
        "baars": [(99.00, fresh)],
        "reitsma": [(175.00, fresh)],
        "jonker": [(310.00, fresh)],
    }
    rows = [
        (partner, amount, due)
        for partner, invoices in owed.items()
        for amount, due in invoices
    ]
    invoices = workshop.invoices(rows)
    lots = {late: {}, fresh: {}}
    for (partner, _amount, due), invoice in zip(rows, invoices, strict=True):
        lots[due][invoice] = partner
    dossiers = {}
    for due, last in ((late, workshop.ago(9)), (fresh, workshop.ago(1))):
        ids = workshop.hand_over_all(list(lots[due]), due + timedelta(days=1), last)
        dossiers |= dict(zip(lots[due].values(), ids, strict=True))
    found = {}
    for partner, dossier in dossiers.items():
        row = workshop.read("incasso.dossier", dossier, "name", "payment_reference")
        [home] = workshop.server.call(
            "res.partner",
            "read",
            [workshop.ids["partners"][partner]],
            ["email", "zip", "street"],
        )
        found[partner] = Case(
            dossier,
            row["name"],
            row["payment_reference"],
            (home["zip"], home["street"].rpartition(" ")[2]),
            [
                letters.attached(mail)
                for mail in smtp_peer.messages
                if mail.envelope_to == [home["email"]]
            ],
        )
    return found


@pytest.fixture
def visitor(new_context, output_path):
    """A debtor with a phone whose browser runs no scripts."""
    page = new_context(**debtor.WINDOW).new_page()
    # A program looks over the shoulder: it cannot do without scripts.
    reader = new_context(viewport=debtor.PHONE).new_page()
    return debtor.Visitor(page, output_path, reader)


@pytest.fixture
def handler(page, log_in, output_path):
    """A handler who is logged in."""
    log_in("handler", "handler")
    return back_office.Handler(page, Path(output_path))


@pytest.fixture(scope="session")
def mollie_peer(odoo_server, workshop):
    """A server that speaks Mollie's API, and the providers that use it."""
    spec = importlib.util.spec_from_file_location("mollie_peer", PEER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    peer = module.MolliePeer().start()
    facts = (workshop.ids["company"], peer.url, module.API_KEY, odoo_server.url)
    odoo_server.shell(f"COMPANY, URL, KEY, HERE = {facts!r}\n{PROVIDERS}")
    yield peer
    peer.stop()
