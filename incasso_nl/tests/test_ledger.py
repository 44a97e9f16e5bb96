from datetime import date
from decimal import Decimal

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IncassoCommon

TODAY = date(2026, 6, 30)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30")
class TestLedger(IncassoCommon):
    """Money adds up, every euro is explained, and nobody gets past it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._dossier(flow_id=False)
        cls.claim = cls.dossier.claim_ids
        cls.entry = cls.dossier.entry_ids

    def _book(self, amount, component="principal", kind="receipt", **values):
        return self.env["incasso.entry"]._book(
            [
                {
                    "dossier_id": self.dossier.id,
                    "claim_id": self.claim.id,
                    "date": TODAY,
                    "component": component,
                    "kind": kind,
                    "amount": amount,
                    **values,
                }
            ]
        )

    def _sql(self, query, *params):
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False):
            self.env.cr.execute(query, params)

    def _assert_adds_up(self, dossier):
        """The sums on dossier and claims are those of the entries, in the database."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT COALESCE(dossier.principal_open, 0),
                   COALESCE(dossier.interest_open, 0),
                   COALESCE(dossier.costs_open, 0), COALESCE(dossier.balance, 0),
                   COALESCE(SUM(amount) FILTER (WHERE component = 'principal'), 0),
                   COALESCE(SUM(amount) FILTER (WHERE component = 'interest'), 0),
                   COALESCE(SUM(amount) FILTER (WHERE component = 'costs'), 0),
                   COALESCE(SUM(amount), 0)
              FROM incasso_dossier dossier
         LEFT JOIN incasso_entry entry ON entry.dossier_id = dossier.id
             WHERE dossier.id = %s
             GROUP BY dossier.id
            """,
            [dossier.id],
        )
        row = self.env.cr.fetchone()
        self.assertEqual(row[:4], row[4:])
        self.env.cr.execute(
            """
            SELECT claim.id
              FROM incasso_claim claim
         LEFT JOIN incasso_entry entry ON entry.claim_id = claim.id
             WHERE claim.dossier_id = %s
             GROUP BY claim.id
            HAVING COALESCE(claim.principal_open, 0) != COALESCE(
                       SUM(entry.amount) FILTER (WHERE component = 'principal'), 0)
                OR COALESCE(claim.interest_open, 0) != COALESCE(
                       SUM(entry.amount) FILTER (WHERE component = 'interest'), 0)
            """,
            [dossier.id],
        )
        self.assertFalse(self.env.cr.fetchall())

    # === MONEY ADDS UP === #

    def test_sums_follow_every_entry(self):
        self._book(7.5, "interest", "interest")
        self._book(-7.5, "interest")
        self._book(-250.25)
        self.assertEqual(self.dossier.principal_open, 749.75)
        self.assertEqual(self.dossier.interest_open, 0)
        self.assertEqual(self.claim.principal_open, 749.75)
        self.assertEqual(self.dossier.balance, 749.75)
        self._assert_adds_up(self.dossier)

    def test_sums_follow_entries_by_hand_too(self):
        self._sql(
            """
            INSERT INTO incasso_entry
                (dossier_id, claim_id, date, component, kind, amount)
            VALUES (%s, %s, '2026-06-01', 'principal', 'receipt', -0.01),
                   (%s, %s, '2026-06-02', 'principal', 'receipt', -0.02)
            """,
            *[self.dossier.id, self.claim.id] * 2,
        )
        self.dossier.invalidate_recordset()
        self.assertEqual(self.dossier.principal_open, 999.97)
        self._assert_adds_up(self.dossier)

    def test_balance_is_the_sum_of_the_entries_up_to_a_day(self):
        self._book(-100.0, date=date(2026, 5, 10))
        self._book(-200.0, date=date(2026, 6, 10))
        for day, principal in (
            (date(2026, 2, 28), 0),  # before the invoice, of 2026-03-01
            (date(2026, 3, 1), 1000),
            (date(2026, 5, 9), 1000),
            (date(2026, 5, 10), 900),
            (date(2026, 6, 9), 900),
            (date(2026, 6, 10), 700),
        ):
            balance = self.dossier._balances(day)[self.dossier.id]
            self.assertEqual(balance.principal, principal, day)
            self.assertEqual(
                balance.total, balance.principal + balance.interest + balance.costs
            )

    def test_ten_cents_ten_times(self):
        for _time in range(10):
            self._book(-0.1)
        self.assertEqual(self.dossier.principal_open, 999.0)
        self._assert_adds_up(self.dossier)

    # === NOTHING IS CHANGED === #

    def test_entry_is_never_changed(self):
        for values in ({"amount": 1.0}, {"date": TODAY}, {"reason": "because"}):
            with self.assertRaisesRegex(UserError, "never changed"):
                self.entry.write(values)
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.entry.unlink()

    @mute_logger("odoo.sql_db")
    def test_entry_is_never_changed_by_hand_either(self):
        for query in (
            "UPDATE incasso_entry SET amount = amount - 1 WHERE id = %s",
            "UPDATE incasso_entry SET date = '2026-01-01' WHERE id = %s",
            "UPDATE incasso_entry SET claim_id = NULL WHERE id = %s",
            "UPDATE incasso_entry SET kind = 'receipt' WHERE id = %s",
            "UPDATE incasso_entry SET explanation = NULL WHERE id = %s",
            "DELETE FROM incasso_entry WHERE id = %s",
        ):
            with self.assertRaisesRegex(
                psycopg2.errors.RestrictViolation, "append-only"
            ):
                self._sql(query, self.entry.id)
        with self.assertRaisesRegex(psycopg2.errors.RestrictViolation, "append-only"):
            self._sql("TRUNCATE incasso_entry CASCADE")

    def test_merging_contacts_still_works(self):
        twin = self._partner("J. de Vries")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.consumer + twin).ids, twin
        )
        self.env.invalidate_all()
        self.assertEqual(self.dossier.debtor_id, twin)
        self.assertEqual(self.entry.debtor_id, twin)

    @mute_logger("odoo.sql_db")
    def test_event_is_never_changed(self):
        event = self.dossier.event_ids[:1]
        with self.assertRaisesRegex(UserError, "never changed"):
            event.summary = "Nothing happened."
        with self.assertRaisesRegex(UserError, "never deleted"):
            event.unlink()
        with self.assertRaises(psycopg2.errors.RestrictViolation):
            self._sql("UPDATE incasso_event SET summary = 'x' WHERE id = %s", event.id)
        with self.assertRaises(psycopg2.errors.RestrictViolation):
            self._sql("DELETE FROM incasso_event WHERE id = %s", event.id)

    def test_nothing_is_deleted(self):
        for record in (self.dossier, self.claim, self.dossier._hold("manual")):
            with self.assertRaises(UserError):
                record.unlink()

    # === REVERSING === #

    def test_reversal_restores_every_day(self):
        receipt = self._book(-400.0, date=date(2026, 5, 1))
        before = self.dossier._balances(date(2026, 5, 15))[self.dossier.id]
        self.assertEqual(before.principal, 600)
        reversal = receipt._reverse("charged back")
        self.assertEqual(reversal.date, date(2026, 5, 1))
        self.assertEqual(self.dossier.principal_open, 1000.0)
        after = self.dossier._balances(date(2026, 5, 15))[self.dossier.id]
        untouched = self._dossier(flow_id=False)
        same = untouched._balances(date(2026, 5, 15))[untouched.id]
        self.assertEqual(
            (after.principal, after.interest), (same.principal, same.interest)
        )
        self._assert_adds_up(self.dossier)

    def test_reversed_once(self):
        receipt = self._book(-400.0)
        reversal = receipt._reverse("charged back")
        for entry in (receipt, reversal):
            with self.assertRaisesRegex(UserError, "reversed already"):
                entry._reverse("again")

    @mute_logger("odoo.sql_db")
    def test_reversed_once_in_the_database(self):
        receipt = self._book(-400.0)
        receipt._reverse("charged back")
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self._sql(
                """
                INSERT INTO incasso_entry (dossier_id, claim_id, date, component, kind,
                                           amount, reversal_of_id)
                VALUES (%s, %s, '2026-06-30', 'principal', 'receipt', 400, %s)
                """,
                self.dossier.id,
                self.claim.id,
                receipt.id,
            )

    # === WHAT BELONGS TOGETHER === #

    @mute_logger("odoo.sql_db")
    def test_entry_and_claim_of_one_dossier(self):
        other = self._dossier(self.business, flow_id=False)
        with self.assertRaisesRegex(psycopg2.errors.CheckViolation, "same dossier"):
            self._sql(
                """
                INSERT INTO incasso_entry
                    (dossier_id, claim_id, date, component, kind, amount)
                VALUES (%s, %s, '2026-06-30', 'principal', 'receipt', -1)
                """,
                other.id,
                self.claim.id,
            )

    @mute_logger("odoo.sql_db")
    def test_principal_belongs_to_a_claim(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self._sql(
                """
                INSERT INTO incasso_entry (dossier_id, date, component, kind, amount)
                VALUES (%s, '2026-06-30', 'principal', 'receipt', -1)
                """,
                self.dossier.id,
            )

    @mute_logger("odoo.sql_db")
    def test_invoice_in_one_running_dossier(self):
        values = {
            "name": self.claim.name,
            "move_line_id": self.claim.move_line_id.id,
            "invoice_date": self.claim.invoice_date,
            "due_date": self.claim.due_date,
            "amount": 1000.0,
        }
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._dossier(claims=[values], flow_id=False)
        self.dossier._close("withdrawn")
        again = self._dossier(claims=[values], flow_id=False)
        self.assertEqual(again.principal_open, 1000.0)
        with self.assertRaisesRegex(UserError, again.name):
            self.dossier._reopen("mistake")

    @mute_logger("odoo.sql_db")
    def test_third_party_invoice_once(self):
        claims = [(100.0, "2026-03-31")]
        self._dossier(creditor=self.creditor, claims=claims, flow_id=False)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._dossier(creditor=self.creditor, claims=claims, flow_id=False)
        # The same number of another creditor is another invoice.
        other = self._partner("Garage De Vries")
        self.assertTrue(self._dossier(creditor=other, claims=claims, flow_id=False))

    def test_parties_stay(self):
        for name, partner in (
            ("debtor_id", self.business),
            ("creditor_id", self.creditor),
        ):
            with self.assertRaisesRegex(UserError, "stay as they are"):
                self.dossier[name] = partner
        with self.assertRaisesRegex(UserError, "stays in its dossier"):
            self.claim.dossier_id = self._dossier(self.business, flow_id=False)

    def test_principal_of_an_invoice_is_corrected_by_a_credit_note(self):
        with self.assertRaisesRegex(UserError, "credit note"):
            self.claim.amount = 900.0

    def test_third_party_principal_corrected(self):
        dossier = self._dossier(creditor=self.creditor, flow_id=False)
        dossier.claim_ids.amount = 800.0
        self.assertEqual(dossier.principal_open, 800.0)
        self.assertEqual(dossier.entry_ids.mapped("amount"), [1000.0, -1000.0, 800.0])
        # From the start: 800 x 4% x 91 / 365 = 7.98
        balance = dossier._balances(TODAY)[dossier.id]
        self.assertEqual(balance.interest, Decimal("7.98"))
        dossier.claim_ids.amount = 850.0
        self.assertEqual(dossier.principal_open, 850.0)
        self._assert_adds_up(dossier)

    # === CLOSED === #

    def test_state_only_by_closing(self):
        for values in (
            {"state": "closed"},
            {"close_reason": "paid"},
            {"state": "closed", "close_date": TODAY, "close_reason": "paid"},
        ):
            with self.assertRaisesRegex(UserError, "Close or reopen"):
                self.dossier.write(values)

    @mute_logger("odoo.sql_db")
    def test_closed_dossier_owes_nothing(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self._sql(
                """
                UPDATE incasso_dossier
                   SET state = 'closed', close_date = '2026-06-30',
                       close_reason = 'paid'
                 WHERE id = %s
                """,
                self.dossier.id,
            )
        self.dossier._close("written_off")
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self._sql(
                """
                INSERT INTO incasso_entry
                    (dossier_id, claim_id, date, component, kind, amount)
                VALUES (%s, %s, '2026-06-30', 'principal', 'receipt', -1)
                """,
                self.dossier.id,
                self.claim.id,
            )

    # === THE LAW GATES === #

    def test_no_costs_for_a_consumer_without_notice(self):
        with self.assertRaisesRegex(UserError, r"6:96 lid 6 BW.*Send the notice"):
            self.dossier._charge_costs(TODAY)
        with self.assertRaisesRegex(UserError, "6:96 lid 6 BW"):
            self._book(150.0, "costs", "costs", claim_id=False)
        self.assertFalse(self.dossier.costs_open)

    def test_no_costs_for_a_consumer_before_the_term_has_run_out(self):
        self.claim.write({"costs_due_from": "2026-07-01", "creditor_notice_costs": 150})
        with self.assertRaisesRegex(UserError, r"07/01/2026.*6:96 lid 6 BW"):
            self.dossier._charge_costs(TODAY)
        self.assertTrue(self.dossier._charge_costs(date(2026, 7, 1)))
        self.assertEqual(self.dossier.costs_open, 150.0)

    @mute_logger("odoo.sql_db")
    def test_no_costs_for_a_consumer_by_hand_either(self):
        query = """
            INSERT INTO incasso_entry (dossier_id, date, component, kind, amount)
            VALUES (%s, '2026-06-30', 'costs', 'costs', 150)
        """
        with self.assertRaisesRegex(psycopg2.errors.CheckViolation, "6:96 lid 6 BW"):
            self._sql(query, self.dossier.id)
        business = self._dossier(self.business, flow_id=False)
        self._sql(query, business.id)

    def test_no_commercial_interest_from_a_consumer(self):
        for kind in ("6:119a", "6:119b"):
            with (
                self.assertRaisesRegex(psycopg2.errors.CheckViolation, "commercial"),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.claim.interest_kind = kind
                self.env.flush_all()
            with (
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
            ):
                self._sql(
                    "UPDATE incasso_claim SET interest_kind = %s WHERE id = %s",
                    kind,
                    self.claim.id,
                )

    def test_debtor_turns_out_to_be_a_consumer(self):
        dossier = self._dossier(self.business, flow_id=False)
        self.assertEqual(dossier.claim_ids.interest_kind, "6:119a")
        dossier._claim_interest(date(2026, 4, 15))
        # 1000 x 10.15% x 91 / 365 = 25.31
        dossier._book_interest(TODAY)
        self.assertEqual(dossier.interest_open, 25.31)
        dossier.debtor_type = "consumer"
        self.env.flush_all()
        self.assertEqual(dossier.claim_ids.interest_kind, "6:119")
        # 1000 x 4% x 91 / 365 = 9.97: booked 15.34 less
        entry = dossier._book_interest(TODAY)
        self.assertEqual(entry.amount, -15.34)
        self.assertEqual(dossier.interest_open, 9.97)

    def test_no_agreed_costs_from_a_consumer(self):
        with (
            self.assertRaisesRegex(psycopg2.errors.CheckViolation, "agreed_costs"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.claim.write({"cost_rule": "terms", "cost_percentage": 20})
            self.env.flush_all()

    def test_interruption_is_no_promise(self):
        with self.assertRaises(ValidationError):
            self.env["incasso.interruption"].create(
                {"dossier_id": self.dossier.id, "date": "2026-07-01"}
            )

    # === EVERY EURO IS EXPLAINED === #

    def test_explanations(self):
        dossier = self._dossier(self.business, flow_id=False)
        dossier._claim_interest(date(2026, 4, 15))
        interest = dossier._book_interest(TODAY)
        costs = dossier._charge_costs(TODAY)
        self.assertEqual(
            [step["rule"] for step in interest.explanation],
            ["interest.segment", "interest.total"],
        )
        segment = interest.explanation[0]
        self.assertEqual(segment["article"], "art. 6:119a lid 1 BW")
        self.assertEqual(segment["amount"], "25.31")
        self.assertEqual(
            segment["values"],
            {
                "start": "2026-04-01",
                "end": "2026-06-30",
                "days": 91,
                "base": "1000.00",
                "percentage": "10.15",
            },
        )
        self.assertEqual(
            [(step["rule"], step["amount"]) for step in costs.explanation],
            [("costs.slice", "150.00")],
        )
        self.assertIn("15% of € 1,000.00 is € 150.00", costs.explanation_html)
        self.assertIn("art. 2 lid 1 BIK", costs.explanation_html)
        dutch = costs.with_context(lang="nl_NL").explanation_html
        self.assertIn("15% over € 1.000,00 is € 150,00", dutch)

    def test_balance_page(self):
        page = self.dossier._render_balance(TODAY)
        self.assertIn("1,009.97", page)
        self.assertIn("not asked for yet", page)
        self.assertIn("art. 6:119 lid 1 BW", page)
