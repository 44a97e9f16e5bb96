from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import payment_provider
from .common_pages import PaymentPagesCommon


@tagged("post_install", "-at_install")
class TestPages(PaymentPagesCommon):
    """What a debtor sees, and what somebody who means ill gets."""

    # === WHAT === #

    def test_choice_page(self):
        self._visit(self.dossier)
        words = self._words(self.url_open(f"{self.base}/pay"))
        self.assertIn("Everything: €", words)
        self.assertIn("1,150.00", words)
        self.assertIn("Another amount", words)
        # The page of the dossier leads here.
        self.assertIn(f'href="{self.base}/pay"', self.url_open(self.base).text)

    def test_invoices_and_their_costs(self):
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01"),
            self._claim(200.00, "2026-04-01"),
            costs_on="2026-05-01",
        )
        self._visit(dossier)
        words = self._words(self.url_open(f"/incasso/dossier/{dossier.id}/pay"))
        for claim, amount in zip(
            dossier.claim_ids.sorted("due_date"), ("345.00", "230.00"), strict=True
        ):
            self.assertRegex(words, rf"Invoice {claim.name}: €\s?{amount}")
        self.assertIn("by law these are paid first", words)

    def test_own_amount_on_the_page(self):
        self._visit(self.dossier)
        page = self._get(f"{self.base}/pay?part=other&amount=25,50")
        self.assertEqual(page.status_code, 303)
        self.assertTrue(page.headers["Location"].endswith("/pay/other-2550"))
        for amount, error in (
            ("", "Fill in an amount"),
            ("abc", "Fill in an amount"),
            ("<script>alert(1)</script>", "Fill in an amount"),
            ("4,99", "Choose an amount between"),
            ("99999", "Choose an amount between"),
        ):
            page = self._get(f"{self.base}/pay?part=other&amount={amount}")
            self.assertEqual(page.status_code, 200, amount)
            self.assertIn(error, page.text)
            self.assertIn('href="#field-amount"', page.text)
            self.assertIn('aria-invalid="true"', page.text)
            self.assertNotIn("<script>", page.text)

    def test_links_choose_for_the_debtor(self):
        """As in a reminder of an instalment, or beside a dispute."""
        self._visit(self.dossier)
        page = self._get(f"{self.base}/pay?part=all")
        self.assertTrue(page.headers["Location"].endswith("/pay/all"))
        page = self._get(f"{self.base}/pay?part=claim-999999")
        self.assertEqual(page.status_code, 200)
        self.assertIn("cannot be paid any more", page.text)

    # === HOW === #

    def test_ways_to_pay(self):
        self._visit(self.dossier)
        page = self.url_open(f"{self.base}/pay/all")
        words = self._words(page)
        self.assertIn("Pay with iDEAL | Wero", words)
        self.assertIn("NL91 ABNA 0417 1643 00", words)
        self.assertIn("Bakkerij De Korenaar B.V.", words)
        self.assertIn("data:image/svg+xml;base64,", page.text)
        self.assertNotIn("<script", page.text)
        # Demo asks for something on the page itself.
        self.assertIn(f'href="{self.base}/pay/all/form"', page.text)
        policy = page.headers["Content-Security-Policy"]
        self.assertIn(f"form-action 'self' https: {self.peer.origin}", policy)

    def test_trust_account_for_another_creditor(self):
        dossier = self._third_party(costs_on="2026-04-01")
        self._visit(dossier)
        page = self.url_open(f"/incasso/dossier/{dossier.id}/pay/all")
        self.assertIn("NL44 RABO 0123 4567 89", self._words(page))
        self.assertIn(f'value="{self.mollie_trust.id}"', page.text)
        self.assertNotIn(f'value="{self.mollie.id}"', page.text)

    def test_nothing_online_without_a_provider(self):
        (self.mollie + self.demo).state = "disabled"
        self._visit(self.dossier)
        words = self._words(self.url_open(f"{self.base}/pay/all"))
        self.assertNotIn("Pay online", words)
        self.assertIn("Pay by bank transfer", words)

    def test_test_provider_that_is_not_published(self):
        self.mollie.is_published = False
        self._visit(self.dossier)
        page = self.url_open(f"{self.base}/pay/all")
        self.assertNotIn("Pay with iDEAL", page.text)
        self.assertEqual(self._start().status_code, 303)
        self.assertFalse(self._transactions())

    def test_scripts_of_the_payment_form(self):
        """Ours for Demo; those of a provider's own site; any for one we do not know."""
        self._visit(self.dossier)
        ours = "script-src 'self' 'unsafe-inline' 'unsafe-eval'"
        for known, scripts, frames in (
            ({"demo": ""}, ours, None),
            ({"demo": "https://x.example"}, f"{ours} https://x.example", "https:"),
            ({}, f"{ours} https:", "https:"),
        ):
            with patch.object(payment_provider, "FORM_SCRIPTS", known):
                page = self.url_open(f"{self.base}/pay/all/form")
            policy = page.headers["Content-Security-Policy"].split("; ")
            self.assertIn(scripts, policy)
            self.assertEqual(f"frame-src {frames}" in policy, bool(frames))

    def test_odoos_payment_form(self):
        """Demo is paid on the page itself."""
        self._visit(self.dossier)
        page = self.url_open(f"{self.base}/pay/all/form")
        self.assertIn('id="o_payment_form"', page.text)
        route = f"{self.base}/pay/all/transaction"
        self.assertIn(f'data-transaction-route="{route}"', page.text)
        values = self._call(route, **self._form_values())
        self.assertEqual(values["amount"], 1150.00)
        transaction = self._transactions()
        self.assertEqual(transaction.reference, values["reference"])
        self.assertEqual(self._held(), transaction.incasso_hold_ids)
        self._call(
            "/payment/demo/simulate_payment",
            reference=values["reference"],
            payment_details="",
            simulated_state="done",
        )
        status = self._get("/payment/status")
        self.assertTrue(
            status.headers["Location"].endswith(f"/pay/result/{transaction.id}")
        )
        words = self._words(self.url_open(status.headers["Location"]))
        self.assertIn("Thank you", words)
        self.assertIn("Nothing is left to pay", words)
        self.assertEqual(self.dossier.close_reason, "paid")
        self.assertEqual(len(self.dossier.receipt_ids), 1)
        # Looking again books nothing again.
        self.url_open(status.headers["Location"])
        self.assertEqual(len(self.dossier.receipt_ids), 1)

    def test_results(self):
        for state, words in (
            ("pending", "on its way"),
            ("cancel", "Nothing was taken"),
            ("error", "We look into"),
        ):
            transaction = self._transaction(key="other-2500")
            self._tell(transaction, state)
            self._visit(self.dossier)
            page = self.url_open(f"{self.base}/pay/result/{transaction.id}")
            self.assertIn(words, self._words(page), state)
        self.assertFalse(self.dossier.receipt_ids)

    def test_a_part_paid_says_what_is_left(self):
        transaction = self._transaction(key="other-40000")
        self._tell(transaction, "done")
        self._visit(self.dossier)
        page = self.url_open(f"{self.base}/pay/result/{transaction.id}")
        self.assertRegex(self._words(page), r"still have to pay €\s?750\.00")

    @mute_logger("odoo.addons.incasso_nl_payment.models.payment_transaction")
    def test_paid_but_not_booked_yet(self):
        """The books do not take it: the debtor is thanked all the same, and the job
        books it later."""
        transaction = self._transaction()
        self._tell(transaction, "done")
        journal = self.demo.journal_id
        method = journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == self.demo
        )
        account = method.payment_account_id
        account.active = False
        self._visit(self.dossier)
        result = f"{self.base}/pay/result/{transaction.id}"
        self.assertIn("Thank you", self._words(self.url_open(result)))
        self.assertFalse(transaction.payment_id)
        account.active = True
        self._post_process()
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_page_says_that_a_payment_is_on_its_way(self):
        self._tell(self._transaction(key="other-2500"), "pending")
        self._visit(self.dossier)
        for path in ("pay", "pay/all"):
            words = self._words(self.url_open(f"{self.base}/{path}"))
            self.assertRegex(words, r"You started to pay €\s?25\.00")

    # === WHO MEANS ILL === #

    def test_strangers_get_nowhere(self):
        """The debtor of another dossier, and nobody at all."""
        transaction = self._transaction()
        paths = ["pay", "pay/all", "pay/all/form", f"pay/result/{transaction.id}"]
        for visit in (lambda: None, lambda: self._visit(self.other_dossier)):
            visit()
            for path in paths:
                answer = self._get(f"{self.base}/{path}")
                self.assertEqual(answer.status_code, 303, path)
                self.assertIn("/incasso", answer.headers["Location"])
                self.assertNotIn("1,150", answer.text)
            with mute_logger("odoo.http"):
                self._call(f"{self.base}/pay/all/transaction", **self._form_values())
        other = f"/incasso/dossier/{self.other_dossier.id}"
        answer = self.url_open(
            f"{self.base}/pay/all/start",
            data={
                "csrf_token": self._token(self.url_open(f"{other}/pay")),
                "shown": "1150.00",
                "provider_id": self.mollie.id,
                "method_id": self.ideal.id,
            },
            allow_redirects=False,
        )
        self.assertIn("/incasso", answer.headers["Location"])
        self.assertEqual(self._transactions(), transaction)
        self.assertFalse(self.peer.payments)
        # A payment of one dossier is not shown in another.
        answer = self._get(f"{other}/pay/result/{transaction.id}")
        self.assertEqual(answer.status_code, 404)

    def test_forged_amounts(self):
        self._visit(self.dossier)
        route = f"{self.base}/pay/all/transaction"
        for amount in (0.01, 1149.99, -1150.00, 99999.00, None):
            with mute_logger("odoo.http"):
                answer = self._call(route, **self._form_values(amount=amount))
            self.assertIn("amount has changed", str(answer))
        for amount in ("1150.00", [1150], {"a": 1}):
            with mute_logger("odoo.http"):
                answer = self._call(route, **self._form_values(amount=amount))
            self.assertIn("400", str(answer))
        for key in ("other-1", "other-99999999", "claim-1", "undisputed", "x"):
            with mute_logger("odoo.http"):
                self._call(
                    f"{self.base}/pay/{key}/transaction",
                    **self._form_values(amount=0.01),
                )
        answer = self._start(shown="0.01")
        self.assertTrue(answer.headers["Location"].endswith("/pay/all"))
        self.assertIn("amount has changed", self.url_open(f"{self.base}/pay/all").text)
        self.assertFalse(self._transactions())
        self.assertFalse(self.peer.payments)

    def test_forged_providers_and_fields(self):
        """A provider of the trust account, of another company, a method that is off, a
        currency, a partner, a token: nothing is started."""
        other_company = self.env["res.company"].create({"name": "Ander bedrijf"})
        foreign = self.env.ref("payment.payment_provider_demo").copy(
            {"company_id": other_company.id, "state": "test", "is_published": True}
        )
        off = self.env.ref("payment.payment_method_paypal")
        self._visit(self.dossier)
        route = f"{self.base}/pay/all/transaction"
        forged = (
            self._form_values(self.mollie_trust, payment_method_id=self.ideal.id),
            self._form_values(foreign),
            self._form_values(self.mollie, payment_method_id=off.id),
            self._form_values(provider_id="1 OR 1=1"),
            self._form_values(currency_id=self.env.ref("base.USD").id),
            self._form_values(partner_id=self.stranger.id),
            self._form_values(flow="token", token_id=1),
            self._form_values(custom_create_values={"amount": 0.01}),
            self._form_values(reference_prefix="X"),
        )
        for values in forged:
            with mute_logger("odoo.http"):
                self._call(route, **values)
        self.assertFalse(self._transactions())
        answer = self._start(provider=self.mollie_trust)
        self.assertTrue(answer.headers["Location"].endswith("/pay/all"))
        self.assertFalse(self._transactions())

    def test_closed_dossier(self):
        self._visit(self.dossier)
        token = self._token(self.url_open(f"{self.base}/pay/all"))
        self._receive(self.dossier, 1150.00, "2026-05-01")
        with mute_logger("odoo.http"):
            self._call(f"{self.base}/pay/all/transaction", **self._form_values())
        answer = self.url_open(
            f"{self.base}/pay/all/start",
            data={
                "csrf_token": token,
                "shown": "1150.00",
                "provider_id": self.mollie.id,
                "method_id": self.ideal.id,
            },
            allow_redirects=False,
        )
        self.assertTrue(answer.headers["Location"].endswith("/pay"))
        words = self._words(self.url_open(f"{self.base}/pay"))
        self.assertIn("nothing to pay", words)
        self.assertFalse(self._transactions())

    def test_without_the_token_of_the_form(self):
        self._visit(self.dossier)
        with mute_logger("odoo.http"):
            answer = self.url_open(
                f"{self.base}/pay/all/start",
                data={"shown": "1150.00", "provider_id": self.mollie.id},
            )
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._transactions())

    def test_a_dossier_id_as_large_as_can_be(self):
        answer = self._get("/incasso/dossier/999999999/pay")
        self.assertEqual(answer.status_code, 303)
