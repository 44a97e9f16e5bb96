from odoo import api, models


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    @api.model
    def _incasso_ideal(self):
        """iDEAL, switched on or not; nothing when somebody deleted it."""
        return (
            self.env.ref("payment.payment_method_ideal", raise_if_not_found=False)
            or self.browse()
        )

    @api.model
    def _incasso_name_ideal(self, label):
        """Show iDEAL under this name, in every language: it is a brand.

        :param str label: such as ``iDEAL | Wero``
        """
        ideal = self._incasso_ideal()
        for code, _name in self.env["res.lang"].get_installed():
            ideal.with_context(lang=code).name = label
