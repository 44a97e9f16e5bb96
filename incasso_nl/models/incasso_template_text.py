import ast
import re
import textwrap

from lxml import etree
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.translate import LazyTranslate

from ..report import codes
from ..report.letter_check import check_letter, check_words
from ..report.letter_pdf import LetterError, print_letter
from ..report.letter_sample import sample_letter
from ..report.letter_values import (
    amounts_values,
    answer_values,
    arrangement_values,
    complaint_values,
    explanation_values,
    help_values,
    merge_values,
    objection_values,
    page_values,
    parties_values,
    payment_values,
    portal_link_values,
    portal_values,
    schedule_values,
    signature_values,
    specification_values,
    vat_text,
)
from .incasso_template import ELEMENT_TEXTS

_lt = LazyTranslate(__name__)

LANGUAGES = [("nl", "Dutch"), ("en", "English")]

#: Merge fields: what each one is. Fields that are true or false are for conditions.
MERGE_FIELDS = {
    "salutation": _lt("Beste Jan de Vries, / Geachte heer of mevrouw,"),
    "behalf_text": _lt("For whom the company writes; empty if for itself"),
    "about_text": _lt("Which invoices it is about, as a sentence"),
    "date": _lt("Date of the letter"),
    "collector_name": _lt("Who writes: the company"),
    "creditor_name": _lt("Who is owed the money"),
    "debtor_name": _lt("Who owes the money"),
    "recipient_name": _lt("To whom it is sent"),
    "handler_name": _lt("The fixed contact"),
    "contact": _lt("How to reach the company, as part of a sentence"),
    "dossier_number": _lt("Number of the dossier"),
    "creditor_reference": _lt("The creditor's own reference"),
    "payment_reference": _lt("Payment reference"),
    "iban": _lt("Account number"),
    "account_name": _lt("Account name"),
    "invoice_count": _lt("How many claims are open"),
    "invoice_numbers": _lt("The invoice numbers; empty when there are more than four"),
    "invoice_date": _lt("Date of the first invoice"),
    "due_date": _lt("Due date of the first invoice"),
    "what_for": _lt("What the claim is for; empty when there are several"),
    "principal": _lt("Principal"),
    "interest": _lt("Interest"),
    "costs": _lt("Collection costs charged, VAT included"),
    "costs_vat": _lt("VAT in the collection costs"),
    "total": _lt("Total to pay"),
    "announced_costs": _lt("Notice: the costs if it is not paid, VAT included"),
    "announced_total": _lt("Notice: the total with these costs"),
    "term_days": _lt("Days to pay"),
    "term_days_words": _lt("Days to pay, in words"),
    "term_date": _lt("Last day to pay; not in a notice"),
    "notice_date": _lt("Date of the notice of costs, if there was one"),
    "received_amount": _lt("Thank-you, reported payment: the amount"),
    "received_date": _lt("Thank-you, reported payment: the day"),
    "hold_until": _lt("Information: until when nothing happens"),
    "reason": _lt("Information: why nothing happens"),
    "helper_name": _lt("Help: who helps the debtor"),
    "helper_contact": _lt("Help: the contact person there"),
    "helper_reference": _lt("Help: the number under which the helper knows it"),
    "help_kind": _lt("Help: what kind it is"),
    "request_number": _lt("Answer: the number of what the debtor brought up"),
    "request_date": _lt("Answer: the day on which that came in"),
    "answer": _lt("Answer: what the handler wrote"),
    "disputed_invoices": _lt("Dispute: the invoices that it is about"),
    "dispute_reason": _lt("Dispute: its reason, for conditions; such as no_notice"),
    "credited_amount": _lt("Dispute: by how much less is owed"),
    "refund_amount": _lt("Dispute: what is paid back"),
    "answer_date": _lt("Acknowledgement: the day on which an answer is promised"),
    "outcome": _lt("Answer to a complaint: whether we agree with it, as a sentence"),
    "pay_amount": _lt("Arrangement: what is to be paid now"),
    "pay_date": _lt("Arrangement: the last day to pay that"),
    "instalment_number": _lt("Arrangement: the number of the instalment to pay"),
    "instalment_count": _lt("Arrangement: how many instalments there are"),
    "instalment_amount": _lt("Arrangement: what an instalment is"),
    "instalment_period": _lt("Arrangement: per week, per vier weken, per maand"),
    "arrangement_total": _lt("Arrangement: what the instalments come to"),
    "first_date": _lt("Arrangement: the day of the first instalment"),
    "last_date": _lt("Arrangement: the day of the last instalment"),
    "missed_days": _lt("Arrangement: days to pay after a missed instalment"),
    "postponed_amount": _lt("Arrangement: the instalment that was moved"),
    "postponed_from": _lt("Arrangement: the day from which it was moved"),
    "postponed_to": _lt("Arrangement: the day to which it was moved"),
    "third_party": _lt("True: for another creditor"),
    "consumer": _lt("True: the debtor is a consumer"),
    "business": _lt("True: the debtor is a business or government"),
    "natural_person": _lt("True: a natural person is behind it"),
    "represented": _lt("True: it goes to who represents the debtor"),
    "by_email": _lt("True: it goes by e-mail"),
    "several": _lt("True: there are several claims"),
    "several_instalments": _lt("True: there are several instalments"),
    "disputed_several": _lt("True: the dispute is about several invoices"),
    "has_credited": _lt("True: the dispute lowered what is owed"),
    "has_refund": _lt("True: something is paid back"),
    "all_settled": _lt("True: the dossier is closed, nothing is owed any more"),
    "has_total": _lt("True: there is something to pay now"),
    "has_interest": _lt("True: there is interest in the total"),
    "has_costs": _lt("True: there are costs in the total"),
    "has_costs_vat": _lt("True: there is VAT in these costs"),
    "has_announced_vat": _lt("True: there is VAT in the costs of a notice"),
}
#: Blocks: ready-made parts of a letter. Those with words only may be used in e-mail.
BLOCKS = {
    "amounts_block": _lt("The sum in short"),
    "payment_block": _lt("How to pay, with the QR code"),
    "payment_lines": _lt("How to pay, without the QR code: for e-mail"),
    "portal_block": _lt("Where to arrange it online, if there is such a place"),
    "portal_link": _lt("Link to the dossier online, if there is one: for e-mail"),
    "schedule_block": _lt("Arrangement: the table of instalments"),
    "arrangement_block": _lt("Arrangement: interest, order of payment, stopping"),
    "parties_block": _lt("Creditor and collector with their addresses"),
    "specification_block": _lt("The table of claims"),
    "explanation_block": _lt("How each amount was computed"),
    "objection_block": _lt("How to disagree"),
    "help_block": _lt("Where to find help"),
    "complaint_block": _lt("How to complain"),
    "answer_block": _lt("Answer: what the handler wrote, by paragraph"),
    "signature_block": _lt("Greeting and names"),
    "vat_text": _lt("The declaration about VAT on the costs"),
}

