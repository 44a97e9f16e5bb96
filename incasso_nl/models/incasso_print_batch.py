from io import BytesIO

from pypdf import PdfReader, PdfWriter

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Letters in one PDF: what a desktop printer spools and a folding machine takes.
BATCH_SIZE = 500


class IncassoPrintBatch(models.Model):
    """Letters of one print run as a single PDF, sorted for the folding machine."""

    _name = "incasso.print.batch"
    _description = "Print Batch"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        selection=[("ready", "To print"), ("posted", "Posted")],
        required=True,
        default="ready",
        copy=False,
    )
    posted_date = fields.Date(
        help="The day on which they were handed to the post; today by default.",
        copy=False,
    )
    duplex = fields.Boolean(
        string="Printed on Both Sides",
        help="Every letter starts on a new sheet.",
        default=True,
    )
    letter_ids = fields.One2many(
        comodel_name="incasso.message", inverse_name="print_batch_id"
    )
    letter_count = fields.Integer(string="Letters", compute="_compute_letter_count")
    withdrawn_ids = fields.One2many(
        string="Take Out",
        help="Withdrawn after they were printed: take these out of the pile before it "
        "is posted.",
        comodel_name="incasso.message",
        compute="_compute_letter_count",
    )
    pdf = fields.Binary(attachment=True, readonly=True, copy=False)

    # === COMPUTE METHODS === #

    @api.depends("letter_ids.state")
    def _compute_letter_count(self):
        for batch in self:
            withdrawn = batch.letter_ids.filtered(lambda m: m.state == "cancelled")
            batch.withdrawn_ids = withdrawn
            batch.letter_count = len(batch.letter_ids) - len(withdrawn)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to number the batches."""
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("incasso.print.batch")
                )
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_posted(self):
        if self.filtered(lambda batch: batch.state == "posted"):
            raise UserError(
                self.env._("A batch that was posted is kept: it shows what was sent.")
            )

    # === ACTION METHODS === #

    def action_download(self):
        """Open the PDF of the batch."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/incasso.print.batch/{self.id}/pdf"
            f"?download=true&filename={self.name.replace('/', '-')}.pdf",
            "target": "self",
        }

    def action_posted(self):
        """The letters of the batches were posted."""
        self.check_access("write")
        for batch in self:
            batch._post(batch.posted_date or fields.Date.context_today(self))

    def action_view_letters(self):
        """The letters of the batch."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.action_incasso_message"
        )
        return {**action, "domain": [("print_batch_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    @api.model
    def _make(self, letters, duplex=True):
        """Put letters into batches, each with its PDF, sorted by postcode.

        Letters to dossiers that may not be written to any more are withdrawn first.

        :param letters: rendered `incasso.message` that go by post
        :return: the batches
        """
        letters = letters.try_lock_for_update().filtered(
            lambda m: (
                m.channel == "post" and m.state == "rendered" and not m.print_batch_id
            )
        )
        letters._withdraw_stale()
        letters = letters.filtered(lambda m: m.state == "rendered")
        batches = self.browse()
        for company, of_company in letters.grouped("company_id").items():
            ordered = of_company.sorted(
                lambda m: (
                    m.recipient_id.country_id.code or "NL",
                    (m.recipient_id.zip or "").replace(" ", "").upper(),
                    m.recipient_id.street or "",
                    m.id,
                )
            )
            for start in range(0, len(ordered), BATCH_SIZE):
                part = ordered[start : start + BATCH_SIZE]
                batch = self.create({"company_id": company.id, "duplex": duplex})
                part._store(
                    [{"id": letter.id, "print_batch_id": batch.id} for letter in part]
                )
                batch._write_pdf(part)
                batches += batch
        return batches

    def _write_pdf(self, letters):
        """One file of all letters, in their order."""
        self.ensure_one()
        contents = {
            attachment.res_id: attachment for attachment in letters._pdf_attachment()
        }
        writer = PdfWriter()
        for letter in letters:
            writer.append(
                PdfReader(BytesIO(contents[letter.id].raw)), import_outline=False
            )
            if self.duplex and len(writer.pages) % 2:
                writer.add_blank_page()
        buffer = BytesIO()
        writer.write(buffer)
        # As for the letters: nobody's own file, read with the rights on the batch.
        self.env["ir.attachment"].sudo().create(
            {
                "name": f"{self.name.replace('/', '-')}.pdf",
                "res_model": self._name,
                "res_id": self.id,
                "res_field": "pdf",
                "company_id": self.company_id.id,
                "raw": buffer.getvalue(),
                "mimetype": "application/pdf",
                "type": "binary",
            }
        )
        self.invalidate_recordset(["pdf"])

    def _post(self, day):
        """The letters were handed to the post on ``day``: their terms begin.

        :raise UserError: the day is in the future
        """
        if day > fields.Date.context_today(self):
            raise UserError(
                self.env._("Letters cannot have been posted in the future.")
            )
        for batch in self.filtered(lambda batch: batch.state == "ready"):
            letters = batch.letter_ids.filtered(lambda m: m.state == "rendered")
            letters._mark_sent(_noon(day))
            batch.write({"state": "posted", "posted_date": day})


def _noon(day):
    """A moment on ``day`` that is on that day in the Netherlands too."""
    return fields.Datetime.to_datetime(day).replace(hour=11)
