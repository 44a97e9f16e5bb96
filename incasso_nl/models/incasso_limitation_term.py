from odoo import fields, models


class IncassoLimitationTerm(models.Model):
    """After how many years a kind of claim lapses."""

    _name = "incasso.limitation.term"
    _description = "Limitation Term"
    _inherit = ["incasso.law.table"]
    _order = "code, valid_from desc"

    _law_key = ("code", "valid_from")
    _law_fields = ("name", "years", "restart_years", "long_stop_years", "article")

    code = fields.Char(
        help="How the law engine knows it.", required=True, index=True, tracking=True
    )
    name = fields.Char(required=True, translate=True, tracking=True)
    valid_from = fields.Date(
        help="For claims that fell due from this day on.", required=True, tracking=True
    )
    years = fields.Integer(required=True, tracking=True, aggregator=None)
    restart_years = fields.Integer(
        string="Years After Interruption", required=True, tracking=True, aggregator=None
    )
    long_stop_years = fields.Integer(
        string="Longest",
        help="Years from the event that caused the claim, whatever happens; 0: none.",
        required=True,
        tracking=True,
        aggregator=None,
    )
    article = fields.Char(required=True, tracking=True)

    _code_uniq = models.UniqueIndex(
        "(code, valid_from) WHERE active",
        "This kind of claim has a term from that day already.",
    )
    _range = models.Constraint(
        "CHECK (years BETWEEN 1 AND 30 AND restart_years BETWEEN 1 AND 30"
        " AND long_stop_years BETWEEN 0 AND 30)",
        "Limitation terms are between 1 and 30 years.",
    )
