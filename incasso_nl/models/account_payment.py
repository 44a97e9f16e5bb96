from odoo import fields, models

from .incasso_law import law_amount
from .incasso_matching import ASK, LEAST, Incoming


class AccountPayment(models.Model):
    _inherit = "account.payment"

    incasso_dossier_id = fields.Many2one(
        string="Dossier",
        help="The collection dossier that this payment is for.",
        comodel_name="incasso.dossier",
        domain="[('company_id', '=', company_id), ('state', '=', 'open')]",
        check_company=True,
        copy=False,
        index="btree_not_null",
    )
    incasso_receipt_ids = fields.One2many(
        string="Receipts (Collections)",
        comodel_name="incasso.receipt",
        inverse_name="payment_id",
    )

    # === ACTION METHODS === #

    def action_post(self):
        """Override of `account` to let payments that are for a dossier pay it."""
        result = super().action_post()
        if not self.env.context.get("incasso_no_recognition"):
            self._incasso_recognise()
        return result

    # === BUSINESS METHODS === #

    def _prepare_move_line_default_vals(
        self, write_off_line_vals=None, force_balance=None
    ):
        """Override of `account`: what is paid for another creditor is owed to that
        creditor, not a payment of the debtor's own invoices."""
        lines = super()._prepare_move_line_default_vals(
            write_off_line_vals=write_off_line_vals, force_balance=force_balance
        )
        # sudo: who may enter a payment need not see the dossier it is for.
        dossier = self.incasso_dossier_id.sudo()
        if dossier.is_third_party and self.payment_type == "inbound":
            lines[1]["account_id"] = (
                self.env["incasso.books"]
                ._account(self.company_id, "incasso_trust_account_id")
                .id
            )
            lines[1]["partner_id"] = dossier.creditor_id.id
        return lines

    def _incasso_recognise(self):
        """Make receipts of customers' payments that are for a dossier; those that are
        recognised surely enough are allocated at once."""
        # sudo: whoever may post a payment, the dossiers must know of it.
        payments = self.sudo().filtered(
            lambda payment: (
                payment.payment_type == "inbound"
                and payment.partner_type == "customer"
                and payment.state in ("in_process", "paid")
                and payment.currency_id == payment.company_id.currency_id
                and payment.amount > 0
                and payment.move_id
                and not payment.incasso_receipt_ids.filtered(
                    lambda r: r.state != "reversed"
                )
            )
        )
        receipts = self.env["incasso.receipt"].sudo()
        for company, group in payments.grouped("company_id").items():
            told = group.filtered("incasso_dossier_id")
            matches = self.env["incasso.matching"]._match(
                company, [payment._incasso_incoming() for payment in group - told]
            )
            vals_list = [
                payment._prepare_incasso_receipt(
                    payment.incasso_dossier_id.id, 100, self.env._("Chosen by hand.")
                )
                for payment in told
            ]
            vals_list += [
                payment._prepare_incasso_receipt(
                    match.dossier_id,
                    # A payment stands on one account and partner: it is not divided.
                    min(match.confidence, ASK) if match.shares else match.confidence,
                    match.reason,
                    match.claim_ids,
                )
                for payment in group - told
                if (match := matches[payment.id]).confidence >= LEAST
            ]
            receipts += receipts.create(vals_list)
        receipts._book_sure_ones()

    def _incasso_incoming(self):
        """:rtype: Incoming"""
        self.ensure_one()
        return Incoming(
            key=self.id,
            date=self.date,
            amount=law_amount(self.amount),
            texts=[self.memo or "", self.payment_reference or ""],
            partner_id=self.partner_id.id,
            trust=self.journal_id == self.company_id.incasso_trust_journal_id,
        )

    def _prepare_incasso_receipt(self, dossier_id, confidence, reason, claim_ids=()):
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "dossier_id": dossier_id,
            "date": self.date,
            "amount": self.amount,
            "memo": self.memo,
            "partner_name": self.partner_id.name,
            "kind": "payment",
            "state": "proposed",
            "payment_id": self.id,
            "source_line_id": self._seek_for_lines()[1][:1].id,
            "confidence": confidence,
            "match_reason": reason,
            "claim_ids": [fields.Command.set(claim_ids)],
        }
