from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IncassoCommon

# 1,000.00 due on Tuesday 31 March 2026: the first reminder is for Wednesday 1 April.
DUE = "2026-03-31"
DAY_AFTER = date(2026, 4, 1)


@freeze_time("2026-04-01 06:00:00")
class RunCommon(IncassoCommon):
    """Dossiers of a consumer and a business on the shipped flows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consumer_flow = cls.env.ref("incasso_nl.flow_own_consumer")
        cls.business_flow = cls.env.ref("incasso_nl.flow_own_business")

    def _step(self, name):
        return self.env.ref(f"incasso_nl.flow_step_{name}")

    def _send(self, messages, day):
        """Let messages really have gone out at noon of ``day``."""
        messages._store(
            [{"id": message.id, "state": "rendered"} for message in messages]
        )
        messages._mark_sent(fields.Datetime.to_datetime(day) + timedelta(hours=10))

    def _unsent(self, dossiers):
        return dossiers.outbox_ids.filtered(lambda message: message.state == "queued")

    def _events(self, dossier, kind):
        return dossier.event_ids.filtered(lambda event: event.kind == kind)

    def _due(self, dossiers, step, day):
        """Put dossiers right before ``step``, due on ``day``."""
        dossiers._go_to(step, dict.fromkeys(dossiers.ids, day))
        self.env.invalidate_all()

    def _add_claim(self, dossier, amount, due):
        """Another invoice for a running dossier, thirty days before it is due."""
        due = date.fromisoformat(due)
        invoice = self._invoice(
            dossier.debtor_id, amount, due - timedelta(days=30), due
        )
        return self.env["incasso.claim"].create(
            {
                "dossier_id": dossier.id,
                "name": invoice.name,
                "move_line_id": self._receivable(invoice).id,
                "invoice_date": invoice.invoice_date,
                "due_date": due,
                "amount": amount,
            }
        )

    def _give_notice(self, dossier, day):
        """A notice of costs that runs out before ``day``."""
        dossier.claim_ids.write({"costs_due_from": day})


@tagged("post_install", "-at_install")
class TestRunSteps(RunCommon):
    """What the daily run does with a dossier, step by step."""

    def test_consumer_ladder(self):
        """From the day after the due date to the proposal to hand over."""
        dossier = self._dossier(claims=[(1000.00, DUE)])
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_reminder"))
        self.assertEqual(dossier.next_action_date, DAY_AFTER)

        dossier._run_steps(DAY_AFTER)
        reminder = dossier.outbox_ids
        self.assertEqual((reminder.kind, reminder.channel), ("reminder", "email"))
        self.assertEqual(
            (reminder.principal, reminder.interest, reminder.costs, reminder.amount),
            (1000.00, 0.00, 0.00, 1000.00),
        )
        self.assertEqual(reminder.term_days, 7)
        self.assertEqual(reminder.step_id, dossier.step_id)
        self.assertTrue(dossier.waiting_message)
        self.assertFalse(dossier.next_action_date, "counts from the real sending")

        # Out on Thursday: the call is for Friday 3 April, Good Friday: no working
        # holiday by the Atw, but equated with one; the Monday is Easter Monday.
        self._send(reminder, "2026-04-02")
        self.assertFalse(dossier.waiting_message)
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_call"))
        self.assertEqual(dossier.next_action_date, date(2026, 4, 4))

    def test_call(self):
        """A task for the handler, on a day on which the debtor may be called."""
        self.consumer.phone = "+31 30 765 4321"
        dossier = self._dossier(handler_id=self.handler.id)
        step = self._step("own_consumer_call")
        dossier._run_steps(DAY_AFTER)
        self._send(dossier.outbox_ids, "2026-04-07")
        self.assertEqual(dossier.next_action_date, date(2026, 4, 8))
        counts = dossier._run_steps(date(2026, 4, 8))
        self.assertEqual((counts["take"], counts["messages"]), (1, 0))
        activity = dossier.activity_ids
        self.assertEqual(activity.user_id, self.handler)
        self.assertEqual(activity.summary, step.name)
        self.assertEqual(activity.date_deadline, date(2026, 4, 8))
        self.assertEqual(
            activity.activity_type_id, self.env.ref("mail.mail_activity_data_call")
        )
        self.assertIn("reminder arrived", activity.note)

    def test_condition(self):
        """Without a phone number the call is left out, and the flow goes on."""
        self.consumer.phone = False
        dossier = self._dossier()
        self._due(dossier, self._step("own_consumer_call"), DAY_AFTER)
        counts = dossier._run_steps(DAY_AFTER)
        self.assertEqual(counts["skip"], 1)
        self.assertFalse(dossier.activity_ids)
        [event] = self._events(dossier, "skipped")
        self.assertIn("there is no phone number", event.summary)
        self.assertEqual(
            dossier.step_id,
            self._step("own_consumer_reminder_second"),
            "no term is running: the reminder that follows goes out at once",
        )

    def test_balance_condition(self):
        """Costs of a letter to collect a euro: a step can be kept for real money."""
        flow = self.env["incasso.flow"].create(
            {
                "name": "Trial",
                "debtor_type": "consumer",
                "step_ids": [
                    Command.create(
                        {
                            "name": "Small",
                            "action": "proposal",
                            "wait_days": 0,
                            "condition_balance_max": 999.99,
                        }
                    ),
                    Command.create(
                        {
                            "name": "Large",
                            "action": "proposal",
                            "wait_days": 0,
                            "condition_balance_min": 1000.00,
                        }
                    ),
                ],
            }
        )
        flow.action_activate()
        dossier = self._dossier(flow_id=flow.id)
        dossier._run_steps(DAY_AFTER)
        self.assertEqual(self._events(dossier, "step").mapped("summary"), ["Large"])
        self.assertIn("higher", self._events(dossier, "skipped").summary)
        self.assertEqual(dossier.proposed_date, DAY_AFTER)
        self.assertFalse(dossier.next_step_id)
        self.assertFalse(dossier.next_action_date)

    def test_demand_charges_costs_and_interest(self):
        """Costs 15% of 1,000.00; 6:119 interest at 4% over 61 days from 1 April to 31
        May 2026: 1,000.00 x 4% x 61 / 365 = 6.6849... = 6.68."""
        dossier = self._dossier(claims=[(1000.00, DUE)])
        self._due(dossier, self._step("own_consumer_notice"), DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        notice = dossier.outbox_ids
        self.assertEqual(
            (notice.kind, notice.costs, notice.announced_costs, notice.amount),
            ("notice", 0.00, 150.00, 1000.00),
        )
        self._send(notice, "2026-04-01")
        # 31 May 2026 is a Sunday: the demand is of Monday 1 June, a day more:
        # 1,000.00 x 4% x 62 / 365 = 6.7945... = 6.79.
        self._due(dossier, self._step("own_consumer_demand"), date(2026, 5, 31))
        with freeze_time("2026-05-31 06:00:00"):
            self.assertEqual(dossier._run_steps(date(2026, 5, 31))["wait"], 1)
        self.assertEqual(dossier.next_action_date, date(2026, 6, 1))
        with freeze_time("2026-06-01 06:00:00"):
            dossier._run_steps(date(2026, 6, 1))
        demand = dossier.outbox_ids - notice
        self.assertEqual(
            (demand.principal, demand.interest, demand.costs, demand.amount),
            (1000.00, 6.79, 150.00, 1156.79),
        )
        [entry] = dossier.entry_ids.filtered(lambda entry: entry.kind == "costs")
        self.assertEqual((entry.amount, entry.date), (150.00, date(2026, 6, 1)))
        self.assertEqual(entry.message_id, demand)
        self.assertEqual(dossier.costs_open, 150.00)

    def test_steps_without_wait_follow_in_one_run(self):
        steps = [
            {"name": "Amicable", "action": "phase", "to_phase": "amicable"},
            {"name": "Call", "action": "call"},
            {"name": "Propose", "action": "proposal"},
            {"name": "Give up", "action": "close", "close_reason": "written_off"},
        ]
        flow = self.env["incasso.flow"].create(
            {
                "name": "All at once",
                "debtor_type": "consumer",
                "step_ids": [
                    Command.create({**step, "wait_days": 0, "sequence": number})
                    for number, step in enumerate(steps)
                ],
            }
        )
        flow.action_activate()
        dossier = self._dossier(flow_id=flow.id, phase="reminder")
        counts = dossier._run_steps(DAY_AFTER)
        self.assertEqual(counts["take"], 4)
        self.assertEqual(
            self._events(dossier, "step").sorted("id").mapped("summary"),
            ["Amicable", "Call", "Propose", "Give up"],
        )
        self.assertEqual(dossier.phase, "amicable")
        self.assertEqual(
            (dossier.state, dossier.close_reason), ("closed", "written_off")
        )
        self.assertEqual(dossier.balance, 0.00)

    def test_third_party_starts_at_once(self):
        """Handed over today, written to today."""
        dossier = self._dossier(creditor=self.creditor, debtor=self.business)
        self.assertEqual(dossier.next_action_date, DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        self.assertEqual(dossier.outbox_ids.kind, "demand")

    # === ONCE === #

    def test_once(self):
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        self.assertEqual(len(dossier.outbox_ids), 1)
        self.assertEqual(len(self._events(dossier, "step")), 1)

    def test_once_in_the_database(self):
        """Even when the ladder is set back by hand, a step's message exists once."""
        dossier = self._dossier()
        step = dossier.next_step_id
        dossier._run_steps(DAY_AFTER)
        dossier.write({"next_step_id": step.id, "next_action_date": DAY_AFTER})
        with (
            self.assertRaisesRegex(Exception, "_once_per_step"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            dossier._run_steps(DAY_AFTER)
        self.assertEqual(len(dossier.outbox_ids), 1)

    def test_step_event_once_in_the_database(self):
        """A step without a message is held by the index on its event."""
        dossier = self._dossier()
        step = self._step("own_consumer_proposal")
        self._due(dossier, step, DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        dossier.write({"next_step_id": step.id, "next_action_date": DAY_AFTER})
        with (
            self.assertRaisesRegex(Exception, "_step_once"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            dossier._run_steps(DAY_AFTER)

    # === GATES === #

    def assertUntouched(self, dossier):
        self.assertFalse(dossier.outbox_ids)
        self.assertFalse(self._events(dossier, "step"))

    def test_not_due(self):
        dossier = self._dossier()
        dossier._run_steps(date(2026, 3, 31))
        self.assertUntouched(dossier)

    def test_hold(self):
        """A held dossier stands still, and goes on with its days moved."""
        dossier = self._dossier()
        dossier._hold("dispute", "Not delivered", DAY_AFTER)
        counts = dossier._run_steps(DAY_AFTER)
        self.assertEqual(counts["held"], 1)
        self.assertUntouched(dossier)
        with freeze_time("2026-04-11 06:00:00"):
            dossier.hold_ids._end(date(2026, 4, 11))
            # Due on the first day of the hold, which stood ten days: Saturday.
            self.assertEqual(dossier.next_action_date, date(2026, 4, 11))
            self.assertEqual(dossier._run_steps(date(2026, 4, 11))["take"], 1)

    def test_hold_that_nobody_marked(self):
        """The gate looks at the holds themselves."""
        dossier = self._dossier()
        dossier._hold("manual", "Wait", DAY_AFTER)
        self.env.cr.execute(
            "UPDATE incasso_dossier SET is_held = FALSE WHERE id = %s", [dossier.id]
        )
        self.env.invalidate_all()
        self.assertEqual(dossier._run_steps(DAY_AFTER)["held"], 1)
        self.assertUntouched(dossier)

    def test_hold_on_part_of_the_claims(self):
        """The rest goes on without them."""
        dossier = self._dossier(claims=[(1000.00, DUE), (250.00, DUE)])
        disputed = dossier.claim_ids.filtered(lambda claim: claim.amount == 250.00)
        dossier._hold("dispute", "Broken", DAY_AFTER, claims=disputed)
        self._due(dossier, self._step("own_consumer_reminder"), DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        self.assertEqual(dossier.outbox_ids.amount, 1000.00)

    def test_debt_aid_without_a_hold(self):
        dossier = self._dossier()
        self.env["incasso.debt.aid"].create(
            {"partner_id": self.consumer.id, "kind": "wsnp", "start_date": DAY_AFTER}
        )
        dossier.hold_ids._end(DAY_AFTER)
        self.assertFalse(dossier.is_held)
        dossier._run_steps(DAY_AFTER)
        self.assertUntouched(dossier)
        self.assertIn("debt aid", dossier.run_error)

    def test_closed(self):
        dossier = self._dossier()
        dossier._close("withdrawn", DAY_AFTER)
        self.assertEqual(dossier._run_steps(DAY_AFTER)["take"], 0)
        self.assertUntouched(dossier)

    def test_paid(self):
        """Nothing is asked from who owes nothing any more: the dossier is closed."""
        dossier = self._dossier(claims=[(1000.00, DUE)])
        self.env["incasso.entry"].create(
            {
                "dossier_id": dossier.id,
                "claim_id": dossier.claim_ids.id,
                "date": DAY_AFTER,
                "component": "principal",
                "kind": "receipt",
                # Short by the tolerance of the company.
                "amount": -999.95,
            }
        )
        self.assertEqual(dossier._run_steps(DAY_AFTER)["paid"], 1)
        self.assertEqual((dossier.state, dossier.close_reason), ("closed", "paid"))
        self.assertUntouched(dossier)

    def test_receipt_that_waits(self):
        """Money came in that nobody confirmed yet: write tomorrow."""
        dossier = self._dossier()
        self.env["incasso.receipt"].create(
            {
                "dossier_id": dossier.id,
                "date": DAY_AFTER,
                "amount": 400.00,
                "kind": "bank",
                "state": "proposed",
            }
        )
        self.assertEqual(dossier._run_steps(DAY_AFTER)["wait"], 1)
        self.assertUntouched(dossier)
        self.assertEqual(dossier.next_action_date, date(2026, 4, 2))

    def test_sunday_and_holiday(self):
        """Art. 4.2 Bki: nobody is approached, the step waits for the next day."""
        for day, following in (
            (date(2026, 4, 12), date(2026, 4, 13)),
            (date(2026, 4, 27), date(2026, 4, 28)),
        ):
            dossier = self._dossier()
            self._due(dossier, self._step("own_consumer_reminder"), day)
            self.assertEqual(dossier._run_steps(day)["wait"], 1)
            self.assertUntouched(dossier)
            self.assertEqual(dossier.next_action_date, following)

    def test_limitation(self):
        """A claim that has lapsed is not asked for; a person looks at it."""
        dossier = self._dossier(claims=[(1000.00, "2021-03-15")])
        self.assertLess(dossier.claim_ids.limitation_date, DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        self.assertUntouched(dossier)
        self.assertIn("3:306", dossier.run_error)
        self.assertIn("3:306", self._events(dossier, "error").summary)

    def test_consumer_costs_without_notice(self):
        """Art. 6:96 lid 6 BW: no notice, no costs, whatever the flow says."""
        dossier = self._dossier()
        self._due(dossier, self._step("own_consumer_demand"), DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        self.assertUntouched(dossier)
        self.assertIn("6:96 lid 6", dossier.run_error)
        self.assertFalse(dossier.costs_open)

    def test_consumer_costs_while_the_notice_runs(self):
        dossier = self._dossier()
        self._give_notice(dossier, date(2026, 4, 20))
        self._due(dossier, self._step("own_consumer_demand"), DAY_AFTER)
        self.assertEqual(dossier._run_steps(DAY_AFTER)["wait"], 1)
        self.assertUntouched(dossier)
        self.assertEqual(dossier.next_action_date, date(2026, 4, 20))

    def test_business_costs_without_notice(self):
        """Art. 6:96 lid 4 BW: owed at once; 8,000.00 at 10.15% a year for a day is
        2.2247 = 2.22, and costs of 375 + 250 + 150 = 775.00."""
        dossier = self._dossier(debtor=self.business, claims=[(8000.00, DUE)])
        self._due(dossier, self._step("own_business_demand"), DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        demand = dossier.outbox_ids
        self.assertEqual((demand.interest, demand.costs), (2.22, 775.00))

    def test_notice_is_not_given_twice(self):
        """Claims of which notice was given before, by the creditor for example."""
        dossier = self._dossier(creditor=self.creditor)
        self._give_notice(dossier, date(2026, 3, 1))
        dossier._run_steps(DAY_AFTER)
        self.assertFalse(
            dossier.outbox_ids.filtered(lambda message: message.kind == "notice")
        )
        self.assertIn("already", self._events(dossier, "skipped")[-1:].summary)

    def test_nobody_to_reach(self):
        self.consumer.write({"email": False, "street": False})
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        self.assertUntouched(dossier)
        self.assertEqual(dossier.hold_ids.kind, "address_unknown")
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_reminder"))

    def test_court_ends_the_flow(self):
        dossier = self._dossier()
        dossier.phase = "court"
        self.assertFalse(dossier.next_step_id)
        self.assertFalse(dossier.next_action_date)
        dossier._run_steps(DAY_AFTER)
        self.assertUntouched(dossier)

    # === WHAT MESSAGES TELL === #

    def test_withdrawn_and_taken_again(self):
        """A hold before the message went out: it is withdrawn and made anew later."""
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        first = dossier.outbox_ids
        first._cancel("A payment crossed it.")
        self.assertEqual(first.state, "cancelled")
        self.assertEqual(dossier.next_step_id, first.step_id)
        self.assertEqual(dossier.next_action_date, DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        [second] = dossier.outbox_ids - first
        self.assertEqual((second.state, second.step_id), ("queued", first.step_id))
        self.assertEqual(second.flow_round, first.flow_round + 1)

    def test_withdrawn_by_hand(self):
        """A person did not want the message: the flow goes on without it."""
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        message = dossier.outbox_ids
        message.action_cancel()
        self.assertEqual(dossier.step_id, message.step_id)
        self.assertFalse(dossier.waiting_message)
        self.assertEqual(dossier.next_action_date, date(2026, 4, 2))

    def test_both_channels(self):
        """The step is done when the letter has gone out too."""
        draft = self.consumer_flow._new_version()
        draft.step_ids[0].channel = "both"
        draft.action_activate()
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        self.assertEqual(set(dossier.outbox_ids.mapped("channel")), {"email", "post"})
        email = dossier.outbox_ids.filtered(lambda m: m.channel == "email")
        self._send(email, "2026-04-01")
        self.assertTrue(dossier.waiting_message)
        self._send(dossier.outbox_ids - email, "2026-04-08")
        self.assertFalse(dossier.waiting_message)
        self.assertEqual(dossier.next_action_date, date(2026, 4, 9))

    def test_bounced(self):
        """The step is taken again by the way that is left."""
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        email = dossier.outbox_ids
        self._send(email, "2026-04-01")
        email._mark_bounced("550 no such user")
        self.assertEqual(dossier.next_step_id, email.step_id)
        dossier._run_steps(DAY_AFTER)
        letter = dossier.outbox_ids - email
        self.assertEqual((letter.channel, letter.state), ("post", "queued"))

        self._send(letter, "2026-04-02")
        letter._mark_returned("Moved")
        self.assertEqual(dossier.hold_ids.kind, "address_unknown")
        self.assertEqual(dossier._run_steps(date(2026, 4, 10))["take"], 0)
        self.assertEqual(len(dossier.outbox_ids), 2)

    def test_bounced_notice_sends_the_flow_back(self):
        """What follows rests on the notice: art. 6:96 lid 6 BW."""
        dossier = self._dossier()
        notice_step = self._step("own_consumer_notice")
        self._due(dossier, notice_step, DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        notice = dossier.outbox_ids
        self._send(notice, "2026-04-01")
        self.assertTrue(dossier.claim_ids.costs_due_from)
        # Meanwhile somebody let the next step be taken early: still no costs.
        self._due(dossier, self._step("own_consumer_proposal"), DAY_AFTER)
        notice._mark_bounced("550 no such user")
        self.assertFalse(dossier.claim_ids.costs_due_from)
        self.assertEqual(dossier.next_step_id, notice_step)

    def test_new_claim_after_the_notice(self):
        """It gets a notice of its own, when the term of the first one is over."""
        dossier = self._dossier()
        first = dossier.claim_ids
        notice, demand = (
            self._step("own_consumer_notice"),
            self._step("own_consumer_demand"),
        )
        dossier._claims_added()
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_reminder"))
        self._due(dossier, notice, DAY_AFTER)
        dossier._run_steps(DAY_AFTER)
        self._send(dossier.outbox_ids, "2026-04-01")
        with freeze_time("2026-04-08"):
            second = self._add_claim(dossier, 200.00, "2026-04-07")
            dossier._claims_added()
        self.assertEqual(dossier.next_step_id, demand, "the first notice runs on")
        day = first.costs_due_from
        with freeze_time(day):
            dossier._run_steps(day)
            # 15% of the 1,000 that the notice was about
            self.assertEqual(dossier.costs_open, 150.00)
            self.assertFalse(second.costs_date)
            self._send(dossier.outbox_ids[:1], str(day))
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_final_demand"))
        day = dossier.next_action_date
        with freeze_time(day):
            planned = dossier._plan_steps(day)
            self.assertEqual([found.verdict for found in planned], ["back", "take"])
            counts = dossier._run_steps(day)
        self.assertEqual((counts["back"], counts["take"]), (1, 1))
        message = dossier.outbox_ids[:1]
        self.assertEqual(message.kind, "notice")
        # 15% of 1,200, less the 150 that were charged
        self.assertEqual(message.announced_costs, 30.00)
        self.assertEqual(dossier.next_step_id, demand)
        with freeze_time(day):
            self._send(message, str(day))
        self.assertEqual(second.notice_id, message)
        self.assertNotEqual(first.notice_id, message, "its costs were charged")

    def test_new_claim_after_the_last_message(self):
        """Nothing is sent any more by itself: the flow goes back at once."""
        dossier = self._dossier()
        self._due(dossier, self._step("own_consumer_proposal"), DAY_AFTER)
        dossier._claims_added()
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_notice"))

    # === BY HAND === #

    def test_step_now(self):
        """A handler takes the next step before its day, through the same gates."""
        dossier = self._dossier(claims=[(1000.00, "2026-04-20")])
        dossier.with_user(self.handler).action_run_step()
        self.assertEqual(dossier.outbox_ids.kind, "reminder")
        held = self._dossier()
        held._hold("manual", "Wait", DAY_AFTER)
        with self.assertRaisesRegex(UserError, "A hold stops the flow"):
            held.with_user(self.handler).action_run_step()
        self.assertUntouched(held)

    def test_skip_step(self):
        dossier = self._dossier()
        dossier.with_user(self.handler).action_skip_step()
        self.assertEqual(dossier.next_step_id, self._step("own_consumer_call"))
        self.assertUntouched(dossier)
        self.assertIn("by hand", self._events(dossier, "skipped").summary)

    def test_change_flow(self):
        """With a reason, and never to a flow for another type of debtor."""
        dossier = self._dossier()
        dossier._run_steps(DAY_AFTER)
        wizard = (
            self.env["incasso.change.flow"]
            .with_user(self.handler)
            .with_context(active_model="incasso.dossier", active_ids=dossier.ids)
            .create({"reason": "Old customer", "date": "2026-04-05"})
        )
        self.assertEqual(wizard.flow_id, self.consumer_flow)
        wizard.step_id = self._step("own_consumer_reminder_second")
        wizard.action_confirm()
        self.assertEqual(dossier.outbox_ids.state, "cancelled")
        self.assertEqual(
            dossier.next_step_id, self._step("own_consumer_reminder_second")
        )
        # Sunday 5 April and Easter Monday are no days to write to anybody.
        self.assertEqual(dossier.next_action_date, date(2026, 4, 7))
        self.assertIn("Old customer", self._events(dossier, "override").summary)
        wizard.flow_id = self.business_flow
        with self.assertRaisesRegex(UserError, "another type of debtor"):
            wizard.action_confirm()


@tagged("post_install", "-at_install")
class TestRun(RunCommon):
    """The run over all dossiers of a company."""

    def _run(self, **values):
        run = self.env["incasso.run"].create(
            {"company_id": self.company.id, "date": DAY_AFTER, **values}
        )
        # Committing is tested on a real database, in tests/run.
        with patch.object(
            type(self.env["ir.cron"]),
            "_commit_progress",
            lambda self, processed=0, **progress: float("inf"),
        ):
            run._process(batch_size=2)
        self.env.flush_all()
        return run

    def test_counts(self):
        dossiers = self.env["incasso.dossier"].browse(
            [self._dossier().id for _number in range(5)]
        )
        paid = dossiers[0]
        paid._close("withdrawn", DAY_AFTER)
        run = self._run()
        self.assertEqual(run.state, "done")
        self.assertEqual(
            (run.due_count, run.dossier_count, run.step_count, run.message_count),
            (4, 4, 4, 4),
        )
        self.assertEqual((run.error_count, run.progress), (0, 100.0))
        self.assertTrue(run.ended_at)

    def test_other_company(self):
        """A run takes its own company's dossiers only."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        dossier = self._dossier()
        run = self._run(company_id=other.id)
        self.assertEqual(run.dossier_count, 0)
        self.assertFalse(dossier.outbox_ids)

    def test_stop(self):
        dossier = self._dossier()
        run = self._run(stop_requested=True)
        self.assertEqual(run.state, "stopped")
        self.assertFalse(dossier.outbox_ids)
        self.assertEqual(self._run().state, "done")
        self.assertTrue(dossier.outbox_ids)

    def test_may_run(self):
        runs = self.env["incasso.run"]
        with self.assertRaisesRegex(UserError, "Only team leads"):
            runs.with_user(self.handler).action_run_now()
        action = runs.with_user(self.team_lead).action_run_now()
        run = runs.browse(action["res_id"])
        self.assertEqual((run.state, run.company_id), ("waiting", self.company))
        run.with_user(self.team_lead).action_stop()
        self.assertTrue(run.stop_requested)
        with self.assertRaisesRegex(UserError, "Only team leads"):
            run.with_user(self.handler).action_stop()

    def test_set_aside(self):
        """The one that fails is kept with its error, the others go on."""
        dossiers = self.env["incasso.dossier"].browse(
            [self._dossier().id for _number in range(5)]
        )
        bad = dossiers[2]
        original = type(bad)._take_message

        def fail(self, step, decisions, on_date, counts):
            if any(found.situation.id == bad.id for found in decisions):
                raise ValueError("boom")
            return original(self, step, decisions, on_date, counts)

        with (
            patch.object(type(bad), "_take_message", fail),
            self.assertLogs("odoo.addons.incasso_nl.models.incasso_run", "ERROR"),
        ):
            run = self._run()
        self.assertEqual((run.step_count, run.error_count), (4, 1))
        self.assertEqual(bad.run_error, "ValueError: boom")
        self.assertEqual(self._events(bad, "error").summary, "ValueError: boom")
        self.assertFalse(bad.outbox_ids)
        self.assertEqual(len((dossiers - bad).outbox_ids), 4)

        self.assertEqual(self._run().dossier_count, 0, "it stays aside")
        bad.with_user(self.handler).action_try_again()
        self.assertFalse(bad.run_error)
        self.assertEqual(len(bad.outbox_ids), 1)

    def test_user_error_sets_aside_without_noise(self):
        dossier = self._dossier()
        template = self.env.ref("incasso_nl.template_reminder")
        self.env.cr.execute(
            "UPDATE incasso_template SET state = 'draft' WHERE id = %s", [template.id]
        )
        self.env.invalidate_all()
        with self.assertNoLogs("odoo.addons.incasso_nl.models.incasso_run", "ERROR"):
            run = self._run()
        self.assertEqual(run.error_count, 1)
        self.assertIn("not active", dossier.run_error)

    def test_query_count(self):
        """As many queries for a thousand dossiers as for ten."""
        self.env.ref("incasso_nl.cron_render_messages")
        queries = {}
        for size in (10, 1000):
            dossiers = self._open_many(size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            counts = dossiers._run_steps(date(2026, 6, 1))
            self.env.flush_all()
            queries[size] = self.env.cr.sql_log_count - before
            self.assertEqual((counts["take"], counts["messages"]), (size, size))
        self.assertLessEqual(queries[1000], queries[10])
        with self.subTest("and those are few"):
            self.assertLess(queries[1000], 50)

    def _open_many(self, size):
        """Business dossiers before a demand with interest and costs."""
        debtors = self.env["res.partner"].create(
            [
                {
                    "name": f"Debtor {number}",
                    "is_company": True,
                    "email": f"debtor{number}@debtor.example",
                    "company_registry": "12345678",
                }
                for number in range(size)
            ]
        )
        dossiers = self.env["incasso.dossier"]._open(
            [
                {
                    "company_id": self.company.id,
                    "creditor_id": self.creditor.id,
                    "debtor_id": debtor.id,
                    "debtor_type": "business",
                    "claim_ids": [
                        Command.create(
                            {
                                "name": f"F-{debtor.id}",
                                "invoice_date": "2026-03-01",
                                "due_date": DUE,
                                "amount": 100.00,
                            }
                        )
                    ],
                }
                for debtor in debtors
            ]
        )
        self._due(dossiers, self._step("agency_business_demand"), date(2026, 6, 1))
        return dossiers


@tagged("post_install", "-at_install")
class TestDryRun(RunCommon):
    """What would go out is what goes out."""

    def test_dry_run(self):
        taken = self._dossier(claims=[(1000.00, DUE)])
        charged = self._dossier(debtor=self.business, claims=[(8000.00, DUE)])
        self._due(charged, self._step("own_business_demand"), DAY_AFTER)
        gated = self._dossier(debtor=self._partner("P. Bakker", email="p@b.example"))
        self._due(gated, self._step("own_consumer_demand"), DAY_AFTER)
        unreachable = self._dossier(debtor=self._partner("Q. Smit", street=False))
        later = self._dossier(claims=[(50.00, "2026-04-15")])

        self.env.flush_all()
        tables = ("incasso_message", "incasso_entry", "incasso_event")
        before = [self._count(table) for table in tables]
        wizard = (
            self.env["incasso.dry.run"]
            .with_user(self.handler)
            .create({"date": DAY_AFTER, "company_id": self.company.id})
        )
        wizard.action_compute()
        self.env.flush_all()
        self.assertEqual([self._count(table) for table in tables], before)

        lines = {line.dossier_id: line for line in wizard.line_ids}
        self.assertNotIn(later, lines)
        self.assertEqual(lines[gated].verdict, "aside")
        self.assertIn("6:96 lid 6", lines[gated].reason)
        self.assertEqual(lines[unreachable].verdict, "held")

        run = taken + charged + gated + unreachable
        run._run_steps(DAY_AFTER)
        for dossier in taken + charged:
            line, message = lines[dossier], dossier.outbox_ids
            self.assertEqual(line.verdict, "take")
            for name in ("channel", "principal", "interest", "costs", "amount"):
                self.assertEqual(line[name], message[name], name)
        self.assertEqual(lines[charged].costs, 775.00)
        self.assertFalse((gated + unreachable).outbox_ids)

    def test_steps_that_follow_at_once(self):
        """They are shown too, as the run takes them."""
        self.consumer.phone = False
        dossier = self._dossier()
        self._due(dossier, self._step("own_consumer_call"), DAY_AFTER)
        wizard = self.env["incasso.dry.run"].create(
            {"date": DAY_AFTER, "company_id": self.company.id}
        )
        wizard.action_compute()
        self.assertEqual(wizard.line_ids.mapped("verdict"), ["skip", "take"])
        dossier._run_steps(DAY_AFTER)
        self.assertEqual(
            dossier.event_ids.filtered("step_id").sorted("id").mapped("step_id"),
            wizard.line_ids.step_id,
        )

    def _count(self, table):
        self.env.cr.execute(f"SELECT COUNT(*) FROM {table}")
        return self.env.cr.fetchone()[0]
