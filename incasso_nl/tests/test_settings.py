from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import IncassoCommon


@tagged("post_install", "-at_install")
class TestSettings(IncassoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The accounting of the tests has taxes on a cash basis; the page wants to know.
        cls.company.tax_exigibility = True
        cls.administrator = cls._new_user(
            "administrator",
            "base.group_system,account.group_account_manager,incasso_nl.group_manager",
        )

    def _form(self):
        return Form(self.env["res.config.settings"].with_user(self.administrator))

    def test_settings_are_kept_by_company(self):
        other = self._create_company(name="Andere B.V.")
        with self._form() as settings:
            settings.incasso_registration_number = "1234"
            settings.incasso_tolerance = 0.10
            settings.incasso_propose_days = 60
            settings.incasso_instalment_one_letter = "sum"
            settings.incasso_notice_safe_distance = False
        settings.save().execute()
        self.assertRecordValues(
            self.company + other,
            [
                {
                    "incasso_registration_number": "1234",
                    "incasso_tolerance": 0.10,
                    "incasso_propose_days": 60,
                    "incasso_instalment_one_letter": "sum",
                    "incasso_notice_safe_distance": False,
                },
                {
                    "incasso_registration_number": False,
                    "incasso_tolerance": 0.05,
                    "incasso_propose_days": 0,
                    "incasso_instalment_one_letter": "lowest",
                    "incasso_notice_safe_distance": True,
                },
            ],
        )

    @mute_logger("odoo.sql_db")
    def test_impossible_settings_are_refused(self):
        for vals in (
            {"incasso_tolerance": -0.01},
            {"incasso_propose_days": -1},
            {"incasso_bank_days": -1},
            {"incasso_match_confidence": 0},
            {"incasso_match_confidence": 101},
        ):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.company.write(vals)
                self.company.flush_recordset()

    def test_missing_accounts_are_made_with_a_button(self):
        account = self.company.incasso_costs_account_id
        self.company.incasso_costs_account_id = False
        settings = self._form()
        self.assertTrue(settings.incasso_accounting_missing)
        settings.save().action_incasso_setup_accounting()
        self.assertEqual(self.company.incasso_costs_account_id, account)
        self.assertFalse(self._form().incasso_accounting_missing)

    def test_holidays_are_filled_with_a_button(self):
        with freeze_time("2050-02-01"):
            self._form().save().action_incasso_fill_holidays()
            self.assertEqual(str(self._form().incasso_holidays_until), "2052-12-31")

    def test_outdated_rates_are_shown(self):
        with freeze_time("2026-11-21"):
            self.assertFalse(self._form().incasso_stale_rates)
        with freeze_time("2027-03-01"):
            self.env.invalidate_all()
            self.assertIn("2026-07-01", self._form().incasso_stale_rates)
