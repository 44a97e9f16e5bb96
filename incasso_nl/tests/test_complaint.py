from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IncassoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-17 09:00:00")
class TestComplaint(IncassoCommon):
    """Confirmed in writing, handled by somebody else, answered in time, and kept."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(handler_id=self.handler.id)

    def _complaint(self, **values):
        return self.env["incasso.complaint"].create(
            {
                "dossier_id": self.dossier.id,
                "kind": "conduct",
                "text": "Ik werd onvriendelijk te woord gestaan.",
                **values,
            }
        )

    def test_confirmed_at_once_with_number_and_term(self):
        complaint = self._complaint()
        self.assertRegex(complaint.name, r"^KLA/2026/\d{5}$")
        # Tuesday 17 November and 42 days; two working days is Thursday.
        self.assertEqual(complaint.answer_date, date(2026, 12, 29))
        self.assertEqual(complaint.confirm_date, date(2026, 11, 19))
        message = complaint.confirmation_id
        message._render()
        self.assertFalse(message.failure)
        for text in (complaint.name, "29 december 2026", self.dossier.name):
            self.assertIn(text, message.email_body)
        self.assertFalse(complaint.confirmed_at, "not before it has gone out")

    def test_term_is_a_setting(self):
        self.company.incasso_complaint_days = 14
        self.assertEqual(self._complaint().answer_date, date(2026, 12, 1))

    def test_cannot_be_confirmed(self):
        """A task, on the day by which it has to be done."""
        self.consumer.write({"email": False, "street": False})
        complaint = self._complaint()
        self.assertFalse(complaint.confirmation_id)
        self.assertEqual(complaint.activity_ids.date_deadline, date(2026, 11, 19))
        self.consumer.email = "jan@debiteur.example"
        complaint.action_confirm()
        self.assertTrue(complaint.confirmation_id)

    def test_handled_by_the_officer_unless_it_is_about_them(self):
        self.assertFalse(self._complaint().handler_id, "not the handler by itself")
        self.company.incasso_complaints_user_id = self.team_lead
        complaint = self._complaint()
        self.assertEqual(complaint.handler_id, self.team_lead)
        self.assertFalse(self._complaint(about_user_id=self.team_lead.id).handler_id)
        complaint.about_user_id = self.team_lead
        self.assertFalse(complaint.handler_id)
        with self.assertRaises(ValidationError):
            complaint.handler_id = self.team_lead

    def test_not_answered_by_whom_it_is_about(self):
        complaint = self._complaint(
            about_user_id=self.handler.id, outcome="rejected", answer="Onjuist."
        )
        with self.assertRaisesRegex(UserError, "about you"):
            complaint.with_user(self.handler).action_send()
        complaint.with_user(self.team_lead).action_send()
        self.assertEqual(complaint.answer_user_id, self.team_lead)

    def test_answer_says_the_outcome(self):
        for outcome, words in (
            ("upheld", "U hebt gelijk"),
            ("partly", "voor een deel gelijk"),
            ("settled", "samen met u een oplossing"),
            ("rejected", "niet eens met uw klacht"),
        ):
            complaint = self._complaint(
                outcome=outcome, answer="Dit vonden wij.", lesson="Geheim leerpunt"
            )
            complaint.action_send()
            complaint.message_id._render()
            body = complaint.message_id.email_body
            self.assertFalse(complaint.message_id.failure)
            self.assertIn(words, body)
            self.assertIn("Dit vonden wij.", body)
            self.assertNotIn("Geheim leerpunt", body)

    def test_not_signed_by_the_handler_of_the_dossier(self):
        complaint = self._complaint(about_user_id=self.handler.id)
        complaint.confirmation_id._render()
        self.assertNotIn(self.handler.name, complaint.confirmation_id.email_body)
        complaint.handler_id = self.team_lead
        complaint.write({"outcome": "upheld", "answer": "Excuses."})
        complaint.action_send()
        complaint.message_id._render()
        self.assertIn(self.team_lead.name, complaint.message_id.email_body)
        self.assertNotIn(self.handler.name, complaint.message_id.email_body)

    def test_answer_needs_an_outcome(self):
        complaint = self._complaint(answer="Dit vonden wij.")
        with self.assertRaisesRegex(UserError, "outcome"):
            complaint.action_send()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                complaint._close()
                complaint.flush_recordset()

    def test_withdrawn(self):
        complaint = self._complaint()
        complaint.action_withdraw()
        self.assertEqual(complaint.state, "cancelled")
        with self.assertRaises(UserError):
            complaint.action_send()
