import time
from datetime import UTC
from functools import partial
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.incasso_nl.law.window import amsterdam
from odoo.addons.incasso_nl.report.letter_values import amount_text, date_text
from odoo.addons.incasso_nl.tools.outside_files import ACCEPT

#: Seconds after which somebody who does nothing has to enter again.
IDLE = 30 * 60
#: A session is written when it was last seen this many seconds ago, not at every page.
TOUCH_EVERY = 60
#: Bytes of files in one form, and how many files a company can let in at a time.
MOST_UPLOADED = 25 * 1024 * 1024
MOST_FILES = 20
_CHUNK = 64 * 1024

#: What the browser may load: our own style sheet, the logo, nothing of anybody else's,
#: and no script at all.
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


class DossierPages(http.Controller):
    """What all pages of a debtor share: who may see what, and how a page is made.

    A part of the pages has its own controller that inherits from this one. Routes are
    ``type="http", auth="public"``, below ``/incasso/dossier/<int:dossier_id>``, and
    start with :meth:`_enter`.
    """

    # === WHO MAY SEE WHAT === #

    def _enter(self, dossier_id):
        """The dossier, for a visitor who has proven that it is theirs.

        Sets the language, and logs the look.

        :param int dossier_id: as it stands in the address
        :return: the dossier, in sudo
        :rtype: incasso.dossier
        :raise HTTPException: a redirect to the page that asks for the code, the same
            whether there is no such dossier, or it is somebody else's
        """
        access, partner, way = self._proof(dossier_id)
        if not way:
            raise HTTPException(response=self._to_entry(dossier_id))
        # In sudo: a visitor has no rights on any record. Safe because the session has
        # proven this very dossier just now, and because all that the pages show and
        # write is reached from it; what somebody sends never names another record
        # without being looked for within this dossier.
        dossier = request.env["incasso.dossier"].sudo().browse(dossier_id)
        dossier._portal_fetch()
        self._set_language(dossier.debtor_id)
        # The day of the debtor, not that of whoever the server takes for the visitor.
        request.update_context(tz="Europe/Amsterdam", incasso_visitor_id=partner.id)
        dossier = dossier.with_env(request.env(su=True))
        dossier = dossier.with_company(dossier.company_id)
        self._log_look(dossier, access, partner, way)
        return dossier

    def _proof(self, dossier_id):
        """How the visitor has proven to be allowed to see a dossier.

        :return: access if any, who it is, and the way: empty if nothing was proven
        """
        # In sudo, like all that follows: see `_enter`.
        accesses = request.env["incasso.access"].sudo()
        proven = self._proven()
        access, partner_id = accesses._valid(
            {int(key): grant["version"] for key, grant in proven.items()},
            dossier_id,
            self._wide(proven),
        )
        if access:
            self._touch(proven)
            partner = access.env["res.partner"].browse(partner_id)
            return access, partner, proven[str(access.id)]["way"]
        dossier = accesses.env["incasso.dossier"].browse(dossier_id)
        if request.session.uid:
            partner = request.env.user.partner_id.sudo()
            own = partner | partner.commercial_partner_id
            if dossier.search_count(
                [("id", "=", dossier_id), ("debtor_id", "in", own.ids)]
            ):
                return accesses, partner, "account"
        return accesses, None, None

    def _proven(self):
        """What was proven in this session and is not too long ago: version, way and
        time, by access id."""
        limit = time.time() - IDLE
        kept = request.session.get("incasso_proven") or {}
        return {key: grant for key, grant in kept.items() if grant["at"] > limit}

    def _wide(self, proven):
        """Ids of the accesses for which the extra check was passed: these open all
        dossiers of the debtor at this company."""
        return [int(key) for key, grant in proven.items() if grant.get("wide")]

    def _touch(self, proven):
        """Note that somebody is still here."""
        now = int(time.time())
        if min(grant["at"] for grant in proven.values()) < now - TOUCH_EVERY:
            request.session["incasso_proven"] = {
                key: {**grant, "at": now} for key, grant in proven.items()
            }

    def _grant(self, access, way, wide=False):
        """Remember in the session that this access was proven.

        :param str way: a key of `WAYS`
        :param bool wide: the extra check was passed, see `_wide`
        """
        request.session["incasso_proven"] = {
            **self._proven(),
            str(access.id): {
                "version": access.version,
                "way": way,
                "wide": wide,
                "at": int(time.time()),
            },
        }
        # A session that somebody else may have handed to this visitor is not the one
        # that opens the dossier.
        request.session.should_rotate = True

    def _to_entry(self, dossier_id=None):
        """To the page that asks for the code; says so when a session has run out."""
        known = request.session.get("incasso_proven")
        url = "/incasso?ended=1" if known else "/incasso"
        return self._protect(request.redirect(url))

    def _log_look(self, dossier, access, partner, way):
        """Keep who looked at what; the time line shows a visit once."""
        page = urlsplit(request.httprequest.path).path.removeprefix(
            f"/incasso/dossier/{dossier.id}"
        )
        dossier.env["incasso.access.look"]._record(
            dossier, access, partner, way, page or "/", self._address()
        )
        seen = request.session.get("incasso_seen") or []
        if dossier.id not in seen:
            request.session["incasso_seen"] = [*seen, dossier.id]
            dossier._log(
                "visit",
                dossier.env._("Looked at online by %s.", partner.display_name),
            )

    def _address(self):
        """The visitor's network, as far as it is kept."""
        accesses = request.env["incasso.access"]
        return accesses._network(request.httprequest.remote_addr)

    def _refused(self, found, reason=None):
        """Why nobody was let in, by field: never which of the answers was wrong.

        :param found: `Entry` of `incasso.access`
        """
        if found.locked_until:
            return {
                "": request.env._(
                    "For your safety nobody can get in for the moment: there were too "
                    "many wrong tries. Try again after %s, or call us.",
                    self._clock(found.locked_until),
                )
            }
        return {
            "": reason
            or request.env._(
                "These do not belong together. Check the code in the letter, and use "
                "the postcode and house number on the envelope."
            )
        }

    def _clock(self, moment):
        """What the clock in the Netherlands shows at a moment in UTC."""
        return amsterdam(moment.replace(tzinfo=UTC)).strftime("%H:%M")

    # === LANGUAGE === #

    def _set_language(self, partner=None):
        """Dutch, unless the visitor chose otherwise or is known to read English."""
        languages = self._languages()
        chosen = request.session.get("incasso_lang")
        if chosen not in languages:
            # Who has no language reads Dutch.
            own = (partner and partner.lang or "nl")[:2]
            chosen = own if own in languages else "nl"
        if languages.get(chosen):
            request.update_context(lang=languages[chosen])

    def _languages(self):
        """Codes of Odoo's languages by ``nl`` and ``en``, where they are active."""
        active = request.env["res.lang"]._get_active_by("code")
        return {
            short: next((code for code in active if code[:2] == short), None)
            for short in ("nl", "en")
        }

    # === PAGES === #

    def _page(self, template, dossier, policy=None, status=200, **values):
        """A page of a dossier.

        :param str template: external id
        :param dossier: as `_enter` gave it
        :param dict policy: what this page may load besides, by directive of the content
            security policy
        :param values: for the template; ``values`` holds what was typed and ``errors``
            what is wrong with it, by name of the field. There too without asking:
            ``dossier``, ``company``, ``base`` (the address of the dossier),
            ``language``, and ``money`` and ``day``, which write amounts and days
        :rtype: odoo.http.Response
        """
        return self._respond(
            template,
            policy,
            status,
            dossier=dossier,
            company=dossier.company_id,
            notice=self._take_notice(),
            base=f"/incasso/dossier/{dossier.id}",
            **values,
        )

    def _respond(self, template, policy=None, status=200, **values):
        """A page, of a dossier or not, with the headers that all have."""
        company = values.pop("company", None) or request.env.company.sudo()
        language = (request.env.lang or "en")[:2]
        body = request.env["ir.qweb"]._render(
            template,
            {
                "values": {},
                "errors": {},
                "dossier": None,
                "notice": None,
                "proven": bool(self._proven() or request.session.uid),
                "company": company,
                "languages": [key for key, code in self._languages().items() if code],
                "language": language,
                "path": request.httprequest.path,
                "accept": ACCEPT,
                "money": partial(amount_text, lang=language),
                "day": partial(date_text, lang=language),
                **values,
            },
        )
        response = request.make_response(f"<!DOCTYPE html>\n{body}", status=status)
        return self._protect(response, policy)

    def _missing(self, dossier):
        """What was asked for is not in this dossier, whether it exists or not."""
        return self._page("incasso_nl_portal.missing", dossier, status=404)

    def _protect(self, response, policy=None):
        """The headers of everything that goes to a debtor."""
        policy = {
            name: " ".join(filter(None, (POLICY.get(name), (policy or {}).get(name))))
            for name in [*POLICY, *(policy or {})]
        }
        headers = response.headers
        headers["Content-Security-Policy"] = "; ".join(
            f"{name} {sources}" for name, sources in policy.items()
        )
        headers["Cache-Control"] = "no-store"
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Robots-Tag"] = "noindex, nofollow"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        return response

    def _back(self, dossier, notice=None, anchor=""):
        """To the page of the dossier, with a message.

        :param str notice: one sentence, in the language of the visitor
        :param str anchor: id on the page to go to
        """
        if notice:
            request.session["incasso_notice"] = notice
        url = f"/incasso/dossier/{dossier.id}{anchor and '#'}{anchor}"
        return self._protect(request.redirect(url))

    def _take_notice(self):
        """The message that was left by the page before."""
        notice = request.session.get("incasso_notice")
        if notice:
            request.session.pop("incasso_notice")
        return notice

    # === WHAT IS SENT === #

    def _typed(self, names, most=200):
        """What was typed in a form, without spaces around it and cut off.

        :param names: of the fields; or most characters by name
        :rtype: dict[str, str]
        """
        limits = names if isinstance(names, dict) else dict.fromkeys(names, most)
        # Odoo lets OPTIONS through to every page, and asks no token of it.
        is_sent = request.httprequest.method == "POST"
        form = request.httprequest.form if is_sent else {}
        return {
            name: form.get(name, "").replace("\x00", "").strip()[:limit]
            for name, limit in limits.items()
        }

    def _uploads(self, field="files"):
        """The files of a form.

        :return: name and content of each
        :rtype: list[tuple[str, bytes]]
        :raise UserError: more than is taken in, in words for who sent it; it is read no
            further than that
        """
        files, left = [], MOST_UPLOADED
        # One more than can be kept: so that it is refused, and not left out.
        for upload in request.httprequest.files.getlist(field)[: MOST_FILES + 1]:
            if not upload.filename:
                # A field that was left empty.
                continue
            chunks = []
            while chunk := upload.stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise UserError(
                        request.env._(
                            "Your files are too large together: send no more than %s "
                            "MB at a time.",
                            MOST_UPLOADED // 1024 // 1024,
                        )
                    )
                chunks.append(chunk)
            files.append((upload.filename[:200], b"".join(chunks)))
        return files
