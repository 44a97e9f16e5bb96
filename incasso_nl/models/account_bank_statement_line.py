import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import html2plaintext

from ..tools.remittance import plain
from .incasso_law import law_amount
from .incasso_matching import LEAST, Incoming

# How long lines that nobody recognised are looked at again: an invoice may be handed
# over after it was paid.
LOOK_BACK = timedelta(days=90)
# How far a payment that was registered by hand may be from its line on the statement.
PAYMENT_WINDOW = timedelta(days=10)
BATCH = 500


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    incasso_receipt_ids = fields.One2many(
        string="Receipts (Collections)",
        comodel_name="incasso.receipt",
        inverse_name="statement_line_id",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account` to have new lines matched with dossiers soon."""
        lines = super().create(vals_list)
        if any(line.amount > 0 for line in lines):
            # sudo: whoever imports a statement may have it matched.
            self.env.ref("incasso_nl.cron_match").sudo()._trigger()
        return lines

    def unlink(self):
        """Override of `account` to reverse the receipts of lines that turn out not to
        exist."""
        self._incasso_reverse(self.env._("The bank line was deleted."))
        return super().unlink()

    # === ACTION METHODS === #

    def action_undo_reconciliation(self):
        """Override of `account` to reverse the receipts of lines that are undone; they
        go back on the worklist."""
        if not self.env.context.get("incasso_undoing"):
            self._incasso_reverse(
                self.env._("The bank line was undone by %s.", self.env.user.name),
                requeue=True,
            )
        return super().action_undo_reconciliation()

    def action_incasso_match(self):
        """Match these lines with dossiers, and show what came of it."""
        self.env["incasso.receipt"].check_access("create")
        receipts = self._incasso_match(keep_unmatched=True)
        if not receipts:
            raise UserError(
                self.env._(
                    "These lines are matched already, or nothing is left of them to be "
                    "matched."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.incasso_receipt_action"
        )
        action["domain"] = [("id", "in", receipts.ids)]
        action["context"] = {"create": False}
        return action

    # === BUSINESS METHODS === #

    def _incasso_reverse(self, reason, requeue=False):
        # sudo: whoever may undo a bank line, the ledger of the dossiers follows.
        receipts = self.sudo().incasso_receipt_ids.filtered(
            lambda receipt: receipt.state != "reversed"
        )
        waiting = receipts.filtered(lambda receipt: receipt.state != "allocated")
        if requeue:
            receipts -= waiting
        receipts.with_context(incasso_undoing=True)._reverse(reason, requeue=requeue)

    def _incasso_match(self, keep_unmatched=False):
        """Make receipts of bank lines that brought money for a dossier, and allocate
        those that were recognised surely enough.

        :param bool keep_unmatched: put lines that nothing is known of on the worklist
            too; on the trust account that is always done
        :return: the receipts made
        """
        # sudo: the books of all lines handed in are read; the receipts are made for
        # whoever may have them matched.
        lines = self.sudo().filtered(
            lambda line: (
                line.amount > 0
                and line.state == "posted"
                and not line.is_reconciled
                and not line.foreign_currency_id
                and line.currency_id == line.company_id.currency_id
                and not line.incasso_receipt_ids.filtered(
                    lambda r: r.state != "reversed"
                )
            )
        )
        receipts = self.env["incasso.receipt"].sudo()
        for company, group in lines.grouped("company_id").items():
            self.env["incasso.receipt"].sudo()._drop_booked_otherwise(company)
            matches = self.env["incasso.matching"]._match(
                company, [line._incasso_incoming() for line in group]
            )
            group -= group._incasso_pair_payments(matches)
            receipts += receipts.with_context(tracking_disable=True).create(
                [
                    line._prepare_incasso_receipt(matches[line.id])
                    for line in group
                    if matches[line.id].confidence >= LEAST
                    or keep_unmatched
                    or line._incasso_is_trust()
                ]
            )
        receipts._book_sure_ones()
        return receipts.sudo(self.env.su)

    def _incasso_is_trust(self):
        return self.journal_id == self.company_id.incasso_trust_journal_id

    def _incasso_incoming(self):
        """:rtype: Incoming"""
        self.ensure_one()
        return Incoming(
            key=self.id,
            date=self.date,
            amount=law_amount(self.amount),
            texts=[
                self.payment_ref or "",
                self.ref or "",
                html2plaintext(self.narration) if self.narration else "",
                json.dumps(self.transaction_details, ensure_ascii=False)
                if self.transaction_details
                else "",
            ],
            iban=self.account_number or "",
            name=self.partner_name or "",
            partner_id=self.partner_id.id,
            trust=self._incasso_is_trust(),
        )

    def _prepare_incasso_receipt(self, match):
        """Values of the receipt of this line.

        :param Match match: whose money it is
        """
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "dossier_id": match.dossier_id,
            "date": self.date,
            "amount": self.amount,
            "memo": self.payment_ref,
            "partner_name": self.partner_name or self.partner_id.name,
            "account_number": plain(self.account_number or "") or False,
            "kind": "bank",
            "state": "proposed" if match.dossier_id else "unmatched",
            "statement_line_id": self.id,
            "confidence": match.confidence,
            "match_reason": match.reason,
            "claim_ids": [Command.set(match.claim_ids)],
        }

    def _incasso_pair_payments(self, matches):
        """Recognise lines whose money was registered by hand before: they are
        reconciled with that payment, and make no second receipt.

        :param dict matches: by line id
        :return: the lines that were paired
        """
        payments = (
            self.env["incasso.receipt"]
            .sudo()
            .search(
                [
                    ("state", "=", "allocated"),
                    ("payment_id.is_matched", "=", False),
                    (
                        "dossier_id",
                        "in",
                        [matches[line.id].dossier_id for line in self],
                    ),
                ]
            )
            .payment_id
        )
        paired = self.browse()
        for line in self:
            for payment in payments:
                outstanding = payment._seek_for_lines()[0]
                if (
                    payment.journal_id == line.journal_id
                    and matches[line.id].dossier_id
                    in payment.incasso_receipt_ids.dossier_id.ids
                    and abs(payment.date - line.date) <= PAYMENT_WINDOW
                    and not line.currency_id.compare_amounts(
                        sum(outstanding.mapped("amount_residual")), line.amount
                    )
                ):
                    line._incasso_pair(outstanding)
                    payments -= payment
                    paired += line
                    break
        return paired

    def _incasso_pair(self, outstanding):
        """Book this line against the outstanding item of a payment."""
        self.ensure_one()
        suspense = self._seek_for_lines()[1]
        suspense.with_context(skip_account_move_synchronization=True).write(
            {
                "account_id": outstanding.account_id.id,
                "partner_id": outstanding.partner_id.id,
            }
        )
        (suspense + outstanding).reconcile()

    # === CRON === #

    @api.model
    def _cron_incasso_match(self):
        """Match the bank lines of the last months that nobody has booked yet."""
        for company in self.env["res.company"].search(
            [("chart_template", "!=", False)]
        ):
            lines = self.search(
                [
                    ("company_id", "=", company.id),
                    ("is_reconciled", "=", False),
                    ("amount", ">", 0),
                    ("date", ">=", fields.Date.context_today(self) - LOOK_BACK),
                    ("incasso_receipt_ids", "=", False),
                ],
                order="date, id",
            )
            for start in range(0, len(lines), BATCH):
                batch = lines[start : start + BATCH]
                batch._incasso_match()
                left = len(lines) - start - len(batch)
                if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                    return
