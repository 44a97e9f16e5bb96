from odoo import fields, models


class IncassoDebtAid(models.Model):
    """Debt aid or insolvency of a person: it stops all that person's dossiers."""

    _name = "incasso.debt.aid"
    _description = "Debt Aid"
    _inherit = ["mail.thread"]
    _order = "start_date desc, id desc"

    partner_id = fields.Many2one(
        string="Debtor", comodel_name="res.partner", required=True, index=True
    )
    kind = fields.Selection(
        selection=[
            ("counselling", "Debt counselling (schuldhulp)"),
            ("moratorium", "Cooling-off period (moratorium)"),
            ("administration", "Administration (bewind)"),
            ("guardianship", "Guardianship (curatele)"),
            ("wsnp", "Debt restructuring (WSNP)"),
            ("bankruptcy", "Bankruptcy"),
        ],
        required=True,
        tracking=True,
    )
    representative_id = fields.Many2one(
        help="The counsellor, administrator or trustee: letters go there.",
        comodel_name="res.partner",
        index="btree_not_null",
        tracking=True,
    )
    reference = fields.Char(help="Register or case number.")
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date(tracking=True)
    clean_slate = fields.Boolean(
        help="The restructuring ended with a clean slate: interest stays stopped "
        "(art. 303 Fw) and what is left cannot be enforced."
    )
    state = fields.Selection(
        selection=[("active", "Active"), ("ended", "Ended")],
        required=True,
        default="active",
        index=True,
        tracking=True,
    )
    hold_ids = fields.One2many(comodel_name="incasso.hold", inverse_name="debt_aid_id")
