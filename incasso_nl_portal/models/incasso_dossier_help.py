from odoo import models
from odoo.tools import format_date

from odoo.addons.incasso_nl.models.incasso_person_report import UNPROVEN
from odoo.addons.incasso_nl.models.incasso_request import OPEN_STATES


class IncassoDossier(models.Model):
    """What the page of a dossier says of help, and of a wrong person or address."""

    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    def _portal_values(self):
        """Override: what was told and is not decided yet, and who represents."""
        undecided = [("dossier_id", "=", self.id), ("state", "in", OPEN_STATES)]
        shown = ["received_at", "answer_date"]
        represented = self.env["incasso.debt.aid"]._representatives(self.debtor_id)
        representative = represented.get(self.debtor_id.id, self.env["res.partner"])
        representative.fetch(["name"])
        return {
            **super()._portal_values(),
            "help_requests": self.env["incasso.help.request"].search_fetch(
                undecided, shown
            ),
            # Not what somebody without access said: whoever is here did not.
            "person_reports": self.env["incasso.person.report"].search_fetch(
                [*undecided, ("proof", "not in", UNPROVEN)], shown
            ),
            "representative": representative,
        }

    def _portal_held(self, hold):
        """Override: what was told, and that somebody looks at it."""
        sentence = None
        if hold.help_request_id.breathing_date:
            sentence = self.env._(
                "You have time to look for help. Until then nothing happens."
            )
        elif hold.help_request_id:
            sentence = self.env._(
                "You told us about help. Nothing happens until we have looked at it."
            )
        elif hold.kind == "deceased":
            sentence = self.env._(
                "We heard that somebody died. We send no letters; you hear from us "
                "before anything happens."
            )
        elif hold.person_report_id:
            sentence = self.env._(
                "Something may be wrong with whom or where we write to. We are looking "
                "into it, and send no letters meanwhile."
            )
        if not sentence:
            return super()._portal_held(hold)
        if hold.end_date:
            day = format_date(self.env, hold.end_date, date_format="d MMMM y")
            return f"{sentence} {self.env._('This is so through %s.', day)}"
        return sentence
