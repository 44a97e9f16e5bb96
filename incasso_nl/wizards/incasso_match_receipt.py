from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.incasso_law import law_amount
from ..models.incasso_matching import Share


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

    is_divided = fields.Boolean(
        string="For Several Dossiers",
        compute="_compute_shares",
        store=True,
        readonly=False,
    )
    share_ids = fields.One2many(
        string="Parts",
        comodel_name="incasso.match.share",
        inverse_name="wizard_id",
        compute="_compute_shares",
        store=True,
        readonly=False,
    )
    left = fields.Monetary(string="Left to Divide", compute="_compute_left")

    # === COMPUTE METHODS === #

    @api.depends("receipt_id")
    def _compute_shares(self):
        for wizard in self:
            division = wizard.receipt_id.division or []
            wizard.is_divided = bool(division)
            wizard.share_ids = [Command.clear()] + [
                Command.create(
                    {
                        "dossier_id": dossier_id,
                        "amount": float(amount),
                        "claim_ids": [Command.set(claim_ids)],
                    }
                )
                for dossier_id, amount, claim_ids in division
            ]

    @api.depends("amount", "share_ids.amount")
    def _compute_left(self):
        for wizard in self:
            wizard.left = wizard.amount - sum(wizard.share_ids.mapped("amount"))

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
        """Allocate the receipt to this dossier, or divide it over several.

        :raise UserError: the parts are not the whole, or are for one dossier twice
        """
        self.ensure_one()
        receipt = self.receipt_id
        values = {
            "dossier_id": self.dossier_id.id,
            "claim_ids": [Command.set(self.claim_ids.ids)],
            "division": False,
        }
        if self.is_divided:
            values = self._prepare_division()
        if (
            receipt.dossier_id.id != values["dossier_id"]
            or (receipt.division or False) != values["division"]
        ):
            receipt.match_reason = self.env._("Chosen by %s.", self.env.user.name)
        receipt.write(values)
        receipt.action_confirm()
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _prepare_division(self):
        """Values of the receipt for what was divided here.

        :raise UserError: as in `action_match`
        """
        shares = self.share_ids
        if any(
            self.currency_id.compare_amounts(share.amount, 0) <= 0 for share in shares
        ) or not self.currency_id.is_zero(self.left):
            raise UserError(
                self.env._(
                    "Divide all of it: %s is left, and each part is more than zero.",
                    self.currency_id.format(self.left),
                )
            )
        if len(shares.dossier_id) != len(shares):
            raise UserError(self.env._("Each dossier gets one part."))
        return {
            "dossier_id": shares[0].dossier_id.id,
            "claim_ids": [Command.set(shares[0].claim_ids.ids)],
            "division": len(shares) > 1
            and [
                Share(
                    share.dossier_id.id,
                    law_amount(share.amount),
                    share.claim_ids.ids,
                ).as_json()
                for share in shares
            ],
        }
