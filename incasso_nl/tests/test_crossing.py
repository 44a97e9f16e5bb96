from odoo.tests import tagged

from .common_messages import TODAY, MessageCommon


@tagged("post_install", "-at_install")
class TestCrossing(MessageCommon):
    """A payment and a demand with costs cross."""

    def setUp(self):
        super().setUp()
        # A business, 1,000.00 due on 18 October: 30 days at 10.40% on 17 November.
        self.dossier = self._dossier(self.business, [(1000.00, "2026-10-18")])
        step = self.env.ref("incasso_nl.flow_step_own_business_demand")
        self.dossier._change_flow(step, TODAY, "Nu aanmanen")
        self.dossier._run_steps(TODAY)
        self.demand = self.dossier.outbox_ids
        self.assertEqual(self.demand.kind, "demand")

    def _pay(self, amount):
        self.env["incasso.register.receipt"].create(
            {"dossier_id": self.dossier.id, "date": TODAY, "amount": amount}
        ).action_register()

    def _costs(self):
        return sum(
            self.dossier.entry_ids.filtered(
                lambda entry: entry.component == "costs"
            ).mapped("amount")
        )

    def test_paid_before_the_demand_goes_out(self):
        # 15% of 1,000
        self.assertEqual(self.dossier.costs_open, 150.00)
        self._pay(1000.00)
        self.assertEqual(self.demand.state, "cancelled")
        self.assertEqual(self._costs(), 0.00)
        self.assertFalse(self.dossier.claim_ids.costs_date)
        self.assertEqual(self.dossier.state, "closed")
        self.assertEqual(self.dossier.close_reason, "paid")
        self.assertEqual(self.dossier.receipt_ids.principal, 1000.00)

    def test_paid_in_part_before_the_demand_goes_out(self):
        self._pay(400.00)
        self.assertEqual(self.dossier.principal_open, 600.00)
        self.assertEqual(self._costs(), 0.00)
        self.dossier._run_steps(TODAY)
        # The demand is made again: 15% of the 600 that are left
        self.assertEqual(self.dossier.costs_open, 90.00)
        demand = self.dossier.outbox_ids.filtered(lambda m: m.state == "queued")
        self.assertEqual((demand.principal, demand.costs), (600.00, 90.00))

    def test_paid_after_the_demand_went_out(self):
        self.Message._cron_render()
        self.demand._mark_sent()
        self._pay(1000.00)
        receipt = self.dossier.receipt_ids
        # 1000 x 10.40% x 30 / 365 = 8.55
        self.assertEqual(
            (receipt.costs, receipt.interest, receipt.principal), (150.00, 8.55, 841.45)
        )
        self.assertEqual(self.dossier.principal_open, 158.55)

    def test_held_before_the_demand_goes_out(self):
        hold = self.dossier._hold("dispute", "Niet geleverd", TODAY)
        self.assertEqual(self.demand.state, "cancelled")
        self.assertEqual(self._costs(), 0.00)
        hold._end(TODAY)
        self.dossier._run_steps(TODAY)
        self.assertEqual(self.dossier.costs_open, 150.00)
