from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.convert import convert_file

from odoo.addons.incasso_nl.law import calendar, court, limitation, tables
from odoo.addons.incasso_nl.models.incasso_law import law_amount

from .common import IncassoCommon


@tagged("post_install", "-at_install")
class TestLawTables(IncassoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rates = cls.env["incasso.interest.rate"]
        cls.law = cls.env["incasso.law"]
        cls.consumer_2026 = cls.env.ref("incasso_nl.interest_rate_119_2026_01_01")
        # As on the day they were shipped, whatever day it is now.
        cls.rates.with_context(install_module="incasso_nl").search(
            []
        ).stale_warned = False

    def _upgrade(self, name):
        """Load a file of ``data/`` as an upgrade of the module does."""
        convert_file(self.env, "incasso_nl", f"data/{name}", {}, mode="update")

    # === RECORDS AND FILES === #

    def test_records_read_as_the_files(self):
        """What the engine gets from the records is what the calculator reads."""
        for name in (
            "incasso.interest.rate",
            "incasso.cost.scale",
            "incasso.legal.value",
            "incasso.holiday",
            "incasso.limitation.term",
            "incasso.court.fee",
            "incasso.court.salary",
            "incasso.bailiff.fee",
        ):
            expected = tables.read_csv(f"{name}.csv")
            for row in expected:
                del row["id"]
            rows = self.env[name]._law_rows()
            self.assertEqual(set(rows[0]), set(expected[0]), name)

            def plain(row):
                # 15 and 15.00 are the same number, so are 0 days and none
                return tuple(
                    (key, Decimal(value) if self._is_number(value) else value)
                    for key, value in sorted(row.items())
                    if value not in ("", "0")
                )

            self.assertCountEqual(map(plain, rows), map(plain, expected), name)

    @staticmethod
    def _is_number(text):
        return text.replace(".", "", 1).lstrip("-").isdecimal()

    def test_tables_answer_as_the_shipped_ones(self):
        shipped, own = tables.shipped(), self.law._cost_tables()
        for day in (date(2012, 7, 1), date(2024, 10, 1), date(2026, 11, 21)):
            self.assertEqual(own.scale.at(day), shipped.scale.at(day))
            self.assertEqual(
                own.values.at("costs_minimum", day),
                shipped.values.at("costs_minimum", day),
            )
            for kind in ("6:119", "6:119a", "6:119b"):
                self.assertEqual(own.rates.at(kind, day), shipped.rates.at(kind, day))
        self.assertEqual(
            dict(self.law._calendar().holidays(2026)),
            dict(calendar.shipped_calendar().holidays(2026)),
        )
        self.assertEqual(
            self.law._limitation_terms()
            .at("consumer-purchase", date(2026, 1, 1))
            .years,
            2,
        )
        self.assertEqual(
            court.court_fee(
                Decimal(400),
                "company",
                date(2026, 3, 1),
                tables=self.law._court_tables(),
                values=self.law._legal_values(),
            ).amount,
            Decimal("139.00"),
        )
        self.assertCountEqual(
            self.law._limitation_terms().kinds, limitation.shipped_terms().kinds
        )

    def test_a_change_of_a_record_reaches_the_engine(self):
        day = date(2026, 11, 21)
        self.assertEqual(self.law._interest_table().at("6:119", day), Decimal(4))
        row = self.env.ref("incasso_nl.interest_rate_119_2026_07_01")
        row.percentage = 4.5
        self.assertEqual(self.law._interest_table().at("6:119", day), Decimal("4.5"))
        row.active = False
        self.assertEqual(self.law._interest_table().at("6:119", day), Decimal(4))
        self.rates.create(
            {
                "kind": "6:119",
                "valid_from": "2026-11-01",
                "percentage": 5,
                "source": "test",
            }
        )
        self.assertEqual(self.law._interest_table().at("6:119", day), Decimal(5))

    def test_amounts_of_fields_become_whole_cents(self):
        # 0.1 + 0.2 as floats is 0.30000000000000004
        self.assertEqual(law_amount(0.1 + 0.2), Decimal("0.30"))
        self.assertEqual(law_amount(1234.565), Decimal("1234.57"))
        self.assertEqual(law_amount(False), Decimal("0.00"))

    def test_settings_of_the_company_reach_the_engine(self):
        settings = self.law._settings(self.company)
        self.assertEqual(settings.convention.basis, "365")
        self.assertEqual(settings.convention.rounding, "segment")
        self.assertEqual(settings.readings.one_letter, "lowest")
        self.assertTrue(settings.extend and settings.safe_distance)
        self.company.write(
            {
                "incasso_day_basis": "actual",
                "incasso_rounding": "end",
                "incasso_instalment_later": "first",
                "incasso_notice_atw": False,
                "incasso_bank_days": 3,
            }
        )
        settings = self.law._settings(self.company)
        self.assertEqual(settings.convention.basis, "actual")
        self.assertEqual(settings.convention.rounding, "end")
        self.assertEqual(settings.readings.later, "first")
        self.assertFalse(settings.extend)
        self.assertEqual(settings.bank_days, 3)

    # === UPGRADES === #

    def test_upgrade_corrects_rows_that_nobody_touched(self):
        # What an older version of the product had: not a decision of a user.
        self.env.cr.execute(
            "UPDATE incasso_interest_rate SET percentage = 9 WHERE id = %s",
            [self.consumer_2026.id],
        )
        self.consumer_2026.invalidate_recordset()
        self._upgrade("incasso.interest.rate.csv")
        self.assertEqual(self.consumer_2026.percentage, 4)

    def test_upgrade_leaves_rows_alone_that_a_user_changed(self):
        self.consumer_2026.with_user(self.manager).percentage = 9
        self._upgrade("incasso.interest.rate.csv")
        self.assertEqual(self.consumer_2026.percentage, 9)

    def test_upgrade_brings_new_rows(self):
        row = self.env.ref("incasso_nl.interest_rate_119_2026_07_01")
        row.with_context(_force_unlink=True).unlink()
        self._upgrade("incasso.interest.rate.csv")
        row = self.env.ref("incasso_nl.interest_rate_119_2026_07_01")
        self.assertEqual(row.percentage, 4)

    def test_upgrade_takes_over_rows_that_a_user_was_ahead_with(self):
        row = self.env.ref("incasso_nl.interest_rate_119_2026_07_01")
        row.with_context(_force_unlink=True).unlink()
        own = self.rates.create(
            {
                "kind": "6:119",
                "valid_from": "2026-07-01",
                "percentage": 4.25,
                "source": "entered before the upgrade",
            }
        )
        self._upgrade("incasso.interest.rate.csv")
        row = self.env.ref("incasso_nl.interest_rate_119_2026_07_01")
        self.assertEqual(row, own)
        self.assertEqual(row.percentage, 4.25)

    def test_shipped_rows_are_archived_not_deleted(self):
        with (
            self.assertRaisesRegex(UserError, "Archive it instead"),
            self.cr.savepoint(),
        ):
            self.consumer_2026.with_user(self.manager).unlink()
        own = self.rates.create(
            {
                "kind": "6:119",
                "valid_from": "2030-01-01",
                "percentage": 4,
                "source": "test",
            }
        )
        own.with_user(self.manager).unlink()
        self.assertFalse(own.exists())

    # === CONSTRAINTS === #

    @mute_logger("odoo.sql_db")
    def test_one_rate_a_kind_and_day(self):
        vals = {
            "kind": "6:119",
            "valid_from": "2026-01-01",
            "percentage": 4,
            "source": "test",
        }
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.rates.create(vals)
        # An archived row is no obstacle.
        self.consumer_2026.active = False
        self.consumer_2026.flush_recordset()
        self.assertTrue(self.rates.create(vals))

    @mute_logger("odoo.sql_db")
    def test_numbers_out_of_range_are_refused(self):
        for xmlid, vals in (
            ("interest_rate_119_2026_01_01", {"percentage": -1}),
            ("interest_rate_119_2026_01_01", {"percentage": 40}),
            ("cost_scale_2012_07_01_0", {"percentage": 101}),
            ("legal_value_costs_minimum_2012_07_01", {"value": -40}),
            ("limitation_term_service", {"years": 0}),
        ):
            record = self.env.ref(f"incasso_nl.{xmlid}")
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                record.write(vals)
                record.flush_recordset()

    def test_holidays_are_days_of_the_calendar(self):
        holiday = self.env["incasso.holiday"]
        with self.assertRaisesRegex(ValidationError, "no day 31"), self.cr.savepoint():
            holiday.create(
                {"name": "x", "kind": "yearly", "month": 4, "day": 31, "source": "x"}
            )
        with (
            self.assertRaisesRegex(ValidationError, "Fill in the date"),
            self.cr.savepoint(),
        ):
            holiday.create({"name": "x", "kind": "date", "source": "x"})
        new = holiday.create(
            {"name": "x", "kind": "date", "date": "2029-05-11", "source": "x"}
        )
        self.assertTrue(self.law._calendar().is_holiday(date(2029, 5, 11)))
        new.active = False
        self.assertFalse(self.law._calendar().is_holiday(date(2029, 5, 11)))

    # === OUTDATED RATES === #

    def _warnings(self):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "incasso.interest.rate"),
                ("user_id", "=", self.manager.id),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("incasso_nl.mail_activity_type_rates").id,
                ),
            ]
        )

    def test_managers_are_warned_once_when_the_newest_rate_is_old(self):
        newest = self.env.ref("incasso_nl.interest_rate_119_2026_07_01")
        commercial = self.env.ref("incasso_nl.interest_rate_119a_2026_07_01")
        with freeze_time("2027-02-01"):
            # Seven months to the day: not older yet.
            self.rates._cron_warn_stale()
            self.assertFalse(self._warnings())
        with freeze_time("2027-02-02"):
            self.env.invalidate_all()
            self.rates._cron_warn_stale()
            warnings = self._warnings()
            self.assertCountEqual(warnings.mapped("res_id"), (newest + commercial).ids)
            self.assertTrue(newest.is_stale)
        with freeze_time("2027-02-03"):
            self.rates._cron_warn_stale()
            self.assertEqual(self._warnings(), warnings)
            # Done without a new rate: the manager knows.
            warnings.action_done()
            self.rates._cron_warn_stale()
            self.assertFalse(self._warnings())

    def test_a_new_rate_settles_the_warning(self):
        with freeze_time("2027-02-02"):
            self.rates._cron_warn_stale()
            self.rates.with_user(self.manager).create(
                {
                    "kind": "6:119",
                    "valid_from": "2027-01-01",
                    "percentage": 3,
                    "source": "test",
                }
            )
            self.assertEqual(
                self.env["incasso.interest.rate"]
                .browse(self._warnings().mapped("res_id"))
                .mapped("kind"),
                ["6:119a"],
            )
            # The upgrade may still correct the row that was warned about.
            self.assertFalse(
                self.env["ir.model.data"]
                .search(
                    [
                        ("module", "=", "incasso_nl"),
                        ("name", "=", "interest_rate_119_2026_07_01"),
                    ]
                )
                .noupdate
            )

    def test_confirming_adds_the_same_rate_for_this_half_year(self):
        newest = self.env.ref("incasso_nl.interest_rate_119a_2026_07_01")
        with freeze_time("2027-02-02"):
            self.env.invalidate_all()
            newest.with_user(self.manager).action_confirm()
            self.env.invalidate_all()
            confirmed = self.rates._newest().filtered(lambda r: r.kind == "6:119a")
            self.assertEqual(confirmed.valid_from, date(2027, 1, 1))
            self.assertEqual(confirmed.percentage, newest.percentage)
            self.assertIn("Manager", confirmed.source)
            self.assertFalse(confirmed.is_stale)
            with (
                self.assertRaisesRegex(UserError, "known already"),
                self.cr.savepoint(),
            ):
                confirmed.action_confirm()
            with (
                self.assertRaisesRegex(UserError, "Only the newest"),
                self.cr.savepoint(),
            ):
                newest.action_confirm()
