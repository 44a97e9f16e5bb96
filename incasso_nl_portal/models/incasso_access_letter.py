from odoo import api, models

from ..tools.codes import hash_code, normal_postcode, same


class IncassoAccess(models.Model):
    """A letter that reached somebody else: which one it is, from what is printed on it.

    None of this lets anybody in.
    """

    # One concern a file: getting in is the other one.
    _inherit = "incasso.access"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _by_code(self, code):
        """The dossier that a letter with this code is about.

        :param str code: as `tools.codes.normal_code` gives it
        :return: `incasso.dossier`, empty if no letter has it; and to whom it was
            addressed
        """
        access = self.search(
            [
                ("code_hash", "=", hash_code(self._key("lookup"), code)),
                ("revoked_at", "=", False),
            ],
            limit=1,
        )
        dossier = access.dossier_id or access._dossiers()[:1]
        return dossier, access.partner_id or dossier.debtor_id

    @api.model
    def _by_letter(self, number, postcode):
        """The dossier with this number whose letters go to this postcode.

        :return: as `_by_code`
        """
        dossiers = self.env["incasso.dossier"].search([("name", "=", number.upper())])
        recipients = dossiers._recipients()
        wanted = normal_postcode(postcode)
        for dossier in dossiers:
            # It may be an older letter, from before somebody represented the debtor.
            for partner in recipients.get(dossier.id, dossier.debtor_id) | (
                dossier.debtor_id
            ):
                if same(normal_postcode(partner.zip or ""), wanted):
                    return dossier, partner
        return dossiers.browse(), dossiers.debtor_id.browse()

    @api.model
    def _digest(self, text):
        """A keyed hash of what is printed on a letter, to count by."""
        return hash_code(self._key("letter"), text)
