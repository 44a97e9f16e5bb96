from odoo import fields, models


class IncassoCourtFee(models.Model):
    """Court fee (griffierecht), by the amount claimed and who claims it."""

    _name = "incasso.court.fee"
    _description = "Court Fee"
    _inherit = ["incasso.law.table"]
    _order = "valid_from desc, court, above"
    _rec_name = "valid_from"

    _law_key = ("court", "valid_from", "above")
    _law_fields = ("known_until", "up_to", "company", "person", "indigent")

    court = fields.Selection(
        selection=[("kanton", "Cantonal court"), ("civil", "Civil court")],
        required=True,
        default="kanton",
        tracking=True,
    )
    valid_from = fields.Date(required=True, tracking=True)
    known_until = fields.Date(
        help="The last day for which the amounts are known to hold.", tracking=True
    )
    above = fields.Float(
        string="Claim Above",
        digits=(12, 2),
        aggregator=None,
        required=True,
        tracking=True,
    )
    up_to = fields.Float(
        help="0: no upper limit.", digits=(12, 2), aggregator=None, tracking=True
    )
    company = fields.Float(
        string="Legal Person",
        digits=(12, 2),
        aggregator=None,
        required=True,
        tracking=True,
    )
    person = fields.Float(
        string="Natural Person",
        digits=(12, 2),
        aggregator=None,
        required=True,
        tracking=True,
    )
    indigent = fields.Float(
        string="Small Means",
        digits=(12, 2),
        aggregator=None,
        required=True,
        tracking=True,
    )

    _band_uniq = models.UniqueIndex(
        "(court, valid_from, above) WHERE active",
        "This band is in the table already.",
    )
    _range = models.Constraint(
        "CHECK (above >= 0 AND (up_to IS NULL OR up_to = 0 OR up_to > above)"
        " AND company >= 0 AND person >= 0 AND indigent >= 0)",
        "Fees are zero or more, and a band ends above its start.",
    )
