from odoo import api, fields, models


class IncassoMatchShare(models.TransientModel):
    """What one dossier gets of money for several."""

    _name = "incasso.match.share"
    _description = "Part of a Receipt for Several Dossiers"

    wizard_id = fields.Many2one(
        comodel_name="incasso.match.receipt", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier",
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    debtor_id = fields.Many2one(related="dossier_id.debtor_id")
    balance = fields.Monetary(
        string="Balance on the Value Date", compute="_compute_balance"
    )
    amount = fields.Monetary(required=True)
    claim_ids = fields.Many2many(
        string="Meant For",
        help="Claims that the debtor named: these are paid first (art. 6:43 lid 1 BW).",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id)]",
    )

    # === COMPUTE METHODS === #

    @api.depends("dossier_id", "wizard_id.date")
    def _compute_balance(self):
        for day, shares in self.grouped(lambda share: share.wizard_id.date).items():
            balances = shares.dossier_id._balances(day) if day else {}
            for share in shares:
                found = balances.get(share.dossier_id.id)
                share.balance = float(found.due) if found else 0.0
