import io
from datetime import date

from freezegun import freeze_time
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import IncassoCommon

SCRIPT = "<script>alert(1)</script>"


@tagged("post_install", "-at_install")
@freeze_time("2026-11-17 09:00:00")
class TestPrivacy(IncassoCommon):
    """Rights on what is held about a person, and the person's own contact data."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(handler_id=self.handler.id)

    def _request(self, **values):
        return self.env["incasso.privacy.request"].create(
            {"dossier_id": self.dossier.id, "kind": "access", **values}
        )

    # === REQUESTS === #

    def test_within_a_month(self):
        for received, answer_by in (
            ("2026-11-17 09:00:00", date(2026, 12, 17)),
            # The last day of a shorter month
            ("2027-01-31 09:00:00", date(2027, 2, 28)),
        ):
            self.assertEqual(self._request(received_at=received).answer_date, answer_by)

    def test_extended_once_with_a_reason_within_the_month(self):
        request = self._request()
        with self.assertRaisesRegex(UserError, "reason"):
            request.action_extend()
        request.extension_reason = "Wij zoeken oude brieven op."
        request.action_extend()
        self.assertEqual(request.answer_date, date(2027, 2, 17))
        message = self.dossier.outbox_ids
        message._render()
        self.assertFalse(message.failure)
        self.assertIn("Wij zoeken oude brieven op.", message.email_body)
        self.assertIn("17 februari 2027", message.email_body)
        with self.assertRaisesRegex(UserError, "any more"):
            request.action_extend()
        late = self._request(extension_reason="Druk.")
        with freeze_time("2026-12-18 09:00:00"):
            late.invalidate_recordset(["is_late"])
            with self.assertRaisesRegex(UserError, "first month"):
                late.action_extend()

    def test_answered_once_it_is_certain_who_asks(self):
        request = self._request(source="phone", decision="granted", answer="Hierbij.")
        with self.assertRaisesRegex(UserError, "Make sure"):
            request.action_send()
        request.identity_checked = True
        request.with_user(self.handler).action_send()
        self.assertEqual(request.state, "done")
        self.assertTrue(request.message_id)
        self.assertTrue(self._request(source="portal").identity_checked)

    def test_decision_and_answer_are_needed(self):
        for values in ({"answer": "Hierbij."}, {"decision": "granted"}):
            request = self._request(source="portal", **values)
            with self.assertRaises(UserError):
                request.action_send()

    def test_overview_shows_the_person_and_escapes(self):
        self.consumer.write({"name": f"Jan {SCRIPT}", "phone": "+31612345678"})
        other = self._dossier(debtor=self.business)
        overview = self._request().with_user(self.handler).overview
        self.assertIn("+31612345678", overview)
        self.assertIn(self.dossier.name, overview)
        self.assertIn(self.dossier.claim_ids.name, overview)
        self.assertNotIn(other.name, overview)
        self.assertNotIn(SCRIPT, overview)

    def test_overview_goes_with_the_answer(self):
        self.consumer.phone = "+31612345678"
        request = self._request(source="portal").with_user(self.handler)
        request.action_add_overview()
        file = request.answer_file_ids
        text = PdfReader(io.BytesIO(file.raw)).pages[0].extract_text()
        self.assertIn("+31612345678", text)
        self.assertIn(self.dossier.name, text)
        request.write({"decision": "granted", "answer": "Hierbij."})
        request.action_send()
        self.assertEqual(request.message_id.attachment_ids, file)

    # === OWN CONTACT DATA === #

    def _change(self, **values):
        return self.dossier._change_contact_data(
            **{
                "email": "jan.devries@debiteur.example",
                "phone": "",
                "channel": "email",
                "lang": "nl",
                **values,
            }
        )

    def test_new_address_and_the_old_one_hears_of_it(self):
        names = self._change(email="Nieuw@Debiteur.example", phone="06 12345678")
        self.assertEqual(names, ["e-mail address", "phone number"])
        self.assertEqual(self.consumer.email, "nieuw@debiteur.example")
        self.assertEqual(self.consumer.phone, "+31612345678")
        message = self.dossier.outbox_ids
        self.assertEqual(message.email_to, "jan.devries@debiteur.example")
        message._render()
        self.assertFalse(message.failure)
        self.assertIn("- e-mail address", message.email_body)
        summary = self.dossier.event_ids[0].summary
        self.assertIn("e-mail address, phone number", summary)
        self.assertNotIn("nieuw@", summary, "the time line is never erased")

    def test_nothing_changed(self):
        self.assertEqual(self._change(), [])
        self.assertFalse(self.dossier.outbox_ids)

    def test_channel_and_language(self):
        self._change(channel="post", lang="en")
        self.assertEqual(self.consumer.incasso_channel, "post")
        self.assertTrue(self.consumer.lang.startswith("en"))
        self.assertFalse(self.dossier.outbox_ids, "no address changed")

    def test_no_old_address(self):
        """Then a letter says so."""
        self.consumer.email = False
        self._change(email="nieuw@debiteur.example")
        self.assertEqual(self.dossier.outbox_ids.channel, "post")

    def test_what_cannot_be(self):
        for values in (
            {"email": "geen adres"},
            {"email": "a@b.example\nBcc: c@d.example, e@f.example"},
            {"phone": "bel mij"},
            {"channel": "duif"},
            {"channel": "email", "email": ""},
            {"lang": "fr"},
            {"lang": ""},
        ):
            with self.assertRaises(UserError, msg=values):
                self._change(**values)
        self.assertEqual(self.consumer.email, "jan.devries@debiteur.example")
