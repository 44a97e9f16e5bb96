"""What the attacker's test stands on: dossiers worth robbing, visitors who mean ill,
and a picture of the database that shows whether they changed anything.

Everything of the victim carries a word that stands nowhere else (`CANARY`): a page that
shows it shows what it must not.
"""

import json
import os
import re

import psycopg2
import requests
from requests.adapters import HTTPAdapter

#: Words of the victim: name, address, amounts, texts, files.
CANARY = re.compile(
    r"kanarie|geheimhouder|kooistraat|8888 ?ZW|zwaantje"
    r"|4[.,]?321[.,]09|8[.,]?642[.,]18",
    re.IGNORECASE,
)

#: Runs in ``odoo shell`` after ``COMPANY`` was set to the id of the company.
WORLD = r"""
import inspect, json, re
from datetime import datetime, timedelta


from freezegun import freeze_time
from odoo import Command, fields


company = env["res.company"].browse(COMPANY)
env = env(su=True, context={
    "allowed_company_ids": company.ids, "lang": "nl_NL", "tz": "Europe/Amsterdam",
    "tracking_disable": True,
})
company = company.with_env(env)
today = fields.Date.context_today(company)
handler = env.ref("incasso_nl.demo_user_handler")


def person(name, street, zip_code, **values):
    return env["res.partner"].create({
        "name": name, "street": street, "zip": zip_code, "city": "Lindedorp",
        "country_id": env.ref("base.nl").id, "company_id": company.id,
        "lang": "en_US", "email": name.split()[0].lower() + "@post.example", **values,
    })


def open_dossier(debtor, *amounts, text="Levering"):
    due = today - timedelta(days=60)
    claims = []
    for number, amount in enumerate(amounts):
        invoice = env["account.move"].create({
            "move_type": "out_invoice", "company_id": company.id,
            "partner_id": debtor.id, "invoice_date": due - timedelta(days=14 + number),
            "invoice_date_due": due - timedelta(days=number),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create({
                "name": text, "quantity": 1, "price_unit": amount,
                "tax_ids": [Command.clear()],
            })],
        })
        invoice.action_post()
        line = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        claims.append(Command.create({
            "name": invoice.name, "invoice_date": invoice.invoice_date,
            "due_date": invoice.invoice_date_due, "amount": amount,
            "invoice_amount": amount, "move_line_id": line.id, "description": text,
        }))
    return env["incasso.dossier"]._open([{
        "company_id": company.id, "debtor_id": debtor.id, "handler_id": handler.id,
        "creditor_id": company.partner_id.id, "claim_ids": claims,
    }])


def access_of(dossier):
    return env["incasso.access"]._of_dossiers(dossier)[dossier.id]


def code_of(dossier):
    return access_of(dossier)._code().replace(" ", "")


def link_of(dossier):
    return access_of(dossier)._link().rpartition("/")[2]


def portal_user(partner, login):
    return env["res.users"].create({
        "name": partner.name, "login": login, "password": login,
        "partner_id": partner.id, "company_id": company.id,
        "company_ids": [Command.set(company.ids)],
        "group_ids": [Command.set(env.ref("base.group_portal").ids)],
    })


# === THE VICTIM: something of every kind === #

victim = person(
    "Zwaantje Geheimhouder", "Kooistraat 77", "8888 ZW",
    phone="+31612345678", incasso_birth_date="1980-02-01",
)
hers = open_dossier(victim, 4321.09, 4321.09, text="Kanarie")
second = open_dossier(victim, 4321.09, text="Kanarie")
claims = hers.claim_ids
file = ("kanarie.txt", b"kanarie")
document = env["ir.attachment"].create({
    "name": "kanarie.pdf", "raw": b"kanarie", "res_model": "incasso.claim",
    "res_id": claims[0].id,
})
letter = env["incasso.message"]._queue(
    hers, env.ref("incasso_nl.template_reminder"), today, hers._balances(today),
    channel="post",
)
letter._render()
letter._mark_sent()
kinds = {
    "incasso.correspondence": {"text": "Kanarie"},
    "incasso.complaint": {"text": "Kanarie", "kind": "conduct"},
    "incasso.privacy.request": {"text": "Kanarie"},
    "incasso.help.request": {"kind": "counselling", "organisation": "Kanarie"},
    "incasso.person.report": {"kind": "contact", "text": "Kanarie"},
}
requests = {}
for model, values in kinds.items():
    selection = dict(env[model]._fields.get("kind") and
                     env[model]._fields["kind"]._description_selection(env) or {})
    if values.get("kind") and values["kind"] not in selection:
        values["kind"] = next(iter(selection))
    requests[model] = env[model].create(
        {"dossier_id": hers.id, "source": "portal", **values}
    )
    requests[model]._attach([file])
slot = env["incasso.callback"]._slots(company)[0]
requests["incasso.callback"] = env["incasso.callback"].create({
    "dossier_id": hers.id, "phone": "0612345678", "text": "Kanarie",
    "call_from": slot[0], "call_until": slot[1],
})
requests["incasso.paid.report"] = env["incasso.paid.report"].create({
    "dossier_id": hers.id, "amount": 10, "date": today, "text": "Kanarie",
    "source": "portal",
})
requests["incasso.dispute"] = env["incasso.dispute"]._bring_up(
    hers, claims[:1], "defective", text="Kanarie", source="portal"
)
quote = second._quote_arrangement(
    "month", today + timedelta(days=7), today, number=3
)
requests["incasso.arrangement"] = second._ask_arrangement(quote, "phone", decided=True)
provider = env["payment.provider"].search([
    ("code", "=", "mollie"), ("company_id", "=", company.id), ("state", "=", "test"),
], limit=1)
ideal = env.ref("payment.payment_method_ideal")
transaction = env["payment.transaction"].create({
    "provider_id": provider.id, "payment_method_id": ideal.id,
    "reference": hers.payment_reference, "amount": 25,
    "currency_id": company.currency_id.id, "partner_id": victim.id,
    "operation": "online_redirect", "provider_reference": "tr_hers",
    "incasso_dossier_id": hers.id,
})

# === THE OTHERS === #

mallory = person("Mallory Aanvaller", "Dievenlaan 13", "7777 AA")
mine = open_dossier(mallory, 300.00, 200.00)
portal_user(mallory, "mallory")
writer = open_dossier(person("Wim Schrijver", "Inktweg 1", "7777 AB"), 120.00, 80.00)
payer = open_dossier(person("Bep Betaler", "Geldweg 2", "7777 AC"), 100.00, 60.00)
hasty = [
    open_dossier(person(f"Haast {n}", "Rensteeg 3", "7777 AD"), 90.00) for n in range(5)
]
guessed = open_dossier(person("Gerard Geraden", "Raadselpad 4", "7777 AE"), 50.00)
linked = open_dossier(person("Lies Link", "Ketenweg 5", "7777 AF"), 50.00)
ended = open_dossier(person("Eva Einde", "Slotlaan 6", "7777 AG"), 50.00)

old_code, old_link = code_of(linked), link_of(linked)
access_of(linked)._reissue()
with freeze_time(datetime.now() - timedelta(days=company.incasso_link_days + 1)):
    expired = link_of(linked)
with freeze_time(datetime.now() - timedelta(days=company.incasso_link_sure_days + 1)):
    aged = link_of(linked)
revoked_code, revoked_link = code_of(ended), link_of(ended)
access_of(ended)._revoke()

# === WHAT THERE IS TO ATTACK === #

routes = []
for rule in env["ir.http"].routing_map().iter_rules():
    if re.match(r"/incasso|/my/dossiers", rule.rule):
        routing = rule.endpoint.routing
        routes.append({
            "rule": rule.rule, "type": routing["type"], "auth": routing["auth"],
            "methods": routing.get("methods"), "csrf": routing.get("csrf", True),
        })
models = {}
for name, model in env.registry.items():
    if name.startswith("incasso.") and not model._abstract:
        own = {
            method: sum(
                parameter.default is parameter.empty
                and parameter.kind == parameter.POSITIONAL_OR_KEYWORD
                for parameter in inspect.signature(found).parameters.values()
            ) - 1
            for cls in model.__mro__ if cls.__module__.startswith("odoo.addons.incasso")
            for method, found in vars(cls).items()
            if not method.startswith("_") and inspect.isfunction(found)
        }
        models[name] = own
attachments = env["ir.attachment"].search([
    ("res_model", "in", list(kinds)),
    ("res_id", "in", [request.id for request in requests.values()]),
])
world = json.dumps({
    "hers": hers.id, "second": second.id, "mine": mine.id, "writer": writer.id,
    "payer": payer.id, "hasty": [dossier.id for dossier in hasty],
    "guessed": guessed.id, "linked": linked.id, "victim": victim.id,
    "provider": provider.id, "ideal": ideal.id, "reference": transaction.reference,
    "mine_name": mine.name, "her_name": hers.name,
    "handler_claims": {
        name: dossier.claim_ids.ids
        for name, dossier in (("writer", writer), ("payer", payer), ("mine", mine))
    },
    "codes": {
        "hers": code_of(hers), "mine": code_of(mine), "guessed": code_of(guessed),
        "linked": code_of(linked), "old": old_code, "revoked": revoked_code,
    },
    "links": {
        "mine": link_of(mine), "writer": link_of(writer), "payer": link_of(payer),
        "hers": link_of(hers), "linked": link_of(linked), "old": old_link,
        "expired": expired, "aged": aged, "revoked": revoked_link,
        "hasty": [link_of(dossier) for dossier in hasty],
    },
    "ids": {
        "claim_id": claims.ids, "message_id": letter.ids,
        "attachment_id": document.ids, "file_id": attachments.ids,
        "pdf_id": letter._pdf_attachment().ids,
        "dispute_id": requests["incasso.dispute"].ids,
        "report_id": requests["incasso.paid.report"].ids,
        "transaction_id": transaction.ids,
        "text_id": env["incasso.template.text"].search([], limit=1).ids,
        "page": [1],
    },
    "requests": {model: found.id for model, found in requests.items()},
    "routes": routes, "models": models,
})
env.cr.commit()
print("RESULT", world)
"""


