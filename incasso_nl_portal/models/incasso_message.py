from odoo import models

#: What a preview shows: no code is given out for it.
SAMPLE_CODE = "K7MP 4RXD"


class IncassoMessage(models.Model):
    _inherit = "incasso.message"

    def _get_portal_url(self):
        """Override of `incasso_nl`: the page of the dossier, with the code in it. False
        where access was revoked."""
        access = self._portal_access()
        if access is None:
            return f"{self.get_base_url()}/incasso/{SAMPLE_CODE.replace(' ', '')}"
        return not access.revoked_at and access._url()

    def _get_portal_code(self):
        """Override of `incasso_nl`: the code, to type where nothing can be scanned."""
        access = self._portal_access()
        if access is None:
            return SAMPLE_CODE
        return "" if access.revoked_at else access._code()

    def _get_portal_link(self):
        """Override of `incasso_nl`: a signed link, for e-mail only."""
        access = self.channel == "email" and self._portal_access()
        return bool(access) and not access.revoked_at and access._link()

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
        # In sudo, as above; read for a whole batch of letters at once.
        found = self.dossier_id.sudo().access_ids
        return found or accesses._of_dossiers(self.dossier_id)[self.dossier_id.id]
