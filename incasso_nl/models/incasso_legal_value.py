from odoo import api, fields, models


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
    value = fields.Float(digits=(12, 2), required=True, tracking=True)
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
        names = self._names()
        for row in self:
            row.name = names.get(row.code, row.code)

    def _names(self):
        """What the numbers are called, by code."""
        _ = self.env._
        return {
            "costs_minimum": _("Collection costs: minimum"),
            "costs_maximum": _("Collection costs: maximum"),
            "trade_costs_minimum": _("Collection costs: minimum in trade"),
            "vat_general": _("VAT: general rate"),
            "instalment_below": _("Recurring instalments: lower costs below"),
            "instalment_first": _("Recurring instalments: costs of the first"),
            "instalment_next": _("Recurring instalments: costs of each next"),
            "instalment_maximum": _("Recurring instalments: most in the period"),
            "instalment_window": _("Recurring instalments: period"),
            "term_default": _("Payment term where none was agreed"),
            "term_maximum": _("Payment term: longest in trade"),
            "term_large_debtor": _("Payment term: longest for a large debtor"),
            "term_large_debtor_running": _(
                "Payment term: longest for a large debtor, older agreements"
            ),
            "term_government": _("Payment term: public bodies"),
            "term_government_maximum": _("Payment term: longest for public bodies"),
            "notice_days": _("Notice of costs: days to pay"),
            "notice_days_after_receipt": _("Notice of costs: days after receipt"),
            "notice_delivery_days": _("Notice of costs: days for delivery"),
            "notice_safe_days": _("Notice of costs: safe distance"),
            "contact_from_hour": _("Contact with debtors: not before"),
            "contact_until_hour": _("Contact with debtors: not after"),
            "bankruptcy_extension": _("Limitation: longer after a bankruptcy"),
            "kanton_limit": _("Cantonal court: claims up to"),
            "default_judgment_points": _("Salary: points for a default judgment"),
            "hearing_points": _("Salary: points with a hearing"),
            "after_costs_points": _("Costs after judgment: points"),
            "after_costs_maximum": _("Costs after judgment: maximum"),
        }
