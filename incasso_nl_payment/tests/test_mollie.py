from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.payment_provider import MOLLIE_URL
from .common_pages import PaymentPagesCommon

_PROVIDER_LOG = "odoo.addons.payment.models.payment_provider"
_MOLLIE_LOG = "odoo.addons.payment_mollie.controllers.main"
_TRANSACTION_LOG = "odoo.addons.payment.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestMollie(PaymentPagesCommon):
    """The real `payment_mollie` with a server that speaks Mollie's API."""

    def setUp(self):
        super().setUp()
        self._visit(self.dossier)

    def _started(self, key="all"):
        """A payment of which the debtor is at the checkout page now."""
        answer = self._start(key)
        payment = self.peer.newest()
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(
            answer.headers["Location"], payment["_links"]["checkout"]["href"]
        )
        return self._transactions()[-1], payment

    def _come_back(self, payment):
        """The debtor comes back from the checkout page."""
        parts = urlsplit(payment["redirectUrl"])
        status = self._get(f"{parts.path}?{parts.query}")
        self.assertTrue(status.headers["Location"].endswith("/payment/status"))
        result = self._get("/payment/status").headers["Location"]
        return self._words(self.url_open(result))

    # === PAID === #

    def test_created_as_documented(self):
        transaction, payment = self._started()
        method, path, body = self.peer.requests[0]
        self.assertEqual((method, path), ("POST", "/v2/payments"))
        self.assertEqual(body["amount"], {"currency": "EUR", "value": "1150.00"})
        self.assertEqual(body["method"], ["ideal"])
        self.assertEqual(body["description"], self.dossier.payment_reference)
        self.assertEqual(transaction.provider_reference, payment["id"])
        self.assertEqual(transaction.state, "draft")
        self.assertEqual(self._held(), transaction.incasso_hold_ids)

    def test_paid_and_back(self):
        transaction, payment = self._started()
        self.peer.settle(payment["id"], "paid")
        words = self._come_back(payment)
        self.assertIn("Thank you", words)
        self.assertIn("Nothing is left to pay", words)
        self.assertEqual(self._webhook(payment), 200)
        self.assertEqual(self._webhook(payment), 200)
        self._post_process()
        self.assertEqual(len(self.dossier.receipt_ids), 1)
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 1000.00)
        self.assertTrue(transaction.incasso_paid_at)

    def test_webhook_only(self):
        """The debtor's phone went off; the job books what the webhook told."""
        transaction, payment = self._started("other-40000")
        self.peer.settle(payment["id"], "paid")
        self.assertEqual(self._webhook(payment), 200)
        self.assertEqual(transaction.state, "done")
        self.assertFalse(self.dossier.receipt_ids)
        self.assertTrue(self._held())
        self._post_process()
        self.assertPaid(self.dossier.receipt_ids, 150.00, 0.00, 250.00)
        self.assertFalse(self._held())

    def test_no_webhook_at_all(self):
        """The nightly job asks Mollie itself."""
        transaction, payment = self._started()
        self.peer.settle(payment["id"], "paid")
        transaction.last_state_change = "2026-05-01 10:00:00"
        transaction._incasso_look_up()
        self.assertEqual(transaction.state, "done")
        self._post_process()
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_back_before_it_is_decided(self):
        transaction, payment = self._started()
        self.assertIn("on its way", self._come_back(payment))
        self.assertEqual(transaction.state, "pending")
        self.assertTrue(self._held())
        self.peer.settle(payment["id"], "paid")
        # "Look again" asks Mollie.
        result = f"{self.base}/pay/result/{transaction.id}"
        self.assertIn("Thank you", self._words(self.url_open(result)))
        self.assertEqual(self.dossier.close_reason, "paid")

    # === NOT PAID === #

    def test_not_paid(self):
        for status in ("failed", "canceled", "expired"):
            transaction, payment = self._started()
            self.peer.settle(payment["id"], status)
            words = self._come_back(payment)
            self.assertIn("Nothing was taken", words, status)
            self.assertEqual(transaction.state, "cancel")
            self.assertFalse(self._held())
        self.assertFalse(self.dossier.receipt_ids)

    def test_pending_then_failed(self):
        transaction, payment = self._started()
        self.peer.settle(payment["id"], "pending")
        self._webhook(payment)
        self.assertEqual(transaction.state, "pending")
        self.peer.settle(payment["id"], "failed")
        self._webhook(payment)
        self._post_process()
        self.assertEqual(transaction.state, "cancel")
        self.assertFalse(self._held())
        self.assertFalse(transaction.payment_id)

    @mute_logger(_TRANSACTION_LOG)
    def test_expired_but_paid_after_all(self):
        _transaction, payment = self._started()
        for status in ("expired", "paid"):
            self.peer.settle(payment["id"], status)
            self._webhook(payment)
            self._post_process()
        self.assertEqual(self.dossier.close_reason, "paid")

    # === WRONG === #

    def test_another_amount(self):
        """However often Mollie says it: no receipt, and somebody looks into it."""
        transaction, payment = self._started()
        payment["amount"]["value"] = "1.00"
        self.peer.settle(payment["id"], "paid")
        for _again in range(3):
            self.assertEqual(self._webhook(payment), 200)
            self._post_process()
            self.assertEqual(transaction.state, "error")
        self.assertFalse(self.dossier.receipt_ids)
        self.assertIn(transaction.reference, self.dossier.activity_ids.summary)

    def test_another_currency(self):
        transaction, payment = self._started()
        payment["amount"]["currency"] = "USD"
        self.peer.settle(payment["id"], "paid")
        for _again in range(2):
            self._webhook(payment)
            self._post_process()
        self.assertEqual(transaction.state, "error")
        self.assertFalse(self.dossier.receipt_ids)

    def test_forged_webhooks(self):
        """Nothing that a webhook says is believed: Mollie is asked about the payment
        that was started, whatever id comes in."""
        first, paid = self._started("other-2500")
        self._visit(self.dossier)
        second, unpaid = self._started("other-40000")
        self.peer.settle(paid["id"], "paid")
        # The id of the payment that is paid, for the one that is not.
        self.assertEqual(self._webhook(unpaid, payment_id=paid["id"]), 200)
        self.assertEqual((first.state, second.state), ("draft", "pending"))
        with mute_logger(_TRANSACTION_LOG):
            self.assertEqual(self._webhook(ref="5000000000000000"), 200)
            self.assertEqual(self._webhook(ref="' OR 1=1 --"), 200)
        self.assertEqual(self._webhook(payment_id="tr_unknown"), 200)
        # Told as if by another provider: it is not theirs.
        with mute_logger("odoo.http", _TRANSACTION_LOG):
            self._call(
                "/payment/demo/simulate_payment",
                reference=second.reference,
                simulated_state="done",
            )
        self.assertEqual(second.state, "pending")
        self.assertFalse(self.dossier.receipt_ids)

    @mute_logger(_PROVIDER_LOG)
    def test_mollie_refuses(self):
        """An error of Mollie's: nothing is taken, nothing is held, bank transfer is
        still there."""
        for fault in (401, 422, 500, "hang up"):
            self.peer.faults.append(fault)
            answer = self._start()
            self.assertTrue(answer.headers["Location"].endswith("/pay/all"))
            words = self._words(self.url_open(answer.headers["Location"]))
            self.assertIn("does not open right now", words)
            self.assertIn("NL91 ABNA", words)
            self.assertEqual(self._transactions()[-1].state, "error")
        self.assertFalse(self._held())
        self.assertFalse(self.dossier.activity_ids)

    @mute_logger(_PROVIDER_LOG, _MOLLIE_LOG)
    def test_mollie_does_not_answer(self):
        """Longer than Odoo waits, at the start and at the return: the payment is not
        lost, and neither is the debtor."""
        self.peer.faults.append("silence")
        self.assertTrue(self._start().headers["Location"].endswith("/pay/all"))
        self.assertFalse(self._held())
        transaction, payment = self._started()
        self.peer.settle(payment["id"], "paid")
        self.peer.faults += ["hang up", "hang up"]
        self.assertIn("on its way", self._come_back(payment))
        self.assertEqual(transaction.state, "draft")
        transaction._incasso_look_up()
        self._post_process()
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_wrong_key(self):
        self.mollie.mollie_api_key = "test_wrong"
        with mute_logger(_PROVIDER_LOG):
            self._start()
        self.assertEqual(self._transactions().state, "error")
        self.assertIn("failed to authenticate", self._transactions().state_message)

    # === BACK === #

    def test_refunded_and_charged_back(self):
        """100.00 refunded, then 300.00 charged back, each told twice: 750.00 is left of
        1,150.00, of which 150.00 pays costs."""
        transaction, payment = self._started()
        self.peer.settle(payment["id"], "paid")
        self._webhook(payment)
        self._post_process()
        self.assertEqual(self.dossier.state, "closed")
        self.peer.refund(payment["id"], "100.00")
        for _again in range(2):
            self._webhook(payment)
            self._post_process()
        self.assertOpen(self.dossier, 0.00, 0.00, 100.00)
        self.peer.charge_back(payment["id"], "300.00")
        for _again in range(2):
            self._webhook(payment)
            self._post_process()
        self.assertOpen(self.dossier, 0.00, 0.00, 400.00)
        self.assertEqual(self.dossier.state, "open")
        self.assertEqual(self.invoice.amount_residual, 400.00)
        self.assertEqual(
            (transaction.incasso_refunded, transaction.incasso_charged_back),
            (100.00, 300.00),
        )
        self.assertEqual(
            transaction.child_transaction_ids.sorted("id").mapped("amount"),
            [-100.00, -300.00],
        )

    def test_charged_back_as_a_whole(self):
        transaction, payment = self._started()
        before = self._net_ledger(self.dossier)
        self.peer.settle(payment["id"], "paid")
        # Told at once: what came in is booked first, then what went out.
        self.peer.charge_back(payment["id"], "1150.00")
        self._webhook(payment)
        self._post_process()
        self.assertEqual(self._net_ledger(self.dossier), before)
        self.assertEqual(transaction.payment_id.amount, 1150.00)
        self.assertEqual(transaction.child_transaction_ids.payment_id.amount, 1150.00)

    def test_refund_that_was_called_off(self):
        transaction, payment = self._started()
        self.peer.settle(payment["id"], "paid")
        self.peer.refund(payment["id"], "100.00")
        self._webhook(payment)
        self._post_process()
        payment["amountRefunded"]["value"] = "0.00"
        self._webhook(payment)
        self._post_process()
        self.assertIn("Less was taken back", self.dossier.activity_ids.summary)
        self.assertEqual(transaction.incasso_refunded, 0.00)

    # === WHERE IT GOES === #

    def test_the_address_is_for_tests_only(self):
        """Only a provider in test mode, and only a server on this machine."""
        url = self.mollie._build_request_url("/payments")
        self.assertEqual(url, f"{self.peer.url}payments")
        real = "https://api.mollie.com/v2/payments"
        parameters = self.env["ir.config_parameter"]
        for other in (
            "https://evil.example/v2/",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "//evil.example",
            "x",
        ):
            parameters.set_param(MOLLIE_URL, other)
            self.assertEqual(self.mollie._build_request_url("/payments"), real, other)
        parameters.set_param(MOLLIE_URL, self.peer.url)
        self.mollie.state = "enabled"
        self.assertEqual(self.mollie._build_request_url("/payments"), real)

    def test_ideal_comes_with_mollie(self):
        self.ideal.active = False
        (self.mollie + self.mollie_trust).state = "disabled"
        self.mollie.write({"state": "test"})
        self.assertTrue(self.ideal.active)
        self.assertEqual(self.ideal.name, "iDEAL | Wero")