def told(printed):
    """What a script says its result is."""
    [line] = [line for line in printed.splitlines() if line.startswith("RESULT ")]
    return json.loads(line.removeprefix("RESULT "))


class Intruder:
    """Somebody with a session and a network address of their own.

    :param str url: of the server
    :param int host: the last part of an address in 127.0.0.0/8: tries to get in are
        counted by address
    """

    def __init__(self, url, host=1):
        # By its number: with IPv6 in between no address could be chosen.
        self.url = url.replace("localhost", "127.0.0.1")
        self.session = requests.Session()
        self.session.mount("http://", _From(f"127.0.1.{host}"))

    def close(self):
        self.session.close()

    def plant(self, session_id):
        """Use the session of somebody else."""
        self.session.cookies.clear()
        self.session.cookies.set("session_id", session_id, domain="127.0.0.1")

    def get(self, path, **options):
        return self.send("GET", path, **options)

    def send(self, method, path, **options):
        """One request; redirects are not followed."""
        options = {"allow_redirects": False, "timeout": 120, **options}
        return self.session.request(method, self.url + path, **options)

    def token(self, page="/incasso"):
        """The token that a form of this session has."""
        return re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)[1]

    def post(self, path, values=None, files=None, token=None, **options):
        """Send a form, with the token of this session unless another one is given."""
        if token is None:
            token = self.token()
        data = {"csrf_token": token, **(values or {})}
        return self.send("POST", path, data=data, files=files, **options)

    def call(self, path, **params):
        """Call a JSON route."""
        message = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self.send("POST", path, json=message)

    def enter(self, link):
        """Get in by a link in an e-mail."""
        assert self.get(f"/incasso/link/{link}").status_code == 303
        return self

    def guess(self, code, postcode="7777 AE", number="4", token=None, **options):
        """Try to get in with a code."""
        values = {"code": code, "postcode": postcode, "number": number}
        return self.post("/incasso", values, token=token, **options)

    def log_in(self, login, password=None):
        """Log in with an account."""
        page = self.get("/web/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        values = {"login": login, "password": password or login}
        assert self.post("/web/login", values, token=token).status_code == 303
        return self


class _From(HTTPAdapter):
    """Connections from one address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, source_address=(self.address, 0), **options)


class Picture:
    """The database as it is: what each table holds, in one number a table.

    :param OdooServer server: whose database
    """

    #: What every visit writes, by design: tries, looks, and one line of the time line.
    VISITS = {"incasso_access_try", "incasso_access_look"}
    OTHERS = {
        "account_move": "true",
        "account_move_line": "true",
        "account_payment": "true",
        "payment_transaction": "true",
        "res_partner": "true",
        "mail_activity": "true",
        "res_groups_users_rel": "true",
        "mail_message": "model LIKE 'incasso%'",
        "ir_attachment": "res_model LIKE 'incasso%'",
        "ir_config_parameter": "true",
    }

    def __init__(self, server):
        environment = {**os.environ, **server.tools[1]}
        self.connection = psycopg2.connect(
            dbname=server.database,
            host=environment.get("PGHOST"),
            port=environment.get("PGPORT"),
            user=environment.get("PGUSER"),
            password=environment.get("PGPASSWORD"),
        )
        self.connection.autocommit = True
        names = self.query(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND table_name LIKE 'incasso%'"
        )
        self.tables = {name: "true" for (name,) in names} | self.OTHERS
        for name in self.VISITS:
            del self.tables[name]
        self.tables["incasso_event"] = "kind != 'visit'"

    def close(self):
        self.connection.close()

    def query(self, sql, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else None

    def count(self, sql, *values):
        return self.query(f"SELECT COUNT(*) FROM {sql}", *values)[0][0]

    def take(self):
        """:return: number of rows and a sum over them, by table"""
        parts = [
            f"SELECT '{name}', COUNT(*), COALESCE(SUM(hashtextextended(t::text, 0)), 0)"
            f" FROM {name} t WHERE {condition}"
            for name, condition in sorted(self.tables.items())
        ]
        rows = self.query(" UNION ALL ".join(parts))
        return {name: (count, str(total)) for name, count, total in rows}

    def dossier(self, dossier_id):
        """All that belongs to one dossier, without visits."""
        return {
            name: self.query(
                f"SELECT COUNT(*), COALESCE(SUM(hashtextextended(t::text, 0)), 0)"
                f" FROM {name} t WHERE {condition} AND dossier_id = %s",
                dossier_id,
            )[0]
            for name, condition in self.tables.items()
            if name in self._with_dossier
        }

    @property
    def _with_dossier(self):
        return {
            name
            for (name,) in self.query(
                "SELECT table_name FROM information_schema.columns"
                " WHERE column_name = 'dossier_id' AND table_schema = 'public'"
            )
        }

    def forget_tries(self):
        """Unlock everybody."""
        self.query("DELETE FROM incasso_access_try")
