import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import html2plaintext

from ..tools.charge_back import bank_reference
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
    incasso_charge_back_ids = fields.One2many(
        string="Charge-Backs (Collections)",
        comodel_name="incasso.charge.back",
        inverse_name="statement_line_id",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account` to have new lines matched with dossiers soon."""
        lines = super().create(vals_list)
        if any(line.amount for line in lines):
            # sudo: whoever imports a statement may have it matched.
            self.env.ref("incasso_nl.cron_match").sudo()._trigger()
        return lines

    def unlink(self):
        """Override of `account` to reverse the receipts of lines that turn out not to
        exist, and to let what they charged back pay again."""
        reason = self.env._("The bank line was deleted.")
        self._incasso_undo_charge_backs(reason, state="dropped")
        self._incasso_reverse(reason)
        return super().unlink()

    # === ACTION METHODS === #

    def action_undo_reconciliation(self):
        """Override of `account` to reverse the receipts of lines that are undone, and
        to let what they charged back pay again; they go back on the worklist."""
        if not self.env.context.get("incasso_undoing"):
            reason = self.env._("The bank line was undone by %s.", self.env.user.name)
            self._incasso_undo_charge_backs(reason)
            self._incasso_reverse(reason, requeue=True)
        return super().action_undo_reconciliation()

    def action_incasso_match(self):
        """Match these lines with dossiers, and show what came of it."""
        self.env["incasso.receipt"].check_access("create")
        receipts = self._incasso_match(keep_unmatched=True)
        backs = self._incasso_match_charge_backs()
        if backs and not receipts:
            return backs._get_records_action(name=self.env._("Charge-Backs"))
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
        """Reverse the receipts of these lines.

        :raise UserError: the money of one went back by another bank line
        """
        # sudo: whoever may undo a bank line, the ledger of the dossiers follows.
        back = self.sudo().incasso_receipt_ids.charge_back_id[:1]
        if back:
            raise UserError(
                self.env._(
                    "This money went back: undo the bank line of %s first.",
                    back.display_name,
                )
            )
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
                and line._incasso_can_match()
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

    def _incasso_undo_charge_backs(self, reason, state="proposed"):
        """What these lines charged back pays again.

        :param str state: what becomes of the charge-backs
        """
        # sudo: whoever may undo a bank line, the ledger of the dossiers follows.
        self.sudo().incasso_charge_back_ids._undo(reason, state)

    def _incasso_match_charge_backs(self):
        """Recognise bank lines that took back money of a receipt, and reverse those
        that were recognised surely enough.

        :return: the charge-backs made
        """
        # sudo: as in `_incasso_match`.
        lines = (
            self.sudo()
            .filtered(
                lambda line: (
                    line.amount < 0
                    and line._incasso_can_match()
                    and not line.incasso_charge_back_ids.filtered(
                        lambda back: back.state != "dropped"
                    )
                )
            )
            .try_lock_for_update()
        )
        backs = self.env["incasso.charge.back"].sudo()
        for company, group in lines.grouped("company_id").items():
            matches = self.env["incasso.charge.back.matching"]._match(
                company,
                [line._incasso_incoming() for line in group],
                {line.id: line.journal_id.id for line in group},
            )
            backs += backs.with_context(tracking_disable=True).create(
                [
                    line._prepare_incasso_charge_back(matches[line.id])
                    for line in group
                    if matches[line.id].confidence >= LEAST
                ]
            )
        backs._book_sure_ones()
        return backs.sudo(self.env.su)

    def _incasso_can_match(self):
        """Whether it is in the books, and still to be explained, in euro."""
        self.ensure_one()
        return (
            self.state == "posted"
            and not self.is_reconciled
            and not self.foreign_currency_id
            and self.currency_id == self.company_id.currency_id
        )

    def _incasso_is_trust(self):
        return self.journal_id == self.company_id.incasso_trust_journal_id

    def _incasso_incoming(self):
        """:rtype: Incoming"""
        self.ensure_one()
        return Incoming(
            key=self.id,
            date=self.date,
            amount=law_amount(abs(self.amount)),
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
            "bank_reference": bank_reference(
                (self.transaction_details or {}).get("end_to_end_id") or self.ref or ""
            ),
            "kind": "bank",
            "state": "proposed" if match.dossier_id else "unmatched",
            "statement_line_id": self.id,
            "confidence": match.confidence,
            "match_reason": match.reason,
            "claim_ids": [Command.set(match.claim_ids)],
            "division": [share.as_json() for share in match.shares],
        }

    def _prepare_incasso_charge_back(self, match):
        """Values of the charge-back of this line.

        :param Undoes match: which receipt it undoes
        """
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "statement_line_id": self.id,
            "date": self.date,
            "amount": -self.amount,
            "memo": self.payment_ref,
            "partner_name": self.partner_name or self.partner_id.name,
            "account_number": plain(self.account_number or "") or False,
            "receipt_id": match.receipt_id,
            "state": "proposed" if match.receipt_id else "unmatched",
            "confidence": match.confidence,
            "match_reason": match.reason,
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
                    ("amount", "!=", 0),
                    ("date", ">=", fields.Date.context_today(self) - LOOK_BACK),
                    ("incasso_receipt_ids", "=", False),
                    ("incasso_charge_back_ids", "=", False),
                ],
                order="date, id",
            )
            # What came in first: a charge-back may be of one of these.
            lines = lines.sorted(lambda line: line.amount < 0)
            for start in range(0, len(lines), BATCH):
                batch = lines[start : start + BATCH]
                batch._incasso_match()
                batch._incasso_match_charge_backs()
                left = len(lines) - start - len(batch)
                if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                    return
