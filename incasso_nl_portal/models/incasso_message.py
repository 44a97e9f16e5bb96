from odoo import models

#: What a preview shows: no code is given out for it.
SAMPLE_CODE = "K7MP 4RXD"


class IncassoMessage(models.Model):
    _inherit = "incasso.message"

    def _get_portal_url(self):
        """Override of `incasso_nl`: the page of the dossier; with the code in a letter,
        as a signed link in an e-mail. False where access was revoked."""
        access = self._portal_access()
        if access is None:
            return f"{self.get_base_url()}/incasso/{SAMPLE_CODE.replace(' ', '')}"
        if access.revoked_at:
            return False
        return access._link() if self.channel == "email" else access._url()

    def _get_portal_code(self):
        """Override of `incasso_nl`: the code, to type where there is nothing to scan."""
        access = self._portal_access()
        if access is None:
            return SAMPLE_CODE
        return "" if access.revoked_at else access._code()

    def _portal_access(self):
        """The access of whoever this message goes to; None for a preview, for which no
        code is given out."""
        self.ensure_one()
        if not self._origin:
            return None
        accesses = self.env["incasso.access"]
        if self.recipient_id != self.debtor_id:
            # In sudo: who may write a letter may have its code printed in it.
            own = accesses.sudo().search(
                [
                    ("partner_id", "=", self.recipient_id.id),
                    ("debtor_id", "=", self.debtor_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("revoked_at", "=", False),
                ]
            )
            if own:
                return own
        return accesses._of_dossiers(self.dossier_id)[self.dossier_id.id]
