from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
# A Tuesday: on a Sunday nobody is written to. Time goes on, for the browser's sake.
@freeze_time("2026-11-17 10:00:00", tick=True)
class TestTours(IncassoCommon, HttpCase):
    def test_from_overdue_invoice_to_closed_dossier(self):
        """A manager sends an invoice to collection, looks at what is owed and why, has
        the reminder made, and registers the payment that crosses it."""
        invoice = self._invoice(self.consumer, 1000.00, "2026-09-15", "2026-10-15")
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}",
            "incasso_collect",
            login=self.manager.login,
        )
        dossier = invoice.incasso_dossier_id
        self.assertEqual((dossier.state, dossier.close_reason), ("closed", "paid"))
        self.assertEqual(dossier.balance, 0.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        receipt = dossier.receipt_ids
        self.assertEqual(
            (receipt.principal, receipt.interest, receipt.costs, receipt.surplus),
            (1000.00, 0.0, 0.0, 0.0),
        )
        reminder = dossier.outbox_ids.filtered(lambda m: m.kind == "reminder")
        self.assertEqual(reminder.state, "cancelled", "The payment crossed it.")
        # Who was never asked is not thanked either.
        self.assertFalse(dossier.outbox_ids - reminder)
