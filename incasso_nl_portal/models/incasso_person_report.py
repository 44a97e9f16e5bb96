from odoo import models


class IncassoPersonReport(models.Model):
    _inherit = "incasso.person.report"

    def _renew_access(self):
        """Override of `incasso_nl`: codes and links that went to the wrong address or
        person open nothing any more; the next letter has a new code."""
        result = super()._renew_access()
        for report in self:
            persons = report.addressee_id | report.dossier_id._person()
            # In sudo, of all companies: what lies in the wrong hands is a letter, from
            # whichever company. Nothing is shown.
            self.env["incasso.access"].sudo().search(
                [
                    ("revoked_at", "=", False),
                    "|",
                    ("partner_id", "=", report.addressee_id.id),
                    "&",
                    ("partner_id", "=", False),
                    ("debtor_id", "in", persons.ids),
                ]
            )._reissue()
        return result
