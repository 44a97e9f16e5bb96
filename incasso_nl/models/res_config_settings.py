from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    incasso_registration_number = fields.Char(
        related="company_id.incasso_registration_number", readonly=False
    )
    incasso_complaints_email = fields.Char(
        related="company_id.incasso_complaints_email", readonly=False
    )
    incasso_dispute_email = fields.Char(
        related="company_id.incasso_dispute_email", readonly=False
    )
    incasso_complaints_text = fields.Html(
        related="company_id.incasso_complaints_text", readonly=False
    )
    incasso_phone_hours = fields.Char(
        related="company_id.incasso_phone_hours", readonly=False
    )
    incasso_letter_window = fields.Selection(
        related="company_id.incasso_letter_window", readonly=False, required=True
    )
    incasso_complaints_user_id = fields.Many2one(
        related="company_id.incasso_complaints_user_id", readonly=False
    )
    incasso_complaint_days = fields.Integer(
        related="company_id.incasso_complaint_days", readonly=False
    )
    incasso_file_size = fields.Integer(
        related="company_id.incasso_file_size", readonly=False
    )
    incasso_file_count = fields.Integer(
        related="company_id.incasso_file_count", readonly=False
    )
    incasso_propose_days = fields.Integer(
        related="company_id.incasso_propose_days", readonly=False
    )
    incasso_tolerance = fields.Monetary(
        related="company_id.incasso_tolerance",
        readonly=False,
        currency_field="currency_id",
    )
    incasso_match_confidence = fields.Integer(
        related="company_id.incasso_match_confidence", readonly=False
    )
    incasso_privacy_user_id = fields.Many2one(
        related="company_id.incasso_privacy_user_id", readonly=False
    )
    incasso_help_days = fields.Integer(
        related="company_id.incasso_help_days", readonly=False
    )
    incasso_breathing_days = fields.Integer(
        related="company_id.incasso_breathing_days", readonly=False
    )
    incasso_unproven_days = fields.Integer(
        related="company_id.incasso_unproven_days", readonly=False
    )
    incasso_bank_id = fields.Many2one(
        related="company_id.incasso_bank_id",
        readonly=False,
        domain="[('partner_id', '=', company_partner_id)]",
    )
    company_partner_id = fields.Many2one(related="company_id.partner_id")
    incasso_journal_id = fields.Many2one(
        related="company_id.incasso_journal_id", readonly=False
    )
    incasso_costs_account_id = fields.Many2one(
        related="company_id.incasso_costs_account_id", readonly=False
    )
    incasso_interest_account_id = fields.Many2one(
        related="company_id.incasso_interest_account_id", readonly=False
    )
    incasso_writeoff_account_id = fields.Many2one(
        related="company_id.incasso_writeoff_account_id", readonly=False
    )
    incasso_trust_journal_id = fields.Many2one(
        related="company_id.incasso_trust_journal_id", readonly=False
    )
    incasso_trust_account_id = fields.Many2one(
        related="company_id.incasso_trust_account_id", readonly=False
    )
    incasso_trust_suspense_account_id = fields.Many2one(
        related="company_id.incasso_trust_suspense_account_id", readonly=False
    )
    incasso_day_basis = fields.Selection(
        related="company_id.incasso_day_basis", readonly=False, required=True
    )
    incasso_rounding = fields.Selection(
        related="company_id.incasso_rounding", readonly=False, required=True
    )
    incasso_notice_principal_first = fields.Boolean(
        related="company_id.incasso_notice_principal_first", readonly=False
    )
    incasso_notice_atw = fields.Boolean(
        related="company_id.incasso_notice_atw", readonly=False
    )
    incasso_notice_safe_distance = fields.Boolean(
        related="company_id.incasso_notice_safe_distance", readonly=False
    )
    incasso_bank_days = fields.Integer(
        related="company_id.incasso_bank_days", readonly=False
    )
    incasso_instalment_later = fields.Selection(
        related="company_id.incasso_instalment_later", readonly=False, required=True
    )
    incasso_instalment_one_letter = fields.Selection(
        related="company_id.incasso_instalment_one_letter",
        readonly=False,
        required=True,
    )
    incasso_stale_rates = fields.Char(compute="_compute_incasso_status")
    incasso_accounting_missing = fields.Boolean(compute="_compute_incasso_status")
    incasso_holidays_until = fields.Date(
        string="Holidays Filled Until", compute="_compute_incasso_status"
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    def _compute_incasso_status(self):
        stale = self.env["incasso.interest.rate"]._newest().filtered("is_stale")
        for settings in self:
            company = settings.company_id
            settings.incasso_stale_rates = ", ".join(stale.mapped("display_name"))
            settings.incasso_accounting_missing = not all(
                company[name] for name in company._incasso_accounting_fields()
            )
            settings.incasso_holidays_until = company._incasso_holidays_until()

    # === ACTION METHODS === #

    def action_incasso_setup_accounting(self):
        """Make the accounts and journals that the company lacks."""
        self.company_id._incasso_setup_accounting()
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_incasso_fill_holidays(self):
        """Put the Dutch holidays into the company's working hours."""
        self.company_id._incasso_fill_holidays()
        return {"type": "ir.actions.client", "tag": "reload"}
