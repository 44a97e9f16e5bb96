from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.incasso_hold import HOLD_KINDS

# What the system sets by itself: debt aid is recorded with the person, and stops all
# dossiers of that person.
BY_PERSON = ("debt_aid", "bankruptcy")


class IncassoSetHold(models.TransientModel):
    """Stop the flow of one dossier, or of many."""

    _name = "incasso.set.hold"
    _description = "Hold Dossiers"

    dossier_ids = fields.Many2many(
        string="Dossiers", comodel_name="incasso.dossier", required=True, readonly=True
    )
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", compute="_compute_dossier_id"
    )
    kind = fields.Selection(
        selection=[item for item in HOLD_KINDS if item[0] not in BY_PERSON],
        required=True,
        default="dispute",
    )
    reason = fields.Char(help="In a few words, for whoever opens the dossier.")
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date(
        string="Last Day", help="Empty: until somebody ends the hold."
    )
    claim_ids = fields.Many2many(
        string="Only for",
        help="Empty: the whole dossier stands still. Otherwise only these claims; the "
        "rest goes on without them.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id), ('state', '=', 'open')]",
    )
    no_interest = fields.Boolean(
        string="No Interest Meanwhile",
        help="No interest runs during this hold, such as an arrangement that a "
        "consumer keeps.",
        compute="_compute_no_interest",
        store=True,
        readonly=False,
    )

    # === COMPUTE METHODS === #

    @api.depends("dossier_ids")
    def _compute_dossier_id(self):
        for wizard in self:
            one = len(wizard.dossier_ids) == 1
            wizard.dossier_id = wizard.dossier_ids if one else False

    @api.depends("kind", "dossier_ids")
    def _compute_no_interest(self):
        for wizard in self:
            wizard.no_interest = wizard.kind == "arrangement" and all(
                dossier.debtor_type == "consumer" for dossier in wizard.dossier_ids
            )

    # === ACTION METHODS === #

    def action_hold(self):
        """Set the hold.

        :raise UserError: all these dossiers are closed
        """
        self.ensure_one()
        running = self.dossier_ids.filtered(lambda dossier: dossier.state == "open")
        if not running:
            raise UserError(self.env._("A closed dossier cannot be held."))
        running._hold(
            self.kind,
            self.reason,
            self.start_date,
            self.end_date,
            self.claim_ids,
            no_interest=self.no_interest,
        )
        return {"type": "ir.actions.act_window_close"}
