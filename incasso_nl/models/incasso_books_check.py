from typing import NamedTuple

from odoo import api, models

from .incasso_law import law_amount


class Finding(NamedTuple):
    """Something that does not agree.

    :param where: dossier, claim, receipt or company, by name
    :param text: what does not agree, with both amounts
    """

    where: str
    text: str


class _Check(NamedTuple):
    """One comparison.

    :param title: what is compared
    :param query: rows of a name and the two amounts that differ; with the parameters
        `dossiers` and `companies`, lists of ids
    """

    title: str
    query: str


class IncassoBooksCheck(models.AbstractModel):
    """Compares the ledgers of dossiers with their sums, and with Odoo's books.

    Each check is one query; what it returns should not be there.
    """

    _name = "incasso.books.check"
    _description = "Check of the Books"

    @api.model
    def _check(self, dossiers):
        """Everything that does not agree for these dossiers and their companies.

        :rtype: list[Finding]
        """
        self.env.flush_all()
        parameters = {
            "dossiers": dossiers.ids,
            "companies": dossiers.company_id.ids,
        }
        findings = []
        for check in self._checks():
            self.env.cr.execute(check.query, parameters)
            for where, left, right in self.env.cr.fetchall():
                text = self.env._(
                    "%(check)s: %(left)s is not %(right)s.",
                    check=check.title,
                    left=law_amount(left),
                    right=law_amount(right),
                )
                findings.append(Finding(where, text))
        return findings

    @api.model
    def _checks(self):
        """:rtype: list[_Check]"""
        return [
            _Check(
                self.env._("The entries and the balance of the dossier"),
                """
                SELECT dossier.name, COALESCE(entry.amount, 0), dossier.balance
                  FROM incasso_dossier dossier
                  LEFT JOIN (
                      SELECT dossier_id, SUM(amount) AS amount
                        FROM incasso_entry GROUP BY dossier_id
                  ) entry ON entry.dossier_id = dossier.id
                 WHERE dossier.id = ANY(%(dossiers)s)
                   AND COALESCE(entry.amount, 0) != COALESCE(dossier.balance, 0)
                """,
            ),
            _Check(
                self.env._("Principal, interest and costs, and the balance"),
                """
                SELECT name, principal_open + interest_open + costs_open, balance
                  FROM incasso_dossier
                 WHERE id = ANY(%(dossiers)s)
                   AND principal_open + interest_open + costs_open != balance
                """,
            ),
            _Check(
                self.env._("The entries and the open principal of the claim"),
                """
                SELECT claim.name, COALESCE(entry.amount, 0), claim.principal_open
                  FROM incasso_claim claim
                  LEFT JOIN (
                      SELECT claim_id, SUM(amount) AS amount
                        FROM incasso_entry
                       WHERE component = 'principal' GROUP BY claim_id
                  ) entry ON entry.claim_id = claim.id
                 WHERE claim.dossier_id = ANY(%(dossiers)s)
                   AND COALESCE(entry.amount, 0) != COALESCE(claim.principal_open, 0)
                """,
            ),
            _Check(
                self.env._("The open principal and what is open of the invoice"),
                """
                SELECT claim.name, claim.principal_open, line.amount_residual
                  FROM incasso_claim claim
                  JOIN account_move_line line ON line.id = claim.move_line_id
                 WHERE claim.dossier_id = ANY(%(dossiers)s)
                   AND claim.state = 'open'
                   AND COALESCE(claim.principal_open, 0) != line.amount_residual
                """,
            ),
            _Check(
                self.env._("What the receipt paid and its amount"),
                """
                SELECT name, costs + interest + principal + surplus, amount
                  FROM incasso_receipt
                 WHERE dossier_id = ANY(%(dossiers)s)
                   AND state = 'allocated'
                   AND (costs + interest + principal + surplus != amount
                        OR surplus < 0)
                """,
            ),
            _Check(
                self.env._("What a reversed receipt paid"),
                """
                SELECT name, costs + interest + principal, 0
                  FROM incasso_receipt
                 WHERE dossier_id = ANY(%(dossiers)s)
                   AND state != 'allocated'
                   AND costs + interest + principal != 0
                """,
            ),
            _Check(
                self.env._("What the receipt paid and what is reconciled for it"),
                """
                SELECT receipt.name,
                       receipt.costs + receipt.interest + receipt.principal,
                       COALESCE(SUM(partial.amount), 0)
                  FROM incasso_receipt receipt
                  JOIN incasso_dossier dossier ON dossier.id = receipt.dossier_id
                  LEFT JOIN account_partial_reconcile partial
                    ON partial.incasso_receipt_id = receipt.id
                   AND partial.credit_move_id = receipt.source_line_id
                 WHERE receipt.dossier_id = ANY(%(dossiers)s)
                   AND receipt.state = 'allocated'
                   AND NOT dossier.is_third_party
                 GROUP BY receipt.id
                HAVING receipt.costs + receipt.interest + receipt.principal
                       != COALESCE(SUM(partial.amount), 0)
                """,
            ),
            _Check(
                self.env._("Reconciliations for receipts that pay nothing any more"),
                """
                SELECT receipt.name, SUM(partial.amount), 0
                  FROM incasso_receipt receipt
                  JOIN account_partial_reconcile partial
                    ON partial.incasso_receipt_id = receipt.id
                 WHERE receipt.dossier_id = ANY(%(dossiers)s)
                   AND receipt.state != 'allocated'
                 GROUP BY receipt.id
                """,
            ),
            *(
                _Check(title, self._income_query(component))
                for component, title in (
                    ("costs", self.env._("Costs in ledgers and in the books")),
                    (
                        "interest",
                        self.env._("Interest in ledgers and in the books"),
                    ),
                )
            ),
            _Check(
                self.env._("Money for creditors in the ledgers and in the books"),
                """
                SELECT company.name, COALESCE(ledger.amount, 0),
                       COALESCE(books.amount, 0)
                  FROM res_company company
                  LEFT JOIN (
                      SELECT receipt.company_id,
                             SUM(receipt.costs + receipt.interest + receipt.principal)
                                 AS amount
                        FROM incasso_receipt receipt
                        JOIN incasso_dossier dossier ON dossier.id = receipt.dossier_id
                       WHERE dossier.is_third_party
                         AND receipt.state = 'allocated'
                         AND receipt.kind NOT IN ('direct', 'credit_note')
                       GROUP BY receipt.company_id
                  ) ledger ON ledger.company_id = company.id
                  LEFT JOIN (
                      SELECT line.company_id, -SUM(line.balance) AS amount
                        FROM account_move_line line
                        JOIN res_company company ON company.id = line.company_id
                       WHERE line.account_id = company.incasso_trust_account_id
                         AND line.parent_state = 'posted'
                         AND (line.incasso_receipt_id IS NOT NULL
                              OR EXISTS (
                                  SELECT FROM incasso_charge_back back
                                   WHERE back.statement_line_id
                                         = line.statement_line_id
                                     AND back.state = 'booked'
                              )
                              OR EXISTS (
                                  SELECT FROM incasso_receipt receipt
                                   WHERE receipt.source_line_id = line.id
                              ))
                       GROUP BY line.company_id
                  ) books ON books.company_id = company.id
                 WHERE company.id = ANY(%(companies)s)
                   AND COALESCE(ledger.amount, 0) != COALESCE(books.amount, 0)
                """,
            ),
        ]

    @api.model
    def _income_query(self, component):
        """Income of a company for what receipts paid on its own claims."""
        return f"""
            SELECT company.name, COALESCE(ledger.amount, 0), COALESCE(books.amount, 0)
              FROM res_company company
              LEFT JOIN (
                  SELECT entry.company_id, -SUM(entry.amount) AS amount
                    FROM incasso_entry entry
                    JOIN incasso_dossier dossier ON dossier.id = entry.dossier_id
                   WHERE entry.kind = 'receipt'
                     AND entry.component = '{component}'
                     AND NOT dossier.is_third_party
                   GROUP BY entry.company_id
              ) ledger ON ledger.company_id = company.id
              LEFT JOIN (
                  SELECT line.company_id, -SUM(line.balance) AS amount
                    FROM account_move_line line
                    JOIN res_company company ON company.id = line.company_id
                   WHERE line.account_id = company.incasso_{component}_account_id
                     AND line.journal_id = company.incasso_journal_id
                     AND line.parent_state = 'posted'
                   GROUP BY line.company_id
              ) books ON books.company_id = company.id
             WHERE company.id = ANY(%(companies)s)
               AND COALESCE(ledger.amount, 0) != COALESCE(books.amount, 0)
        """
