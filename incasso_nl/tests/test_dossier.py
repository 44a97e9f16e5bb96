from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30")
class TestDossier(IncassoCommon):
    """Opening a dossier, and what it comes to."""

    def test_opened(self):
        dossier = self._dossier(flow_id=False)
        self.assertRegex(dossier.name, r"^INC/2026/\d{6}$")
        self.assertEqual(len(dossier.payment_reference), 16)
        self.assertEqual(dossier.principal_open, 1000.0)
        self.assertEqual(dossier.balance, 1000.0)
        self.assertIn("opened", dossier.event_ids.mapped("kind"))

    def test_balance_on_a_day(self):
        dossier = self._dossier(flow_id=False)
        # 1000 x 4% x 91 / 365 = 9.97
        balance = dossier._balances(date(2026, 6, 30))[dossier.id]
        self.assertEqual(balance.principal, Decimal("1000.00"))
        self.assertEqual(balance.interest, Decimal("9.97"))
        self.assertEqual(dossier.balance_today, 1009.97)

    def test_costs(self):
        dossier = self._dossier(self.business, flow_id=False)
        dossier._charge_costs(date(2026, 6, 30))
        # 1000 x 15%
        self.assertEqual(dossier.costs_open, 150.0)
        self.assertFalse(dossier._charge_costs(date(2026, 6, 30)))

    def test_hold(self):
        dossier = self._dossier(flow_id=False)
        hold = dossier._hold("manual", "holiday")
        self.assertTrue(dossier.is_held)
        hold._end()
        self.assertFalse(dossier.is_held)

    def test_close(self):
        dossier = self._dossier(flow_id=False)
        dossier._claim_interest(date(2026, 5, 1))
        dossier._close("written_off")
        self.assertEqual(dossier.balance, 0)
        self.assertEqual(dossier.state, "closed")
        self.env.flush_all()
        dossier._reopen("mistake")
        self.assertEqual(dossier.principal_open, 1000)
        self.env.flush_all()

    def test_debt_aid(self):
        dossier = self._dossier(flow_id=False)
        aid = self.env["incasso.debt.aid"].create(
            {"partner_id": self.consumer.id, "kind": "wsnp", "start_date": "2026-05-01"}
        )
        self.assertTrue(dossier.is_held)
        self.assertEqual(dossier.claim_ids.interest_stop_date, date(2026, 5, 1))
        aid._end()
        self.assertFalse(dossier.is_held)
        self.assertFalse(dossier.claim_ids.interest_stop_date)
