from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    incasso_registration_number = fields.Char(
        related="company_id.incasso_registration_number", readonly=False
    )
