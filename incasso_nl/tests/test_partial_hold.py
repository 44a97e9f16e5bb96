from odoo import fields
from odoo.tests import tagged

from .common_messages import TODAY, MessageCommon


@tagged("post_install", "-at_install")
class TestPartialHold(MessageCommon):
    """A debtor disputes one of two invoices: the other one goes on."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(
            self.business, [(100.00, "2026-10-15"), (40.00, "2026-10-20")]
        )
        self.disputed, self.asked = self.dossier.claim_ids.sorted(
            "amount", reverse=True
        )

    def _run_day(self):
        """The daily run, and what it has laid out and sent or posted."""
        self.dossier._run_steps(TODAY)
        message = self.dossier.outbox_ids[:1]
        self.Message._cron_render()
        return message

    def test_the_reminder_asks_for_the_rest_and_goes_out(self):
        self.dossier._hold("dispute", "Niet geleverd", TODAY, claims=self.disputed)
        message = self._run_day()
        self.assertEqual(message.principal, 40.00)
        self.assertEqual(
            [claim["claim_id"] for claim in message.snapshot["claims"]], self.asked.ids
        )
        self.assertEqual(message.state, "rendered", message.failure)
        message._withdraw_stale()
        self.assertEqual(message.state, "rendered")

    def test_written_by_hand_it_asks_for_the_rest_too(self):
        self.dossier._hold("dispute", "Niet geleverd", TODAY, claims=self.disputed)
        message = self._queue(self.dossier, self.reminder)
        self.assertEqual((message.principal, message.amount), (40.00, 40.00))

    def test_paid_in_the_meantime_it_is_withdrawn(self):
        self.dossier._hold("dispute", "Niet geleverd", TODAY, claims=self.disputed)
        message = self._run_day()
        wizard = self.env["incasso.register.receipt"].create(
            {
                "dossier_id": self.dossier.id,
                "date": fields.Date.to_date(TODAY),
                "amount": 40.00,
                "claim_ids": [fields.Command.set(self.asked.ids)],
            }
        )
        wizard.action_register()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.asked.principal_open, 0.00)
        self.assertEqual(self.disputed.principal_open, 100.00)
