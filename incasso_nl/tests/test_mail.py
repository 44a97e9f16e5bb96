from datetime import datetime
from email import message_from_bytes, policy
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_messages import Killed, MailCommon

SENDER = "odoo.addons.incasso_nl.models.incasso_message_send"
MAIL_SERVER = "odoo.addons.base.models.ir_mail_server"


@tagged("post_install", "-at_install")
class TestSend(MailCommon):
    def setUp(self):
        super().setUp()
        self.dossier = self._dossier()
        self.message = self._rendered(self.dossier, self.reminder)
        self._committed()

    def test_sent(self):
        """A real mail server gets the e-mail with the letter of the archive."""
        self.Message._cron_send()
        (mail,) = self.mailbox.mails
        self.assertEqual(self.message.state, "sent")
        self.assertEqual(mail["Message-Id"], self.message.mail_message_ref)
        self.assertEqual(mail.envelope.rcpt_tos, ["jan.devries@debiteur.example"])
        self.assertEqual(mail.envelope.mail_from, "bounce@korenaar.example")
        self.assertIn("administratie@korenaar.example", mail["From"])
        self.assertEqual(
            mail["Subject"], "Herinnering: uw betaling van € 1.000,00 staat nog open"
        )
        (letter,) = mail.iter_attachments()
        self.assertEqual(letter.get_content_type(), "application/pdf")
        self.assertEqual(letter.get_content(), self.message._pdf_attachment().raw)
        self.assertIn("reminder-2026-11-17.pdf", letter.get_filename())
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("1.000,00", text)
        self.assertIn("Beste Jan de Vries", text)

    def test_notice_by_email(self):
        """Received on the day it is sent: fifteen days after Tuesday 17 November is
        Wednesday 2 December."""
        notice = self._rendered(self.dossier, self.notice)
        self.Message._cron_send()
        self.assertEqual(notice.received_date.isoformat(), "2026-11-17")
        self.assertEqual(notice.deadline_date.isoformat(), "2026-12-02")
        self.assertEqual(self.dossier.claim_ids.notice_id, notice)

    def test_twice(self):
        """Run again, nothing goes out again."""
        self.Message._cron_send()
        self.Message._cron_send()
        self.assertEqual(len(self.mailbox.mails), 1)

    def test_killed_before_it_is_offered(self):
        """It goes out the next time."""
        with patch.object(type(self.message), "_build_email", side_effect=Killed):
            self._run_until_killed(self.Message._cron_send)
        self.assertEqual((self.message.state, self.mailbox.mails), ("rendered", []))
        self.Message._cron_send()
        self.assertEqual((self.message.state, len(self.mailbox.mails)), ("sent", 1))

    def _kill_after_smtp(self):
        with patch.object(type(self.message), "_mark_sent", side_effect=Killed):
            self._run_until_killed(self.Message._cron_send)
        self.assertEqual((self.message.state, len(self.mailbox.mails)), ("sending", 1))

    def test_killed_between_smtp_and_commit(self):
        """Never again by itself; after a while a person is asked, who says it went
        out."""
        self._kill_after_smtp()
        self.Message._cron_send()
        self.assertFalse(self.message.failure)
        self.clock.move_to("2026-11-17 09:11:00")
        self.Message._cron_send()
        self.assertEqual((self.message.state, len(self.mailbox.mails)), ("sending", 1))
        reference = self.mailbox.mails[0]["Message-Id"]
        self.assertIn(reference, self.message.failure)
        self.message._cancel("too late for that")
        self.assertEqual(self.message.state, "sending")
        self.message.with_user(self.handler).action_confirm_sent()
        self.assertEqual(self.message.state, "sent")
        self.assertEqual(self.message.mail_message_ref, reference)
        self.Message._cron_send()
        self.assertEqual(len(self.mailbox.mails), 1)

    def test_sent_again_by_a_person(self):
        self._kill_after_smtp()
        self.clock.move_to("2026-11-17 09:11:00")
        self.Message._cron_send()
        self.message.with_user(self.handler).action_send_again()
        self.assertEqual(self.message.state, "rendered")
        self.Message._cron_send()
        self.assertEqual((self.message.state, len(self.mailbox.mails)), ("sent", 2))

    @mute_logger(MAIL_SERVER)
    def test_line_goes_dead(self):
        """Whether it was taken nobody can know: it is not offered again."""
        self.mailbox.hang_up = True
        self.Message._cron_send()
        self.assertEqual(self.message.state, "sending")
        self.assertIn(self.message.mail_message_ref, self.message.failure)
        self.mailbox.hang_up = False
        self.Message._cron_send()
        self.assertEqual(len(self.mailbox.mails), 1)

    def test_at_night(self):
        """A forbidden hour at the moment of sending counts, however late it became."""
        for now, allowed in (
            ("2026-11-17 19:00:00", datetime(2026, 11, 18, 6, 0)),  # 20:00
            ("2026-11-21 20:00:00", datetime(2026, 11, 23, 6, 0)),  # Saturday night
            ("2026-12-25 10:00:00", datetime(2026, 12, 28, 6, 0)),  # Christmas, Friday
            ("2026-12-31 05:59:00", datetime(2026, 12, 31, 6, 0)),  # 6:59
        ):
            self.clock.move_to(now)
            self.Message._cron_send()
            self.assertEqual(self.mailbox.mails, [], now)
            self.assertEqual(self.message.scheduled_at, allowed, now)
        self.clock.move_to("2026-12-31 06:00:00")
        self.Message._cron_send()
        self.assertEqual(len(self.mailbox.mails), 1)

    @mute_logger(SENDER)
    def test_no_server(self):
        """It stays in the outbox and goes out when the server is back."""
        with self._no_server():
            self.Message._cron_send()
        self.assertEqual((self.message.state, self.message.attempts), ("rendered", 1))
        self.clock.move_to("2026-11-17 09:15:00")
        self.Message._cron_send()
        self.assertEqual((self.message.state, len(self.mailbox.mails)), ("sent", 1))

    @mute_logger(MAIL_SERVER)
    def test_refused_for_now(self):
        self.mailbox.answer = "451 Try again later"
        self.Message._cron_send()
        self.assertEqual(self.message.state, "rendered")
        self.assertEqual(self.message.scheduled_at, datetime(2026, 11, 17, 9, 15))
        for minute in (15, 30, 45):
            self.clock.move_to(datetime(2026, 11, 17, 9, minute))
            self.Message._cron_send()
        self.assertEqual(self.message.state, "rendered")
        self.clock.move_to(datetime(2026, 11, 17, 10, 0))
        self.Message._cron_send()
        self.assertEqual(self.message.state, "failed")
        self.assertIn("Try again later", self.message.failure)

    @mute_logger(MAIL_SERVER)
    def test_refused_for_good(self):
        """No such mailbox: the e-mail address is of no use any more."""
        self.mailbox.answer = "550 No such user"
        self.Message._cron_send()
        self.assertEqual(self.message.state, "bounced")
        self.assertTrue(self.consumer.incasso_email_unreachable)

    def test_one_bad_one_good(self):
        other = self._rendered(self._dossier(self.business), self.reminder)
        self._committed()
        build = type(self.message)._send_one

        def broken(message, server, session, company):
            if message == self.message:
                self.mailbox.answer = "550 No such user"
            else:
                self.mailbox.answer = "250 OK"
            return build(message, server, session, company)

        with (
            patch.object(type(self.message), "_send_one", broken),
            mute_logger(MAIL_SERVER),
        ):
            self.Message._cron_send()
        self.assertEqual((self.message.state, other.state), ("bounced", "sent"))


