from datetime import UTC

from odoo import models
from odoo.tools import format_date

from odoo.addons.incasso_nl.law.window import amsterdam


class IncassoDossier(models.Model):
    """What the pages for messages and own data need."""

    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS === #

    def _portal_values(self):
        """Override of `incasso_nl_portal` with what was written."""
        values = super()._portal_values()
        letters = self._portal_correspondence()
        values["correspondence"] = letters
        values["answers"] = letters.filtered(lambda letter: letter.state == "done")
        return values

    def _portal_correspondence(self):
        """The messages of this dossier that the debtor may read, the oldest first: what
        the debtor or a representative sent in, and ours once they are sent."""
        return (
            self.env["incasso.correspondence"]
            .search(
                [
                    ("dossier_id", "=", self.id),
                    "|",
                    # What somebody else wrote about the debtor is not the debtor's.
                    "&",
                    ("direction", "=", "in"),
                    ("sender", "=", False),
                    "&",
                    ("direction", "=", "out"),
                    ("state", "=", "done"),
                ]
            )
            .sorted("received_at")
        )

    def _portal_answer_files(self):
        """The files of messages and answers that the debtor may download.

        :rtype: ir.attachment
        """
        files = self.env["ir.attachment"]
        for letter in self._portal_correspondence():
            files |= letter._files()
        asked = self._portal_requests("incasso.privacy.request")
        return files | asked.filtered(lambda one: one.state == "done").answer_file_ids

    def _portal_requests(self, model):
        """What was brought up in this dossier, the newest first.

        :param str model: name of a model that inherits from `incasso.request`
        """
        return self.env[model].search([("dossier_id", "=", self.id)])

    def _portal_slot(self, slot):
        """A time to be called, in words: Monday 23 November, 10:00 to 12:00."""
        start, end = (amsterdam(moment.replace(tzinfo=UTC)) for moment in slot)
        return self.env._(
            "%(day)s, %(start)s to %(end)s",
            day=format_date(self.env, start.date(), date_format="EEEE d MMMM"),
            start=f"{start:%H:%M}",
            end=f"{end:%H:%M}",
        )

    def _portal_complaint_kinds(self):
        """What a complaint can be about, in plain words.

        :rtype: dict[str, str]
        """
        return {
            "conduct": self.env._("How somebody treated me"),
            "amount": self.env._("The amount, the costs or the interest"),
            "claim": self.env._("A bill that is not mine or not right"),
            "reachable": self.env._("I cannot reach you, or I get no answer"),
            "information": self.env._("Information that is missing or unclear"),
            "privacy": self.env._("What you do with my data"),
            "vulnerable": self.env._("You take no account of my situation"),
            "other": self.env._("Something else"),
        }

    def _portal_privacy_kinds(self):
        """What can be asked about one's data, in plain words.

        :rtype: dict[str, str]
        """
        return {
            "access": self.env._("Send me a copy of all you hold about me"),
            "correction": self.env._("Something is wrong: correct it"),
            "removal": self.env._("Remove my data"),
            "restriction": self.env._("Do not use my data for the time being"),
            "objection": self.env._("I object to what you do with my data"),
        }

    def _held_data(self):
        """Override of `incasso_nl` with who looked at it online."""
        looks = self.env["incasso.access.look"].search(
            [("dossier_id", "in", self.ids)], limit=100
        )
        ways = dict(looks._fields["way"]._description_selection(self.env))
        seen = {}
        for look in looks:
            day = format_date(self.env, look.date)
            key = (day, look.partner_id.display_name, ways[look.way])
            seen.setdefault(key, None)
        return [
            *super()._held_data(),
            self._section(
                self.env._("Who looked at it online"),
                (self.env._("Date"), self.env._("Who"), self.env._("How")),
                list(seen),
                note=self.env._("The last hundred looks."),
            ),
        ]
