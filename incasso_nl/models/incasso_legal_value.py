from odoo import api, fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# What the numbers are called, by the code under which the law engine knows them.
NAMES = {
    "costs_minimum": _lt("Collection costs: minimum"),
    "costs_maximum": _lt("Collection costs: maximum"),
    "trade_costs_minimum": _lt("Collection costs: minimum in trade"),
    "vat_general": _lt("VAT: general rate"),
    "instalment_below": _lt("Recurring instalments: lower costs below"),
    "instalment_first": _lt("Recurring instalments: costs of the first"),
    "instalment_next": _lt("Recurring instalments: costs of each next"),
    "instalment_maximum": _lt("Recurring instalments: most in the period"),
    "instalment_window": _lt("Recurring instalments: period"),
    "term_default": _lt("Payment term where none was agreed"),
    "term_maximum": _lt("Payment term: longest in trade"),
    "term_large_debtor": _lt("Payment term: longest for a large debtor"),
    "term_large_debtor_running": _lt(
        "Payment term: longest for a large debtor, older agreements"
    ),
    "term_government": _lt("Payment term: public bodies"),
    "term_government_maximum": _lt("Payment term: longest for public bodies"),
    "notice_days": _lt("Notice of costs: days to pay"),
    "notice_days_after_receipt": _lt("Notice of costs: days after receipt"),
    "notice_delivery_days": _lt("Notice of costs: days for delivery"),
    "notice_safe_days": _lt("Notice of costs: safe distance"),
    "contact_from_hour": _lt("Contact with debtors: not before"),
    "contact_until_hour": _lt("Contact with debtors: not after"),
    "bankruptcy_extension": _lt("Limitation: longer after a bankruptcy"),
    "kanton_limit": _lt("Cantonal court: claims up to"),
    "default_judgment_points": _lt("Salary: points for a default judgment"),
    "hearing_points": _lt("Salary: points with a hearing"),
    "after_costs_points": _lt("Costs after judgment: points"),
    "after_costs_maximum": _lt("Costs after judgment: maximum"),
}


class IncassoLegalValue(models.Model):
    """A number of the law that stands by itself: an amount, a term, an hour."""

    _name = "incasso.legal.value"
    _description = "Number of the Law"
    _inherit = ["incasso.law.table"]
    _order = "code, valid_from desc"
    _rec_name = "code"

    _law_key = ("code", "valid_from")
    _law_fields = ("value", "unit")

    code = fields.Char(
        help="How the law engine knows it.", required=True, index=True, tracking=True
    )
    name = fields.Char(compute="_compute_name")
    valid_from = fields.Date(required=True, tracking=True)
    value = fields.Float(digits=(12, 2), aggregator=None, required=True, tracking=True)
    unit = fields.Selection(
        selection=[
            ("eur", "euro"),
            ("percent", "%"),
            ("days", "days"),
            ("months", "months"),
            ("years", "years"),
            ("hours", "o'clock"),
            ("points", "points"),
        ],
        required=True,
        default="eur",
        tracking=True,
    )

    _code_uniq = models.UniqueIndex(
        "(code, valid_from) WHERE active",
        "This number has a value from that day already.",
    )
    _value_not_negative = models.Constraint(
        "CHECK (value >= 0)", "A number of the law is not negative."
    )

    # === COMPUTE METHODS === #

    @api.depends_context("lang")
    @api.depends("code")
    def _compute_name(self):
        for row in self:
            name = NAMES.get(row.code)
            row.name = self.env._(name) if name else row.code
