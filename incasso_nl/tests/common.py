from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class IncassoCommon(AccountTestInvoicingCommon):
    """A Dutch company with its chart, a user per role, and a few debtors.

    Everything is made by the superuser of the tests; use ``self.handler`` and the
    others with ``with_user`` where rights matter, and freezegun where today matters.
    """

    chart_template = "nl"
    country_code = "NL"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            su=True, context={**cls.env.context, "tracking_disable": True}
        )
        cls.company = cls.company_data["company"].with_env(cls.env)
        cls.company.write(
            {
                "name": "Bakkerij De Korenaar B.V.",
                "street": "Molenstraat 1",
                "zip": "3511 AB",
                "city": "Utrecht",
                "email": "administratie@korenaar.example",
                "phone": "+31 30 123 4567",
                "vat": "NL000099998B57",
                "company_registry": "30123456",
            }
        )
        cls.own_bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "NL91ABNA0417164300",
                "partner_id": cls.company.partner_id.id,
                "acc_holder_name": "Bakkerij De Korenaar B.V.",
                "allow_out_payment": True,
            }
        )
        cls.trust_bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "NL44RABO0123456789",
                "partner_id": cls.company.partner_id.id,
                "acc_holder_name": "Stichting Derdengelden Korenaar",
                "allow_out_payment": True,
            }
        )
        cls.company.incasso_bank_id = cls.own_bank
        cls.company.incasso_trust_journal_id.bank_account_id = cls.trust_bank
        for role in ("handler", "team_lead", "finance", "manager", "auditor"):
            user = cls._new_user(role, f"incasso_nl.group_{role}")
            setattr(cls, role, user)
        cls.consumer = cls._partner(
            "Jan de Vries", email="jan.devries@debiteur.example"
        )
        cls.business = cls._partner(
            "Klusbedrijf Bouma B.V.",
            is_company=True,
            company_registry="12345678",
            email="info@bouma.example",
        )
        cls.government = cls._partner(
            "Gemeente Voorbeeld", is_company=True, email="facturen@gemeente.example"
        )
        cls.creditor = cls._partner(
            "Fietsenmaker Jansen B.V.",
            is_company=True,
            company_registry="87654321",
            email="boekhouding@fietsenmaker.example",
        )

    @classmethod
    def _new_user(cls, login, groups, **values):
        """A user of the tests' company with these groups (external ids, by comma)."""
        return new_test_user(
            cls.env,
            login=f"incasso_{login}",
            groups=groups,
            name=login.replace("_", " ").capitalize(),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
            **values,
        )

    @classmethod
    def _partner(cls, name, **values):
        """A partner with a Dutch address where letters can go."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "street": "Dorpsstraat 12",
                "zip": "1234 AB",
                "city": "Voorbeeld",
                "country_id": cls.env.ref("base.nl").id,
                "lang": "nl_NL" if cls._lang_active("nl_NL") else "en_US",
                **values,
            }
        )

    @classmethod
    def _lang_active(cls, code):
        return bool(cls.env["res.lang"]._get_data(code=code))

    @classmethod
    def _invoice(cls, partner, amount, invoice_date, due_date, **values):
        """A posted customer invoice of the company, free of VAT.

        :param amount: what the debtor owes, in euro
        :param invoice_date: date or ISO string
        :param due_date: date or ISO string, the last day to pay
        :return: the invoice (``account.move``)
        """
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "invoice_date": fields.Date.to_date(invoice_date),
                "invoice_date_due": fields.Date.to_date(due_date),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Levering van brood",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    @classmethod
    def _receivable(cls, invoices):
        """The receivable lines of invoices."""
        return invoices.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def _dossier(cls, debtor=None, claims=None, creditor=None, **values):
        """A dossier opened through the product's own door.

        :param debtor: default the consumer
        :param claims: pairs of an amount and a due date for the company's own
            invoices (invoiced thirty days before), or complete dicts of claim values;
            default one claim of 1,000.00 due on 2026-03-31
        :param creditor: for a dossier of another creditor; then the claims are no
            invoices of this ledger
        """
        debtor = debtor or cls.consumer
        vals_list = []
        for index, claim in enumerate(claims or [(1000.00, "2026-03-31")], 1):
            if isinstance(claim, dict):
                vals_list.append(claim)
                continue
            amount, due_date = claim
            due_date = fields.Date.to_date(due_date)
            invoice_date = fields.Date.subtract(due_date, days=30)
            if creditor:
                vals_list.append(
                    {
                        "name": f"F{due_date.year}-{index:04}",
                        "invoice_date": invoice_date,
                        "due_date": due_date,
                        "amount": amount,
                    }
                )
            else:
                invoice = cls._invoice(debtor, amount, invoice_date, due_date)
                vals_list.append(
                    {
                        "name": invoice.name,
                        "invoice_date": invoice_date,
                        "due_date": due_date,
                        "amount": amount,
                        "invoice_amount": amount,
                        "move_line_id": cls._receivable(invoice).id,
                    }
                )
        return cls.env["incasso.dossier"]._open(
            [
                {
                    "company_id": cls.company.id,
                    "debtor_id": debtor.id,
                    "creditor_id": (creditor or cls.company.partner_id).id,
                    "claim_ids": [Command.create(vals) for vals in vals_list],
                    **values,
                }
            ]
        )
