from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..law.amounts import ZERO
from ..law.imputation import unpaid_vat
from .incasso_law import law_amount

# Keys of what a receipt booked, besides ids of the journal items of claims.
_INCOME = ("costs", "interest")


class ExactAmounts(dict):
    """How much of which journal items to reconcile, and for what.

    Keys are ids of a debit and a credit item, values an amount in company currency and
    a receipt id or False. It travels in the context, where equality by identity keeps
    it cheap however many items it holds.
    """

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


class TrustPosition(NamedTuple):
    """Whose the money on the trust account is, in euro.

    :param bank: on the trust account, with what is on its way to it
    :param owed: to creditors, received on the trust account
    :param unattributed: not known yet whose it is, or to be refunded
    :param own: the company's own part that it has not drawn yet: earned costs and fees
    :param elsewhere: owed to creditors, but received on another account of the company:
        to be moved to the trust account
    """

    bank: Decimal
    owed: Decimal
    unattributed: Decimal
    own: Decimal
    elsewhere: Decimal

    @property
    def difference(self):
        """What cannot be explained: zero, or something is wrong."""
        return self.bank - self.owed - self.unattributed - self.own


class IncassoBooks(models.AbstractModel):
    """Makes Odoo's books say what the ledgers of the dossiers say.

    Claims of the company itself are receivable items. Costs and interest that were paid
    become income in the collections journal, against the same receivable account and
    partner as the payment, and are reconciled with it; the rest of the payment is
    reconciled with the invoices, each for its exact amount. Nothing is left to the
    order in which Odoo itself would reconcile, which knows nothing of art. 6:44 BW.

    Claims of others are not in these books: their money is a liability to the creditor
    on the trust account; what was paid too much is set apart until it is refunded.
    """

    _name = "incasso.books"
    _description = "Accounting of Receipts"

    # === BUSINESS METHODS - RECEIPTS === #

    @api.model
    def _settle(self, receipts):
        """Book what these receipts paid, where the books do not say it yet.

        :param receipts: allocated `incasso.receipt`
        :raise UserError: an invoice has less open than its dossier says; an account,
            journal or open period is missing
        """
        # sudo: who may allocate a receipt (rights were checked on the receipt) may have
        # it booked; only documents of these receipts and their dossiers are touched.
        receipts = receipts.sudo().filtered(
            lambda r: r.state == "allocated" and not r._outside_books()
        )
        wanted = self._wanted(receipts)
        receipts = receipts.filtered(lambda r: r.booked != wanted[r.id])
        self._unsettle(
            receipts.filtered("booked"),
            self.env._("Allocated anew: a payment with an earlier value date."),
        )
        self._attribute_bank_lines(receipts)
        self._check_sources(receipts)
        kept = self._keep_direct(receipts, wanted)
        receipts -= kept
        self._post_moves(receipts, wanted)
        self._reconcile(receipts, wanted)
        for receipt in receipts + kept:
            receipt.booked = wanted[receipt.id]

    @api.model
    def _unsettle(self, receipts, reason):
        """Undo what was booked for receipts: reconciliations are undone, entries are
        reversed by entries.

        :param str reason: for the reversing entries
        """
        # sudo: as in `_settle`.
        receipts = receipts.sudo().filtered("booked")
        self.env["account.partial.reconcile"].sudo().search(
            [("incasso_receipt_id", "in", receipts.ids)]
        ).with_context(incasso_booking=True).unlink()
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("incasso_receipt_id", "in", receipts.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                ]
            )
        )
        self._reverse_lines(lines, receipts, reason)
        receipts.booked = False

    @api.model
    def _wanted(self, receipts):
        """What the books should say of each receipt: amounts as strings under `costs`,
        `interest`, `surplus` (trust money only) and ids of claims' journal items.

        :rtype: dict[int, dict[str, str]]
        """
        wanted = {}
        allocations = receipts._allocation()
        for receipt in receipts:
            booked = defaultdict(Decimal)
            if receipt.dossier_id.is_third_party:
                booked["surplus"] = law_amount(receipt.surplus)
            else:
                for (component, claim_id), paid in allocations[receipt.id].items():
                    key = component
                    if component == "principal":
                        key = self.env["incasso.claim"].browse(claim_id).move_line_id.id
                    booked[str(key)] += paid
            wanted[receipt.id] = {
                key: str(amount) for key, amount in sorted(booked.items()) if amount
            }
        return wanted

    @api.model
    def _attribute_bank_lines(self, receipts):
        """Take bank lines off the suspense account: what they brought is the debtor's
        on the receivable account, or the creditor's on the trust account.

        All lines are written inside one check of balances: moving a line to another
        account changes no balance. The statement line itself stays as the bank sent it.

        :raise UserError: a bank line was booked in another way already
        """
        todo = receipts.filtered(
            lambda r: r.kind == "bank" and not r.source_line_id and r.statement_line_id
        )
        moves = todo.statement_line_id.move_id
        places = {}
        for statement_line, group in todo.grouped("statement_line_id").items():
            items = self._suspense_items(statement_line, group)
            for receipt, item in zip(group, items, strict=True):
                places[item] = self._counterpart(receipt)
                receipt.write({"source_line_id": item.id, "is_attributed": True})
        self._place_items(moves, places)

    @api.model
    def _place_items(self, moves, places):
        """Move items of bank lines to other accounts and partners, all of them inside
        one check of balances.

        :param moves: the entries of the bank lines
        :param dict places: account and partner by journal item
        """
        by_account = defaultdict(moves.line_ids.browse)
        by_partner = defaultdict(moves.line_ids.browse)
        for line, (account, partner) in places.items():
            by_account[account.id] += line
            by_partner[partner.id] += line
        # Debts have no analytic distribution: it is not looked up line by line.
        distribution = moves.line_ids._fields["analytic_distribution"]
        container = {"records": moves}
        with (
            moves._check_balanced(container),
            moves._sync_dynamic_lines(container),
            self.env.protecting([distribution], moves.line_ids),
        ):
            for name, groups in (
                ("account_id", by_account),
                ("partner_id", by_partner),
            ):
                for value, lines in groups.items():
                    # Read what is needed of all of them at once.
                    lines.with_prefetch(moves.line_ids.ids).with_context(
                        skip_account_move_synchronization=True, tracking_disable=True
                    ).write({name: value})

    @api.model
    def _suspense_items(self, statement_line, receipts):
        """The items of a bank line that wait on the suspense account, one for each of
        these receipts.

        :raise UserError: it does not wait there for just what its receipts say
        """
        waiting = statement_line.incasso_receipt_ids.filtered(
            lambda receipt: receipt.state in ("unmatched", "proposed")
        )
        whole = law_amount(sum((receipts | waiting).mapped("amount")))
        suspense = statement_line._seek_for_lines()[1]
        if law_amount(-sum(suspense.mapped("balance"))) != whole:
            raise self._booked_otherwise(statement_line)
        return self._cut_suspense(
            statement_line, [-law_amount(receipt.amount) for receipt in receipts]
        )

    @api.model
    def _booked_otherwise(self, statement_line):
        """:rtype: UserError"""
        return UserError(
            self.env._(
                "The bank line %s was booked in another way already.",
                statement_line.display_name,
            )
        )

    @api.model
    def _cut_suspense(self, statement_line, balances):
        """Cut what a bank line has on the suspense account into an item for each of
        these balances; what is left of it stays in one item.

        :param balances: in euro; none to have it in one item again
        :return: the items, in the order of the balances
        :raise UserError: that much is not there
        """
        suspense = statement_line._seek_for_lines()[1]
        if len(suspense) == 1 and balances == [law_amount(suspense.balance)]:
            return suspense
        whole = law_amount(sum(suspense.mapped("balance")))
        rest = whole - sum(balances)
        if not suspense or rest * whole < 0 or abs(rest) > abs(whole):
            raise self._booked_otherwise(statement_line)
        wanted = [*balances, *([rest] if rest else [])]
        like = suspense[0]
        values = [
            {"balance": float(balance), "amount_currency": float(balance)}
            for balance in wanted
        ]
        commands = [Command.update(like.id, values[0])]
        commands += [Command.delete(line.id) for line in suspense[1:]]
        commands += [
            Command.create(
                {
                    "account_id": like.account_id.id,
                    "partner_id": like.partner_id.id,
                    "currency_id": like.currency_id.id,
                    "name": like.name,
                    "display_type": "product",
                    **vals,
                }
            )
            for vals in values[1:]
        ]
        statement_line.move_id.with_context(
            force_delete=True,
            skip_account_move_synchronization=True,
            skip_readonly_check=True,
            tracking_disable=True,
        ).write({"line_ids": commands})
        made = (statement_line._seek_for_lines()[1] - like).sorted("id")
        return (like + made)[: len(balances)]

    @api.model
    def _release_bank_lines(self, receipts):
        """Put bank lines of reversed receipts back on the suspense account; of a line
        that paid other dossiers too, the part of these."""
        # sudo: as in `_settle`.
        receipts = receipts.sudo().filtered("is_attributed")
        lines = receipts.statement_line_id
        shared = lines.filtered(
            lambda line: line.incasso_receipt_ids.filtered("is_attributed") - receipts
        )
        items = receipts.filtered(
            lambda receipt: receipt.statement_line_id in shared
        ).source_line_id
        receipts.write({"is_attributed": False, "source_line_id": False})
        if self.env.context.get("incasso_undoing"):
            return
        self._place_items(
            shared.move_id,
            {
                item: (
                    item.journal_id.suspense_account_id,
                    item.statement_line_id.partner_id,
                )
                for item in items
            },
        )
        for line in shared:
            self._cut_suspense(line, [])
        (lines - shared).with_context(
            incasso_booking=True, incasso_undoing=True
        ).action_undo_reconciliation()

    # === BUSINESS METHODS - CHARGE-BACKS === #

    @api.model
    def _charge_back(self, backs):
        """Set what left the account off against what had come in: on the account and
        for the partner where that stands. What the bank took besides, such as its fee,
        stays on the suspense account.

        :param backs: `incasso.charge.back` whose receipts were reversed
        :raise UserError: a bank line was booked in another way already, or something of
            the payment was used otherwise, such as for a refund
        """
        # sudo: as in `_settle`.
        backs = backs.sudo()
        places, amounts = {}, ExactAmounts()
        for back in backs:
            sources = back.reversed_ids.grouped("source_line_id")
            left = law_amount(back.amount)
            balances = []
            for receipts in sources.values():
                balances.append(min(law_amount(sum(receipts.mapped("amount"))), left))
                left -= balances[-1]
            items = self._cut_suspense(back.statement_line_id, balances)
            for item, source, balance in zip(items, sources, balances, strict=True):
                places[item] = source.account_id, source.partner_id
                amounts[item.id, source.id] = balance, False
        self._place_items(backs.statement_line_id.move_id, places)
        self._reconcile_exactly(amounts)

    @api.model
    def _undo_charge_back(self, backs):
        """Undo what `_charge_back` reconciled; the bank lines themselves are for
        whoever undoes them."""
        # sudo: as in `_settle`.
        backs = backs.sudo()
        partials = backs.statement_line_id.line_ids.matched_credit_ids.filtered(
            lambda partial: partial.credit_move_id in backs.reversed_ids.source_line_id
        )
        partials.with_context(incasso_booking=True).unlink()

    @api.model
    def _counterpart(self, receipt):
        """Account and partner on which the money of a receipt is credited.

        :raise UserError: money for the company itself came on the trust account
        """
        dossier = receipt.dossier_id
        company = receipt.company_id
        if dossier.is_third_party:
            return self._account(
                company, "incasso_trust_account_id"
            ), dossier.creditor_id
        journal = receipt.statement_line_id.journal_id or receipt.payment_id.journal_id
        if journal and journal == company.incasso_trust_journal_id:
            raise UserError(
                self.env._(
                    "%s is a dossier of the company itself, but this money came on the "
                    "trust account. Pay it out to the company's own account, and "
                    "register it there with this value date.",
                    dossier.name,
                )
            )
        lines = dossier.claim_ids.move_line_id
        partner = lines.partner_id[:1] or dossier.debtor_id.commercial_partner_id
        account = (
            lines.account_id[:1]
            or partner.with_company(company).property_account_receivable_id
        )
        return account, partner

    @api.model
    def _check_sources(self, receipts):
        """:raise UserError: the money of a receipt is not in the books"""
        for receipt in receipts:
            if receipt.source_line_id.parent_state != "posted":
                raise UserError(
                    self.env._(
                        "The money of receipt %s is not in the books (any more).",
                        receipt.display_name,
                    )
                )

    @api.model
    def _keep_direct(self, receipts, wanted):
        """Leave payments as somebody reconciled them with the invoices, where that is
        what the law says too; undo it where it is not.

        :return: the receipts of which nothing has to be booked
        """
        partials = self.env["account.partial.reconcile"].search(
            [
                ("credit_move_id", "in", receipts.source_line_id.ids),
                (
                    "debit_move_id",
                    "in",
                    receipts.dossier_id.claim_ids.move_line_id.ids,
                ),
                ("incasso_receipt_id", "=", False),
            ]
        )
        by_source = partials.grouped("credit_move_id")
        kept = receipts.browse()
        undo = partials.browse()
        for receipt in receipts:
            own = by_source.get(receipt.source_line_id, partials.browse()).filtered(
                lambda p, r=receipt: (
                    p.debit_move_id in r.dossier_id.claim_ids.move_line_id
                )
            )
            found = defaultdict(Decimal)
            for partial in own:
                found[str(partial.debit_move_id.id)] += law_amount(partial.amount)
            if own and wanted[receipt.id] == {
                key: str(amount) for key, amount in sorted(found.items())
            }:
                own.incasso_receipt_id = receipt
                kept += receipt
            else:
                undo += own
        undo.with_context(incasso_booking=True).unlink()
        return kept

    @api.model
    def _post_moves(self, receipts, wanted):
        """Post the collections entries: one for all receipts of a company and day.

        An item for each receipt, against which the payment is reconciled; the income in
        one sum.
        """
        groups = defaultdict(receipts.browse)
        for receipt in receipts:
            if self._move_amounts(receipt, wanted[receipt.id]):
                day = self._open_day(receipt.company_id, receipt.source_line_id.date)
                groups[receipt.company_id, day] += receipt
        vals_list = []
        for (company, day), group in groups.items():
            commands, sums = [], defaultdict(Decimal)
            for receipt in group:
                commands += self._prepare_receipt_lines(
                    receipt, wanted[receipt.id], sums
                )
            commands += self._prepare_sums(sums)
            vals_list.append(
                self._prepare_move(
                    company, day, self.env._("Collection costs and interest"), commands
                )
            )
        for group, move in zip(
            groups.values(), self._create_moves(vals_list), strict=True
        ):
            group.move_id = move

    @api.model
    def _move_amounts(self, receipt, booked):
        """The part of a receipt that needs an entry in the collections journal: by the
        journal item it is for, or by kind."""
        source = receipt.source_line_id
        amounts = {}
        for key, amount in booked.items():
            line = self._claim_line(key)
            if not line or self._needs_transfer(source, line):
                amounts[key] = Decimal(amount)
        return amounts

    @api.model
    def _claim_line(self, key):
        """The journal item behind a key of what was booked, if it is one."""
        lines = self.env["account.move.line"]
        return lines.browse(int(key)) if key.isdigit() else lines

    @api.model
    def _needs_transfer(self, source, line):
        """Whether a payment stands on another account or partner than an invoice."""
        return (
            source.account_id != line.account_id
            or source.partner_id.commercial_partner_id
            != line.partner_id.commercial_partner_id
        )

    @api.model
    def _prepare_receipt_lines(self, receipt, booked, sums):
        """The items of one receipt, and what it adds to the sums at the other side.

        :param dict sums: amounts by account, partner and label; added to
        """
        source, company = receipt.source_line_id, receipt.company_id
        dossier = receipt.dossier_id
        amounts = self._move_amounts(receipt, booked)
        income = {key: amounts[key] for key in _INCOME if key in amounts}
        commands = []
        if income:
            label = self.env._(
                "%(dossier)s: collection costs %(costs)s, interest %(interest)s",
                dossier=dossier.name,
                costs=company.currency_id.format(float(income.get("costs", 0))),
                interest=company.currency_id.format(float(income.get("interest", 0))),
            )
            commands.append(
                self._prepare_line(source, sum(income.values()), label, receipt)
            )
            labels = {
                "costs": self.env._("Collection costs received"),
                "interest": self.env._("Interest received"),
            }
            for key, amount in income.items():
                account = self._account(company, f"incasso_{key}_account_id")
                sums[account, self.env["res.partner"], labels[key]] -= amount
        if "surplus" in amounts:
            label = self.env._("%s: paid too much, to be refunded", dossier.name)
            commands.append(
                self._prepare_line(source, amounts["surplus"], label, receipt)
            )
            account = self._trust_suspense_account(company)
            sums[account, dossier.debtor_id, label] -= amounts["surplus"]
        for key, amount in amounts.items():
            if line := self._claim_line(key):
                label = self.env._(
                    "%(dossier)s: %(invoice)s",
                    dossier=dossier.name,
                    invoice=line.move_id.name,
                )
                commands.append(self._prepare_line(source, amount, label, receipt))
                commands.append(self._prepare_line(line, -amount, label, receipt))
        return commands

    @api.model
    def _prepare_line(self, like, amount, label, receipt=None, entry=None):
        """A journal item on the account and partner of another."""
        return Command.create(
            {
                "account_id": like.account_id.id,
                "partner_id": like.partner_id.id,
                "currency_id": like.company_currency_id.id,
                "name": label,
                "balance": float(amount),
                "display_type": "product",
                # Debts and income outside VAT need no analytic distribution looked up.
                "analytic_distribution": False,
                "tax_ids": False,
                "incasso_receipt_id": receipt and receipt.id,
                "incasso_entry_id": entry and entry.id,
            }
        )

    @api.model
    def _prepare_sums(self, sums):
        return [
            Command.create(
                {
                    "account_id": account.id,
                    "partner_id": partner.id,
                    "name": label,
                    "balance": float(amount),
                    "display_type": "product",
                    "analytic_distribution": False,
                    "tax_ids": False,
                }
            )
            for (account, partner, label), amount in sums.items()
            if amount
        ]

    @api.model
    def _prepare_move(self, company, day, ref, commands, narration=None):
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": self._journal(company).id,
            "date": day,
            "ref": ref,
            "narration": narration,
            "line_ids": commands,
        }

    @api.model
    def _create_moves(self, vals_list):
        moves = (
            self.env["account.move"]
            .with_context(tracking_disable=True)
            .create(vals_list)
        )
        moves._post(soft=False)
        return moves

    @api.model
    def _reconcile(self, receipts, wanted):
        """Reconcile each payment with the collections entry and the invoices, for the
        exact amounts.

        :raise UserError: an invoice has less open than its dossier says
        """
        amounts = ExactAmounts()
        by_receipt = (
            self.env["account.move.line"]
            .search(
                [
                    ("incasso_receipt_id", "in", receipts.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                ]
            )
            .grouped("incasso_receipt_id")
        )
        for receipt in receipts:
            source = receipt.source_line_id
            credits = []
            for line in by_receipt.get(receipt, ()):
                if line.balance > 0:
                    amounts[line.id, source.id] = law_amount(line.balance), receipt.id
                else:
                    credits.append(line)
            for key, amount in wanted[receipt.id].items():
                if not (line := self._claim_line(key)):
                    continue
                credit = source
                if self._needs_transfer(source, line):
                    credit = next(
                        c
                        for c in credits
                        if c.account_id == line.account_id
                        and c.partner_id == line.partner_id
                        and law_amount(-c.balance) == Decimal(amount)
                    )
                    credits.remove(credit)
                amounts[line.id, credit.id] = Decimal(amount), receipt.id
        self._reconcile_exactly(amounts)

    @api.model
    def _reconcile_exactly(self, amounts):
        """Reconcile pairs of journal items for given amounts.

        :param ExactAmounts amounts: what to reconcile
        :raise UserError: an item has less open
        """
        lines = self.env["account.move.line"]
        if not amounts:
            return
        # Reconciling changes no invoice: its tax lines need not be compared.
        lines.with_context(
            incasso_amounts=amounts, skip_invoice_sync=True
        )._reconcile_plan([lines.browse(pair) for pair in amounts])
        made = {
            (row[0], row[1]): law_amount(row[2])
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT debit_move_id, credit_move_id, SUM(amount)
                      FROM account_partial_reconcile
                     WHERE debit_move_id = ANY(%s) AND credit_move_id = ANY(%s)
                     GROUP BY debit_move_id, credit_move_id
                    """,
                    [debit_id for debit_id, _credit_id in amounts],
                    [credit_id for _debit_id, credit_id in amounts],
                )
            )
        }
        for pair, (amount, _receipt_id) in amounts.items():
            if made.get(pair, ZERO) != amount:
                debit, credit = lines.browse(pair[0]), lines.browse(pair[1])
                raise UserError(
                    self.env._(
                        "%(amount)s of %(payment)s pays %(invoice)s, but that much is "
                        "not open any more in the books. Undo what was reconciled "
                        "outside the dossier first.",
                        amount=debit.company_currency_id.format(float(amount)),
                        payment=credit.move_id.display_name,
                        invoice=debit.move_id.display_name,
                    )
                )

    # === BUSINESS METHODS - REVERSAL === #

    @api.model
    def _reverse_lines(self, lines, receipts, reason):
        """Reverse the items that were made for receipts, and what stands opposite.

        :param lines: open items in the collections journal
        :param receipts: the receipts they were made for, as they were booked
        """
        groups = defaultdict(lines.browse)
        for line in lines:
            groups[line.company_id, self._open_day(line.company_id, line.date)] += line
        vals_list = []
        for (company, day), group in groups.items():
            sums = defaultdict(Decimal)
            for receipt in receipts & group.incasso_receipt_id:
                self._prepare_receipt_lines(receipt, receipt.booked, sums)
            commands = [
                self._prepare_line(
                    line, -law_amount(line.balance), line.name, line.incasso_receipt_id
                )
                for line in group
            ]
            commands += self._prepare_sums({key: -sum_ for key, sum_ in sums.items()})
            vals_list.append(
                self._prepare_move(
                    company, day, self.env._("Reversed: %s", reason), commands
                )
            )
        amounts = ExactAmounts()
        for group, move in zip(
            groups.values(), self._create_moves(vals_list), strict=True
        ):
            opposite = move.line_ids.filtered("incasso_receipt_id")
            amounts.update(self._pair_opposites(group, opposite))
        self._reconcile_exactly(amounts)

    @api.model
    def _pair_opposites(self, lines, opposite):
        """:return: `ExactAmounts` that reconcile each item with its reversal"""
        amounts = {}
        # Made in the same order.
        for line, other in zip(lines, opposite.sorted("id"), strict=True):
            debit, credit = (line, other) if line.balance > 0 else (other, line)
            amounts[debit.id, credit.id] = law_amount(debit.balance), False
        return amounts

    # === BUSINESS METHODS - WRITE-OFFS === #

    @api.model
    def _write_off(self, entries):
        """Write off what is open of the company's own invoices.

        The VAT in it is not booked: it is reclaimed in the return (art. 29 Wet OB).
        Each item says how much that is.

        :param entries: `incasso.entry` of kind `write_off`
        """
        # sudo: who may close a dossier may have it written off; only the invoices of
        # these dossiers are touched.
        entries = entries.sudo().filtered("claim_id.move_line_id")
        groups = defaultdict(entries.browse)
        for entry in entries:
            groups[entry.company_id, self._open_day(entry.company_id, entry.date)] += (
                entry
            )
        vals_list = []
        for (company, day), group in groups.items():
            account = self._account(company, "incasso_writeoff_account_id")
            commands, notes = [], []
            for entry in group:
                note = self._vat_note(entry)
                notes.append(note)
                line = entry.claim_id.move_line_id
                commands.append(
                    self._prepare_line(
                        line, law_amount(entry.amount), note, entry=entry
                    )
                )
                commands += self._prepare_sums(
                    {(account, line.partner_id, note): -law_amount(entry.amount)}
                )
            vals_list.append(
                self._prepare_move(
                    company,
                    day,
                    self.env._("Write-off of claims"),
                    commands,
                    narration="\n".join(notes),
                )
            )
        moves = self._create_moves(vals_list)
        amounts = ExactAmounts()
        for line in moves.line_ids.filtered("incasso_entry_id"):
            invoice_line = line.incasso_entry_id.claim_id.move_line_id
            amounts[invoice_line.id, line.id] = law_amount(-line.balance), False
        self._reconcile_exactly(amounts)

    @api.model
    def _undo_write_off(self, entries, reason):
        """Undo `_write_off`.

        :param entries: the entries that were written off
        """
        # sudo: as in `_write_off`.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("incasso_entry_id", "in", entries.ids),
                    ("parent_state", "=", "posted"),
                ]
            )
        )
        lines.matched_debit_ids.with_context(incasso_booking=True).unlink()
        groups = defaultdict(lines.browse)
        for line in lines:
            groups[line.company_id, self._open_day(line.company_id, line.date)] += line
        vals_list = []
        for (company, day), group in groups.items():
            account = self._account(company, "incasso_writeoff_account_id")
            commands = []
            for line in group:
                amount = -law_amount(line.balance)
                commands.append(self._prepare_line(line, amount, line.name))
                commands += self._prepare_sums(
                    {(account, line.partner_id, line.name): -amount}
                )
            vals_list.append(
                self._prepare_move(
                    company, day, self.env._("Reversed: %s", reason), commands
                )
            )
        amounts = ExactAmounts()
        for group, move in zip(
            groups.values(), self._create_moves(vals_list), strict=True
        ):
            opposite = move.line_ids.filtered(lambda line: line.balance > 0)
            opposite = opposite.filtered(lambda line: line.account_id.reconcile)
            amounts.update(self._pair_opposites(group, opposite))
        self._reconcile_exactly(amounts)

    @api.model
    def _vat_note(self, entry):
        """What may be reclaimed of the VAT in what is written off, in words."""
        claim, move = entry.claim_id, entry.claim_id.move_id
        vat = unpaid_vat(
            law_amount(-entry.amount),
            law_amount(move.amount_total_signed),
            law_amount(move.amount_tax_signed),
        )
        return self.env._(
            "Write-off of %(invoice)s (%(dossier)s). VAT in it: %(vat)s, to be "
            "reclaimed in the return of the period in which it is certain that it "
            "will not be paid, at the latest one year after %(due)s (art. 29 Wet OB "
            "1968). When it is paid after all, that VAT is due again.",
            invoice=claim.name,
            dossier=entry.dossier_id.name,
            vat=entry.currency_id.format(float(vat)),
            due=format_date(self.env, claim.due_date),
        )

    # === BUSINESS METHODS - TRUST === #

    @api.model
    def _trust_position(self, company, on_date=None):
        """Whose the money on the trust account is.

        :param company: `res.company`
        :param date on_date: at the end of this day; of all that is booked by default
        :rtype: TrustPosition
        """
        domain = [("company_id", "=", company.id)]
        if on_date:
            domain.append(("date", "<=", on_date))
        last = self.env["incasso.trust.proof"].search(domain, limit=1)
        return TrustPosition(
            *(law_amount(last[name]) for name in TrustPosition._fields)
        )

    # === HELPERS === #

    @api.model
    def _account(self, company, name):
        """An account of the settings.

        :raise UserError: it is not set
        """
        account = company[name]
        if not account:
            raise UserError(
                self.env._(
                    'Set the account "%(account)s" in the settings of collections '
                    "of %(company)s first.",
                    account=company._fields[name]._description_string(self.env),
                    company=company.name,
                )
            )
        return account

    @api.model
    def _trust_suspense_account(self, company):
        return self._account(company, "incasso_trust_suspense_account_id")

    @api.model
    def _journal(self, company):
        """The collections journal.

        :raise UserError: it is not set
        """
        if not company.incasso_journal_id:
            raise UserError(
                self.env._(
                    "Set the journal for costs and interest in the settings of "
                    "collections of %s first.",
                    company.name,
                )
            )
        return company.incasso_journal_id

    @api.model
    def _open_day(self, company, day):
        """The day itself, or the first day after it in a period that is not locked.

        :rtype: date
        """
        locked = company._get_user_fiscal_lock_date(self._journal(company))
        return max(day, locked + timedelta(days=1))
