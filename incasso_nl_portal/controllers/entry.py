import re

from odoo import http
from odoo.http import request

from ..tools.codes import ALPHABET, CODE_LENGTH, normal_code
from .dossier_pages import DossierPages

#: Most characters of what is typed to get in.
_FIELDS = {"code": 40, "postcode": 20, "number": 20, "birth_date": 40}
_ANSWERS = ("postcode", "number", "birth_date")
#: An address of these pages: no other site, no line end, nothing but a path.
_OWN_PAGE = re.compile(r"/incasso(/[\w/-]*)?", re.ASCII)


class Entry(DossierPages):
    """How a debtor gets in, and out."""

    @http.route(
        ["/incasso", "/incasso/<string:code>"],
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def entry(self, code="", ended=None, **_kwargs):
        """Ask for the code of the letter, and for what only the debtor knows."""
        self._set_language()
        return self._respond(
            "incasso_nl_portal.entry",
            values={"code": normal_code(code)},
            ended=bool(ended),
        )

    @http.route("/incasso", type="http", auth="public", methods=["POST"])
    def entry_post(self, **_kwargs):
        """Check the code and what goes with it."""
        self._set_language()
        typed = self._typed(_FIELDS)
        code = normal_code(typed["code"])
        errors = self._check_answers(typed)
        if len(code) != CODE_LENGTH or set(code) - set(ALPHABET):
            errors["code"] = request.env._(
                "A code has 8 letters and digits. You find it in our letter, in the "
                "block “Arrange it online”."
            )
        if errors:
            return self._entry_again(typed, errors)
        # In sudo: nobody is logged in. It gives back an access, or nothing.
        found = (
            request.env["incasso.access"]
            .sudo()
            ._enter(
                code,
                {name: typed[name] for name in _ANSWERS},
                request.httprequest.remote_addr,
            )
        )
        if not found.access:
            return self._entry_again(typed, self._refused(found), found.locked_until)
        return self._let_in(found.access, "code")

    @http.route(
        "/incasso/link/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def link(self, token, **_kwargs):
        """Open the dossier of a link in an e-mail, and take the link off the address:
        it stays out of the history, and of what other sites and logs get to see."""
        self._set_language()
        # In sudo: nobody is logged in. A signed link names one access, and no other.
        access, fresh = request.env["incasso.access"].sudo()._read_link(token[:500])
        if not access:
            return self._respond("incasso_nl_portal.link_ended", status=404)
        if fresh:
            return self._let_in(access, "link")
        request.session["incasso_asked"] = [access.id, access.version]
        return self._protect(request.redirect("/incasso/confirm"))

    @http.route("/incasso/confirm", type="http", auth="public", methods=["GET", "POST"])
    def confirm(self, **_kwargs):
        """An older link: ask for what only the debtor knows."""
        self._set_language()
        access = self._asked()
        if not access:
            return self._protect(request.redirect("/incasso"))
        if request.httprequest.method == "GET":
            return self._respond("incasso_nl_portal.confirm", company=access.company_id)
        typed = self._typed({name: _FIELDS[name] for name in _ANSWERS})
        errors = self._check_answers(typed)
        locked_until = None
        if not errors:
            found = access._confirm(typed, request.httprequest.remote_addr)
            if found.access:
                request.session.pop("incasso_asked")
                return self._let_in(access, "link")
            errors, locked_until = self._refused(found), found.locked_until
        return self._respond(
            "incasso_nl_portal.confirm",
            company=access.company_id,
            values=typed,
            errors=errors,
            locked=bool(locked_until),
        )

    @http.route("/incasso/logout", type="http", auth="public", methods=["POST"])
    def log_out(self, **_kwargs):
        """Forget what was proven; whoever opens this computer next enters again."""
        for key in ("incasso_proven", "incasso_asked", "incasso_seen"):
            request.session.pop(key, None)
        request.session.should_rotate = True
        return self._protect(request.redirect("/incasso/bye"))

    @http.route("/incasso/bye", type="http", auth="public", methods=["GET"])
    def bye(self, **_kwargs):
        """You are logged out."""
        self._set_language()
        return self._respond("incasso_nl_portal.bye")

    @http.route(
        "/incasso/language/<string(length=2):lang>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def language(self, lang, path="/incasso", **_kwargs):
        """Go on in another language, on the page where the visitor was."""
        if lang in self._languages():
            request.session["incasso_lang"] = lang
        if not _OWN_PAGE.fullmatch(path):
            path = "/incasso"
        return self._protect(request.redirect(path))

    # === HELPERS === #

    def _asked(self):
        """The access of the older link by which the visitor came."""
        access_id, version = request.session.get("incasso_asked") or (0, 0)
        # In sudo: see `link`.
        access = request.env["incasso.access"].sudo().browse(access_id).exists()
        if access and access.version == version and not access.revoked_at:
            return access
        return access.browse()

    def _let_in(self, access, way):
        self._grant(access, way)
        dossiers = access._dossiers()
        if len(dossiers) == 1:
            return self._protect(request.redirect(f"/incasso/dossier/{dossiers.id}"))
        return self._protect(request.redirect("/incasso/dossiers"))

    def _check_answers(self, typed):
        """What is missing, by field."""
        if typed["birth_date"]:
            return {}
        errors = {}
        if not typed["postcode"]:
            errors["postcode"] = request.env._("Fill in your postcode.")
        if not typed["number"]:
            errors["number"] = request.env._("Fill in your house number.")
        return errors

    def _entry_again(self, typed, errors, locked_until=None):
        return self._respond(
            "incasso_nl_portal.entry",
            values=typed,
            errors=errors,
            ended=False,
            locked=bool(locked_until),
        )
