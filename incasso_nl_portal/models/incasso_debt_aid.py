from odoo import models


class IncassoDebtAid(models.Model):
    _inherit = "incasso.debt.aid"

    def _grant_access(self, dossiers):
        """Override of `incasso_nl`: a code of the representative's own, for each
        company that has dossiers of the person."""
        result = super()._grant_access(dossiers)
        accesses = self.env["incasso.access"]
        for aid in self.filtered("representative_id"):
            for debtor, company in {
                (dossier.debtor_id, dossier.company_id) for dossier in dossiers
            }:
                accesses._of_representative(aid.representative_id, debtor, company)
        return result

    def _revoke_access(self):
        """Override of `incasso_nl`: end it, unless other debt aid of the person is in
        the same hands."""
        result = super()._revoke_access()
        for aid in self.filtered("representative_id"):
            if self.search_count(
                [
                    ("id", "not in", self.ids),
                    ("partner_id", "=", aid.partner_id.id),
                    ("representative_id", "=", aid.representative_id.id),
                    ("state", "=", "active"),
                ],
                limit=1,
            ):
                continue
            # In sudo, of all companies: who represents nobody any more sees nothing.
            self.env["incasso.access"].sudo().search(
                [
                    ("partner_id", "=", aid.representative_id.id),
                    "|",
                    ("debtor_id", "=", aid.partner_id.id),
                    ("debtor_id.commercial_partner_id", "=", aid.partner_id.id),
                ]
            )._revoke()
        return result
