from odoo.tests import tagged

from odoo.addons.incasso_nl.tests.common import IncassoCommon


@tagged("post_install", "-at_install")
class TestPaymentTransaction(IncassoCommon):
    def test_reference_is_that_of_the_dossier(self):
        dossier = self._dossier()
        self.assertEqual(len(dossier.payment_reference), 16)
        transaction = self.env["payment.transaction"]
        reference = transaction._compute_reference(
            "none", incasso_dossier_id=dossier.id
        )
        self.assertTrue(reference.startswith(dossier.payment_reference))
        other = transaction._compute_reference("none", prefix="S0001")
        self.assertEqual(other, "S0001")