TAGS = set(
    "t p br div span strong b em i ul ol li h2 h3 small table tbody tr th td".split()
)
CLASSES = {"signature", "small", "box", "keep"}
DIRECTIVES = {"t-out", "t-if", "t-elif", "t-else"}
_INLINE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NODES = (
    ast.Expression,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Gt,
    ast.GtE,
    ast.Lt,
    ast.LtE,
)


class IncassoTemplateText(models.Model):
    """What a message says in one language, as a letter and as an e-mail.

    Written in a small part of QWeb: plain tags, ``t-out`` for a merge field and
    ``t-if``, ``t-elif``, ``t-else`` for conditions. Expressions may hold names, values
    and comparisons, and the names are those of texts and numbers, never records: so a
    text can reach nothing but what is listed.
    """

    _name = "incasso.template.text"
    _description = "Message Text"
    _order = "template_id, lang desc"

    template_id = fields.Many2one(
        comodel_name="incasso.template", required=True, index=True, ondelete="cascade"
    )
    lang = fields.Selection(
        string="Language", selection=LANGUAGES, required=True, default="nl"
    )
    subject = fields.Char(
        help="Merge fields are written as {{ dossier_number }}.", required=True
    )
    body = fields.Text(
        string="Letter",
        help='Merge fields are written as <t t-out="dossier_number"/>.',
        required=True,
    )
    email_body = fields.Text(
        string="E-mail",
        help="What the e-mail itself says; the letter goes with it as a PDF.",
        required=True,
    )
    merge_help = fields.Html(
        string="Merge Fields", compute="_compute_merge_help", sanitize=False
    )

    # Preview, on a dossier or on a sample
    preview_dossier_id = fields.Many2one(
        string="Show For",
        help="Empty: a made-up case.",
        comodel_name="incasso.dossier",
        store=False,
    )
    preview_subject = fields.Char(compute="_compute_preview")
    preview_letter = fields.Html(compute="_compute_preview", sanitize=False)
    preview_email = fields.Html(compute="_compute_preview", sanitize=False)

    _once_per_language = models.Constraint(
        "UNIQUE (template_id, lang)", "A template has one text in each language."
    )

    # === COMPUTE METHODS === #

    def _compute_display_name(self):
        languages = dict(self._fields["lang"]._description_selection(self.env))
        for text in self:
            name = text.template_id.name or self.env._("New")
            text.display_name = f"{name} ({languages.get(text.lang, '')})"

    @api.depends("lang")
    def _compute_merge_help(self):
        for text in self:
            letter = text._sample()
            values = merge_values(letter)
            rows = Markup().join(
                Markup("<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>")
                % (name, self.env._(meaning), values[name])
                for name, meaning in MERGE_FIELDS.items()
            )
            rows += Markup().join(
                Markup("<tr><td><code>%s</code></td><td colspan='2'>%s</td></tr>")
                % (name, self.env._(meaning))
                for name, meaning in BLOCKS.items()
            )
            text.merge_help = (
                Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % rows
            )

    @api.depends("subject", "body", "email_body", "lang", "preview_dossier_id")
    def _compute_preview(self):
        for text in self:
            try:
                text._check_sources()
                letter = text._preview_facts(text.preview_dossier_id)
                text.preview_subject = text._render_subject(letter)
                text.preview_letter = text._render_letter(letter, on_screen=True)
                text.preview_email = text._render_email(letter)
            except (UserError, ValidationError) as error:
                text.preview_subject = text.preview_email = False
                text.preview_letter = Markup("<p>%s</p>") % error.args[0]

    # === CONSTRAINT METHODS === #

    @api.constrains("subject", "body", "email_body")
    def _check_sources(self):
        """Only plain tags, merge fields and conditions: nothing that runs."""
        for text in self:
            for name in _INLINE.findall(text.subject or ""):
                if name not in MERGE_FIELDS:
                    raise ValidationError(text._unknown_name(name))
            for source in (text.body, text.email_body):
                text._check_source(source or "")

    def _check_source(self, source):
        for node in self._parse(source).iter():
            if node.tag is etree.Comment:
                continue
            if node.tag not in TAGS:
                raise ValidationError(
                    self.env._(
                        "A text cannot hold <%(tag)s>. Use %(tags)s.",
                        tag=node.tag if isinstance(node.tag, str) else "?",
                        tags=", ".join(sorted(TAGS)),
                    )
                )
            for name, value in node.attrib.items():
                self._check_attribute(name, value)

    def _check_attribute(self, name, value):
        if name == "class" and set(value.split()) <= CLASSES:
            return
        if name not in DIRECTIVES:
            raise ValidationError(
                self.env._(
                    "A text cannot hold the attribute %(name)s=“%(value)s”. Use "
                    "%(names)s, or class with %(classes)s.",
                    name=name,
                    value=value,
                    names=", ".join(sorted(DIRECTIVES)),
                    classes=", ".join(sorted(CLASSES)),
                )
            )
        if name == "t-else":
            return
        try:
            nodes = list(ast.walk(ast.parse(value.strip(), mode="eval")))
        except SyntaxError as error:
            raise ValidationError(
                self.env._("“%s” is no merge field or condition.", value)
            ) from error
        for node in nodes:
            if not isinstance(node, _NODES):
                raise ValidationError(
                    self.env._(
                        "“%s” does more than a text may do: use merge fields, and "
                        "and, or, not and comparisons in conditions.",
                        value,
                    )
                )
            if isinstance(node, ast.Name) and node.id not in {**MERGE_FIELDS, **BLOCKS}:
                raise ValidationError(self._unknown_name(node.id))

    def _unknown_name(self, name):
        return self.env._("There is no merge field “%s”.", name)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to take the indentation of a data file off the texts."""
        return super().create([_tidy(vals) for vals in vals_list])

    def write(self, vals):
        """Override of `base` to keep an active template complete."""
        result = super().write(_tidy(vals))
        if not self.env.context.get("install_mode") and vals.keys() & {
            "subject",
            "body",
            "email_body",
            "lang",
        }:
            self.filtered(lambda t: t.template_id.state == "active")._check_complete()
        return result

    # === ACTION METHODS === #

    def action_check(self):
        """Check the text on letters for every case it has to serve.

        :raise UserError: what is missing or wrong, with the article and what to do
        """
        self._check_complete()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Every compulsory element is there."),
            },
        }

    def action_preview_pdf(self):
        """Open the letter as a PDF, for the dossier chosen in the preview."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/incasso/template/{self.id}/preview"
            f"?dossier={self.preview_dossier_id.id or 0}",
            "target": "new",
        }

    # === BUSINESS METHODS - RENDERING === #

    def _parse(self, source):
        """The source as a tree.

        :raise ValidationError: it is not well formed
        """
        try:
            return etree.fromstring(
                f"<t>{source.replace('&nbsp;', '&#160;')}</t>",
                # No entities from elsewhere, no network.
                etree.XMLParser(resolve_entities=False, no_network=True),
            )
        except etree.XMLSyntaxError as error:
            raise ValidationError(
                self.env._(
                    "The text is not well formed: %s. Every tag is closed, as in "
                    "<p>…</p> and <br/>.",
                    error.msg,
                )
            ) from error

    def _render_subject(self, letter):
        """The subject in plain text."""
        self.ensure_one()
        values = merge_values(letter)
        found = _INLINE.sub(lambda match: str(values[match[1]]), self.subject or "")
        return " ".join(found.split())

    def _render_source(self, source, values):
        """A text with its merge fields filled in.

        Without Odoo's usual rendering context: the values given are all that it sees.
        """
        return self.env["ir.qweb"]._render(
            self._parse(source), values, minimal_qcontext=True, incasso_source=source
        )

    def _render_view(self, name, values):
        return self.env["ir.qweb"]._render(
            f"incasso_nl.{name}", values, minimal_qcontext=True
        )

    def _render_letter(self, letter, on_screen=False):
        """The letter as a whole HTML document.

        :param letter: :class:`~..report.letter_values.Letter`
        :param bool on_screen: with the stylesheet in it, for a browser
        """
        self.ensure_one()
        values = {**merge_values(letter), **self._blocks(letter, self.body or "")}
        page = page_values(letter, self._render_subject(letter))
        page["body"] = self._render_source(self.body or "", values)
        page["barcode_picture"] = letter.barcode and codes.barcode(letter.barcode)
        page["on_screen"] = on_screen
        # The white space around a document would make browsers guess its mode.
        return self._render_view("letter", page).strip()

    def _render_email(self, letter):
        """The e-mail as a whole HTML document."""
        self.ensure_one()
        source = self.email_body or ""
        values = {**merge_values(letter), **self._blocks(letter, source)}
        page = page_values(letter, self._render_subject(letter))
        page["body"] = self._render_source(source, values)
        return self._render_view("letter_email", page).strip()

    def _blocks(self, letter, source):
        """The blocks that a source uses."""
        makers = {
            "amounts_block": lambda: ("letter_amounts", amounts_values(letter)),
            "payment_block": lambda: ("letter_payment", self._payment_values(letter)),
            "payment_lines": lambda: ("letter_payment_lines", payment_values(letter)),
            "portal_block": lambda: ("letter_portal", portal_values(letter)),
            "portal_link": lambda: ("letter_portal_link", portal_link_values(letter)),
            "schedule_block": lambda: ("letter_schedule", schedule_values(letter)),
            "arrangement_block": lambda: (
                "letter_paragraphs",
                arrangement_values(letter),
            ),
            "parties_block": lambda: ("letter_paragraphs", parties_values(letter)),
            "specification_block": lambda: (
                "letter_specification",
                specification_values(letter),
            ),
            "explanation_block": lambda: (
                "letter_explanation",
                explanation_values(letter),
            ),
            "objection_block": lambda: (
                "letter_paragraphs",
                objection_values(letter),
            ),
            "help_block": lambda: ("letter_paragraphs", help_values(letter)),
            "complaint_block": lambda: (
                "letter_paragraphs",
                complaint_values(letter),
            ),
            "answer_block": lambda: ("letter_answer", answer_values(letter)),
            "signature_block": lambda: (
                "letter_signature",
                signature_values(letter),
            ),
        }
        blocks = {"vat_text": vat_text(letter)}
        for name, make in makers.items():
            if name in source:
                view, values = make()
                blocks[name] = self._render_view(view, values) if values else ""
        return blocks

    def _payment_values(self, letter):
        values = payment_values(letter)
        try:
            code = letter.transfer_code()
        except ValueError as error:
            raise UserError(
                self.env._("The QR code to pay cannot be made: %s.", error)
            ) from error
        if values:
            values["transfer_code"] = code and codes.qr_code(code)
        return values

    # === BUSINESS METHODS - CHECKING === #

    def _sample(self):
        """A made-up letter for the preview: another creditor, three claims."""
        template = self.template_id
        return sample_letter(
            template.kind or "reminder",
            self.lang or "nl",
            template._debtor_types()[0] if template.kind else "consumer",
            fields.Date.context_today(self),
            self.env["incasso.law"]._cost_tables(),
            third_party=True,
        )

    def _preview_facts(self, dossier=None):
        """The facts of the letter that a preview shows.

        :param dossier: `incasso.dossier`; a made-up case without one
        """
        self.ensure_one()
        if not dossier:
            return self._sample()
        return self.env["incasso.message"]._preview_facts(
            dossier, self.template_id, self.lang
        )

    def _check_complete(self):
        """Check these texts on a letter for every case they have to serve.

        :raise UserError: what is missing or wrong, with the article and what to do
        """
        for text in self:
            defects = {}
            for letter in text.template_id._sample_letters(text.lang):
                found = text._print(letter)[1] + text._write_email(letter)[1]
                for defect in found:
                    defects.setdefault(defect.element, defect)
            if defects:
                raise UserError(
                    self.env._(
                        "“%(text)s” cannot be used yet:\n%(defects)s",
                        text=text.display_name,
                        defects=text._describe_defects(defects.values()),
                    )
                )

    def _print(self, letter):
        """Lay out a letter and check it.

        :raise UserError: it cannot be laid out
        :return: the PDF with what can be read in it, and its defects
        :rtype: tuple[LetterPdf, list[Defect]]
        """
        self.ensure_one()
        subject = self._render_subject(letter)
        printed = self._lay_out(self._render_letter(letter))
        values = self.env["incasso.law"]._legal_values()
        return printed, [
            *check_letter(letter, printed, values),
            *check_words(letter, [subject]),
        ]

    @api.model
    def _lay_out(self, html):
        """A document as a letter.

        :param str html: whole
        :raise UserError: it cannot be laid out; what to do about that
        :rtype: LetterPdf
        """
        try:
            return print_letter(html)
        except LetterError as error:
            raise UserError(self.env._(error.message)) from error

    def _write_email(self, letter):
        """The e-mail that a letter goes with, and its defects.

        :rtype: tuple[str, list[Defect]]
        """
        html = self._render_email(letter)
        return html, check_words(letter, [Markup(html).striptags()])

    def _describe_defects(self, defects):
        """Defects in words: what is missing, where that stands, what to do."""
        lines = []
        for defect in defects:
            what, todo = ELEMENT_TEXTS[defect.element]
            lines.append(
                self.env._(
                    "- %(what)s (%(article)s). %(todo)s [%(detail)s]",
                    what=self.env._(what),
                    article=defect.article,
                    todo=self.env._(todo),
                    detail=defect.detail,
                )
            )
        return "\n".join(lines)


def _tidy(vals):
    """Values with their texts without indentation in common."""
    return {
        name: textwrap.dedent(value).strip()
        if name in ("body", "email_body") and value
        else value
        for name, value in vals.items()
    }
