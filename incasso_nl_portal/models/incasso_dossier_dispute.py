from datetime import datetime

from odoo import models
from odoo.tools import format_date

from odoo.addons.incasso_nl.models.incasso_dossier_flow import dutch_day
from odoo.addons.incasso_nl.models.incasso_request import OPEN_STATES
from odoo.addons.incasso_nl.report.letter_values import amount_text


class IncassoDossier(models.Model):
    """What the page of a dossier says of what the debtor does not agree with, and of
    payments the debtor told of."""

    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    def _portal_values(self):
        """Override: what was brought up, and what became of it; what is disputed is
        not asked for meanwhile."""
        values = super()._portal_values()
        due = values["balance"].due
        disputed = self.dispute_ids.line_ids.filtered("is_open").claim_id
        asked = self._undisputed_amount(values["today"]) if disputed else due
        return {
            **values,
            "asked": asked,
            "not_asked": max(due - asked, 0),
            "disputed_ids": disputed.ids,
            "objections": self.dispute_ids.filtered(lambda d: d.state != "cancelled"),
            "reported": self.paid_report_ids.filtered(lambda r: r.state != "cancelled"),
            "told": self._portal_told,
            "told_what": self._portal_told_what,
            "told_when": self._portal_told_when,
        }

    def _portal_told(self, request):
        """What becomes of something that was brought up, in a sentence.

        :param request: `incasso.dispute` or `incasso.paid.report`
        """
        if request.state in OPEN_STATES:
            return self.env._(
                "We are looking into it. You have our answer by %s at the latest.",
                self._portal_day(request.answer_date),
            )
        return {
            "upheld": self.env._("You are right: we have changed your dossier."),
            "partly": self.env._(
                "You are right in part: we have changed your dossier."
            ),
            "rejected": self.env._("We see it differently from you."),
            "found": self.env._("We have found your payment. Thank you."),
            "not_found": self.env._("We could not find this payment."),
        }[request.outcome]

    def _portal_told_what(self, request):
        """What somebody told us, in a few words."""
        if request._name == "incasso.dispute":
            return self.env._(
                "Invoice %s.", ", ".join(request.line_ids.claim_id.mapped("name"))
            )
        return self.env._(
            "%(amount)s on %(day)s.",
            amount=amount_text(str(request.amount), (self.env.lang or "en")[:2]),
            day=self._portal_day(request.date),
        )

    def _portal_told_when(self, request):
        """Since when we know, and under which number."""
        return self.env._(
            "%(day)s, number %(number)s",
            day=self._portal_day(request.received_at),
            number=request.name,
        )

    def _portal_day(self, day):
        """A day, or the day of a moment, in the visitor's language."""
        if isinstance(day, datetime):
            day = dutch_day(day)
        return format_date(self.env, day, date_format="d MMMM y")

    def _portal_disputable(self):
        """The claims that a debtor can object to online: open, and not objected to
        before. A second time a person reads what is new about it."""
        self.ensure_one()
        before = self.dispute_ids.filtered(lambda d: d.state != "cancelled")
        return self.claim_ids.filtered(
            lambda claim: (
                claim.state == "open"
                and claim.currency_id.compare_amounts(claim.principal_open, 0) > 0
            )
        ) - (before.line_ids.claim_id)

    def _portal_pay_rest(self, balance):
        """Where to pay what is not disputed.

        :param balance: of today
        """
        pay = self._portal_ways(balance).get("pay", "")
        if pay.startswith("#"):
            return f"/incasso/dossier/{self.id}{pay}"
        return pay and f"{pay}?part=undisputed"
