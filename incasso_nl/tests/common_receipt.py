from odoo import Command, fields

from .common import IncassoCommon


class ReceiptCommon(IncassoCommon):
    """Dossiers of which money comes in; after every test the books must agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_journal = cls.company_data["default_journal_bank"]
        cls.currency = cls.company.currency_id
        cls.trust_journal = cls.company.incasso_trust_journal_id

    def tearDown(self):
        dossiers = self.env["incasso.dossier"].search([])
        self.assertEqual(dossiers._check_books(), [])
        position = self.env["incasso.books"]._trust_position(self.company)
        self.assertEqual(position.difference, 0, position)
        super().tearDown()

    @classmethod
    def _claim(cls, amount, due_date, debtor=None, **values):
        """Values of a claim on an invoice of the company: no interest, unless asked
        for.

        :param amount: euro
        :param due_date: ISO string; invoiced thirty days before
        """
        due_date = fields.Date.to_date(due_date)
        invoice_date = fields.Date.subtract(due_date, days=30)
        invoice = cls._invoice(debtor or cls.business, amount, invoice_date, due_date)
        return {
            "name": invoice.name,
            "invoice_date": invoice_date,
            "due_date": due_date,
            "amount": amount,
            "invoice_amount": amount,
            "move_line_id": cls._receivable(invoice).id,
            "interest_kind": "none",
            **values,
        }

    @classmethod
    def _own_dossier(cls, *claims, costs_on=None, interest_from=None, debtor=None):
        """A dossier of the company itself, without a flow, opened when the first claim
        fell due.

        :param claims: as `_claim` gives them
        :param costs_on: ISO date on which costs are charged
        :param interest_from: ISO date from which interest is claimed
        """
        dossier = cls._dossier(
            debtor=debtor or cls.business,
            claims=list(claims),
            flow_id=False,
            open_date=min(fields.Date.to_date(claim["due_date"]) for claim in claims),
        )
        if costs_on:
            dossier._charge_costs(fields.Date.to_date(costs_on))
        if interest_from:
            dossier._claim_interest(fields.Date.to_date(interest_from))
        return dossier

    @classmethod
    def _third_party(cls, debtor=None, costs_on=None):
        """A dossier of 1,000.00 for another creditor, without a flow or interest.

        :param costs_on: ISO date on which costs are charged
        """
        dossier = cls._dossier(
            debtor=debtor or cls.business,
            claims=[
                {
                    "name": "F2026-0042",
                    "invoice_date": fields.Date.to_date("2026-01-30"),
                    "due_date": fields.Date.to_date("2026-03-01"),
                    "amount": 1000.00,
                    "interest_kind": "none",
                }
            ],
            creditor=cls.creditor,
            flow_id=False,
        )
        if costs_on:
            dossier._charge_costs(fields.Date.to_date(costs_on))
        return dossier

    @classmethod
    def _payment(cls, dossier, amount, day, **values):
        """A posted payment by the debtor of a dossier, told to be for it."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "company_id": cls.company.id,
                "partner_id": dossier.debtor_id.id,
                "journal_id": cls.bank_journal.id,
                "date": fields.Date.to_date(day),
                "amount": amount,
                "incasso_dossier_id": dossier.id,
                **values,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def _receive(cls, dossier, amount, day, **values):
        """The receipt of a payment by the debtor."""
        return cls._payment(dossier, amount, day, **values).incasso_receipt_ids

    @classmethod
    def _direct(cls, dossier, amount, day, claims=None):
        """A receipt that the debtor paid to the creditor, allocated."""
        receipt = cls.env["incasso.receipt"].create(
            {
                "company_id": cls.company.id,
                "dossier_id": dossier.id,
                "amount": amount,
                "date": fields.Date.to_date(day),
                "kind": "direct",
                "state": "proposed",
                "claim_ids": [Command.set(claims.ids if claims else [])],
            }
        )
        receipt._allocate()
        return receipt

    @classmethod
    def _bank_line(cls, amount, day, payment_ref, journal=None, **values):
        """A line of a bank statement."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or cls.bank_journal).id,
                "date": fields.Date.to_date(day),
                "amount": amount,
                "payment_ref": payment_ref,
                **values,
            }
        )

    def assertPaid(self, receipt, costs, interest, principal, surplus=0.0):
        """Assert what a receipt paid, to the cent."""
        self.assertRecordValues(
            receipt,
            [
                {
                    "state": "allocated",
                    "costs": costs,
                    "interest": interest,
                    "principal": principal,
                    "surplus": surplus,
                }
            ],
        )

    def assertOpen(self, dossier, costs, interest, principal):
        """Assert what the ledger of a dossier has open, to the cent."""
        self.assertRecordValues(
            dossier,
            [
                {
                    "costs_open": costs,
                    "interest_open": interest,
                    "principal_open": principal,
                    "balance": costs + interest + principal,
                }
            ],
        )

    def _income(self):
        """What was booked as costs and as interest received."""
        return tuple(
            -self.currency.round(
                sum(
                    self.env["account.move.line"]
                    .search(
                        [
                            ("account_id", "=", self.company[name].id),
                            ("parent_state", "=", "posted"),
                        ]
                    )
                    .mapped("balance")
                )
            )
            for name in ("incasso_costs_account_id", "incasso_interest_account_id")
        )

    def _net_ledger(self, dossier):
        """The ledger by value date, part and claim, what was reversed left out."""
        net = {}
        for entry in dossier.entry_ids:
            key = (
                fields.Date.to_string(entry.date),
                entry.kind,
                entry.component,
                entry.claim_id.due_date,
            )
            net[key] = round(net.get(key, 0.0) + entry.amount, 2)
        return {key: amount for key, amount in net.items() if amount}
