from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    incasso_payment_minimum = fields.Monetary(
        related="company_id.incasso_payment_minimum",
        currency_field="currency_id",
        readonly=False,
    )
    incasso_transit_days = fields.Integer(
        related="company_id.incasso_transit_days", readonly=False
    )
    incasso_test_payments = fields.Boolean(
        related="company_id.incasso_test_payments", readonly=False
    )
    incasso_ideal_label = fields.Char(
        string="Name of iDEAL",
        help="How iDEAL is called where people pay, in all companies.",
    )

    def get_values(self):
        """Override of `base` to show the name that iDEAL has."""
        return {
            **super().get_values(),
            "incasso_ideal_label": self.env["payment.method"]._incasso_ideal().name,
        }

    def set_values(self):
        """Override of `base` to give iDEAL its name."""
        result = super().set_values()
        methods = self.env["payment.method"]
        label = (self.incasso_ideal_label or "").strip()
        if label and label != methods._incasso_ideal().name:
            # sudo: whoever may change the settings may change this name, and only it.
            methods.sudo()._incasso_name_ideal(label)
        return result
