from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon

IBAN = "NL18RABO0123459876"


@tagged("post_install", "-at_install")
class TestDivision(ReceiptCommon):
    """One bank line for several dossiers: each gets its own part, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._own_dossier(
            cls._claim(1000.00, "2026-03-01", debtor=cls.consumer), debtor=cls.consumer
        )
        # 640 x 15% = 96.00 costs: 736.00 together.
        cls.second = cls._own_dossier(
            cls._claim(640.00, "2026-03-01"), costs_on="2026-04-01"
        )
        cls.both = f"{cls.first.name} en {cls.second.name}"

    def _match(self, amount, text, **values):
        line = self._bank_line(amount, "2026-05-01", text, **values)
        line._incasso_match()
        return line

    def _by_dossier(self, line):
        return {
            receipt.dossier_id: receipt
            for receipt in line.incasso_receipt_ids
            if receipt.state == "allocated"
        }

    def test_named_and_exact(self):
        """1,000.00 + 736.00 = 1,736.00: as certain as its numbers, booked by itself."""
        line = self._match(1736.00, self.both)
        self.assertEqual(set(line.incasso_receipt_ids.mapped("confidence")), {95})
        found = self._by_dossier(line)
        self.assertPaid(found[self.first], 0.00, 0.00, 1000.00)
        self.assertPaid(found[self.second], 96.00, 0.00, 640.00)
        self.assertEqual((self.first + self.second).mapped("state"), ["closed"] * 2)
        self.assertTrue(line.is_reconciled)
        items = line.move_id.line_ids - line._seek_for_lines()[0]
        self.assertRecordValues(
            items.sorted("balance"),
            [
                {
                    "partner_id": self.consumer.id,
                    "balance": -1000.00,
                    "reconciled": True,
                },
                {
                    "partner_id": self.business.id,
                    "balance": -736.00,
                    "reconciled": True,
                },
            ],
        )
        self.assertEqual(self._income(), (96.00, 0.00))

    def test_one_cent_more(self):
        """Asked, with a division filled in that a person changes."""
        line = self._match(1736.01, self.both)
        receipt = line.incasso_receipt_ids
        self.assertRecordValues(
            receipt, [{"state": "proposed", "confidence": 70, "amount": 1736.01}]
        )
        self.assertIn("not the sum", receipt.match_reason)
        self.assertEqual(self.first.balance, 1000.00)
        wizard = Form(
            self.env["incasso.match.receipt"]
            .with_user(self.finance)
            .with_context(default_receipt_id=receipt.id)
        )
        self.assertTrue(wizard.is_divided)
        with wizard.share_ids.edit(0) as share:
            self.assertEqual((share.dossier_id, share.amount), (self.first, 1000.00))
            self.assertEqual(share.balance, 1000.00)
            share.amount = 900.00
        self.assertEqual(wizard.left, 100.00)
        with self.assertRaisesRegex(UserError, "Divide all of it"):
            wizard.save().action_match()
        with wizard.share_ids.edit(1) as share:
            self.assertEqual((share.dossier_id, share.amount), (self.second, 736.01))
            share.dossier_id = self.first
            share.amount = 836.01
        with self.assertRaisesRegex(UserError, "one part"):
            wizard.save().action_match()
        with wizard.share_ids.edit(1) as share:
            share.dossier_id = self.second
        wizard.save().action_match()
        found = self._by_dossier(line)
        self.assertPaid(found[self.first], 0.00, 0.00, 900.00)
        # 836.01 - 736.00 = 100.01 too much.
        self.assertPaid(found[self.second], 96.00, 0.00, 640.00, surplus=100.01)
        self.assertTrue(line.is_reconciled)

    def test_confirmed_as_proposed(self):
        line = self._match(1500.00, self.both)
        line.incasso_receipt_ids.with_user(self.finance).action_confirm()
        found = self._by_dossier(line)
        self.assertPaid(found[self.first], 0.00, 0.00, 1000.00)
        self.assertPaid(found[self.second], 96.00, 0.00, 404.00)

    def test_all_for_one(self):
        """A person decides that it is all for one of them."""
        receipt = self._match(1500.00, self.both).incasso_receipt_ids
        wizard = Form(
            self.env["incasso.match.receipt"]
            .with_user(self.finance)
            .with_context(default_receipt_id=receipt.id)
        )
        wizard.is_divided = False
        wizard.dossier_id = self.second
        wizard.save().action_match()
        self.assertPaid(receipt, 96.00, 0.00, 640.00, surplus=764.00)
        self.assertEqual(self.first.balance, 1000.00)

    def test_sum_of_one_debtor(self):
        """The debtor pays two dossiers at once and names none, or one: asked."""
        third = self._own_dossier(
            self._claim(250.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        self.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": self.consumer.id}
        )
        for text in ("bedankt", self.first.payment_reference):
            with self.subTest(text=text):
                line = self._match(1250.00, text, account_number=IBAN)
                receipt = line.incasso_receipt_ids
                self.assertEqual(receipt.state, "proposed")
                self.assertLessEqual(receipt.confidence, 70)
                self.assertIn("sum of what", receipt.match_reason)
                self.assertEqual(
                    receipt.division,
                    [[self.first.id, "1000.00", []], [third.id, "250.00", []]],
                )
                line.unlink()
        # Another amount with a reference is for that dossier alone.
        line = self._match(1249.99, self.first.payment_reference)
        self.assertPaid(line.incasso_receipt_ids, 0.00, 0.00, 1000.00, surplus=249.99)

    def test_one_of_them_is_not_sure(self):
        """The number of another creditor's invoice is worth 80: asked."""
        other = self._dossier(
            debtor=self.government,
            claims=[
                {
                    "name": "F2026-0042",
                    "invoice_date": fields.Date.to_date("2026-01-30"),
                    "due_date": fields.Date.to_date("2026-03-01"),
                    "amount": 300.00,
                    "interest_kind": "none",
                }
            ],
            creditor=self.creditor,
            flow_id=False,
        )
        line = self._match(1300.00, f"{self.first.name} en F2026-0042")
        receipt = line.incasso_receipt_ids
        self.assertRecordValues(receipt, [{"state": "proposed", "confidence": 80}])
        self.assertEqual(
            receipt.division,
            [
                [self.first.id, "1000.00", []],
                [other.id, "300.00", other.claim_ids.ids],
            ],
        )
        receipt.action_confirm()
        found = self._by_dossier(line)
        self.assertPaid(found[other], 0.00, 0.00, 300.00)
        self.assertEqual(found[other].claim_ids, other.claim_ids)
        # What is the creditor's is owed to the creditor.
        self.assertRecordValues(
            found[other].source_line_id,
            [
                {
                    "account_id": self.company.incasso_trust_account_id.id,
                    "partner_id": self.creditor.id,
                    "balance": -300.00,
                }
            ],
        )

    def test_same_number_of_two_creditors(self):
        """One invoice number that two creditors use names neither: the amount tells
        which it is, as ever."""
        dossiers = self.env["incasso.dossier"]
        for creditor, amount in ((self.creditor, 300.00), (self.government, 450.00)):
            dossiers += self._dossier(
                debtor=self.business,
                claims=[
                    {
                        "name": "F2026-0042",
                        "invoice_date": fields.Date.to_date("2026-01-30"),
                        "due_date": fields.Date.to_date("2026-03-01"),
                        "amount": amount,
                        "interest_kind": "none",
                    }
                ],
                creditor=creditor,
                flow_id=False,
            )
        line = self._match(300.00, "factuur F2026-0042", journal=self.trust_journal)
        receipt = line.incasso_receipt_ids
        # 80 for the number and 30 for the amount.
        self.assertRecordValues(receipt, [{"state": "allocated", "confidence": 99}])
        self.assertEqual(receipt.dossier_id, dossiers[0])

    def test_undone_and_again(self):
        """The accountant undoes the line: ledgers and books are as before, and it waits
        to be divided the same way."""
        before = [self._net_ledger(dossier) for dossier in self.first + self.second]
        line = self._match(1736.00, self.both)
        line.action_undo_reconciliation()
        self.assertEqual(
            [self._net_ledger(dossier) for dossier in self.first + self.second], before
        )
        self.assertEqual(self._income(), (0.00, 0.00))
        self.assertEqual(self.first.claim_ids.move_id.amount_residual, 1000.00)
        self.assertFalse(line.is_reconciled)
        again = line.incasso_receipt_ids.filtered(lambda r: r.state == "proposed")
        self.assertRecordValues(again, [{"amount": 1736.00, "confidence": 0}])
        again.action_confirm()
        self.assertEqual(len(self._by_dossier(line)), 2)
        self.assertTrue(line.is_reconciled)
        line.unlink()
        self.assertEqual((self.first + self.second).mapped("state"), ["open"] * 2)

    def test_one_part_reversed(self):
        """One of the two was for something else: the other stands, and the rest waits
        on the suspense account."""
        line = self._match(1736.00, self.both)
        found = self._by_dossier(line)
        found[self.second]._reverse("It was for another invoice.", requeue=True)
        self.assertOpen(self.second, 96.00, 0.00, 640.00)
        self.assertPaid(found[self.first], 0.00, 0.00, 1000.00)
        self.assertEqual(line.amount_residual, -736.00)
        self.assertFalse(line.is_reconciled)
        waiting = line.incasso_receipt_ids.filtered(lambda r: r.state == "proposed")
        waiting.action_confirm()
        self.assertTrue(line.is_reconciled)
        self.assertOpen(self.second, 0.00, 0.00, 0.00)

    def test_charged_back(self):
        """The bank takes the whole payment back: both dossiers are as before."""
        line = self._match(1736.00, self.both, account_number=IBAN)
        out = self._bank_line(
            -1736.00, "2026-05-06", f"STORNO {self.first.name}", account_number=IBAN
        )
        out._incasso_match_charge_backs()
        self.assertRecordValues(
            out.incasso_charge_back_ids, [{"state": "booked", "confidence": 99}]
        )
        self.assertEqual(
            line.incasso_receipt_ids.mapped("state"), ["reversed", "reversed"]
        )
        self.assertOpen(self.first, 0.00, 0.00, 1000.00)
        self.assertOpen(self.second, 96.00, 0.00, 640.00)
        self.assertTrue(out.is_reconciled)
        out.action_undo_reconciliation()
        found = self._by_dossier(line)
        self.assertPaid(found[self.second], 96.00, 0.00, 640.00)
        part = self._bank_line(
            -736.00, "2026-05-07", f"STORNO {self.second.name}", account_number=IBAN
        )
        part._incasso_match_charge_backs()
        back = part.incasso_charge_back_ids
        self.assertEqual(back.state, "proposed")
        with self.assertRaisesRegex(UserError, "several dossiers"):
            back.action_book()

    def test_payment_is_not_divided(self):
        """A payment that was registered stands on one account and partner: asked."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.consumer.id,
                "journal_id": self.bank_journal.id,
                "date": "2026-05-01",
                "amount": 1736.00,
                "memo": self.both,
            }
        )
        payment.action_post()
        self.assertRecordValues(
            payment.incasso_receipt_ids, [{"state": "proposed", "confidence": 70}]
        )
