from odoo import api, models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

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
