from datetime import date
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestOffers(PaymentCommon):
    """What a debtor can pay, and what only pretends to be an offer."""

    def _amounts(self, dossier):
        return {
            offer.key.partition("-")[0]: offer.amount
            for offer in dossier._payment_offers()
        }

    def test_one_claim_is_one_offer(self):
        """1,000.00 and 150.00 costs: all of it, or an amount from 5.00."""
        self.assertEqual(self._amounts(self.dossier), {"all": Decimal("1150.00")})
        offer = self.dossier._payment_offer("all")
        self.assertEqual((offer.costs, offer.claims.ids), (Decimal("150.00"), []))

    def test_invoice_with_the_costs_before_it(self):
        """By art. 6:44 the costs come first: 200.00 for an invoice of 200.00 would
        leave it open. Costs over 500.00 by the scale: 15% = 75.00, of which 200 / 500
        = 30.00 for the younger invoice and 45.00 for the other."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01"),
            self._claim(200.00, "2026-04-01"),
            costs_on="2026-05-01",
        )
        older, younger = dossier.claim_ids.sorted("due_date")
        offer = dossier._payment_offer(f"claim-{younger.id}")
        self.assertEqual((offer.amount, offer.costs), (230, 30))
        self._pay(self._transaction(dossier, f"claim-{younger.id}"))
        self.assertPaid(dossier.receipt_ids, 30.00, 0.00, 200.00)
        self.assertEqual(younger.principal_open, 0.00)
        self.assertOpen(dossier, 45.00, 0.00, 300.00)
        self.assertEqual(dossier._payment_offer("all").amount, 345)

    def test_what_is_not_disputed(self):
        """Of the older of two invoices 100.00 is disputed: with the costs of the other
        can be paid 200.00 + 30.00, and the 200.00 that is not disputed."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01"),
            self._claim(200.00, "2026-04-01"),
            costs_on="2026-05-01",
        )
        older, younger = dossier.claim_ids.sorted("due_date")
        self.assertNotIn("undisputed", self._amounts(dossier))
        self.env["incasso.dispute"]._bring_up(
            dossier, older, "wrong_amount", {older.id: 100.00}
        )
        offer = dossier._payment_offers()[0]
        self.assertEqual(offer.key, "undisputed")
        self.assertEqual(offer.amount, dossier._undisputed_amount(offer.day))
        self.assertEqual((offer.amount, offer.claims), (430, younger))
        # What is in transit changes nothing of that.
        transaction = self._transaction(dossier, "undisputed")
        self.assertEqual(dossier._payment_offers()[0].amount, 430)
        self._pay(transaction)
        self.assertEqual(younger.principal_open, 0.00)

    def test_instalment(self):
        """Of an arrangement: the next one, then all that is late."""
        dossier = self._own_dossier(
            self._claim(600.00, "2026-03-01", debtor=self.consumer),
            debtor=self.consumer,
        )
        with self.assertRaises(UserError):
            dossier._payment_offer("instalment")
        with freeze_time("2026-05-04 10:00:00"):
            quote = dossier._quote_arrangement(
                "month", date(2026, 5, 15), date(2026, 5, 4), amount=Decimal("100.00")
            )
            arrangement = dossier._ask_arrangement(quote, "phone")
            self.assertEqual(arrangement.stage, "active")
            url = dossier._portal_pay_url(100.00)
            self.assertEqual(url, f"/incasso/dossier/{dossier.id}/pay?part=instalment")
            offer = dossier._payment_offers()[0]
            self.assertEqual((offer.key, offer.amount), ("instalment", 100))
            self._pay(self._transaction(dossier, "instalment"))
        first, second, *_rest = arrangement.instalment_ids.sorted("number")
        self.assertEqual((first.state, second.left_amount), ("paid", 100.00))

    def test_own_amount(self):
        offer = self.dossier._payment_offer("other-2550")
        self.assertEqual((offer.amount, offer.costs), (Decimal("25.50"),) * 2)
        for key in ("other-499", "other-115001"):
            with self.assertRaisesRegex(UserError, "between"):
                self.dossier._payment_offer(key)
        for key in ("other-500", "other-115000"):
            self.assertTrue(self.dossier._payment_offer(key))

    def test_who_owes_less_than_the_least_amount_pays_all(self):
        dossier = self._own_dossier(
            self._claim(4.50, "2026-03-01", debtor=self.consumer), debtor=self.consumer
        )
        self.assertEqual(dossier._payment_offer("all").amount, Decimal("4.50"))
        with self.assertRaisesRegex(UserError, "all of it"):
            dossier._payment_offer("other-400")

    def test_forged_keys(self):
        other = self._two_claims()
        forged = [
            None,
            "",
            "ALL",
            "all ",
            "all\n",
            "other-0",
            "other--500",
            "other-5e2",
            "other-٥٠٠",
            "other-99999999999",
            "claim-0",
            f"claim-{other.claim_ids[0].id}",
            "undisputed",
        ]
        for key in forged:
            with self.subTest(key), self.assertRaises(UserError):
                self.dossier._payment_offer(key)

    def test_closed_dossier_has_nothing_to_pay(self):
        self._receive(self.dossier, 1150.00, "2026-05-01")
        self.assertEqual(self.dossier._payment_offers(), [])
        with self.assertRaises(UserError):
            self.dossier._payment_offer("all")

    def test_who_is_insolvent_is_not_led_to_pay(self):
        """Bankruptcy: nothing is offered, and the page of the dossier has no such way;
        other help leaves the choice to the debtor."""
        balance = self.dossier._balances(fields.Date.today())[self.dossier.id]
        self.dossier._hold("debt_aid")
        self.assertIn("pay", self.dossier._portal_ways(balance))
        self.dossier._hold("bankruptcy")
        self.assertEqual(self.dossier._payment_offers(), [])
        self.assertNotIn("pay", self.dossier._portal_ways(balance))

    def test_interest_to_today(self):
        """300.00 at the statutory rate of 4% a year (2026): 300 x 4% x 73 / 365 = 2.40
        over 73 days, and the next day more."""
        claim = self._claim(300.00, "2026-03-01", debtor=self.consumer)
        dossier = self._own_dossier(
            claim | {"interest_kind": "agreed", "interest_percentage": 4.0},
            debtor=self.consumer,
            interest_from="2026-03-01",
        )
        with freeze_time("2026-05-13 12:00:00"):
            offer = dossier._payment_offer("all")
            self.assertEqual(offer.amount, Decimal("302.40"))
        # Half past midnight in the Netherlands, still the day before in London.
        with freeze_time("2026-05-13 22:30:00"):
            self.assertEqual(
                dossier._payment_offer("all").amount, Decimal("302.43")
            )  # 300 x 4% x 74 / 365 = 2.4329

    def test_ways_by_whose_money_it_is(self):
        """Trust money never comes through a provider that pays out to the company."""
        providers, methods = self.dossier._payment_ways(Decimal("1150.00"))
        self.assertEqual(providers, self.mollie + self.demo)
        self.assertIn(self.ideal, methods)
        providers, _methods = self._third_party(costs_on="2026-04-01")._payment_ways(
            Decimal("1150.00")
        )
        self.assertEqual(providers, self.mollie_trust)

    def test_no_test_money_of_real_debtors(self):
        """A provider in test mode is offered where that is tried out; one with a key
        for tests is in test mode too; what is paid with it says so."""
        amount = Decimal("1150.00")
        self.company.incasso_test_payments = False
        self.assertFalse(self.dossier._payment_ways(amount)[0])
        self.mollie.state = "enabled"
        self.assertFalse(self.dossier._payment_ways(amount)[0])
        self.mollie.mollie_api_key = "live_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM"
        self.assertEqual(self.dossier._payment_ways(amount)[0], self.mollie)
        self.company.incasso_test_payments = True
        self._pay(self._transaction(self.dossier))
        reason = self.dossier.receipt_ids.match_reason
        self.assertIn("no real money", reason)

    def test_real_money_is_not_said_to_be_a_test(self):
        transaction = self._transaction(self.dossier)
        # Demo can only be in test mode: what counts is how the provider is now.
        with patch.object(
            type(self.demo),
            "_compute_incasso_is_test",
            lambda providers: providers.update({"incasso_is_test": False}),
        ):
            self._pay(transaction)
        self.assertIn("Paid online", self.dossier.receipt_ids.match_reason)

    def test_transfer(self):
        transfer = self.dossier._payment_transfer(Decimal("25.50"))
        self.assertEqual(transfer["iban"], "NL91 ABNA 0417 1643 00")
        self.assertEqual(transfer["holder"], "Bakkerij De Korenaar B.V.")
        self.assertEqual(
            transfer["reference"].replace(" ", ""), self.dossier.payment_reference
        )
        trust = self._third_party(costs_on="2026-04-01")._payment_transfer(
            Decimal("25.50")
        )
        self.assertEqual(trust["iban"], "NL44 RABO 0123 4567 89")
        self.company.incasso_bank_id = False
        self.assertIsNone(self.dossier._payment_transfer(Decimal("25.50")))

    def test_queries_do_not_grow_with_the_claims(self):
        few, many = (
            self._own_dossier(
                *(self._claim(100.00, f"2026-03-{day:02}") for day in range(1, 1 + n))
            )
            for n in (2, 12)
        )
        counts = []
        for dossier in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertGreater(len(dossier._payment_offers()), 2)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
