from odoo import fields, models

from ..models.incasso_dossier import DEBTOR_TYPES


class IncassoHandoverDebtor(models.TransientModel):
    _name = "incasso.handover.debtor"
    _description = "Debtor to Hand Over"
    _order = "principal desc, id"

    handover_id = fields.Many2one(
        comodel_name="incasso.handover", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="handover_id.currency_id")
    selected = fields.Boolean(string="Hand Over", default=True)
    partner_id = fields.Many2one(
        string="Debtor", comodel_name="res.partner", required=True, readonly=True
    )
    debtor_type = fields.Selection(selection=DEBTOR_TYPES, required=True, readonly=True)
    dossier_id = fields.Many2one(
        string="Added To",
        help="The running dossier that these invoices join. Empty: a new one.",
        comodel_name="incasso.dossier",
        readonly=True,
    )
    flow_id = fields.Many2one(
        help="What happens to the new dossier, step by step.",
        comodel_name="incasso.flow",
        domain="[('state', '=', 'active'), ('party', '=', 'own'),"
        " ('debtor_type', '=', debtor_type)]",
    )
    invoice_count = fields.Integer(string="Invoices", readonly=True)
    principal = fields.Monetary(readonly=True)
    interest = fields.Monetary(
        help="Interest up to today, which may be asked besides.", readonly=True
    )
    costs = fields.Monetary(
        help="Collection costs: a business owes them now, a consumer when the notice "
        "of costs has run out unpaid.",
        readonly=True,
    )
    line_ids = fields.One2many(
        string="Items", comodel_name="incasso.handover.line", inverse_name="debtor_id"
    )

    # === BUSINESS METHODS === #

    def _first_phase(self):
        """The phase in which a new dossier starts: that of the flow's first step."""
        first = self.flow_id.step_ids.sorted("sequence")[:1]
        reminds = first.template_id.kind == "reminder"
        return "reminder" if reminds else "amicable"
