from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_receipt import ReceiptCommon

IBAN = "NL18RABO0123459876"
OTHER_IBAN = "NL91ABNA0417164300"


@tagged("post_install", "-at_install")
class TestChargeBack(ReceiptCommon):
    """Money that goes back by a bank line of its own: the dossier and the books are
    what they were before it came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._own_dossier(
            cls._claim(1000.00, "2026-03-01", debtor=cls.consumer),
            debtor=cls.consumer,
        )
        # 2,000 x 15% = 300 costs on a business.
        cls.company_dossier = cls._own_dossier(
            cls._claim(2000.00, "2026-03-01"), costs_on="2026-04-01"
        )

    def _pay(self, amount, text, day="2026-05-01", **values):
        line = self._bank_line(
            amount, day, text, account_number=values.pop("iban", IBAN), **values
        )
        line._incasso_match()
        self.assertEqual(line.incasso_receipt_ids.state, "allocated")
        return line

    def _back(self, amount, text, day="2026-05-06", **values):
        """A bank line on which money leaves, looked at; and what came of it."""
        line = self._bank_line(
            -amount, day, text, account_number=values.pop("iban", IBAN), **values
        )
        line._incasso_match_charge_backs()
        return line.incasso_charge_back_ids

    def assertBack(self, back, state, confidence, receipt, *words):
        self.assertRecordValues(
            back,
            [
                {
                    "state": state,
                    "confidence": confidence,
                    "receipt_id": receipt.id,
                }
            ],
        )
        for word in words:
            self.assertIn(word, back.match_reason)

    # === WHAT IS CERTAIN === #

    def test_storno_restores_to_the_cent(self):
        """300 costs and 200 principal were paid; it all goes back."""
        dossier = self.company_dossier
        before = self._net_ledger(dossier), self._income()
        line = self._pay(500.00, dossier.payment_reference)
        receipt = line.incasso_receipt_ids
        self.assertPaid(receipt, 300.00, 0.00, 200.00)
        self.assertEqual(self._income(), (300.00, 0.00))
        back = self._back(500.00, f"STORNO {dossier.payment_reference}")
        # 70 for the reference, 15 each for the account, the amount, the word.
        self.assertBack(back, "booked", 99, receipt, "amount", "account", "went back")
        self.assertEqual(receipt.state, "reversed")
        self.assertEqual(receipt.charge_back_id, back)
        self.assertEqual((self._net_ledger(dossier), self._income()), before)
        self.assertOpen(dossier, 300.00, 0.00, 2000.00)
        self.assertEqual(dossier.claim_ids.move_id.amount_residual, 2000.00)
        # Both bank lines are explained, the one by the other.
        self.assertTrue(line.is_reconciled)
        self.assertTrue(back.statement_line_id.is_reconciled)
        self.assertTrue(receipt.source_line_id.reconciled)
        out = back.statement_line_id.line_ids.filtered("matched_credit_ids")
        self.assertRecordValues(
            out,
            [
                {
                    "account_id": receipt.source_line_id.account_id.id,
                    "partner_id": receipt.source_line_id.partner_id.id,
                    "balance": 500.00,
                    "amount_residual": 0.00,
                }
            ],
        )

    def test_repeated_text_account_and_amount(self):
        """No word of the bank's: account, amount and text are those of the receipt."""
        text = f"Betaling {self.dossier.name} mei"
        line = self._pay(400.00, text)
        back = self._back(400.00, text)
        self.assertBack(back, "booked", 99, line.incasso_receipt_ids)

    def test_reference_of_the_bank(self):
        """Only the end-to-end id of the original, which the bank repeats."""
        line = self._pay(400.00, self.dossier.name, ref="E2E-2026-XY77")
        self.assertEqual(line.incasso_receipt_ids.bank_reference, "E2E2026XY77")
        back = self._back(400.00, "MS03 EREF/E2E-2026-XY77/ NIET BEKEND", iban=False)
        # 80 for the bank's reference, 15 for the amount and for the reason code.
        self.assertBack(back, "booked", 99, line.incasso_receipt_ids, "bank's")

    def test_of_a_registered_payment(self):
        """The receipt was made by a payment whose bank line was paired with it."""
        payment = self._payment(self.dossier, 400.00, "2026-04-30")
        self._bank_line(400.00, "2026-05-01", self.dossier.name)._incasso_match()
        self.assertTrue(payment.is_matched)
        back = self._back(400.00, f"storno {self.dossier.name}", iban=False)
        self.assertBack(back, "booked", 99, payment.incasso_receipt_ids)
        self.assertEqual(self.dossier.balance, 1000.00)
        self.assertTrue(payment.is_matched)

    def test_paid_dossier_goes_on(self):
        """The dossier that it had closed is open again; thanks that were not sent yet
        are withdrawn."""
        line = self._pay(1000.00, self.dossier.name)
        self.assertEqual(self.dossier.state, "closed")
        thanks = self.env["incasso.message"]._queue(
            self.dossier,
            self.env.ref("incasso_nl.template_thanks"),
            line.date,
            self.dossier._balances(line.date),
            extra={self.dossier.id: {"received": 1000, "received_date": line.date}},
        )
        self.assertEqual(thanks.state, "queued")
        back = self._back(1000.00, f"STORNO {self.dossier.name}")
        self.assertBack(back, "booked", 99, line.incasso_receipt_ids)
        self.assertEqual(self.dossier.state, "open")
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)
        self.assertEqual(thanks.state, "cancelled")

    def test_fee_of_the_bank_is_not_the_debtors(self):
        """400.00 and 2.50 for the trouble: asked; the fee stays for the bookkeeper."""
        line = self._pay(400.00, self.dossier.name)
        back = self._back(402.50, f"STORNO {self.dossier.name}")
        self.assertBack(
            back, "proposed", 70, line.incasso_receipt_ids, "another amount"
        )
        back.with_user(self.finance).action_book()
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)
        self.assertFalse(back.statement_line_id.is_reconciled)
        self.assertEqual(back.statement_line_id.amount_residual, 2.50)

    def test_later_receipts_follow(self):
        """What was paid later pays the costs now: 300 + 400 = 700 of 500 and 200."""
        dossier = self.company_dossier
        first = self._pay(500.00, dossier.name)
        second = self._pay(200.00, dossier.name, "2026-05-03")
        self.assertPaid(second.incasso_receipt_ids, 0.00, 0.00, 200.00)
        back = self._back(500.00, f"STORNO {dossier.name}")
        self.assertBack(back, "booked", 99, first.incasso_receipt_ids)
        self.assertPaid(second.incasso_receipt_ids, 200.00, 0.00, 0.00)
        self.assertOpen(dossier, 100.00, 0.00, 2000.00)

    # === WHAT IS ASKED === #

    def test_part_of_it(self):
        """A part is for a person; then the rest pays as of its own day."""
        line = self._pay(400.00, self.dossier.name)
        back = self._back(150.00, f"STORNO {self.dossier.name}")
        self.assertBack(
            back, "proposed", 70, line.incasso_receipt_ids, "another amount"
        )
        self.assertEqual(self.dossier.balance, 600.00)
        back.with_user(self.finance).action_book()
        # 1,000 - (400 - 150) = 750.
        self.assertOpen(self.dossier, 0.00, 0.00, 750.00)
        rest = line.incasso_receipt_ids - back.reversed_ids
        self.assertPaid(rest, 0.00, 0.00, 250.00)
        self.assertEqual(rest.date, line.date)
        back.statement_line_id.action_undo_reconciliation()
        self.assertOpen(self.dossier, 0.00, 0.00, 600.00)

    def test_same_amount_twice(self):
        """Two instalments from one account: the last is proposed, a person decides."""
        first = self._pay(50.00, self.dossier.name)
        second = self._pay(50.00, self.dossier.name, "2026-05-03")
        back = self._back(50.00, f"STORNO {self.dossier.name}")
        self.assertBack(
            back,
            "proposed",
            70,
            second.incasso_receipt_ids,
            first.incasso_receipt_ids.name,
        )
        form = Form(back.with_user(self.finance))
        form.receipt_id = first.incasso_receipt_ids
        form.save().action_book()
        self.assertEqual(first.incasso_receipt_ids.state, "reversed")
        self.assertEqual(second.incasso_receipt_ids.state, "allocated")

    def test_reversed_by_hand_before(self):
        """It is not reversed twice, nor another of the same amount in its place."""
        first = self._pay(50.00, self.dossier.name)
        second = self._pay(50.00, self.dossier.name, "2026-05-03")
        second.incasso_receipt_ids._reverse("Charged back.")
        back = self._back(50.00, f"STORNO {self.dossier.name}")
        self.assertBack(back, "proposed", 70, first.incasso_receipt_ids, "just as well")
        back.with_user(self.finance).action_ignore()
        first.incasso_receipt_ids._reverse("Charged back.")
        back = self._back(50.00, f"STORNO {self.dossier.name}")
        self.assertBack(
            back, "unmatched", 99, self.env["incasso.receipt"], "reversed already"
        )
        with self.assertRaisesRegex(UserError, "Choose the receipt"):
            back.with_user(self.finance).action_book()

    def test_refund_to_another_account(self):
        """The number and the amount alone may be a payment of another kind: asked."""
        line = self._pay(400.00, self.dossier.name)
        back = self._back(400.00, self.dossier.name, iban=OTHER_IBAN)
        self.assertBack(back, "proposed", 85, line.incasso_receipt_ids)

    def test_other_money_out_is_left_alone(self):
        """Refunds of a surplus, rent, the bailiff: no charge-backs."""
        self._pay(400.00, self.dossier.name)
        for ref, amount in (
            (f"teveel betaald {self.dossier.name}", 20.00),
            ("huur mei", 900.00),
            ("MS03 STORNO polis 88", 12.50),
        ):
            with self.subTest(ref=ref):
                self.assertFalse(self._back(amount, ref))
        # Before it came in there was nothing to take back, and after 13 months a bank
        # can take nothing back.
        for day in ("2026-04-30", "2027-07-01"):
            with self.subTest(day=day):
                self.assertFalse(self._back(400.00, f"STORNO {self.dossier.name}", day))

    # === ONCE === #

    def test_once(self):
        line = self._pay(400.00, self.dossier.name)
        back = self._back(400.00, f"STORNO {self.dossier.name}")
        back.statement_line_id._incasso_match_charge_backs()
        self.assertEqual(back.statement_line_id.incasso_charge_back_ids, back)
        with self.assertRaisesRegex(UserError, "booked or dropped already"):
            back.with_user(self.finance).action_book()
        # Another line of the same kind finds nothing left to take back.
        self.assertFalse(self._back(400.00, f"STORNO {self.dossier.name}"))
        self.assertEqual(line.incasso_receipt_ids.state, "reversed")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            back.copy({"state": "booked"})
            self.env.flush_all()

    def test_two_lines_in_one_batch(self):
        """Two lines of one statement take back the same receipt: the first books
        itself, the second is set aside with its reason."""
        self._pay(400.00, self.dossier.name)
        lines = self.env["account.bank.statement.line"]
        for day in ("2026-05-06", "2026-05-07"):
            lines += self._bank_line(
                -400.00, day, f"STORNO {self.dossier.name}", account_number=IBAN
            )
        lines._incasso_match_charge_backs()
        first, second = (line.incasso_charge_back_ids for line in lines)
        self.assertEqual((first.state, second.state), ("booked", "proposed"))
        self.assertIn("reversed already", second.error)
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)
        second.with_user(self.finance).action_ignore()
        self.assertFalse(lines[1].is_reconciled)

    def test_two_proposals_of_one_receipt(self):
        """Two people book two lines for the same receipt: the second is refused."""
        self._pay(400.00, self.dossier.name)
        self.company.incasso_match_confidence = 100
        first = self._back(400.00, f"STORNO {self.dossier.name}")
        second = self._back(400.00, f"STORNO {self.dossier.name}")
        self.assertEqual(first.receipt_id, second.receipt_id)
        first.with_user(self.finance).action_book()
        with self.assertRaisesRegex(UserError, "reversed already"):
            second.with_user(self.finance).action_book()
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)

    # === UNDONE === #

    def test_line_undone(self):
        """The accountant takes the charge-back back: the receipt pays as before."""
        dossier = self.company_dossier
        line = self._pay(500.00, dossier.payment_reference)
        paid = self._net_ledger(dossier), self._income()
        back = self._back(500.00, f"STORNO {dossier.payment_reference}")
        back.statement_line_id.action_undo_reconciliation()
        self.assertEqual((self._net_ledger(dossier), self._income()), paid)
        again = line.incasso_receipt_ids.filtered(lambda r: r.state == "allocated")
        self.assertPaid(again, 300.00, 0.00, 200.00)
        self.assertFalse(back.statement_line_id.is_reconciled)
        self.assertBack(back, "proposed", 0, again, "undone")
        back.with_user(self.finance).action_book()
        self.assertOpen(dossier, 300.00, 0.00, 2000.00)

    def test_line_deleted(self):
        line = self._pay(400.00, self.dossier.name)
        back = self._back(400.00, f"STORNO {self.dossier.name}")
        back.statement_line_id.unlink()
        self.assertEqual(back.state, "dropped")
        self.assertOpen(self.dossier, 0.00, 0.00, 600.00)
        again = line.incasso_receipt_ids.filtered(lambda r: r.state == "allocated")
        self.assertPaid(again, 0.00, 0.00, 400.00)
        self.assertTrue(line.is_reconciled)

    def test_entry_reset_to_draft(self):
        self._pay(400.00, self.dossier.name)
        back = self._back(400.00, f"STORNO {self.dossier.name}")
        back.statement_line_id.move_id.button_draft()
        self.assertOpen(self.dossier, 0.00, 0.00, 600.00)
        back.statement_line_id.move_id.action_post()

    def test_original_line_stays(self):
        """The line that was charged back cannot be undone by itself; both can go."""
        line = self._pay(400.00, self.dossier.name)
        back = self._back(400.00, f"STORNO {self.dossier.name}")
        with self.assertRaisesRegex(UserError, "This money went back"):
            line.action_undo_reconciliation()
        (line + back.statement_line_id).unlink()
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)

    # === TRUST === #

    def test_trust_account(self):
        """Money for another creditor: the liability is gone again, and nothing else has
        seen anything of it."""
        dossier = self._third_party(self.government)
        # 1,200.00 on 1,000.00: 200.00 is set apart for the debtor.
        line = self._pay(1200.00, dossier.name, journal=self.trust_journal)
        self.assertEqual(dossier.state, "closed")
        back = self._back(1200.00, f"STORNO {dossier.name}", journal=self.trust_journal)
        self.assertBack(back, "booked", 99, line.incasso_receipt_ids)
        self.assertOpen(dossier, 0.00, 0.00, 1000.00)
        position = self.env["incasso.books"]._trust_position(self.company)
        self.assertEqual(
            (position.bank, position.owed, position.unattributed), (0, 0, 0)
        )
        # Off another account than it came in on: asked.
        again = self._pay(
            300.00, dossier.name, day="2026-05-08", journal=self.trust_journal
        )
        back = self._back(300.00, f"STORNO {dossier.name}", "2026-05-09")
        self.assertBack(
            back, "proposed", 70, again.incasso_receipt_ids, "another account"
        )
        back.statement_line_id.unlink()
        part = self._back(
            100.00,
            f"STORNO {dossier.name}",
            "2026-05-09",
            journal=self.trust_journal,
        )
        part.action_book()
        self.assertOpen(dossier, 0.00, 0.00, 800.00)
        position = self.env["incasso.books"]._trust_position(self.company)
        self.assertEqual((position.bank, position.owed), (200, 200))

    # === WHO AND HOW MANY === #

    def test_rights(self):
        self._pay(400.00, self.dossier.name)
        self.company.incasso_match_confidence = 100
        back = self._back(400.00, f"STORNO {self.dossier.name}")
        for user in (self.handler, self.auditor):
            with self.subTest(user=user.login):
                self.assertEqual(back.with_user(user).amount, 400.00)
                with self.assertRaises(AccessError):
                    back.with_user(user).action_book()
                with self.assertRaises(AccessError):
                    back.with_user(user).action_ignore()
        action = self._bank_line(-400.00, "2026-05-07", f"STORNO {self.dossier.name}")
        found = action.with_user(self.finance).action_incasso_match()
        self.assertEqual(found["res_model"], "incasso.charge.back")

    def test_constant_queries(self):
        """Recognising costs as many queries for fifty lines as for five."""

        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            outgoing = [line._incasso_incoming() for line in lines]
            journals = {line.id: line.journal_id.id for line in lines}
            before = self.env.cr.sql_log_count
            matches = self.env["incasso.charge.back.matching"]._match(
                self.company, outgoing, journals
            )
            self.assertEqual(
                {match.receipt_id for match in matches.values()},
                {receipt.id, other.id},
            )
            return self.env.cr.sql_log_count - before

        receipt = self._pay(40.00, self.dossier.name).incasso_receipt_ids
        other = self._pay(
            40.00, self.company_dossier.name, iban=OTHER_IBAN
        ).incasso_receipt_ids
        names = (self.dossier.payment_reference, self.company_dossier.name)
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.bank_journal.id,
                    "date": fields.Date.to_date("2026-05-06"),
                    "amount": -40.00,
                    "payment_ref": f"STORNO {names[index % 2]}",
                    "account_number": (IBAN, OTHER_IBAN)[index % 2],
                }
                for index in range(50)
            ]
        )
        count(lines[:5])
        few = count(lines[:5])
        self.assertEqual(count(lines), few)
        self.assertLess(few, 10)

    def test_cron(self):
        """Money in and out of one day, in one go."""
        out = self._bank_line(-400.00, "2026-05-06", f"STORNO {self.dossier.name}")
        into = self._bank_line(400.00, "2026-05-01", self.dossier.name)
        lines = out + into
        with freeze_time("2026-05-07"), self.enter_registry_test_mode():
            self.env.ref("incasso_nl.cron_match").method_direct_trigger()
        self.assertEqual(into.incasso_receipt_ids.state, "reversed")
        self.assertEqual(out.incasso_charge_back_ids.state, "booked")
        self.assertEqual(lines.mapped("is_reconciled"), [True, True])
