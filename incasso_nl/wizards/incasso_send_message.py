from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.incasso_message import DEFAULT_TERM


class IncassoSendMessage(models.TransientModel):
    _name = "incasso.send.message"
    _description = "Send a Message by Hand"

    dossier_ids = fields.Many2many(comodel_name="incasso.dossier", required=True)
    template_id = fields.Many2one(
        comodel_name="incasso.template",
        required=True,
        # What is about an arrangement is sent by the arrangement.
        domain="[('state', '=', 'active'), "
        "('kind', 'not in', ('arrangement', 'instalment'))]",
    )
    kind = fields.Selection(related="template_id.kind")
    channel = fields.Selection(
        selection=[
            ("preferred", "What the debtor prefers"),
            ("email", "E-mail"),
            ("post", "Letter"),
            ("both", "Letter and e-mail"),
        ],
        required=True,
        default="preferred",
    )
    term_days = fields.Integer(
        string="Term (Days)",
        compute="_compute_term_days",
        store=True,
        readonly=False,
    )
    claim_interest = fields.Boolean(string="Ask for Interest", default=True)
    charge_costs = fields.Boolean(
        string="Charge Collection Costs",
        help="Costs that may be charged by now are charged with this message.",
    )
    refusal = fields.Text(
        string="Not Possible",
        help="What stands in the way.",
        compute="_compute_preview",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    # === COMPUTE METHODS === #

    @api.model
    def default_get(self, fields_list):
        """Override of `base` to take over the dossiers chosen in a list or form."""
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "incasso.dossier":
            values["dossier_ids"] = [
                Command.set(self.env.context.get("active_ids") or [])
            ]
        return values

    @api.depends("template_id")
    def _compute_term_days(self):
        today = fields.Date.context_today(self)
        least = self.env["incasso.message"]._least_notice_days(today)
        for wizard in self:
            wizard.term_days = least if wizard.kind == "notice" else DEFAULT_TERM

    @api.depends("dossier_ids", "template_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.refusal = wizard._refusals() or False
            dossier = wizard.dossier_ids[:1]._origin
            if not (dossier and wizard.template_id):
                wizard.preview = False
                continue
            recipient = (
                self.env["incasso.message"]
                ._recipients(dossier, wizard.template_id)
                .get(dossier.id, dossier.debtor_id)
            )
            lang = self.env["incasso.message"]._reach([recipient.id])[recipient.id].lang
            text = wizard.template_id._text(lang)
            try:
                letter = text._preview_facts(dossier)
                wizard.preview = text._render_letter(letter, on_screen=True)
            except UserError as error:
                wizard.preview = False
                wizard.refusal = error.args[0]

    def _refusals(self):
        """Why no message may be sent, a line for each dossier."""
        self.ensure_one()
        if not self.template_id or not self.template_id._asks_for_money():
            return ""
        dossiers = self.dossier_ids._origin
        refusals = dossiers._message_refusals(fields.Date.context_today(self))
        return "\n".join(
            f"{dossier.name}: {refusals[dossier.id]}"
            for dossier in dossiers
            if dossier.id in refusals
        )

    # === ACTION METHODS === #

    def action_send(self):
        """Put the message into the outbox.

        :raise UserError: what stands in the way, with the article where it is the law
        """
        self.ensure_one()
        dossiers = self.dossier_ids
        dossiers.check_access("write")
        if refusals := self._refusals():
            raise UserError(refusals)
        today = fields.Date.context_today(self)
        balances = dossiers._balances(today)
        costs = None
        if self.charge_costs and self.kind in ("demand", "final_demand"):
            costs = dossiers._claimable_costs(balances, today, due_only=True)
        messages = self.env["incasso.message"]._queue(
            dossiers,
            self.template_id,
            today,
            balances,
            channel=self.channel,
            term_days=self.term_days,
            claim_interest=self.claim_interest,
            costs=costs,
        )
        unreached = dossiers - messages.dossier_id
        if unreached:
            raise UserError(
                self.env._(
                    "There is no way to reach whom this message is for in %s: complete "
                    "the address or the e-mail address.",
                    ", ".join(unreached.mapped("name")),
                )
            )
        if costs is not None:
            dossiers._charge_costs(today, messages)
        messages._log_by_hand(
            self.env._("Message made by hand by %s.", self.env.user.name)
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.action_incasso_message"
        )
        return {**action, "domain": [("id", "in", messages.ids)], "context": {}}
