from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestSources(ReceiptCommon):
    """Every way in which money, or a credit note, reaches a dossier."""

    def setUp(self):
        super().setUp()
        # 1,000 x 15% = 150 costs; no interest.
        self.dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01"), costs_on="2026-04-01"
        )
        self.invoice = self.dossier.claim_ids.move_id

    def _plain_payment(self, amount, memo, partner=None):
        """A payment of which nobody says that it is for a dossier."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.business).id,
                "journal_id": self.bank_journal.id,
                "date": fields.Date.to_date("2026-05-01"),
                "amount": amount,
                "memo": memo,
            }
        )
        payment.action_post()
        return payment

    # === PAYMENTS === #

    def test_payment_with_the_payment_reference(self):
        receipt = self._plain_payment(
            400.00, f"kenmerk {self.dossier.payment_reference}", self.government
        ).incasso_receipt_ids
        self.assertEqual(receipt.confidence, 100)
        # The neighbour pays: another partner than the invoice's, all reconciled.
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertTrue(receipt.source_line_id.reconciled)
        self.assertEqual(self.invoice.amount_residual, 750.00)
        balance = sum(
            self.env["account.move.line"]
            .search(
                [
                    ("partner_id", "=", self.government.id),
                    ("account_id", "=", receipt.source_line_id.account_id.id),
                    ("parent_state", "=", "posted"),
                ]
            )
            .mapped("balance")
        )
        self.assertEqual(balance, 0.00)

    def test_payment_of_the_debtor_that_fits(self):
        """The debtor pays exactly the balance: 60 + 30 points, booked."""
        receipt = self._plain_payment(1150.00, "betaling").incasso_receipt_ids
        self.assertEqual(receipt.confidence, 90)
        self.assertPaid(receipt, 150.00, 0.00, 1000.00)

    def test_payment_of_the_debtor_that_does_not_fit(self):
        """Some other amount may be for something else: proposed, one click books it."""
        receipt = self._plain_payment(400.00, "betaling").incasso_receipt_ids
        self.assertRecordValues(
            receipt,
            [
                {
                    "state": "proposed",
                    "confidence": 60,
                    "dossier_id": self.dossier.id,
                    "costs": 0.00,
                    "principal": 0.00,
                }
            ],
        )
        receipt.with_user(self.finance).action_confirm()
        self.assertPaid(receipt, 150.00, 0.00, 250.00)

    def test_payment_of_somebody_else(self):
        payment = self._plain_payment(1150.00, "betaling", self.government)
        self.assertFalse(payment.incasso_receipt_ids)

    def test_supplier_payment_is_left_alone(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.business.id,
                "journal_id": self.bank_journal.id,
                "amount": 1150.00,
                "memo": self.dossier.name,
            }
        )
        payment.action_post()
        self.assertFalse(payment.incasso_receipt_ids)

    def test_wizard_with_the_rights_of_finance(self):
        wizard = Form(
            self.env["incasso.register.receipt"]
            .with_user(self.finance)
            .with_context(default_dossier_id=self.dossier.id)
        )
        wizard.date = fields.Date.to_date("2026-05-01")
        self.assertEqual(wizard.amount, 1150.00)
        wizard.amount = 400.00
        self.assertEqual(
            (wizard.costs, wizard.interest, wizard.principal, wizard.left),
            (150.00, 0.00, 250.00, 750.00),
        )
        self.assertIn("150", wizard.explanation_html)
        wizard.save().action_register()
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 250.00)

    # === DIRECTLY ON THE INVOICE === #

    def _pay_invoice(self, amount, invoice=None):
        """Pay an invoice with Odoo's own wizard, without a word that says so."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(
                active_model="account.move", active_ids=(invoice or self.invoice).ids
            )
            .create(
                {
                    "payment_date": fields.Date.to_date("2026-05-01"),
                    "amount": amount,
                    "journal_id": self.bank_journal.id,
                    "communication": "x",
                }
            )
        )
        return wizard._create_payments()

    def test_paid_directly_while_costs_are_due(self):
        """Odoo puts 1,000.00 on the invoice; by law 150.00 of it pays the costs."""
        self._pay_invoice(1000.00)
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 850.00)
        self.assertEqual(self.invoice.amount_residual, 150.00)
        self.assertEqual(self.invoice.payment_state, "partial")

    def test_paid_directly_when_only_principal_is_due(self):
        """Odoo's own reconciliation is right: it stays as it is."""
        dossier = self._own_dossier(
            self._claim(500.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        invoice = dossier.claim_ids.move_id
        self._pay_invoice(200.00, invoice)
        receipt = dossier.receipt_ids
        self.assertPaid(receipt, 0.00, 0.00, 200.00)
        self.assertFalse(receipt.move_id)
        partial = receipt.source_line_id.matched_debit_ids
        self.assertEqual(partial.incasso_receipt_id, receipt)
        self.assertEqual(invoice.amount_residual, 300.00)

    def test_paid_directly_names_the_invoice(self):
        """Of two claims, the younger is chosen on its invoice: art. 6:43 lid 1."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01", debtor=self.consumer),
            self._claim(200.00, "2026-04-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        older, younger = dossier.claim_ids.sorted("due_date")
        self._pay_invoice(200.00, younger.move_id)
        self.assertEqual(younger.move_id.payment_state, "paid")
        self.assertEqual(older.principal_open, 300.00)

    def test_paid_directly_for_two_dossiers(self):
        """One payment of 1,500.00 over invoices of two dossiers is a receipt in each:
        1,000.00 there pays 150.00 costs and 850.00, and 500.00 here is all there is."""
        other = self._own_dossier(self._claim(500.00, "2026-03-15"))
        invoices = self.invoice + other.claim_ids.move_id
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(
                {
                    "payment_date": "2026-05-01",
                    "journal_id": self.bank_journal.id,
                    "group_payment": True,
                }
            )
        )
        payment = self.env["account.payment"].browse(
            wizard.action_create_payments()["res_id"]
        )
        self.assertEqual(payment.amount, 1500.00)
        receipts = payment.incasso_receipt_ids.grouped("dossier_id")
        self.assertPaid(receipts[self.dossier], 150.00, 0.00, 850.00)
        self.assertPaid(receipts[other], 0.00, 0.00, 500.00)
        self.assertOpen(self.dossier, 0.00, 0.00, 150.00)
        self.assertEqual(other.close_reason, "paid")
        self.assertEqual(self.invoice.amount_residual, 150.00)

    def test_journal_entry_reconciled_by_hand(self):
        """Set off by an entry: divided by law as a payment is."""
        receivable = self._receivable(self.invoice)
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": fields.Date.to_date("2026-05-01"),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.business.id,
                            "balance": -400.00,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_expense"
                            ].id,
                            "balance": 400.00,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        credit = entry.line_ids.filtered(lambda line: line.balance < 0)
        (credit + receivable).reconcile()
        receipt = self.dossier.receipt_ids
        self.assertEqual(receipt.kind, "entry")
        self.assertPaid(receipt, 150.00, 0.00, 250.00)

    def test_partly_paid_before_the_hand_over(self):
        """What was paid before is not in the dossier, and is left alone."""
        claim = self._claim(500.00, "2026-03-01", debtor=self.consumer)
        line = self.env["account.move.line"].browse(claim["move_line_id"])
        self._pay_invoice(200.00, line.move_id)
        dossier = self._own_dossier(claim | {"amount": 300.00}, debtor=self.consumer)
        self._pay_invoice(100.00, line.move_id)
        self.assertPaid(dossier.receipt_ids, 0.00, 0.00, 100.00)
        self.assertEqual(dossier.principal_open, 200.00)
        self.assertEqual(line.amount_residual, 200.00)

    # === CREDIT NOTES === #

    def _credit(self, amount, day):
        """A credit note on the invoice."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create(
                {"journal_id": self.invoice.journal_id.id, "date": day, "reason": "x"}
            )
        )
        wizard.reverse_moves()
        note = wizard.new_move_ids
        note.invoice_line_ids.price_unit = amount
        note.action_post()
        return note

    def test_credit_note_lowers_principal_only(self):
        """200.00 credited after the costs were charged: these stay, 800.00 is left."""
        self._credit(200.00, "2026-05-01")
        receipt = self.dossier.receipt_ids
        self.assertEqual(receipt.kind, "credit_note")
        self.assertPaid(receipt, 0.00, 0.00, 200.00)
        self.assertOpen(self.dossier, 150.00, 0.00, 800.00)
        self.assertEqual(self.invoice.amount_residual, 800.00)
        self.assertEqual(self.dossier.entry_ids.filtered("receipt_id").kind, "credit")

    def test_credit_note_of_before_the_costs(self):
        """As of 15 March 600.00 was credited: costs on 1 April were over 400.00: 60.00
        instead of 150.00, and a payment of 400.00 on 2 April pays 60.00 and 340.00
        instead of 150.00 and 250.00."""
        receipt = self._receive(self.dossier, 400.00, "2026-04-02")
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self._credit(600.00, "2026-03-15")
        self.assertPaid(receipt, 60.00, 0.00, 340.00)
        self.assertOpen(self.dossier, 0.00, 0.00, 60.00)
        self.assertEqual(self.invoice.amount_residual, 60.00)
        self.assertEqual(self._income(), (60.00, 0.00))

    def test_credited_in_full(self):
        """A credit note of the whole invoice as of before the costs closes the dossier
        as credited, and what was paid is to be refunded."""
        receipt = self._receive(self.dossier, 400.00, "2026-04-02")
        note = self._credit(1000.00, "2026-03-15")
        self.assertPaid(receipt, 0.00, 0.00, 0.00, surplus=400.00)
        self.assertPaid(self.dossier.receipt_ids - receipt, 0.00, 0.00, 1000.00)
        self.assertEqual(self.invoice.amount_residual, 0.00)
        self.assertEqual(self._receivable(note).amount_residual, 0.00)
        self.assertRecordValues(
            self.dossier, [{"state": "closed", "close_reason": "credited"}]
        )

    # === REVERSALS === #

    def _state(self, dossier=None):
        """All that a reversal must bring back."""
        dossier = dossier or self.dossier
        return (
            self._net_ledger(dossier),
            dossier.state,
            dossier.balance,
            self.invoice.amount_residual,
            self.invoice.payment_state,
            self._income(),
        )

    def test_payment_reset_to_draft(self):
        before = self._state()
        payment = self._payment(self.dossier, 1150.00, "2026-05-01")
        self.assertEqual(self.dossier.state, "closed")
        payment.action_draft()
        self.assertEqual(self._state(), before)
        self.assertEqual(payment.incasso_receipt_ids.state, "reversed")
        # Posted again: paid again.
        payment.action_post()
        self.assertEqual(self.dossier.state, "closed")
        self.assertEqual(
            payment.incasso_receipt_ids.sorted("id").mapped("state"),
            ["reversed", "allocated"],
        )

    def test_payment_cancelled(self):
        before = self._state()
        payment = self._payment(self.dossier, 400.00, "2026-05-01")
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self._state(), before)

    def test_reversed_by_button(self):
        """The wizard says why; the payment stays in the books as an open credit."""
        before = self._state()
        receipt = self._receive(self.dossier, 1150.00, "2026-05-01")
        wizard = Form(
            self.env["incasso.reverse.receipt"]
            .with_user(self.finance)
            .with_context(default_receipt_id=receipt.id)
        )
        wizard.reason = "Charged back"
        wizard.save().action_reverse()
        self.assertEqual(self._state(), before)
        self.assertEqual(receipt.state, "reversed")
        self.assertEqual(receipt.source_line_id.amount_residual, -1150.00)
        event = self.dossier.event_ids.filtered(lambda e: e.kind == "reversal")
        self.assertIn("Charged back", event.summary)
        again = self.env["incasso.reverse.receipt"].create(
            {"receipt_id": receipt.id, "reason": "x"}
        )
        with self.assertRaisesRegex(UserError, "not allocated"):
            again.action_reverse()

    def test_reversed_because_it_is_for_another(self):
        """The money waits on the worklist, and another dossier is chosen."""
        other = self._own_dossier(
            self._claim(500.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        before = self._state()
        receipt = self._receive(self.dossier, 400.00, "2026-05-01")
        receipt._reverse("Wrong dossier", requeue=True)
        self.assertEqual(self._state(), before)
        again = self.env["incasso.receipt"].search([("state", "=", "proposed")])
        self.assertEqual(again.amount, 400.00)
        wizard = Form(
            self.env["incasso.match.receipt"]
            .with_user(self.finance)
            .with_context(default_receipt_id=again.id)
        )
        wizard.dossier_id = other
        self.assertEqual(wizard.balance, 500.00)
        wizard.save().action_match()
        self.assertPaid(again, 0.00, 0.00, 400.00)
        self.assertEqual(other.balance, 100.00)
        self.assertEqual(self._state(), before)

    def test_reconciliation_undone_by_a_person(self):
        """An accountant takes the payment off the invoice: the ledger follows, and the
        money is on the worklist."""
        before = self._state()
        receipt = self._receive(self.dossier, 400.00, "2026-05-01")
        self._receivable(self.invoice).remove_move_reconcile()
        self.assertEqual(self._state(), before)
        self.assertEqual(receipt.state, "reversed")
        again = self.env["incasso.receipt"].search([("state", "=", "proposed")])
        self.assertRecordValues(
            again,
            [
                {
                    "dossier_id": self.dossier.id,
                    "amount": 400.00,
                    "source_line_id": receipt.source_line_id.id,
                }
            ],
        )
        again.action_confirm()
        self.assertPaid(again, 150.00, 0.00, 250.00)

    def test_credit_note_undone(self):
        before = self._state()
        note = self._credit(200.00, "2026-05-01")
        note.button_draft()
        self.assertEqual(self._state(), before)

    def test_write_off_and_payment_after_all(self):
        """Written off, and then 400.00 comes in: a person confirms it; it pays by law,
        and the rest stays written off."""
        self.dossier._close("written_off", fields.Date.to_date("2026-06-01"))
        self.assertEqual(self.invoice.amount_residual, 0.00)
        receipt = self._plain_payment(400.00, self.dossier.name).incasso_receipt_ids
        self.assertEqual(receipt.state, "proposed")
        receipt.date = fields.Date.to_date("2026-07-01")
        receipt.action_confirm()
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertRecordValues(
            self.dossier,
            [{"state": "closed", "close_reason": "written_off", "balance": 0.00}],
        )
        written_off = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.company.incasso_writeoff_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(written_off.mapped("balance")), 750.00)
        receipt._reverse("Charged back.")
        self.assertRecordValues(
            self.dossier, [{"state": "closed", "close_reason": "written_off"}]
        )
        self.assertEqual(
            sum(
                written_off.search(
                    [
                        ("account_id", "=", written_off.account_id.id),
                        ("parent_state", "=", "posted"),
                    ]
                ).mapped("balance")
            ),
            1000.00,
        )

    def test_paid_twice(self):
        """A second payment on a paid dossier is to be refunded; it stays closed."""
        self._receive(self.dossier, 1150.00, "2026-05-01")
        receipt = self._plain_payment(
            1150.00, f"{self.dossier.payment_reference}"
        ).incasso_receipt_ids
        self.assertEqual(receipt.state, "proposed")
        self.assertIn("closed", receipt.match_reason)
        receipt.action_confirm()
        self.assertPaid(receipt, 0.00, 0.00, 0.00, surplus=1150.00)
        self.assertEqual(self.dossier.state, "closed")
        receipt._reverse("Charged back.")
        self.assertEqual(self.dossier.state, "closed")

    # === GATES === #

    def test_handler_cannot_touch_money(self):
        receipt = self._receive(self.dossier, 400.00, "2026-05-01")
        waiting = self._plain_payment(100.00, "betaling").incasso_receipt_ids
        for user in (self.handler, self.team_lead, self.auditor):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    waiting.with_user(user).action_confirm()
                with self.assertRaises(AccessError):
                    waiting.with_user(user).action_ignore()
                with self.assertRaises(AccessError):
                    self.env["incasso.reverse.receipt"].with_user(user).create(
                        {"receipt_id": receipt.id, "reason": "x"}
                    )
                with self.assertRaises(AccessError):
                    self.env["incasso.register.receipt"].with_user(user).create(
                        {"dossier_id": self.dossier.id, "amount": 1.0}
                    )
        self.assertEqual(receipt.state, "allocated")

    def test_allocated_receipt_is_fixed(self):
        receipt = self._receive(self.dossier, 400.00, "2026-05-01")
        for values in (
            {"amount": 500.00},
            {"date": fields.Date.to_date("2026-05-02")},
            {"dossier_id": False},
        ):
            with self.assertRaisesRegex(UserError, "reverse it"):
                receipt.write(values)
        with self.assertRaisesRegex(UserError, "never deleted"):
            receipt.unlink()

    def test_invoice_with_less_open_than_the_dossier_says(self):
        """Somebody paid the invoice past us: refused, and set aside with its reason."""
        receivable = self._receivable(self.invoice)
        credit = self._plain_payment(
            1000.00, "betaling", self.government
        )._seek_for_lines()[1]
        self.env["account.partial.reconcile"].create(
            {
                "debit_move_id": receivable.id,
                "credit_move_id": credit.id,
                "amount": 600.00,
                "debit_amount_currency": 600.00,
                "credit_amount_currency": 600.00,
            }
        ).flush_recordset()
        payment = self._payment(self.dossier, 1150.00, "2026-05-02")
        receipt = payment.incasso_receipt_ids
        self.assertEqual(receipt.state, "proposed")
        self.assertIn("not open any more", receipt.error)
        self.assertOpen(self.dossier, 150.00, 0.00, 1000.00)
        with self.assertRaises(UserError) as refused:
            receipt.action_confirm()
        self.assertIn("not open any more", str(refused.exception))
        receivable.remove_move_reconcile()


@tagged("post_install", "-at_install")
class TestAfterwards(ReceiptCommon):
    """What follows from money that came in."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time("2026-05-04 10:00:00"))
        self.dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        self.today = fields.Date.to_date("2026-05-04")

    def _queue(self, xmlid="template_reminder", dossier=None):
        dossier = dossier or self.dossier
        return self.env["incasso.message"]._queue(
            dossier,
            self.env.ref(f"incasso_nl.{xmlid}"),
            self.today,
            dossier._balances(self.today),
        )

    def _thanks(self):
        return self.dossier.outbox_ids.filtered(lambda m: m.kind == "thanks")

    def test_paid_withdraws_and_thanks_once(self):
        sent = self._queue()
        sent.state = "rendered"
        sent._mark_sent()
        unsent = self._queue("template_reminder_second")
        self.dossier._hold("payment_transit", "Says it was paid yesterday.")
        self.assertTrue(self.dossier.is_held)
        self._receive(self.dossier, 600.00, "2026-05-02")
        self.assertEqual(unsent.mapped("state"), ["cancelled"])
        self.assertEqual(sent.state, "sent")
        self.assertFalse(self.dossier.is_held)
        self.assertEqual(self.dossier.state, "open")
        self.assertFalse(self._thanks())
        self._receive(self.dossier, 400.00, "2026-05-03")
        self.assertEqual(self.dossier.close_reason, "paid")
        self.assertEqual(len(self._thanks()), 1)
        self.assertEqual(self._thanks().state, "queued")
        text = str(self._thanks()._text()._render_letter(self._thanks()._letter()))
        self.assertIn("€\N{NO-BREAK SPACE}400,00", text)
        self.assertIn("3 mei 2026", text)
        events = self.dossier.event_ids.filtered(lambda e: e.kind == "receipt")
        self.assertEqual(len(events), 2)
        self.assertTrue(any("400" in event.summary for event in events))

    def test_no_thanks_to_who_was_never_asked(self):
        self._receive(self.dossier, 1000.00, "2026-05-02")
        self.assertEqual(self.dossier.close_reason, "paid")
        self.assertFalse(self._thanks())

    def test_charge_back_lets_the_flow_go_on(self):
        dossier = self._dossier(
            debtor=self.consumer,
            claims=[self._claim(300.00, "2026-03-01", debtor=self.consumer)],
        )
        self.assertTrue(dossier.next_step_id)
        step = dossier.next_step_id
        receipt = self._receive(dossier, 300.00, "2026-05-02")
        self.assertRecordValues(
            dossier, [{"state": "closed", "next_action_date": False}]
        )
        receipt._reverse("Charged back.")
        self.assertEqual(dossier.state, "open")
        self.assertEqual(dossier.next_step_id, step)
        self.assertTrue(dossier.next_action_date)
        self.assertEqual(dossier.claim_ids.state, "open")
