from collections import defaultdict

from markupsafe import Markup

from odoo import fields, models

VERDICTS = [
    ("take", "Taken"),
    ("skip", "Skipped"),
    ("back", "Back to the notice of costs"),
    ("wait", "Put off"),
    ("held", "Held"),
    ("paid", "Paid: is closed"),
    ("aside", "Set aside"),
]
# Dossiers at a time: what they owe is in memory together.
CHUNK = 2000


class IncassoDryRun(models.TransientModel):
    """What the daily run would do, computed and shown; nothing is sent or changed."""

    _name = "incasso.dry.run"
    _description = "Dry Run"

    date = fields.Date(
        help="On a later day: as if nothing happens until then.",
        required=True,
        default=fields.Date.context_today,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    line_ids = fields.One2many(
        comodel_name="incasso.dry.run.line", inverse_name="dry_run_id"
    )

    # === ACTION METHODS === #

    def action_compute(self):
        """Compute and list what would happen."""
        self.ensure_one()
        self.line_ids.unlink()
        run = self.env["incasso.run"].new(
            {"company_id": self.company_id.id, "date": self.date}
        )
        dossiers, after = run._next_batch(None, CHUNK)
        while dossiers:
            # What the user may not see is not shown either.
            self._add_lines(dossiers._filtered_access("read"))
            dossiers, after = run._next_batch(after, CHUNK)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Goes Out on %s", fields.Date.to_string(self.date)),
            "res_model": "incasso.dry.run.line",
            "view_mode": "list,pivot",
            "domain": [("dry_run_id", "=", self.id)],
            "context": {"search_default_group_verdict": 1},
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p><p>%s</p>")
            % (
                self.env._("Nothing goes out on this day"),
                self.env._(
                    "No dossier has a step that is due. Try a later day to see what is "
                    "coming."
                ),
            ),
        }

    # === BUSINESS METHODS === #

    def _add_lines(self, dossiers):
        decisions = [
            found
            for found in dossiers._plan_steps(self.date)
            if found.verdict != "none"
        ]
        messages = self._messages(decisions)
        self.env["incasso.dry.run.line"].create(
            [
                self._prepare_line(found, row)
                for found in decisions
                for row in messages.get((found.step.id, found.situation.id), [None])
            ]
        )

    def _messages(self, decisions):
        """The rows that the run would put into the outbox.

        :return: lists of dicts by step id and dossier id
        """
        sending = defaultdict(list)
        for found in decisions:
            if found.verdict == "take" and found.step._is_message():
                sending[found.step].append(found)
        rows = defaultdict(list)
        for step, group in sending.items():
            dossiers, balances, costs = self.env["incasso.dossier"]._message_content(
                step, group, self.date
            )
            for row in self.env["incasso.message"]._prepare_rows(
                dossiers,
                step.template_id,
                self.date,
                balances,
                channel=step.channel,
                claim_interest=step.claim_interest,
                costs={id_: charge for id_, (charge, _claims) in costs.items()},
            ):
                rows[step.id, row["dossier_id"]].append(row)
        return rows

    def _prepare_line(self, found, row):
        """The line for a decision, and for one message of it where it makes one.

        :param Decision found: what the run would do
        :param row: columns of the message, or None
        """
        verdict, reason = found.verdict, found.reason
        if verdict == "take" and found.step._is_message() and not row:
            verdict = "held"
            reason = self.env._("There is no way to reach the debtor.")
        vals = {
            "dry_run_id": self.id,
            "dossier_id": found.situation.id,
            "step_id": found.step.id,
            "verdict": verdict,
            "reason": reason,
        }
        if row:
            vals |= {
                "recipient_id": row["recipient_id"],
                "channel": row["channel"],
                **{
                    name: float(row[name])
                    for name in (
                        "principal",
                        "interest",
                        "costs",
                        "announced_costs",
                        "amount",
                    )
                },
            }
        return vals
