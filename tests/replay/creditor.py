"""The creditor: a fresh company with the Dutch chart, its offices, staff, customers."""

from zlib import crc32

from stdnum.iso7064.mod_97_10 import calc_check_digits

from odoo import Command

from .history import is_consumer

COMPANY = "Van Dijk Kantoorvakhandel B.V."
PARAMETER = "incasso_replay.company_id"
#: Five offices of one creditor: an analytic account each, as they are one legal person.
TOWNS = ("Utrecht", "Zwolle", "Breda", "Leiden", "Assen")
#: Who does what: login, name, groups.
STAFF = {
    "bookkeeper": ("Nora Bos", "account.group_account_user"),
    "manager": ("Joost de Vries", "incasso_nl.group_manager"),
    "handler": ("Daan Visser", "incasso_nl.group_handler"),
    "team_lead": (
        "Iris de Boer",
        "incasso_nl.group_team_lead,account.group_account_invoice",
    ),
    "finance": (
        "Ruben Smit",
        "incasso_nl.group_finance,account.group_account_invoice",
    ),
}
FIRST_NAMES = (
    *("Anna", "Bram", "Carla", "Dirk", "Eva", "Fatima", "Gijs", "Hanna", "Ivo"),
    *("Jasmijn", "Karim", "Lotte", "Mees", "Noor", "Omar", "Petra", "Ravi", "Sanne"),
)
LAST_NAMES = (
    *("de Jong", "Bakker", "Jansen", "Meijer", "van Leeuwen", "Mulder", "Yilmaz"),
    *("Peters", "Hendriks", "Dekker", "El Amrani", "Brouwer", "de Wit", "Dijkstra"),
)
TRADES = ("Bouw", "Advies", "Techniek", "Transport", "Horeca", "Drukwerk", "Zorg")
STREETS = ("Dorpsstraat", "Kerkweg", "Stationslaan", "Lindenlaan", "Havenkade")


def _iban(bank, number):
    """A Dutch account number with right check digits."""
    basic = f"{bank}{number:010}"
    return f"NL{calc_check_digits(basic + 'NL')}{basic}"


def found(env):
    """Return the company of a replay that was begun in this database, if any."""
    company = env["ir.config_parameter"].get_param(PARAMETER)
    return env["res.company"].browse(int(company or 0)).exists()


class Creditor:
    """The company and whatever belongs to it, as records in one environment.

    :param env: of the superuser, with the company as its company
    """

    def __init__(self, env):
        self.env = env
        self.company = env.company
        self.bank = self._journal("bank")
        self.customers = {
            partner.ref: partner
            for partner in env["res.partner"].search(
                [("company_id", "=", self.company.id), ("ref", "!=", False)]
            )
        }
        self.offices = {
            office.code: office
            for office in env["account.analytic.account"].search(
                [("company_id", "=", self.company.id)]
            )
        }
        self.tax = env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "sale"),
                ("price_include_override", "=", "tax_included"),
            ],
            limit=1,
        )
        self.staff = {
            role: env["res.users"].search([("login", "=", self.login(role))])
            for role in STAFF
        }

    def _journal(self, kind):
        return self.env["account.journal"].search(
            [
                ("company_id", "=", self.company.id),
                ("type", "=", kind),
                ("id", "!=", self.company.incasso_trust_journal_id.id),
            ],
            limit=1,
        )

    @staticmethod
    def login(role):
        """The login of who has a role; the password is the same word."""
        return f"replay_{role}"

    def as_user(self, role, model):
        """A model in the hands of a member of staff, with nobody else's rights."""
        user = self.staff[role]
        return (
            self.env[model]
            .with_user(user)
            .with_company(self.company)
            .with_context(allowed_company_ids=self.company.ids, lang=user.lang)
        )


