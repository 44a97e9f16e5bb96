from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
class TestWorkingDays(IncassoCommon):
    def _days(self, company, year):
        return (
            self.env["resource.calendar.leaves"]
            .search(
                [
                    ("calendar_id", "=", company.resource_calendar_id.id),
                    ("incasso_holiday_date", ">=", date(year, 1, 1)),
                    ("incasso_holiday_date", "<=", date(year, 12, 31)),
                ]
            )
            .mapped("incasso_holiday_date")
        )

    def test_holidays_and_equated_days_close_the_company(self):
        self.company._incasso_fill_holidays([2026, 2027])
        # Art. 3 Atw, Easter 2026 on 5 April, and 2 January and 15 May by decree.
        self.assertCountEqual(
            self._days(self.company, 2026),
            [
                date(2026, 1, 1),
                date(2026, 1, 2),
                date(2026, 4, 3),
                date(2026, 4, 6),
                date(2026, 4, 27),
                date(2026, 5, 5),
                date(2026, 5, 14),
                date(2026, 5, 15),
                date(2026, 5, 25),
                date(2026, 12, 25),
                date(2026, 12, 26),
            ],
        )
        self.assertIn(date(2027, 5, 7), self._days(self.company, 2027))
        hours = self.company.resource_calendar_id
        start = fields.Datetime.to_datetime("2026-12-24 00:00:00")
        end = fields.Datetime.to_datetime("2026-12-29 00:00:00")
        # Thursday 24 and Monday 28 December, eight hours each; Christmas is closed.
        self.assertEqual(hours.get_work_hours_count(start, end), 16)

    def test_a_holiday_is_the_whole_dutch_day(self):
        self.company.resource_calendar_id.tz = "Europe/Amsterdam"
        self.company._incasso_fill_holidays([2031])
        leave = self.env["resource.calendar.leaves"].search(
            [
                ("calendar_id", "=", self.company.resource_calendar_id.id),
                ("incasso_holiday_date", "=", "2031-12-25"),
            ]
        )
        self.assertEqual(
            fields.Datetime.to_string(leave.date_from), "2031-12-24 23:00:00"
        )
        self.assertEqual(
            fields.Datetime.to_string(leave.date_to), "2031-12-25 22:59:59"
        )

    def test_filling_again_adds_nothing(self):
        self.company._incasso_fill_holidays([2026])
        before = self._days(self.company, 2026)
        self.company._incasso_fill_holidays([2026])
        self.assertEqual(self._days(self.company, 2026), before)

    def test_companies_may_share_their_hours(self):
        other = self.env["res.company"].create({"name": "Zuster B.V."})
        hours = self.company.resource_calendar_id.copy({"company_id": False})
        (self.company + other).resource_calendar_id = hours
        (self.company + other)._incasso_fill_holidays([2026])
        self.assertEqual(len(self._days(other, 2026)), 11)

    def test_the_yearly_run_fills_only_years_without_holidays(self):
        with freeze_time("2040-06-01"):
            self.company._cron_incasso_fill_holidays()
            self.assertEqual(self.company._incasso_holidays_until(), date(2042, 12, 31))
            # This company works on Good Friday: 30 March 2040, Easter is 1 April.
            self.env["resource.calendar.leaves"].search(
                [
                    ("calendar_id", "=", self.company.resource_calendar_id.id),
                    ("incasso_holiday_date", "=", "2040-03-30"),
                ]
            ).unlink()
        with freeze_time("2041-01-01"):
            self.company._cron_incasso_fill_holidays()
            self.assertNotIn(date(2040, 3, 30), self._days(self.company, 2040))
            self.assertIn(date(2043, 4, 27), self._days(self.company, 2043))

    def test_new_companies_have_their_holidays(self):
        company = self.env["res.company"].create({"name": "Nieuw B.V."})
        this_year = fields.Date.today().year
        self.assertIn(date(this_year, 12, 25), self._days(company, this_year))
