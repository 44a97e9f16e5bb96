from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models import incasso_arrangement_follow
from .common_messages import Killed, MessageCommon
from .common_receipt import ReceiptCommon

# A Tuesday, 10:00 in the Netherlands.
NOW = "2026-11-17 09:00:00"
TODAY = date(2026, 11, 17)
FIRST = date(2026, 12, 1)


class ArrangementCommon(ReceiptCommon, MessageCommon):
    """Dossiers of one claim of 600.00, due on 2 November 2026: fifteen days ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("incasso_nl.arrangement_rule_consumer")
        cls.business_rule = cls.env.ref("incasso_nl.arrangement_rule_business")

    def _owing(self, amount=600.0, debtor=None, due="2026-11-02", **values):
        """A dossier of the company itself, without a flow.

        :param values: of the claim; no interest unless asked for
        """
        debtor = debtor or self.consumer
        return self._own_dossier(
            self._claim(amount, due, debtor=debtor, **values), debtor=debtor
        )

    def _quote(self, dossier, **terms):
        terms = {"period": "month", "first_date": FIRST, **terms}
        if "number" not in terms:
            terms.setdefault("amount", Decimal("100.00"))
        return dossier._quote_arrangement(
            terms.pop("period"), terms.pop("first_date"), self._today(), **terms
        )

    def _arrange(self, dossier=None, source="phone", **terms):
        """Six instalments of 100.00 a month from 1 December, unless said otherwise."""
        dossier = dossier or self._owing()
        return dossier._ask_arrangement(self._quote(dossier, **terms), source)

    def _today(self):
        return fields.Date.context_today(self.env.user)

    def _go_to(self, day):
        """The day comes, with its follow-up of arrangements."""
        self.clock.move_to(f"{day} 09:00:00")
        self.env["incasso.arrangement"]._cron_follow()

    def _sent(self, dossier, template):
        """The messages of a template; they go out by post."""
        messages = dossier.outbox_ids.filtered(
            lambda m: m.template_id == self.env.ref(f"incasso_nl.{template}")
        )
        return messages

    def _go_out(self, messages):
        """Messages are laid out and sent, today."""
        messages._render()
        self.assertEqual(
            set(messages.mapped("state")), {"rendered"}, messages.mapped("failure")
        )
        messages._mark_sent()

    def _states(self, arrangement):
        return "".join(
            part.state[0] for part in arrangement.instalment_ids.sorted("number")
        )


@tagged("post_install", "-at_install")
class TestAgreeing(ArrangementCommon):
    """What may be agreed, by whom, and what begins with it."""

    def test_within_the_rules_is_an_instant_yes(self):
        dossier = self._owing()
        arrangement = self._arrange(dossier, source="portal")
        self.assertEqual(arrangement.stage, "active")
        self.assertEqual(arrangement.state, "done", "nothing left to decide")
        # 600.00 = 6 x 100.00, from 1 December: the last one on 1 May.
        self.assertEqual(
            [
                (part.number, part.date, part.amount)
                for part in arrangement.instalment_ids
            ],
            [
                (month + 1, date(2026 + (month > 0), (11 + month) % 12 + 1, 1), 100.0)
                for month in range(6)
            ],
        )
        self.assertEqual(arrangement.last_date, date(2027, 5, 1))
        self.assertEqual(arrangement.total, 600.0)
        hold = dossier.hold_ids
        self.assertRecordValues(
            hold,
            [
                {
                    "kind": "arrangement",
                    "state": "active",
                    "no_interest": True,
                    "arrangement_id": arrangement.id,
                }
            ],
        )
        self.assertTrue(dossier.is_held)
        interruption = dossier.interruption_ids
        self.assertRecordValues(
            interruption, [{"kind": "acknowledgement", "date": TODAY}]
        )
        self.assertIn(arrangement.name, interruption.note)
        # Five years after 17 November 2026 (art. 3:319 BW).
        self.assertEqual(dossier.limitation_date, date(2031, 11, 17))
        letter = self._sent(dossier, "template_arrangement")
        self.assertEqual(len(letter), 1)
        self.assertEqual(letter.state, "queued")

    def test_remainder_is_in_the_last_instalment(self):
        arrangement = self._arrange(self._owing(500.0), number=3)
        # 500.00 / 3 = 166.66, and 2 cents are left.
        self.assertEqual(
            arrangement.instalment_ids.mapped("amount"), [166.66, 166.66, 166.68]
        )

    def test_outside_the_rules_a_handler_decides(self):
        dossier = self._owing()
        # 60 instalments of 10.00: less than 25.00, and until 2031.
        arrangement = self._arrange(dossier, source="portal", amount=Decimal("10.00"))
        self.assertEqual((arrangement.stage, arrangement.state), ("asked", "new"))
        self.assertIn("12 months", arrangement.outside_reason)
        self.assertIn("25.00", arrangement.outside_reason)
        self.assertFalse(arrangement.instalment_ids)
        self.assertTrue(dossier.is_held, "no step while it is being decided")
        # Tuesday and two working days
        self.assertEqual(arrangement.answer_date, date(2026, 11, 19))

    def test_each_bound(self):
        dossier = self._owing()
        for terms, reasons in {
            # 12 months from 17 November 2026: through 17 November 2027.
            ("month", "2026-12-17", 12): 0,
            ("month", "2026-12-01", 13): 1,
            # 600.00 / 24 = 25.00; the 24th week ends in May
            ("week", "2026-12-01", 24): 0,
            ("week", "2026-12-01", 25): 1,
            # 30 days: through 17 December
            ("month", "2026-12-18", 3): 1,
        }.items():
            period, first, number = terms
            with self.subTest(terms):
                quote = self._quote(
                    dossier,
                    period=period,
                    first_date=date.fromisoformat(first),
                    number=number,
                )
                self.assertEqual(len(quote.reasons), reasons, quote.reasons)

    def test_not_online(self):
        self.rule.online = False
        dossier = self._owing()
        self.assertEqual(self._arrange(dossier, source="portal").stage, "asked")
        self.assertEqual(self._arrange(self._owing()).stage, "active", "by phone")

    def test_rules_of_the_creditor_go_first(self):
        special = self.rule.copy(
            {
                "creditor_id": self.company.partner_id.id,
                "company_id": self.company.id,
                "interest": "waived",
                "smallest_amount": 150.0,
            }
        )
        quote = self._quote(self._owing())
        self.assertEqual(quote.rule, special)
        self.assertEqual(len(quote.reasons), 1)
        special.creditor_id = self.creditor
        self.assertEqual(self._quote(self._owing()).rule, self.rule)

    def test_refused_whoever_decides(self):
        dossier = self._owing()
        for terms in (
            {"first_date": date(2026, 11, 16)},
            {"first_date": date(2027, 11, 30)},
            {"amount": Decimal("0.00")},
            {"amount": Decimal("-100.00")},
            {"amount": Decimal("0.01")},
            {"number": 0},
            {"number": 100_000},
            {"period": "day"},
        ):
            with self.subTest(terms), self.assertRaises(UserError):
                self._quote(dossier, **terms)

    def test_one_at_a_time(self):
        dossier = self._owing()
        self._arrange(dossier)
        with self.assertRaisesRegex(UserError, "already"):
            self._quote(dossier)
        with self.assertRaisesRegex(UserError, "already"):
            dossier._promise(Decimal("600.00"), FIRST, "phone")

    @mute_logger("odoo.sql_db")
    def test_one_at_a_time_in_the_database(self):
        arrangement = self._arrange()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            arrangement.copy({"stage": "asked"}).flush_recordset()

    def test_closed_disputed_prescribed_insolvent(self):
        closed = self._owing()
        closed._close("withdrawn")
        with self.assertRaisesRegex(UserError, "closed"):
            self._quote(closed)
        disputed = self._owing()
        disputed._hold("dispute")
        with self.assertRaisesRegex(UserError, "disputed"):
            self._quote(disputed)
        prescribed = self._owing(due="2020-01-02")
        with self.assertRaisesRegex(UserError, "3:306"):
            self._quote(prescribed)
        insolvent = self._owing()
        self.env["incasso.debt.aid"].create(
            {"partner_id": self.consumer.id, "kind": "wsnp", "start_date": TODAY}
        )
        with self.assertRaisesRegex(UserError, "trustee"):
            self._quote(insolvent)

    def test_not_over_what_is_disputed(self):
        dossier = self._own_dossier(
            self._claim(600.0, "2026-11-02", debtor=self.consumer),
            self._claim(400.0, "2026-11-02", debtor=self.consumer),
            debtor=self.consumer,
        )
        dossier._hold("dispute", claims=dossier.claim_ids.sorted("amount")[:1])
        self.assertEqual(self._quote(dossier).total, 600)

    def test_less_than_the_total_cannot_be_agreed(self):
        """Nothing that leaves a part of the debt out gets in, whatever way."""
        dossier = self._owing()
        arrangement = self._arrange(dossier, amount=Decimal("10.00"), source="portal")
        self.env["incasso.instalment"].create(
            {"arrangement_id": arrangement.id, "number": 1, "date": FIRST, "amount": 60}
        )
        with self.assertRaisesRegex(ValidationError, "60.00"):
            arrangement.write({"stage": "active", "start_date": TODAY})

    def test_what_was_agreed_stays(self):
        arrangement = self._arrange()
        part = arrangement.instalment_ids[0]
        for vals in ({"amount": 1.0}, {"date": "2030-01-01"}, {"number": 9}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "agreed"):
                part.with_user(self.handler).write(vals)
        with self.assertRaisesRegex(UserError, "not deleted"):
            part.unlink()

    def test_hold_ends_with_the_arrangement_only(self):
        arrangement = self._arrange()
        with self.assertRaisesRegex(UserError, "being kept"):
            arrangement.hold_ids.action_end()
        arrangement.action_withdraw()
        self.assertEqual(
            (arrangement.stage, arrangement.state), ("withdrawn", "cancelled")
        )
        self.assertFalse(arrangement.dossier_id.is_held)

    def test_an_earlier_one_that_lapsed_is_for_a_person(self):
        dossier = self._owing()
        self._arrange(dossier)._lapse(TODAY)
        self.assertEqual(self._arrange(dossier, source="portal").stage, "asked")


@tagged("post_install", "-at_install")
class TestDeciding(ArrangementCommon):
    """One click each: as asked, differently, not."""

    def setUp(self):
        super().setUp()
        self.dossier = self._owing()
        self.asked = self._arrange(
            self.dossier, source="portal", amount=Decimal("20.00")
        )
        self.asked = self.asked.with_user(self.handler)

    def test_approve(self):
        self.asked.action_approve()
        self.assertEqual(self.asked.stage, "active")
        # 600.00 / 20.00
        self.assertEqual(len(self.asked.instalment_ids), 30)
        self.assertEqual(len(self._sent(self.dossier, "template_arrangement")), 1)
        active = self.dossier.hold_ids.filtered(lambda hold: hold.state == "active")
        self.assertEqual(len(active), 1, "the hold for waiting has ended")
        with self.assertRaisesRegex(UserError, "Active"):
            self.asked.action_approve()

    def test_approve_after_its_first_day(self):
        self.clock.move_to("2026-12-02 09:00:00")
        with self.assertRaisesRegex(UserError, "from today"):
            self.asked.action_approve()

    def test_refuse(self):
        self.asked.answer = "U hebt genoeg inkomen."
        self.asked.action_refuse()
        self.assertEqual((self.asked.stage, self.asked.state), ("refused", "done"))
        self.assertEqual(self.asked.answer_user_id, self.handler)
        self.assertFalse(self.dossier.is_held)
        letter = self._sent(self.dossier, "template_arrangement_refused")
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertIn("U hebt genoeg inkomen.", letter.email_body)

    def _propose(self):
        wizard = Form(
            self.env["incasso.arrange"]
            .with_user(self.handler)
            .with_context(**self.asked.action_counter()["context"])
        )
        wizard.amount = 60.0
        wizard.answer = "Zo bent u binnen een jaar klaar."
        return wizard.save()

    def test_counter_proposal(self):
        wizard = self._propose()
        self.assertEqual(wizard.count, 10)
        wizard.action_offer()
        self.assertEqual((self.asked.stage, self.asked.state), ("offered", "waiting"))
        self.assertIn("30 times", self.asked.asked_terms)
        self.assertIn("10 times", self.asked.terms)
        self.assertTrue(self.dossier.is_held)
        letter = self._sent(self.dossier, "template_arrangement_offer")
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertIn("Zo bent u binnen een jaar klaar.", letter.email_body)
        self.asked.action_accept_offer()
        self.assertEqual(self.asked.stage, "active")
        self.assertEqual(self.asked.instalment_ids.mapped("amount"), [60.0] * 10)

    def test_offer_that_nobody_accepts(self):
        self._propose().action_offer()
        # Until the first instalment at the latest: 1 December.
        self.assertEqual(self.asked.offer_until, date(2026, 12, 1))
        self._go_to("2026-12-01")
        self.assertEqual(self.asked.stage, "offered")
        self._go_to("2026-12-02")
        self.assertEqual(self.asked.stage, "withdrawn")
        self.assertFalse(self.dossier.is_held)

    def test_who_may_decide(self):
        for user in (self.auditor, self.finance):
            for action in ("action_approve", "action_refuse", "action_withdraw"):
                with self.subTest(user=user.name, action=action):
                    with self.assertRaises(AccessError):
                        getattr(self.asked.with_user(user), action)()


@tagged("post_install", "-at_install")
class TestMoney(ArrangementCommon):
    """What comes in pays instalments by their dates, whatever way it comes."""

    def test_by_due_date(self):
        arrangement = self._arrange()
        dossier = arrangement.dossier_id
        self._receive(dossier, 150.0, "2026-11-20")
        self.assertEqual(
            arrangement.instalment_ids.mapped("paid_amount"), [100, 50, 0, 0, 0, 0]
        )
        self.assertEqual(self._states(arrangement), "pooooo")
        self.assertEqual(arrangement.next_date, date(2027, 1, 1))
        self.assertEqual(arrangement.next_amount, 50.0)

    def test_storno_takes_it_back(self):
        arrangement = self._arrange()
        receipt = self._receive(arrangement.dossier_id, 150.0, "2026-11-20")
        receipt._reverse("Storno")
        self.assertEqual(arrangement.paid_amount, 0.0)
        self.assertEqual(self._states(arrangement), "oooooo")

    def _credit(self, claim, amount):
        """A credit note on the invoice of a claim."""
        invoice = claim.move_id
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": TODAY})
        )
        wizard.reverse_moves()
        wizard.new_move_ids.invoice_line_ids.price_unit = amount
        wizard.new_move_ids.action_post()

    def test_credit_note_shortens_it(self):
        arrangement = self._arrange()
        dossier = arrangement.dossier_id
        self._credit(dossier.claim_ids, 150.0)
        self.assertEqual(dossier.balance, 450.0)
        # From the last one back: one of 100.00, and 50.00 of the one before.
        self.assertEqual(
            arrangement.instalment_ids.mapped("paid_amount"), [0, 0, 0, 0, 50, 100]
        )
        self.assertEqual(arrangement.next_amount, 100.0)

    def test_credit_note_on_what_is_disputed(self):
        """400.00 was in dispute when 600.00 was arranged, and is credited then."""
        dossier = self._own_dossier(
            self._claim(600.0, "2026-11-02", debtor=self.consumer),
            self._claim(400.0, "2026-11-02", debtor=self.consumer),
            debtor=self.consumer,
        )
        disputed = dossier.claim_ids.sorted("amount")[:1]
        dossier._hold("dispute", claims=disputed)
        arrangement = self._arrange(dossier)
        self.assertEqual(arrangement.claim_ids, dossier.claim_ids - disputed)
        self._credit(disputed, 400.0)
        self.assertEqual(dossier.balance, 600.0)
        self.assertEqual(arrangement.paid_amount, 0.0)
        self.assertEqual(arrangement.left_amount, 600.0)

    def test_everything_paid(self):
        dossier = self._owing()
        self._posted(dossier, self.reminder)
        arrangement = self._arrange(dossier)
        for number, day in enumerate(["2026-12-01", "2027-01-01", "2027-02-01"], 1):
            self.clock.move_to(f"{day} 09:00:00")
            self._receive(dossier, 200.0, day)
            self.assertEqual(arrangement.stage, "active" if number < 3 else "kept", day)
        self.assertEqual(dossier.state, "closed")
        self.assertEqual(dossier.close_reason, "paid")
        self.assertEqual(self._states(arrangement), "pppppp")
        self.assertFalse(dossier.hold_ids.filtered(lambda h: h.state == "active"))
        self.assertEqual(len(self._sent(dossier, "template_thanks")), 1)

    def test_storno_after_the_end(self):
        """The last payment is taken back eight weeks later: the arrangement goes on,
        and the books are as if it had never come."""
        arrangement = self._arrange()
        dossier = arrangement.dossier_id
        self._receive(dossier, 500.0, "2026-11-20")
        last = self._receive(dossier, 100.0, "2026-11-21")
        self.assertEqual((dossier.state, arrangement.stage), ("closed", "kept"))
        self.clock.move_to("2027-01-15 09:00:00")
        last._reverse("Storno")
        self.assertEqual((dossier.state, arrangement.stage), ("open", "active"))
        self.assertEqual(self._states(arrangement), "pppppo")
        self.assertTrue(dossier.is_held)
        self.assertEqual(dossier.balance, 100.0)

    def test_confirmation_survives_the_first_payment(self):
        arrangement = self._arrange()
        dossier = arrangement.dossier_id
        dossier._hold("payment_transit")
        self._receive(dossier, 100.0, "2026-11-17")
        self.assertEqual(self._sent(dossier, "template_arrangement").state, "queued")

    def test_reminder_of_what_was_paid_is_withdrawn(self):
        arrangement = self._arrange()
        self._go_to("2026-11-28")
        reminder = self._sent(arrangement.dossier_id, "template_instalment")
        self.assertEqual(reminder.state, "queued")
        self._receive(arrangement.dossier_id, 100.0, "2026-11-28")
        self.assertEqual(reminder.state, "cancelled")


@tagged("post_install", "-at_install")
class TestInterest(ArrangementCommon):
    """1,000.00, due on 17 November 2025: the first day of interest is the 18th.

    A consumer pays 6% in 2025 and 4% in 2026 (art. 6:119 BW). Through 16 November 2026
    that is 44 days at 6%: 7.23, and 320 days at 4%: 35.07; together 42.30. The year is
    full on the 17th: 0.11 more, and then interest runs over 1,042.41.
    """

    def _with_interest(self, debtor=None, kind="6:119"):
        dossier = self._owing(1000.0, debtor, due="2025-11-17", interest_kind=kind)
        dossier._claim_interest(date(2026, 1, 1))
        return dossier

    def _owed(self, dossier, *day):
        return dossier._balances(date(*day))[dossier.id].total

    def _pay(self, arrangement):
        """Everything that was agreed is paid on its day."""
        for part in arrangement.instalment_ids:
            self.clock.move_to(f"{part.date} 09:00:00")
            self._receive(arrangement.dossier_id, part.amount, str(part.date))

    def test_frozen(self):
        dossier = self._with_interest()
        arrangement = self._arrange(dossier, amount=Decimal("600.00"))
        # From its first day on no interest runs.
        self.assertEqual(arrangement.total, 1042.30)
        self.assertEqual(arrangement.instalment_ids.mapped("amount"), [600.00, 442.30])
        self.assertEqual(self._owed(dossier, 2027, 6, 30), Decimal("1042.30"))
        self._pay(arrangement)
        self.assertEqual((dossier.state, arrangement.stage), ("closed", "kept"))
        self.assertFalse(dossier.entry_ids.filtered(lambda e: e.kind == "waiver"))

    def test_frozen_stays_so_when_it_lapses(self):
        dossier = self._with_interest()
        arrangement = self._arrange(dossier)
        self.clock.move_to("2026-12-17 09:00:00")
        arrangement._lapse(date(2026, 12, 17))
        self.assertEqual(self._owed(dossier, 2026, 12, 16), Decimal("1042.30"))
        # 1,042.30 x 4% / 365 = 0.11 for the 17th
        self.assertEqual(self._owed(dossier, 2026, 12, 17), Decimal("1042.41"))

    def test_waived_when_kept(self):
        """What is given up: 0.11 for 17 November; 14 days through 1 December over
        1,042.41: 1.60; then 442.30 of the principal is left and 1.71 of the interest of
        the first year: 31 days through 1 January over 444.01: 1.51."""
        self.rule.interest = "waived"
        dossier = self._with_interest()
        arrangement = self._arrange(dossier, amount=Decimal("600.00"))
        self.assertEqual(arrangement.total, 1042.30)
        self._pay(arrangement)
        self.assertEqual((dossier.state, arrangement.stage), ("closed", "kept"))
        waived = dossier.entry_ids.filtered(lambda entry: entry.kind == "waiver")
        self.assertEqual(waived.mapped("component"), ["interest"])
        self.assertEqual(waived.amount, -3.22)
        self.assertEqual(dossier.balance, 0.0)

    def test_waived_and_taken_back(self):
        """The last payment is taken back: nothing is waived any more."""
        self.rule.interest = "waived"
        dossier = self._with_interest()
        arrangement = self._arrange(dossier, amount=Decimal("600.00"))
        first, second = arrangement.instalment_ids
        self.clock.move_to("2026-12-01 09:00:00")
        self._receive(dossier, first.amount, "2026-12-01")
        before = self._net_ledger(dossier)
        self.clock.move_to("2027-01-01 09:00:00")
        last = self._receive(dossier, second.amount, "2027-01-01")
        self.assertEqual(dossier.state, "closed")
        self.clock.move_to("2027-01-20 09:00:00")
        last._reverse("Storno")
        self.assertEqual(self._net_ledger(dossier), before)
        self.assertEqual(arrangement.stage, "active")
        self.assertEqual(self._owed(dossier, 2027, 1, 20), Decimal("442.30"))

    def test_waived_is_owed_again_when_it_lapses(self):
        """30 days from 18 November over 1,042.41: 3.43."""
        self.rule.interest = "waived"
        dossier = self._with_interest()
        arrangement = self._arrange(dossier)
        self.clock.move_to("2026-12-17 09:00:00")
        self.assertEqual(self._owed(dossier, 2026, 12, 17), Decimal("1042.30"))
        arrangement._lapse(date(2026, 12, 17))
        self.assertEqual(self._owed(dossier, 2026, 12, 17), Decimal("1045.84"))

    def test_running_is_one_more_instalment(self):
        """A business pays 10.15% through June 2026 and 10.40% after it (art. 6:119a
        BW): 44 days 12.24, 181 days 50.33, 140 days 39.89; together 102.46.

        After that, 14 days over 1,102.46: 4.40. Of the first 551.23 interest takes
        106.86, and 555.63 is left: 31 days over it: 4.91. So 9.31 comes on top.
        """
        dossier = self._with_interest(self.business, kind="6:119a")
        arrangement = self._arrange(dossier, number=2)
        self.assertEqual(arrangement.interest, "running")
        self.assertFalse(dossier.hold_ids.no_interest)
        self.assertEqual(arrangement.total, 1102.46)
        self.assertEqual(arrangement.interest_expected, 9.31)
        self._pay(arrangement)
        self.assertEqual(dossier.state, "open")
        extra = arrangement.instalment_ids.filtered("is_interest")
        self.assertRecordValues(
            extra, [{"amount": 9.31, "date": date(2027, 2, 1), "state": "open"}]
        )
        self.clock.move_to("2027-01-20 09:00:00")
        self._receive(dossier, extra.amount, "2027-01-20")
        # 19 days over 9.31 are 0.05: within what the company lets go.
        self.assertEqual((dossier.state, arrangement.stage), ("closed", "kept"))


@tagged("post_install", "-at_install")
class TestFollowing(ArrangementCommon):
    """From day to day: reminders, postponing, missing, lapsing."""

    def test_reminder_three_days_before(self):
        arrangement = self._arrange()
        dossier = arrangement.dossier_id
        self.assertEqual(arrangement.follow_date, date(2026, 11, 28))
        self._go_to("2026-11-27")
        self.assertFalse(self._sent(dossier, "template_instalment"))
        self._go_to("2026-11-28")
        reminder = self._sent(dossier, "template_instalment")
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.snapshot["extra"]["pay"]["amount"], "100.00")
        self._go_to("2026-11-30")
        self.assertEqual(len(self._sent(dossier, "template_instalment")), 1, "once")

    def test_no_reminder_on_a_sunday(self):
        # Wednesday 23 December - 3 = Sunday 20 December: told on Monday.
        arrangement = self._arrange(
            first_date=date(2026, 12, 16), period="week", number=6
        )
        part = arrangement.instalment_ids[1]
        self.assertEqual(part.date, date(2026, 12, 23))
        self._receive(arrangement.dossier_id, 100.0, "2026-11-17")
        self._go_to("2026-12-20")
        self.assertFalse(part.reminded_date)
        self._go_to("2026-12-21")
        self.assertEqual(part.reminded_date, date(2026, 12, 21))

    def test_postponed_once(self):
        arrangement = self._arrange()
        first, second = arrangement.instalment_ids.sorted("number")[:2]
        first.with_user(self.handler).action_postpone()
        # Behind the sixth, which is on 1 May.
        self.assertRecordValues(
            first,
            [{"date": date(2027, 6, 1), "original_date": FIRST, "state": "postponed"}],
        )
        self.assertEqual(arrangement.next_instalment_id, second)
        self.assertEqual(
            len(self._sent(arrangement.dossier_id, "template_instalment_postponed")), 1
        )
        with self.assertRaisesRegex(UserError, "already"):
            second._postpone()

    def test_postponing_what_cannot_be(self):
        arrangement = self._arrange()
        self._receive(arrangement.dossier_id, 100.0, "2026-11-17")
        with self.assertRaisesRegex(UserError, "paid already"):
            arrangement.instalment_ids[0]._postpone()
        arrangement.action_withdraw()
        with self.assertRaisesRegex(UserError, "running"):
            arrangement.instalment_ids[1]._postpone()
        promise = self._owing()._promise(Decimal("600.00"), date(2026, 11, 25), "phone")
        with self.assertRaisesRegex(UserError, "running"):
            promise.instalment_ids._postpone()

    def _missed(self):
        """The first instalment, of 1 December, does not come.

        Three days of grace, through Friday 4 December; the day after, and two banking
        days: Tuesday 8 December.
        """
        self.company.incasso_bank_days = 2
        arrangement = self._arrange()
        self._go_to("2026-12-07")
        self.assertEqual(self._states(arrangement), "oooooo")
        self._go_to("2026-12-08")
        self.assertEqual(self._states(arrangement), "looooo")
        return arrangement

    def test_missed_is_told_with_a_term(self):
        arrangement = self._missed()
        missed = self._sent(arrangement.dossier_id, "template_instalment_missed")
        self.assertEqual(missed, arrangement.missed_message_id)
        self._go_out(missed)
        # Seven days: through 15 December.
        self.assertEqual(missed._letter().pay_by, date(2026, 12, 15))
        self.assertEqual(missed.deadline_date, date(2026, 12, 15))
        self.assertEqual(arrangement.stage, "active")

    def test_paid_after_the_reminder(self):
        arrangement = self._missed()
        self._go_out(arrangement.missed_message_id)
        self._receive(arrangement.dossier_id, 100.0, "2026-12-10")
        self.assertEqual(self._states(arrangement), "pooooo")
        self._go_to("2026-12-31")
        self.assertEqual(arrangement.stage, "active")

    def test_lapses_after_the_term(self):
        arrangement = self._missed()
        dossier = arrangement.dossier_id
        self._go_out(arrangement.missed_message_id)
        # Through 15 December; the day after, and two banking days: 18 December.
        self._go_to("2026-12-17")
        self.assertEqual(arrangement.stage, "active")
        self._go_to("2026-12-18")
        self.assertEqual(arrangement.stage, "lapsed")
        self.assertFalse(dossier.is_held)
        letter = self._sent(dossier, "template_arrangement_lapsed")
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertIn("600,00", letter.email_body)

    def test_no_term_before_the_letter_went_out(self):
        """A letter that lies waiting to be printed begins no term."""
        arrangement = self._missed()
        self._go_to("2027-01-04")
        self.assertEqual(arrangement.stage, "active")
        # Nor one that could not be made: that waits for a person, and is one letter.
        arrangement.missed_message_id._mark_failed(
            {arrangement.missed_message_id.id: "No bank account."}
        )
        self._go_to("2027-01-11")
        self.assertEqual(arrangement.stage, "active")
        self.assertEqual(
            len(self._sent(arrangement.dossier_id, "template_instalment_missed")), 1
        )

    def test_told_again_when_it_came_back(self):
        arrangement = self._missed()
        first = arrangement.missed_message_id
        self._go_out(first)
        first._mark_bounced("no such mailbox")
        self._go_to("2026-12-18")
        self.assertEqual(arrangement.stage, "active")
        second = arrangement.missed_message_id
        self.assertNotEqual(second, first)
        self.assertEqual(second.channel, "post")

    def test_the_flow_goes_on_where_it_was(self):
        dossier = self._dossier(claims=[(600.0, "2026-11-02")])
        step, day = dossier.next_step_id, date(2026, 11, 30)
        dossier.next_action_date = day
        arrangement = self._arrange(dossier)
        with freeze_time("2026-12-17 09:00:00"):
            arrangement._lapse(date(2026, 12, 17))
        self.assertEqual(dossier.next_step_id, step)
        # It stood still for 30 days, from 17 November to 17 December.
        self.assertEqual(dossier.next_action_date, date(2026, 12, 30))

    def test_no_demand_on_the_day_it_lapses(self):
        dossier = self._dossier(claims=[(600.0, "2026-11-02")])
        dossier.next_action_date = TODAY
        arrangement = self._arrange(dossier)
        with freeze_time("2026-12-17 09:00:00"):
            arrangement._lapse(date(2026, 12, 17))
        # A week after 17 December
        self.assertEqual(dossier.next_action_date, date(2026, 12, 24))

    def test_money_on_its_way_saves_it(self):
        """Paid on the last day of the term, booked after it had lapsed."""
        arrangement = self._missed()
        dossier = arrangement.dossier_id
        self._go_out(arrangement.missed_message_id)
        self._go_to("2026-12-18")
        self.assertEqual(arrangement.stage, "lapsed")
        letter = self._sent(dossier, "template_arrangement_lapsed")
        self._receive(dossier, 100.0, "2026-12-15")
        self.assertEqual(arrangement.stage, "active")
        self.assertEqual(self._states(arrangement), "pooooo")
        self.assertEqual(letter.state, "cancelled")
        self.assertTrue(dossier.is_held)

    def test_money_after_the_term_does_not(self):
        arrangement = self._missed()
        self._go_out(arrangement.missed_message_id)
        self._go_to("2026-12-18")
        self._receive(arrangement.dossier_id, 100.0, "2026-12-16")
        self.assertEqual(arrangement.stage, "lapsed")

    def test_waits_for_what_else_stops_it(self):
        arrangement = self._arrange()
        self.env["incasso.debt.aid"].create(
            {"partner_id": self.consumer.id, "kind": "counselling"}
        )
        self._go_to("2026-12-20")
        self.assertEqual(self._states(arrangement), "oooooo")
        self.assertFalse(self._sent(arrangement.dossier_id, "template_instalment"))

    def test_waits_for_a_receipt_to_be_confirmed(self):
        arrangement = self._arrange()
        self.env["incasso.receipt"].create(
            {
                "company_id": self.company.id,
                "dossier_id": arrangement.dossier_id.id,
                "amount": 100.0,
                "date": date(2026, 12, 1),
                "kind": "bank",
                "state": "proposed",
            }
        )
        self._go_to("2026-12-20")
        self.assertEqual(self._states(arrangement), "oooooo")

    def test_nobody_to_tell(self):
        arrangement = self._arrange()
        self.consumer.write({"email": False, "street": False})
        self._go_to("2026-12-20")
        self.assertEqual(arrangement.stage, "active")
        self.assertIn(
            "address_unknown",
            arrangement.dossier_id.hold_ids.filtered(
                lambda hold: hold.state == "active"
            ).mapped("kind"),
        )

    def test_one_that_fails_is_set_aside(self):
        good, bad = self._arrange(), self._arrange()
        original = type(bad)._remind

        def fail(arrangements, instalments, on_date):
            if bad in arrangements:
                raise UserError("Broken")  # pylint: disable=translation-required
            return original(arrangements, instalments, on_date)

        self.patch(type(bad), "_remind", fail)
        self._go_to("2026-11-28")
        self.assertEqual(bad.run_error, "Broken")
        self.assertIn(bad.name, bad.dossier_id.activity_ids.summary)
        self.assertTrue(good.instalment_ids[0].reminded_date)
        self.patch(type(bad), "_remind", original)
        bad.action_try_again()
        self._go_to("2026-11-28")
        self.assertTrue(bad.instalment_ids[0].reminded_date)

    def test_killed_and_started_again(self):
        """The worker is killed in the second of three batches: nothing is lost, and
        nobody is reminded twice."""
        arrangements = self.env["incasso.arrangement"].union(
            *(self._arrange() for _ in range(3))
        )
        self.patch(incasso_arrangement_follow, "BATCH", 1)
        self.clock.move_to("2026-11-28 09:00:00")
        self._committed()
        model, done = type(arrangements), []
        original = model._follow_batch

        def follow(found, on_date):
            original(found, on_date)
            done.append(found)
            if len(done) == 2:
                raise Killed

        self.patch(model, "_follow_batch", follow)
        self._run_until_killed(self.env["incasso.arrangement"]._cron_follow)
        reminded = [
            len(self._sent(found.dossier_id, "template_instalment"))
            for found in arrangements
        ]
        self.assertEqual(reminded, [1, 0, 0], "what was committed stays")
        self.env["incasso.arrangement"]._cron_follow()
        for found in arrangements:
            self.assertEqual(
                len(self._sent(found.dossier_id, "template_instalment")), 1
            )
            self.assertTrue(found.instalment_ids[0].reminded_date)

    def test_constant_queries(self):
        """Ten take as many queries as two: to remind, to tell of what was missed, and
        to let lapse."""
        self.company.incasso_bank_days = 2
        days = [date(2026, 11, 28), date(2026, 12, 8), date(2026, 12, 18)]

        def queries(count):
            self.clock.move_to(NOW)
            arrangements = self.env["incasso.arrangement"].union(
                *(self._arrange() for _ in range(count))
            )
            found = []
            for day in days:
                self.clock.move_to(f"{day} 09:00:00")
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                arrangements._follow(day)
                self.env.flush_all()
                found.append(self.cr.sql_log_count - before)
                told = arrangements.missed_message_id
                told.write({"state": "sent", "deadline_date": date(2026, 12, 15)})
            self.assertEqual(set(arrangements.mapped("stage")), {"lapsed"})
            return found

        queries(1)
        few, many = queries(2), queries(10)
        for day, two, ten in zip(days, few, many, strict=True):
            self.assertLessEqual(ten, two + 3, day)

    def test_claim_that_joins(self):
        arrangement = self._arrange()
        dossier = arrangement.dossier_id
        vals = self._claim(80.0, "2026-11-10", debtor=self.consumer)
        self.env["incasso.claim"].create({"dossier_id": dossier.id, **vals})
        dossier._claims_added()
        self.assertIn(
            "A claim joined during an arrangement",
            dossier.activity_ids.mapped("summary"),
        )
        self._receive(dossier, 600.0, "2026-11-20")
        self.assertEqual(arrangement.stage, "kept")
        self.assertEqual((dossier.state, dossier.balance), ("open", 80.0))
        self.assertFalse(dossier.is_held)


@tagged("post_install", "-at_install")
class TestPromise(ArrangementCommon):
    """An amount and a date: the small form of the same."""

    def _promised(self, amount="600.00", day=date(2026, 11, 25), dossier=None):
        return (dossier or self._owing())._promise(Decimal(amount), day, "phone")

    def test_kept(self):
        promise = self._promised()
        dossier = promise.dossier_id
        self.assertRecordValues(
            dossier.hold_ids, [{"kind": "promise", "no_interest": False}]
        )
        self.assertEqual(len(self._sent(dossier, "template_promise")), 1)
        self._receive(dossier, 600.0, "2026-11-24")
        self.assertEqual((promise.stage, dossier.state), ("kept", "closed"))

    def test_part_kept(self):
        promise = self._promised("200.00")
        dossier = promise.dossier_id
        self._receive(dossier, 200.0, "2026-11-24")
        self.assertEqual((promise.stage, dossier.state), ("kept", "open"))
        self.assertFalse(dossier.is_held, "the rest goes on")

    def test_broken(self):
        self.company.incasso_bank_days = 2
        promise = self._promised()
        # Wednesday 25 November, three days of grace: Saturday 28. The day after is a
        # Sunday, and two banking days: Tuesday 1 December.
        self._go_to("2026-11-30")
        self.assertEqual(promise.stage, "active")
        self._go_to("2026-12-01")
        self.assertEqual(promise.stage, "lapsed")
        self.assertFalse(promise.dossier_id.is_held)
        self.assertFalse(self._sent(promise.dossier_id, "template_instalment_missed"))

    def test_taken_back(self):
        promise = self._promised("200.00")
        receipt = self._receive(promise.dossier_id, 200.0, "2026-11-24")
        receipt._reverse("Storno")
        self.assertEqual(promise.stage, "active")
        self.assertTrue(promise.dossier_id.is_held)

    def test_taken_back_when_something_else_was_agreed_since(self):
        promise = self._promised("200.00")
        dossier = promise.dossier_id
        receipt = self._receive(dossier, 200.0, "2026-11-17")
        arrangement = self._arrange(dossier)
        self.assertEqual(arrangement.total, 400.0)
        receipt._reverse("Storno")
        self.assertEqual(promise.stage, "kept")
        self.assertEqual(dossier.arrangement_id, arrangement)
        self.assertEqual(arrangement.paid_amount, 0.0)

    def test_refused(self):
        dossier = self._owing()
        for amount, day in (
            ("600.01", FIRST),
            ("24.99", date(2026, 11, 25)),
            ("0.00", date(2026, 11, 25)),
            ("-5.00", date(2026, 11, 25)),
            # 14 days: through 1 December
            ("600.00", date(2026, 12, 2)),
            ("600.00", date(2026, 11, 16)),
        ):
            with self.subTest(amount=amount, day=day), self.assertRaises(UserError):
                self._promised(amount, day, dossier)

    def test_not_again_online_after_a_broken_one(self):
        dossier = self._owing()
        self._promised(dossier=dossier)._lapse(TODAY)
        with self.assertRaisesRegex(UserError, "contact us"):
            dossier._promise(Decimal("600.00"), date(2026, 11, 25), "portal")
        self.assertEqual(self._promised(dossier=dossier).stage, "active", "by phone")


@tagged("post_install", "-at_install")
class TestWizard(ArrangementCommon):
    """The handler on the phone."""

    def _form(self, dossier, **context):
        action = dossier.action_arrange()
        return Form(
            self.env["incasso.arrange"]
            .with_user(self.handler)
            .with_context(**action["context"], **context)
        )

    def test_live(self):
        wizard = self._form(self._owing())
        wizard.amount = 250.0
        self.assertEqual((wizard.total, wizard.count), (600.0, 3))
        self.assertIn("100.00", wizard.schedule_html)
        wizard.by = "number"
        wizard.number = 4
        self.assertIn("150.00", wizard.schedule_html)
        wizard.number = 40
        self.assertIn("12 months", wizard.outside)
        wizard.first_date = date(2026, 11, 1)
        self.assertIn("from today", wizard.refusal)

    def test_confirm(self):
        dossier = self._owing()
        wizard = self._form(dossier)
        wizard.amount = 200.0
        action = wizard.save().action_confirm()
        arrangement = dossier.arrangement_id
        self.assertEqual(action["res_id"], arrangement.id)
        self.assertEqual((arrangement.stage, arrangement.source), ("active", "phone"))
        self.assertEqual(dossier.with_user(self.handler).arrangement_count, 1)

    def test_outside_the_rules_by_a_handler(self):
        dossier = self._owing()
        wizard = self._form(dossier)
        wizard.amount = 15.0
        wizard.save().action_confirm()
        self.assertEqual(dossier.arrangement_id.stage, "active")
        self.assertTrue(dossier.arrangement_id.outside_reason, "and it says so")

    def test_promise(self):
        dossier = self._owing()
        action = dossier.action_promise()
        wizard = Form(
            self.env["incasso.arrange"]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        self.assertEqual(wizard.amount, 600.0)
        wizard.save().action_confirm()
        self.assertEqual(dossier.arrangement_id.kind, "promise")
