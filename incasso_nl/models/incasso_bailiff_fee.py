from odoo import fields, models


class IncassoBailiffFee(models.Model):
    """What an act of the bailiff costs (Btag), without VAT."""

    _name = "incasso.bailiff.fee"
    _description = "Bailiff's Fee"
    _inherit = ["incasso.law.table"]
    _order = "act, valid_from desc"
    _rec_name = "act"

    _law_key = ("act", "valid_from")
    _law_fields = ("known_until", "amount")

    act = fields.Selection(
        selection=[
            ("summons", "Summons"),
            ("service_title", "Service of a judgment"),
            ("notice", "Notice or petition"),
            ("service_other", "Other service"),
            ("seizure_goods", "Seizure of goods"),
            ("garnishment_periodic", "Garnishment of wages"),
            ("garnishment_other", "Garnishment, other"),
        ],
        required=True,
        tracking=True,
    )
    valid_from = fields.Date(required=True, tracking=True)
    known_until = fields.Date(
        help="The last day for which the amount is known to hold.", tracking=True
    )
    amount = fields.Float(digits=(12, 2), aggregator=None, required=True, tracking=True)

    _act_uniq = models.UniqueIndex(
        "(act, valid_from) WHERE active",
        "This act has a fee from that day already.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "A fee is zero or more."
    )
