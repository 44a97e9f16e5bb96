from io import BytesIO

from pypdf import PdfReader, PdfWriter

from odoo import models

LETTER_REPORT = "incasso_nl.letter_pdf"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Override of `base` to print letters from the archive, or as they would be.

        Letters are laid out by Typst (see `report.letter_pdf`); all other reports
        are left to `base`.
        """
        report = self._get_report(report_ref)
        if report.report_name != LETTER_REPORT:
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        messages = self.env["incasso.message"].browse(res_ids)
        messages.check_access("read")
        kept = {found.res_id: found.raw for found in messages._pdf_attachment()}
        files = [
            kept.get(message.id) or message._text()._print(message._letter())[0].pdf
            for message in messages
        ]
        if len(files) == 1:
            return files[0], "pdf"
        writer = PdfWriter()
        for file in files:
            writer.append(PdfReader(BytesIO(file)), import_outline=False)
        buffer = BytesIO()
        writer.write(buffer)
        return buffer.getvalue(), "pdf"
