from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain

_ROLES = "incasso_nl.group_handler,incasso_nl.group_finance,incasso_nl.group_auditor"
PROPOSE_BATCH = 2000


class AccountMove(models.Model):
    _inherit = "account.move"

    incasso_claim_ids = fields.One2many(
        string="Claims",
        comodel_name="incasso.claim",
        inverse_name="move_id",
        groups=_ROLES,
    )
    incasso_dossier_id = fields.Many2one(
        string="Collection Dossier",
        help="The dossier that this invoice is in, or was in last.",
        comodel_name="incasso.dossier",
        compute="_compute_incasso_dossier_id",
        search="_search_incasso_dossier_id",
        groups=_ROLES,
    )
    incasso_in_collection = fields.Boolean(
        string="In Collection",
        compute="_compute_incasso_dossier_id",
        search="_search_incasso_in_collection",
        groups=_ROLES,
    )
    incasso_proposal_date = fields.Date(
        string="Proposed for Collection",
        help="The day on which this invoice was proposed to be sent to collection.",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    incasso_never_propose = fields.Boolean(
        string="Never Propose",
        help="This invoice is not proposed for collection. It can still be sent there "
        "by hand.",
        copy=False,
    )

    incasso_value_date = fields.Date(
        string="Counts From (Collections)",
        help="The day from which this credit note lowers the claim. Empty: its own "
        "date. What was never owed counts from the date of the invoice: no interest "
        "and no costs are owed over it.",
        copy=False,
        groups=_ROLES,
    )

    # === COMPUTE METHODS === #

    @api.depends("incasso_claim_ids.state")
    def _compute_incasso_dossier_id(self):
        for move in self:
            claims = move.incasso_claim_ids.sorted("id")
            running = claims.filtered(lambda claim: claim.state == "open")
            move.incasso_dossier_id = (running or claims)[-1:].dossier_id
            move.incasso_in_collection = bool(running)

    def _search_incasso_dossier_id(self, operator, value):
        return [("incasso_claim_ids.dossier_id", operator, value)]

    def _search_incasso_in_collection(self, operator, value):
        if operator != "in":
            return NotImplemented
        running = Domain("incasso_claim_ids.state", "in", ["open"])
        return running if True in value else ~running

    # === ACTION METHODS === #

    def action_incasso_hand_over(self):
        """Show what sending these invoices to collection would come to."""
        handover = self.env["incasso.handover"]._propose(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send to Collection"),
            "res_model": handover._name,
            "res_id": handover.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_incasso_open_dossier(self):
        """Open the dossier that this invoice is in."""
        self.ensure_one()
        return self.incasso_dossier_id.get_formview_action()

    def action_incasso_never_propose(self):
        """Take invoices off the list of proposals for good."""
        self.write({"incasso_never_propose": True, "incasso_proposal_date": False})

    # === BUSINESS METHODS - PROPOSING === #

    @api.model
    def _cron_incasso_propose(self):
        """Propose what is overdue by the number of days that each company chose, and
        take off the list what was paid or handed over since."""
        today = fields.Date.context_today(self)
        self.search(
            [("incasso_proposal_date", "!=", False)]
            + [("payment_state", "not in", ("not_paid", "partial"))]
        ).incasso_proposal_date = False
        companies = self.env["res.company"].search([("incasso_propose_days", ">", 0)])
        for company in companies:
            domain = self._incasso_proposal_domain(company, today)
            while moves := self.search(domain, limit=PROPOSE_BATCH, order="id"):
                moves.incasso_proposal_date = today
                left = self.search_count(domain)
                if not self.env["ir.cron"]._commit_progress(len(moves), remaining=left):
                    return

    @api.model
    def _incasso_proposal_domain(self, company, today):
        """The invoices of a company to propose, that are not proposed yet."""
        due_before = today - timedelta(days=company.incasso_propose_days)
        return [
            ("company_id", "=", company.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial")),
            ("invoice_date_due", "<=", due_before),
            ("currency_id", "=", company.currency_id.id),
            ("incasso_proposal_date", "=", False),
            ("incasso_never_propose", "=", False),
            ("incasso_in_collection", "=", False),
            (
                "line_ids",
                "any",
                [
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("no_followup", "=", False),
                ],
            ),
        ]

    # === BUSINESS METHODS - CREDITING === #

    def _incasso_credit(self, amount, reason):
        """A posted credit note over a part of this invoice that was never owed, with
        the VAT in it, as of the date of the invoice.

        :param float amount: euro, VAT included
        :param str reason: what the credit note says
        :return: the credit note
        """
        self.ensure_one()
        whole = not self.currency_id.compare_amounts(amount, self.amount_total)
        note = self._reverse_moves(
            [
                {
                    "ref": reason,
                    "invoice_origin": self.name,
                    "invoice_date": fields.Date.context_today(self),
                    "date": fields.Date.context_today(self),
                    "invoice_date_due": fields.Date.context_today(self),
                    "invoice_payment_term_id": False,
                    "incasso_value_date": self.invoice_date,
                }
            ]
        )
        if not whole:
            note.invoice_line_ids = [
                Command.clear(),
                *(
                    Command.create(vals | {"name": reason})
                    for vals in self._prepare_incasso_credit_lines(amount)
                ),
            ]
        note.action_post()
        return note

    def _prepare_incasso_credit_lines(self, amount):
        """Lines that come to exactly this amount with their VAT, by account and tax in
        proportion to this invoice: how Odoo makes down payments.

        :rtype: list[dict]
        """
        tax = self.env["account.tax"]
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        lines = tax._prepare_down_payment_lines(
            base_lines,
            self.company_id,
            "fixed",
            amount,
            computation_key=f"incasso_credit,{self.id}",
            grouping_function=lambda line: {"account_id": line["account_id"]},
        )
        return [
            {
                "quantity": line["quantity"],
                "price_unit": line["price_unit"],
                "tax_ids": [Command.set(line["tax_ids"].ids)],
                "account_id": line["account_id"].id,
                "analytic_distribution": line["analytic_distribution"],
                "extra_tax_data": tax._export_base_line_extra_tax_data(line),
            }
            for line in lines
        ]

    # === BUSINESS METHODS - RECEIPTS === #

    def button_draft(self):
        """Override of `account` to reverse the receipts of money that is not in the
        books any more: a payment or bank line that is reset or cancelled."""
        # sudo: whoever may reset a payment, the dossiers' ledger follows the books.
        self.env["incasso.receipt"].sudo().search(
            [("source_line_id", "in", self.line_ids.ids), ("state", "!=", "reversed")]
        )._reverse(self.env._("The payment was reset to draft or cancelled."))
        self.statement_line_id._incasso_undo_charge_backs(
            self.env._("The bank line was reset to draft or cancelled.")
        )
        return super().button_draft()
