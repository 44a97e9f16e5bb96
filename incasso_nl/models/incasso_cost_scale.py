from odoo import fields, models


class IncassoCostScale(models.Model):
    """The scale of collection costs: a percentage of each slice of the principal."""

    _name = "incasso.cost.scale"
    _description = "Scale of Collection Costs"
    _inherit = ["incasso.law.table"]
    _order = "valid_from desc, above"
    _rec_name = "valid_from"

    _law_key = ("valid_from", "above")
    _law_fields = ("percentage",)

    valid_from = fields.Date(required=True, tracking=True)
    above = fields.Float(
        string="Principal Above",
        help="In euro.",
        digits=(12, 2),
        aggregator=None,
        required=True,
        tracking=True,
    )
    percentage = fields.Float(
        string="Costs (%)", digits=(6, 3), aggregator=None, required=True, tracking=True
    )

    _slice_uniq = models.UniqueIndex(
        "(valid_from, above) WHERE active", "This slice is in the scale already."
    )
    _range = models.Constraint(
        "CHECK (above >= 0 AND percentage BETWEEN 0 AND 100)",
        "A slice starts at zero euro or more, with a percentage from 0 to 100.",
    )
