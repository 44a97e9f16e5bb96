from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..law.notice import notice_term
from ..law.steps import describe
from ..law.wording import judge_wording


class IncassoCreditorNotice(models.TransientModel):
    """Record the notice of costs that the creditor sent before the hand-over, so that
    no second one is needed; with the test that a court would put it to."""

    _name = "incasso.creditor.notice"
    _description = "Notice by the Creditor"

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, readonly=True
    )
    company_id = fields.Many2one(related="dossier_id.company_id")
    currency_id = fields.Many2one(related="dossier_id.currency_id")
    claim_ids = fields.Many2many(
        string="Claims in It",
        comodel_name="incasso.claim",
        required=True,
        compute="_compute_claim_ids",
        store=True,
        readonly=False,
        domain="[('dossier_id', '=', dossier_id), ('state', '=', 'open')]",
    )
    sent_date = fields.Date(required=True)
    channel = fields.Selection(
        string="Sent By",
        selection=[("post", "Letter"), ("e-mail", "E-mail")],
        required=True,
        default="post",
    )
    delivered_date = fields.Date(
        help="Where it can be proven, such as by registered post. Empty: the day on "
        "which post is taken to be delivered."
    )
    wording = fields.Char(
        string="Sentence With the Term",
        help="Exactly as the letter has it: it decides whether the notice holds.",
        required=True,
        default="binnen vijftien dagen nadat deze brief bij u is bezorgd",
    )
    announced_costs = fields.Monetary(
        help="The amount of collection costs in the letter, VAT included. Without an "
        "amount the notice has no effect.",
        required=True,
    )
    costs_due_from = fields.Date(
        string="Costs From",
        help="The first day on which costs may be charged.",
        compute="_compute_judged",
    )
    judgment = fields.Char(compute="_compute_judged")

    # === COMPUTE METHODS === #

    @api.depends("dossier_id")
    def _compute_claim_ids(self):
        for wizard in self:
            wizard.claim_ids = wizard.dossier_id.claim_ids.filtered(
                lambda claim: claim.state == "open" and not claim.costs_due_from
            )

    @api.depends("sent_date", "channel", "delivered_date", "wording", "dossier_id")
    @api.depends_context("lang")
    def _compute_judged(self):
        for wizard in self:
            wizard.costs_due_from, wizard.judgment = wizard._judge()

    # === ACTION METHODS === #

    def action_record(self):
        """Record the notice on its claims.

        :raise UserError: it is no valid notice, with the reason
        """
        self.ensure_one()
        if not self.costs_due_from:
            raise UserError(
                self.env._(
                    "%s Send a complete new notice of costs: a short extra term does "
                    "not mend it (art. 6:96 lid 6 BW).",
                    self.judgment or "",
                )
            )
        early = self.claim_ids.filtered(lambda claim: claim.due_date >= self.sent_date)
        if early or self.announced_costs <= 0:
            raise UserError(
                self.env._(
                    "A notice of costs is sent after the due date and names the amount "
                    "of the costs (art. 6:96 lid 6 BW)."
                )
            )
        self.claim_ids.write(
            {
                "creditor_notice_date": self.sent_date,
                "creditor_notice_costs": self.announced_costs,
                "costs_due_from": self.costs_due_from,
            }
        )
        received = self._term().received
        self.env["incasso.interruption"].create(
            {
                "dossier_id": self.dossier_id.id,
                "claim_ids": [Command.set(self.claim_ids.ids)],
                "date": received,
                "kind": "letter",
                "note": self.env._("Notice of costs by the creditor"),
            }
        )
        self.dossier_id._log(
            "note",
            self.env._(
                "Notice of costs by the creditor, sent on %(sent)s: costs may be "
                "charged from %(day)s on.",
                sent=fields.Date.to_string(self.sent_date),
                day=fields.Date.to_string(self.costs_due_from),
            ),
        )
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _judge(self):
        """:return: the first day for costs, False where the notice does not hold, and
        what a court would say of its term"""
        if not (self.sent_date and self.wording and self.dossier_id):
            return False, False
        values = self.env["incasso.law"]._legal_values()
        try:
            wording = judge_wording(self.wording, self.sent_date, values)
            term = wording.accepted and self._term(wording.days)
        except ValueError as error:
            return False, str(error)
        words = describe(wording.step, self.env.lang or "en_US")
        return term and term.charge_from, words

    def _term(self, days=None):
        """The term of the notice.

        :param int days: that its wording promises
        :rtype: law.notice.NoticeTerm
        """
        law = self.env["incasso.law"]
        values = law._legal_values()
        settings = law._settings(self.company_id)
        if days is None:
            days = judge_wording(self.wording, self.sent_date, values).days
        return notice_term(
            self.sent_date,
            self.channel,
            law._calendar(),
            values,
            delivered=self.delivered_date or None,
            term_days=days,
            extend=settings.extend,
            safe_distance=settings.safe_distance,
            bank_days=settings.bank_days,
        )
