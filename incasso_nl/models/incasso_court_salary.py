from odoo import fields, models


class IncassoCourtSalary(models.Model):
    """Salary of the representative that the loser pays (liquidatietarief kanton)."""

    _name = "incasso.court.salary"
    _description = "Salary of the Representative"
    _inherit = ["incasso.law.table"]
    _order = "valid_from desc, above"
    _rec_name = "valid_from"

    _law_key = ("valid_from", "above")
    _law_fields = ("known_until", "up_to", "per_point", "max_points")

    valid_from = fields.Date(required=True, tracking=True)
    known_until = fields.Date(
        help="The last day for which the amounts are known to hold.", tracking=True
    )
    above = fields.Float(
        string="Total Above",
        digits=(12, 2),
        aggregator=None,
        required=True,
        tracking=True,
    )
    up_to = fields.Float(
        help="0: no upper limit.", digits=(12, 2), aggregator=None, tracking=True
    )
    per_point = fields.Float(
        digits=(12, 2), aggregator=None, required=True, tracking=True
    )
    max_points = fields.Float(
        string="Most Points",
        digits=(4, 1),
        aggregator=None,
        required=True,
        tracking=True,
    )

    _band_uniq = models.UniqueIndex(
        "(valid_from, above) WHERE active", "This band is in the table already."
    )
    _range = models.Constraint(
        "CHECK (above >= 0 AND (up_to IS NULL OR up_to = 0 OR up_to > above)"
        " AND per_point >= 0 AND max_points > 0)",
        "Amounts are zero or more, and a band ends above its start.",
    )
