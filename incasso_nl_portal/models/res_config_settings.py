from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    incasso_link_days = fields.Integer(
        related="company_id.incasso_link_days", readonly=False
    )
    incasso_link_sure_days = fields.Integer(
        related="company_id.incasso_link_sure_days", readonly=False
    )
