from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date

from odoo.addons.incasso_nl.report.letter_values import amount_text

#: Requests online that came to nothing, within so many days, after which we would
#: rather talk: as long as one waits for an answer, the dossier stands still.
MOST_ASKED = 3
ASKED_WITHIN = timedelta(days=30)


class IncassoDossier(models.Model):
    """What a debtor sees of arrangements and promises."""

    # One concern a file; see the core.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    def _portal_values(self):
        """Override of `incasso_nl_portal` to add what runs."""
        values = super()._portal_values()
        found = self.arrangement_id
        return {
            **values,
            "arrangement": found,
            "instalment_url": self._portal_pay_url(found.next_amount),
        }

    def _portal_asked_often(self):
        """Whether so many requests online came to nothing that a person has to talk
        with the debtor first.

        :rtype: bool
        """
        self.ensure_one()
        since = fields.Datetime.now() - ASKED_WITHIN
        asked = self.arrangement_ids.filtered(
            lambda found: (
                found.source == "portal"
                and found.stage in ("refused", "withdrawn")
                and found.received_at >= since
            )
        )
        return len(asked) >= MOST_ASKED

    def _portal_pay_url(self, amount):
        """Where an amount of this dossier is paid; False if nowhere.

        :param float amount: euro
        """
        self.ensure_one()
        balance = self._balances(fields.Date.context_today(self))[self.id]
        url = self._portal_ways(balance).get("pay")
        if not url or not amount:
            return False
        if url.startswith("#"):
            # How to transfer money is on the page of the dossier.
            return f"/incasso/dossier/{self.id}{url}"
        if self.currency_id.compare_amounts(amount, float(balance.due)) >= 0:
            return f"{url}?part=all"
        return f"{url}?part=other&amount={amount:.2f}"

    def _portal_held(self, hold):
        """Override of `incasso_nl_portal`: what is agreed, and what comes next."""
        found = hold.arrangement_id
        if not found:
            return super()._portal_held(hold)

        def words(day):
            return format_date(self.env, day, date_format="d MMMM y")

        def money(amount):
            return amount_text(f"{amount:.2f}", (self.env.lang or "nl")[:2])

        if found.stage == "asked":
            return self.env._(
                "You asked to pay in instalments. You have our answer by %s, and until "
                "then nothing happens.",
                words(found.answer_date),
            )
        if found.stage == "offered":
            return self.env._(
                "We made you a proposal to pay in instalments. Please tell us by %s "
                "whether you agree.",
                words(found.offer_until),
            )
        if found.kind == "promise":
            return self.env._(
                "You pay %(amount)s by %(day)s. Until then nothing happens.",
                amount=money(found.next_amount),
                day=words(found.next_date),
            )
        if found.late_amount:
            return self.env._(
                "An instalment has not come in: please pay %(amount)s soon, and your "
                "arrangement goes on.",
                amount=money(found.late_amount),
            )
        return self.env._(
            "You pay in instalments. The next one is %(amount)s, by %(day)s. As long "
            "as you keep to what was agreed, nothing else happens.",
            amount=money(found.next_amount),
            day=words(found.next_date),
        )
