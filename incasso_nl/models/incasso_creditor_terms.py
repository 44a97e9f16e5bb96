from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IncassoCreditorTerms(models.Model):
    """What a creditor's general terms say about costs and interest, by version."""

    _name = "incasso.creditor.terms"
    _description = "Creditor's Terms"
    _order = "partner_id, valid_from desc, id desc"
    _rec_name = "version"
    _check_company_auto = True

    partner_id = fields.Many2one(
        string="Creditor",
        comodel_name="res.partner",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    version = fields.Char(
        help="What the document calls itself, for example: 2025-1.", required=True
    )
    valid_from = fields.Date(
        help="For agreements made from this day on.", required=True
    )
    cost_percentage = fields.Float(
        string="Collection Costs (%)",
        help="Percentage of the principal; for business debtors only. 0: the terms "
        "say nothing, the statutory scale applies.",
        digits=(6, 3),
        aggregator=None,
    )
    cost_minimum = fields.Monetary(
        string="Least Collection Costs", help="For business debtors only."
    )
    interest_percentage = fields.Float(
        string="Interest (%)",
        help="0: the terms say nothing, the statutory interest applies.",
        digits=(6, 3),
        aggregator=None,
    )
    interest_per = fields.Selection(
        selection=[("year", "Per year"), ("month", "Per month")],
        required=True,
        default="year",
    )
    interest_compound = fields.Boolean(
        string="Interest on Interest",
        help="The terms add unpaid interest to the sum on which interest runs.",
    )
    document = fields.Binary(attachment=True)
    document_name = fields.Char()

    _version_uniq = models.Constraint(
        "UNIQUE (partner_id, valid_from)",
        "This creditor has terms from that day already.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("cost_percentage", "cost_minimum", "interest_percentage")
    def _check_values(self):
        for terms in self:
            if not 0 <= terms.cost_percentage <= 100 or terms.cost_minimum < 0:
                raise ValidationError(
                    self.env._(
                        "Collection costs are a percentage from 0 to 100, with a "
                        "minimum of 0 or more."
                    )
                )
            if not 0 <= terms.interest_percentage <= 100:
                raise ValidationError(
                    self.env._("Interest is a percentage from 0 to 100.")
                )
