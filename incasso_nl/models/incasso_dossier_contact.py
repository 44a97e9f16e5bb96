from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_amount, format_date

from .res_partner import CHANNELS


class IncassoDossier(models.Model):
    """What a person can see and change of what we hold about them."""

    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS - CONTACT DATA === #

    def _change_contact_data(self, email, phone, channel, lang):
        """The debtor changes how to be reached: at once, logged, and confirmed to where
        the debtor could be reached before.

        :param str email: e-mail address; empty: none any more
        :param str phone: phone number; empty: none any more
        :param str channel: ``email`` or ``post``
        :param str lang: ``nl`` or ``en``
        :return: the names of what changed, in words
        :rtype: list[str]
        :raise UserError: something cannot be; the message is for the debtor
        """
        self.ensure_one()
        partner = self.debtor_id
        changes = {
            name: value
            for name, value in self._contact_values(email, phone, channel, lang).items()
            if (partner[name] or False) != value
        }
        if not changes:
            return []
        names = [self._contact_names()[name] for name in changes]
        if changes.keys() & {"email", "phone"}:
            # Before it is changed: so that the old address hears of it.
            self._confirm_contact_change(names)
        partner.write(changes)
        summary = self.env._("Changed by the debtor: %s.", ", ".join(names))
        # The time line is never erased, so that the data itself is not put there.
        self._log("request", summary)
        partner.message_post(body=summary)
        return names

    def _contact_values(self, email, phone, channel, lang):
        address = email_normalize(email) if email else False
        if email and not address:
            raise UserError(
                self.env._(
                    "This is not an e-mail address, for example: name@domain.nl."
                )
            )
        if channel not in dict(CHANNELS):
            raise UserError(self.env._("Choose e-mail or letter."))
        if channel == "email" and not address:
            raise UserError(
                self.env._("For messages by e-mail we need your e-mail address.")
            )
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        code = next((code for code in codes if code.startswith(lang)), False)
        if lang not in ("nl", "en") or not code:
            raise UserError(self.env._("Choose one of the languages."))
        return {
            "email": address,
            "phone": self.env["incasso.callback"]._clean_phone(phone)
            if phone
            else False,
            "incasso_channel": channel,
            "lang": code,
        }

    def _contact_names(self):
        return {
            "email": self.env._("e-mail address"),
            "phone": self.env._("phone number"),
            "incasso_channel": self.env._("e-mail or letter"),
            "lang": self.env._("language"),
        }

    def _confirm_contact_change(self, names):
        template = self.env.ref("incasso_nl.template_contact_changed")
        if template.state != "active":
            return
        today = fields.Date.context_today(self)
        self.env["incasso.message"]._queue(
            self,
            template,
            today,
            self._balances(today),
            channel="email",
            extra={self.id: {"answer": "\n".join(f"- {name}" for name in names)}},
            recipients={self.id: self.debtor_id},
        )

    # === BUSINESS METHODS - WHAT WE HOLD === #

    def _held_data(self):
        """What is held about a person, for the person to read: art. 15 AVG.

        Hook: who keeps more about a person adds it here.

        :return: sections: ``title``, ``note``, ``head`` and ``rows`` of texts
        :rtype: list[dict]
        """
        return [
            self._held_person(),
            self._held_dossiers(),
            self._held_claims(),
            self._held_receipts(),
            self._held_messages(),
            self._held_requests(),
            self._held_aid(),
            self._held_people(),
        ]

    def _held_person(self):
        partner = self.debtor_id[:1]
        creditors = ", ".join(self.creditor_id.mapped("display_name"))
        channels = dict(
            partner._fields["incasso_channel"]._description_selection(self.env)
        )
        # In sudo: some of these fields are for the staff; they are the person's own.
        partner = partner.sudo()
        rows = [
            (self.env._("Name"), partner.name, creditors),
            (
                self.env._("Address"),
                ", ".join(
                    line.strip()
                    for line in partner._display_address(
                        without_company=True
                    ).splitlines()
                    if line.strip()
                ),
                creditors,
            ),
            (self.env._("E-mail"), partner.email, self._from_both(creditors)),
            (self.env._("Phone"), partner.phone, self._from_both(creditors)),
            (
                self.env._("Birth date"),
                partner.incasso_birth_date
                and format_date(self.env, partner.incasso_birth_date),
                creditors,
            ),
            (self.env._("KvK number"), partner.company_registry, creditors),
            (
                self.env._("E-mail or letter"),
                channels.get(partner.incasso_channel),
                self._from_both(creditors),
            ),
            (
                self.env._("Language"),
                dict(self.env["res.lang"].get_installed()).get(partner.lang),
                self._from_both(creditors),
            ),
            (
                self.env._("What you need from us"),
                dict(
                    partner._fields["incasso_care"]._description_selection(self.env)
                ).get(partner.incasso_care),
                self.env._("you, or who helps you"),
            ),
        ]
        return self._section(
            self.env._("About you"),
            (self.env._("What"), self.env._("What we have"), self.env._("From whom")),
            [row for row in rows if row[1]],
        )

    def _from_both(self, creditors):
        return self.env._("%s, or you", creditors)

    def _held_dossiers(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self._section(
            self.env._("Dossiers"),
            (
                self.env._("Number"),
                self.env._("Creditor"),
                self.env._("Opened"),
                self.env._("State"),
                self.env._("Kept until"),
            ),
            [
                (
                    dossier.name,
                    dossier.creditor_id.display_name,
                    format_date(self.env, dossier.open_date),
                    states[dossier.state],
                    format_date(self.env, dossier.retention_date)
                    if dossier.retention_date
                    else self.env._("seven years after the year in which it closes"),
                )
                for dossier in self
            ],
        )

    def _held_claims(self):
        return self._section(
            self.env._("Invoices"),
            (
                self.env._("Number"),
                self.env._("Of"),
                self.env._("For"),
                self.env._("Amount"),
                self.env._("From whom"),
            ),
            [
                (
                    claim.name,
                    format_date(self.env, claim.invoice_date),
                    claim.description or "",
                    format_amount(self.env, claim.amount, claim.currency_id),
                    claim.creditor_id.display_name,
                )
                for claim in self.claim_ids
            ],
        )

    def _held_receipts(self):
        return self._section(
            self.env._("Payments"),
            (
                self.env._("Date"),
                self.env._("Amount"),
                self.env._("From account"),
                self.env._("From whom"),
            ),
            [
                (
                    format_date(self.env, receipt.date),
                    format_amount(self.env, receipt.amount, receipt.currency_id),
                    # Enough to recognise one's own.
                    f"… {receipt.account_number[-4:]}"
                    if receipt.account_number
                    else "",
                    self.env._("the bank, or the creditor"),
                )
                for receipt in self.receipt_ids.filtered("dossier_id")
            ],
        )

    def _held_messages(self):
        messages = self.outbox_ids.filtered("sent_at").sorted("sent_at")
        kinds = dict(messages._fields["kind"]._description_selection(self.env))
        channels = dict(messages._fields["channel"]._description_selection(self.env))
        return self._section(
            self.env._("Letters and e-mails to you"),
            (self.env._("Date"), self.env._("What"), self.env._("How")),
            [
                (
                    format_date(self.env, message.date),
                    message.subject or kinds[message.kind],
                    channels[message.channel],
                )
                for message in messages
            ],
        )

    def _held_requests(self):
        rows = []
        for name in self.env["incasso.work"]._request_models():
            model = self.env[name]
            states = dict(model._fields["state"]._description_selection(self.env))
            title = self.env["ir.model"]._get(name).name
            rows += [
                (
                    format_date(self.env, request.received_at),
                    f"{title} {request.name}",
                    states[request.state],
                )
                for request in model.search([("dossier_id", "in", self.ids)])
            ]
        return self._section(
            self.env._("What was told or asked us about you"),
            (self.env._("Date"), self.env._("What"), self.env._("State")),
            rows,
        )

    def _held_aid(self):
        aids = self.env["incasso.debt.aid"].search(
            [
                (
                    "partner_id",
                    "in",
                    (self.debtor_id | self.debtor_id.commercial_partner_id).ids,
                )
            ]
        )
        kinds = dict(aids._fields["kind"]._description_selection(self.env))
        return self._section(
            self.env._("Help with debts"),
            (self.env._("What"), self.env._("Since"), self.env._("Who")),
            [
                (
                    kinds[aid.kind],
                    format_date(self.env, aid.start_date),
                    aid.representative_id.display_name or "",
                )
                for aid in aids
            ],
        )

    def _held_people(self):
        """Who can see it; the looks online are added by the portal."""
        return self._section(
            self.env._("Who can see this"),
            (self.env._("Who"), self.env._("What for")),
            [
                (
                    ", ".join(self.company_id.mapped("name")),
                    self.env._("the staff that handles your dossier and the money"),
                ),
                (
                    ", ".join(self.creditor_id.mapped("display_name")),
                    self.env._("the creditor: what is owed, and how it stands"),
                ),
            ],
        )

    def _section(self, title, head, rows, note=""):
        return {"title": title, "note": note, "head": head, "rows": rows}
