from odoo import api, fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    incasso_dossier_id = fields.Many2one(
        string="Dossier",
        help="The collection dossier that this transaction pays.",
        comodel_name="incasso.dossier",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        """Override of `payment` to start with the payment reference of the dossier.

        The bank shows it to the debtor, and a bank line with it is recognised.
        """
        # `payment` calls this in sudo: whoever pays has no rights on the dossier.
        dossier = self.env["incasso.dossier"].browse(values.get("incasso_dossier_id"))
        return dossier.exists().payment_reference or super()._compute_reference_prefix(
            separator, **values
        )
