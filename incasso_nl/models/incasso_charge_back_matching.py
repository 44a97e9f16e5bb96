from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.charge_back import bank_references, says_it_went_back
from ..tools.remittance import plain, read
from .incasso_law import law_amount
from .incasso_matching import ASK, FOREIGN_INVOICE_NUMBER, KENMERK, LEAST, SECOND_SIGN

# How sure each kind of evidence is by itself, in percent.
SAME_BANK_REFERENCE = 80
NAMED = 70
SAME_ACCOUNT = 60
# Until when the payer's bank can claim money back: thirteen months after an
# unauthorised debit (art. 71 PSD2), and the days that banks take.
LONGEST = timedelta(days=410)
# A text that is shorter says nothing when it is repeated.
_LEAST_TEXT = 10


class Undoes(NamedTuple):
    """Which receipt was charged back.

    :param receipt_id: None where it cannot be proposed
    :param confidence: percent; 0 where nothing says that it is a charge-back
    :param reason: why, for a person
    """

    receipt_id: int | None
    confidence: int
    reason: str


class Payment(NamedTuple):
    """A payment that came in before, with all its receipts.

    :param receipt_id: the first of them that is allocated, or the first
    :param is_allocated: not reversed yet
    """

    receipt_id: int
    is_allocated: bool
    name: str
    date: date
    amount: Decimal
    dossier_ids: frozenset
    dossiers: str
    account_number: str
    bank_reference: str
    memo: str
    journal_id: int


