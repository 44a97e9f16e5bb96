from odoo import api, fields, models
from odoo.exceptions import UserError


class IncassoRegisterReceipt(models.TransientModel):
    _name = "incasso.register.receipt"
    _description = "Register Receipt"

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, readonly=True
    )
    company_id = fields.Many2one(related="dossier_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_third_party = fields.Boolean(related="dossier_id.is_third_party")
    is_direct = fields.Boolean(
        string="Paid to the Creditor",
        help="The debtor paid the creditor directly: it counts in the dossier, but no "
        "money came in here.",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        domain="[('company_id', '=', company_id), ('type', 'in', ('bank', 'cash'))]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
    )
    date = fields.Date(
        string="Value Date",
        help="The day the money was credited: it pays as of this day.",
        required=True,
        default=fields.Date.context_today,
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, required=True
    )
    memo = fields.Char()
    claim_ids = fields.Many2many(
        string="Meant For",
        help="Claims that the debtor named: these are paid first (art. 6:43 lid 1 BW). "
        "Empty: the order of the law.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id), ('state', '=', 'open')]",
    )
    paid_report_id = fields.Many2one(
        help="The debtor told of this payment: it is answered with it.",
        comodel_name="incasso.paid.report",
        readonly=True,
    )
    costs = fields.Monetary(compute="_compute_preview")
    interest = fields.Monetary(compute="_compute_preview")
    principal = fields.Monetary(compute="_compute_preview")
    surplus = fields.Monetary(string="To Refund", compute="_compute_preview")
    left = fields.Monetary(
        string="Left to Pay",
        help="What is left of the balance on the value date.",
        compute="_compute_preview",
    )
    explanation_html = fields.Html(
        string="How It Is Divided", compute="_compute_preview"
    )

    # === COMPUTE METHODS === #

    @api.depends("dossier_id", "is_direct")
    def _compute_journal_id(self):
        for wizard in self:
            company = wizard.company_id
            if wizard.is_direct:
                wizard.journal_id = False
            elif wizard.is_third_party:
                wizard.journal_id = company.incasso_trust_journal_id
            else:
                wizard.journal_id = self.env["account.journal"].search(
                    [
                        *self.env["account.journal"]._check_company_domain(company),
                        ("type", "=", "bank"),
                        ("id", "!=", company.incasso_trust_journal_id.id),
                    ],
                    limit=1,
                )

    @api.depends("dossier_id", "date")
    def _compute_amount(self):
        for wizard in self:
            balances = wizard.date and wizard.dossier_id._balances(wizard.date)
            if balances:
                wizard.amount = float(balances[wizard.dossier_id.id].due)

    @api.depends("dossier_id", "date", "amount", "claim_ids")
    def _compute_preview(self):
        for wizard in self:
            wizard.costs = wizard.interest = wizard.principal = 0.0
            wizard.surplus = wizard.left = 0.0
            wizard.explanation_html = False
            if (
                not wizard.date
                or wizard.currency_id.compare_amounts(wizard.amount, 0) <= 0
            ):
                continue
            paid, left = wizard.dossier_id._preview_receipt(
                wizard.date, wizard.amount, wizard.claim_ids._origin
            )
            parts = [imputed.paid for imputed in paid.claims.values()]
            wizard.costs = float(paid.dossier_costs)
            wizard.interest = float(sum(part.interest for part in parts))
            wizard.principal = float(sum(part.principal for part in parts))
            wizard.surplus = float(paid.credit)
            wizard.left = float(left)
            wizard.explanation_html = self.env["incasso.entry"]._explain(
                [step.as_json() for step in paid.steps]
            )

    # === ACTION METHODS === #

    def action_register(self):
        """Register the receipt, and let it pay.

        :raise UserError: no journal was chosen, or the amount is not more than zero
        """
        self.ensure_one()
        self.env["incasso.receipt"].check_access("create")
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("A receipt is more than zero."))
        if self.is_direct:
            receipt = self._register_direct()
        else:
            receipt = self._register_payment()
        self.paid_report_id.receipt_id = receipt
        receipt._allocate()
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _register_direct(self):
        if not self.is_third_party:
            raise UserError(
                self.env._(
                    "The creditor of this dossier is the company itself: choose the "
                    "journal on which the money came in."
                )
            )
        return self.env["incasso.receipt"].create(
            self._prepare_receipt() | {"kind": "direct"}
        )

    def _register_payment(self):
        if not self.journal_id:
            raise UserError(
                self.env._("Choose the journal on which the money came in.")
            )
        # sudo: finance may register receipts, and with it the payment of this dossier.
        payment = (
            self.env["account.payment"]
            .sudo()
            .with_context(incasso_no_recognition=True)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "company_id": self.company_id.id,
                    "partner_id": self.dossier_id.debtor_id.id,
                    "journal_id": self.journal_id.id,
                    "date": self.date,
                    "amount": self.amount,
                    "memo": self.memo or self.dossier_id.name,
                    "incasso_dossier_id": self.dossier_id.id,
                }
            )
        )
        payment.action_post()
        return self.env["incasso.receipt"].create(
            payment._prepare_incasso_receipt(
                self.dossier_id.id,
                100,
                self.env._("Registered by %s.", self.env.user.name),
                self.claim_ids.ids,
            )
        )

    def _prepare_receipt(self):
        return {
            "company_id": self.company_id.id,
            "dossier_id": self.dossier_id.id,
            "date": self.date,
            "amount": self.amount,
            "memo": self.memo,
            "partner_name": self.dossier_id.debtor_id.name,
            "claim_ids": [fields.Command.set(self.claim_ids.ids)],
            "state": "proposed",
            "confidence": 100,
            "match_reason": self.env._("Registered by %s.", self.env.user.name),
        }
