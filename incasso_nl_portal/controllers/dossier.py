from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from .dossier_pages import DossierPages


class Dossier(DossierPages):
    """The page of a dossier, and what can be downloaded from it."""

    @http.route(
        "/incasso/dossier/<int:dossier_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def dossier(self, dossier_id, **_kwargs):
        """Who claims what, why, what can be done, and what happens next."""
        dossier = self._enter(dossier_id)
        return self._page(
            "incasso_nl_portal.dossier", dossier, **dossier._portal_values()
        )

    @http.route(
        "/incasso/dossiers", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def dossiers(self, **_kwargs):
        """The dossiers that were proven in this session."""
        # In sudo: see `_enter`; only what the session has proven is searched.
        accesses = request.env["incasso.access"].sudo()
        proven = self._proven()
        found = accesses.search(
            [("id", "in", [int(key) for key in proven]), ("revoked_at", "=", False)]
        ).filtered(lambda access: access.version == proven[str(access.id)]["version"])
        if not found:
            return self._to_entry()
        self._set_language(found[:1].debtor_id)
        dossiers = found._dossiers(self._wide(proven)).with_env(request.env(su=True))
        return self._respond(
            "incasso_nl_portal.dossiers",
            dossiers=dossiers,
            company=found[:1].company_id,
            due=dossiers._portal_due(),
            notice=self._take_notice(),
        )

    @http.route(
        "/incasso/dossier/<int:dossier_id>/others",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def others(self, dossier_id, **_kwargs):
        """All dossiers of this debtor here, after one check more: whoever lives at the
        same address may have seen one letter, and need not know of the others."""
        dossier = self._enter(dossier_id)
        access = self._proof(dossier_id)[0]
        if not access:
            # Somebody with an account finds them there.
            return self._protect(request.redirect("/my/dossiers"))
        if access.partner_id or access.id in self._wide(self._proven()):
            return self._protect(request.redirect("/incasso/dossiers"))
        typed, errors, locked_until = {}, {}, None
        if request.httprequest.method == "POST":
            typed = self._typed({"birth_date": 40})
            if not typed["birth_date"]:
                errors["birth_date"] = request.env._("Fill in your birth date.")
            else:
                found = access._confirm(typed, request.httprequest.remote_addr)
                if found.access:
                    way = self._proven()[str(access.id)]["way"]
                    self._grant(access, way, wide=True)
                    return self._protect(request.redirect("/incasso/dossiers"))
                errors = self._refused(
                    found,
                    request.env._(
                        "This is not the birth date that we know, or we do not know "
                        "it. You can also enter the code of another letter, or call us."
                    ),
                )
                locked_until = found.locked_until
        return self._page(
            "incasso_nl_portal.others",
            dossier,
            values=typed,
            errors=errors,
            locked=bool(locked_until),
        )

    @http.route(
        "/incasso/dossier/<int:dossier_id>/invoice/<int:claim_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def invoice(self, dossier_id, claim_id, **_kwargs):
        """The company's own invoice as a PDF."""
        dossier = self._enter(dossier_id)
        move = dossier.claim_ids.filtered(lambda claim: claim.id == claim_id).move_id
        if not move:
            return self._missing(dossier)
        try:
            document = move._get_invoice_legal_documents("pdf", allow_fallback=True)
        except UserError:
            # Nothing on this server prints invoices.
            return self._back(
                dossier,
                request.env._(
                    "We cannot make this invoice as a file at the moment. Call us or "
                    "write to us, and we send it to you."
                ),
            )
        return self._download(document["filename"], document["content"])

    @http.route(
        "/incasso/dossier/<int:dossier_id>/document/<int:attachment_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def document(self, dossier_id, attachment_id, **_kwargs):
        """A file that belongs to a claim."""
        dossier = self._enter(dossier_id)
        documents = dossier._portal_documents(dossier.claim_ids)
        for found in documents.values():
            for attachment in found.filtered(lambda file: file.id == attachment_id):
                return self._download(attachment.name, attachment.raw)
        return self._missing(dossier)

    @http.route(
        "/incasso/dossier/<int:dossier_id>/letter/<int:message_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def letter(self, dossier_id, message_id, **_kwargs):
        """A letter as it was sent."""
        dossier = self._enter(dossier_id)
        letter = dossier._portal_letters().filtered(lambda m: m.id == message_id)
        attachment = letter and letter._pdf_attachment()
        if not attachment:
            return self._missing(dossier)
        return self._download(attachment.name, attachment.raw)

    def _download(self, name, content):
        """A file to save: never shown by the browser within these pages."""
        response = request.make_response(
            content,
            [
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
        return self._protect(response)
