from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30")
class TestHandover(IncassoCommon):
    """From overdue invoices to dossiers: what goes, what stays behind and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.overdue = cls._invoice(cls.consumer, 1000.0, "2026-03-01", "2026-03-31")

    def _propose(self, moves):
        return self.env["incasso.handover"]._propose(moves)

    def _reason(self, moves):
        return self._propose(moves).excluded_ids.mapped("reason")

    # === TERMS LONGER THAN THE LAW ALLOWS === #

    def _long_terms(self, partner, days):
        """What the preview says of an invoice of 1 March with so many days to pay."""
        due = date(2026, 3, 1) + timedelta(days=days)
        invoice = self._invoice(partner, 100.0, "2026-03-01", due)
        handover = self._propose(invoice)
        said = handover.debtor_ids.line_ids.long_term
        self.assertEqual(handover.long_term_count, 1 if said else 0)
        claim = handover._hand_over().claim_ids.filtered(
            lambda claim: claim.move_id == invoice
        )
        self.assertEqual(claim.long_term, said)
        return said

    def test_long_term_of_a_business(self):
        """Sixty days are the most without an express clause: art. 6:119a lid 5 BW."""
        self.assertFalse(self._long_terms(self.business, 60))
        said = self._long_terms(self.business, 61)
        # 1 March and sixty days: 30 April.
        self.assertIn("6:119a lid 5", said)
        self.assertIn("04/30/2026", said)

    def test_long_term_of_a_large_company(self):
        """Thirty days, whatever was agreed: art. 6:119a lid 6 BW; not between two large
        companies."""
        self.business.incasso_large_company = True
        self.assertFalse(self._long_terms(self.business, 30))
        said = self._long_terms(self.business, 31)
        # 1 March and thirty days: 31 March.
        self.assertIn("6:119a lid 6", said)
        self.assertIn("03/31/2026", said)
        self.company.partner_id.incasso_large_company = True
        self.assertFalse(self._long_terms(self.business, 31))

    def test_long_term_of_a_government(self):
        """Thirty days without an express clause: art. 6:119b lid 5 BW."""
        self.assertFalse(self._long_terms(self.government, 30))
        self.assertIn("6:119b lid 5", self._long_terms(self.government, 31))

    def test_consumer_has_the_time_that_was_agreed(self):
        self.assertFalse(self._long_terms(self.consumer, 90))

    # === WHAT GOES === #

    def test_preview_and_dossier(self):
        second = self._invoice(self.consumer, 200.0, "2026-04-01", "2026-05-01")
        handover = self._propose(self.overdue + second)
        debtor = handover.debtor_ids
        self.assertEqual(debtor.partner_id, self.consumer)
        self.assertEqual(debtor.invoice_count, 2)
        self.assertEqual(debtor.principal, 1200.0)
        # 1000 x 4% x 91 / 365 = 9.97; 200 x 4% x 60 / 365 = 1.32
        self.assertEqual(debtor.interest, 11.29)
        # 1200 x 15% (art. 6:96 lid 7: principals together)
        self.assertEqual(debtor.costs, 180.0)
        self.assertFalse(debtor.dossier_id)
        dossier = handover._hand_over()
        self.assertEqual(dossier.debtor_id, self.consumer)
        self.assertEqual(dossier.creditor_id, self.company.partner_id)
        self.assertFalse(dossier.is_third_party)
        self.assertEqual(dossier.principal_open, 1200.0)
        self.assertEqual(dossier.claim_ids.move_id, self.overdue + second)
        self.assertEqual(
            dossier.claim_ids.mapped("description"), ["Levering van brood"] * 2
        )
        self.assertEqual(self.overdue.incasso_dossier_id, dossier)
        self.assertTrue(self.overdue.incasso_in_collection)
        self.assertTrue(self.overdue.no_followup)

    def test_business_costs_and_interest(self):
        invoice = self._invoice(self.business, 500.0, "2026-03-01", "2026-03-31")
        debtor = self._propose(invoice).debtor_ids
        # 6:119a BW, first half of 2026: 500 x 10.15% x 91 / 365 = 12.65
        self.assertEqual(debtor.interest, 12.65)
        # 500 x 15% = 75, more than the 40 of art. 6:96 lid 4
        self.assertEqual(debtor.costs, 75.0)

    def test_one_dossier_for_each_debtor(self):
        other = self._invoice(self.business, 300.0, "2026-03-01", "2026-03-31")
        contact = self.env["res.partner"].create(
            {"name": "Administratie", "parent_id": self.business.id, "type": "invoice"}
        )
        third = self._invoice(contact, 50.0, "2026-03-01", "2026-03-31")
        dossiers = self._propose(self.overdue + other + third)._hand_over()
        self.assertEqual(len(dossiers), 2)
        of_business = dossiers.filtered(lambda d: d.debtor_id == self.business)
        self.assertEqual(of_business.principal_open, 350.0)

    def test_merged_into_the_running_dossier(self):
        dossier = self._propose(self.overdue)._hand_over()
        later = self._invoice(self.consumer, 80.0, "2026-04-01", "2026-05-01")
        handover = self._propose(later)
        self.assertEqual(handover.debtor_ids.dossier_id, dossier)
        self.assertEqual(handover._hand_over(), dossier)
        self.assertEqual(dossier.principal_open, 1080.0)
        self.assertEqual(len(dossier.claim_ids), 2)

    def test_never_merged_into_a_court_dossier(self):
        dossier = self._propose(self.overdue)._hand_over()
        dossier.phase = "court"
        later = self._invoice(self.consumer, 80.0, "2026-04-01", "2026-05-01")
        handover = self._propose(later)
        self.assertFalse(handover.debtor_ids.dossier_id)
        self.assertNotEqual(handover._hand_over(), dossier)
        with self.assertRaisesRegex(UserError, "before the court"):
            dossier.claim_ids = [
                Command.create(
                    {
                        "name": "X",
                        "invoice_date": "2026-03-01",
                        "due_date": "2026-03-31",
                        "amount": 1,
                    }
                )
            ]

    def test_own_reminders_are_over_with_the_notice(self):
        dossier = self._propose(self.overdue)._hand_over()
        self.assertEqual(dossier.phase, "reminder", "the ladder starts with a reminder")

        def sent(kind):
            return self.env["incasso.message"].create(
                {
                    "dossier_id": dossier.id,
                    "recipient_id": self.consumer.id,
                    "template_id": self.env.ref(f"incasso_nl.template_{kind}").id,
                    "kind": kind,
                    "channel": "post",
                    "date": date.today(),
                    "state": "sent",
                    "snapshot": {"claims": []},
                }
            )

        dossier._message_sent(sent("reminder"))
        self.assertEqual(dossier.phase, "reminder")
        dossier._message_sent(sent("notice"))
        self.assertEqual(dossier.phase, "amicable")
        self.assertIn("phase", dossier.event_ids.mapped("kind"))

    def test_costs_of_a_merged_claim_count_what_was_charged(self):
        first = self._invoice(self.business, 1000.0, "2026-03-01", "2026-03-31")
        dossier = self._propose(first)._hand_over()
        dossier._charge_costs(date(2026, 6, 30))
        self.assertEqual(dossier.costs_open, 150.0)
        later = self._invoice(self.business, 2000.0, "2026-04-01", "2026-05-01")
        # 2500 x 15% + 500 x 10% = 425 over 3000; less the 150 charged before
        self.assertEqual(self._propose(later).debtor_ids.costs, 275.0)

    def test_instalment_that_is_due(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 14}
                    ),
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 180}
                    ),
                ],
            }
        )
        invoice = self._invoice(
            self.consumer,
            600.0,
            "2026-03-01",
            "2026-03-15",
            invoice_payment_term_id=term.id,
        )
        handover = self._propose(invoice)
        self.assertEqual(handover.debtor_ids.principal, 300.0)
        self.assertEqual(handover.excluded_ids.reason, "not_due")
        dossier = handover._hand_over()
        self.assertEqual(dossier.claim_ids.due_date, date(2026, 3, 15))
        # The other half can follow when it is due, though the invoice is left alone.
        with freeze_time("2026-10-01"):
            later = self._propose(invoice)
            self.assertEqual(later.excluded_ids.reason, "in_dossier")
            self.assertEqual(later._hand_over(), dossier)
        self.assertEqual(dossier.principal_open, 600.0)

    def test_part_that_was_paid_stays_out(self):
        self._pay(self.overdue, 400.0)
        dossier = self._propose(self.overdue)._hand_over()
        self.assertEqual(dossier.claim_ids.amount, 600.0)
        self.assertEqual(dossier.claim_ids.invoice_amount, 1000.0)

    def test_goods_for_a_consumer_lapse_in_two_years(self):
        product = self.env["product.product"].create({"name": "Oven", "type": "consu"})
        invoice = self._invoice(
            self.consumer,
            0.0,
            "2026-03-01",
            "2026-03-31",
            invoice_line_ids=[
                Command.create(
                    {
                        "product_id": product.id,
                        "price_unit": 900.0,
                        "tax_ids": [Command.clear()],
                    }
                ),
                Command.create(
                    {
                        "name": "Bezorging",
                        "price_unit": 20,
                        "tax_ids": [Command.clear()],
                    }
                ),
            ],
        )
        claim = self._propose(invoice)._hand_over().claim_ids
        self.assertEqual(claim.kind, "consumer-purchase")
        # art. 7:28 BW
        self.assertEqual(claim.limitation_date, date(2028, 3, 31))
        self.assertEqual(claim.description, "Oven and more")

    def test_terms_of_the_company(self):
        self.company.partner_id.incasso_terms_ids = [
            Command.create(
                {
                    "version": "2026-1",
                    "valid_from": "2026-01-01",
                    "interest_percentage": 12,
                    "cost_percentage": 20,
                    "cost_minimum": 75,
                }
            )
        ]
        invoice = self._invoice(self.business, 1000.0, "2026-03-01", "2026-03-31")
        debtor = self._propose(invoice).debtor_ids
        # 1000 x 12% x 91 / 365 = 29.92; 1000 x 20%
        self.assertEqual(debtor.interest, 29.92)
        self.assertEqual(debtor.costs, 200.0)
        claim = self._propose(invoice)._hand_over().claim_ids
        self.assertEqual(claim.interest_kind, "agreed")
        self.assertEqual(claim.cost_rule, "terms")
        # Of a consumer the terms on costs are void: art. 6:96 lid 5 BW.
        claim = self._propose(self.overdue)._hand_over().claim_ids
        self.assertEqual(claim.cost_rule, "scale")
        self.assertEqual(claim.interest_percentage, 12)

    # === WHAT STAYS BEHIND === #

    def test_reasons(self):
        in_payment = self._invoice(self.consumer, 10.0, "2026-03-01", "2026-03-31")
        in_payment.payment_state = "in_payment"
        blocked = self._invoice(self.consumer, 11.0, "2026-03-01", "2026-03-31")
        blocked.action_toggle_block_payment()
        draft = self._invoice(self.consumer, 12.0, "2026-03-01", "2026-03-31")
        draft.button_draft()
        quiet = self._invoice(self.consumer, 13.0, "2026-03-01", "2026-03-31")
        quiet.no_followup = True
        not_due = self._invoice(self.consumer, 14.0, "2026-06-01", "2026-06-30")
        paid = self._invoice(self.consumer, 15.0, "2026-03-01", "2026-03-31")
        self._pay(paid, 15.0)
        refund = self._invoice(
            self.consumer, 16.0, "2026-03-01", "2026-03-31", move_type="out_refund"
        )
        bill = self._invoice(
            self.consumer, 17.0, "2026-03-01", "2026-03-31", move_type="in_invoice"
        )
        nobody = self.env["res.partner"].create({"name": "Onbereikbaar"})
        lost = self._invoice(nobody, 18.0, "2026-03-01", "2026-03-31")
        dollar = self._invoice(
            self.consumer,
            19.0,
            "2026-03-01",
            "2026-03-31",
            currency_id=self.setup_other_currency("USD").id,
        )
        taken = self._invoice(self.business, 20.0, "2026-03-01", "2026-03-31")
        self._propose(taken)._hand_over()
        for moves, reason in (
            (in_payment, "in_payment"),
            (blocked, "disputed"),
            (draft, "draft"),
            (quiet, "no_followup"),
            (not_due, "not_due"),
            (paid, "paid"),
            (refund, "credit_note"),
            (bill, "not_sale"),
            (lost, "unreachable"),
            (dollar, "currency"),
            (taken, "in_dossier"),
        ):
            with self.subTest(reason):
                handover = self._propose(moves)
                self.assertEqual(handover.excluded_ids.mapped("reason"), [reason])
                self.assertEqual(handover.excluded_ids.move_id, moves)
                self.assertFalse(handover.debtor_ids)
                with self.assertRaisesRegex(UserError, "nothing left"):
                    handover._hand_over()

    def test_paid_between_preview_and_confirmation(self):
        handover = self._propose(self.overdue)
        self._pay(self.overdue, 1000.0)
        with self.assertRaisesRegex(UserError, "nothing left"):
            handover._hand_over()

    def test_paid_in_part_between_preview_and_confirmation(self):
        handover = self._propose(self.overdue)
        self._pay(self.overdue, 300.0)
        self.assertEqual(handover._hand_over().principal_open, 700.0)

    def test_debtor_left_out_by_hand(self):
        other = self._invoice(self.business, 300.0, "2026-03-01", "2026-03-31")
        handover = self._propose(self.overdue + other)
        with Form(handover) as form:
            with form.debtor_ids.edit(0) as debtor:
                self.assertEqual(debtor.partner_id, self.consumer)
                debtor.selected = False
            self.assertEqual(form.principal, 300.0)
        self.assertEqual(handover._hand_over().debtor_id, self.business)

    def test_one_company_at_a_time(self):
        other_company = self.setup_other_company()["company"]
        foreign = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": other_company.id,
                "partner_id": self.consumer.id,
            }
        )
        with self.assertRaisesRegex(UserError, "one company"):
            self._propose(self.overdue + foreign)

    # === RIGHTS === #

    def test_handler_hands_over(self):
        user = self._new_user(
            "billing_handler",
            "incasso_nl.group_handler,account.group_account_invoice",
        )
        action = self.overdue.with_user(user).action_incasso_hand_over()
        handover = self.env["incasso.handover"].with_user(user)
        handover = handover.browse(action["res_id"])
        result = handover.action_confirm()
        dossier = self.env["incasso.dossier"].browse(result["res_id"])
        self.assertEqual(dossier.principal_open, 1000.0)
        self.assertEqual(dossier.handler_id, user)

    # === A THOUSAND AT ONCE === #

    def test_queries_do_not_grow_with_the_invoices(self):
        def queries(count):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"Debiteur {index}", "email": f"d{index}@example.com"}
                    for index in range(count)
                ]
            )
            moves = self.env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "company_id": self.company.id,
                        "partner_id": partner.id,
                        "invoice_date": date(2026, 3, 1),
                        "invoice_date_due": date(2026, 3, 31),
                        "invoice_payment_term_id": False,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "name": "Brood",
                                    "price_unit": 100,
                                    "tax_ids": [Command.clear()],
                                }
                            )
                        ],
                    }
                    for partner in partners
                ]
            )
            moves.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            handover = self._propose(moves)
            preview = self.env.cr.sql_log_count
            dossiers = handover._hand_over()
            self.env.flush_all()
            self.assertEqual(len(dossiers), count)
            return preview - before, self.env.cr.sql_log_count - preview

        queries(2)  # fills the caches
        few = queries(10)
        many = queries(90)
        self.assertLessEqual(many[0], few[0] + 5)
        self.assertLessEqual(many[1], few[1] + 10)

    # === PROPOSING === #

    def test_proposed_every_day(self):
        young = self._invoice(self.consumer, 50.0, "2026-05-01", "2026-05-31")
        never = self._invoice(self.consumer, 60.0, "2026-03-01", "2026-03-31")
        never.action_incasso_never_propose()
        self._cron_propose()
        self.assertFalse(self.overdue.incasso_proposal_date)
        self.company.incasso_propose_days = 60
        self._cron_propose()
        self.assertEqual(self.overdue.incasso_proposal_date, date(2026, 6, 30))
        self.assertFalse(young.incasso_proposal_date)
        self.assertFalse(never.incasso_proposal_date)
        self._propose(self.overdue)._hand_over()
        self.assertFalse(self.overdue.incasso_proposal_date)

    def test_proposal_is_dropped_when_paid(self):
        self.company.incasso_propose_days = 60
        self._cron_propose()
        self._pay(self.overdue, 1000.0)
        self._cron_propose()
        self.assertFalse(self.overdue.incasso_proposal_date)

    def test_search(self):
        self._propose(self.overdue)._hand_over()
        other = self._invoice(self.business, 300.0, "2026-03-01", "2026-03-31")
        moves = self.overdue + other
        in_collection = self.env["account.move"].search(
            [("id", "in", moves.ids), ("incasso_in_collection", "=", True)]
        )
        self.assertEqual(in_collection, self.overdue)
        others = self.env["account.move"].search(
            [("id", "in", moves.ids), ("incasso_in_collection", "=", False)]
        )
        self.assertEqual(others, other)

    # === HELPERS === #

    def _cron_propose(self):
        with self.enter_registry_test_mode():
            self.env.ref("incasso_nl.cron_propose").method_direct_trigger()

    def _pay(self, invoice, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {
                "amount": amount,
                "payment_date": date.today() - timedelta(days=1),
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )._create_payments()
