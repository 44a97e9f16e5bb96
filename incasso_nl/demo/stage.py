"""Where the story is played: the company, its people, and a clock that can be moved."""

import base64
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import Command

from .cast import (
    COMPANY,
    CONSUMERS,
    FIRMS,
    NOT_CALLED,
    PAPER,
    PRODUCTS,
    USERS,
    iban,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
UTC = ZoneInfo("UTC")


class Stage:
    """The company of the story with everything that it has from the beginning.

    :param env: of the superuser
    :ivar env: with the company, in the language of the administrator
    """

    def __init__(self, env):
        self.today = datetime.now(AMSTERDAM).date()
        installed = dict(env["res.lang"].get_installed())
        self.lang = env.ref("base.user_admin").lang
        self.dutch = "nl_NL" if "nl_NL" in installed else self.lang
        self.company = self._make_company(env)
        self.env = env(
            context={
                **env.context,
                "allowed_company_ids": self.company.ids,
                "lang": self.lang,
                "tz": "Europe/Amsterdam",
            }
        )
        self.company = self.company.with_env(self.env)
        self.bank = self._make_bank_accounts()
        self.users = self._make_users()
        self.products = self._make_products()
        self.partners = self._make_partners()

    # === TIME === #

    @contextmanager
    def past(self):
        """Set the clock of this process back, for as long as the demo data is made.

        :return: what moves the clock: called with a date, hour and minute
        """
        cursor = self.env.cr
        with freeze_time(str(self.today)) as frozen:

            def move_to(day, hour, minute=0):
                moment = datetime(
                    day.year, day.month, day.day, hour, minute, tzinfo=AMSTERDAM
                ).astimezone(UTC)
                frozen.move_to(moment.replace(tzinfo=None))
                # The transaction began at another time, and would go on to say so.
                cursor._now = datetime.now()

            yield move_to
        cursor._now = None

    # === COMPANY === #

    def _make_company(self, env):
        """The main company where it is Dutch and new, else a company of its own."""
        company = env.ref("base.main_company")
        used = env["account.move"].search_count(
            [("company_id", "=", company.id)], limit=1
        )
        if company.chart_template != "nl" or used:
            company = env["res.company"].create({"name": COMPANY["name"]})
        company.write(
            {
                **COMPANY,
                "country_id": env.ref("base.nl").id,
                "currency_id": env.ref("base.EUR").id,
                "logo": base64.b64encode(
                    Path(__file__).with_name("logo.png").read_bytes()
                ),
                "incasso_complaints_text": "<p>U krijgt binnen twee weken inhoudelijk "
                "antwoord op uw klacht.</p>",
            }
        )
        if company.chart_template != "nl":
            env["account.chart.template"].try_loading("nl", company, install_demo=False)
        company.partner_id.write({"lang": self.lang, "tz": "Europe/Amsterdam"})
        company._incasso_setup_accounting()
        company._incasso_fill_holidays()
        return company

    def _make_bank_accounts(self):
        """The own account, and the trust account: of a foundation apart.

        :return: the journal of the own account
        """
        accounts = self.env["res.partner.bank"].create(
            [
                {
                    "acc_number": iban(number),
                    "partner_id": self.company.partner_id.id,
                    "acc_holder_name": holder,
                    "allow_out_payment": True,
                }
                for number, holder in (
                    (100200300, COMPANY["name"]),
                    (100200400, "Stichting Derdengelden De Ketting"),
                )
            ]
        )
        trust = self.company.incasso_trust_journal_id
        bank = self.env["account.journal"].search(
            [
                ("company_id", "=", self.company.id),
                ("type", "=", "bank"),
                ("id", "!=", trust.id),
            ],
            limit=1,
        )
        bank.bank_account_id, trust.bank_account_id = accounts
        self.company.incasso_bank_id = accounts[0]
        return bank

    def _make_users(self):
        users = {}
        for login, name, role, accounting, dutch in USERS:
            user = self.env["res.users"].create(
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@deketting.example",
                    "lang": self.dutch if dutch else self.lang,
                    "tz": "Europe/Amsterdam",
                    "company_id": self.company.id,
                    "company_ids": [Command.set(self.company.ids)],
                    "group_ids": [
                        Command.link(self.env.ref(f"incasso_nl.group_{role}").id),
                        Command.link(self.env.ref(accounting).id),
                    ],
                    "notification_type": "inbox",
                }
            )
            self._name(user, f"demo_user_{login}")
            users[login] = user
        administrator = self.env.ref("base.user_admin")
        administrator.company_ids |= self.company
        return users

    def _name(self, record, name):
        """Give a record an external id, as data files do."""
        self.env["ir.model.data"].create(
            {
                "module": "incasso_nl",
                "name": name,
                "model": record._name,
                "res_id": record.id,
                "noupdate": True,
            }
        )

    def as_user(self, login, model):
        """A model with the rights of a user, in that user's language."""
        user = self.users[login]
        return self.env[model].with_user(user).with_context(lang=user.lang)

    # === WHAT IS SOLD, AND TO WHOM === #

    def _make_products(self):
        chart = self.env["account.chart.template"].with_company(self.company)
        return {
            key: self.env["product.product"].create(
                {
                    "name": name,
                    "type": "consu" if goods else "service",
                    "list_price": price,
                    "company_id": self.company.id,
                    "taxes_id": [Command.set(chart.ref(tax).ids)],
                    "supplier_taxes_id": [Command.clear()],
                }
            )
            for key, (name, goods, price, tax) in PRODUCTS.items()
        }

    def _make_partners(self):
        everybody = CONSUMERS | FIRMS
        partners = self.env["res.partner"].create(
            [
                self._prepare_partner(number, key, *address)
                for number, (key, address) in enumerate(everybody.items(), 1)
            ]
        )
        return dict(zip(everybody, partners, strict=True))

    def _prepare_partner(self, number, key, name, street, zip_code, city):
        firm = key in FIRMS
        mailbox = (
            f"administratie@{key}.example"
            if firm
            else f"{name.lower().replace(' ', '.')}@post.example"
        )
        vals = {
            "name": name,
            "is_company": firm,
            "street": street,
            "zip": zip_code,
            "city": city,
            "country_id": self.env.ref("base.nl").id,
            "company_id": self.company.id,
            "lang": self.dutch,
            "email": False if key in PAPER else mailbox,
            "phone": False if key in NOT_CALLED else f"+31 6 123456{number:02}",
            "bank_ids": [
                Command.create({"acc_number": iban(700100000 + number)}),
            ],
        }
        if firm and key != "gemeente":
            vals["company_registry"] = f"{90000000 + number}"
        return vals

    def day(self, ago, *, weekday=True):
        """A day of the story.

        :param int ago: how many days before today
        :param bool weekday: not in a weekend: then the Monday after it, or today
        :rtype: date
        """
        day = date.fromordinal(self.today.toordinal() - ago)
        while weekday and day.weekday() > 4 and day < self.today:
            day = date.fromordinal(day.toordinal() + 1)
        return day
