from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon

PAYER = "NL20INGB0001234567"


@tagged("post_install", "-at_install")
class TestPaidReport(ReceiptCommon):
    """A debtor says that it was paid; today is Monday 4 May 2026.

    The dossier is one invoice of 300.00, without interest or costs.
    """

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-05-04 10:00:00"))
        self.dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )

    def _report(self, amount=300.00, day="2026-04-29", dossier=None, **values):
        return self.env["incasso.paid.report"].create(
            [
                {
                    "dossier_id": (dossier or self.dossier).id,
                    "amount": amount,
                    "date": day,
                    **values,
                }
            ]
        )

    def _letters(self, name, dossier=None):
        return (dossier or self.dossier).outbox_ids.filtered(
            lambda m: m.template_id == self.env.ref(f"incasso_nl.{name}")
        )

    # === LOOKING UP === #

    def test_booked_already(self):
        """Said at once, and nothing has to stand still."""
        receipt = self._receive(self.dossier, 100.00, "2026-04-30")
        report = self._report(100.00)
        self.assertRecordValues(
            report,
            [{"state": "done", "outcome": "found", "receipt_id": receipt.id}],
        )
        self.assertFalse(report.hold_id)
        self.assertFalse(self.dossier.hold_ids)

    def test_not_there(self):
        report = self._report()
        self.assertRegex(report.name, r"^BET/2026/\d{5}$")
        self.assertEqual(report.state, "new")
        self.assertEqual(report.hold_id.kind, "payment_proof")
        self.assertTrue(self.dossier.is_held)
        # Tuesday 5 May is a holiday: Wednesday and Thursday are working days.
        self.assertEqual(report.answer_date, fields.Date.to_date("2026-05-07"))

    def test_waits_on_the_worklist(self):
        """Found by its account, but nobody knew whose it was: a person confirms it."""
        receipt = self.env["incasso.receipt"].create(
            {
                "company_id": self.company.id,
                "kind": "bank",
                "date": "2026-04-30",
                "amount": 300.00,
                "account_number": PAYER,
            }
        )
        report = self._report(iban="NL20 INGB 0001 2345 67")
        self.assertEqual(report.iban, PAYER)
        self.assertEqual(report.receipt_id, receipt)
        self.assertRecordValues(
            receipt, [{"state": "proposed", "dossier_id": self.dossier.id}]
        )
        self.assertEqual(report.state, "new")
        self.assertTrue(self.dossier.is_held)

    def test_money_of_somebody_else(self):
        """The same amount on the same day from another account is not theirs."""
        receipt = self.env["incasso.receipt"].create(
            {
                "company_id": self.company.id,
                "kind": "bank",
                "date": "2026-04-29",
                "amount": 300.00,
                "account_number": "NL02ABNA0123456789",
            }
        )
        for iban in (PAYER, False):
            report = self._report(iban=iban)
            self.assertFalse(report.receipt_id)
            self.assertEqual(receipt.state, "unmatched")
            report.action_withdraw()

    def test_bank_line_that_nobody_looked_at(self):
        """A line with the reference is booked by itself: found while they wait."""
        line = self._bank_line(300.00, "2026-04-30", self.dossier.payment_reference)
        report = self._report()
        self.assertRecordValues(report, [{"state": "done", "outcome": "found"}])
        self.assertEqual(report.receipt_id.statement_line_id, line)
        self.assertEqual(self.dossier.close_reason, "paid")
        self.assertFalse(self._letters("template_paid_found"))

    def test_bank_line_without_a_word(self):
        line = self._bank_line(300.00, "2026-04-30", "-", account_number=PAYER)
        report = self._report(iban=PAYER)
        self.assertEqual(report.receipt_id.statement_line_id, line)
        self.assertEqual(report.receipt_id.state, "proposed")
        self.assertEqual(report.state, "new")
        self.assertFalse(line.is_reconciled)

    def test_fits_to_the_cent_and_the_day(self):
        for amount, day in (
            (300.01, "2026-04-30"),
            (300.00, "2026-05-10"),
            (300.00, "2026-04-25"),
        ):
            self._bank_line(amount, day, "-", account_number=PAYER)
        self.assertFalse(self._report(iban=PAYER).receipt_id)

    def test_comes_in_later(self):
        """The statement comes in tomorrow: the debtor is told, and the flow goes on."""
        report = self._report(100.00)
        receipt = self._receive(self.dossier, 100.00, "2026-05-01")
        self.assertRecordValues(
            report,
            [{"state": "done", "outcome": "found", "receipt_id": receipt.id}],
        )
        self.assertEqual(report.hold_id.state, "ended")
        self.assertFalse(self.dossier.is_held)
        letter = self._letters("template_paid_found")
        html = letter._text()._render_letter(letter._letter())
        for expected in ("100,00", "29 april 2026", "200,00", report.name):
            self.assertIn(expected, html)
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)

    def test_other_money_is_not_it(self):
        report = self._report(100.00)
        self._receive(self.dossier, 50.00, "2026-04-30")
        self.assertEqual(report.state, "new")
        self.assertTrue(self.dossier.is_held)

    # === REFUSALS === #

    def test_wrong_account(self):
        with self.assertRaises(ValidationError):
            self._report(iban="NL20INGB0001234568")

    def test_in_the_future(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self._report(day="2026-05-05")

    def test_twice(self):
        first = self._report()
        with self.assertRaisesRegex(UserError, first.name):
            self._report()
        self._report(299.99)

    def test_claim_of_another_dossier(self):
        other = self._own_dossier(self._claim(50.00, "2026-03-01"))
        with self.assertRaisesRegex(ValidationError, "its own dossier"):
            self._report(claim_ids=[fields.Command.set(other.claim_ids.ids)])

    def test_closed_dossier(self):
        self.dossier._close("withdrawn")
        with self.assertRaisesRegex(UserError, "is closed"):
            self._report()

    def test_for_one_invoice(self):
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01", debtor=self.consumer),
            self._claim(70.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        paid = dossier.claim_ids.filtered(lambda claim: claim.amount == 70.00)
        report = self._report(
            70.00, dossier=dossier, claim_ids=[fields.Command.set(paid.ids)]
        )
        self.assertEqual(report.hold_id.claim_ids, paid)
        self.assertFalse(dossier.is_held)

    # === DECIDING === #

    def test_not_found(self):
        report = self._report(iban=PAYER, text="<script>alert(1)</script>")
        report.answer = "Op uw afschrift staat een andere rekening."
        report.with_user(self.handler).action_not_found()
        self.assertRecordValues(
            report,
            [
                {
                    "state": "done",
                    "outcome": "not_found",
                    "answer_user_id": self.handler.id,
                }
            ],
        )
        self.assertFalse(self.dossier.is_held)
        letter = self._letters("template_paid_not_found")
        html = letter._text()._render_letter(letter._letter())
        for expected in ("300,00", "29 april 2026", "andere rekening", report.name):
            self.assertIn(expected, html)
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        for action in ("action_found", "action_not_found", "action_withdraw"):
            with self.assertRaisesRegex(UserError, "already"):
                getattr(report, action)()

    def test_registered_through_the_wizard(self):
        """Another amount came in than they said: registering it answers them."""
        report = self._report(300.00)
        action = report.with_user(self.finance).action_found()
        form = Form(
            self.env["incasso.register.receipt"]
            .with_user(self.finance)
            .with_context(**action["context"])
        )
        self.assertEqual(form.amount, 300.00)
        form.date = fields.Date.to_date("2026-04-01")
        form.amount = 299.00
        form.save().action_register()
        self.assertRecordValues(report, [{"state": "done", "outcome": "found"}])
        self.assertEqual(report.receipt_id.amount, 299.00)
        self.assertEqual(self.dossier.principal_open, 1.00)
        self.assertTrue(self._letters("template_paid_found"))

    def test_confirmed(self):
        line = self._bank_line(300.00, "2026-04-30", "-", account_number=PAYER)
        report = self._report(iban=PAYER)
        with self.assertRaises(AccessError):
            report.with_user(self.handler).action_found()
        report.with_user(self.finance).action_found()
        self.assertRecordValues(report, [{"state": "done", "outcome": "found"}])
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_auditor_decides_nothing(self):
        report = self._report()
        for action in ("action_not_found", "action_withdraw", "action_look_up"):
            with self.assertRaises(AccessError):
                getattr(report.with_user(self.auditor), action)()

    def test_hold_ends_with_the_decision_only(self):
        report = self._report()
        with self.assertRaisesRegex(UserError, report.name):
            report.hold_id.action_end()

    # === PAID TO THE CREDITOR === #

    def test_paid_to_the_creditor(self):
        self.creditor.lang = "en_US"
        dossier = self._dossier(
            self.consumer, [(300.00, "2026-03-01")], creditor=self.creditor
        )
        report = self._report(dossier=dossier, paid_to="creditor", iban=PAYER)
        self.assertEqual(report.state, "waiting")
        self.assertTrue(dossier.is_held)
        mail = self.env["mail.mail"].search(
            [("model", "=", report._name), ("res_id", "=", report.id)]
        )
        self.assertIn(self.creditor.email, mail.email_to)
        self.assertIn(PAYER, mail.body_html)
        report.creditor_answer = "Ja, op 30 april."
        report.action_creditor_answered()
        action = report.with_user(self.finance).action_found()
        form = Form(
            self.env["incasso.register.receipt"]
            .with_user(self.finance)
            .with_context(**action["context"])
        )
        self.assertTrue(form.is_direct)
        form.save().action_register()
        self.assertRecordValues(report, [{"state": "done", "outcome": "found"}])
        self.assertEqual(report.receipt_id.kind, "direct")
        self.assertFalse(dossier.is_held)

    def test_own_creditor_is_not_asked(self):
        report = self._report(paid_to="creditor")
        self.assertEqual(report.state, "new")
        self.assertFalse(report.creditor_date)
