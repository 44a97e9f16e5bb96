from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestTrust(ReceiptCommon):
    """Money for other creditors: a liability to them, never the company's own."""

    def setUp(self):
        super().setUp()
        # 1,000 x 15% = 150 costs, raised by nothing; no interest.
        self.dossier = self._third_party(costs_on="2026-04-01")

    def _bank(self, amount, ref, journal=None, **values):
        line = self._bank_line(
            amount, "2026-05-01", ref, journal or self.trust_journal, **values
        )
        line._incasso_match()
        return line.incasso_receipt_ids

    def assertPosition(self, **expected):
        position = self.env["incasso.books"]._trust_position(self.company)
        self.assertEqual(
            {name: float(getattr(position, name)) for name in expected}, expected
        )
        self.assertEqual(position.difference, 0)

    def assertUntouched(self):
        """Neither receivable nor income has seen anything of it."""
        self.assertFalse(
            self.env["account.move.line"].search(
                [
                    ("parent_state", "=", "posted"),
                    ("company_id", "=", self.company.id),
                    (
                        "account_id.account_type",
                        "in",
                        ("asset_receivable", "income", "income_other"),
                    ),
                ]
            )
        )

    def test_bank_line_is_owed_to_the_creditor(self):
        receipt = self._bank(400.00, self.dossier.payment_reference)
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertRecordValues(
            receipt.source_line_id,
            [
                {
                    "account_id": self.company.incasso_trust_account_id.id,
                    "partner_id": self.creditor.id,
                    "balance": -400.00,
                }
            ],
        )
        self.assertFalse(receipt.move_id)
        self.assertPosition(bank=400.00, owed=400.00, unattributed=0.00, own=0.00)
        self.assertUntouched()

    def test_surplus_is_set_apart(self):
        """1,200.00 on 1,150.00: 50.00 is the debtor's, not the creditor's."""
        receipt = self._bank(1200.00, self.dossier.payment_reference)
        self.assertPaid(receipt, 150.00, 0.00, 1000.00, surplus=50.00)
        self.assertPosition(bank=1200.00, owed=1150.00, unattributed=50.00)
        self.assertUntouched()
        line = receipt.move_id.line_ids.filtered(
            lambda line: (
                line.account_id == self.company.incasso_trust_suspense_account_id
            )
        )
        self.assertEqual(line.partner_id, self.business)
        self.assertEqual(receipt.surplus_open, 50.00)
        # An earlier payment comes to light: all of this one is surplus but 750.00.
        early = self._bank(400.00, self.dossier.payment_reference, date="2026-04-15")
        early.action_confirm()
        self.assertPaid(early, 150.00, 0.00, 250.00)
        self.assertPaid(receipt, 0.00, 0.00, 750.00, surplus=450.00)
        self.assertPosition(bank=1600.00, owed=1150.00, unattributed=450.00)

    def test_unknown_money_is_not_attributed(self):
        """On the trust account everything is somebody's: it waits for a person."""
        receipt = self._bank(123.45, "bedankt")
        self.assertEqual(receipt.state, "unmatched")
        self.assertPosition(bank=123.45, owed=0.00, unattributed=123.45)
        wizard = Form(
            self.env["incasso.match.receipt"]
            .with_user(self.finance)
            .with_context(default_receipt_id=receipt.id)
        )
        wizard.dossier_id = self.dossier
        wizard.save().action_match()
        self.assertPaid(receipt, 123.45, 0.00, 0.00)
        self.assertPosition(bank=123.45, owed=123.45, unattributed=0.00)
        self.assertUntouched()

    def test_wizard_receipt_on_the_trust_journal(self):
        wizard = Form(
            self.env["incasso.register.receipt"]
            .with_user(self.finance)
            .with_context(default_dossier_id=self.dossier.id)
        )
        self.assertEqual(wizard.journal_id, self.trust_journal)
        wizard.date = fields.Date.to_date("2026-05-01")
        wizard.amount = 400.00
        wizard.save().action_register()
        receipt = self.dossier.receipt_ids
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertEqual(
            receipt.source_line_id.account_id, self.company.incasso_trust_account_id
        )
        self.assertEqual(receipt.source_line_id.partner_id, self.creditor)
        self.assertPosition(bank=400.00, owed=400.00)
        self.assertUntouched()
        # The line on the statement is that same money.
        line = self._bank_line(
            400.00, "2026-05-02", self.dossier.name, self.trust_journal
        )
        line._incasso_match()
        self.assertFalse(line.incasso_receipt_ids)
        self.assertPosition(bank=400.00, owed=400.00)

    def test_paid_to_the_creditor(self):
        """The ledger has it; the books do not."""
        wizard = Form(
            self.env["incasso.register.receipt"]
            .with_user(self.finance)
            .with_context(default_dossier_id=self.dossier.id)
        )
        wizard.is_direct = True
        wizard.date = fields.Date.to_date("2026-05-01")
        wizard.amount = 400.00
        wizard.save().action_register()
        receipt = self.dossier.receipt_ids
        self.assertEqual(receipt.kind, "direct")
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertFalse(receipt.payment_id)
        self.assertPosition(bank=0.00, owed=0.00)
        receipt._reverse("It was for another invoice.")
        self.assertOpen(self.dossier, 150.00, 0.00, 1000.00)

    def test_direct_is_for_other_creditors_only(self):
        dossier = self._own_dossier(self._claim(500.00, "2026-03-01"))
        wizard = self.env["incasso.register.receipt"].create(
            {"dossier_id": dossier.id, "amount": 100.00, "is_direct": True}
        )
        with self.assertRaisesRegex(UserError, "company itself"):
            wizard.action_register()

    def test_received_on_the_wrong_account(self):
        """Money for a creditor on the company's own account is owed to the creditor all
        the same, and the proof says that it has to be moved."""
        receipt = self._bank(400.00, self.dossier.name, self.bank_journal)
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertPosition(bank=0.00, owed=0.00, elsewhere=400.00)
        self.assertUntouched()

    def test_own_money_on_the_trust_account(self):
        """The company's own debtor pays on the trust account: not booked by itself, and
        refused with what to do."""
        dossier = self._own_dossier(
            self._claim(500.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        receipt = self._bank(500.00, dossier.payment_reference)
        self.assertEqual(receipt.state, "proposed")
        self.assertIn("trust account", receipt.match_reason)
        with self.assertRaises(UserError) as refused:
            receipt.action_confirm()
        self.assertIn("Pay it out", str(refused.exception))
        self.assertEqual(dossier.balance, 500.00)

    def test_reversal(self):
        receipt = self._bank(1200.00, self.dossier.payment_reference)
        self.assertEqual(self.dossier.state, "closed")
        receipt._reverse("Charged back.")
        self.assertOpen(self.dossier, 150.00, 0.00, 1000.00)
        self.assertEqual(self.dossier.state, "open")
        # The bank line itself is still there.
        self.assertPosition(bank=1200.00, owed=0.00, unattributed=1200.00)

    def test_two_creditors_are_kept_apart(self):
        other_creditor = self._partner("Tandarts Smit", is_company=True)
        other = self._dossier(
            debtor=self.business,
            claims=[(300.00, "2026-03-01")],
            creditor=other_creditor,
            flow_id=False,
        )
        self._bank(400.00, self.dossier.payment_reference)
        self._bank(300.00, other.payment_reference)
        owed = {
            partner: -balance
            for partner, balance in self.env["account.move.line"]._read_group(
                [("account_id", "=", self.company.incasso_trust_account_id.id)],
                ["partner_id"],
                ["balance:sum"],
            )
        }
        self.assertEqual(owed, {self.creditor: 400.00, other_creditor: 300.00})

    def test_daily_proof(self):
        """A row for each day, with the balances at its end."""
        self._bank(400.00, self.dossier.payment_reference)
        line = self._bank_line(20.00, "2026-05-03", "bedankt", self.trust_journal)
        line._incasso_match()
        rows = (
            self.env["incasso.trust.proof"]
            .with_user(self.auditor)
            .search([("company_id", "=", self.company.id)], order="date")
        )
        self.assertRecordValues(
            rows,
            [
                {
                    "date": fields.Date.to_date("2026-05-01"),
                    "bank": 400.00,
                    "owed": 400.00,
                    "unattributed": 0.00,
                    "difference": 0.00,
                },
                {
                    "date": fields.Date.to_date("2026-05-03"),
                    "bank": 420.00,
                    "owed": 400.00,
                    "unattributed": 20.00,
                    "difference": 0.00,
                },
            ],
        )
        first = self.env["incasso.books"]._trust_position(
            self.company, fields.Date.to_date("2026-05-02")
        )
        self.assertEqual(float(first.bank), 400.00)
        # Money that leaves the account unexplained shows at once.
        stolen = self.env["account.move"].create(
            {
                "journal_id": self.trust_journal.id,
                "date": fields.Date.to_date("2026-05-04"),
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": self.trust_journal.default_account_id.id,
                            "balance": -100.00,
                        }
                    ),
                    fields.Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_expense"
                            ].id,
                            "balance": 100.00,
                        }
                    ),
                ],
            }
        )
        stolen.action_post()
        position = self.env["incasso.books"]._trust_position(self.company)
        self.assertEqual(float(position.difference), -100.00)
        stolen.button_draft()
