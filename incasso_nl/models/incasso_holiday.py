from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..law.calendar import HolidayRule


class IncassoHoliday(models.Model):
    """A holiday of art. 3 Algemene termijnenwet, or a day equated with one."""

    _name = "incasso.holiday"
    _description = "Holiday"
    _inherit = ["incasso.law.table"]
    _order = "kind desc, date desc, month, day, easter_offset"

    _law_key = ("kind", "date", "month", "day", "easter_offset", "valid_from")
    _law_fields = ("name", "sunday_shift", "valid_until")

    name = fields.Char(required=True, translate=True, tracking=True)
    kind = fields.Selection(
        selection=[
            ("yearly", "Every year on the same day"),
            ("easter", "Counted from Easter"),
            ("date", "Once, by decree"),
        ],
        required=True,
        default="date",
        tracking=True,
    )
    date = fields.Date(tracking=True)
    month = fields.Integer(tracking=True, aggregator=None)
    day = fields.Integer(tracking=True, aggregator=None)
    easter_offset = fields.Integer(
        string="Days After Easter",
        help="From Easter Sunday; negative for a day before it.",
        tracking=True,
        aggregator=None,
    )
    sunday_shift = fields.Integer(
        string="Moved on Sunday",
        help="By how many days the holiday moves when it falls on a Sunday.",
        tracking=True,
        aggregator=None,
    )
    valid_from = fields.Date(tracking=True)
    valid_until = fields.Date(tracking=True)
    next_date = fields.Date(compute="_compute_next_date")

    _date_uniq = models.UniqueIndex(
        "(date) WHERE active AND kind = 'date'", "This day is a holiday already."
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "kind",
        "date",
        "month",
        "day",
        "easter_offset",
        "sunday_shift",
        "valid_from",
        "valid_until",
    )
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for holiday in self:
            rule = holiday._rule()
            days = [
                day
                for year in (today.year, today.year + 1)
                if rule and (day := rule.in_year(year)) and day >= today
            ]
            holiday.next_date = days[0] if days else False

    # === CONSTRAINT METHODS === #

    @api.constrains("kind", "date", "month", "day")
    def _check_day(self):
        for holiday in self:
            if holiday.kind == "date" and not holiday.date:
                raise ValidationError(
                    self.env._("Fill in the date of the decree's holiday.")
                )
            if holiday.kind == "yearly":
                try:
                    # In a leap year every day of the calendar exists.
                    fields.Date.today().replace(2024, holiday.month, holiday.day)
                except ValueError as error:
                    raise ValidationError(
                        self.env._(
                            "Month %(month)s has no day %(day)s.",
                            month=holiday.month,
                            day=holiday.day,
                        )
                    ) from error

    # === BUSINESS METHODS === #

    def _rule(self):
        """This holiday as the law engine knows it; None while it is incomplete."""
        self.ensure_one()
        if self.kind == "date" and not self.date:
            return None
        if self.kind == "yearly" and not (self.month and self.day):
            return None
        return HolidayRule(
            name=self.name or "",
            kind=self.kind,
            once_on=self.date or None,
            month=self.month,
            day=self.day,
            easter_offset=self.easter_offset,
            sunday_shift=self.sunday_shift,
            valid_from=self.valid_from or None,
            valid_until=self.valid_until or None,
        )
