from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _create_payments(self):
        """Override of `account` to see which invoices were chosen before a payment is
        divided over its dossier: those count as named by the debtor."""
        payments = super(
            AccountPaymentRegister, self.with_context(incasso_no_recognition=True)
        )._create_payments()
        payments._incasso_recognise()
        return payments
