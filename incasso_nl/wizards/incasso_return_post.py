import re

from odoo import fields, models
from odoo.exceptions import UserError

# As printed: IM and ten digits; a scanner may add spaces, and a person leave out zeros.
_BARCODE = re.compile(r"\bIM\s*(\d{1,10})\b", re.IGNORECASE)


class IncassoReturnPost(models.TransientModel):
    _name = "incasso.return.post"
    _description = "Returned Post"

    barcodes = fields.Text(
        help="Scan the barcodes of the letters that came back, or type the numbers "
        "below them.",
        required=True,
    )
    reason = fields.Selection(
        selection=[
            ("moved", "Moved"),
            ("unknown", "Unknown at this address"),
            ("incomplete", "Address incomplete"),
            ("refused", "Refused"),
            ("deceased", "Deceased"),
            ("other", "Other"),
        ],
        required=True,
        default="unknown",
    )

    # === ACTION METHODS === #

    def action_returned(self):
        """Mark the letters as returned.

        :raise UserError: no letter has such a barcode, or it was never posted
        """
        self.ensure_one()
        codes = [
            f"IM{int(number):010}" for number in _BARCODE.findall(self.barcodes or "")
        ]
        messages = self.env["incasso.message"].search([("barcode", "in", codes)])
        found = {message.barcode: message for message in messages}
        missing = [code for code in codes if code not in found]
        if missing or not codes:
            raise UserError(
                self.env._(
                    "No letter has the barcode %s.",
                    ", ".join(missing) or (self.barcodes or "").strip(),
                )
            )
        unsent = messages.filtered(
            lambda m: m.channel != "post" or m.state not in ("sent", "delivered")
        )
        if unsent:
            raise UserError(
                self.env._(
                    "These are not letters that were posted and have not come back "
                    "yet: %s.",
                    ", ".join(unsent.mapped("barcode")),
                )
            )
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        messages._mark_returned(reasons[self.reason])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.action_incasso_message"
        )
        return {**action, "domain": [("id", "in", messages.ids)], "context": {}}
