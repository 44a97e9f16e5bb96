from odoo import api, fields, models
from odoo.exceptions import UserError


class IncassoChangeFlow(models.TransientModel):
    """Put dossiers on another flow, or on another step of the one they are on."""

    _name = "incasso.change.flow"
    _description = "Change Flow"

    dossier_ids = fields.Many2many(
        comodel_name="incasso.dossier",
        required=True,
        default=lambda self: self._default_dossier_ids(),
    )
    flow_id = fields.Many2one(
        comodel_name="incasso.flow",
        domain="[('state', '=', 'active'), ('debtor_type', '=', debtor_type)]",
        compute="_compute_flow_id",
        store=True,
        readonly=False,
    )
    debtor_type = fields.Char(compute="_compute_debtor_type")
    step_id = fields.Many2one(
        string="Next Step",
        comodel_name="incasso.flow.step",
        domain="[('flow_id', '=', flow_id)]",
        compute="_compute_step_id",
        store=True,
        readonly=False,
    )
    date = fields.Date(string="On", required=True, default=fields.Date.context_today)
    reason = fields.Char(required=True)

    # === DEFAULTS === #

    def _default_dossier_ids(self):
        if self.env.context.get("active_model") == "incasso.dossier":
            return self.env.context.get("active_ids")
        return False

    # === COMPUTE METHODS === #

    @api.depends("dossier_ids")
    def _compute_debtor_type(self):
        for wizard in self:
            types = set(wizard.dossier_ids.mapped("debtor_type"))
            wizard.debtor_type = types.pop() if len(types) == 1 else False

    @api.depends("dossier_ids")
    def _compute_flow_id(self):
        for wizard in self:
            flows = wizard.dossier_ids.flow_id
            wizard.flow_id = flows if len(flows) == 1 else False

    @api.depends("flow_id")
    def _compute_step_id(self):
        for wizard in self:
            following = wizard.dossier_ids.next_step_id
            if len(following) != 1 or following.flow_id != wizard.flow_id:
                following = wizard.flow_id._steps()[:1]
            wizard.step_id = following

    # === ACTION METHODS === #

    def action_confirm(self):
        """Make the chosen step the next one, with the reason on the time line.

        :raise UserError: the flow is for another type of debtor
        """
        self.ensure_one()
        self.dossier_ids.check_access("write")
        dossiers = self.dossier_ids.filtered(lambda dossier: dossier.state == "open")
        if set(dossiers.mapped("debtor_type")) - {self.flow_id.debtor_type}:
            raise UserError(
                self.env._(
                    "“%s” is for another type of debtor, who owes costs and interest "
                    "by other rules.",
                    self.flow_id.name,
                )
            )
        dossiers._change_flow(self.step_id, self.date, self.reason)
