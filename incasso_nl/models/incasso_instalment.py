from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: What was agreed: it changes by postponing only.
AGREED = {"arrangement_id", "number", "date", "amount"}


class IncassoInstalment(models.Model):
    """One instalment of an arrangement, or what was promised."""

    _name = "incasso.instalment"
    _description = "Instalment"
    _order = "date, number, id"
    _rec_name = "number"
    _check_company_auto = True

    arrangement_id = fields.Many2one(
        comodel_name="incasso.arrangement",
        required=True,
        index=True,
        ondelete="restrict",
    )
    dossier_id = fields.Many2one(
        related="arrangement_id.dossier_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="arrangement_id.company_id", store=True, index=True, precompute=True
    )
    creditor_id = fields.Many2one(
        related="arrangement_id.creditor_id", store=True, index=True, precompute=True
    )
    debtor_id = fields.Many2one(
        related="arrangement_id.debtor_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Integer(required=True)
    date = fields.Date(string="Pay By", required=True)
    original_date = fields.Date(
        help="The date before it was postponed.", readonly=True, copy=False
    )
    amount = fields.Monetary(required=True)
    paid_amount = fields.Monetary(
        string="Paid",
        help="What came in for the arrangement pays instalments by their dates, "
        "whatever way it came.",
        readonly=True,
        copy=False,
    )
    left_amount = fields.Monetary(string="Left", compute="_compute_left_amount")
    is_interest = fields.Boolean(
        string="Interest Afterwards",
        help="The interest that ran on, once all that was agreed is paid.",
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("paid", "Paid"),
            ("late", "Late"),
            ("postponed", "Postponed"),
        ],
        required=True,
        default="open",
        readonly=True,
        copy=False,
    )
    reminded_date = fields.Date(
        string="Reminded",
        help="The day of the reminder before its date.",
        readonly=True,
        copy=False,
    )
    reminder_id = fields.Many2one(
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _number_once = models.UniqueIndex(
        "(arrangement_id, number)", "Instalments are numbered from 1, each once."
    )
    _amounts = models.Constraint(
        "CHECK (amount > 0 AND COALESCE(paid_amount, 0) BETWEEN 0 AND amount)",
        "An instalment is more than zero, and not more is paid on it than it is.",
    )
    _calendar_idx = models.Index("(company_id, date) WHERE state != 'paid'")

    # === COMPUTE METHODS === #

    @api.depends("amount", "paid_amount")
    def _compute_left_amount(self):
        for instalment in self:
            instalment.left_amount = instalment.amount - instalment.paid_amount

    @api.depends("arrangement_id", "number", "debtor_id.name")
    def _compute_display_name(self):
        for instalment in self:
            instalment.display_name = self.env._(
                "%(debtor)s, instalment %(number)s of %(arrangement)s",
                debtor=instalment.debtor_id.name,
                number=instalment.number,
                arrangement=instalment.arrangement_id.name,
            )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `base` to keep what was agreed.

        :raise UserError: an amount or a date would change
        """
        if AGREED & vals.keys():
            raise UserError(
                self.env._(
                    "What was agreed stays. Postpone an instalment, or end the "
                    "arrangement and make another one."
                )
            )
        return super().write(vals)

    def _write_agreed(self, vals):
        """Postpone: past our own `write`, which refuses this to others."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An instalment is not deleted: it was agreed."))

    # === ACTION METHODS === #

    def action_postpone(self):
        """Move this instalment behind the last one, once in an arrangement."""
        self.ensure_one()
        self.check_access("write")
        self._postpone()

    # === BUSINESS METHODS === #

    def _postponed_to(self):
        """The day on which this instalment would be due if it were postponed."""
        self.ensure_one()
        arrangement = self.arrangement_id
        return arrangement._following_date()

    def _check_postponable(self):
        """
        :raise UserError: it cannot be postponed, and why
        """
        self.ensure_one()
        arrangement = self.arrangement_id
        if arrangement.kind != "arrangement" or arrangement.stage != "active":
            raise UserError(
                self.env._("Only an instalment of a running arrangement is postponed.")
            )
        if arrangement.is_postponed:
            raise UserError(
                self.env._(
                    "One instalment was postponed already. Is the arrangement too "
                    "much? Then make another one together."
                )
            )
        if self.state == "paid":
            raise UserError(self.env._("This instalment is paid already."))

    def _postpone(self):
        """Move an instalment behind the last one. Once in an arrangement.

        :raise UserError: it cannot be postponed, and why
        """
        self._check_postponable()
        arrangement = self.arrangement_id
        before, day = self.date, self._postponed_to()
        self._write_agreed(
            {
                "original_date": before,
                "date": day,
                "state": "postponed",
                "reminded_date": False,
            }
        )
        self.reminder_id.filtered(
            lambda message: message.state in ("queued", "rendered")
        )._cancel(self.env._("The instalment was postponed."))
        arrangement.is_postponed = True
        arrangement._log(
            self.env._(
                "Instalment %(number)s postponed from %(before)s to %(day)s.",
                number=self.number,
                before=fields.Date.to_string(before),
                day=fields.Date.to_string(day),
            )
        )
        # What was paid counts by due date, and these changed.
        arrangement._recount()
        arrangement._send_postponed(self, before)

    def _remind_on(self, days):
        """The day on which to remind of it, None where that is over or too late.

        :param days: :class:`~..tools.company_days.CompanyDays`
        """
        self.ensure_one()
        if self.reminded_date or self.state not in ("open", "postponed"):
            return None
        day = days.contact_day(
            self.date - timedelta(days=self.arrangement_id.reminder_days)
        )
        return day if day <= self.date else None

    def _missed_on(self, days):
        """The day on which it counts as missed: with the days of grace, and with the
        banking days of the company, as a payment counts when it is credited (art. 6:114
        BW)."""
        self.ensure_one()
        grace = timedelta(days=self.arrangement_id.grace_days)
        return days.contact_day(days.after_term(self.date + grace))
