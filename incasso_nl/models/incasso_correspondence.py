import re

from lxml import html

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize, html2plaintext

from .incasso_request import OPEN_STATES

#: Characters of a message that comes in by e-mail.
TEXT_LENGTH = 10_000


class IncassoCorrespondence(models.Model):
    """A message of a debtor with our answer to it, or a message of ours.

    What goes out goes through the outbox (`incasso.message`), by the channel that the
    debtor prefers; here is the conversation, which the debtor reads online as well.
    """

    _name = "incasso.correspondence"
    _description = "Correspondence"
    _inherit = ["incasso.request"]

    direction = fields.Selection(
        selection=[("in", "From the debtor"), ("out", "From us")],
        required=True,
        default="in",
    )
    subject = fields.Char(size=200)
    sender = fields.Char(
        string="Written by",
        help="Who wrote it, where that is not the debtor: a name or an e-mail address.",
    )
    answer_file_ids = fields.Many2many(
        string="Files With the Answer",
        help="They go with an e-mail and can be downloaded online. With a letter they "
        "are to be printed.",
        comodel_name="ir.attachment",
        relation="incasso_correspondence_answer_file_rel",
        bypass_search_access=True,
        copy=False,
    )
    message_id = fields.Many2one(
        string="As It Was Sent",
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    message_state = fields.Selection(string="Sending", related="message_id.state")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request`: for what we write nobody waits."""
        letters = super().create(vals_list)
        letters.filtered(lambda letter: letter.direction == "out").answer_date = False
        return letters

    # === ACTION METHODS === #

    def action_send(self):
        """Send the answer, by the channel that the debtor prefers.

        :raise UserError: there is no answer, or it was sent already
        """
        self.check_access("write")
        for letter in self:
            if letter.state not in OPEN_STATES:
                raise UserError(self.env._("%s is answered already.", letter.name))
            if not (letter.answer or "").strip():
                raise UserError(self.env._("Write an answer first."))
            message = letter._write_letter("incasso_nl.template_answer")
            message.attachment_ids = letter.answer_file_ids
            letter._close(message_id=message.id)
            letter.dossier_id._log(
                "note",
                self.env._("%s answered.", letter.name)
                if letter.direction == "in"
                else self.env._("%s sent.", letter.name),
                message_id=message.id or None,
            )

    def action_no_answer(self):
        """Nothing needs to be answered, such as a word of thanks."""
        self.check_access("write")
        self.filtered(lambda letter: letter.state in OPEN_STATES)._close()

    # === BUSINESS METHODS === #

    def _letter_values(self):
        """Override of `incasso.request`: a message of ours answers none."""
        values = super()._letter_values()
        if self.direction == "out":
            values["request_date"] = None
        return values

    def _files(self):
        """The files that the debtor may download: those sent in, and those that went
        with the answer.

        :rtype: ir.attachment
        """
        self.ensure_one()
        sent = self.answer_file_ids if self.state == "done" else self.browse().file_ids
        return self.file_ids | sent

    # === MAIL GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Override of `mail`: an answer by e-mail to a message of the outbox.

        Files are checked like all that come from outside; what is refused is named in
        the text and not kept.
        """
        text = _new_text(msg_dict.get("body") or "")
        letter = self.create(
            {
                **(custom_values or {}),
                "source": "email",
                "subject": (msg_dict.get("subject") or "")[:200],
                "sender": (msg_dict.get("email_from") or "")[:200],
                "text": text[:TEXT_LENGTH],
            }
        )
        if letter._from_debtor(letter.sender):
            letter.sender = False
        attachments, msg_dict["attachments"] = msg_dict.get("attachments") or [], []
        for attachment in attachments:
            letter._attach_mailed(attachment)
        return letter

    def _attach_mailed(self, attachment):
        name, content = attachment.fname, attachment.content
        if isinstance(content, str):
            content = content.encode()
        if not isinstance(content, bytes):
            # A message in the message: what it answers, most of the time.
            return
        try:
            with self.env.cr.savepoint():
                self._attach([(name, content)])
        except UserError as error:
            self.message_post(body=error.args[0])

    def _from_debtor(self, email):
        """Whether an address is the debtor's own, or of who acts for the debtor."""
        known = {
            email_normalize(partner.email)
            for partner in (self.debtor_id, *self.dossier_id._recipients().values())
        }
        return email_normalize(email) in known


def _new_text(body):
    """What is new in an e-mail: without the message that it answers."""
    if not body.strip():
        return ""
    tree = html.fromstring(f"<div>{body}</div>")
    for quote in tree.xpath("//*[@data-o-mail-quote or @data-o-mail-quote-node]"):
        quote.drop_tree()
    text = html2plaintext(html.tostring(tree, encoding="unicode"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
