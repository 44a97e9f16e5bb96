import logging
import smtplib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every
from odoo.tools.mail import email_normalize, generate_tracking_message_id

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

_logger = logging.getLogger(__name__)

#: E-mails for which one connection to the mail server is used.
SEND_BATCH = 50
#: How often a message is offered again when the mail server turns it away for now.
MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=15)
#: A message that is still being sent after this was cut off while it was.
IN_DOUBT_AFTER = timedelta(minutes=10)

# What a mail server answers before it takes a message: it was certainly not sent.
_REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


class IncassoMessage(models.Model):
    """E-mail: out through Odoo's mail servers, at most once.

    No protocol between two machines gives exactly once. What can be had is this. A
    message is marked as being sent, and that is committed; then the mail server is
    offered it; then it is marked as sent, and that is committed. Cut off before the
    first commit, it is sent the next time. Cut off after the second, it was sent. Cut
    off in between, nobody can know: it stays *being sent*, is never offered again by
    itself, and a person decides with the mail server's log, in which its Message-Id
    stands. So no debtor ever gets a message twice, and none is lost in silence.
    """

    _inherit = "incasso.message"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS - SENDING === #

    @api.model
    def _cron_send(self):
        """Send the e-mails whose moment has come."""
        self._report_doubt()
        while messages := self._due_emails(SEND_BATCH):
            self._send_batch(messages)
            left = self.search_count(self._due_domain())
            if not self.env["ir.cron"]._commit_progress(len(messages), remaining=left):
                break

    @api.model
    def _send_due(self):
        """Send the e-mails whose moment has come; for the cron and for a person."""
        self._cron_send()

    def _due_domain(self):
        return [
            ("state", "=", "rendered"),
            ("channel", "=", "email"),
            ("scheduled_at", "<=", fields.Datetime.now()),
        ]

    def _due_emails(self, limit):
        """E-mails to send now; at a forbidden hour they are moved to the next one."""
        messages = self.search(
            self._due_domain(), order="scheduled_at, id", limit=limit
        )
        now = fields.Datetime.now()
        allowed = self._next_allowed(now)
        if messages and allowed > now:
            late = self.search(self._due_domain())
            late._store(
                [{"id": message.id, "scheduled_at": allowed} for message in late]
            )
            return self.browse()
        return messages

    def _send_batch(self, messages):
        """Send e-mails over one connection for each company."""
        stale = messages.try_lock_for_update()
        stale._withdraw_stale()
        self._commit()
        for company, group in messages.grouped("company_id").items():
            for batch in split_every(SEND_BATCH, group.ids, self.browse):
                batch.with_company(company)._send_emails(company)

    def _send_emails(self, company):
        server = self.env["ir.mail_server"].with_context(
            domain_notifications_email=company.default_from_email,
            domain_bounce_address=company.bounce_email,
        )
        try:
            session = server._connect__(smtp_from=self._email_from(company))
        except Exception as error:  # noqa: BLE001 - any failure to connect is the same
            # Nothing was offered: they stay where they are, and the next run tries.
            _logger.warning("No connection to the mail server: %s", error)
            self._postpone({message.id: str(error) for message in self})
            self._commit()
            return
        try:
            for message in self:
                message._send_one(server, session, company)
        finally:
            if session:
                try:
                    session.quit()
                except smtplib.SMTPException:
                    _logger.info("The mail server had closed the connection already")

    def _send_one(self, server, session, company):
        """Send one e-mail; see the class for what may happen when."""
        self.ensure_one()
        claimed = self.try_lock_for_update().filtered(
            lambda message: message.state == "rendered"
        )
        if not claimed:
            # Withdrawn, or another worker has it.
            self._commit()
            return
        reference = generate_tracking_message_id(f"{self.id}-incasso.message")
        mail = self._build_email(server, company, reference)
        self._store(
            [{"id": self.id, "state": "sending", "mail_message_ref": reference}]
        )
        self._commit()
        try:
            server.send_email(mail, smtp_session=session)
        except MailDeliveryException as error:
            self._mark_refused(error)
        except smtplib.SMTPServerDisconnected as error:
            # It may have been taken before the line went dead.
            self._mark_doubtful(str(error))
        else:
            self._mark_sent(refs={self.id: reference})
        self._commit()

    def _commit(self):
        """Make what happened so far last, whatever happens next.

        Hook: tests have one transaction only.
        """
        self.env["ir.cron"]._commit_progress()

    def _email_from(self, company):
        return company.email_formatted or self.env.user.email_formatted

    def _build_email(self, server, company, reference):
        """The e-mail with the letter attached.

        :rtype: email.message.EmailMessage
        """
        self.ensure_one()
        sender = self._email_from(company)
        # The letter in the archive: whoever sends the message may send its letter.
        pdf = self._pdf_attachment().raw
        headers = {
            # Answers of machines to a machine lead nowhere.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF",
        }
        if company.bounce_email:
            headers["Return-Path"] = company.bounce_email
        return server._build_email__(
            email_from=sender,
            email_to=[email_normalize(self.email_to) or self.email_to],
            subject=self.subject,
            body=self.email_body,
            subtype="html",
            reply_to=company.catchall_formatted or sender,
            attachments=[
                (self._file_name(), pdf, "application/pdf"),
                # In sudo, for the same reason.
                *(
                    (file.name, file.raw, file.mimetype)
                    for file in self.sudo().attachment_ids
                ),
            ],
            message_id=reference,
            headers=headers,
        )

    # === BUSINESS METHODS - WHEN IT DOES NOT WORK === #

    def _mark_refused(self, error):
        """The mail server did not take it: for good, or for the moment."""
        self.ensure_one()
        cause = error.__context__
        reason = str(error.args[-1] if error.args else error)
        if isinstance(cause, smtplib.SMTPRecipientsRefused):
            codes = {code for code, _text in cause.recipients.values()}
            if all(code >= 500 for code in codes):
                self._mark_bounced(reason)
                return
        if not isinstance(cause, _REFUSALS):
            self._mark_doubtful(reason)
            return
        if getattr(cause, "smtp_code", 400) >= 500 or self.attempts + 1 >= MAX_ATTEMPTS:
            self._mark_failed({self.id: reason})
            return
        self._store([{"id": self.id, "state": "rendered"}])
        self._postpone({self.id: reason})

    def _postpone(self, reasons):
        """Offer messages again a little later.

        :param dict reasons: why, by message id
        """
        later = self._next_allowed(fields.Datetime.now() + RETRY_AFTER)
        self._store(
            [
                {
                    "id": message.id,
                    "scheduled_at": later,
                    "attempts": message.attempts + 1,
                    "failure": reasons[message.id],
                }
                for message in self
            ]
        )

    def _mark_doubtful(self, reason):
        """Nobody can know whether these went out: a person looks it up."""
        self._store(
            [
                {
                    "id": message.id,
                    "failure": self.env._(
                        "It is not known whether this went out (%(reason)s). Look for "
                        "%(reference)s in the log of the mail server, and say so here.",
                        reason=reason,
                        reference=message.mail_message_ref,
                    ),
                }
                for message in self
            ]
        )
        self._log_event(
            "error",
            dict.fromkeys(
                self.ids,
                self.env._(
                    "Cut off while it was being sent: look whether it went out."
                ),
            ),
        )

    @api.model
    def _report_doubt(self):
        """Tell a person of messages that were cut off while they were being sent."""
        cut_off = self.search(
            [
                ("state", "=", "sending"),
                ("failure", "=", False),
                ("write_date", "<", fields.Datetime.now() - IN_DOUBT_AFTER),
            ]
        ).try_lock_for_update()
        if cut_off:
            cut_off._mark_doubtful(self.env._("the work was cut off"))
            self._commit()

    # === BUSINESS METHODS - WHAT COMES BACK === #

    @api.model
    def _receive_report(self, references, action, reason):
        """A mail server reports what became of an e-mail.

        :param references: Message-Ids in the report
        :param str action: of RFC 3464: ``failed``, ``delayed``, ``delivered``,
            ``relayed`` or ``expanded``
        :param str reason: what the mail server says
        :return: the messages that it is about
        """
        messages = self.search([("mail_message_ref", "in", list(references))])
        if action == "failed":
            messages._mark_bounced(reason)
        elif action == "delivered":
            sent = messages.filtered(lambda m: m.state == "sent")
            sent._store([{"id": message.id, "state": "delivered"} for message in sent])
        return messages
