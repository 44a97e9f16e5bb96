import base64
import hashlib
import logging
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import psycopg2
from markupsafe import Markup
from PIL import Image

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..law.references import compact
from ..report.letter_values import Account, Announced, Letter, Party
from ..tools.garbage import calm
from .incasso_law import law_amount
from .incasso_message import DEFAULT_TERM

_logger = logging.getLogger(__name__)

#: Letters laid out and committed together: a second or two of work.
RENDER_BATCH = 20
#: Colour of headings where the company's own would be hard to read on white.
DEFAULT_ACCENT = "#1f5e6b"
#: A logo is made no larger than it is printed: 80 x 18 mm at 300 dots an inch.
LOGO_SIZE = (945, 213)


class IncassoMessage(models.Model):
    """From a message's snapshot to the letter that is sent."""

    _inherit = "incasso.message"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS - FACTS === #

    def _letter(self):
        """The facts of this message for its text.

        :rtype: report.letter_values.Letter
        """
        self.ensure_one()
        snapshot = self.snapshot or {}
        found = snapshot.get("announced")
        notice = self._notice_before()
        facts = self._party_facts(self.dossier_id, self.lang)
        if "handler" in (snapshot.get("extra") or {}):
            # Signed by somebody else, or by the company alone.
            name = snapshot["extra"]["handler"]
            facts["handler"] = name and Party(name, is_company=False)
        return Letter(
            **facts,
            recipient=self._party(self.recipient_id, self.lang),
            kind=self.kind,
            lang=self.lang,
            channel=self.channel,
            date=self.date,
            term_days=self.term_days,
            deadline=self._printed_deadline(),
            claims=snapshot.get("claims", ()),
            principal=law_amount(self.principal),
            interest=law_amount(self.interest),
            costs=law_amount(self.costs),
            costs_vat=_vat_in(snapshot.get("costs", ())),
            total=law_amount(self.amount),
            interest_asked=self.asks_interest,
            costs_explained=snapshot.get("costs", ()),
            announced=found
            and Announced(
                Decimal(found["amount"]),
                Decimal(found["vat"]),
                _vat_percentage(found["steps"]),
                found["steps"],
            ),
            notice_date=notice.date if notice else None,
            portal_url=self._get_portal_url(),
            portal_code=self._get_portal_code(),
            portal_link=self._get_portal_link(),
            barcode=self.barcode or "",
            extra=snapshot.get("extra") or {},
        )

    def _printed_deadline(self):
        """The last day to pay that the letter names; a notice of costs names none."""
        self.ensure_one()
        if self.kind == "notice" or not self.term_days:
            return None
        return self.date + timedelta(days=self.term_days)

    def _notice_before(self):
        """The notice of costs that the claims of this message got."""
        claims = self.dossier_id.claim_ids
        return claims.notice_id.sorted("id")[-1:] if claims else self.browse()

    @api.model
    def _party_facts(self, dossier, lang):
        """The facts of a dossier that every message shows."""
        company = dossier.company_id
        handler = dossier.handler_id
        account = self._bank_account(dossier)
        return {
            "debtor_type": dossier.debtor_type,
            "natural_person": dossier.natural_person,
            "number": dossier.name,
            "collector": self._party(company.partner_id, lang),
            "creditor": self._party(dossier.creditor_id, lang),
            "debtor": self._party(dossier.debtor_id, lang),
            "account": account
            and Account(
                compact(account.acc_number),
                account.acc_holder_name or account.partner_id.name,
                account.bank_bic or "",
            ),
            "payment_reference": dossier.payment_reference or "",
            "creditor_reference": dossier.creditor_reference or "",
            "third_party": dossier.is_third_party,
            "registration": company.incasso_registration_number or "",
            "phone_hours": company.incasso_phone_hours or "",
            "complaints_email": company.incasso_complaints_email or "",
            "complaints_text": company.incasso_complaints_text
            if not is_html_empty(company.incasso_complaints_text)
            else Markup(""),
            "handler": handler and Party(handler.name, is_company=False),
            "logo": self._logo(company),
            "accent": _readable(company.primary_color) or DEFAULT_ACCENT,
            "window": company.incasso_letter_window,
        }

    @api.model
    def _bank_account(self, dossier):
        """Where the debtor pays: the trust account for another creditor's claims."""
        company = dossier.company_id
        if dossier.is_third_party:
            return company.incasso_trust_journal_id.bank_account_id
        return company.incasso_bank_id

    @api.model
    def _party(self, partner, lang):
        """A partner as a letter shows it.

        The address as PostNL asks for it: street and number; postcode, two spaces and
        the town in capitals; the country for abroad.
        """
        address = [partner.street, partner.street2]
        foreign = partner.country_id and partner.country_id.code != "NL"
        postcode = partner.zip or ""
        if not foreign:
            digits, letters = postcode[:4], postcode[4:].strip()
            postcode = f"{digits} {letters.upper()}" if letters else postcode
        address.append(f"{postcode}  {(partner.city or '').upper()}".strip())
        if foreign:
            address.append(partner.country_id.with_context(lang="en_US").name.upper())
        return Party(
            name=partner.name or "",
            address=tuple(line for line in address if line),
            phone=partner.phone or "",
            email=partner.email or "",
            registry=partner.company_registry or "",
            is_company=partner.is_company,
        )

    @api.model
    @tools.ormcache("company.id", "company.partner_id.write_date")
    def _logo(self, company):
        """The company's logo for a letter, a data URI; empty without one of its own."""
        if company.uses_default_logo or not company.logo:
            return ""
        try:
            image = Image.open(BytesIO(base64.b64decode(company.logo)))
            image.thumbnail(LOGO_SIZE)
            buffer = BytesIO()
            image.save(buffer, "PNG", optimize=True)
        except OSError:
            # Odoo takes SVG for a logo too, which Pillow cannot read.
            return ""
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

    def _get_portal_url(self):
        """Where the debtor can arrange this dossier online, or False.

        Hook: the portal has such a page, and overrides this and the next two.
        """
        self.ensure_one()
        return False

    def _get_portal_code(self):
        """The code that the address ends with, for who types it; empty without one."""
        self.ensure_one()
        return ""

    def _get_portal_link(self):
        """The address that an e-mail has, or False."""
        self.ensure_one()
        return False

    @api.model
    def _preview_facts(self, dossier, template, lang):
        """The facts of the message that a template would make for a dossier today.

        Nothing is stored.
        """
        today = fields.Date.context_today(self)
        balances = dossier._balances(today)
        costs = None
        if template.kind in ("notice", "demand", "final_demand"):
            costs = dossier._claimable_costs(
                balances, today, due_only=template.kind != "notice"
            )
        term_days = DEFAULT_TERM
        if template.kind == "notice":
            term_days = self._least_notice_days(today)
        content = self._content_of(
            dossier, template, balances[dossier.id], costs, today
        )
        recipient = self._recipients(dossier, template).get(dossier.id)
        message = self.new(
            {
                "dossier_id": dossier.id,
                "recipient_id": (recipient or dossier.debtor_id).id,
                "template_id": template.id,
                "kind": template.kind,
                "channel": "post",
                "lang": lang,
                "date": today,
                "term_days": term_days,
                "barcode": "IM0000000000",
                **content,
            }
        )
        return message._letter()

    # === BUSINESS METHODS - RENDERING === #

    def _text(self):
        """The template's text for this message."""
        self.ensure_one()
        text = self.template_id._text(self.lang)
        if not text:
            raise UserError(
                self.env._("Template “%s” has no text.", self.template_id.name)
            )
        return text

    def _render(self):
        """Lay out queued messages; one that cannot be sets itself aside as failed.

        A letter in which a compulsory element is missing is not made: it fails, with
        the article and what to do about it.
        """
        with calm():
            self._render_all()

    def _render_all(self):
        rows, attachments, failed = [], [], {}
        for message in self.filtered(lambda m: m.state == "queued"):
            try:
                row, pdf = message._render_one()
            except UserError as error:
                failed[message.id] = error.args[0]
                continue
            except psycopg2.Error:
                # The transaction is lost, and with it what this batch has made.
                raise
            except Exception as error:  # noqa: BLE001 - one bad letter stops no batch
                _logger.exception("Message %s could not be rendered", message.id)
                failed[message.id] = f"{type(error).__name__}: {error}"
                continue
            rows.append(row)
            attachments.append(message._attachment(pdf))
        self._store(rows)
        # The archive of letters is nobody's own file: who may read the message reads
        # them, and this is the only place that makes them.
        self.env["ir.attachment"].sudo().create(attachments)
        self.invalidate_recordset(["pdf"])
        self.browse(failed)._mark_failed(failed)

    def _render_one(self):
        """One message laid out: its columns, and the PDF.

        :raise UserError: a compulsory element is missing
        """
        self.ensure_one()
        text = self._text()
        letter = self._letter()
        printed, defects = text._print(letter)
        email_body = None
        if self.channel == "email":
            email_body, more = text._write_email(letter)
            defects = defects + more
        if defects:
            raise UserError(
                self.env._(
                    "This letter may not be sent:\n%s", text._describe_defects(defects)
                )
            )
        row = {
            "id": self.id,
            "state": "rendered",
            "subject": text._render_subject(letter),
            "email_body": email_body,
            "pdf_sha256": hashlib.sha256(printed.pdf).hexdigest(),
            "failure": None,
        }
        return row, printed.pdf

    def _attachment(self, pdf):
        """Values of the attachment that holds the PDF."""
        return {
            "name": self._file_name(),
            "res_model": self._name,
            "res_id": self.id,
            "res_field": "pdf",
            "company_id": self.company_id.id,
            "raw": pdf,
            "mimetype": "application/pdf",
            "type": "binary",
        }

    def _file_name(self):
        self.ensure_one()
        number = self.dossier_id.name.replace("/", "-")
        return f"{number}-{self.kind}-{self.date.isoformat()}.pdf"

    def _mark_failed(self, reasons):
        """Set messages aside for a person.

        :param dict reasons: why, by message id
        """
        self._store(
            [
                {"id": message_id, "state": "failed", "failure": reason}
                for message_id, reason in reasons.items()
            ]
        )
        self._log_event(
            "error",
            {
                message.id: self.env._(
                    "%(message)s not sent: %(reason)s",
                    message=message._kind_name(),
                    reason=reasons[message.id],
                )
                for message in self
            },
        )

    def _verify_pdf(self):
        """Whether the letter in the archive is the one that was sent.

        :rtype: bool
        """
        self.ensure_one()
        attachment = self._pdf_attachment()
        return bool(attachment) and (
            hashlib.sha256(attachment.raw).hexdigest() == self.pdf_sha256
        )

    def _pdf_attachment(self):
        # Attachments of a field are read with the rights on their record: whoever asks
        # could read the message.
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "pdf"),
                    ("res_id", "in", self.ids),
                ]
            )
        )

    @api.model
    def _cron_render(self):
        """Lay out what is in the outbox, in small committed batches."""
        domain = [("state", "=", "queued")]
        while messages := self.search(domain, limit=RENDER_BATCH, order="id"):
            locked = messages.try_lock_for_update()
            if not locked:
                # Another worker has these; its next batch is none of ours.
                break
            locked._withdraw_stale()
            locked._render()
            left = self.search_count(domain)
            if not self.env["ir.cron"]._commit_progress(len(messages), remaining=left):
                break
        self.env.ref("incasso_nl.cron_send_messages")._trigger()

    def _withdraw_stale(self):
        """Withdraw unsent messages of dossiers that may not be written to any more, or
        that owe something else by now.

        Only messages that ask for money: a thank-you goes to a closed dossier.
        """
        asking = self.filtered(lambda m: m.template_id._asks_for_money())
        refusals = asking.dossier_id._message_refusals(fields.Date.context_today(self))
        refused = asking.filtered(lambda m: m.dossier_id.id in refusals)
        for dossier, messages in refused.grouped("dossier_id").items():
            messages._cancel(refusals[dossier.id])
        for on_date, messages in (asking - refused).grouped("date").items():
            balances = messages.dossier_id._balances(on_date)
            messages.filtered(
                lambda m, found=balances: not m._still_owed(found[m.dossier_id.id])
            )._cancel(self.env._("Something was paid or changed since it was made."))

    def _still_owed(self, balance):
        """Whether what may be asked for is still what the message asks for."""
        balance = balance.without_held()
        return (balance.principal, balance.costs) == (
            law_amount(self.principal),
            law_amount(self.costs),
        )


def _readable(colour):
    """``colour`` where text in it can be read on white (WCAG 2.2, 1.4.3: 4.5 to 1)."""
    found = re.fullmatch(
        r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", (colour or "").lower()
    )
    if not found:
        return ""
    parts = [int(part, 16) / 255 for part in found.groups()]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return colour if 1.05 / (luminance + 0.05) >= 4.5 else ""


def _vat_in(explained):
    """The VAT in collection costs, from the steps that explain them (art. 2 lid 3
    BIK): what was charged, less what is not asked as its claims are held."""
    vat = Decimal()
    for step in (step for steps in explained for step in steps):
        if step["rule"] == "costs.vat":
            vat += Decimal(step["amount"])
        elif step["rule"] == "costs.held":
            vat -= Decimal(step["values"]["vat"])
    return vat


def _vat_percentage(steps):
    for step in steps:
        if step["rule"] == "costs.vat":
            return f"{Decimal(step['values']['percentage']).normalize():f}%"
    return ""
