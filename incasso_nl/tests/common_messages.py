import smtplib
import socket
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes, policy
from unittest import SkipTest
from unittest.mock import patch

from freezegun import freeze_time

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import IncassoCommon

try:
    from aiosmtpd.controller import Controller
except ImportError:  # a tool of the tests only
    Controller = None

# A Tuesday, 10:00 in the Netherlands (UTC+1).
NOW = "2026-11-17 09:00:00"
TODAY = date(2026, 11, 17)


class Killed(BaseException):
    """The worker is killed: nothing catches it, as nothing catches a signal."""


class MessageCommon(IncassoCommon):
    """Dossiers whose claims are long overdue, on a working day in the morning.

    What the outbox commits is held by a savepoint: :meth:`_run_until_killed` goes back
    to it, as a worker that is killed would.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Message = cls.env["incasso.message"]
        cls.reminder = cls.env.ref("incasso_nl.template_reminder")
        cls.notice = cls.env.ref("incasso_nl.template_notice")
        cls.demand = cls.env.ref("incasso_nl.template_demand")
        cls.thanks = cls.env.ref("incasso_nl.template_thanks")
        # What demo data or somebody left in the outbox is none of these tests' work.
        left = cls.Message.search([("state", "in", ("queued", "rendered", "sending"))])
        left._store([{"id": message.id, "state": "failed"} for message in left])
        cls.company.write(
            {
                "incasso_registration_number": "2024.00123",
                "incasso_complaints_email": "klachten@korenaar.example",
            }
        )

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self.env.cr.execute("SAVEPOINT incasso_commit")
        self.patch(type(self.env["ir.cron"]), "_commit_progress", self._committed)

    def _committed(self, _processed=0, **_options):
        """In the place of a commit."""
        self.env.flush_all()
        self.env.cr.execute("RELEASE SAVEPOINT incasso_commit")
        self.env.cr.execute("SAVEPOINT incasso_commit")
        return float("inf")

    def _run_until_killed(self, work):
        """Run ``work``, which is killed, and go back to the last commit."""
        # Not assertRaises: it puts a savepoint of its own around the commits.
        try:
            work()
        except Killed:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT incasso_commit")
            self.env.invalidate_all(flush=False)
        else:
            self.fail("it was to be killed")

    def _queue(self, dossiers, template, **options):
        """Messages of today through the outbox's own door."""
        today = options.pop("today", TODAY)
        return self.Message._queue(
            dossiers, template, today, dossiers._balances(today), **options
        )

    def _rendered(self, dossiers, template, **options):
        messages = self._queue(dossiers, template, **options)
        messages._render()
        self.assertEqual(
            set(messages.mapped("state")), {"rendered"}, messages.mapped("failure")
        )
        return messages

    def _posted(self, dossiers, template, **options):
        """Letters that were printed and posted today."""
        messages = self._rendered(dossiers, template, channel="post", **options)
        self.env["incasso.print.batch"]._make(messages).action_posted()
        return messages


class Mailbox:
    """What a mail server on loopback received, and how it answers."""

    def __init__(self):
        self.mails = []
        self.answer = "250 OK"
        self.hang_up = False

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        mail.envelope = envelope
        self.mails.append(mail)
        if self.hang_up:
            # Taken, and the line goes dead before the answer.
            server.transport.abort()
        return "250 Taken"


class MailCommon(MessageCommon):
    """With a real mail server, to which Odoo sends as in production."""

    @classmethod
    def setUpClass(cls):
        if Controller is None:
            raise SkipTest("aiosmtpd is not installed: setup/test installs it")
        super().setUpClass()
        cls.mailbox = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(cls.mailbox, hostname="127.0.0.1", port=port)
        controller.start()
        cls.addClassCleanup(controller.stop)
        cls.env["ir.mail_server"].search([]).active = False
        cls.server = cls.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "from_filter": "korenaar.example",
            }
        )
        domain = cls.env["mail.alias.domain"].create(
            {"name": "korenaar.example", "bounce_alias": "bounce"}
        )
        cls.company.alias_domain_id = domain
        cls.startClassPatcher(
            patch.object(IrMail_Server, "_disable_send", lambda _: False)
        )

    def setUp(self):
        super().setUp()
        self.mailbox.mails.clear()
        self.mailbox.answer = "250 OK"
        self.mailbox.hang_up = False

    @contextmanager
    def _no_server(self):
        """The mail server cannot be reached."""
        with patch.object(
            IrMail_Server,
            "_connect__",
            side_effect=smtplib.SMTPConnectError(421, "busy"),
        ):
            yield
