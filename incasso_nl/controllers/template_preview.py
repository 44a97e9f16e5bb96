from odoo import http
from odoo.http import request


class TemplatePreview(http.Controller):
    @http.route(
        "/incasso/template/<int:text_id>/preview",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def preview(self, text_id, dossier=0, **_kwargs):
        """The letter that a text makes, as a PDF.

        :param int text_id: `incasso.template.text`
        :param dossier: id of the dossier to show it for; 0: a made-up case
        """
        text = request.env["incasso.template.text"].browse(text_id)
        text.check_access("read")
        shown = request.env["incasso.dossier"].browse(int(dossier) or [])
        shown.check_access("read")
        printed = text._lay_out(text._render_letter(text._preview_facts(shown)))
        return request.make_response(
            printed.pdf,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", 'inline; filename="preview.pdf"'),
            ],
        )
