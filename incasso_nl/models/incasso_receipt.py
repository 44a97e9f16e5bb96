from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .incasso_dossier_flow import dutch_day
from .incasso_law import law_amount
from .incasso_matching import Share
from .incasso_recognised import PENDING
from .incasso_request import OPEN_STATES


class IncassoReceipt(models.Model):
    """Money that came in for a dossier, and what it paid.

    A receipt has one life: it is allocated once, and may be reversed once. When the
    money itself is still there after that, a new receipt waits for it.
    """

    _name = "incasso.receipt"
    _description = "Receipt"
    _inherit = ["mail.thread", "incasso.recognised"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    dossier_id = fields.Many2one(
        help="Empty as long as it is not known whose money it is.",
        comodel_name="incasso.dossier",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index="btree_not_null"
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index="btree_not_null"
    )
    date = fields.Date(
        string="Value Date",
        help="The day the money was credited: it pays as of this day.",
        required=True,
        default=fields.Date.context_today,
    )
    amount = fields.Monetary(required=True)
    memo = fields.Char(help="What the payer wrote with it.")
    bank_reference = fields.Char(
        help="What identifies the payment between banks (end-to-end id), by which it "
        "is recognised when it comes back. Capitals and digits only.",
        index="btree_not_null",
        readonly=True,
    )
    partner_name = fields.Char(string="Payer")
    account_number = fields.Char(
        string="Payer's Account",
        help="An account that paid for a dossier before is recognised next time.",
        index="btree_not_null",
    )
    claim_ids = fields.Many2many(
        string="Meant For",
        help="Claims that the debtor named: these are paid first (art. 6:43 lid 1 BW). "
        "Empty: the order of the law.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id)]",
    )
    division = fields.Json(
        help="Where it is for several dossiers: for each the dossier, the amount and "
        "the claims meant. Allocating it makes a receipt for each.",
        readonly=True,
        copy=False,
    )
    arrangement_id = fields.Many2one(
        string="Counts For",
        help="The arrangement or promise that this money pays instalments of.",
        comodel_name="incasso.arrangement",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
    )
    kind = fields.Selection(
        selection=[
            ("bank", "Bank statement line"),
            ("payment", "Payment"),
            ("entry", "Journal entry"),
            ("direct", "Paid to the creditor"),
            ("credit_note", "Credit note"),
        ],
        required=True,
    )
    state = fields.Selection(
        selection=[
            ("unmatched", "Unmatched"),
            ("proposed", "Proposed"),
            ("allocated", "Allocated"),
            ("reversed", "Reversed"),
        ],
        required=True,
        default="unmatched",
        tracking=True,
        copy=False,
    )
    statement_line_id = fields.Many2one(
        comodel_name="account.bank.statement.line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    payment_id = fields.Many2one(
        comodel_name="account.payment",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    source_line_id = fields.Many2one(
        string="Journal Item",
        help="The credit on the receivable or trust account that this is about.",
        comodel_name="account.move.line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    move_id = fields.Many2one(
        string="Journal Entry",
        help="Books the costs and interest that this receipt paid as income, or sets a "
        "surplus of trust money apart.",
        comodel_name="account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    entry_ids = fields.One2many(
        string="Allocation", comodel_name="incasso.entry", inverse_name="receipt_id"
    )
    costs = fields.Monetary(compute="_compute_allocated", store=True)
    interest = fields.Monetary(compute="_compute_allocated", store=True)
    principal = fields.Monetary(compute="_compute_allocated", store=True)
    surplus = fields.Monetary(
        help="More than was owed: kept to be refunded.",
        compute="_compute_allocated",
        store=True,
    )
    surplus_open = fields.Monetary(
        string="To Refund",
        help="What is left of the surplus in the books.",
        compute="_compute_surplus_open",
    )
    charge_back_id = fields.Many2one(
        string="Charged Back",
        help="The bank took the money back.",
        comodel_name="incasso.charge.back",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    booked = fields.Json(
        help="What the books say of it: amounts by kind and by journal item.",
        readonly=True,
        copy=False,
    )
    is_attributed = fields.Boolean(
        help="The bank line was taken off the suspense account for this receipt.",
        readonly=True,
        copy=False,
    )
    explanation = fields.Json(
        help="The steps of the law engine that divided the money.",
        readonly=True,
        copy=False,
    )
    explanation_html = fields.Html(
        string="How It Was Divided", compute="_compute_explanation_html"
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A receipt is more than zero."
    )
    _allocated_to_dossier = models.Constraint(
        "CHECK (state NOT IN ('proposed', 'allocated') OR dossier_id IS NOT NULL)",
        "Only money of which the dossier is known can be allocated.",
    )
    # One source can be for several dossiers, but for each of them once.
    _source_once = models.UniqueIndex(
        "(source_line_id, COALESCE(dossier_id, 0)) "
        "WHERE source_line_id IS NOT NULL AND state != 'reversed' AND kind != 'entry'",
        "This journal item is a receipt already.",
    )
    _statement_line_once = models.UniqueIndex(
        "(statement_line_id, COALESCE(dossier_id, 0)) "
        "WHERE statement_line_id IS NOT NULL AND state != 'reversed'",
        "This bank line is a receipt already.",
    )
    _worklist_idx = models.Index(
        "(company_id, state) WHERE state IN ('unmatched', 'proposed')"
    )

    # === COMPUTE METHODS === #

    @api.depends("entry_ids.amount", "state", "amount")
    def _compute_allocated(self):
        sums = defaultdict(float)
        # The entries are the truth; they never change, so summing them is enough.
        for receipt, component, total in self.env["incasso.entry"]._read_group(
            [("receipt_id", "in", self.ids)],
            ["receipt_id", "component"],
            ["amount:sum"],
        ):
            sums[receipt.id, component] = -total
        for receipt in self:
            receipt.costs = sums[receipt.id, "costs"]
            receipt.interest = sums[receipt.id, "interest"]
            receipt.principal = sums[receipt.id, "principal"]
            receipt.surplus = receipt.state == "allocated" and (
                receipt.amount - receipt.costs - receipt.interest - receipt.principal
            )

    @api.depends("surplus", "source_line_id.amount_residual", "kind")
    def _compute_surplus_open(self):
        for receipt in self:
            left = receipt.surplus
            if receipt.source_line_id and not receipt.dossier_id.is_third_party:
                left = min(left, -receipt.source_line_id.amount_residual)
            receipt.surplus_open = max(left, 0.0)

    @api.depends("explanation")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for receipt in self:
            receipt.explanation_html = self.env["incasso.entry"]._explain(
                receipt.explanation or []
            )

    @api.depends("name", "amount", "currency_id")
    def _compute_display_name(self):
        for receipt in self:
            amount = receipt.currency_id.format(receipt.amount)
            receipt.display_name = f"{receipt.name} ({amount})"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail` to number the receipts, a series for each company and
        year."""
        by_series = defaultdict(list)
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company_id = vals.get("company_id") or self.env.company.id
                day = fields.Date.to_date(vals.get("date"))
                day = day or fields.Date.context_today(self)
                by_series[company_id, day.replace(month=1, day=1)].append(vals)
        for (company_id, year), group in by_series.items():
            numbers = self.env["ir.sequence"]._incasso_draw(
                "incasso.receipt",
                self.env["res.company"].browse(company_id),
                year,
                len(group),
            )
            for vals, number in zip(group, numbers, strict=True):
                vals["name"] = number
        return super().create(vals_list)

    def write(self, vals):
        """Override of `mail` to keep an allocated receipt as it was allocated.

        :raise UserError: it is allocated or reversed, and what it is about would change
        """
        fixed = {"dossier_id", "amount", "date", "claim_ids", "company_id", "kind"}
        if fixed & vals.keys():
            self._check_pending()
        if {"dossier_id", "amount"} & vals.keys() and "division" not in vals:
            # Somebody chose one dossier for all of it.
            vals = {**vals, "division": False}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A receipt is never deleted: reverse it, and say why.")
        )

    # === ACTION METHODS === #

    def action_confirm(self):
        """Allocate what was proposed, and say what came of it."""
        self._check_may_book()
        self._check_pending()
        nameless = self.filtered(lambda receipt: not receipt.dossier_id)
        if nameless:
            raise UserError(
                self.env._("Choose the dossier of %s first.", nameless[:1].display_name)
            )
        self._allocate()

    def action_choose(self):
        """Choose the dossier that this money is for."""
        self.ensure_one()
        self._check_pending()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Whose Money Is This?"),
            "res_model": "incasso.match.receipt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_receipt_id": self.id},
        }

    def action_ignore(self):
        """Take money that is for no dossier off the worklist; the books stay as they
        are."""
        self._check_may_book()
        self._check_pending()
        self._drop(self.env._("Not for a dossier."))

    def action_reverse(self):
        """Undo the allocation of this receipt."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reverse Receipt"),
            "res_model": "incasso.reverse.receipt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_receipt_id": self.id},
        }

    def action_open_source(self):
        """Open the document through which the money came in."""
        self.ensure_one()
        source = self.payment_id or self.source_line_id.move_id
        return (source or self.statement_line_id.move_id)._get_records_action()

    # === CHECKS === #

    def _check_pending(self):
        """:raise UserError: one of these is allocated or reversed already"""
        for receipt in self:
            if receipt.state not in PENDING:
                raise UserError(
                    self.env._(
                        "%s is allocated or reversed already. To change it, reverse "
                        "it; then it can be allocated again.",
                        receipt.display_name,
                    )
                )

    def _check_may_book(self):
        """:raise AccessError: the user is not of finance"""
        self.check_access("write")

    # === BUSINESS METHODS - ALLOCATION === #

    def _outside_books(self):
        """Whether the company's books say nothing of it: the creditor, another one,
        was paid or took off what was not owed."""
        self.ensure_one()
        return self.kind == "direct" or (
            self.kind == "credit_note" and self.dossier_id.is_third_party
        )

    def _order_key(self):
        """Place in the order in which money pays: by value date; on one day, credit
        notes before payments."""
        self.ensure_one()
        return self.date, self.kind != "credit_note", self.id

    def _allocate(self):
        """Let these receipts pay what their dossiers owe: in the legal order, as of
        their own value dates, in the ledger and in the books.

        Receipts that were allocated before but have a later value date are allocated
        again, in order. Any number of receipts and dossiers at once.

        :raise UserError: something cannot be booked, such as an invoice that does not
            have open what the dossier says
        """
        receipts = self.filtered(
            lambda receipt: receipt.state in PENDING and receipt.dossier_id
        )._divide()
        if not receipts:
            return
        dossiers = receipts.dossier_id
        dossiers._lock_for_money()
        reclose = receipts._reopen_where_needed()
        receipts._leave_disputed()
        receipts.write({"state": "allocated", "error": False})
        # First, with the costs that were charged for it: who pays before a demand goes
        # out is not charged for it.
        dossiers._withdraw_messages(self.env._("Money came in."))
        changed = dossiers._replay(
            receipts,
            self.browse(),
            self.env._("A payment with an earlier value date came to light."),
        )
        self.env["incasso.books"]._settle(changed)
        dossiers._after_receipt(receipts)
        dossiers._close_again(reclose)

    def _divide(self):
        """Make a receipt for each dossier of money that is for several.

        :return: these, and those that were made
        :raise UserError: the parts are not the whole
        """
        vals_list = []
        for receipt in self.filtered("division"):
            shares = [
                {
                    "dossier_id": dossier_id,
                    "amount": float(amount),
                    "claim_ids": [Command.set(claim_ids)],
                    "division": False,
                }
                for dossier_id, amount, claim_ids in receipt.division
            ]
            if receipt.currency_id.compare_amounts(
                sum(share["amount"] for share in shares), receipt.amount
            ):
                raise UserError(
                    self.env._(
                        "The parts of %s are not the whole amount.",
                        receipt.display_name,
                    )
                )
            kept = {
                name: receipt[name] for name in ("state", "confidence", "match_reason")
            }
            vals_list += [receipt.copy_data()[0] | kept | share for share in shares[1:]]
            receipt.write(shares[0])
        return self | self.create(vals_list)

    def _book_recognised(self):
        """Override of `incasso.recognised`."""
        self._allocate()

    def _leave_disputed(self):
        """Who pays while disputing a claim does not pay that claim: without another
        word the money is for the others (art. 6:43 lid 1 BW)."""
        for receipt in self:
            if receipt.claim_ids or receipt.kind == "credit_note":
                continue
            disputes = receipt.dossier_id.dispute_ids.filtered(
                lambda dispute, receipt=receipt: (
                    dispute.state in OPEN_STATES
                    and dutch_day(dispute.received_at) <= receipt.date
                )
            )
            if not disputes:
                continue
            claims = receipt.dossier_id.claim_ids.filtered(
                lambda claim: claim.state == "open"
            )
            receipt.claim_ids = claims - disputes.line_ids.claim_id

    def _reopen_where_needed(self):
        """Reopen the closed dossiers of these receipts.

        A dossier that was paid and closed before the value date owes nothing: the money
        is surplus, and the dossier stays closed.

        :return: the reason for which each was closed
        :rtype: dict[incasso.dossier, str]
        """
        closed = {
            dossier: dossier.close_reason
            for dossier, receipts in self.grouped("dossier_id").items()
            if dossier.state == "closed"
            and not (
                dossier.close_reason in ("paid", "credited")
                and min(receipts.mapped("date")) >= dossier.close_date
            )
        }
        self.env["incasso.dossier"].union(*closed)._reopen(
            self.env._("Money came in after it was closed.")
        )
        return closed

    def _prepare_entries(self, state):
        """What this receipt pays of what is open, taken off from it.

        :param Open state: of its dossier, on its value date
        :return: values of `incasso.entry`
        """
        self.ensure_one()
        if self.kind == "credit_note":
            paid = state.credit(law_amount(self.amount), self.claim_ids.ids)
            return [
                self._prepare_entry("credit", "principal", amount, claim_id)
                for claim_id, amount in paid.items()
            ]
        result = state.impute(law_amount(self.amount), self.claim_ids.ids)
        self.explanation = [step.as_json() for step in result.steps]
        vals_list = []
        if result.dossier_costs:
            vals_list.append(
                self._prepare_entry("receipt", "costs", result.dossier_costs)
            )
        for key, imputed in result.claims.items():
            for component in ("interest", "principal"):
                if amount := getattr(imputed.paid, component):
                    vals_list.append(
                        self._prepare_entry(
                            "receipt",
                            component,
                            amount,
                            key.claim_id,
                            [step.as_json() for step in imputed.steps],
                        )
                    )
        return vals_list

    def _prepare_entry(self, kind, component, amount, claim_id=False, explanation=None):
        return {
            "dossier_id": self.dossier_id.id,
            "claim_id": claim_id,
            "date": self.date,
            "component": component,
            "kind": kind,
            "amount": -float(amount),
            "receipt_id": self.id,
            "explanation": explanation,
        }

    def _allocation(self):
        """What these receipts pay according to the ledger, reversed entries left out.

        :return: by receipt id, amounts in euro by component and claim id
        :rtype: dict[int, dict[tuple[str, int | bool], Decimal]]
        """
        allocation = {receipt_id: defaultdict(Decimal) for receipt_id in self.ids}
        for receipt, component, claim, amount in self.env["incasso.entry"]._read_group(
            [("receipt_id", "in", self.ids)],
            ["receipt_id", "component", "claim_id"],
            ["amount:sum"],
        ):
            if paid := -law_amount(amount):
                allocation[receipt.id][component, claim.id] = paid
        return allocation

    def _count_for(self, arrangement):
        """These receipts pay instalments of an arrangement.

        :param arrangement: `incasso.arrangement`, or an empty recordset
        """
        if arrangement:
            self.write({"arrangement_id": arrangement.id})

    def _summary(self):
        """What came in and what it paid, in one line."""
        self.ensure_one()
        parts = [
            f"{label} {self.currency_id.format(self[name])}"
            for name, label in (
                ("costs", self.env._("costs")),
                ("interest", self.env._("interest")),
                ("principal", self.env._("principal")),
                ("surplus", self.env._("to refund")),
            )
            if not self.currency_id.is_zero(self[name])
        ]
        text = (
            self.env._("Credit note of %(amount)s as of %(day)s: %(parts)s.")
            if self.kind == "credit_note"
            else self.env._("Received %(amount)s on %(day)s: %(parts)s.")
        )
        return text % {
            "amount": self.currency_id.format(self.amount),
            "day": fields.Date.to_string(self.date),
            "parts": ", ".join(parts),
        }

    # === BUSINESS METHODS - REVERSAL === #

    def _same_payment(self):
        """All allocated receipts of the payment that each of these is of.

        :return: receipts by receipt id
        """
        found = self.search(
            [
                ("state", "=", "allocated"),
                "|",
                "|",
                ("statement_line_id", "in", self.statement_line_id.ids),
                ("payment_id", "in", self.payment_id.ids),
                ("source_line_id", "in", self.source_line_id.ids),
            ]
        )
        groups = {
            name: found.grouped(name)
            for name in ("statement_line_id", "payment_id", "source_line_id")
        }
        return {
            receipt.id: self.browse().union(
                *(
                    group.get(receipt[name], self.browse())
                    for name, group in groups.items()
                    if receipt[name]
                )
            )
            for receipt in self
        }

    def _reverse(self, reason, requeue=False, charged_back=False):
        """Undo what these receipts paid: ledger and books become what they would have
        been without them; a dossier that was closed by one is open again and goes on.

        Receipts that were not allocated yet are just taken off the worklist.

        :param str reason: why, for the ledger and the time line
        :param bool requeue: the money itself is still there: a new receipt for it goes
            on the worklist
        :param bool charged_back: the money went back by a bank line of its own, which
            is set off against it
        """
        pending = self.filtered(lambda receipt: receipt.state in PENDING)
        pending._drop(reason)
        receipts = self.filtered(lambda receipt: receipt.state == "allocated")
        if not receipts:
            return
        dossiers = receipts.dossier_id
        dossiers._lock_for_money()
        paid = receipts.filtered("entry_ids").dossier_id
        closed = {
            dossier: dossier.close_reason
            for dossier in paid
            if dossier.state == "closed"
        }
        self.env["incasso.dossier"].union(*closed)._reopen(reason)
        self.env["incasso.dossier"].union(*closed)._withdraw_thanks(reason)
        receipts.write({"state": "reversed"})
        changed = dossiers._replay(self.browse(), receipts, reason)
        self.env["incasso.books"]._unsettle(receipts, reason)
        if not charged_back:
            self.env["incasso.books"]._release_bank_lines(receipts)
        self.env["incasso.books"]._settle(changed)
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": receipt.dossier_id.id,
                    "kind": "reversal",
                    "summary": self.env._(
                        "Receipt of %(amount)s reversed: %(reason)s",
                        amount=receipt.currency_id.format(receipt.amount),
                        reason=reason,
                    ),
                    "receipt_id": receipt.id,
                }
                for receipt in receipts
            ]
        )
        # sudo: whoever books money need not handle arrangements; only what the money
        # means for instalments is written.
        receipts.sudo().arrangement_id._recount()
        if requeue:
            receipts._requeue(reason)
        dossiers._close_again(
            {d: why for d, why in closed.items() if why not in ("paid", "credited")}
        )

    def _requeue(self, reason):
        """Put the money of reversed receipts on the worklist again.

        :return: the new receipts; one for a bank line that was divided, to be divided
            the same way again
        """
        by_line = self.filtered("statement_line_id").grouped("statement_line_id")
        divided = [group for group in by_line.values() if len(group) > 1]
        groups = [*divided, *(self - self.browse().union(*divided))]
        return self.create(
            [
                group[0].copy_data()[0]
                | {
                    "amount": group[0].currency_id.round(sum(group.mapped("amount"))),
                    "state": "proposed",
                    "match_reason": self.env._("Undone: %s", reason),
                    "claim_ids": [Command.set(group[0].claim_ids.ids)],
                    "division": len(group) > 1
                    and [
                        Share(
                            receipt.dossier_id.id,
                            law_amount(receipt.amount),
                            receipt.claim_ids.ids,
                        ).as_json()
                        for receipt in group
                    ],
                }
                for group in groups
            ]
        )

    def _drop(self, reason):
        """Take receipts that were never allocated off the worklist."""
        self.write({"state": "reversed", "match_reason": reason})

    # === BUSINESS METHODS - SOURCES === #

    @api.model
    def _from_partials(self, partials, claims):
        """Take in what somebody reconciled directly with invoices in collection.

        Credit notes take off principal. Payments are divided in the legal order, which
        may undo that reconciliation and make another; the invoices that were chosen
        count as named by the debtor (art. 6:43 lid 1 BW).

        :param partials: `account.partial.reconcile` on the claims' journal items
        :param claims: the claims
        """
        by_line = claims.grouped("move_line_id")
        groups = defaultdict(partials.browse)
        for partial in partials:
            credit = partial.credit_move_id
            # What the collections themselves booked is in the ledger already.
            if not (credit.incasso_receipt_id or credit.incasso_entry_id):
                dossier = by_line[partial.debit_move_id].dossier_id
                groups[credit, dossier] += partial
        shared = {
            credit
            for credit, dossier in groups
            if len([other for other, _dossier in groups if other == credit]) > 1
        }
        receipts = self.browse()
        for (credit, dossier), group in groups.items():
            named = self.env["incasso.claim"].union(
                *(by_line[line] for line in group.debit_move_id)
            )
            amount = sum(group.mapped("amount"))
            if credit not in shared:
                amount += -credit.amount_residual
            receipts += receipts._from_credit(credit, dossier, named, amount)
        receipts._allocate()

    def _from_credit(self, credit, dossier, named, amount):
        """The receipt of money or a credit note that was reconciled by hand; not one of
        these, which are of other parts of it.

        :param credit: its journal item
        :param named: the claims that it was reconciled with
        :param float amount: euro
        """
        values = {
            "dossier_id": dossier.id,
            "amount": amount,
            "claim_ids": [Command.set(named.ids)],
            "state": "proposed",
            "confidence": 100,
            "source_line_id": credit.id,
            "match_reason": self.env._("Reconciled with the invoice."),
        }
        waiting = self.search(
            [
                ("id", "not in", self.ids),
                ("state", "in", PENDING),
                "|",
                ("source_line_id", "=", credit.id),
                ("statement_line_id", "in", credit.statement_line_id.ids),
            ],
            limit=1,
        )
        if waiting:
            waiting.write(values)
            return waiting
        move = credit.move_id
        kind = "entry"
        if move.move_type == "out_refund":
            kind = "credit_note"
            if move.reversed_entry_id in named.move_id:
                # All of it is about that invoice, whatever was still open on it.
                values["amount"] = -credit.balance
        elif credit.payment_id:
            kind = "payment"
        elif credit.statement_line_id:
            kind = "bank"
        already = self.search_count(
            [("source_line_id", "=", credit.id), ("state", "=", "allocated")], limit=1
        )
        return self.create(
            [
                values
                | {
                    "company_id": dossier.company_id.id,
                    "kind": "entry" if already else kind,
                    "date": move.incasso_value_date or move.invoice_date or credit.date,
                    "memo": move.ref or move.name,
                    "partner_name": credit.partner_id.name,
                    "payment_id": credit.payment_id.id,
                    "statement_line_id": credit.statement_line_id.id,
                }
            ]
        )

    def _undone_in_books(self):
        """Follow a reconciliation that somebody undid: the money is still there, for a
        person to decide about."""
        money = self.filtered(lambda receipt: receipt.kind != "credit_note")
        reason = self.env._("The reconciliation was undone by %s.", self.env.user.name)
        money._reverse(reason, requeue=True)
        (self - money)._reverse(reason)

    # === CRON === #

    @api.model
    def _drop_booked_otherwise(self, company):
        """Take receipts off the worklist whose money was booked in another way."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", PENDING),
                "|",
                ("statement_line_id.is_reconciled", "=", True),
                ("source_line_id.reconciled", "=", True),
            ]
        )._drop(self.env._("Booked in another way."))
