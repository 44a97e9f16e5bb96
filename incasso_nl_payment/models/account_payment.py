from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _incasso_transaction_once = models.UniqueIndex(
        "(payment_transaction_id) WHERE payment_transaction_id IS NOT NULL"
        " AND incasso_dossier_id IS NOT NULL",
        "This online payment is in the books already.",
    )

    # === BUSINESS METHODS === #

    def _prepare_incasso_receipt(self, dossier_id, confidence, reason, claim_ids=()):
        """Override of `incasso_nl`: an online payment counts from the day it was made,
        and pays first what the debtor chose (art. 6:43 lid 1 BW)."""
        values = super()._prepare_incasso_receipt(
            dossier_id, confidence, reason, claim_ids
        )
        transaction = self.payment_transaction_id
        is_own = transaction.incasso_dossier_id.id == dossier_id
        method = transaction.payment_method_id.name
        # sudo: who books a payment need not see providers; only if it was a test.
        if transaction.sudo().provider_id.incasso_is_test:
            values["match_reason"] = self.env._(
                "Test payment online, no real money: %s.", method
            )
        elif is_own:
            values["match_reason"] = self.env._("Paid online: %s.", method)
        if not is_own:
            return values
        return values | {
            "date": transaction._incasso_value_date(),
            "claim_ids": [fields.Command.set(transaction.incasso_claim_ids.ids)],
        }
