from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IncassoInterruption(models.Model):
    """Something outside the outbox that interrupted the limitation of claims (stuiting,
    art. 3:316 to 3:319 BW): the creditor's own letter, a debtor who acknowledges."""

    _name = "incasso.interruption"
    _description = "Interruption of Limitation"
    _order = "date desc, id desc"
    _check_company_auto = True

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, index=True, precompute=True
    )
    claim_ids = fields.Many2many(
        string="Only for",
        help="Empty: all claims of the dossier.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id)]",
    )
    date = fields.Date(
        help="The day on which a letter reached the debtor, or the debtor "
        "acknowledged.",
        required=True,
        default=fields.Date.context_today,
    )
    kind = fields.Selection(
        selection=[
            ("letter", "Written demand (3:317 BW)"),
            ("acknowledgement", "Acknowledged by the debtor (3:318 BW)"),
            ("action", "Legal action (3:316 BW)"),
        ],
        required=True,
        default="letter",
    )
    note = fields.Char(string="Evidence", help="Where the proof is kept.")

    # === CONSTRAINT METHODS === #

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for interruption in self:
            if interruption.date > today:
                raise ValidationError(
                    self.env._("An interruption lies in the past, not in the future.")
                )
