from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestPaymentTransaction(PaymentCommon):
    """From a payment that was started to a receipt, and back."""

    def test_reference_is_that_of_the_dossier(self):
        self.assertEqual(len(self.dossier.payment_reference), 16)
        transaction = self.env["payment.transaction"]
        references = [self._transaction().reference for _again in range(2)]
        self.assertEqual(references[0], self.dossier.payment_reference)
        self.assertEqual(references[1], f"{self.dossier.payment_reference}-1")
        other = transaction._compute_reference("none", prefix="S0001")
        self.assertEqual(other, "S0001")

    # === PAID === #

    def test_paid_is_one_receipt_in_the_legal_order(self):
        transaction = self._transaction(key="other-40000")
        self._pay(transaction)
        payment = transaction.payment_id
        self.assertEqual(payment.incasso_dossier_id, self.dossier)
        self.assertEqual(payment.incasso_receipt_ids, self.dossier.receipt_ids)
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 250.00)
        self.assertEqual(self.invoice.amount_residual, 750.00)
        self.assertEqual(self._income(), (150.00, 0.00))

    def test_all_paid_closes_the_dossier(self):
        transaction = self._transaction()
        self.assertEqual(self._held().kind, "payment_transit")
        self._pay(transaction)
        self.assertRecordValues(
            self.dossier, [{"state": "closed", "close_reason": "paid"}]
        )
        self.assertEqual(self.invoice.amount_residual, 0.00)
        self.assertFalse(self._held())

    def test_told_twice_and_processed_twice(self):
        transaction = self._transaction(key="other-40000")
        self._pay(transaction)
        self._pay(transaction)
        transaction._post_process()
        self.assertEqual(len(self.dossier.receipt_ids), 1)
        self.assertEqual(
            self.env["account.payment"].search_count(
                [("payment_transaction_id", "=", transaction.id)]
            ),
            1,
        )

    def test_the_database_refuses_a_second_payment(self):
        transaction = self._transaction(key="other-40000")
        self._pay(transaction)
        transaction.payment_id = False
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            transaction._create_payment()

    def test_nobody_came_back(self):
        """The webhook came, the browser did not: the job is called at once."""
        job = self.env.ref("payment.cron_post_process_payment_tx")
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count([("cron_id", "=", job.id)])
        self._tell(self._transaction(), "done")
        self.assertEqual(triggers.search_count([("cron_id", "=", job.id)]), before + 1)

    def test_paid_what_was_asked_just_before_midnight(self):
        """365.00 at 10% a year: 0.10 a day. Asked on day 73, paid a quarter of an hour
        later, told two days later: nothing is left to pay."""
        claim = self._claim(365.00, "2026-03-01", debtor=self.consumer)
        dossier = self._own_dossier(
            claim | {"interest_kind": "agreed", "interest_percentage": 10.0},
            debtor=self.consumer,
            interest_from="2026-03-01",
        )
        # 73 days x 0.10 = 7.30
        with freeze_time("2026-05-13 21:55:00"):
            transaction = self._transaction(dossier)
            self.assertEqual(transaction.amount, 372.30)
        with freeze_time("2026-05-13 22:10:00"):
            self._tell(transaction, "done")
        with freeze_time("2026-05-15 09:00:00"):
            self._post_process()
        receipt = dossier.receipt_ids
        self.assertEqual(str(receipt.date), "2026-05-13")
        self.assertPaid(receipt, 0.00, 7.30, 365.00)
        self.assertEqual(dossier.state, "closed")

    def test_paid_days_later(self):
        """A method that takes days pays as of the day it was paid."""
        with freeze_time("2026-05-13 10:00:00"):
            transaction = self._transaction(key="other-40000")
            self._tell(transaction, "pending")
        with freeze_time("2026-05-18 10:00:00"):
            self._pay(transaction)
        self.assertEqual(str(self.dossier.receipt_ids.date), "2026-05-18")

    def test_closed_by_the_bank_meanwhile(self):
        """The debtor paid by bank as well: all of this is to be refunded."""
        transaction = self._transaction()
        self._receive(self.dossier, 1150.00, fields.Date.today())
        self.assertEqual(self.dossier.state, "closed")
        self._pay(transaction)
        receipt = transaction.payment_id.incasso_receipt_ids
        self.assertPaid(receipt, 0.00, 0.00, 0.00, surplus=1150.00)
        self.assertRecordValues(
            self.dossier, [{"state": "closed", "close_reason": "paid"}]
        )

    def test_overpaid(self):
        """400.00 came by bank after all of 1,150.00 was offered."""
        transaction = self._transaction()
        self._receive(self.dossier, 400.00, fields.Date.today())
        self.assertEqual(self._held().kind, "payment_transit")
        self._pay(transaction)
        receipt = transaction.payment_id.incasso_receipt_ids
        self.assertPaid(receipt, 0.00, 0.00, 750.00, surplus=400.00)

    def test_what_cannot_be_booked_waits_with_the_hold(self):
        """Somebody took the money for the invoice elsewhere: the payment stands, the
        receipt says why it is not divided, and the debtor is left alone."""
        transaction = self._transaction()
        refused = patch.object(
            type(self.env["incasso.books"]),
            "_settle",
            side_effect=UserError("Not open."),
        )
        with refused:
            self._pay(transaction)
        self.assertRecordValues(
            self.dossier.receipt_ids, [{"state": "proposed", "error": "Not open."}]
        )
        self.assertEqual(transaction.payment_id.state, "in_process")
        self.assertEqual(self._held().kind, "payment_transit")
        self.dossier.receipt_ids._allocate()

    # === TRUST === #

    def test_trust_money_is_the_creditors(self):
        dossier = self._third_party(costs_on="2026-04-01")
        transaction = self._transaction(
            dossier, "other-40000", self.mollie_trust, provider_reference="tr_x"
        )
        transaction._set_done()
        self._post_process()
        receipt = dossier.receipt_ids
        self.assertPaid(receipt, 150.00, 0.00, 250.00)
        self.assertEqual(receipt.payment_id.journal_id, self.trust_journal)
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
        self.assertEqual(self._position(), (400.00, 400.00, 0.00))

    def test_trust_money_refunded(self):
        """1,150.00 is owed, 1,200.00 came: 50.00 is set apart, refunded from there;
        then all of it is taken back."""
        dossier = self._third_party(costs_on="2026-04-01")
        transaction = self._transaction(dossier, "all", self.mollie_trust)
        transaction.amount = 1200.00
        transaction._set_done()
        self._post_process()
        self.assertEqual(self._position(), (1200.00, 1150.00, 50.00))
        transaction._incasso_take_back("incasso_refunded", 50.00, "Refunded.")
        self._post_process()
        self.assertEqual(self._position(), (1150.00, 1150.00, 0.00))
        self.assertEqual(dossier.close_reason, "paid")
        transaction._incasso_take_back("incasso_charged_back", 1150.00, "Charged back.")
        self._post_process()
        self.assertEqual(self._position(), (0.00, 0.00, 0.00))
        self.assertOpen(dossier, 150.00, 0.00, 1000.00)

    # === IN TRANSIT === #

    def test_nothing_goes_out_while_in_transit(self):
        dossier = self._dossier(
            debtor=self.consumer,
            claims=[self._claim(300.00, "2026-03-01", debtor=self.consumer)],
        )
        dossier._run_steps(dossier.next_action_date)
        message = dossier.outbox_ids
        self.assertEqual(message.state, "queued")
        transaction = self._transaction(dossier)
        self.assertEqual(message.state, "cancelled")
        hold = self._held(dossier)
        self.assertEqual(hold, transaction.incasso_hold_ids)
        self.assertEqual(
            hold.end_date, fields.Date.context_today(hold) + timedelta(days=2)
        )
        self.assertTrue(dossier.is_held)
        dossier._run_steps(dossier.next_action_date or fields.Date.today())
        self.assertEqual(dossier.outbox_ids, message)
        self._tell(transaction, "cancel")
        self.assertEqual(hold.state, "ended")
        self.assertFalse(dossier.is_held)
        dossier._run_steps(dossier.next_action_date)
        self.assertEqual((dossier.outbox_ids - message).state, "queued")

    def _paid_on_odoos_pages(self, invoices):
        """A payment of invoices as `/my/invoices` starts it."""
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.demo.id,
                "payment_method_id": self.demo.payment_method_ids[:1].id,
                "reference": ",".join(invoices.mapped("name")),
                "amount": sum(invoices.mapped("amount_residual")),
                "currency_id": invoices.currency_id.id,
                "partner_id": invoices.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(invoices.ids)],
            }
        )
        transaction._get_processing_values()
        return transaction

    def test_in_transit_on_odoos_own_pages(self):
        """Invoices of two dossiers, paid at once: both stand still meanwhile."""
        other = self._own_dossier(self._claim(200.00, "2026-03-15"))
        none = self._invoice(self.business, 50.00, "2026-03-01", "2026-04-01")
        dossiers = self.dossier + other
        transaction = self._paid_on_odoos_pages(dossiers.claim_ids.move_id + none)
        holds = self._held(dossiers)
        self.assertEqual(transaction.incasso_hold_ids, holds)
        self.assertEqual(holds.dossier_id, dossiers)
        self._tell(transaction, "pending")
        self.assertEqual(self._held(dossiers), holds)
        self._tell(transaction, "cancel")
        self.assertFalse(self._held(dossiers))

    def test_paid_on_odoos_own_pages(self):
        """1,000.00 of the invoice pays the 150.00 of costs first (art. 6:44 BW)."""
        transaction = self._paid_on_odoos_pages(self.invoice)
        self._pay(transaction)
        self.assertEqual(transaction.incasso_hold_ids.state, "ended")
        self.assertFalse(self._held())
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 850.00)

    def test_failed_on_odoos_own_pages(self):
        transaction = self._paid_on_odoos_pages(self.invoice)
        self.assertTrue(self._held())
        self._tell(transaction, "error")
        self.assertFalse(self._held())
        self.assertFalse(self.dossier.activity_ids)

    def test_pending_then_failed(self):
        transaction = self._transaction()
        self._tell(transaction, "pending")
        self.assertEqual(self._held(), transaction.incasso_hold_ids)
        self._tell(transaction, "error")
        self._post_process()
        self.assertFalse(self._held())
        self.assertFalse(transaction.payment_id)
        self.assertFalse(self.dossier.receipt_ids)
        self.assertIn(transaction.reference, self.dossier.activity_ids.summary)

    def test_given_up_but_paid_after_all(self):
        transaction = self._transaction()
        self._tell(transaction, "cancel")
        self._post_process()
        self._pay(transaction)
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_who_only_starts_payments_does_not_stop_the_flow(self):
        for _again in range(3):
            transaction = self._transaction()
            self.assertEqual(self._held(), transaction.incasso_hold_ids)
            self._tell(transaction, "cancel")
        transaction = self._transaction()
        self.assertFalse(self._held())
        # The bank works on it: that is another matter.
        self._tell(transaction, "pending")
        self.assertEqual(self._held(), transaction.incasso_hold_ids)

    def test_two_payments_at_once(self):
        """Each has a hold of its own; one that fails does not end the other's."""
        first, second = self._transaction(), self._transaction(key="other-40000")
        self._tell(first, "cancel")
        self.assertEqual(self._held(), second.incasso_hold_ids)
        self._pay(second)
        self.assertFalse(self._held())
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 250.00)

    def test_nightly_clean_up(self):
        with freeze_time("2026-05-13 10:00:00"):
            started = self._transaction()
            pending = self._transaction()
            self._tell(pending, "pending")
        transactions = self.env["payment.transaction"]
        with freeze_time("2026-05-13 10:30:00"):
            self._clean_up()
            self.assertEqual(started.state, "draft")
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = '2026-05-13 10:00:00'"
            " WHERE id = ANY(%s)",
            [(started + pending).ids],
        )
        started.invalidate_recordset()
        with freeze_time("2026-05-14 10:30:00"):
            self._clean_up()
        self.assertEqual((started.state, pending.state), ("cancel", "pending"))
        self.assertEqual(self._held(), pending.incasso_hold_ids)
        self.assertFalse(transactions.payment_id)
        # Its hold ends by itself: two days after the one on which it was started.
        with freeze_time("2026-05-16 10:30:00"), patch.object(self.env.cr, "commit"):
            self.env["incasso.hold"]._cron_end()
        self.assertFalse(self._held())

    def _clean_up(self):
        """The nightly job, without its commits."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        ):
            self.env["payment.transaction"]._cron_incasso_clean_up()

    # === BACK === #

    def test_refund_of_what_was_paid_too_much(self):
        """400.00 of 1,150.00 too much: refunded, and the dossier stays paid."""
        self._receive(self.dossier, 400.00, fields.Date.today())
        transaction = self._transaction()
        transaction.amount = 1150.00
        self._pay(transaction)
        receipt = transaction.payment_id.incasso_receipt_ids
        self.assertEqual(receipt.surplus_open, 400.00)
        transaction._refund(amount_to_refund=400.00)
        self._post_process()
        self.assertEqual(receipt.state, "allocated")
        self.assertEqual(receipt.surplus_open, 0.00)
        self.assertTrue(receipt.source_line_id.reconciled)
        self.assertEqual(self.dossier.close_reason, "paid")
        self.assertEqual(transaction.child_transaction_ids.payment_id.amount, 400.00)

    def test_charged_back(self):
        """All is as it was before it was paid, and the money is out of the books."""
        before = (self._net_ledger(self.dossier), self._income())
        transaction = self._transaction()
        self._pay(transaction)
        transaction._incasso_take_back("incasso_charged_back", 1150.00, "Charged back.")
        self._post_process()
        self.assertEqual((self._net_ledger(self.dossier), self._income()), before)
        self.assertEqual(self.dossier.state, "open")
        self.assertEqual(self.invoice.amount_residual, 1000.00)
        payment = transaction.payment_id
        refund = transaction.child_transaction_ids.payment_id
        self.assertEqual((refund.payment_type, refund.amount), ("outbound", 1150.00))
        self.assertTrue(payment._seek_for_lines()[1].reconciled)
        self.assertTrue(refund._seek_for_lines()[1].reconciled)
        event = self.dossier.event_ids.filtered(lambda e: e.kind == "reversal")
        self.assertIn("Charged back", event.summary)

    def test_refunded_in_part(self):
        """Of 1,150.00 that paid all, 200.00 goes back: 950.00 pays 150.00 costs and
        800.00, as of the day it was paid."""
        transaction = self._transaction()
        self._pay(transaction)
        first = self.dossier.receipt_ids
        transaction._incasso_take_back("incasso_refunded", 200.00, "Refunded.")
        self._post_process()
        self.assertEqual(first.state, "reversed")
        again = self.dossier.receipt_ids - first
        self.assertPaid(again, 150.00, 0.00, 800.00)
        self.assertEqual(again.date, first.date)
        self.assertOpen(self.dossier, 0.00, 0.00, 200.00)
        self.assertEqual(self.invoice.amount_residual, 200.00)

    def test_taken_back_before_it_was_processed(self):
        transaction = self._transaction()
        self._tell(transaction, "done")
        transaction._incasso_take_back("incasso_charged_back", 1150.00, "Charged back.")
        self._post_process()
        self.assertOpen(self.dossier, 150.00, 0.00, 1000.00)
        self.assertEqual(self.dossier.receipt_ids.state, "reversed")

    # === BACK OFFICE === #

    def test_handler_sees_the_payments_of_dossiers_only(self):
        transaction = self._transaction()
        other = self.env["payment.transaction"].create(
            {
                "provider_id": self.demo.id,
                "payment_method_id": self.demo.payment_method_ids[:1].id,
                "reference": "S0001",
                "amount": 10.00,
                "currency_id": self.currency.id,
                "partner_id": self.business.id,
            }
        )
        action = self.dossier.with_user(self.handler).action_view_transactions()
        found = self.env["payment.transaction"].with_user(self.handler)
        self.assertEqual(found.search(action["domain"]), transaction)
        self.assertNotIn(other, found.search([]))
        self.assertEqual(
            self.dossier.with_user(self.handler).incasso_transaction_count, 1
        )
        form = Form(found.search(action["domain"]))
        self.assertEqual(form.incasso_hold_ids[:], transaction.incasso_hold_ids)

    def test_settings(self):
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        self.assertEqual(settings.incasso_ideal_label, "iDEAL | Wero")
        settings.incasso_ideal_label = "Wero"
        settings.execute()
        self.assertEqual(self.ideal.with_context(lang="nl_NL").name, "Wero")
