from decimal import Decimal

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_messages import TODAY, MessageCommon
from .common_receipt import ReceiptCommon

SCRIPT = "<script>alert('x')</script> & <b>niet geleverd</b>"


class DisputeCommon(MessageCommon):
    def _dispute(self, claims, reason="not_delivered", amounts=None, **values):
        return self.env["incasso.dispute"]._bring_up(
            claims.dossier_id, claims, reason, amounts, **values
        )

    def _rendered_of(self, messages):
        messages._render()
        for message in messages:
            self.assertEqual(message.state, "rendered", message.failure)
        return messages

    def _answers(self, dispute):
        """The letters about a dispute, but for the acknowledgement."""
        return dispute.dossier_id.outbox_ids.filtered(
            lambda message: (
                message.template_id
                in self.env.ref("incasso_nl.template_dispute_upheld")
                + self.env.ref("incasso_nl.template_dispute_partly")
                + self.env.ref("incasso_nl.template_dispute_rejected")
            )
        )


@tagged("post_install", "-at_install")
class TestDispute(DisputeCommon):
    """A debtor does not agree with one of two invoices."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(
            self.consumer, [(100.00, "2026-10-15"), (40.00, "2026-10-20")]
        )
        self.disputed, self.rest = self.dossier.claim_ids.sorted("amount", reverse=True)

    # === BRINGING IT UP === #

    def test_what_is_disputed_stops_and_the_rest_goes_on(self):
        self.dossier._run_steps(TODAY)
        before = self.dossier.outbox_ids
        self.assertEqual(before.amount, 140.00)
        dispute = self._dispute(self.disputed, text=SCRIPT, source="portal")
        self.assertRegex(dispute.name, r"^BZW/2026/\d{5}$")
        # Ten working days after Tuesday 17 November.
        self.assertEqual(dispute.answer_date, fields.Date.to_date("2026-12-01"))
        self.assertEqual(dispute.hold_id.claim_ids, self.disputed)
        self.assertEqual(dispute.hold_id.kind, "dispute")
        self.assertTrue(self.disputed.is_disputed)
        self.assertFalse(self.rest.is_disputed)
        self.assertFalse(self.dossier.is_held)
        # What was on its way is withdrawn; what goes instead asks for the rest only.
        self.assertEqual(before.state, "cancelled")
        self.dossier._run_steps(TODAY)
        asking = self.dossier.outbox_ids.filtered(
            lambda m: m.kind == "reminder" and m.state == "queued"
        )
        self.assertEqual(asking.amount, 40.00)
        self.assertEqual(
            [claim["claim_id"] for claim in asking.snapshot["claims"]], self.rest.ids
        )
        letter = self._rendered_of(asking)
        self.assertEqual(letter.amount, 40.00)

    def test_all_of_it_stops_the_dossier(self):
        self._dispute(self.dossier.claim_ids)
        self.assertTrue(self.dossier.is_held)
        counts = self.dossier._run_steps(TODAY)
        self.assertEqual(counts["messages"], 0)

    def test_acknowledgement(self):
        dispute = self._dispute(self.disputed)
        message = self.dossier.outbox_ids
        self.assertEqual(
            message.template_id, self.env.ref("incasso_nl.template_dispute")
        )
        text = message._text()._render_email(message._letter())
        self.assertIn("1 december 2026", text)
        letter = message._text()._render_letter(message._letter())
        for expected in (self.disputed.name, dispute.name, "€\N{NO-BREAK SPACE}40,00"):
            self.assertIn(expected, letter)
        self.assertNotIn("€\N{NO-BREAK SPACE}140,00", letter)
        self._rendered_of(message)

    def test_markup_of_a_debtor_is_text(self):
        """A script in what a debtor writes is shown, not run, wherever it is shown."""
        dossier = self._dossier(creditor=self.creditor)
        dispute = self._dispute(dossier.claim_ids, text=SCRIPT)
        mail = self.env["mail.mail"].search([("res_id", "=", dispute.id)], limit=1)
        self.assertIn("&lt;script&gt;", mail.body_html)
        self.assertNotIn("<script>", mail.body_html)
        dispute.answer = SCRIPT
        dispute.action_reject()
        letter = self._answers(dispute)
        html = letter._text()._render_letter(letter._letter())
        self.assertIn("&lt;script&gt;", html)
        self.assertNotIn("<script>alert", html)

    def test_undisputed_part_can_be_paid(self):
        """100.00 + 40.00, of which 30.00 is disputed: 70.00 + 40.00 can be paid. With
        nothing left out it is 40.00; where only costs are disputed, all principal."""
        self._dispute(self.disputed, "wrong_amount", {self.disputed.id: 30.00})
        self.assertEqual(self.dossier._undisputed_amount(TODAY), 110)
        self.dossier.dispute_ids.action_withdraw()
        self._dispute(self.disputed)
        self.assertEqual(self.dossier._undisputed_amount(TODAY), 40)
        self.dossier.dispute_ids.sorted("id")[-1].action_withdraw()
        self._dispute(self.disputed, "costs")
        self.assertEqual(self.dossier._undisputed_amount(TODAY), 140)

    # === REFUSALS === #

    def test_claim_of_another_dossier(self):
        other = self._dossier(self.business).claim_ids
        with self.assertRaisesRegex(ValidationError, "its own dossier"):
            self.env["incasso.dispute"]._bring_up(self.dossier, other, "other")

    def test_more_than_the_claim(self):
        with self.assertRaisesRegex(ValidationError, "no more of it"):
            self._dispute(self.disputed, "other", {self.disputed.id: 100.01})

    @mute_logger("odoo.sql_db")
    def test_less_than_nothing(self):
        with self.assertRaises(Exception) as refused, self.env.cr.savepoint():
            self._dispute(self.disputed, "other", {self.disputed.id: -1.00})
        self.assertIn("negative", str(refused.exception))

    def test_nothing_chosen(self):
        with self.assertRaisesRegex(ValidationError, "Choose the invoices"):
            self.env["incasso.dispute"]._bring_up(
                self.dossier, self.dossier.claim_ids.browse(), "other"
            )

    def test_closed_dossier(self):
        self.dossier._close("withdrawn")
        with self.assertRaisesRegex(UserError, "is closed"):
            self._dispute(self.disputed)

    def test_twice(self):
        first = self._dispute(self.disputed)
        with self.assertRaisesRegex(UserError, first.name):
            self._dispute(self.dossier.claim_ids)
        # The other one is not disputed yet.
        self._dispute(self.rest)
        first.action_withdraw()
        self._dispute(self.disputed)

    @mute_logger("odoo.sql_db")
    def test_twice_at_the_same_moment(self):
        """Two requests that did not see each other: the database refuses the second."""
        first = self._dispute(self.disputed)
        second = self._dispute(self.rest)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["incasso.dispute.line"].create(
                {"dispute_id": second.id, "claim_id": self.disputed.id}
            )
            self.env.flush_all()
        self.assertTrue(first.line_ids.is_open)

    # === ASKING === #

    def test_another_creditor_is_asked_by_mail(self):
        self.creditor.lang = "en_US"
        dossier = self._dossier(
            self.consumer, creditor=self.creditor, creditor_reference="K-1007"
        )
        dispute = self._dispute(dossier.claim_ids, text="Nooit gekregen")
        self.assertEqual(dispute.state, "waiting")
        # Five working days.
        self.assertEqual(dispute.creditor_date, fields.Date.to_date("2026-11-24"))
        mail = self.env["mail.mail"].search(
            [("model", "=", dispute._name), ("res_id", "=", dispute.id)]
        )
        self.assertIn(self.creditor.email, mail.email_to)
        self.assertIn("K-1007", mail.subject)
        self.assertIn(dossier.claim_ids.name, mail.body_html)
        self.assertIn("Nooit gekregen", mail.body_html)
        dispute.creditor_answer = "Toch geleverd."
        dispute.action_creditor_answered()
        self.assertEqual(dispute.state, "new")

    def test_own_invoices_go_to_the_address_for_disputes(self):
        self.company.incasso_dispute_email = "geschillen@korenaar.example"
        dispute = self._dispute(self.disputed)
        self.assertEqual(dispute.state, "waiting")
        mail = self.env["mail.mail"].search(
            [("model", "=", dispute._name), ("res_id", "=", dispute.id)]
        )
        self.assertEqual(mail.email_to, "geschillen@korenaar.example")

    def test_own_invoices_go_to_who_made_them(self):
        self.disputed.move_id.invoice_user_id = self.handler
        dispute = self._dispute(self.disputed)
        self.assertEqual(dispute.state, "waiting")
        self.assertEqual(dispute.activity_ids.user_id, self.handler)
        self.assertEqual(dispute.activity_ids.date_deadline, dispute.creditor_date)

    def test_nobody_to_ask(self):
        self.dossier.claim_ids.move_id.invoice_user_id = False
        dispute = self._dispute(self.disputed)
        self.assertEqual(dispute.state, "new")
        self.assertFalse(dispute.creditor_date)

    # === NOT RIGHT === #

    def test_rejected_with_a_reason_only(self):
        dispute = self._dispute(self.disputed)
        with self.assertRaisesRegex(UserError, "is told why"):
            dispute.action_reject()
        self.assertTrue(self.disputed.is_disputed)

    def test_rejected_goes_on_with_its_days_moved(self):
        self.dossier._run_steps(TODAY)
        self.dossier.outbox_ids._render()
        self.env["incasso.print.batch"]._make(
            self.dossier.outbox_ids.filtered(lambda m: m.channel == "post")
        )
        self.dossier.outbox_ids._mark_sent()
        due, step = self.dossier.next_action_date, self.dossier.next_step_id
        self.assertTrue(due)
        dispute = self._dispute(self.dossier.claim_ids)
        self.assertTrue(self.dossier.is_held)
        self.clock.move_to("2026-11-26 09:00:00")
        dispute.answer = "De bestelling is op 3 oktober bij u bezorgd."
        dispute.action_reject()
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "done",
                    "outcome": "rejected",
                    "settled_amount": 0.0,
                    "is_late": False,
                }
            ],
        )
        self.assertEqual(dispute.hold_id.state, "ended")
        self.assertFalse(self.dossier.is_held)
        self.assertEqual(self.dossier.next_step_id, step)
        # Nine days later, or the first day after it on which contact is allowed.
        moved = fields.Date.add(due, days=9)
        self.assertIn((self.dossier.next_action_date - moved).days, (0, 1))
        letter = self._answers(dispute)
        self.assertEqual(len(letter), 1)
        html = letter._text()._render_letter(letter._letter())
        self.assertIn("3 oktober", html)
        self.assertIn("€\N{NO-BREAK SPACE}140,00", html)
        self._rendered_of(letter)

    def test_what_was_decided_stays(self):
        dispute = self._dispute(self.disputed)
        dispute.answer = "Toch geleverd."
        dispute.action_reject()
        for action in ("action_uphold", "action_reject", "action_withdraw"):
            with self.assertRaisesRegex(UserError, "already"):
                getattr(dispute, action)()
        with self.assertRaisesRegex(UserError, "already"):
            dispute.reason = "other"
        with self.assertRaisesRegex(UserError, "already"):
            dispute.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "not deleted"):
            dispute.unlink()

    def test_hold_ends_with_the_decision_only(self):
        dispute = self._dispute(self.disputed)
        with self.assertRaisesRegex(UserError, dispute.name):
            dispute.hold_id.action_end()
        dispute.action_withdraw()
        self.assertEqual(dispute.hold_id.state, "ended")
        self.assertFalse(self._answers(dispute))

    def test_answer_stays_in_the_outbox_when_money_comes_in(self):
        dispute = self._dispute(self.disputed)
        dispute.answer = "Toch geleverd."
        dispute.action_reject()
        self.dossier._withdraw_messages("Money came in.")
        self.assertEqual(self._answers(dispute).state, "queued")

    def test_fewer_invoices_afterwards(self):
        dispute = self._dispute(self.dossier.claim_ids)
        line = dispute.line_ids.filtered(lambda line: line.claim_id == self.rest)
        dispute.line_ids = [Command.unlink(line.id)]
        self.assertEqual(dispute.hold_id.claim_ids, self.disputed)
        self.assertFalse(self.dossier.is_held)

    # === BACK OFFICE === #

    def test_by_hand_on_the_phone(self):
        """A handler records it from the dossier, for one of the two invoices."""
        action = self.dossier.with_user(self.handler).action_new_dispute()
        form = Form(
            self.env["incasso.dispute"]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        self.assertEqual(len(form.line_ids), 2)
        for index in range(2):
            with form.line_ids.edit(index) as line:
                if line.claim_id == self.rest:
                    wrong = index
        form.line_ids.remove(wrong)
        form.reason = "defective"
        form.text = "De helft was beschimmeld."
        dispute = form.save()
        self.assertEqual(dispute.hold_id.claim_ids, self.disputed)
        self.assertEqual(dispute.source, "phone")
        self.assertEqual(self.dossier.dispute_count, 1)
        dispute.action_uphold()
        self.assertEqual(dispute.answer_user_id, self.handler)
        self.assertEqual(self.disputed.principal_open, 0.00)

    def test_form_shows_how_much_is_disputed(self):
        """All of an invoice of 100.00; 30.00 of it; and all of it again."""
        dispute = self._dispute(self.disputed)
        line = dispute.line_ids
        self.assertEqual((line.disputed_amount, line.amount), (100.00, 0.00))
        for typed, part, shown in (
            (30.00, 30.00, 30.00),
            (100.00, 0.00, 100.00),
            (0.00, 0.00, 100.00),
        ):
            with Form(dispute) as form, form.line_ids.edit(0) as edited:
                edited.disputed_amount = typed
            self.assertEqual((line.amount, line.disputed_amount), (part, shown))
        with self.assertRaises(ValidationError):
            line.disputed_amount = 100.01
        dispute.reason = "costs"
        self.assertEqual(line.disputed_amount, 0.00, "not the invoice itself")

    def test_finance_and_auditor_decide_nothing(self):
        dispute = self._dispute(self.disputed)
        dispute.answer = "Nee"
        for user in (self.finance, self.auditor):
            for action in ("action_uphold", "action_reject", "action_withdraw"):
                with self.assertRaises(AccessError):
                    getattr(dispute.with_user(user), action)()
        self.assertEqual(dispute.state, "waiting" if dispute.creditor_date else "new")

    def test_late(self):
        dispute = self._dispute(self.disputed)
        self.assertFalse(dispute.is_late)
        self.clock.move_to("2026-12-02 09:00:00")
        dispute.invalidate_recordset(["is_late"])
        self.assertTrue(dispute.is_late)


@tagged("post_install", "-at_install")
class TestDisputeMoney(ReceiptCommon):
    """What becomes of the money, to the cent; after every test the books agree."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-05-04 10:00:00"))

    def _dispute(self, claims, reason="not_delivered", amounts=None, **values):
        return self.env["incasso.dispute"]._bring_up(
            claims.dossier_id, claims, reason, amounts, **values
        )

    def _two(self, **options):
        """A of 1,000.00 and B of 500.00, due on 1 March: costs on 1 April are 15% of
        1,500.00 = 225.00, of which 150.00 for A and 75.00 for B."""
        dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01", **options),
            self._claim(500.00, "2026-03-01", **options),
            costs_on="2026-04-01",
        )
        return (dossier, *dossier.claim_ids.sorted("amount", reverse=True))

    def _receive_for(self, claims, amount):
        """A receipt of today with which the debtor names claims."""
        dossier = claims.dossier_id
        before = dossier.receipt_ids
        wizard = self.env["incasso.register.receipt"].create(
            {
                "dossier_id": dossier.id,
                "amount": amount,
                "claim_ids": [Command.set(claims.ids)],
            }
        )
        wizard.action_register()
        return dossier.receipt_ids - before

    # === RIGHT === #

    def test_all_of_one_invoice(self):
        """A was never owed: costs are 15% of 500.00 = 75.00."""
        dossier, first, second = self._two()
        self.assertOpen(dossier, 225.00, 0.00, 1500.00)
        dispute = self._dispute(first)
        dispute.action_uphold()
        self.assertOpen(dossier, 75.00, 0.00, 500.00)
        self.assertEqual(first.principal_open, 0.00)
        self.assertEqual(second.principal_open, 500.00)
        # 1,000.00 and 150.00 of costs.
        self.assertEqual(dispute.settled_amount, 1150.00)
        self.assertRecordValues(dispute, [{"state": "done", "outcome": "upheld"}])
        note = dispute.receipt_ids.source_line_id.move_id
        self.assertRecordValues(
            note,
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "amount_total": 1000.00,
                    "reversed_entry_id": first.move_id.id,
                    "invoice_date": fields.Date.to_date("2026-05-04"),
                    "incasso_value_date": first.invoice_date,
                }
            ],
        )
        self.assertEqual(first.move_id.amount_residual, 0.00)
        self.assertEqual(self._receivable(note).amount_residual, 0.00)
        self.assertEqual(dossier.state, "open")

    def test_the_whole_dossier(self):
        dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01"), costs_on="2026-04-01"
        )
        dispute = self._dispute(dossier.claim_ids, "not_ordered")
        dispute.action_uphold()
        self.assertOpen(dossier, 0.00, 0.00, 0.00)
        self.assertRecordValues(
            dossier, [{"state": "closed", "close_reason": "credited"}]
        )
        self.assertGreaterEqual(dossier.close_date, dossier.open_date)
        self.assertEqual(dispute.hold_id.state, "ended")

    def test_interest_falls_away_with_it(self):
        """6% a year on A, from 2 March through 4 May, 64 days: 1,000.00 x 6% x 64 / 365
        = 10.52. After 400.00 was never owed it is 600.00 x 6% x 64 / 365 = 6.31, and
        the costs are 15% of 600.00 = 90.00 instead of 150.00."""
        dossier = self._own_dossier(
            self._claim(
                1000.00, "2026-03-01", interest_kind="agreed", interest_percentage=6.0
            ),
            costs_on="2026-04-01",
            interest_from="2026-04-01",
        )
        today = fields.Date.today()
        self.assertEqual(
            (dossier._balances(today)[dossier.id].interest, dossier.costs_open),
            (Decimal("10.52"), 150.00),
        )
        dispute = self._dispute(
            dossier.claim_ids, "wrong_amount", {dossier.claim_ids.id: 400.00}
        )
        dispute.action_uphold()
        balance = dossier._balances(today)[dossier.id]
        self.assertEqual(
            (balance.principal, balance.interest, balance.costs),
            (Decimal("600.00"), Decimal("6.31"), Decimal("90.00")),
        )
        # 400.00 + (10.52 - 6.31) + (150.00 - 90.00).
        self.assertEqual(dispute.settled_amount, 464.21)
        self.assertEqual(dossier.claim_ids.move_id.amount_residual, 600.00)

    def test_after_a_payment(self):
        """500.00 came in on 15 April and paid 150.00 of costs and 350.00 of A. When
        600.00 of A was never owed, the costs were 15% of 400.00 = 60.00: it paid 60.00
        and 400.00, and 40.00 is paid back."""
        dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01"), costs_on="2026-04-01"
        )
        receipt = self._receive(dossier, 500.00, "2026-04-15")
        self.assertPaid(receipt, 150.00, 0.00, 350.00)
        dispute = self._dispute(
            dossier.claim_ids, "wrong_amount", {dossier.claim_ids.id: 600.00}
        )
        dispute.action_uphold()
        self.assertPaid(receipt, 60.00, 0.00, 400.00, surplus=40.00)
        self.assertEqual(dossier.surplus, 40.00)
        self.assertEqual(self._income(), (60.00, 0.00))
        self.assertEqual(dossier.state, "closed")
        # 650.00 was asked for; nothing is now, and 40.00 goes back.
        self.assertEqual(dispute.settled_amount, 690.00)
        letter = dossier.outbox_ids.filtered(
            lambda m: (
                m.template_id == self.env.ref("incasso_nl.template_dispute_upheld")
            )
        )
        html = letter._text()._render_letter(letter._letter())
        for expected in ("690,00", "40,00", "niets meer te betalen"):
            self.assertIn(expected, html)

    def test_least_costs(self):
        """15% of 200.00 = 30.00 is less than the least of 40.00 (art. 2 lid 2 BIK)."""
        dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01"), costs_on="2026-04-01"
        )
        self._dispute(
            dossier.claim_ids, "wrong_amount", {dossier.claim_ids.id: 800.00}
        ).action_uphold()
        self.assertOpen(dossier, 40.00, 0.00, 200.00)

    def test_another_creditor(self):
        """No books of ours: the ledger alone. 15% of (1,000.00 - 250.00) = 112.50."""
        dossier = self._dossier(
            self.business,
            [
                {
                    "name": "F-1",
                    "invoice_date": "2026-01-30",
                    "due_date": "2026-03-01",
                    "amount": 1000.00,
                    "interest_kind": "none",
                }
            ],
            creditor=self.creditor,
            flow_id=False,
        )
        dossier._charge_costs(fields.Date.to_date("2026-04-01"))
        receipt = self._direct(dossier, 200.00, "2026-04-15")
        self.assertPaid(receipt, 150.00, 0.00, 50.00)
        dispute = self._dispute(dossier.claim_ids, "defective")
        dispute.line_ids.credit = 250.00
        dispute.action_uphold_partly()
        self.assertOpen(dossier, 0.00, 0.00, 662.50)
        self.assertPaid(receipt, 112.50, 0.00, 87.50)
        self.assertFalse(dispute.receipt_ids.source_line_id)
        self.assertPaid(dispute.receipt_ids, 0.00, 0.00, 250.00)

    def test_vat_in_a_part(self):
        """121.00 with 21% VAT: of 60.50 credited 10.50 is VAT; of 33.33 it is 33.33 x
        21 / 121 = 5.78, and the credit note is 33.33 to the cent."""
        tax = self.company_data["default_tax_sale"].copy(
            {
                "name": "21%",
                "amount": 21.0,
                "price_include_override": "tax_excluded",
            }
        )
        for credited, vat in ((60.50, 10.50), (33.33, 5.78)):
            with self.subTest(credited):
                invoice = self._invoice(
                    self.business, 100.00, "2026-01-30", "2026-03-01"
                )
                invoice.button_draft()
                invoice.invoice_line_ids.tax_ids = [Command.set(tax.ids)]
                invoice.action_post()
                dossier = self._own_dossier(
                    {
                        "name": invoice.name,
                        "invoice_date": invoice.invoice_date,
                        "due_date": invoice.invoice_date_due,
                        "amount": 121.00,
                        "invoice_amount": 121.00,
                        "move_line_id": self._receivable(invoice).id,
                        "interest_kind": "none",
                    }
                )
                dispute = self._dispute(dossier.claim_ids, "defective")
                dispute.line_ids.credit = credited
                dispute.action_uphold_partly()
                note = dispute.receipt_ids.source_line_id.move_id
                self.assertRecordValues(
                    note, [{"amount_total": credited, "amount_tax": vat}]
                )
                self.assertEqual(
                    note.invoice_line_ids.account_id,
                    invoice.invoice_line_ids.account_id,
                )

    # === RIGHT IN PART === #

    def test_in_part(self):
        dossier, first, second = self._two()
        dispute = self._dispute(first + second)
        with self.assertRaisesRegex(UserError, "Fill in"):
            dispute.action_uphold_partly()
        lines = dispute.line_ids.sorted(lambda line: -line.claim_id.amount)
        lines[0].credit = 300.00
        lines[1].credit = 100.00
        dispute.action_uphold_partly()
        # 15% of (700.00 + 400.00).
        self.assertOpen(dossier, 165.00, 0.00, 1100.00)
        self.assertEqual(dispute.settled_amount, 460.00)
        self.assertEqual((first + second).mapped("is_disputed"), [False, False])

    def test_no_more_than_is_left(self):
        dossier, first, _second = self._two()
        dispute = self._dispute(first)
        dispute.line_ids.credit = 300.00
        dispute.action_uphold_partly()
        again = self._dispute(first)
        with self.assertRaisesRegex(ValidationError, "700"):
            again.line_ids.credit = 700.01
        again.action_uphold()
        self.assertEqual(first.principal_open, 0.00)
        self.assertOpen(dossier, 75.00, 0.00, 500.00)

    def test_costs_and_interest_waived(self):
        dossier = self._own_dossier(
            self._claim(
                1000.00, "2026-03-01", interest_kind="agreed", interest_percentage=6.0
            ),
            costs_on="2026-04-01",
            interest_from="2026-04-01",
        )
        dispute = self._dispute(dossier.claim_ids, "costs")
        dispute.write({"waived_costs": 50.00, "waived_interest": 10.00})
        dispute.action_uphold_partly()
        # Of 150.00 and, through 4 May, 10.52.
        self.assertOpen(dossier, 100.00, 0.52, 1000.00)
        self.assertEqual(dispute.settled_amount, 60.00)

    def test_costs_are_wrong(self):
        """The costs of A and all its interest go; those of B stay."""
        dossier, first, _second = self._two()
        self._dispute(first, "costs").action_uphold()
        self.assertOpen(dossier, 75.00, 0.00, 1500.00)

    # === NO NOTICE, TIME-BARRED === #

    def test_no_notice_came(self):
        """The notice never came: no costs were owed, so what was paid of them paid
        principal; a new notice has to be given."""
        dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        claim = dossier.claim_ids
        claim.write(
            {
                "creditor_notice_date": "2026-03-05",
                "creditor_notice_costs": 150.00,
                "costs_due_from": "2026-03-27",
            }
        )
        dossier._charge_costs(fields.Date.to_date("2026-04-01"))
        receipt = self._receive(dossier, 200.00, "2026-04-15")
        self.assertPaid(receipt, 150.00, 0.00, 50.00)
        dispute = self._dispute(claim, "no_notice")
        dispute.action_uphold()
        self.assertPaid(receipt, 0.00, 0.00, 200.00)
        self.assertOpen(dossier, 0.00, 0.00, 800.00)
        self.assertFalse(claim.costs_due_from)
        self.assertFalse(claim.costs_date)
        self.assertEqual(dispute.settled_amount, 150.00)
        with self.assertRaisesRegex(UserError, "Send the notice"):
            dossier._charge_costs(fields.Date.to_date("2026-05-04"))

    def test_time_barred(self):
        dossier, first, second = self._two()
        self._dispute(first, "time_barred").action_uphold()
        self.assertEqual(first.state, "closed")
        self.assertOpen(dossier, 75.00, 0.00, 500.00)
        self._dispute(second, "time_barred").action_uphold()
        self.assertEqual(dossier.close_reason, "prescribed")

    # === COSTS OF WHAT IS HELD === #

    def test_costs_of_what_is_disputed_are_not_asked(self):
        """Of 225.00 of costs 150.00 is for A: the rest asks for 500.00 and 75.00, and
        says so."""
        dossier, first, _second = self._two()
        self._dispute(first)
        today = fields.Date.today()
        self.assertEqual(dossier._undisputed_amount(today), Decimal("575.00"))
        message = self.env["incasso.message"]._queue(
            dossier,
            self.env.ref("incasso_nl.template_demand_business"),
            today,
            dossier._balances(today),
        )
        self.assertRecordValues(
            message, [{"principal": 500.00, "costs": 75.00, "amount": 575.00}]
        )
        message._render()
        self.assertEqual(message.state, "rendered", message.failure)
        html = message._text()._render_letter(message._letter())
        self.assertIn("vragen wij € 150,00 nu niet", html.replace("\xa0", " "))
        message._withdraw_stale()
        self.assertEqual(message.state, "rendered")

    def test_the_undisputed_part_is_paid(self):
        """575.00 for B pays its 75.00 of costs and its 500.00: nothing more is asked
        as long as A is disputed. When A is owed after all, its 1,000.00 and 150.00 of
        costs are left; when it is not, nothing."""
        dossier, first, second = self._two()
        dispute = self._dispute(first)
        receipt = self._receive_for(second, 575.00)
        self.assertPaid(receipt, 75.00, 0.00, 500.00)
        self.assertOpen(dossier, 150.00, 0.00, 1000.00)
        self.assertEqual(second.move_id.payment_state, "paid")
        self.assertEqual(dossier._undisputed_amount(fields.Date.today()), 0)
        dispute.action_uphold()
        self.assertOpen(dossier, 0.00, 0.00, 0.00)
        self.assertEqual(dossier.state, "closed")
        self.assertPaid(receipt, 75.00, 0.00, 500.00)

    def test_paid_without_a_word(self):
        """From the letter, with the payment reference: what is disputed is not meant.
        A payment of before the dispute follows the order of the law."""
        dossier, first, second = self._two()
        before = self._receive(dossier, 10.00, "2026-05-03")
        self.assertPaid(before, 10.00, 0.00, 0.00)
        self._dispute(first)
        late = self._receive(dossier, 20.00, "2026-05-03")
        self.assertPaid(late, 20.00, 0.00, 0.00)
        receipt = self._receive(dossier, 575.00, "2026-05-04")
        self.assertEqual(receipt.claim_ids, second)
        # 225.00 - 30.00 of costs are left, 150.00 of which are taken to be A's.
        self.assertPaid(receipt, 75.00, 0.00, 500.00)
        self.assertEqual(second.principal_open, 0.00)

    def test_more_than_what_was_named(self):
        """Of 700.00 for B, 125.00 is left when that is paid: it pays costs of A."""
        dossier, _first, second = self._two()
        receipt = self._receive_for(second, 700.00)
        self.assertPaid(receipt, 200.00, 0.00, 500.00)
        self.assertOpen(dossier, 25.00, 0.00, 1000.00)
        rules = [step["rule"] for step in receipt.explanation]
        self.assertEqual(rules.count("imputation.credit"), 0)
