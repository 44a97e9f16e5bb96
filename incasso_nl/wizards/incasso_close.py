from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.incasso_dossier import CLOSE_REASONS, CLOSE_RELEASED, CLOSE_SETTLED


class IncassoClose(models.TransientModel):
    """Close dossiers: first what is left and what becomes of it."""

    _name = "incasso.close"
    _description = "Close Dossiers"

    dossier_ids = fields.Many2many(
        string="Dossiers", comodel_name="incasso.dossier", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="dossier_ids.currency_id")
    reason = fields.Selection(selection=CLOSE_REASONS, required=True)
    date = fields.Date(required=True, default=fields.Date.context_today, readonly=True)
    write_off = fields.Boolean(
        string="Write Off the Principal",
        help="The principal that is left is booked as irrecoverable. Without this the "
        "invoices stay open, out of collection.",
        compute="_compute_write_off",
        store=True,
        readonly=False,
    )
    is_settled = fields.Boolean(compute="_compute_is_settled")
    principal = fields.Monetary(compute="_compute_left")
    interest = fields.Monetary(compute="_compute_left")
    costs = fields.Monetary(compute="_compute_left")
    total = fields.Monetary(string="Still Owed", compute="_compute_left")

    # === COMPUTE METHODS === #

    @api.depends("reason")
    def _compute_write_off(self):
        for wizard in self:
            wizard.write_off = wizard.reason and wizard.reason not in CLOSE_RELEASED

    @api.depends("reason")
    def _compute_is_settled(self):
        for wizard in self:
            wizard.is_settled = wizard.reason in CLOSE_SETTLED

    @api.depends("dossier_ids", "date")
    def _compute_left(self):
        for wizard in self:
            balances = wizard.dossier_ids._origin._balances(wizard.date).values()
            wizard.principal = float(sum(balance.principal for balance in balances))
            wizard.interest = float(
                sum(b.interest for b in balances if b.interest_claimed)
            )
            wizard.costs = float(sum(balance.costs for balance in balances))
            wizard.total = float(sum(balance.due for balance in balances))

    # === ACTION METHODS === #

    def action_close(self):
        """Close the dossiers.

        :raise UserError: for `paid` and `credited` too much is left
        """
        self.ensure_one()
        running = self.dossier_ids.filtered(lambda dossier: dossier.state == "open")
        if not running:
            raise UserError(self.env._("These dossiers are closed already."))
        if self.write_off and not self.is_settled and self.principal:
            self._check_may_write_off()
        running._close(self.reason, self.date, self.write_off)
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _check_may_write_off(self):
        """Giving up money takes more than a handler.

        :raise UserError: the user is neither finance nor team lead
        """
        user = self.env.user
        if not (
            self.env.su
            or user.has_group("incasso_nl.group_finance")
            or user.has_group("incasso_nl.group_team_lead")
        ):
            raise UserError(
                self.env._(
                    "Writing off the principal is for finance or a team lead: ask one "
                    "of them to close this dossier, or close it without writing off."
                )
            )
