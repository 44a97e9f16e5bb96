from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    incasso_payment_minimum = fields.Monetary(
        string="Least Amount Online",
        help="The smallest amount of their own choice that debtors can pay online. Who "
        "owes less than this pays all of it.",
        default=5.00,
    )
    incasso_transit_days = fields.Integer(
        string="Days in Transit",
        help="How long an online payment that was started stops the flow at the most, "
        "in days after the day it was started. Mostly it is paid or over within "
        "minutes.",
        default=2,
        required=True,
    )

    incasso_test_payments = fields.Boolean(
        string="Try Out Paying Online",
        help="Offer payment providers in test mode to debtors. What is paid with them "
        "is no money, and yet it is booked as if it were: not for a company with real "
        "debtors.",
    )

    _incasso_payment_minimum_positive = models.Constraint(
        "CHECK (incasso_payment_minimum > 0)",
        "The least amount to pay online is more than zero.",
    )
    _incasso_transit_days_not_negative = models.Constraint(
        "CHECK (incasso_transit_days >= 0)",
        "The number of days in transit cannot be negative.",
    )
