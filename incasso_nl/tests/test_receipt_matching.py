from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestMatching(ReceiptCommon):
    """Which dossier a bank line is for, how sure that is, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._own_dossier(
            cls._claim(1000.00, "2026-03-01", debtor=cls.consumer),
            debtor=cls.consumer,
        )
        cls.other = cls._own_dossier(cls._claim(640.00, "2026-03-01"))

    def _match(self, amount, ref, **values):
        line = self._bank_line(amount, "2026-05-01", ref, **values)
        line._incasso_match()
        return line.incasso_receipt_ids

    def assertMatch(self, receipt, dossier, confidence, state, *words):
        self.assertRecordValues(
            receipt,
            [{"dossier_id": dossier.id, "confidence": confidence, "state": state}],
        )
        for word in words:
            self.assertIn(word, receipt.match_reason)

    # === WHAT IS CERTAIN === #

    def test_payment_reference(self):
        kenmerk = self.dossier.payment_reference
        spaced = " ".join(kenmerk[place : place + 4] for place in range(0, 16, 4))
        receipt = self._match(100.00, f"Betaling {spaced} dank")
        self.assertMatch(receipt, self.dossier, 100, "allocated", kenmerk)
        self.assertPaid(receipt, 0.00, 0.00, 100.00)
        line = receipt.statement_line_id
        self.assertTrue(line.is_reconciled)
        self.assertEqual(receipt.source_line_id.move_id, line.move_id)
        self.assertEqual(receipt.source_line_id.partner_id, self.consumer)
        self.assertEqual(self.dossier.claim_ids.move_id.amount_residual, 900.00)

    def test_dossier_number_in_many_spellings(self):
        number = self.dossier.name
        for ref in (number, number.replace("/", " ").lower(), number.replace("/", "")):
            with self.subTest(ref=ref):
                receipt = self._match(10.00, f"dossier {ref}")
                self.assertMatch(receipt, self.dossier, 95, "allocated", number)

    def test_reference_in_another_field(self):
        receipt = self._match(
            100.00,
            "NOTPROVIDED",
            transaction_details={"remittance": [self.dossier.payment_reference]},
        )
        self.assertMatch(receipt, self.dossier, 100, "allocated")

    def test_invoice_number_names_the_claim(self):
        """Art. 6:43 lid 1: who writes an invoice number names that claim."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01", debtor=self.government),
            self._claim(200.00, "2026-04-01", debtor=self.government),
            debtor=self.government,
        )
        younger = dossier.claim_ids.sorted("due_date")[1]
        receipt = self._match(200.00, f"factuur {younger.name}")
        # 90 for the number of an own invoice, 30 for the amount; no more than 99.
        self.assertMatch(receipt, dossier, 99, "allocated", younger.name)
        self.assertEqual(receipt.claim_ids, younger)
        self.assertEqual(younger.move_id.payment_state, "paid")

    # === WHAT IS LIKELY === #

    def test_amount_and_name(self):
        """A name and the right amount may still be a namesake's: asked."""
        receipt = self._match(1000.00, "bedankt", partner_name="JAN DE VRIES")
        self.assertMatch(receipt, self.dossier, 70, "proposed", "name", "amount")
        self.assertFalse(receipt.statement_line_id.is_reconciled)
        receipt.with_user(self.finance).action_confirm()
        self.assertPaid(receipt, 0.00, 0.00, 1000.00)
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_account_seen_before(self):
        """The first payment is confirmed; the next from that account is recognised, and
        books itself once the amount fits too: 70 + 30."""
        iban = "NL18 RABO 0123 4598 76"
        first = self._match(
            100.00, self.dossier.name, account_number=iban, partner_name="A. Vriend"
        )
        self.assertEqual(first.state, "allocated")
        second = self._match(50.00, "x", account_number=iban)
        self.assertMatch(second, self.dossier, 70, "proposed", "before")
        second.action_confirm()
        # 1,000 - 100 - 50 = 850.
        third = self._match(850.00, "x", account_number=iban)
        self.assertMatch(third, self.dossier, 99, "allocated", "before", "balance")

    def test_account_of_the_debtor(self):
        self.env["res.partner.bank"].create(
            {"acc_number": "NL18RABO0123459876", "partner_id": self.consumer.id}
        )
        receipt = self._match(1000.00, "x", account_number="NL18RABO0123459876")
        self.assertMatch(receipt, self.dossier, 90, "allocated")

    def test_account_of_an_administrator(self):
        """An account from which is paid for many debtors says nothing."""
        for index in range(4):
            partner = self._partner(f"Client {index}")
            self.env["res.partner.bank"].create(
                {"acc_number": "NL18RABO0123459876", "partner_id": partner.id}
            )
        self.env["res.partner.bank"].create(
            {"acc_number": "NL18RABO0123459876", "partner_id": self.consumer.id}
        )
        self.assertFalse(self._match(1000.00, "x", account_number="NL18RABO0123459876"))

    def test_slip_of_the_pen(self):
        """The number is one dossier's, the payer another's, the amount fits neither:
        asked."""
        receipt = self._match(
            77.00, f"dossier {self.other.name}", partner_name="Jan de Vries"
        )
        self.assertMatch(receipt, self.other, 70, "proposed", "another debtor")

    def test_two_dossiers_named(self):
        receipt = self._match(300.00, f"{self.dossier.name} en {self.other.name}")
        self.assertEqual(receipt.state, "proposed")
        self.assertEqual(receipt.confidence, 70)
        self.assertIn("just as well", receipt.match_reason)

    def test_threshold_of_the_company(self):
        self.company.incasso_match_confidence = 96
        receipt = self._match(100.00, self.dossier.name)
        self.assertMatch(receipt, self.dossier, 95, "proposed")

    # === WHAT IS NOT === #

    def test_unknown_money(self):
        """On the company's own account it is left to Odoo, unless a person asks."""
        line = self._bank_line(123.45, "2026-05-01", "abonnement")
        line._incasso_match()
        self.assertFalse(line.incasso_receipt_ids)
        action = line.with_user(self.finance).action_incasso_match()
        receipt = self.env["incasso.receipt"].search(action["domain"])
        self.assertRecordValues(
            receipt, [{"state": "unmatched", "dossier_id": False, "amount": 123.45}]
        )
        with self.assertRaisesRegex(UserError, "Choose the dossier"):
            receipt.action_confirm()
        receipt.with_user(self.finance).action_ignore()
        self.assertEqual(receipt.state, "reversed")
        self.assertFalse(line.is_reconciled)

    def test_money_out_is_left_alone(self):
        self.assertFalse(self._match(-100.00, self.dossier.name))

    def test_handler_cannot_match(self):
        line = self._bank_line(10.00, "2026-05-01", "x")
        with self.assertRaises(AccessError):
            line.with_user(self.handler).action_incasso_match()

    def test_matched_once(self):
        line = self._bank_line(100.00, "2026-05-01", self.dossier.name)
        line._incasso_match()
        line._incasso_match()
        self.assertEqual(len(line.incasso_receipt_ids), 1)
        with self.assertRaisesRegex(UserError, "matched already"):
            line.action_incasso_match()

    # === UNDONE === #

    def test_line_undone(self):
        """The accountant takes the line back: ledger and books are as before, and the
        money waits for a person."""
        line = self._bank_line(400.00, "2026-05-01", self.dossier.name)
        line._incasso_match()
        first = line.incasso_receipt_ids
        line.action_undo_reconciliation()
        self.assertEqual(first.state, "reversed")
        self.assertEqual(self.dossier.balance, 1000.00)
        self.assertEqual(self.dossier.claim_ids.move_id.amount_residual, 1000.00)
        self.assertFalse(line.is_reconciled)
        again = line.incasso_receipt_ids - first
        self.assertMatch(again, self.dossier, 0, "proposed", "undone")
        again.action_confirm()
        self.assertPaid(again, 0.00, 0.00, 400.00)
        self.assertTrue(line.is_reconciled)

    def test_line_deleted(self):
        line = self._bank_line(400.00, "2026-05-01", self.dossier.name)
        line._incasso_match()
        receipt = line.incasso_receipt_ids
        line.unlink()
        self.assertEqual(receipt.state, "reversed")
        self.assertFalse(receipt.source_line_id)
        self.assertEqual(self.dossier.balance, 1000.00)

    def test_reversed_by_button(self):
        """The line goes back to the suspense account."""
        line = self._bank_line(400.00, "2026-05-01", self.dossier.name)
        line._incasso_match()
        line.incasso_receipt_ids._reverse("Charged back.")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(
            line._seek_for_lines()[1].account_id, self.bank_journal.suspense_account_id
        )
        self.assertEqual(self.dossier.balance, 1000.00)

    def test_booked_otherwise(self):
        """A proposal disappears when the line is booked in another way."""
        receipt = self._match(1000.00, "x", partner_name="Jan de Vries")
        line = receipt.statement_line_id
        line._seek_for_lines()[1].account_id = self.company_data[
            "default_account_revenue"
        ]
        self.assertTrue(line.is_reconciled)
        self._bank_line(1.00, "2026-05-02", "x")._incasso_match()
        self.assertEqual(receipt.state, "reversed")

    # === PAYMENTS REGISTERED BEFORE === #

    def test_line_of_a_registered_payment(self):
        """The payment was registered by hand; its bank line is paired with it and pays
        nothing a second time."""
        payment = self._payment(self.dossier, 400.00, "2026-04-30")
        line = self._bank_line(400.00, "2026-05-01", self.dossier.name)
        line._incasso_match()
        self.assertFalse(line.incasso_receipt_ids)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(payment.is_matched)
        self.assertEqual(self.dossier.balance, 600.00)
        # Another line of the same amount is another payment.
        second = self._match(400.00, self.dossier.name)
        self.assertPaid(second, 0.00, 0.00, 400.00)

    # === MANY AT ONCE === #

    def test_constant_queries(self):
        """Recognising costs as many queries for fifty lines as for five."""

        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            matching = self.env["incasso.matching"]
            incoming = [line._incasso_incoming() for line in lines]
            before = self.env.cr.sql_log_count
            matches = matching._match(self.company, incoming)
            self.assertEqual(
                {match.dossier_id for match in matches.values()},
                {self.dossier.id, self.other.id},
            )
            return self.env.cr.sql_log_count - before

        names = (self.dossier.payment_reference, self.other.name)
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.bank_journal.id,
                    "date": fields.Date.to_date("2026-05-01"),
                    "amount": 1.00 + index,
                    "payment_ref": f"betaling {names[index % 2]}",
                    "partner_name": f"Naam {index}",
                    "account_number": "NL18RABO0123459876",
                }
                for index in range(50)
            ]
        )
        count(lines[:5])
        few = count(lines[:5])
        self.assertEqual(count(lines), few)
        self.assertLess(few, 25)

    def test_batch_with_a_bad_one(self):
        """One line that cannot be booked is set aside, the rest go on."""
        lines = self.env["account.bank.statement.line"]
        for amount in (100.00, 200.00):
            lines += self._bank_line(amount, "2026-05-01", self.dossier.name)
        lines += self._bank_line(640.00, "2026-05-01", self.other.name)
        receivable = self.other.claim_ids.move_line_id
        # The invoice has less open than the dossier says.
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 1,"
            " amount_residual_currency = 1 WHERE id = %s",
            [receivable.id],
        )
        receivable.invalidate_recordset()
        lines._incasso_match()
        self.assertEqual(
            lines.incasso_receipt_ids.sorted("amount").mapped("state"),
            ["allocated", "allocated", "proposed"],
        )
        self.assertIn(
            "not open any more",
            lines.incasso_receipt_ids.sorted("amount")[2].error,
        )
        self.assertEqual(self.dossier.balance, 700.00)
        receivable.modified(["balance"])
        self.env.add_to_compute(receivable._fields["amount_residual"], receivable)
        self.env.add_to_compute(
            receivable._fields["amount_residual_currency"], receivable
        )

    def test_cron(self):
        """The scheduled job books what came in the last months, once."""
        line = self._bank_line(100.00, "2026-05-01", self.dossier.name)
        old = self._bank_line(100.00, "2026-01-01", self.dossier.name)
        with freeze_time("2026-05-04"), self.enter_registry_test_mode():
            self.env.ref("incasso_nl.cron_match").method_direct_trigger()
        self.assertEqual(line.incasso_receipt_ids.state, "allocated")
        self.assertFalse(old.incasso_receipt_ids)
