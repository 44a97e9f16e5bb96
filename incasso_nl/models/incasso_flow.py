from odoo import fields, models

from .incasso_dossier import DEBTOR_TYPES


class IncassoFlow(models.Model):
    _name = "incasso.flow"
    _description = "Collection Flow"
    _order = "sequence, name, version desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    version = fields.Integer(readonly=True, default=1, copy=False)
    state = fields.Selection(
        help="Only an active flow is given to new dossiers. Editing an active flow "
        "makes a new version; running dossiers stay on theirs.",
        selection=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
        required=True,
        default="draft",
        copy=False,
    )
    previous_version_id = fields.Many2one(
        comodel_name="incasso.flow", readonly=True, copy=False, index="btree_not_null"
    )
    company_id = fields.Many2one(comodel_name="res.company", index="btree_not_null")
    party = fields.Selection(
        string="For",
        selection=[("own", "Own invoices"), ("third_party", "Another creditor")],
        required=True,
        default="own",
    )
    debtor_type = fields.Selection(selection=DEBTOR_TYPES, required=True)
    step_ids = fields.One2many(
        comodel_name="incasso.flow.step", inverse_name="flow_id", copy=True
    )
    dossier_count = fields.Integer(compute="_compute_dossier_count")
    ladder = fields.Html(
        help="The steps as a picture of the ladder.",
        compute="_compute_ladder",
        sanitize=False,
    )
