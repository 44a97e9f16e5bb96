from odoo import api, fields, models
from odoo.tools import SQL


class IncassoTrustProof(models.Model):
    """The daily proof that what is on the trust account is all accounted for.

    One row for each company and day on which something moved, with the balances at the
    end of that day.
    """

    _name = "incasso.trust.proof"
    _description = "Trust Account Proof"
    _auto = False
    _order = "date desc, company_id"
    _rec_name = "date"
    _depends = {
        "account.account": ["account_type"],
        "account.journal": ["default_account_id"],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "date",
            "journal_id",
            "parent_state",
            "partner_id",
        ],
        "res.company": [
            "incasso_journal_id",
            "incasso_trust_account_id",
            "incasso_trust_journal_id",
            "incasso_trust_suspense_account_id",
            "partner_id",
        ],
    }

    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True)
    bank = fields.Monetary(
        string="On the Trust Account",
        help="With payments that are on their way to it.",
        readonly=True,
    )
    owed = fields.Monetary(
        string="Owed to Creditors",
        help="For what came in on the trust account.",
        readonly=True,
    )
    unattributed = fields.Monetary(
        string="Not Attributed",
        help="Money of which it is not known whose it is, or that is to be refunded.",
        readonly=True,
    )
    own = fields.Monetary(
        string="Own, Not Drawn",
        help="Earned costs and fees that were not moved to the company's own account.",
        readonly=True,
    )
    elsewhere = fields.Monetary(
        string="To Be Moved Here",
        help="Owed to creditors, but received on another account of the company.",
        readonly=True,
    )
    difference = fields.Monetary(
        help="On the account, less owed, not attributed and own: zero, or something is "
        "wrong.",
        readonly=True,
    )

    @api.model
    def _part(self):
        """Which part of the trust position a journal item belongs to.

        Aliases: `line`, `account`, `company`, and `journal` for the trust journal.

        :rtype: SQL
        """
        return SQL(
            """
            CASE
              WHEN line.account_id = company.incasso_trust_suspense_account_id
                THEN 'unattributed'
              WHEN line.account_id = company.incasso_trust_account_id THEN
                CASE
                  WHEN line.partner_id = company.partner_id THEN 'own'
                  WHEN line.journal_id IN (journal.id, company.incasso_journal_id)
                    THEN 'owed'
                  ELSE 'elsewhere'
                END
              WHEN line.account_id = journal.default_account_id THEN 'bank'
              WHEN line.journal_id = journal.id
                   AND account.account_type = 'asset_current' THEN 'bank'
            END
            """
        )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH moved AS (
                SELECT line.company_id, line.date, line.balance, %(part)s AS part
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_company company ON company.id = line.company_id
                  JOIN account_journal journal
                    ON journal.id = company.incasso_trust_journal_id
                 WHERE line.parent_state = 'posted'
            ),
            days AS (
                SELECT company_id, date,
                       SUM(balance) FILTER (WHERE part = 'bank') AS bank,
                       -SUM(balance) FILTER (WHERE part = 'owed') AS owed,
                       -SUM(balance) FILTER (WHERE part = 'unattributed')
                           AS unattributed,
                       -SUM(balance) FILTER (WHERE part = 'own') AS own,
                       -SUM(balance) FILTER (WHERE part = 'elsewhere') AS elsewhere
                  FROM moved
                 WHERE part IS NOT NULL
                 GROUP BY company_id, date
            ),
            sums AS (
                SELECT company_id, date,
                       SUM(COALESCE(bank, 0)) OVER past AS bank,
                       SUM(COALESCE(owed, 0)) OVER past AS owed,
                       SUM(COALESCE(unattributed, 0)) OVER past AS unattributed,
                       SUM(COALESCE(own, 0)) OVER past AS own,
                       SUM(COALESCE(elsewhere, 0)) OVER past AS elsewhere
                  FROM days
                WINDOW past AS (PARTITION BY company_id ORDER BY date)
            )
            SELECT company_id * 1000000 + (date - DATE '2000-01-01') AS id,
                   company_id, date, bank, owed, unattributed, own, elsewhere,
                   bank - owed - unattributed - own AS difference
              FROM sums
            """,
            part=self._part(),
        )

    # === ACTION METHODS === #

    def action_view_creditors(self):
        """What is owed to each creditor at the end of this day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Owed to Creditors on %s", self.date),
            "res_model": "account.move.line",
            "view_mode": "list,pivot",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("account_id", "=", self.company_id.incasso_trust_account_id.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", self.date),
            ],
            "context": {"search_default_group_by_partner": 1, "create": False},
        }
