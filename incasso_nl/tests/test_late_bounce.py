from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common_receipt import ReceiptCommon
from .test_run import DAY_AFTER, DUE, RunCommon


@tagged("post_install", "-at_install")
class TestLateBounce(RunCommon, ReceiptCommon):
    """The notice of costs comes back when costs were already charged on it: who did not
    get it owes no costs (art. 6:96 lid 6 and 3:37 lid 3 BW)."""

    def setUp(self):
        super().setUp()
        self._prepare()

    def _prepare(self):
        self.dossier = self._dossier(
            debtor=self.consumer,
            claims=[self._claim(1000.00, DUE, debtor=self.consumer)],
        )
        self.notice_step = self._step("own_consumer_notice")
        self._due(self.dossier, self.notice_step, DAY_AFTER)
        self.dossier._run_steps(DAY_AFTER)
        self.notice = self.dossier.outbox_ids
        self._send(self.notice, str(DAY_AFTER))
        self.day = self.dossier.claim_ids.costs_due_from
        with freeze_time(self.day):
            self.dossier._run_steps(self.day)
        self.demand = self.dossier.outbox_ids - self.notice
        # 15% of 1,000.00
        self.assertOpen(self.dossier, 150.00, 0.00, 1000.00)

    def assertNoCosts(self):
        claim = self.dossier.claim_ids
        self.assertFalse(claim.notice_id)
        self.assertFalse(claim.costs_due_from)
        self.assertFalse(claim.costs_date)
        self.assertEqual(self.dossier.costs_open, 0.00)
        self.assertEqual(self._income(), (0.00, 0.00))
        later = self.day + timedelta(days=30)
        costs = self.dossier._claimable_costs(
            self.dossier._balances(later), later, due_only=True, held=True
        )[self.dossier.id]
        self.assertEqual((costs.due, costs.reason), (0, "no_notice"))
        self.assertIn(
            "Costs without a notice", self.dossier.activity_ids.mapped("summary")
        )

    def _demand_goes_out(self):
        with freeze_time(self.day):
            self._send(self.demand, str(self.day))

    def _pay(self, amount):
        """Money of the day after the demand."""
        day = self.day + timedelta(days=1)
        with freeze_time(day):
            return self._receive(self.dossier, amount, day)

    def _bounce(self, day):
        with freeze_time(day):
            self.notice._mark_bounced("550 no such user")
        self.env.invalidate_all()

    def test_after_the_demand(self):
        """The demand asked for 150.00 costs and has gone out: they are taken back, and
        the flow gives a new notice by post before it asks for any again."""
        self._demand_goes_out()
        day = self.day + timedelta(days=2)
        self._bounce(day)
        self.assertNoCosts()
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)
        self.assertEqual(self.dossier.next_step_id, self.notice_step)
        day = self.dossier.next_action_date
        with freeze_time(day):
            self.dossier._run_steps(day)
            again = self.dossier.outbox_ids.filtered(lambda m: m.state == "queued")
            self.assertEqual((again.kind, again.channel), ("notice", "post"))
            self._send(again, str(day))
        self.assertEqual(self.dossier.claim_ids.notice_id, again)
        day = self.dossier.claim_ids.costs_due_from
        with freeze_time(day):
            self.dossier._run_steps(day)
        self.assertOpen(self.dossier, 150.00, 0.00, 1000.00)

    def test_before_the_demand_went_out(self):
        """What still asks for the costs does not go out."""
        self.assertEqual(self.demand.state, "queued")
        self._bounce(self.day)
        self.assertEqual(self.demand.state, "cancelled")
        self.assertOpen(self.dossier, 0.00, 0.00, 1000.00)
        self.assertEqual(self.dossier.next_step_id, self.notice_step)
        self.assertFalse(self.dossier.claim_ids.costs_date)

    def test_a_part_was_paid(self):
        """200.00 had paid 150.00 costs: all of it pays the principal now."""
        self._demand_goes_out()
        receipt = self._pay(200.00)
        self.assertPaid(receipt, 150.00, 0.00, 50.00)
        self._bounce(self.day + timedelta(days=2))
        self.assertPaid(receipt, 0.00, 0.00, 200.00)
        self.assertOpen(self.dossier, 0.00, 0.00, 800.00)
        self.assertNoCosts()

    def test_all_was_paid(self):
        """1,150.00 had closed it: it stays closed, 150.00 is to be refunded."""
        self._demand_goes_out()
        receipt = self._pay(1150.00)
        self.assertPaid(receipt, 150.00, 0.00, 1000.00)
        self._bounce(self.day + timedelta(days=2))
        self.assertPaid(receipt, 0.00, 0.00, 1000.00, surplus=150.00)
        self.assertRecordValues(
            self.dossier, [{"state": "closed", "close_reason": "paid"}]
        )
        self.assertEqual(self.dossier.surplus, 150.00)
        self.assertEqual(self._income(), (0.00, 0.00))
        self.assertIn(
            "Costs without a notice", self.dossier.activity_ids.mapped("summary")
        )

    def test_only_the_costs_were_left(self):
        """1,000.00 came in, of which 150.00 for costs: without those it is paid."""
        self._demand_goes_out()
        self._pay(1000.00)
        self.assertOpen(self.dossier, 0.00, 0.00, 150.00)
        self._bounce(self.day + timedelta(days=2))
        self.assertOpen(self.dossier, 0.00, 0.00, 0.00)
        self.assertEqual(self.dossier.close_reason, "paid")

    def test_letter_that_the_handler_scans(self):
        """By post, and by who may book nothing: the ledger follows all the same."""
        self.consumer.incasso_email_unreachable = True
        self._prepare()
        notice = self.notice
        self.assertEqual(notice.channel, "post")
        self._demand_goes_out()
        self._pay(200.00)
        with freeze_time(self.day + timedelta(days=5)):
            notice.with_user(self.handler)._mark_returned("Moved")
        self.env.invalidate_all()
        self.assertOpen(self.dossier, 0.00, 0.00, 800.00)
        self.assertNoCosts()

    def test_costs_of_another_notice_stand(self):
        """A second invoice had a notice of its own that did arrive: what that announced
        stands.

        15% of 1,000.00 is 150.00; over 1,200.00 together 180.00.
        """
        self._demand_goes_out()
        second = self._add_claim(self.dossier, 200.00, "2026-04-10")
        second.interest_kind = "none"
        self._due(self.dossier, self.notice_step, self.day)
        with freeze_time(self.day):
            self.dossier._run_steps(self.day)
            other = self.dossier.outbox_ids.filtered(lambda m: m.state == "queued")
            self._send(other, str(self.day))
        self.assertEqual(second.notice_id, other)
        day = second.costs_due_from
        with freeze_time(day):
            self.dossier._charge_costs(day)
        self.assertOpen(self.dossier, 180.00, 0.00, 1200.00)
        self._bounce(day + timedelta(days=1))
        # No more than that notice announced: 180.00 less the 150.00 of the first.
        self.assertOpen(self.dossier, 30.00, 0.00, 1200.00)
        self.assertEqual(self.dossier.claim_ids.notice_id, other)
