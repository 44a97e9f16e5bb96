from odoo import models
from odoo.tools import format_date

from odoo.addons.incasso_nl.models.incasso_person_report import UNPROVEN
from odoo.addons.incasso_nl.models.incasso_request import OPEN_STATES

#: Holds during which nothing is asked of the debtor, because somebody else handles it
#: or may come to: there a page does not begin with paying.
HELPED = ("debt_aid", "bankruptcy", "deceased")


class IncassoDossier(models.Model):
    """What the page of a dossier says of help, and of a wrong person or address."""

    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    def _portal_values(self):
        """Override: what was told and is not decided yet, and who represents."""
        undecided = [("dossier_id", "=", self.id), ("state", "in", OPEN_STATES)]
        shown = ["received_at", "answer_date"]
        representative = self._portal_representative()
        is_helper = self._portal_is_visitor(representative)
        return {
            **super()._portal_values(),
            "is_helped": bool(self._portal_helped()),
            "is_helper": is_helper,
            "helped_sentence": self._portal_helped_sentence(representative, is_helper),
            "help_requests": self.env["incasso.help.request"].search_fetch(
                undecided, shown
            ),
            # Not what somebody without access said: whoever is here did not.
            "person_reports": self.env["incasso.person.report"].search_fetch(
                [*undecided, ("proof", "not in", UNPROVEN)], shown
            ),
            "representative": representative,
        }

    def _portal_representative(self):
        """Who acts for the debtor; empty if nobody does."""
        represented = self.env["incasso.debt.aid"]._representatives(self.debtor_id)
        representative = represented.get(self.debtor_id.id, self.env["res.partner"])
        representative.fetch(["name"])
        return representative

    def _portal_is_visitor(self, partner):
        """Whether it is this partner, if any, who looks at the page."""
        return self.env.context.get("incasso_visitor_id") in partner.ids

    def _portal_helped(self):
        """The holds that stop all of the dossier because the debtor has help with
        debts, or told us so."""
        return self.hold_ids.filtered(
            lambda hold: (
                hold.state == "active" and not hold.claim_ids and hold.kind in HELPED
            )
        )

    def _portal_helped_sentence(self, representative, is_helper):
        """Who handles the dossier, and for whom; nothing where nobody does.

        :param representative: who acts for the debtor, if anybody
        :param bool is_helper: that is who visits the page
        """
        if not representative:
            return False
        if is_helper:
            return self.env._(
                "You handle this for %s. We write to you and not to them.",
                self.debtor_id.name,
            )
        return self.env._("%s handles this for you.", representative.name)

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
        elif hold.debt_aid_id and self._portal_is_visitor(
            self._portal_representative()
        ):
            sentence = self.env._("Nothing happens without talking with you first.")
        if not sentence:
            return super()._portal_held(hold)
        if hold.end_date:
            day = format_date(self.env, hold.end_date, date_format="d MMMM y")
            return f"{sentence} {self.env._('This is so through %s.', day)}"
        return sentence