@tagged("post_install", "-at_install")
class TestIncoming(MailCommon):
    def setUp(self):
        super().setUp()
        self.dossier = self._dossier()
        self.message = self._rendered(self.dossier, self.notice)
        self.Message._cron_send()
        (self.mail,) = self.mailbox.mails

    def _report(self, action, status):
        """A delivery report as mail servers send it (RFC 3464)."""
        reference = self.mail["Message-Id"]
        return (
            "From: MAILER-DAEMON@debiteur.example\r\n"
            "To: bounce@korenaar.example\r\n"
            "Subject: Delivery Status Notification\r\n"
            "Message-Id: <report-1@debiteur.example>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status;\r\n"
            ' boundary="b"\r\n'
            "\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\n"
            "550 5.1.1 The mailbox of jan.devries does not exist.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.debiteur.example\r\n\r\n"
            "Final-Recipient: rfc822; jan.devries@debiteur.example\r\n"
            f"Action: {action}\r\nStatus: {status}\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-Id: {reference}\r\n"
            f"Subject: Notice\r\n\r\n"
            "--b--\r\n"
        )

    def test_bounce(self):
        """A notice that bounced gives no right to costs."""
        self.assertTrue(self.dossier.claim_ids.costs_due_from)
        self.env["mail.thread"].message_process(False, self._report("failed", "5.1.1"))
        self.assertEqual(self.message.state, "bounced")
        self.assertIn("does not exist", self.message.failure)
        self.assertTrue(self.consumer.incasso_email_unreachable)
        self.assertFalse(self.dossier.claim_ids.notice_id)
        self.assertFalse(self.dossier.claim_ids.costs_due_from)
        again = self._queue(self.dossier, self.notice)
        self.assertEqual(again.channel, "post")

    def test_delayed_is_no_bounce(self):
        self.env["mail.thread"].message_process(False, self._report("delayed", "4.4.1"))
        self.assertEqual(self.message.state, "sent")
        self.assertFalse(self.consumer.incasso_email_unreachable)

    def test_delivered(self):
        self.env["mail.thread"].message_process(
            False, self._report("delivered", "2.0.0")
        )
        self.assertEqual(self.message.state, "delivered")

    def test_bounce_of_something_else(self):
        self.mail.replace_header("Message-Id", "<other@korenaar.example>")
        self.env["mail.thread"].message_process(False, self._report("failed", "5.1.1"))
        self.assertEqual(self.message.state, "sent")

    def test_answer_reaches_the_dossier(self):
        """A debtor who answers the e-mail is read with the dossier, and waits for an
        answer."""
        answer = (
            "From: Jan de Vries <jan.devries@debiteur.example>\r\n"
            f"To: {self.mail['Reply-To']}\r\n"
            "Subject: Re: uw brief\r\n"
            "Message-Id: <answer-1@debiteur.example>\r\n"
            f"In-Reply-To: {self.mail['Message-Id']}\r\n"
            f"References: {self.mail['Message-Id']}\r\n"
            "\r\nIk heb al betaald.\r\n"
        )
        thread = self.env["mail.thread"].message_process("mail.test.unknown", answer)
        letter = self.env["incasso.correspondence"].browse(thread)
        self.assertEqual(letter.dossier_id, self.dossier)
        self.assertEqual(letter.text, "Ik heb al betaald.")
        self.assertIn("Ik heb al betaald", letter.message_ids[0].body)
        raw = message_from_bytes(answer.encode(), policy=policy.default)
        self.assertEqual(raw["In-Reply-To"], self.message.mail_message_ref)
