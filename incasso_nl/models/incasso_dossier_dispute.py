from odoo import Command, api, fields, models

from .incasso_law import law_amount
from .incasso_request import OPEN_STATES


class IncassoDossier(models.Model):
    """What a debtor does not agree with, and payments a debtor tells of."""

    # One concern a file: balance, flow and receipts would be 3,000 lines together.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    dispute_ids = fields.One2many(
        comodel_name="incasso.dispute", inverse_name="dossier_id"
    )
    dispute_count = fields.Integer(compute="_compute_dispute_count")
    paid_report_ids = fields.One2many(
        string="Reported Payments",
        comodel_name="incasso.paid.report",
        inverse_name="dossier_id",
    )
    paid_report_count = fields.Integer(compute="_compute_dispute_count")

    # === COMPUTE METHODS === #

    @api.depends("dispute_ids", "paid_report_ids")
    def _compute_dispute_count(self):
        for name, model in (
            ("dispute_count", "incasso.dispute"),
            ("paid_report_count", "incasso.paid.report"),
        ):
            counts = dict(
                self.env[model]._read_group(
                    [("dossier_id", "in", self.ids)], ["dossier_id"], ["__count"]
                )
            )
            for dossier in self:
                dossier[name] = counts.get(dossier._origin, 0)

    # === ACTION METHODS === #

    def action_new_dispute(self):
        """Record that the debtor does not agree: all open claims, to leave out those
        that are not disputed."""
        self.ensure_one()
        running = self.dispute_ids.filtered(lambda d: d.state in OPEN_STATES)
        claims = self.claim_ids.filtered(lambda claim: claim.state == "open")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "incasso.dispute",
            "view_mode": "form",
            "context": {
                "default_dossier_id": self.id,
                "default_line_ids": [
                    Command.create({"claim_id": claim.id})
                    for claim in claims - running.line_ids.claim_id
                ],
            },
        }

    def action_new_paid_report(self):
        """Record that the debtor says it was paid."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reported Payment"),
            "res_model": "incasso.paid.report",
            "view_mode": "form",
            "context": {"default_dossier_id": self.id},
        }

    def action_disputes(self):
        """Show the disputes of these dossiers."""
        return self.dispute_ids._get_records_action(name=self.env._("Disputes"))

    def action_paid_reports(self):
        """Show the payments that debtors told of in these dossiers."""
        return self.paid_report_ids._get_records_action(
            name=self.env._("Reported Payments")
        )

    # === BUSINESS METHODS === #

    def _undisputed_amount(self, on_date):
        """What can be paid now without what is disputed: of the other claims all that
        may be asked for, of the disputed ones the principal that is not disputed.

        :param date on_date: the day
        :return: euro
        :rtype: Decimal
        """
        self.ensure_one()
        balance = self._balances(on_date)[self.id].without_held()
        lines = self.dispute_ids.line_ids.filtered("is_open")
        return balance.due + sum(law_amount(line._undisputed()) for line in lines)

    def _after_receipt(self, receipts):
        """Override to tell debtors who said that they paid that it was found."""
        result = super()._after_receipt(receipts)
        self.env["incasso.paid.report"]._money_came_in(receipts)
        return result
