from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import format_date

from .dossier_pages import DossierPages

#: How often one kind of request is taken in from a dossier online, in a day.
MOST_A_DAY = 20
#: The same text within this time was sent twice by accident.
TWICE_WITHIN = timedelta(minutes=10)
TEXT_LENGTH = 4000
PAGE = {"type": "http", "auth": "public", "sitemap": False}
BOTH = {**PAGE, "methods": ["GET", "POST"]}
URL = "/incasso/dossier/<int:dossier_id>"


class Contact(DossierPages):
    """Messages both ways, complaints, call-backs and the debtor's own data."""

    # === MESSAGES === #

    @http.route(f"{URL}/messages", **BOTH)
    def contact_messages(self, dossier_id, **_kwargs):
        """What was written, and a form to write."""
        dossier = self._enter(dossier_id)
        typed, errors = {}, {}
        if request.httprequest.method == "POST":
            typed = self._typed({"text": TEXT_LENGTH})
            if not typed["text"]:
                errors["text"] = request.env._("Write your message.")
            else:
                made = self._contact_create(
                    "incasso.correspondence", dossier, typed, errors
                )
                if made:
                    return self._back(
                        dossier,
                        request.env._(
                            "We have received your message. You have our answer by "
                            "%s at the latest.",
                            self._contact_day(made.answer_date),
                        ),
                        anchor="messages",
                    )
        return self._page(
            "incasso_nl_portal.contact_messages",
            dossier,
            values=typed,
            errors=errors,
            letters=dossier._portal_correspondence(),
            day=self._contact_day,
        )

    @http.route(f"{URL}/file/<int:file_id>", methods=["GET"], **PAGE)
    def contact_file(self, dossier_id, file_id, **_kwargs):
        """A file that was sent in with a message, or came with an answer."""
        dossier = self._enter(dossier_id)
        found = dossier._portal_answer_files()
        for file in found.filtered(lambda file: file.id == file_id):
            return self._download(file.name, file.raw)
        return self._missing(dossier)

    # === COMPLAINTS === #

    @http.route(f"{URL}/complaint", **BOTH)
    def contact_complaint(self, dossier_id, **_kwargs):
        """The complaints of this dossier, and a form for another one."""
        dossier = self._enter(dossier_id)
        typed, errors = {}, {}
        if request.httprequest.method == "POST":
            typed = self._typed({"kind": 20, "text": TEXT_LENGTH})
            if typed["kind"] not in dossier._portal_complaint_kinds():
                errors["kind"] = request.env._("Choose what it is about.")
            if not typed["text"]:
                errors["text"] = request.env._("Write what happened.")
            if not errors:
                made = self._contact_create("incasso.complaint", dossier, typed, errors)
                if made:
                    return self._back(
                        dossier,
                        request.env._(
                            "We have received your complaint. Its number is "
                            "%(number)s. You have our answer by %(day)s at the latest.",
                            number=made.name,
                            day=self._contact_day(made.answer_date),
                        ),
                        anchor="messages",
                    )
        return self._page(
            "incasso_nl_portal.contact_complaint",
            dossier,
            values=typed,
            errors=errors,
            complaints=dossier._portal_requests("incasso.complaint"),
            kinds=[
                (key, text, False)
                for key, text in dossier._portal_complaint_kinds().items()
            ],
            day=self._contact_day,
        )

    # === BEING CALLED BACK === #

    @http.route(f"{URL}/call", **BOTH)
    def contact_call(self, dossier_id, **_kwargs):
        """A form to be called back, at a time at which that is possible."""
        dossier = self._enter(dossier_id)
        callbacks = dossier.env["incasso.callback"]
        slots = {
            fields.Datetime.to_string(slot[0]): slot
            for slot in callbacks._slots(dossier.company_id, count=12)
        }
        typed, errors = {"phone": dossier.debtor_id.phone}, {}
        if request.httprequest.method == "POST":
            typed = self._typed({"phone": 50, "slot": 19, "text": 500})
            slot = slots.get(typed["slot"])
            if not slot:
                errors["slot"] = request.env._("Choose a time.")
            try:
                callbacks._clean_phone(typed["phone"])
            except UserError as error:
                errors["phone"] = error.args[0]
            if not errors:
                made = self._contact_create(
                    "incasso.callback",
                    dossier,
                    {
                        "phone": typed["phone"],
                        "text": typed["text"],
                        "call_from": slot[0],
                        "call_until": slot[1],
                    },
                    errors,
                    twice_by=("phone", "call_from"),
                )
                if made:
                    return self._back(
                        dossier,
                        request.env._(
                            "We call you on %(phone)s: %(time)s.",
                            phone=made.phone,
                            time=dossier._portal_slot(slot),
                        ),
                        anchor="messages",
                    )
        return self._page(
            "incasso_nl_portal.contact_call",
            dossier,
            values=typed,
            errors=errors,
            slots=[
                (key, dossier._portal_slot(slot), False) for key, slot in slots.items()
            ],
            day=self._contact_day,
        )

    # === OWN DATA === #

    @http.route(f"{URL}/data", **BOTH)
    def contact_data(self, dossier_id, **_kwargs):
        """How the debtor can be reached: read, and changed at once."""
        dossier = self._enter(dossier_id)
        debtor = dossier.debtor_id
        own = self._contact_is_debtor(dossier)
        typed = {
            "email": debtor.email,
            "phone": debtor.phone,
            "channel": debtor.incasso_channel,
            "lang": (debtor.lang or "nl")[:2],
        }
        errors = {}
        if request.httprequest.method == "POST" and own:
            typed = self._typed({"email": 254, "phone": 50, "channel": 10, "lang": 2})
            errors = self._contact_change(dossier, typed)
            if not errors:
                return self._back(
                    dossier,
                    request.env._("Your details are saved."),
                    anchor="messages",
                )
        return self._page(
            "incasso_nl_portal.contact_data",
            dossier,
            values=typed,
            errors=errors,
            own=own,
            day=self._contact_day,
        )

    def _contact_change(self, dossier, typed):
        """Save contact data.

        :return: what is wrong, by name of the field
        """
        try:
            with request.env.cr.savepoint():
                dossier._change_contact_data(**typed)
        except UserError as error:
            # By the order in which it is looked at; each message says what to do.
            return {self._contact_wrong_field(dossier, typed): error.args[0]}
        return {}

    def _contact_wrong_field(self, dossier, typed):
        current = {
            "email": dossier.debtor_id.email or "",
            "phone": dossier.debtor_id.phone or "",
            "channel": dossier.debtor_id.incasso_channel or "email",
            "lang": (dossier.debtor_id.lang or "nl")[:2],
        }
        for name in typed:
            try:
                dossier._contact_values(**{**typed, **{name: current[name]}})
            except UserError:
                continue
            return name
        return "email"

    @http.route(f"{URL}/data/held", methods=["GET"], **PAGE)
    def contact_held(self, dossier_id, **_kwargs):
        """What is held about the debtor in this dossier, from whom, and who saw it."""
        dossier = self._enter(dossier_id)
        return self._page(
            "incasso_nl_portal.contact_held",
            dossier,
            sections=dossier._held_data(),
            day=self._contact_day,
        )

    @http.route(f"{URL}/data/request", **BOTH)
    def contact_privacy(self, dossier_id, **_kwargs):
        """A form to use a right on one's data."""
        dossier = self._enter(dossier_id)
        typed, errors = {}, {}
        if request.httprequest.method == "POST":
            typed = self._typed({"kind": 20, "text": TEXT_LENGTH})
            if typed["kind"] not in dossier._portal_privacy_kinds():
                errors["kind"] = request.env._("Choose what you would like.")
            if not typed["text"] and typed["kind"] != "access":
                errors["text"] = request.env._("Write what it is about.")
            if not errors:
                made = self._contact_create(
                    "incasso.privacy.request",
                    dossier,
                    typed,
                    errors,
                    twice_by=("kind", "text"),
                )
                if made:
                    return self._back(
                        dossier,
                        request.env._(
                            "We have received your request. You have our answer by "
                            "%s at the latest.",
                            self._contact_day(made.answer_date),
                        ),
                        anchor="messages",
                    )
        return self._page(
            "incasso_nl_portal.contact_privacy",
            dossier,
            values=typed,
            errors=errors,
            requests=dossier._portal_requests("incasso.privacy.request"),
            kinds=[
                (key, text, False)
                for key, text in dossier._portal_privacy_kinds().items()
            ],
            day=self._contact_day,
        )

    # === SHARED === #

    def _contact_is_debtor(self, dossier):
        """Whether the visitor is the debtor, and not who acts for the debtor."""
        partner = self._proof(dossier.id)[1]
        debtor = dossier.debtor_id
        return partner in (debtor, debtor.commercial_partner_id)

    def _contact_day(self, day):
        return format_date(request.env, day, date_format="EEEE d MMMM")

    def _contact_create(self, model, dossier, values, errors, twice_by=("text",)):
        """Take in a request with its files.

        :param dict values: of the record
        :param dict errors: is filled when it is refused
        :param twice_by: fields by which a second one within minutes is the first again
        :return: the record; empty when it is refused
        """
        records = dossier.env[model]
        now = fields.Datetime.now()
        online = [("dossier_id", "=", dossier.id), ("source", "=", "portal")]
        again = records.search(
            online
            + [("create_date", ">", now - TWICE_WITHIN)]
            + [(name, "=", values[name] or False) for name in twice_by],
            limit=1,
        )
        if again:
            return again
        today = online + [("create_date", ">", now - timedelta(days=1))]
        if records.search_count(today, limit=MOST_A_DAY) >= MOST_A_DAY:
            errors[""] = request.env._(
                "You have sent us a lot today. Please call us, so that we can help you."
            )
            return records
        try:
            files = self._uploads()
        except UserError as error:
            errors["files"] = error.args[0]
            return records
        try:
            # All of it or nothing: what was typed is kept on the page.
            with request.env.cr.savepoint():
                record = records.create(
                    {"dossier_id": dossier.id, "source": "portal", **values}
                )
                if files:
                    record._attach(files)
        except UserError as error:
            errors["files" if files else ""] = error.args[0]
            return records
        return record
