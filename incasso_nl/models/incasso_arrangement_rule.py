from odoo import api, fields, models
from odoo.fields import Domain

from .incasso_dossier import DEBTOR_TYPES

INTEREST_MODES = [
    ("frozen", "Frozen: none meanwhile, nor afterwards"),
    ("waived", "Given up once everything is paid; owed again if it lapses"),
    ("running", "Running: added after the last instalment"),
]


class IncassoArrangementRule(models.Model):
    """Within which bounds a debtor gets a payment arrangement at once.

    Outside them a handler decides. An arrangement keeps the rules that it was made
    under, whatever becomes of this record. Arranging costs nothing, ever: such costs
    are in the collection costs already (art. 2 BIK).
    """

    _name = "incasso.arrangement.rule"
    _description = "Rules for Arrangements"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        help="Empty: for all companies.",
        comodel_name="res.company",
        index="btree_not_null",
    )
    creditor_id = fields.Many2one(
        string="Only for Creditor",
        help="Empty: for every creditor.",
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
    )
    debtor_type = fields.Selection(
        string="Only for Debtors",
        help="Empty: for every debtor.",
        selection=DEBTOR_TYPES,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )

    # An instant yes
    online = fields.Boolean(
        string="At Once Online",
        help="Debtors arrange it online by themselves, within the bounds below. "
        "Otherwise they can ask for it, and a handler decides.",
        default=True,
    )
    most_months = fields.Integer(
        string="Months at Most",
        help="From today through the last instalment.",
        required=True,
        default=12,
    )
    smallest_amount = fields.Monetary(
        string="Smallest Instalment",
        help="The last instalment, which takes the remainder, may be less.",
        required=True,
        default=25.0,
    )
    first_days = fields.Integer(
        string="First Instalment Within (Days)", required=True, default=30
    )
    promise_days = fields.Integer(
        string="Promise Within (Days)",
        help="A promise to pay is for a day within so many days.",
        required=True,
        default=14,
    )

    # While it runs
    interest = fields.Selection(
        selection=INTEREST_MODES,
        help="What becomes of the interest of the time in which the arrangement is "
        "kept.",
        required=True,
        default="frozen",
    )
    reminder_days = fields.Integer(
        string="Reminder Before (Days)", required=True, default=3
    )
    grace_days = fields.Integer(
        string="Grace (Days)",
        help="Days after the date of an instalment before it counts as missed. The "
        "company's banking days come on top.",
        required=True,
        default=3,
    )
    missed_days = fields.Integer(
        string="Term After a Missed Instalment (Days)",
        help="Days to pay a missed instalment after the reminder about it. Then the "
        "arrangement lapses.",
        required=True,
        default=7,
    )

    _bounds = models.Constraint(
        "CHECK (most_months >= 0 AND smallest_amount >= 0 AND first_days >= 0"
        " AND promise_days >= 0 AND reminder_days >= 0 AND grace_days >= 0)",
        "These numbers are zero or more.",
    )
    _term = models.Constraint(
        "CHECK (missed_days > 0)",
        "Who misses an instalment gets at least a day to pay it.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _for_dossiers(self, dossiers):
        """The rules that apply to dossiers: those for a creditor before those for all,
        those for a kind of debtor before those for everybody, a company's own before
        shared ones; then the order of the list decides.

        :return: rules by dossier; empty where there are none
        :rtype: dict[incasso.dossier, incasso.arrangement.rule]
        """
        # sudo: whoever works a dossier, or the debtor, goes by these rules; nothing of
        # them is shown that they do not say themselves.
        rules = self.sudo().search(
            Domain("company_id", "in", [*dossiers.company_id.ids, False])
        )
        rules = rules.sorted(
            lambda rule: (
                not rule.creditor_id,
                not rule.debtor_type,
                not rule.company_id,
                rule.sequence,
            )
        )
        return {
            dossier: rules.filtered(
                lambda rule, dossier=dossier: (
                    rule.company_id in (dossier.company_id, rule.company_id.browse())
                    and rule.creditor_id.id in (dossier.creditor_id.id, False)
                    and rule.debtor_type in (dossier.debtor_type, False)
                )
            )[:1]
            for dossier in dossiers
        }
