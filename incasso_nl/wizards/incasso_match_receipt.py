from odoo import api, fields, models


class IncassoMatchReceipt(models.TransientModel):
    _name = "incasso.match.receipt"
    _description = "Choose the Dossier of a Receipt"

    receipt_id = fields.Many2one(
        comodel_name="incasso.receipt", required=True, readonly=True
    )
    company_id = fields.Many2one(related="receipt_id.company_id")
    currency_id = fields.Many2one(related="receipt_id.currency_id")
    date = fields.Date(related="receipt_id.date")
    amount = fields.Monetary(related="receipt_id.amount")
    memo = fields.Char(related="receipt_id.memo")
    partner_name = fields.Char(related="receipt_id.partner_name")
    account_number = fields.Char(related="receipt_id.account_number")
    match_reason = fields.Char(related="receipt_id.match_reason")
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier",
        required=True,
        domain="[('company_id', '=', company_id)]",
        compute="_compute_dossier_id",
        store=True,
        readonly=False,
    )
    debtor_id = fields.Many2one(related="dossier_id.debtor_id")
    balance = fields.Monetary(
        string="Balance on the Value Date", compute="_compute_balance"
    )
    claim_ids = fields.Many2many(
        string="Meant For",
        help="Claims that the debtor named: these are paid first (art. 6:43 lid 1 BW).",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id)]",
        compute="_compute_claim_ids",
        store=True,
        readonly=False,
    )

    # === COMPUTE METHODS === #

    @api.depends("receipt_id")
    def _compute_dossier_id(self):
        for wizard in self:
            wizard.dossier_id = wizard.receipt_id.dossier_id

    @api.depends("dossier_id", "receipt_id")
    def _compute_claim_ids(self):
        for wizard in self:
            wizard.claim_ids = wizard.receipt_id.claim_ids.filtered(
                lambda claim, wizard=wizard: claim.dossier_id == wizard.dossier_id
            )

    @api.depends("dossier_id", "date")
    def _compute_balance(self):
        for wizard in self:
            balances = wizard.dossier_id._balances(wizard.date)
            found = balances.get(wizard.dossier_id.id)
            wizard.balance = float(found.due) if found else 0.0

    # === ACTION METHODS === #

    def action_match(self):
        """Allocate the receipt to this dossier."""
        self.ensure_one()
        receipt = self.receipt_id
        if receipt.dossier_id != self.dossier_id:
            receipt.match_reason = self.env._("Chosen by %s.", self.env.user.name)
        receipt.write(
            {
                "dossier_id": self.dossier_id.id,
                "claim_ids": [fields.Command.set(self.claim_ids.ids)],
            }
        )
        receipt.action_confirm()
        return {"type": "ir.actions.act_window_close"}
