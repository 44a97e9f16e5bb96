import time

from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import email_normalize, format_date

from odoo.addons.incasso_nl.models.incasso_help_request import NO_AID
from odoo.addons.incasso_nl.models.incasso_request import OPEN_STATES
from odoo.addons.incasso_nl.models.res_partner import CARE_CODES

from ..tools.codes import ALPHABET, CODE_LENGTH, normal_code, parse_date
from .dossier_pages import DossierPages

#: Reports in an hour from one network address, and about one letter.
MOST_REPORTS = 5
MOST_REPORTS_LETTER = 3
#: Seconds that every report takes, so that the time does not tell what came of it.
REPORT_TIME = 1.0

_ADDRESS = {"street": 100, "zip": 10, "city": 60, "email": 100, "phone": 30}
_HELPER = {"organisation": 100, "contact_name": 100, "reference": 60}
_REPORTER = {"reporter_name": 100, "reporter_relation": 60}


class Help(DossierPages):
    """Help with debts; and a wrong person or address.

    Odoo makes one class of all these pages: what is here has names of its own.
    """

    # === HELP === #

    @http.route(
        "/incasso/dossier/<int:dossier_id>/help",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def help(self, dossier_id, **_kwargs):
        """Where to find help, and which kind somebody may have already."""
        dossier = self._enter(dossier_id)
        return self._page("incasso_nl_portal.help", dossier, kinds=self._help_kinds())

    @http.route(
        "/incasso/dossier/<int:dossier_id>/help/<string:kind>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def help_kind(self, dossier_id, kind, **_kwargs):
        """Tell of one kind of help. All dossiers of the person stop at once."""
        dossier = self._enter(dossier_id)
        kinds = self._help_kinds()
        if kind not in kinds:
            raise NotFound()
        waiting = dossier.help_request_ids.filtered(
            lambda found: found.kind == kind and found.state in OPEN_STATES
        )
        if waiting:
            return self._back(dossier, self._help_told_already(waiting[0]))
        values, errors = {}, {}
        if request.httprequest.method == "POST":
            values = self._typed(
                {
                    **_HELPER,
                    **_ADDRESS,
                    "start_date": 10,
                    "care": 20,
                    "text": 4000,
                }
            )
            errors = self._help_check(kind, values)
            if not errors:
                found, errors = self._help_save(
                    dossier,
                    "incasso.help.request",
                    {**values, "kind": kind, "care": values["care"] or False},
                )
                if found:
                    return self._back(dossier, self._help_thanks(found))
        return self._page(
            "incasso_nl_portal.help_form",
            dossier,
            kind=kind,
            kind_label=kinds[kind],
            has_helper=kind not in dict(NO_AID),
            care_options=self._help_care_options(),
            values=values,
            errors=errors,
        )

    def _help_kinds(self):
        """What somebody may have to tell, by kind, as people say it."""
        return {
            "none_yet": request.env._("I want help, but have none yet"),
            "counselling": request.env._("I get debt counselling (schuldhulp)"),
            "administration": request.env._("An administrator (bewind) acts for me"),
            "guardianship": request.env._("A guardian (curatele) acts for me"),
            "wsnp": request.env._("I am in debt restructuring (Wsnp)"),
            "bankruptcy": request.env._("I am bankrupt"),
            "special_care": request.env._("I need you to treat me with extra care"),
        }

    def _help_care_options(self):
        field = request.env["res.partner"].sudo()._fields["incasso_care"]
        labels = dict(field._description_selection(request.env))
        return [(code, labels[code], False) for code, _label in CARE_CODES]

    def _help_check(self, kind, values):
        """What is missing or wrong, by field."""
        errors = self._help_check_contact(values)
        if kind == "special_care":
            if values["care"] not in dict(CARE_CODES):
                errors["care"] = request.env._("Choose what you need from us.")
        elif kind not in dict(NO_AID):
            if not (values["organisation"] or values["contact_name"]):
                errors["organisation"] = request.env._("Fill in who helps you.")
            if not (values["email"] or values["phone"]):
                errors.setdefault(
                    "email",
                    request.env._(
                        "Fill in an e-mail address or a phone number of who helps you."
                    ),
                )
            self._help_check_day(values, "start_date", errors)
        if kind != "special_care":
            values["care"] = ""
        return errors

    def _help_check_contact(self, values):
        errors = {}
        if values.get("email") and not email_normalize(values["email"]):
            errors["email"] = request.env._(
                "This is no e-mail address. It looks like name@example.nl."
            )
        return errors

    def _help_check_day(self, values, name, errors, required=False):
        """Look at a date that was typed: today at the latest."""
        typed = values[name]
        day = parse_date(typed)
        if (typed or required) and not day:
            errors[name] = request.env._("Fill in a date, such as 31-12-2025.")
        elif day and day.year < 1900:
            errors[name] = request.env._("This date is too long ago.")
        elif day and day > fields.Date.context_today(request.env["res.users"]):
            errors[name] = request.env._("This date is still to come.")
        elif day:
            # As the field of the form takes it, too.
            values[name] = day.isoformat()

    def _help_save(self, dossier, model, values):
        """Make a request with its files.

        :return: the request, empty if something is wrong; and what that is, by field
        """
        known = dossier.env[model]._fields
        found = dossier.env[model]
        try:
            files = self._uploads()
        except UserError as error:
            return found, {"files": str(error)}
        try:
            with request.env.cr.savepoint():
                found = found.create(
                    {
                        **{
                            name: value or False
                            for name, value in values.items()
                            if name in known
                        },
                        "dossier_id": dossier.id,
                        "source": "portal",
                    }
                )
                found._attach(files)
        except UserError as error:
            # Mostly files that are too large or of a wrong kind; the text says so.
            return dossier.env[model], {"files" if files else "": str(error)}
        return found, {}

    def _help_thanks(self, found):
        if found.kind == "none_yet" and not found.breathing_date:
            return request.env._(
                "Thank you. You had time to look for help this year already. We look "
                "at it, and you hear from us by %s.",
                self._help_day(found.answer_date),
            )
        if found.kind == "none_yet":
            return request.env._(
                "Thank you. Your dossiers with us stand still through %s. Use that "
                "time: help is free.",
                self._help_day(found.breathing_date),
            )
        return request.env._(
            "Thank you. Your dossiers with us stand still now. We look at what you "
            "told us, and you hear from us by %s.",
            self._help_day(found.answer_date),
        )

    def _help_told_already(self, waiting):
        return request.env._(
            "You told us this already. We are looking at it, and you hear from us by "
            "%s.",
            self._help_day(waiting.answer_date),
        )

    def _help_day(self, day):
        return format_date(request.env, day, date_format="d MMMM y")

    # === PERSON OR ADDRESS, WITH ACCESS === #

    @http.route(
        "/incasso/dossier/<int:dossier_id>/person",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def person(self, dossier_id, **_kwargs):
        """What may be wrong with whom or where we write to."""
        dossier = self._enter(dossier_id)
        return self._page(
            "incasso_nl_portal.person", dossier, kinds=self._person_kinds()
        )

    @http.route(
        "/incasso/dossier/<int:dossier_id>/person/<string:kind>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def person_kind(self, dossier_id, kind, **_kwargs):
        """Tell what is wrong. Letters stop at once; a handler decides."""
        dossier = self._enter(dossier_id)
        kinds = self._person_kinds()
        if kind not in kinds:
            raise NotFound()
        waiting = dossier.person_report_ids.filtered(
            lambda found: (
                found.kind == kind and found.state in OPEN_STATES and found._is_proven()
            )
        )
        if waiting:
            return self._back(dossier, self._help_told_already(waiting[0]))
        values, errors = {}, {}
        if request.httprequest.method == "POST":
            values = self._typed(
                {
                    **_ADDRESS,
                    **_REPORTER,
                    "contact_name": 100,
                    "since_date": 10,
                    "text": 4000,
                }
            )
            errors = self._person_check(kind, values)
            if not errors:
                found, errors = self._help_save(
                    dossier,
                    "incasso.person.report",
                    {
                        **values,
                        "kind": kind,
                        "proof": "access",
                        **self._person_addressee(dossier, kind),
                    },
                )
                if found:
                    return self._back(
                        dossier,
                        request.env._(
                            "Thank you. We send no more letters there. We look at "
                            "what you told us, and you hear from us by %s.",
                            self._help_day(found.answer_date),
                        ),
                    )
        return self._page(
            "incasso_nl_portal.person_form",
            dossier,
            kind=kind,
            kind_label=kinds[kind],
            values=values,
            errors=errors,
        )

    def _person_kinds(self):
        return {
            "moved": request.env._("The address is wrong: I moved"),
            "deceased": request.env._("The person you write to has died"),
            "not_me": request.env._("I am not the person you write to"),
        }

    def _person_check(self, kind, values):
        errors = self._help_check_contact(values)
        if kind == "moved":
            for name, text in {
                "street": request.env._("Fill in the street and house number."),
                "zip": request.env._("Fill in the postcode."),
                "city": request.env._("Fill in the town."),
            }.items():
                if not values[name]:
                    errors[name] = text
            self._help_check_day(values, "since_date", errors)
        elif kind == "deceased":
            self._help_check_day(values, "since_date", errors, required=True)
            if not values["reporter_name"]:
                errors["reporter_name"] = request.env._("Fill in your name.")
        return errors

    def _person_addressee(self, dossier, kind):
        """Whose address is wrong, and which one: of the e-mail for who came by a link.

        A representative speaks of their own address, but of the debtor's death.
        """
        access, _partner, way = self._proof(dossier.id)
        representative = access.partner_id if kind != "deceased" else None
        return {
            "addressee_id": (representative or dossier.debtor_id).id,
            "wrong_channel": "email" if way == "link" else "post",
        }

    # === NOT FOR ME, WITHOUT ACCESS === #

    @http.route(
        "/incasso/not-me", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def not_me(self, code="", **_kwargs):
        """A letter for somebody else: ask only for what is printed on it."""
        self._set_language()
        return self._respond(
            "incasso_nl_portal.not_me",
            values={"code": normal_code(code)[:CODE_LENGTH]},
            kinds=self._not_me_kinds(),
            ways=self._not_me_ways(),
        )

    @http.route("/incasso/not-me", type="http", auth="public", methods=["POST"])
    def not_me_post(self, **_kwargs):
        """Take in that a letter is for somebody else.

        Nothing is told of a dossier, not even whether there is one: the answer, and the
        time it takes, are the same.
        """
        start = time.monotonic()
        self._set_language()
        typed = self._typed(
            {
                "code": 40,
                "number": 40,
                "zip": 20,
                "kind": 20,
                "reached": 20,
                "reporter_name": 100,
                "reporter_contact": 100,
                "text": 2000,
            }
        )
        errors = self._not_me_check(typed)
        # In sudo: nobody is logged in. What it gives back is not shown.
        accesses = request.env["incasso.access"].sudo()
        if not errors and self._not_me_too_many(accesses, typed):
            errors[""] = request.env._(
                "This was used too often. Please call us, or try again in an hour."
            )
        if errors:
            return self._respond(
                "incasso_nl_portal.not_me",
                values=typed,
                errors=errors,
                kinds=self._not_me_kinds(),
                ways=self._not_me_ways(),
            )
        dossier, addressee, proof = self._not_me_letter(accesses, typed)
        if dossier:
            dossier.env["incasso.person.report"]._receive_unproven(
                dossier,
                {
                    "kind": typed["kind"],
                    "proof": proof,
                    "addressee_id": addressee.id,
                    "wrong_channel": (
                        "email" if typed["reached"] == "email" else "post"
                    ),
                    "was_opened": typed["reached"] != "closed",
                    "reporter_name": typed["reporter_name"] or False,
                    "reporter_contact": typed["reporter_contact"] or False,
                    "text": typed["text"] or False,
                },
            )
            request.env.cr.flush()
        time.sleep(max(0.0, start + REPORT_TIME - time.monotonic()))
        return self._respond("incasso_nl_portal.not_me_thanks")

    def _not_me_kinds(self):
        return [
            (
                "not_me",
                request.env._("I am not this person, or do not know this person"),
                False,
            ),
            ("moved", request.env._("This person does not live here any more"), False),
            ("deceased", request.env._("This person has died"), False),
        ]

    def _not_me_ways(self):
        return [
            ("closed", request.env._("By post; I did not open it"), False),
            ("opened", request.env._("By post; I opened it"), False),
            ("email", request.env._("By e-mail"), False),
        ]

    def _not_me_check(self, typed):
        errors = {}
        if typed["kind"] not in {kind for kind, *_rest in self._not_me_kinds()}:
            errors["kind"] = request.env._("Choose what is the matter.")
        if typed["reached"] not in {way for way, *_rest in self._not_me_ways()}:
            errors["reached"] = request.env._("Choose how it reached you.")
        code = normal_code(typed["code"])
        if typed["code"] and (len(code) != CODE_LENGTH or set(code) - set(ALPHABET)):
            errors["code"] = request.env._("A code has 8 letters and digits.")
        elif not typed["code"]:
            if not typed["number"]:
                errors["number"] = request.env._(
                    "Fill in the code, or the file number in the letter."
                )
            if not typed["zip"]:
                errors["zip"] = request.env._(
                    "Fill in the postcode that is on the letter."
                )
        return errors

    def _not_me_too_many(self, accesses, typed):
        """Count this report; whether there were too many in an hour."""
        letter = normal_code(typed["code"]) or typed["number"].upper()
        own = accesses._address_key(request.httprequest.remote_addr)
        _ids, locked_until = accesses.env["incasso.access.try"]._reserve(
            {
                f"report {own}": MOST_REPORTS,
                f"report {accesses._digest(letter)}": MOST_REPORTS_LETTER,
            }
        )
        return bool(locked_until)

    def _not_me_letter(self, accesses, typed):
        """The dossier that a letter is about, if what is printed on it is right.

        :return: `incasso.dossier`, empty if there is none; to whom the letter was
            addressed; and the proof
        """
        if typed["code"]:
            return *accesses._by_code(normal_code(typed["code"])), "code"
        return *accesses._by_letter(typed["number"], typed["zip"]), "none"