def create(env, invoices):
    """Make the company, its offices, its staff and its customers.

    :param env: of the superuser
    :param invoices: the history, for offices and customers
    :return: the company
    """
    # The chart is loaded below: not by Odoo at some later moment of its own.
    company = (
        env["res.company"]
        .with_context(chart_template_load=True)
        .create(
            {
                "name": COMPANY,
                "street": "Nieuwegracht 20",
                "zip": "3512 LR",
                "city": "Utrecht",
                "country_id": env.ref("base.nl").id,
                "currency_id": env.ref("base.EUR").id,
                "phone": "+31 30 222 0100",
                "vat": "NL000099998B57",
                "company_registry": "30222010",
            }
        )
    )
    # Only now: at creation Odoo would ask a service on the internet about the address.
    company.email = "debiteuren@vandijk.example"
    company.partner_id.lang = "nl_NL"
    company = company.with_env(env)
    env["account.chart.template"].try_loading("nl", company, install_demo=False)
    env["ir.config_parameter"].set_param(PARAMETER, company.id)
    # Whoever works here may look at the new company too.
    env["res.users"].search([("share", "=", False)]).company_ids = [
        Command.link(company.id)
    ]
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    company = company.with_env(env)
    _create_bank(env, company)
    _create_offices(env, company, invoices)
    _create_staff(env, company)
    _create_customers(env, company, invoices)
    # Amounts in the history are what customers paid: with VAT in them.
    company.account_sale_tax_id.copy(
        {"name": "21% incl.", "price_include_override": "tax_included"}
    )
    # An invoice is in collection the day after its term, so that the shipped flow sends
    # its own reminder on the day it says.
    company.incasso_propose_days = 1
    return company


def _create_bank(env, company):
    account = env["res.partner.bank"].create(
        {
            "acc_number": _iban("ABNA", 417164399),
            "acc_holder_name": COMPANY,
            "partner_id": company.partner_id.id,
            "allow_out_payment": True,
        }
    )
    company.incasso_bank_id = account
    Creditor(env).bank.bank_account_id = account


def _create_offices(env, company, invoices):
    plan = env["account.analytic.plan"].create({"name": "Vestigingen"})
    codes = sorted({invoice.office for invoice in invoices})
    env["account.analytic.account"].create(
        [
            {
                "name": f"Vestiging {TOWNS[place % len(TOWNS)]}",
                "code": code,
                "plan_id": plan.id,
                "company_id": company.id,
            }
            for place, code in enumerate(codes)
        ]
    )


def _create_staff(env, company):
    for role, (name, groups) in STAFF.items():
        login = Creditor.login(role)
        env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@vandijk.example",
                "lang": "nl_NL",
                "tz": "Europe/Amsterdam",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([env.ref(group).id for group in groups.split(",")])
                ],
            }
        )


def _create_customers(env, company, invoices):
    places = sorted({invoice.customer for invoice in invoices})
    partners = env["res.partner"].create(
        [
            {
                **_name(customer, place),
                "ref": customer,
                "company_id": company.id,
                "street": f"{STREETS[place % len(STREETS)]} {1 + place}",
                "zip": f"{1011 + 61 * place} {'ABCDEFGH'[place % 8]}B",
                "city": TOWNS[place % len(TOWNS)],
                "country_id": env.ref("base.nl").id,
                "lang": "nl_NL",
                "email": f"{customer.lower()}@klant.example",
                "incasso_channel": "post",
            }
            for place, customer in enumerate(places)
        ]
    )
    env["res.partner.bank"].create(
        [
            {
                "acc_number": _iban("INGB", crc32(partner.ref.encode()) % 10**9),
                "partner_id": partner.id,
                "company_id": company.id,
            }
            for partner in partners
        ]
    )


def _name(customer, place):
    """What tells a consumer from a business."""
    last = LAST_NAMES[place % len(LAST_NAMES)]
    if is_consumer(customer):
        first = FIRST_NAMES[place % len(FIRST_NAMES)]
        return {
            "name": f"{first} {last}",
            "is_company": False,
            "incasso_debtor_type": "consumer",
        }
    return {
        "name": f"{last.split()[-1]} {TRADES[place % len(TRADES)]} {place} B.V.",
        "is_company": True,
        "company_registry": f"{30000000 + 7919 * place:08}",
        "incasso_debtor_type": "business",
    }
