from itertools import permutations

from odoo import Command, fields
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestAllocation(ReceiptCommon):
    """What a payment pays, in the ledger and in the books: art. 6:43 and 6:44 BW."""

    def test_costs_interest_principal(self):
        """P-01: 66.75 / 17.92 open, pay 300.00: 66.75 / 17.92 / 215.33.

        445.00 x 15% = 66.75; 445.00 x 6% x 245 / 365 = 17.92 (31 January to 3 October
        2025); 300.00 - 66.75 - 17.92 = 215.33.
        """
        dossier = self._own_dossier(
            self._claim(445.00, "2025-01-31", interest_kind="6:119"),
            costs_on="2025-06-01",
            interest_from="2025-03-01",
        )
        payment = self._payment(dossier, 300.00, "2025-10-03")
        receipt = payment.incasso_receipt_ids
        self.assertPaid(receipt, 66.75, 17.92, 215.33)
        self.assertOpen(dossier, 0.00, 0.00, 229.67)
        # In the books: income in the collections journal, the rest on the invoice.
        invoice = dossier.claim_ids.move_id
        self.assertEqual(invoice.amount_residual, 229.67)
        self.assertEqual(invoice.payment_state, "partial")
        self.assertEqual(self._income(), (66.75, 17.92))
        self.assertTrue(receipt.source_line_id.reconciled)
        self.assertRecordValues(
            receipt.move_id.line_ids.sorted("balance"),
            [
                {
                    "account_id": self.company.incasso_costs_account_id.id,
                    "balance": -66.75,
                    "tax_ids": [],
                },
                {
                    "account_id": self.company.incasso_interest_account_id.id,
                    "balance": -17.92,
                    "tax_ids": [],
                },
                {
                    "account_id": receipt.source_line_id.account_id.id,
                    "balance": 84.67,
                    "tax_ids": [],
                },
            ],
        )
        self.assertEqual(receipt.move_id.journal_id, self.company.incasso_journal_id)
        self.assertEqual(dossier.state, "open")

    def test_order_only(self):
        """P-03: 875 / 600 / 5,000 open, pay 2,000: 875 / 600 / 525, 4,475 left.

        5,000 x 17.5% = 875 by the terms; 5,000 x 12% for 365 days = 600.
        """
        dossier = self._own_dossier(
            self._claim(
                5000.00,
                "2025-01-31",
                interest_kind="agreed",
                interest_percentage=12.0,
                cost_rule="terms",
                cost_percentage=17.5,
            ),
            costs_on="2025-06-01",
            interest_from="2025-03-01",
        )
        receipt = self._receive(dossier, 2000.00, "2026-01-31")
        self.assertPaid(receipt, 875.00, 600.00, 525.00)
        self.assertOpen(dossier, 0.00, 0.00, 4475.00)
        self.assertEqual(dossier.claim_ids.move_id.amount_residual, 4475.00)

    def _dossier_150_20_1000(self):
        """1,000 x 15% = 150 costs; 1,000 x 2% agreed, for 365 days = 20 interest on
        31 January 2026."""
        return self._own_dossier(
            self._claim(
                1000.00,
                "2025-01-31",
                interest_kind="agreed",
                interest_percentage=2.0,
            ),
            costs_on="2025-06-01",
            interest_from="2025-03-01",
        )

    def test_less_than_the_costs(self):
        """P-04: 150 / 20 / 1,000 open, pay 100: 100 / 0 / 0; left 50 / 20 / 1,000."""
        dossier = self._dossier_150_20_1000()
        receipt = self._receive(dossier, 100.00, "2026-01-31")
        self.assertPaid(receipt, 100.00, 0.00, 0.00)
        self.assertOpen(dossier, 50.00, 20.00, 1000.00)
        self.assertEqual(dossier.claim_ids.move_id.amount_residual, 1000.00)
        self.assertEqual(dossier.claim_ids.move_id.payment_state, "not_paid")
        self.assertEqual(self._income(), (100.00, 0.00))

    def test_too_much(self):
        """P-09: 150 / 20 / 1,000 open, pay 1,200: all closed, 30.00 to refund."""
        dossier = self._dossier_150_20_1000()
        receipt = self._receive(dossier, 1200.00, "2026-01-31")
        self.assertPaid(receipt, 150.00, 20.00, 1000.00, surplus=30.00)
        self.assertOpen(dossier, 0.00, 0.00, 0.00)
        self.assertEqual(dossier.claim_ids.move_id.payment_state, "paid")
        self.assertEqual(receipt.source_line_id.amount_residual, -30.00)
        self.assertEqual(receipt.surplus_open, 30.00)
        self.assertEqual(dossier.surplus, 30.00)
        self.assertRecordValues(
            dossier,
            [
                {
                    "state": "closed",
                    "close_reason": "paid",
                    "close_date": fields.Date.to_date("2026-01-31"),
                }
            ],
        )
        # Paid back: the surplus is gone, what it paid stays.
        refund = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.business.id,
                "journal_id": self.bank_journal.id,
                "amount": 30.00,
            }
        )
        refund.action_post()
        (refund.move_id.line_ids + receipt.source_line_id).filtered(
            lambda line: line.account_id == receipt.source_line_id.account_id
        ).reconcile()
        receipt.invalidate_recordset(["surplus_open"])
        self.assertEqual(receipt.surplus_open, 0.00)
        self.assertPaid(receipt, 150.00, 20.00, 1000.00, surplus=30.00)

    def _in_notice_term(self):
        """A consumer's claim of 1,000 with 1.50 interest on 15 April 2022, while the
        term of the notice of 5 April runs until 26 April.

        1,000 x 3.65% x 15 / 365 = 1.50; the statutory interest was 2% then.
        """
        dossier = self._own_dossier(
            self._claim(
                1000.00,
                "2022-03-31",
                debtor=self.consumer,
                interest_kind="agreed",
                interest_percentage=3.65,
            ),
            debtor=self.consumer,
            interest_from="2022-04-01",
        )
        self._give_notice(dossier, "2022-04-05", "2022-04-27", announced=150.00)
        return dossier

    def _give_notice(self, dossier, sent, costs_due_from, announced):
        """A notice of costs that was sent, for all claims of a dossier."""
        notice = self.env["incasso.message"].create(
            {
                "dossier_id": dossier.id,
                "recipient_id": dossier.debtor_id.id,
                "template_id": self.env["incasso.template"]
                .search([("kind", "=", "notice")], limit=1)
                .id
                or self.env["incasso.template"]
                .create({"name": "Notice", "kind": "notice"})
                .id,
                "kind": "notice",
                "channel": "post",
                "date": sent,
                "state": "sent",
                "sent_at": f"{sent} 10:00:00",
                "announced_costs": announced,
            }
        )
        dossier.claim_ids.write(
            {"notice_id": notice.id, "costs_due_from": costs_due_from}
        )

    def test_notice_term_principal_first(self):
        """P-06, the default: 0 / 1.50 / 1,000 open, pay 400: all on the principal, and
        costs over the 600.00 that is left: 90.00."""
        dossier = self._in_notice_term()
        receipt = self._receive(dossier, 400.00, "2022-04-15")
        self.assertPaid(receipt, 0.00, 0.00, 400.00)
        self.assertOpen(dossier, 0.00, 1.50, 600.00)
        dossier._charge_costs(fields.Date.to_date("2022-04-27"))
        self.assertEqual(dossier.costs_open, 90.00)

    def test_notice_term_legal_order(self):
        """P-06 by 6:44: 1.50 / 398.50, and costs over 601.50: 90.23 (90.225)."""
        self.company.incasso_notice_principal_first = False
        dossier = self._in_notice_term()
        receipt = self._receive(dossier, 400.00, "2022-04-15")
        self.assertPaid(receipt, 0.00, 1.50, 398.50)
        self.assertOpen(dossier, 0.00, 0.00, 601.50)
        dossier._charge_costs(fields.Date.to_date("2022-04-27"))
        self.assertEqual(dossier.costs_open, 90.23)

    def test_before_and_after_the_notice_term_interest_first(self):
        """Principal first is for the term only: a payment before the notice, or after
        its term, pays interest first.

        4 April: 1,000 x 3.65% x 4 / 365 = 0.40. On 30 April, from 5 April, over 900.40:
        900.40 x 3.65% x 26 / 365 = 2.34.
        """
        dossier = self._in_notice_term()
        before = self._receive(dossier, 100.00, "2022-04-04")
        self.assertPaid(before, 0.00, 0.40, 99.60)
        after = self._receive(dossier, 100.00, "2022-04-30")
        self.assertPaid(after, 0.00, 2.34, 97.66)

    def test_oldest_claim_first(self):
        """P-07: A 300 (due 1 March) and B 300 (due 1 April), equal burden; pay 300: A
        is closed, B open."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-04-01"), self._claim(300.00, "2026-03-01")
        )
        first, second = dossier.claim_ids.sorted("due_date")
        receipt = self._receive(dossier, 300.00, "2026-05-01")
        self.assertPaid(receipt, 0.00, 0.00, 300.00)
        self.assertEqual(first.move_id.payment_state, "paid")
        self.assertEqual(second.move_id.payment_state, "not_paid")
        self.assertEqual((first.principal_open, second.principal_open), (0.00, 300.00))

    def test_most_onerous_claim_first(self):
        """The younger claim bears interest and the older does not: it goes first."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01"),
            self._claim(300.00, "2026-04-01", interest_kind="6:119"),
        )
        dull, onerous = dossier.claim_ids.sorted("due_date")
        self._receive(dossier, 300.00, "2026-05-01")
        self.assertEqual(onerous.move_id.payment_state, "paid")
        self.assertEqual(dull.move_id.payment_state, "not_paid")

    def test_designated_claim_first(self):
        """Art. 6:43 lid 1: the debtor names the younger claim."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01"), self._claim(200.00, "2026-04-01")
        )
        older, younger = dossier.claim_ids.sorted("due_date")
        wizard = Form(
            self.env["incasso.register.receipt"].with_context(
                default_dossier_id=dossier.id
            )
        )
        wizard.date = fields.Date.to_date("2026-05-01")
        self.assertEqual(wizard.amount, 500.00)
        wizard.amount = 250.00
        wizard.claim_ids.add(younger)
        self.assertEqual((wizard.principal, wizard.left), (250.00, 250.00))
        wizard.save().action_register()
        self.assertEqual(younger.move_id.payment_state, "paid")
        # 250.00 - 200.00 = 50.00 for the older.
        self.assertEqual(older.move_id.amount_residual, 250.00)
        self.assertEqual(dossier.receipt_ids.payment_id.date.isoformat(), "2026-05-01")

    def test_equal_claims_in_proportion(self):
        """Equal burden and age: in proportion. 100.00 over 300.00 and 100.00 is 75.00
        and 25.00: less than what is open on either invoice, and than the payment."""
        dossier = self._own_dossier(
            self._claim(300.00, "2026-03-01"), self._claim(100.00, "2026-03-01")
        )
        large, small = dossier.claim_ids.sorted("amount", reverse=True)
        receipt = self._receive(dossier, 100.00, "2026-05-01")
        self.assertPaid(receipt, 0.00, 0.00, 100.00)
        self.assertEqual(large.move_id.amount_residual, 225.00)
        self.assertEqual(small.move_id.amount_residual, 75.00)
        self.assertEqual(
            sorted(receipt.source_line_id.matched_debit_ids.mapped("amount")),
            [25.00, 75.00],
        )

    def test_interest_that_was_not_claimed_is_not_paid(self):
        """A payment with a value date before the first message that asks for interest
        pays none, and closes the dossier."""
        dossier = self._own_dossier(
            self._claim(1000.00, "2025-01-31", interest_kind="6:119"),
            interest_from="2025-06-01",
        )
        receipt = self._receive(dossier, 1000.00, "2025-05-31")
        self.assertPaid(receipt, 0.00, 0.00, 1000.00)
        self.assertEqual(dossier.close_reason, "paid")

    def test_costs_of_later_are_not_paid(self):
        """Costs that were charged after the value date were not there yet: paid within
        the term, the debtor owes none, and the charge is undone."""
        dossier = self._in_notice_term()
        dossier._charge_costs(fields.Date.to_date("2022-04-27"))
        self.assertEqual(dossier.costs_open, 150.00)
        receipt = self._receive(dossier, 1001.50, "2022-04-20")
        # 1,000 x 3.65% x 20 / 365 = 2.00: short by 0.50, more than the tolerance.
        self.assertPaid(receipt, 0.00, 1.50, 1000.00)
        self.assertOpen(dossier, 0.00, 0.50, 0.00)
        self.assertFalse(dossier.claim_ids.costs_date)
        self._receive(dossier, 0.50, "2022-05-02")
        self.assertRecordValues(
            dossier, [{"state": "closed", "close_reason": "paid", "balance": 0.00}]
        )
        self.assertEqual(self._income(), (0.00, 2.00))

    def test_costs_over_what_was_not_paid_in_time(self):
        """HR 2016:2704: 400.00 of 1,000.00 was paid within the term, but seen after the
        costs were charged: 150.00 becomes 15% of 600.00 = 90.00, on the same day."""
        dossier = self._in_notice_term()
        dossier._charge_costs(fields.Date.to_date("2022-04-27"))
        self._receive(dossier, 400.00, "2022-04-15")
        self.assertEqual(dossier.costs_open, 90.00)
        self.assertEqual(
            dossier.claim_ids.costs_date, fields.Date.to_date("2022-04-27")
        )

    def test_held_dossier_keeps_its_costs(self):
        """A hold of today does not undo costs of the past."""
        dossier = self._in_notice_term()
        dossier._charge_costs(fields.Date.to_date("2022-04-27"))
        dossier._hold("dispute", "They say it was returned.")
        self._receive(dossier, 400.00, "2022-04-15")
        self.assertEqual(dossier.costs_open, 90.00)

    def test_tolerance(self):
        """Short by 0.05: closed as paid, the difference on the write-off account."""
        dossier = self._own_dossier(self._claim(100.00, "2026-03-01"))
        receipt = self._receive(dossier, 99.95, "2026-05-01")
        self.assertPaid(receipt, 0.00, 0.00, 99.95)
        self.assertRecordValues(
            dossier, [{"state": "closed", "close_reason": "paid", "balance": 0.00}]
        )
        self.assertEqual(dossier.claim_ids.move_id.payment_state, "paid")
        written_off = self.env["account.move.line"].search(
            [("account_id", "=", self.company.incasso_writeoff_account_id.id)]
        )
        self.assertEqual(sum(written_off.mapped("balance")), 0.05)

    def test_short_by_more_than_the_tolerance(self):
        dossier = self._own_dossier(self._claim(100.00, "2026-03-01"))
        self._receive(dossier, 99.94, "2026-05-01")
        self.assertRecordValues(dossier, [{"state": "open", "balance": 0.06}])

    def test_write_off_says_what_vat_comes_back(self):
        """P-10: invoice 1,210 (VAT 210), costs 195, 1,210 is paid, then nothing: 195 of
        the principal is left; 195 x 21 / 121 = 33.84 VAT may be reclaimed."""
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 21.0),
                ("price_include_override", "!=", "tax_included"),
            ],
            limit=1,
        )
        invoice = self._invoice(
            self.business,
            1000.00,
            "2026-01-30",
            "2026-03-01",
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Brood",
                        "quantity": 1,
                        "price_unit": 1000.00,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            ],
        )
        self.assertEqual((invoice.amount_total, invoice.amount_tax), (1210.00, 210.00))
        dossier = self._own_dossier(
            {
                "name": invoice.name,
                "invoice_date": invoice.invoice_date,
                "due_date": invoice.invoice_date_due,
                "amount": 1210.00,
                "move_line_id": self._receivable(invoice).id,
                "interest_kind": "none",
                "cost_rule": "terms",
                "cost_percentage": 15.0,
                "cost_minimum": 195.00,
            },
            costs_on="2026-04-01",
        )
        receipt = self._receive(dossier, 1210.00, "2026-05-01")
        self.assertPaid(receipt, 195.00, 0.00, 1015.00)
        self.assertEqual(invoice.amount_residual, 195.00)
        dossier._close("written_off", fields.Date.to_date("2026-09-01"))
        self.assertEqual(invoice.amount_residual, 0.00)
        line = self.env["account.move.line"].search(
            [("incasso_entry_id", "in", dossier.entry_ids.ids)]
        )
        self.assertEqual(line.balance, -195.00)
        self.assertIn("33.84", line.name)
        self.assertIn("art. 29", line.move_id.narration)
        # Opened again: the books are as they were.
        dossier._reopen("They will pay after all.")
        self.assertEqual(invoice.amount_residual, 195.00)
        self.assertOpen(dossier, 0.00, 0.00, 195.00)

    def test_invoice_on_another_receivable_account(self):
        """An invoice on another account than the payment: paid through the collections
        journal, both accounts reconciled."""
        other = self.company_data["default_account_receivable"].copy()
        claim = self._claim(300.00, "2026-03-01")
        line = self.env["account.move.line"].browse(claim["move_line_id"])
        line.move_id.button_draft()
        line.account_id = other
        line.move_id.action_post()
        dossier = self._own_dossier(claim)
        receipt = self._receive(dossier, 300.00, "2026-05-01")
        self.assertPaid(receipt, 0.00, 0.00, 300.00)
        self.assertEqual(line.amount_residual, 0.00)
        self.assertEqual(line.move_id.payment_state, "paid")
        self.assertTrue(receipt.source_line_id.reconciled)

    def test_locked_period(self):
        """Income of a payment in a period that was locked since is booked on the first
        open day; the ledger keeps the value date."""
        dossier = self._dossier_150_20_1000()
        # Nothing in it says what it is for: it waits for a person.
        payment = self._payment(
            dossier,
            100.00,
            "2026-01-31",
            partner_id=self.government.id,
            incasso_dossier_id=False,
        )
        self.assertFalse(payment.incasso_receipt_ids)
        self.company.fiscalyear_lock_date = fields.Date.to_date("2026-01-31")
        receipt = self.env["incasso.receipt"].create(
            payment._prepare_incasso_receipt(dossier.id, 0, "A neighbour paid.")
        )
        receipt.action_confirm()
        self.assertPaid(receipt, 100.00, 0.00, 0.00)
        self.assertEqual(receipt.move_id.date, fields.Date.to_date("2026-02-01"))
        self.assertEqual(
            receipt.entry_ids.mapped("date"), [fields.Date.to_date("2026-01-31")]
        )


@tagged("post_install", "-at_install")
class TestOrder(ReceiptCommon):
    """The order in which receipts become known changes nothing."""

    # Of A, 1,000.00 due 1 March, and B, 500.00 due 1 May 2025, at 6% (4% in 2026);
    # interest was claimed on 15 May, costs were charged on 1 August.
    PAYMENTS = [
        (200.00, "2025-06-01"),
        (300.00, "2025-07-15"),
        (250.00, "2025-09-30"),
        (75.00, "2026-02-10"),
    ]

    def _two_claims(self, debtor=None):
        claims = [
            {
                "name": name,
                "invoice_date": fields.Date.to_date("2025-02-01"),
                "due_date": fields.Date.to_date(due_date),
                "amount": amount,
                "interest_kind": "6:119",
            }
            for name, amount, due_date in (
                ("A", 1000.00, "2025-03-01"),
                ("B", 500.00, "2025-05-01"),
            )
        ]
        dossier = self._dossier(
            debtor=debtor or self.business,
            claims=claims,
            creditor=self.creditor,
            flow_id=False,
        )
        dossier._claim_interest(fields.Date.to_date("2025-05-15"))
        dossier._charge_costs(fields.Date.to_date("2025-08-01"))
        return dossier

    def test_every_order_gives_the_same(self):
        """Each of the 24 orders leaves the ledger of the order of value dates.

        - 1 June: interest on A 1,000 x 6% x 92 / 365 = 15.12, on B 500 x 6% x 31 / 365
          = 2.55. A is older: 15.12 interest and 184.88 principal of it; 815.12 left.
        - 15 July: on A 815.12 x 6% x 44 / 365 = 5.90: 5.90 and 294.10; 521.02 left.
        - 1 August: costs over 521.02 + 500.00 = 1,021.02 x 15% = 153.15.
        - 30 September: costs first. On A 521.02 x 6% x 77 / 365 = 6.59: 153.15, 6.59
          and 90.26; 430.76 left.
        - 10 February: on A 430.76 x 6% x 92 / 365 + 430.76 x 4% x 41 / 365 = 6.51 +
          1.94 = 8.45: 8.45 and 66.55; 364.21 left.
        """
        expected = None
        for order in permutations(self.PAYMENTS):
            with self.env.cr.savepoint() as savepoint, self.subTest(order=order):
                dossier = self._two_claims()
                for payment in order:
                    self._direct(dossier, *payment)
                ledger = self._net_ledger(dossier)
                expected = expected or ledger
                self.assertEqual(ledger, expected)
                claim_a = dossier.claim_ids.sorted("due_date")[0]
                self.assertEqual(claim_a.principal_open, 364.21)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
        due_a = fields.Date.to_date("2025-03-01")
        self.assertEqual(
            {
                (day, component): amount
                for (day, kind, component, due), amount in expected.items()
                if kind == "receipt" and due in (due_a, False)
            },
            {
                ("2025-06-01", "interest"): -15.12,
                ("2025-06-01", "principal"): -184.88,
                ("2025-07-15", "interest"): -5.90,
                ("2025-07-15", "principal"): -294.10,
                ("2025-09-30", "costs"): -153.15,
                ("2025-09-30", "interest"): -6.59,
                ("2025-09-30", "principal"): -90.26,
                ("2026-02-10", "interest"): -8.45,
                ("2026-02-10", "principal"): -66.55,
            },
        )

    def test_books_follow_the_order(self):
        """The last day's payment is seen first: what it paid is undone and done again
        in the books too, for other amounts.

        Alone on 30 September, 250.00 pays costs over 1,000.00, 150.00; interest 1,000 x
        6% x 213 / 365 = 35.01; principal 64.99. After 600.00 on 1 June, which pays
        15.12 interest and 584.88 principal, costs are over 415.12: 62.27; interest is
        415.12 x 6% x 121 / 365 = 8.26; principal 179.47.
        """
        dossier = self._own_dossier(
            self._claim(1000.00, "2025-03-01", interest_kind="6:119"),
            interest_from="2025-05-15",
            costs_on="2025-08-01",
        )
        late = self._receive(dossier, 250.00, "2025-09-30")
        self.assertPaid(late, 150.00, 35.01, 64.99)
        self.assertEqual(self._income(), (150.00, 35.01))
        early = self._receive(dossier, 600.00, "2025-06-01")
        self.assertPaid(early, 0.00, 15.12, 584.88)
        self.assertPaid(late, 62.27, 8.26, 179.47)
        # 15.12 + 8.26 = 23.38; 1,000 - 584.88 - 179.47 = 235.65.
        self.assertEqual(self._income(), (62.27, 23.38))
        self.assertEqual(dossier.claim_ids.move_id.amount_residual, 235.65)
        # And back: what was before the early payment is there again.
        early._reverse("Not from this debtor.")
        self.assertPaid(late, 150.00, 35.01, 64.99)
        self.assertEqual(self._income(), (150.00, 35.01))
        self.assertEqual(dossier.claim_ids.move_id.amount_residual, 935.01)

    def test_reversed_and_made_again(self):
        """Without a receipt in the middle the ledger is as if it had never come in;
        with it again, as it was."""
        dossier = self._two_claims()
        receipts = [self._direct(dossier, *payment) for payment in self.PAYMENTS]
        complete = self._net_ledger(dossier)
        receipts[1]._reverse("Charged back.")
        without = self._net_ledger(dossier)
        self._direct(dossier, *self.PAYMENTS[1])
        self.assertEqual(self._net_ledger(dossier), complete)
        with self.env.cr.savepoint() as savepoint:
            other = self._two_claims(debtor=self.government)
            for index in (0, 2, 3):
                self._direct(other, *self.PAYMENTS[index])
            self.assertEqual(self._net_ledger(other), without)
            savepoint.rollback()

    def test_waiver_in_between(self):
        """What a person waived is waived again, as far as it is still there.

        On 30 September 2025 all interest is waived: 35.01 on A, 500 x 6% x 152 / 365 =
        12.49 on B. After a payment of 600.00 on 1 June there is less of it on A.
        """
        dossier = self._two_claims()
        day = fields.Date.to_date("2025-09-30")
        dossier._book_interest(day)
        self.env["incasso.entry"]._book(
            [
                {
                    "dossier_id": dossier.id,
                    "claim_id": claim.id,
                    "date": day,
                    "component": "interest",
                    "kind": "waiver",
                    "amount": -claim.interest_open,
                    "reason": "Goodwill.",
                }
                for claim in dossier.claim_ids
            ]
        )
        claim_a, claim_b = dossier.claim_ids.sorted("due_date")
        self.assertEqual((claim_a.interest_open, claim_b.interest_open), (0.00, 0.00))
        self._direct(dossier, 600.00, "2025-06-01")
        self.assertEqual((claim_a.interest_open, claim_b.interest_open), (0.00, 0.00))
        waived = {
            claim: -amount
            for claim, amount in self.env["incasso.entry"]._read_group(
                [("dossier_id", "=", dossier.id), ("kind", "=", "waiver")],
                ["claim_id"],
                ["amount:sum"],
            )
        }
        # 415.12 x 6% x 121 / 365 = 8.26.
        self.assertEqual(waived, {claim_a: 8.26, claim_b: 12.49})
