from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import Stream

# Nothing in the file may run or load anything, even where a browser opens it after all;
# as a document of an origin of its own it reaches nothing of ours.
_SANDBOX = "default-src 'none'; sandbox"


class OutsideStream(Stream):
    """A file from outside: always a download, and of no other type than it was found
    to be, whatever the address asks for (`download`, `mimetype`)."""

    outside_mimetype = "application/octet-stream"

    def get_response(self, **kwargs):
        return super().get_response(
            **{
                **kwargs,
                "as_attachment": True,
                "content_security_policy": _SANDBOX,
                "mimetype": self.outside_mimetype,
            }
        )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    incasso_outside = fields.Boolean(
        string="From Outside",
        help="Sent in by a debtor or somebody else: checked by its content, and never "
        "opened in the browser.",
        readonly=True,
        copy=False,
    )
    incasso_bsn = fields.Boolean(
        string="Citizen Service Number Found",
        help="Its text seems to hold a citizen service number (BSN), which may not be "
        "kept: remove it, or delete the file.",
        readonly=True,
        copy=False,
    )

    def write(self, vals):
        """Override of `base` to keep the letters that were sent as they were sent."""
        if vals.keys() & {
            "datas",
            "raw",
            "db_datas",
            "store_fname",
            "checksum",
            "res_id",
        }:
            self._check_no_sent_letter()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_no_sent_letter(self):
        self._check_no_sent_letter()

    def action_incasso_download(self):
        """Download this file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.id}?download=true",
            "target": "download",
        }

    def _to_http_stream(self):
        """Override of `base` to let nobody open a file from outside in the browser."""
        stream = super()._to_http_stream()
        if not self.incasso_outside:
            return stream
        values = {
            name: value
            for name, value in vars(stream).items()
            if not name.startswith("from_")
        }
        return OutsideStream(
            **{**values, "public": False, "outside_mimetype": self.mimetype}
        )

    def _check_no_sent_letter(self):
        ids = [
            attachment.res_id
            for attachment in self
            if attachment.res_model == "incasso.message"
            and attachment.res_field == "pdf"
        ]
        # Whoever tries this may not be able to read the message; that it was sent is
        # all that is looked at.
        if ids and self.env["incasso.message"].sudo().browse(ids).filtered("sent_at"):
            raise UserError(
                self.env._("A letter that was sent is kept as it was sent.")
            )
