from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.incasso_arrangement import PERIOD_NAMES
from ..models.incasso_arrangement_rule import INTEREST_MODES
from ..models.incasso_law import law_amount
from ..models.incasso_request import SOURCES

#: Rows of a schedule that are shown on the screen; the letter has them all.
SHOWN = 60


class IncassoArrange(models.TransientModel):
    """Make an arrangement or note a promise, with the debtor on the phone; or propose
    other terms than were asked for."""

    _name = "incasso.arrange"
    _description = "Make an Arrangement"

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, readonly=True
    )
    arrangement_id = fields.Many2one(
        string="In the Place of",
        help="What the debtor asked for, where other terms are proposed.",
        comodel_name="incasso.arrangement",
        readonly=True,
    )
    kind = fields.Selection(
        selection=[("arrangement", "Arrangement"), ("promise", "Promise to pay")],
        required=True,
        default="arrangement",
    )
    currency_id = fields.Many2one(related="dossier_id.currency_id")
    source = fields.Selection(selection=SOURCES, required=True, default="phone")
    period = fields.Selection(selection=PERIOD_NAMES, required=True, default="month")
    by = fields.Selection(
        string="Divided by",
        selection=[("amount", "Amount"), ("number", "Number of times")],
        required=True,
        default="amount",
    )
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False)
    number = fields.Integer(string="Number of Times", default=6)
    first_date = fields.Date(
        string="First Day to Pay",
        compute="_compute_first_date",
        store=True,
        readonly=False,
        required=True,
    )
    text = fields.Text(string="In Their Own Words")
    answer = fields.Text(
        string="Message", help="What the debtor reads with the proposal."
    )

    # What it comes to
    rule_id = fields.Many2one(
        comodel_name="incasso.arrangement.rule", compute="_compute_preview"
    )
    total = fields.Monetary(compute="_compute_preview")
    count = fields.Integer(string="Instalments", compute="_compute_preview")
    last_date = fields.Date(string="Last Day to Pay", compute="_compute_preview")
    interest = fields.Selection(selection=INTEREST_MODES, compute="_compute_preview")
    expected = fields.Monetary(
        string="Interest Added if Kept", compute="_compute_preview"
    )
    schedule_html = fields.Html(compute="_compute_preview", sanitize=False)
    outside = fields.Text(string="Outside the Rules", compute="_compute_preview")
    refusal = fields.Text(string="Not Possible", compute="_compute_preview")

    # === COMPUTE METHODS === #

    @api.depends("dossier_id", "kind")
    def _compute_amount(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            dossier = wizard.dossier_id
            due = float(dossier._arrangeable(today, False).due) if dossier else 0.0
            rule = self.env["incasso.arrangement.rule"]._for_dossiers(dossier)
            smallest = rule[dossier].smallest_amount if dossier else 0.0
            if wizard.kind == "promise":
                wizard.amount = due
            else:
                # A round start to talk from.
                wizard.amount = max(smallest, 10 * round(due / 60))

    @api.depends("dossier_id")
    def _compute_first_date(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            wizard.first_date = fields.Date.add(today, days=7)

    @api.depends(
        "dossier_id",
        "arrangement_id",
        "kind",
        "period",
        "by",
        "amount",
        "number",
        "first_date",
    )
    def _compute_preview(self):
        for wizard in self:
            wizard.update(
                {
                    "rule_id": False,
                    "total": 0.0,
                    "count": 0,
                    "last_date": False,
                    "interest": False,
                    "expected": 0.0,
                    "schedule_html": False,
                    "outside": False,
                    "refusal": False,
                }
            )
            try:
                wizard._preview()
            except UserError as error:
                wizard.refusal = error.args[0]

    def _preview(self):
        """
        :raise UserError: it cannot be agreed like that
        """
        if not self.dossier_id:
            return
        if self.kind == "promise":
            self.dossier_id._check_promise(
                law_amount(self.amount),
                self.first_date,
                fields.Date.context_today(self),
            )
            return
        quote = self._quote()
        found = quote.schedule
        self.update(
            {
                "rule_id": quote.rule.id,
                "total": float(quote.total),
                "count": found.count,
                "last_date": found.last_date,
                "interest": quote.interest,
                "expected": float(quote.expected),
                "outside": "\n".join(quote.reasons) or False,
                "schedule_html": self.env["ir.qweb"]._render(
                    "incasso_nl.arrangement_schedule",
                    {
                        "instalments": found.instalments[:SHOWN],
                        "more": max(found.count - SHOWN, 0),
                        "money": lambda amount: self.currency_id.format(float(amount)),
                    },
                ),
            }
        )

    # === ACTION METHODS === #

    def action_confirm(self):
        """Agree: the arrangement or promise begins, and a letter confirms it.

        :raise UserError: it cannot be agreed like that
        """
        self.ensure_one()
        self.env["incasso.arrangement"].check_access("create")
        if self.kind == "promise":
            found = self.dossier_id._promise(
                law_amount(self.amount), self.first_date, self.source, self.text
            )
        else:
            found = self.dossier_id._ask_arrangement(
                self._quote(), self.source, decided=True, text=self.text
            )
        return found._get_records_action()

    def action_offer(self):
        """Propose these terms in the place of what was asked for."""
        self.ensure_one()
        self.arrangement_id.check_access("write")
        self.arrangement_id._offer(self._quote(), self.answer)
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _quote(self):
        by_amount = self.by == "amount"
        return self.dossier_id._quote_arrangement(
            self.period,
            self.first_date,
            fields.Date.context_today(self),
            amount=law_amount(self.amount) if by_amount else None,
            number=None if by_amount else self.number,
            other_than=self.arrangement_id,
        )
