from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from .incasso_law import law_amount
from .incasso_recognised import PENDING


class IncassoChargeBack(models.Model):
    """Money of a receipt that the bank took back: a direct debit that was refused or
    claimed back, a transfer that was recalled.

    Booking one reverses the receipts of that payment: the dossier is what it was before
    the money came. Undoing it lets the same money pay again. What the bank charges for
    it is no debt of the debtor, and stays with the rest of the bank line.
    """

    _name = "incasso.charge.back"
    _description = "Charge-Back"
    _inherit = ["mail.thread", "incasso.recognised"]
    _order = "date desc, id desc"
    _check_company_auto = True

    statement_line_id = fields.Many2one(
        string="Bank Line",
        comodel_name="account.bank.statement.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(string="Value Date", required=True, readonly=True)
    amount = fields.Monetary(
        help="What left the account, as a positive amount.",
        required=True,
        readonly=True,
    )
    memo = fields.Char(readonly=True)
    partner_name = fields.Char(string="Payer", readonly=True)
    account_number = fields.Char(string="Payer's Account", readonly=True)
    receipt_id = fields.Many2one(
        help="The receipt that was charged back, and with it the other receipts of the "
        "same payment.",
        comodel_name="incasso.receipt",
        domain="[('company_id', '=', company_id), ('state', '=', 'allocated'),"
        " ('source_line_id', '!=', False), ('date', '<=', date)]",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    dossier_id = fields.Many2one(related="receipt_id.dossier_id")
    debtor_id = fields.Many2one(related="receipt_id.debtor_id")
    reversed_ids = fields.One2many(
        string="Reversed Receipts",
        comodel_name="incasso.receipt",
        inverse_name="charge_back_id",
    )
    state = fields.Selection(
        selection=[
            ("unmatched", "Unmatched"),
            ("proposed", "Proposed"),
            ("booked", "Booked"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="unmatched",
        readonly=True,
        tracking=True,
        copy=False,
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A charge-back is more than zero."
    )
    _receipt_known = models.Constraint(
        "CHECK (state NOT IN ('proposed', 'booked') OR receipt_id IS NOT NULL)",
        "Choose the receipt that was charged back.",
    )
    _statement_line_once = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL"
        " AND state != 'dropped'",
        "This bank line is a charge-back already.",
    )
    _receipt_once = models.UniqueIndex(
        "(receipt_id) WHERE state = 'booked'", "This receipt was charged back already."
    )
    _worklist_idx = models.Index(
        "(company_id, state) WHERE state IN ('unmatched', 'proposed')"
    )

    # === COMPUTE METHODS === #

    @api.depends("amount", "date")
    def _compute_display_name(self):
        for back in self:
            back.display_name = self.env._(
                "Charge-back of %(amount)s on %(day)s",
                amount=back.currency_id.format(back.amount),
                day=format_date(self.env, back.date),
            )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `mail`: whoever chooses a receipt proposes it.

        :raise UserError: it is booked or dropped, so nothing can be chosen any more
        """
        if "receipt_id" in vals and "state" not in vals:
            self._check_pending()
            vals = {
                **vals,
                "state": "proposed" if vals["receipt_id"] else "unmatched",
                "match_reason": self.env._("Chosen by %s.", self.env.user.name),
                "error": False,
            }
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A charge-back is never deleted: undo its bank line.")
        )

    # === ACTION METHODS === #

    def action_book(self):
        """Reverse the receipts that were charged back."""
        self.check_access("write")
        self._check_pending()
        nameless = self.filtered(lambda back: not back.receipt_id)
        if nameless:
            raise UserError(
                self.env._("Choose the receipt of %s first.", nameless[:1].display_name)
            )
        self._book_recognised()

    def action_ignore(self):
        """It is no charge-back of a receipt: the books stay as they are."""
        self.check_access("write")
        self._check_pending()
        self._drop(self.env._("Not a charge-back of a receipt."))

    def action_open_source(self):
        """Open the entry of the bank line."""
        self.ensure_one()
        return self.statement_line_id.move_id._get_records_action()

    # === CHECKS === #

    def _check_pending(self):
        """:raise UserError: one of these is booked or dropped already"""
        for back in self:
            if back.state not in PENDING:
                raise UserError(
                    self.env._(
                        "%s is booked or dropped already. To change it, undo its bank "
                        "line.",
                        back.display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _take(self, receipts):
        """Charge these receipts back by this one bank line.

        :param receipts: of the payment, as far as they are allocated
        :raise UserError: the receipt is not allocated (any more), or another of the
            bank lines that are booked now takes it back
        """
        self.ensure_one()
        receipt = self.receipt_id
        if (
            receipt not in receipts
            or not receipt.source_line_id
            or receipts.charge_back_id
        ):
            raise UserError(
                self.env._(
                    "%s was reversed already: nothing is left to charge back.",
                    receipt.display_name,
                )
            )
        receipts.charge_back_id = self

    def _book_recognised(self):
        """Override of `incasso.recognised` to reverse the receipts of these payments,
        and set what left the account off against what had come in.

        Of a payment of which only a part went back, the rest pays again as of its own
        value date.

        :raise UserError: a receipt was reversed already; only a part was charged back
            of a payment for several dossiers; the books say otherwise
        """
        # sudo: whoever may book a charge-back (rights were checked on it), the ledger
        # and the books follow.
        backs = self.sudo()
        backs.receipt_id.dossier_id._lock_for_money()
        backs.receipt_id.invalidate_recordset(["state"])
        of_payment = backs.receipt_id._same_payment()
        rests = []
        for back in backs:
            receipts = of_payment[back.receipt_id.id]
            back._take(receipts)
            left = law_amount(sum(receipts.mapped("amount"))) - law_amount(back.amount)
            if left > 0 and len(receipts) > 1:
                raise UserError(
                    self.env._(
                        "%(back)s is a part of a payment for several dossiers. Reverse "
                        "the receipts that it is about by hand.",
                        back=back.display_name,
                    )
                )
            if left > 0:
                rests.append((receipts, left))
        for day, group in backs.grouped("date").items():
            group.reversed_ids._reverse(
                self.env._("Charged back on %s.", format_date(self.env, day)),
                charged_back=True,
            )
        self.env["incasso.books"]._charge_back(backs)
        backs.write({"state": "booked", "error": False})
        self._pay_again(rests)

    def _pay_again(self, amounts):
        """Let money that is still there, or again, pay as it did before.

        :param amounts: pairs of a reversed receipt and what is there of it, in euro
        :return: the new receipts, in the same order
        """
        receipts = self.env["incasso.receipt"].sudo()
        receipts = receipts.create(
            [
                receipt.copy_data()[0]
                | {
                    "amount": float(amount),
                    "state": "proposed",
                    "confidence": receipt.confidence,
                    "match_reason": receipt.match_reason,
                    "claim_ids": [Command.set(receipt.claim_ids.ids)],
                    "is_attributed": receipt.is_attributed,
                    "charge_back_id": False,
                }
                for receipt, amount in amounts
            ]
        )
        receipts._allocate()
        return receipts

    def _undo(self, reason, state="proposed"):
        """The bank line turns out to be something else, or not to exist: what these
        reversed is as it was before.

        :param str reason: why, for the worklist
        :param str state: what becomes of these
        """
        booked = self.filtered(lambda back: back.state == "booked")
        self.env["incasso.books"]._undo_charge_back(booked)
        # What is left of a payment pays whole again.
        rest = booked.reversed_ids.union(
            *booked.reversed_ids._same_payment().values()
        ).filtered(lambda receipt: receipt.state == "allocated")
        rest._reverse(reason, charged_back=True)
        again = self._pay_again(
            [(receipt, receipt.amount) for receipt in booked.reversed_ids]
        )
        new = dict(zip(booked.reversed_ids, again, strict=True))
        for back in booked:
            back.write(
                {
                    "state": state,
                    "receipt_id": new[back.receipt_id].id,
                    "confidence": 0,
                    "match_reason": self.env._("Undone: %s", reason),
                }
            )
            back.reversed_ids.charge_back_id = False
        if state == "dropped":
            (self - booked).filtered(lambda back: back.state in PENDING)._drop(reason)

    def _drop(self, reason):
        """Take these off the worklist."""
        self.write({"state": "dropped", "match_reason": reason})