class IncassoChargeBackMatching(models.AbstractModel):
    """Finds out which receipts were charged back: for thousands of bank lines at once,
    with as many queries as for one.

    Looked up are the payments of the dossiers that the text names, those from the same
    account, and those with the same reference between banks; what that weighs is
    decided in :meth:`_judge`.
    """

    _name = "incasso.charge.back.matching"
    _description = "Matching of Charge-Backs"

    @api.model
    def _match(self, company, outgoing, journals):
        """Find the payment that each of these took back.

        :param company: `res.company` whose account it left
        :param outgoing: list of `Incoming`: what left the account, positive amounts
        :param dict journals: id of the journal of each, by key
        :return: by key
        :rtype: dict[object, Undoes]
        """
        matching = self.env["incasso.matching"]
        numbers = matching._dossier_numbers(company)
        found = {item.key: read(item.texts, numbers) for item in outgoing}
        evidence = defaultdict(lambda: defaultdict(list))
        matching._add_references(company, found, evidence)
        matching._add_invoices(company, found, evidence)
        named = {
            key: {
                dossier_id
                for dossier_id, clues in by_dossier.items()
                if any(clue.points >= FOREIGN_INVOICE_NUMBER for clue in clues)
            }
            for key, by_dossier in evidence.items()
        }
        ibans = {
            item.key: {plain(item.iban), *found[item.key].ibans} - {""}
            for item in outgoing
        }
        references = {item.key: bank_references(item.texts) for item in outgoing}
        payments = self._payments(
            company,
            set().union(*named.values()),
            set().union(*ibans.values()),
            set().union(*references.values()),
        )
        by_clue = defaultdict(set)
        for place, payment in enumerate(payments):
            for dossier_id in payment.dossier_ids:
                by_clue["dossier", dossier_id].add(place)
            by_clue["account", payment.account_number].add(place)
            by_clue["reference", payment.bank_reference].add(place)
        result = {}
        for item in outgoing:
            clues = [("dossier", dossier_id) for dossier_id in named.get(item.key, ())]
            clues += [("account", iban) for iban in ibans[item.key]]
            clues += [("reference", text) for text in references[item.key]]
            places = set().union(*(by_clue.get(clue, ()) for clue in clues))
            result[item.key] = self._judge(
                item,
                [
                    self._weigh(item, payments[place], {*clues}, journals.get(item.key))
                    for place in sorted(places)
                ],
            )
        return result

    @api.model
    def _payments(self, company, dossier_ids, ibans, references):
        """Payments that came in for these dossiers, from these accounts, or with these
        references between banks.

        :rtype: list[Payment]
        """
        if not (dossier_ids or ibans or references):
            return []
        self.env["incasso.receipt"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH hit AS (
                    SELECT id, statement_line_id
                      FROM incasso_receipt
                     WHERE company_id = %(company)s
                       AND (dossier_id = ANY(%(dossiers)s)
                            OR account_number = ANY(%(ibans)s)
                            OR bank_reference = ANY(%(references)s))
                )
                SELECT receipt.id, receipt.state, receipt.name, receipt.date,
                       receipt.amount, receipt.dossier_id, dossier.name,
                       receipt.account_number, receipt.bank_reference, receipt.memo,
                       receipt.statement_line_id, receipt.payment_id,
                       receipt.source_line_id, move.journal_id
                  FROM incasso_receipt receipt
                  JOIN incasso_dossier dossier ON dossier.id = receipt.dossier_id
                  LEFT JOIN account_bank_statement_line line
                    ON line.id = receipt.statement_line_id
                  LEFT JOIN account_move_line source
                    ON source.id = receipt.source_line_id
                  LEFT JOIN account_move move
                    ON move.id = COALESCE(source.move_id, line.move_id)
                 WHERE receipt.id IN (
                           SELECT id FROM hit
                            UNION
                           -- The others of a bank line that paid several dossiers.
                           SELECT other.id
                             FROM incasso_receipt other
                             JOIN hit USING (statement_line_id)
                       )
                   AND receipt.state IN ('allocated', 'reversed')
                   AND receipt.charge_back_id IS NULL
                   AND receipt.kind NOT IN ('direct', 'credit_note')
                 ORDER BY receipt.state, receipt.id
                """,
                company=company.id,
                dossiers=list(dossier_ids),
                ibans=list(ibans),
                references=list(references),
            )
        )
        groups = defaultdict(list)
        for row in rows:
            receipt_id, line_id, payment_id, source_id = row[0], *row[10:13]
            key = ("line", line_id) if line_id else ("payment", payment_id)
            if not any(key[1:]):
                key = "source", source_id or -receipt_id
            # Allocated ones come first: what was reversed and allocated again counts
            # as what it is now.
            if not groups[key] or row[1] == groups[key][0][1]:
                groups[key].append(row)
        return [
            Payment(
                receipt_id=first[0],
                is_allocated=first[1] == "allocated",
                name=first[2],
                date=first[3],
                amount=sum(law_amount(row[4]) for row in group),
                dossier_ids=frozenset(row[5] for row in group),
                dossiers=", ".join(dict.fromkeys(row[6] for row in group)),
                account_number=first[7] or "",
                bank_reference=first[8] or "",
                memo=first[9] or "",
                journal_id=first[13],
            )
            for group in groups.values()
            for first in group[:1]
        ]

    # === JUDGEMENT === #

    @api.model
    def _weigh(self, item, payment, clues, journal_id):
        """How sure it is that this is a payment that went back.

        :param Incoming item: what left the account
        :param clues: what points to payments
        :param journal_id: of the account that it left
        :rtype: tuple[Payment, Undoes]
        """
        went_back = says_it_went_back(item.texts)
        exact = item.amount == payment.amount
        signs = []
        if ("reference", payment.bank_reference) in clues:
            text = self.env._("the bank's reference of that payment")
            signs.append((SAME_BANK_REFERENCE, text))
        if any(("dossier", dossier_id) in clues for dossier_id in payment.dossier_ids):
            signs.append((NAMED, self.env._("the dossier's number or reference")))
        elif self._repeats(item, payment):
            signs.append((NAMED, self.env._("the text of that payment")))
        if ("account", payment.account_number) in clues:
            signs.append((SAME_ACCOUNT, self.env._("the account that paid it")))
        if not signs or not timedelta(0) <= item.date - payment.date <= LONGEST:
            return payment, Undoes(None, 0, "")
        # Other amounts to a debtor are refunds, fees, or another payment.
        least = NAMED if went_back else SAME_BANK_REFERENCE
        if not exact and signs[0][0] < least:
            return payment, Undoes(None, 0, "")
        if exact:
            signs.append((SECOND_SIGN, self.env._("the amount")))
        if went_back:
            signs.append((SECOND_SIGN, self.env._("the bank says it went back")))
        points = signs[0][0] + SECOND_SIGN * (len(signs) - 1)
        reason = self.env._(
            "%(receipt)s of %(dossiers)s: %(signs)s.",
            receipt=payment.name,
            dossiers=payment.dossiers,
            signs=", ".join(text for _points, text in signs),
        )
        if not exact:
            points = min(points, ASK)
            reason = self.env._("%s But it is another amount.", reason)
        elif payment.journal_id != journal_id:
            points = min(points, ASK)
            reason = self.env._("%s But it left another account.", reason)
        points = min(points, KENMERK - 1)
        return payment, Undoes(payment.receipt_id, points, reason)

    @api.model
    def _repeats(self, item, payment):
        """Whether the text of the payment itself stands in that of what left."""
        memo = plain(payment.memo)
        return len(memo) >= _LEAST_TEXT and any(
            memo in plain(text) for text in item.texts
        )

    @api.model
    def _judge(self, item, weighed):
        """Choose the payment that went back. Two that are about as likely, or one that
        was reversed by hand already, are for a person.

        :param Incoming item: what left the account
        :param weighed: pairs of a payment and what it weighs
        :rtype: Undoes
        """
        weighed = sorted(
            (pair for pair in weighed if pair[1].confidence >= LEAST),
            key=lambda pair: (
                pair[0].is_allocated,
                pair[1].confidence,
                pair[0].date,
                pair[0].receipt_id,
            ),
            reverse=True,
        )
        if not weighed:
            return Undoes(None, 0, self.env._("Nothing points to a receipt."))
        payment, best = weighed[0]
        if not payment.is_allocated:
            return Undoes(
                None,
                best.confidence,
                self.env._("%s But that was reversed already.", best.reason),
            )
        rivals = [
            other.name
            for other, match in weighed[1:]
            if match.confidence > best.confidence - 10
        ]
        if rivals:
            best = best._replace(
                confidence=min(best.confidence, ASK),
                reason=self.env._(
                    "%(reason)s But it may be %(receipts)s just as well.",
                    reason=best.reason,
                    receipts=", ".join(rivals),
                ),
            )
        return best
