from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IncassoCommon
from .common_messages import MailCommon

SCRIPT = "<script>alert(1)</script>"


@tagged("post_install", "-at_install")
@freeze_time("2026-11-17 09:00:00")
class TestCorrespondence(IncassoCommon):
    """A debtor's message and our answer."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(handler_id=self.handler.id)

    def _letter(self, **values):
        return self.env["incasso.correspondence"].create(
            {"dossier_id": self.dossier.id, "text": "Wanneer betaalde ik?", **values}
        )

    def test_answered_within_two_working_days(self):
        for received, answer_by in (
            ("2026-11-17 09:00:00", date(2026, 11, 19)),  # Tuesday: Thursday
            ("2026-11-19 09:00:00", date(2026, 11, 23)),  # Thursday: Monday
            ("2026-11-21 09:00:00", date(2026, 11, 24)),  # Saturday: Tuesday
            # 00:30 on Wednesday in the Netherlands, on Tuesday in UTC: Friday
            ("2026-11-17 23:30:00", date(2026, 11, 20)),
            # Wednesday before Christmas, 25 and 26 December: Monday 28 December
            ("2026-12-23 09:00:00", date(2026, 12, 28)),
            # Thursday before Good Friday and Easter: Wednesday
            ("2027-03-25 09:00:00", date(2027, 3, 31)),
        ):
            self.assertEqual(
                self._letter(received_at=received).answer_date, answer_by, received
            )

    def test_late_after_the_last_day(self):
        letter = self._letter()
        with freeze_time("2026-11-19 20:00:00"):
            letter.invalidate_recordset(["is_late"])
            self.assertFalse(letter.is_late)
        with freeze_time("2026-11-20 05:00:00"):
            letter.invalidate_recordset(["is_late"])
            self.assertTrue(letter.is_late)
            letter.answer = "Op 3 maart."
            letter.action_send()
            self.assertFalse(letter.is_late)

    def test_answer_goes_out_and_is_kept(self):
        letter = self._letter().with_user(self.handler)
        letter.answer = f"U betaalde op 3 maart.\n\nVriendelijk {SCRIPT}"
        letter.action_send()
        message = letter.message_id
        self.assertEqual(letter.state, "done")
        self.assertEqual(letter.answer_user_id, self.handler)
        self.assertEqual((message.channel, message.state), ("email", "queued"))
        self.assertEqual(message.recipient_id, self.consumer)
        message._render()
        self.assertEqual(message.failure, False)
        self.assertRegex(message.email_body, r"<p>\s*U betaalde op 3 maart\.\s*</p>")
        self.assertIn("17 november 2026", message.email_body)
        self.assertNotIn(SCRIPT, message.email_body)
        self.assertIn("&lt;script&gt;", message.email_body)

    def test_answer_by_letter_to_who_wants_that(self):
        self.consumer.incasso_channel = "post"
        letter = self._letter(answer="Op 3 maart.")
        letter.action_send()
        self.assertEqual(letter.message_id.channel, "post")

    def test_answer_in_the_language_of_the_debtor(self):
        self.consumer.lang = "en_US"
        letter = self._letter(answer="On 3 March.")
        letter.action_send()
        letter.message_id._render()
        self.assertIn("You sent us a message", letter.message_id.email_body)

    def test_message_of_ours(self):
        letter = self._letter(direction="out", text=False, answer="Bel ons even.")
        self.assertFalse(letter.answer_date)
        letter.action_send()
        letter.message_id._render()
        self.assertIn("Bel ons even.", letter.message_id.email_body)
        self.assertNotIn("U stuurde ons", letter.message_id.email_body)

    def test_nobody_to_reach(self):
        """Then the answer can be read online, and the time line says so."""
        self.consumer.write({"email": False, "street": False})
        letter = self._letter(answer="Op 3 maart.")
        letter.action_send()
        self.assertEqual(letter.state, "done")
        self.assertFalse(letter.message_id)
        self.assertIn(
            "no way to reach", " ".join(self.dossier.event_ids.mapped("summary"))
        )

    def test_not_twice_and_not_without_an_answer(self):
        letter = self._letter()
        with self.assertRaisesRegex(UserError, "Write an answer"):
            letter.action_send()
        letter.answer = "Op 3 maart."
        letter.action_send()
        with self.assertRaisesRegex(UserError, "answered already"):
            letter.action_send()
        self.assertEqual(len(self.dossier.outbox_ids), 1)

    def test_no_answer_needed(self):
        letter = self._letter(text="Dank u wel!")
        letter.action_no_answer()
        self.assertEqual(letter.state, "done")
        self.assertFalse(self.dossier.outbox_ids)

    def test_pressure_does_not_go_out(self):
        """Also what a handler writes by hand may not threaten (art. 4.3 Bki)."""
        letter = self._letter(answer="Anders sturen wij de deurwaarder.")
        letter.action_send()
        letter.message_id._render()
        self.assertEqual(letter.message_id.state, "failed")
        self.assertIn("deurwaarder", letter.message_id.failure)

    def test_who_may_answer(self):
        letter = self._letter(answer="Op 3 maart.")
        for user in (self.finance, self.auditor):
            with self.assertRaises(AccessError):
                letter.with_user(user).action_send()
        self.assertEqual(letter.state, "new")

    def test_never_deleted(self):
        with self.assertRaises(UserError):
            self._letter().unlink()


@tagged("post_install", "-at_install")
class TestAnswerByMail(MailCommon):
    """Who answers an e-mail of ours writes a message that waits for an answer."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier()
        self.message = self._rendered(self.dossier, self.reminder)
        self._committed()
        self.Message._cron_send()

    def _receive(self, body, headers="", sender="jan.devries@debiteur.example"):
        reference = self.message.mail_message_ref
        self.env["mail.thread"].message_process(
            False,
            f"From: {sender}\r\nTo: post@korenaar.example\r\nSubject: Re: brief\r\n"
            f"Message-Id: <1@debiteur.example>\r\nIn-Reply-To: {reference}\r\n"
            f"References: {reference}\r\nMIME-Version: 1.0\r\n{headers}{body}",
        )
        return self.env["incasso.correspondence"].search(
            [("dossier_id", "=", self.dossier.id)]
        )

    def test_with_files(self):
        part = "--x\r\nContent-Type: {}\r\n{}\r\n{}\r\n"
        attached = "Content-Disposition: attachment; filename={}\r\n"
        letter = self._receive(
            part.format("text/html", "", f"<p>Ik heb betaald.</p>{SCRIPT}")
            + part.format("text/plain", attached.format("b.txt"), "3 maart, 10 euro")
            + part.format("application/pdf", attached.format("v.pdf"), "<html>x</html>")
            + "--x--\r\n",
            headers='Content-Type: multipart/mixed; boundary="x"\r\n\r\n',
        )
        self.assertEqual(len(letter), 1)
        self.assertIn("Ik heb betaald.", letter.text)
        self.assertNotIn("script", letter.text)
        self.assertEqual((letter.source, letter.state), ("email", "new"))
        self.assertFalse(letter.sender, "the debtor")
        self.assertEqual(letter.file_ids.mapped("name"), ["b.txt"])
        self.assertIn("v.pdf", " ".join(letter.message_ids.mapped("body")))
        everything = self.env["ir.attachment"].search(
            [("res_model", "=", letter._name), ("res_id", "=", letter.id)]
        )
        self.assertEqual(everything, letter.file_ids, "nothing is kept unchecked")

    def test_of_somebody_else(self):
        letter = self._receive("\r\nHoi", sender="piet@elders.example")
        self.assertEqual(letter.sender, "piet@elders.example")

    def test_what_a_machine_answers_waits_for_nobody(self):
        letter = self._receive("\r\nIk ben er niet", "Auto-Submitted: auto-replied\r\n")
        self.assertFalse(letter)
        self.assertIn("Ik ben er niet", self.dossier.message_ids[0].body)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_files_of_the_answer_go_along(self):
        letter = self._receive("\r\nHebt u de factuur nog?")
        letter.answer_file_ids = self.env["ir.attachment"].create(
            {"name": "factuur.pdf", "raw": b"%PDF-1.4", "mimetype": "application/pdf"}
        )
        letter.answer = "Die vindt u hierbij."
        letter.action_send()
        letter.message_id._render()
        self._committed()
        self.Message._cron_send()
        parts = self.mailbox.mails[-1].iter_attachments()
        names = [part.get_filename() for part in parts]
        self.assertEqual(len(names), 2)
        self.assertIn("factuur.pdf", names)
