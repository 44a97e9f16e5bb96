"""What must hold on every day, read from the database by statements of our own.

Nothing here asks the product whether it is right. A check is a query that finds what is
wrong; it returns nothing where all is well. Placeholders: the ``company``, the ``day``
and the day ``since`` which to look.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.relativedelta import relativedelta

UTC = ZoneInfo("UTC")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CENT = Decimal("0.01")
#: Days equated with holidays by decree, in the years of the replay (art. 3 lid 3 Atw).
EQUATED = {
    date(2025, 5, 30),
    date(2026, 1, 2),
    date(2026, 5, 15),
    date(2027, 5, 7),
}
#: Statutory interest, percent a year from a day on: of consumers (art. 6:119 BW) and of
#: businesses (art. 6:119a BW).
RATES = {
    "6:119": (
        (date(2024, 1, 1), Decimal("7")),
        (date(2025, 1, 1), Decimal("6")),
        (date(2026, 1, 1), Decimal("4")),
    ),
    "6:119a": (
        (date(2024, 7, 1), Decimal("12.25")),
        (date(2025, 1, 1), Decimal("11.15")),
        (date(2025, 7, 1), Decimal("10.15")),
        (date(2026, 7, 1), Decimal("10.40")),
    ),
}

#: A moment in the database on the Dutch calendar.
_DUTCH_DAY = "({} AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Amsterdam')::date"
_SENT_ON = _DUTCH_DAY.format("message.sent_at")

LEDGER = {
    "the sums of a dossier are the sums of its ledger": """
        SELECT dossier.name
          FROM incasso_dossier dossier
     LEFT JOIN (
                   SELECT dossier_id,
                          SUM(amount) FILTER (WHERE component = 'principal') AS p,
                          SUM(amount) FILTER (WHERE component = 'interest') AS i,
                          SUM(amount) FILTER (WHERE component = 'costs') AS c
                     FROM incasso_entry
                    GROUP BY dossier_id
               ) ledger ON ledger.dossier_id = dossier.id
         WHERE dossier.company_id = %(company)s
           AND (COALESCE(dossier.principal_open, 0) != COALESCE(ledger.p, 0)
                OR COALESCE(dossier.interest_open, 0) != COALESCE(ledger.i, 0)
                OR COALESCE(dossier.costs_open, 0) != COALESCE(ledger.c, 0)
                OR COALESCE(dossier.balance, 0) != COALESCE(ledger.p, 0)
                    + COALESCE(ledger.i, 0) + COALESCE(ledger.c, 0))
    """,
    "what came on top, less what was paid, credited and given up, is the balance": """
        SELECT dossier.name
          FROM incasso_dossier dossier
          JOIN incasso_entry entry ON entry.dossier_id = dossier.id
         WHERE dossier.company_id = %(company)s
         GROUP BY dossier.id
        HAVING SUM(entry.amount) FILTER (
                   WHERE entry.kind IN ('claim', 'interest', 'costs')
               ) + COALESCE(SUM(entry.amount) FILTER (
                   WHERE entry.kind IN ('receipt', 'credit', 'waiver',
                                        'write_off', 'release')
               ), 0) != dossier.balance
            OR SUM(entry.amount) FILTER (
                   WHERE entry.kind IN ('receipt', 'credit', 'waiver',
                                        'write_off', 'release')
               ) > 0
    """,
    "the sums of a claim are the sums of its ledger, and never below zero": """
        SELECT claim.name
          FROM incasso_claim claim
          JOIN incasso_entry entry ON entry.claim_id = claim.id
         WHERE claim.company_id = %(company)s
         GROUP BY claim.id
        HAVING SUM(entry.amount) FILTER (WHERE entry.component = 'principal')
               != claim.principal_open
            OR COALESCE(
                   SUM(entry.amount) FILTER (WHERE entry.component = 'interest'), 0
               ) != COALESCE(claim.interest_open, 0)
            OR claim.principal_open < 0 OR claim.interest_open < 0
    """,
    "no entry has parts of a cent": """
        SELECT entry.id
          FROM incasso_entry entry
         WHERE entry.company_id = %(company)s
           AND entry.amount != ROUND(entry.amount, 2)
    """,
    "a closed dossier owes nothing, and has no open claim or hold": """
        SELECT dossier.name
          FROM incasso_dossier dossier
         WHERE dossier.company_id = %(company)s
           AND dossier.state = 'closed'
           AND (dossier.balance != 0
                OR EXISTS (SELECT FROM incasso_claim claim
                            WHERE claim.dossier_id = dossier.id
                              AND claim.state = 'open')
                OR EXISTS (SELECT FROM incasso_hold hold
                            WHERE hold.dossier_id = dossier.id
                              AND hold.state = 'active'))
    """,
    "an open dossier owes something that was claimed, or it would be closed": """
        SELECT dossier.name
          FROM incasso_dossier dossier
         WHERE dossier.company_id = %(company)s
           AND dossier.state = 'open'
           AND dossier.balance <= 0
    """,
    "a receipt paid what its entries say, and the rest is to be refunded": """
        SELECT receipt.name
          FROM incasso_receipt receipt
     LEFT JOIN incasso_entry entry ON entry.receipt_id = receipt.id
         WHERE receipt.company_id = %(company)s
         GROUP BY receipt.id
        HAVING (receipt.state = 'allocated'
                AND receipt.amount != COALESCE(-SUM(entry.amount), 0)
                    + receipt.surplus)
            OR (receipt.state != 'allocated' AND COALESCE(SUM(entry.amount), 0) != 0)
            OR receipt.surplus < 0
    """,
    "every claim has a day on which it lapses, two to five years after it was due": """
        SELECT claim.name
          FROM incasso_claim claim
         WHERE claim.company_id = %(company)s
           AND (claim.limitation_date IS NULL
                OR claim.limitation_date < claim.due_date + INTERVAL '2 years'
                OR claim.limitation_date
                   > %(day)s::date + INTERVAL '5 years 30 days')
    """,
}

BOOKS = {
    "every entry in the books is in balance": """
        SELECT move.name
          FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
         WHERE move.company_id = %(company)s
           AND move.state = 'posted'
         GROUP BY move.id
        HAVING SUM(line.balance) != 0
    """,
    "an invoice in collection has open in the books what its claim has open": """
        SELECT claim.name, claim.principal_open, line.amount_residual
          FROM incasso_claim claim
          JOIN account_move_line line ON line.id = claim.move_line_id
         WHERE claim.company_id = %(company)s
           AND claim.state = 'open'
           AND claim.principal_open != line.amount_residual
    """,
    "an invoice of which the claim was closed has nothing open, or was given back": """
        SELECT claim.name, line.amount_residual
          FROM incasso_claim claim
          JOIN account_move_line line ON line.id = claim.move_line_id
          JOIN incasso_dossier dossier ON dossier.id = claim.dossier_id
         WHERE claim.company_id = %(company)s
           AND claim.state = 'closed'
           AND dossier.close_reason IN ('paid', 'credited', 'written_off')
           AND line.amount_residual != 0
    """,
    "costs and interest that were paid are the income of collecting": """
        SELECT paid.component, paid.amount, booked.amount
          FROM (
                   SELECT part.component,
                          COALESCE(-SUM(entry.amount), 0) AS amount
                     FROM (VALUES ('costs'), ('interest')) AS part (component)
                LEFT JOIN incasso_entry entry
                       ON entry.component = part.component
                      AND entry.receipt_id IS NOT NULL
                      AND entry.company_id = %(company)s
                    GROUP BY part.component
               ) paid
          JOIN (
                   SELECT part.component, COALESCE(-SUM(line.balance), 0) AS amount
                     FROM res_company company
                     JOIN LATERAL (
                              VALUES ('costs', company.incasso_costs_account_id),
                                     ('interest', company.incasso_interest_account_id)
                          ) AS part (component, account_id) ON TRUE
                LEFT JOIN account_move_line line
                       ON line.account_id = part.account_id
                      AND line.company_id = company.id
                      AND line.parent_state = 'posted'
                    WHERE company.id = %(company)s
                    GROUP BY part.component
               ) booked USING (component)
         WHERE paid.amount != booked.amount
    """,
    "income of collecting is outside VAT": """
        SELECT line.id
          FROM account_move_line line
          JOIN res_company company ON company.id = line.company_id
         WHERE line.company_id = %(company)s
           AND line.account_id IN (company.incasso_costs_account_id,
                                   company.incasso_interest_account_id)
           AND (line.tax_line_id IS NOT NULL
                OR EXISTS (SELECT FROM account_move_line_account_tax_rel tax
                            WHERE tax.account_move_line_id = line.id))
    """,
    "what is written off in the books is what the ledgers wrote off": """
        SELECT booked.amount, ledger.amount
          FROM (
                   SELECT COALESCE(SUM(line.balance), 0) AS amount
                     FROM account_move_line line
                     JOIN res_company company ON company.id = line.company_id
                    WHERE line.company_id = %(company)s
                      AND line.parent_state = 'posted'
                      AND line.account_id = company.incasso_writeoff_account_id
               ) booked,
               (
                   SELECT COALESCE(-SUM(entry.amount), 0) AS amount
                     FROM incasso_entry entry
                    WHERE entry.company_id = %(company)s
                      AND entry.kind = 'write_off'
                      AND entry.component = 'principal'
               ) ledger
         WHERE booked.amount != ledger.amount
    """,
    "what is open on the receivable accounts is what the items have open": """
        SELECT account.id
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
         WHERE line.company_id = %(company)s
           AND line.parent_state = 'posted'
           AND account.account_type = 'asset_receivable'
         GROUP BY account.id
        HAVING SUM(line.balance) != SUM(line.amount_residual)
    """,
    "what was paid too much is the credit that is open, and nothing else is": """
        SELECT open.amount, surplus.amount
          FROM (
                   SELECT COALESCE(-SUM(line.amount_residual), 0) AS amount
                     FROM account_move_line line
                     JOIN account_account account ON account.id = line.account_id
                    WHERE line.company_id = %(company)s
                      AND line.parent_state = 'posted'
                      AND account.account_type = 'asset_receivable'
                      AND line.amount_residual < 0
               ) open,
               (
                   SELECT COALESCE(SUM(receipt.surplus), 0) AS amount
                     FROM incasso_receipt receipt
                    WHERE receipt.company_id = %(company)s
                      AND receipt.state = 'allocated'
               ) surplus
         WHERE open.amount != surplus.amount
    """,
    "every euro of the bank statements is booked": """
        SELECT line.id
          FROM account_bank_statement_line line
          JOIN account_move move ON move.id = line.move_id
         WHERE move.company_id = %(company)s
           AND NOT line.is_reconciled
           AND NOT EXISTS (SELECT FROM incasso_receipt receipt
                            WHERE receipt.statement_line_id = line.id
                              AND receipt.state = 'allocated'
                              AND receipt.surplus > 0)
    """,
}

MESSAGES = {
    "no message to a dossier that was closed before it": """
        SELECT dossier.name, message.id
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND message.kind != 'thanks'
           AND (
                   SELECT event.kind
                     FROM incasso_event event
                    WHERE event.dossier_id = dossier.id
                      AND event.kind IN ('closed', 'reopened')
                      AND event.date < message.sent_at
                 ORDER BY event.id DESC
                    LIMIT 1
               ) = 'closed'
    """,
    "no message to a dossier that owed no more than cents when it went out": """
        SELECT dossier.name, message.id
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
          JOIN res_company company ON company.id = message.company_id
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND message.kind != 'thanks'
           AND (
                   SELECT SUM(entry.amount)
                     FROM incasso_entry entry
                    WHERE entry.dossier_id = dossier.id
                      AND entry.create_date <= message.sent_at
               ) <= company.incasso_tolerance
    """,
    "no message asks for a claim that is held, or when the whole dossier is": f"""
        SELECT dossier.name, message.id, hold.id
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
          JOIN incasso_hold hold
            ON hold.dossier_id = dossier.id
           AND hold.create_date <= message.sent_at
           AND hold.start_date <= {_SENT_ON}
           AND (hold.end_date IS NULL OR hold.end_date >= {_SENT_ON})
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND message.kind != 'thanks'
           AND (
                   NOT EXISTS (
                       SELECT FROM incasso_claim_incasso_hold_rel link
                        WHERE link.incasso_hold_id = hold.id
                   )
                   OR EXISTS (
                       SELECT FROM incasso_claim_incasso_hold_rel link
                         JOIN jsonb_array_elements(message.snapshot -> 'claims') claim
                           ON (claim ->> 'claim_id')::int = link.incasso_claim_id
                        WHERE link.incasso_hold_id = hold.id
                   )
               )
    """,
    "no message asks for an invoice that was paid": """
        SELECT dossier.name, message.id, move.name
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
          JOIN jsonb_array_elements(message.snapshot -> 'claims') asked ON TRUE
          JOIN incasso_claim claim ON claim.id = (asked ->> 'claim_id')::int
          JOIN account_move move ON move.id = claim.move_id
          JOIN account_partial_reconcile partial
            ON partial.debit_move_id = claim.move_line_id
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND message.kind != 'thanks'
           AND (asked ->> 'principal')::numeric > 0
           AND partial.create_date < message.sent_at
         GROUP BY dossier.name, message.id, move.id, claim.id, asked
        HAVING SUM(partial.amount)
               > claim.amount - (asked ->> 'principal')::numeric
    """,
    "a message asks for the sum of its parts, and of its claims": """
        SELECT message.id
          FROM incasso_message message
     LEFT JOIN LATERAL (
                   SELECT SUM((claim ->> 'principal')::numeric) AS principal,
                          SUM((claim ->> 'interest')::numeric) AS interest
                     FROM jsonb_array_elements(message.snapshot -> 'claims') claim
               ) claims ON TRUE
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND (message.amount
                != message.principal + message.interest + message.costs
                OR message.principal != COALESCE(claims.principal, 0)
                OR message.interest != COALESCE(claims.interest, 0))
    """,
    "a message that asks for costs asks for costs in the ledger": """
        SELECT dossier.name, message.id
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND message.kind != 'thanks'
           AND message.costs != (
                   SELECT COALESCE(SUM(entry.amount), 0)
                     FROM incasso_entry entry
                    WHERE entry.dossier_id = dossier.id
                      AND entry.component = 'costs'
                      AND entry.create_date <= message.sent_at
               )
    """,
    "a step sends once in a round, over one channel once": """
        SELECT message.dossier_id, message.step_id
          FROM incasso_message message
         WHERE message.company_id = %(company)s
           AND message.sent_at IS NOT NULL
           AND message.step_id IS NOT NULL
         GROUP BY message.dossier_id, message.step_id, message.flow_round,
                  message.channel
        HAVING COUNT(*) > 1
    """,
    "nobody gets two messages of one kind within a week": """
        SELECT dossier.name, message.id, other.id
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
          JOIN incasso_message other
            ON other.dossier_id = message.dossier_id
           AND other.kind = message.kind
           AND other.template_id = message.template_id
           AND other.id > message.id
           AND other.sent_at < message.sent_at + INTERVAL '7 days'
           AND other.state IN ('sent', 'delivered')
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND message.state IN ('sent', 'delivered')
           AND message.kind != 'thanks'
    """,
    "a reminder comes after the term, a notice when the debtor is in default": f"""
        SELECT message.id
          FROM incasso_message message
          JOIN jsonb_array_elements(message.snapshot -> 'claims') claim ON TRUE
         WHERE message.company_id = %(company)s
           AND message.sent_at >= %(since)s
           AND (claim ->> 'due_date')::date >= {_SENT_ON}
    """,
    "nothing is left unsent in the outbox for days": """
        SELECT message.id, message.state, message.failure
          FROM incasso_message message
         WHERE message.company_id = %(company)s
           AND (message.state IN ('failed', 'sending')
                OR (message.state IN ('queued', 'rendered')
                    AND message.date < %(day)s::date - 5))
    """,
}

COSTS = {
    "a consumer is charged only after a notice that names the claim ran out": f"""
        SELECT dossier.name, claim.name
          FROM incasso_claim claim
          JOIN incasso_dossier dossier ON dossier.id = claim.dossier_id
     LEFT JOIN incasso_message message
            ON message.dossier_id = dossier.id
           AND message.kind = 'notice'
           AND message.state IN ('sent', 'delivered')
           AND EXISTS (
                   SELECT FROM jsonb_array_elements(message.snapshot -> 'claims') said
                    WHERE (said ->> 'claim_id')::int = claim.id
                      AND (said ->> 'principal')::numeric > 0
               )
           -- Fifteen days after it was received, and three weeks to be safe.
           AND {_SENT_ON} + 21 < claim.costs_date
         WHERE claim.company_id = %(company)s
           AND dossier.debtor_type = 'consumer'
           AND claim.costs_date IS NOT NULL
           AND message.id IS NULL
    """,
    "costs of a consumer are no more than a notice announced": """
        SELECT dossier.name
          FROM incasso_dossier dossier
          JOIN incasso_entry entry ON entry.dossier_id = dossier.id
           AND entry.kind = 'costs'
         WHERE dossier.company_id = %(company)s
           AND dossier.debtor_type = 'consumer'
         GROUP BY dossier.id
        HAVING SUM(entry.amount) > (
                   SELECT COALESCE(SUM(message.announced_costs), 0)
                     FROM incasso_message message
                    WHERE message.dossier_id = dossier.id
                      AND message.kind = 'notice'
                      AND message.sent_at IS NOT NULL
               )
    """,
    "costs are charged only over claims that were overdue": """
        SELECT claim.name
          FROM incasso_claim claim
         WHERE claim.company_id = %(company)s
           AND claim.costs_date <= claim.due_date
    """,
    # Claims of this history stay below the 2,500 euro of the first slice.
    "costs follow the scale: 15%% of what was charged for, at least 40 euro": """
        SELECT dossier.name, charged.costs, charged.base
          FROM incasso_dossier dossier
          JOIN (
                   SELECT claim.dossier_id,
                          SUM(claim.costs_base) AS base,
                          SUM(claim.costs_amount) AS costs
                     FROM incasso_claim claim
                    WHERE claim.costs_date IS NOT NULL
                    GROUP BY claim.dossier_id
               ) charged ON charged.dossier_id = dossier.id
         WHERE dossier.company_id = %(company)s
           AND charged.base <= 2500
           AND charged.costs
               NOT IN (GREATEST(40, ROUND(charged.base * 0.15, 2)),
                       GREATEST(40, TRUNC(charged.base * 0.15, 2)))
    """,
    "costs in the ledger are the costs of the claims": """
        SELECT dossier.name
          FROM incasso_dossier dossier
          JOIN incasso_entry entry ON entry.dossier_id = dossier.id
           AND entry.kind = 'costs'
         WHERE dossier.company_id = %(company)s
         GROUP BY dossier.id
        HAVING SUM(entry.amount) != (
                   SELECT COALESCE(SUM(claim.costs_amount), 0)
                     FROM incasso_claim claim
                    WHERE claim.dossier_id = dossier.id
               )
    """,
}

FLOW = {
    "no dossier was set aside": """
        SELECT dossier.name, dossier.run_error
          FROM incasso_dossier dossier
         WHERE dossier.company_id = %(company)s
           AND dossier.run_error IS NOT NULL
    """,
    "no open dossier was forgotten": """
        SELECT dossier.name
          FROM incasso_dossier dossier
         WHERE dossier.company_id = %(company)s
           AND dossier.state = 'open'
           AND NOT dossier.is_held
           -- A dispute about all that is unpaid stops a dossier too.
           AND (dossier.principal_open = 0
                OR EXISTS (
                    SELECT FROM incasso_claim claim
                     WHERE claim.dossier_id = dossier.id
                       AND claim.principal_open > 0
                       AND NOT EXISTS (
                           SELECT FROM incasso_claim_incasso_hold_rel link
                             JOIN incasso_hold hold
                               ON hold.id = link.incasso_hold_id
                              AND hold.state = 'active'
                            WHERE link.incasso_claim_id = claim.id
                       )
                ))
           -- What happened today is for tomorrow's run.
           AND NOT EXISTS (SELECT FROM incasso_event event
                            WHERE event.dossier_id = dossier.id
                              AND event.date >= %(day)s)
           AND (dossier.next_action_date < %(day)s::date - 2
                OR (dossier.next_action_date IS NULL
                    AND dossier.proposed_date IS NULL
                    AND NOT EXISTS (
                        SELECT FROM incasso_message message
                         WHERE message.dossier_id = dossier.id
                           AND message.state IN ('queued', 'rendered')
                    )))
    """,
    "no message is made and withdrawn day after day": """
        SELECT dossier.name, message.kind, COUNT(*)
          FROM incasso_message message
          JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
         WHERE message.company_id = %(company)s
           AND message.state = 'cancelled'
           AND message.date > %(day)s::date - 4
         GROUP BY dossier.id, message.kind
        HAVING COUNT(*) > 2
    """,
    "no receipt waits for somebody at the end of the day": """
        SELECT receipt.name, receipt.state
          FROM incasso_receipt receipt
         WHERE receipt.company_id = %(company)s
           AND receipt.state IN ('proposed', 'unmatched')
    """,
    "an invoice is in one running dossier at the most": """
        SELECT claim.move_line_id
          FROM incasso_claim claim
         WHERE claim.company_id = %(company)s
           AND claim.state = 'open'
         GROUP BY claim.move_line_id
        HAVING COUNT(*) > 1
    """,
    "a debtor has one running dossier at the most": """
        SELECT dossier.debtor_id
          FROM incasso_dossier dossier
         WHERE dossier.company_id = %(company)s
           AND dossier.state = 'open'
         GROUP BY dossier.debtor_id, dossier.creditor_id
        HAVING COUNT(*) > 1
    """,
    "what is overdue, unpaid and not blocked is in collection": """
        SELECT move.name
          FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
          JOIN account_account account ON account.id = line.account_id
           AND account.account_type = 'asset_receivable'
         WHERE move.company_id = %(company)s
           AND move.move_type = 'out_invoice'
           AND move.state = 'posted'
           AND move.payment_state IN ('not_paid', 'partial')
           AND move.invoice_date_due < %(day)s::date
           AND line.amount_residual > 0
           AND NOT EXISTS (SELECT FROM incasso_claim claim
                            WHERE claim.move_line_id = line.id
                              AND claim.state = 'open')
    """,
}

DAILY = {**MESSAGES, **FLOW}
MONTHLY = {**LEDGER, **BOOKS, **COSTS}


class Broken(AssertionError):
    """An invariant does not hold. The message says which, on what day, and where."""


class Inspector:
    """Looks at the database at the end of a day.

    :param env: of the superuser; its company is the creditor
    :param PostOffice post_office: what really went out by e-mail
    :param list invoices: the history
    :param bool alone: nobody else in this database sends e-mail
    """

    def __init__(self, env, post_office, invoices, *, alone):
        self.env = env
        self.post_office = post_office
        self.invoices = invoices
        self.alone = alone

    def every_day(self, day):
        """Look at what the day brought.

        :raises Broken: something does not hold
        """
        self._report(day, [*self._run(DAILY, day, since=day), *self._hours(day)])

    def everything(self, day):
        """Look at all that there is.

        :raises Broken: something does not hold; the message names all that does not
        """
        self._report(
            day,
            [
                *self._run({**DAILY, **MONTHLY}, day, since=date.min),
                *self._hours(date.min),
                *self._money(day),
                *self._interest(),
                *self._mail(),
            ],
        )

    @staticmethod
    def _report(day, broken):
        if broken:
            raise Broken(f"{day}: " + "\n".join(broken))

    def _run(self, checks, day, since):
        self.env.flush_all()
        values = {"company": self.env.company.id, "day": day, "since": since}
        for name, query in checks.items():
            self.env.cr.execute(query, values)
            found = self.env.cr.fetchmany(5)
            if found:
                yield f"broken: {name}\n    {found}"

    def _rows(self, query, *values):
        """Rows with exact amounts: Odoo's cursors make floats of them, of which the
        shortest form is the amount in the database."""
        self.env.cr.execute(query, values)
        return [
            tuple(Decimal(str(v)) if isinstance(v, float) else v for v in row)
            for row in self.env.cr.fetchall()
        ]

    def _hours(self, since):
        """E-mail goes out from 7:00 to 20:00, not on Sundays, holidays and days equated
        with them (art. 4.2 Bki)."""
        sent = self._rows(
            """
            SELECT id, sent_at
              FROM incasso_message
             WHERE company_id = %s AND channel = 'email' AND sent_at >= %s
            """,
            self.env.company.id,
            since,
        )
        for message_id, sent_at in sent:
            moment = sent_at.replace(tzinfo=UTC).astimezone(AMSTERDAM)
            if not 7 <= moment.hour < 20 or is_quiet(moment.date()):
                yield f"message {message_id} went out at {moment}"

    def _mail(self):
        """Every e-mail that was sent reached the mail server once, with the letter of
        the archive; and nothing else did."""
        rows = self._rows(
            """
            SELECT mail_message_ref, email_to, pdf_sha256
              FROM incasso_message
             WHERE company_id = %s AND channel = 'email' AND sent_at IS NOT NULL
            """,
            self.env.company.id,
        )
        delivered = self.post_office.delivered()
        if not self.alone:
            known = {reference for reference, *_rest in rows}
            delivered = [mail for mail in delivered if mail.reference in known]
        if sorted(rows) != sorted(delivered):
            missing = set(rows) - set(delivered)
            extra = set(delivered) - set(rows)
            yield (
                f"{len(rows)} e-mails were sent, {len(delivered)} arrived; "
                f"missing {list(missing)[:3]}, not known {list(extra)[:3]}"
            )

    def _money(self, day):
        """Nothing is lost on the way: what was invoiced and what came on top is what
        came in, what is open and what was given up."""
        company = self.env.company.id
        sums = dict(
            self._rows(
                """
                SELECT CASE
                         WHEN account.account_type IN ('asset_cash', 'asset_current')
                           THEN 'received'
                         WHEN account.account_type = 'asset_receivable' THEN 'open'
                         WHEN account.id = company.incasso_writeoff_account_id
                           THEN 'given up'
                         WHEN account.id IN (company.incasso_costs_account_id,
                                             company.incasso_interest_account_id)
                           THEN 'on top'
                         ELSE 'invoiced'
                       END AS part,
                       SUM(line.balance)
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_company company ON company.id = line.company_id
                 WHERE line.company_id = %s AND line.parent_state = 'posted'
                 GROUP BY part
                """,
                company,
            )
        )
        invoiced = sum(i.amount for i in self.invoices if i.day <= day)
        if -sums.get("invoiced", Decimal()) != invoiced:
            yield f"{invoiced} was invoiced, in the books it is {sums}"
        if sum(sums.values()):
            yield f"the trial balance is not zero: {sums}"
        paid = sum(i.amount for i in self.invoices if i.settled <= day)
        rests = self._rests()
        if sums.get("received", Decimal()) != paid + rests:
            yield f"customers paid {paid} and {rests}, booked: {sums}"

    def _rests(self):
        """What customers paid apart from the amounts of invoices, because a message
        asked for the rest."""
        [(amount,)] = self._rows(
            """
            SELECT COALESCE(SUM(line.amount), 0)
              FROM account_bank_statement_line line
              JOIN account_move move ON move.id = line.move_id
             WHERE move.company_id = %s AND line.sequence = %s
            """,
            self.env.company.id,
            REST,
        )
        return amount

    def _interest(self):
        """The interest of every claim on which any was booked, computed anew."""
        entries = defaultdict(list)
        for claim_id, when, component, kind, amount in self._rows(
            """
            SELECT claim_id, date, component, kind, SUM(amount)
              FROM incasso_entry
             WHERE company_id = %s AND claim_id IS NOT NULL
             GROUP BY claim_id, date, component, kind
            HAVING SUM(amount) != 0
            """,
            self.env.company.id,
        ):
            entries[claim_id].append((when, component, kind, amount))
        claims = self._rows(
            """
            SELECT id, name, due_date, amount, interest_kind
              FROM incasso_claim
             WHERE company_id = %s
            """,
            self.env.company.id,
        )
        for claim_id, name, due, principal, kind in claims:
            booked = [e for e in entries[claim_id] if e[2] == "interest"]
            if not booked:
                continue
            last = max(when for when, *_rest in booked)
            paid, interest_paid = (
                [
                    (when, -amount)
                    for when, component, entry_kind, amount in entries[claim_id]
                    if component == part and entry_kind != owed
                ]
                for part, owed in (("principal", "claim"), ("interest", "interest"))
            )
            expected = interest_by_hand(kind, principal, due, last, paid, interest_paid)
            found = sum(amount for *_rest, amount in booked)
            if expected != found:
                yield (
                    f"interest of {name} up to {last}: booked {found}, "
                    f"computed {expected}"
                )


#: Place on the statement of lines that pay a rest; the others are numbered from zero.
REST = 10_000


@cache
def _public_holidays():
    # In the Netherlands 5 May counts every year for the law (art. 3 Atw), Good Friday
    # is equated with a holiday.
    found = holidays.country_holidays(
        "NL", years=range(2025, 2028), categories=("public", "optional")
    )
    return {*found, *(date(year, 5, 5) for year in range(2025, 2028)), *EQUATED}


def is_quiet(day):
    """A Sunday, a holiday or a day equated with one."""
    return day.weekday() == 6 or day in _public_holidays()


def interest_by_hand(kind, principal, due, last, paid, interest_paid=()):
    """Interest from the day after the due date through the last day, by hand.

    Periods end where the rate changes, where a year is full and where something was
    paid; each is rounded to a cent. On the day of a payment interest runs over what was
    open before it. After a full year its interest joins the principal, if it was not
    paid; what is paid of interest is of the running year first.

    :param str kind: ``6:119`` or ``6:119a``
    :param paid: pairs of a day and the principal that was paid on it
    :param interest_paid: pairs of a day and the interest that was paid on it
    :rtype: Decimal
    """
    first = due + timedelta(days=1)
    years = {
        first + relativedelta(years=number) - timedelta(days=1)
        for number in range(1, last.year - due.year + 1)
    }
    cuts = {day - timedelta(days=1) for day, _rate in RATES[kind]} | years | {last}
    cuts |= {day for day, _amount in (*paid, *interest_paid)}
    total = running = joined = Decimal()
    start = due
    for end in sorted(cut for cut in cuts if due < cut <= last):
        rate = [rate for day, rate in RATES[kind] if day <= end][-1]
        base = principal - sum(amount for day, amount in paid if day <= start) + joined
        days = (end - start).days
        amount = (base * rate * days / 36500).quantize(CENT, ROUND_HALF_UP)
        total += amount
        running += amount
        if end in years:
            joined, running = joined + running, Decimal()
        rest = sum(amount for day, amount in interest_paid if day == end)
        from_joined = min(max(rest - running, Decimal()), joined)
        joined -= from_joined
        running -= rest - from_joined
        start = end
    return total
