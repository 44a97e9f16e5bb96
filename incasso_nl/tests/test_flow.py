from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.company_days import CompanyDays
from .common import IncassoCommon


@tagged("post_install", "-at_install")
class TestFlow(IncassoCommon):
    """Flows: versions, the check before they are used, and which one is chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.env.ref("incasso_nl.flow_own_consumer")
        cls.reminder = cls.env.ref("incasso_nl.template_reminder")
        cls.notice = cls.env.ref("incasso_nl.template_notice")
        cls.demand = cls.env.ref("incasso_nl.template_demand")

    def _flow(self, *steps, **values):
        """A draft for consumers with these steps, each a dict of its values."""
        return self.env["incasso.flow"].create(
            {
                "name": "Trial",
                "party": "own",
                "debtor_type": "consumer",
                "step_ids": [
                    Command.create(
                        {"name": f"Step {number}", "sequence": number} | step
                    )
                    for number, step in enumerate(steps, 1)
                ],
                **values,
            }
        )

    def _reminder(self, **values):
        return {
            "action": "message",
            "template_id": self.reminder.id,
            "wait_from": "due",
            "wait_days": 1,
            "term_days": 14,
        } | values

    def _notice(self, **values):
        return {
            "action": "notice",
            "template_id": self.notice.id,
            "wait_from": "previous",
            "term_days": 15,
        } | values

    def _demand(self, **values):
        return {
            "action": "message",
            "template_id": self.demand.id,
            "wait_from": "deadline",
            "wait_days": 0,
            "charge_costs": True,
        } | values

    # === SHIPPED === #

    def test_shipped_flows(self):
        """Each party and type of debtor has an active flow that is sound."""
        flows = self.env["incasso.flow"]._candidates(self.company)
        for party in ("own", "third_party"):
            for debtor_type in ("consumer", "business", "government"):
                flow = flows._choose(party, debtor_type, self.creditor.id)
                self.assertTrue(flow, (party, debtor_type))
                self.assertEqual(flow._check_ladder(), [], flow.name)

    def test_shipped_own_consumer(self):
        """A reminder the day after, a call, a notice, and only then costs."""
        steps = self.flow._steps()
        self.assertEqual(
            steps.mapped("action"),
            ["message", "call", "message", "notice", "message", "message", "proposal"],
        )
        self.assertEqual(
            steps.mapped("charge_costs"), [False] * 4 + [True] * 2 + [False]
        )
        self.assertEqual(
            (steps[0].wait_from, steps[0].wait_days, steps[0].term_days),
            ("due", 1, 7),
        )
        self.assertEqual(steps[3].term_days, 15)

    def test_shipped_own_flows_end_within_sixty_days(self):
        """An invoice is kept for at most sixty days after its due date, whatever day
        that is: with weekends, holidays, days for the bank, three weeks after the
        notice of costs, by e-mail and by post."""
        days = CompanyDays(self.company)
        first = date(2026, 1, 1)
        for debtor_type in ("consumer", "business", "government"):
            steps = self.env.ref(f"incasso_nl.flow_own_{debtor_type}")._steps()
            for channel in ("email", "post"):
                lasts = {}
                for due in (first + timedelta(days=count) for count in range(731)):
                    passages = steps._passages(due + timedelta(days=1), days, channel)
                    lasts[due] = (passages[-1].day - due).days
                with self.subTest(debtor_type=debtor_type, channel=channel):
                    late = {str(due): last for due, last in lasts.items() if last > 60}
                    self.assertEqual(late, {})

    # === VERSIONS === #

    def test_active_flow_does_not_change(self):
        step = self.flow.step_ids[0]
        refused = [
            lambda: step.write({"wait_days": 3}),
            lambda: step.unlink(),
            lambda: step.copy(),
            lambda: self.flow.write({"debtor_type": "business"}),
            lambda: self.flow.write({"step_ids": [Command.unlink(step.id)]}),
            lambda: self.flow.unlink(),
        ]
        for attempt in refused:
            with self.assertRaisesRegex(UserError, "new version"):
                attempt()
        step.write({"note": "Be kind."})
        self.flow.write({"name": "Consumers", "sequence": 3})
        self.assertEqual(self.flow.display_name, "Consumers")

    def test_new_version(self):
        """The running dossier stays on its version, the next one gets the new one."""
        before = self._dossier()
        action = self.flow.action_new_version()
        draft = self.env["incasso.flow"].browse(action["res_id"])
        self.assertEqual(
            self.flow.action_new_version()["res_id"],
            draft.id,
            "one draft, however often the button is used",
        )
        self.assertEqual((draft.version, draft.state), (2, "draft"))
        self.assertEqual(draft.previous_version_id, self.flow)
        self.assertEqual(
            draft.step_ids.mapped("name"), self.flow.step_ids.mapped("name")
        )
        self.assertEqual(draft.name, self.flow.name)
        self.assertEqual(draft.step_ids & self.flow.step_ids, draft.step_ids.browse())
        draft.step_ids[0].wait_days = 2

        self.assertEqual(self._dossier().flow_id, self.flow, "a draft is not used")
        draft.action_activate()
        self.assertEqual(self.flow.state, "retired")
        after = self._dossier()
        self.assertEqual(after.flow_id, draft)
        self.assertEqual(after.next_step_id, draft.step_ids[0])
        self.assertEqual(before.flow_id, self.flow)
        self.assertEqual(before.next_step_id, self.flow.step_ids[0])
        self.assertEqual(self.flow.dossier_count, 2)
        self.assertEqual(draft.version_count, 2)

    def test_back_to_an_earlier_version(self):
        """Activating a retired version retires the one in use."""
        draft = self.flow._new_version()
        draft.action_activate()
        self.flow.action_activate()
        self.assertEqual((self.flow.state, draft.state), ("active", "retired"))

    def test_new_version_keeps_translations(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.flow.with_context(lang="nl_NL").name = "Eigen facturen"
        self.flow.step_ids[0].with_context(lang="nl_NL").name = "Herinnering"
        draft = self.flow._new_version().with_context(lang="nl_NL")
        self.assertEqual(draft.name, "Eigen facturen")
        self.assertEqual(draft.step_ids[0].name, "Herinnering")

    # === CHECK === #

    def assertRefused(self, flow, *patterns):
        """The flow cannot be activated, and every reason is told."""
        with self.assertRaises(UserError) as caught:
            flow.action_activate()
        for pattern in patterns:
            self.assertRegex(str(caught.exception), pattern)
        self.assertEqual(flow.state, "draft")
        self.assertFalse(flow.is_sound)

    def test_costs_without_notice(self):
        flow = self._flow(self._reminder(), self._demand())
        self.assertRefused(flow, r"Step 2.*notice of costs.*art\. 6:96 lid 6 BW")
        self.assertIn("art. 6:96 lid 6 BW", flow.findings)

    def test_costs_without_notice_by_the_back_door(self):
        """Writing or creating the state is checked as the button is."""
        flow = self._flow(self._reminder(), self._demand())
        with self.assertRaisesRegex(UserError, "6:96"):
            flow.write({"state": "active"})
        with self.assertRaisesRegex(UserError, "6:96"):
            self._flow(self._reminder(), self._demand(), state="active")

    def test_costs_with_a_notice_that_may_be_left_out(self):
        flow = self._flow(
            self._reminder(), self._notice(condition_channel="email"), self._demand()
        )
        self.assertRefused(flow, r"Step 3.*without a condition")

    def test_costs_before_the_notice_has_run_out(self):
        flow = self._flow(
            self._reminder(),
            self._notice(),
            self._demand(wait_from="previous", wait_days=10),
        )
        self.assertRefused(flow, r"Step 3.*term of “Step 2” may still be running")

    def test_costs_after_another_message_s_term(self):
        """The term that has run out must be that of the notice."""
        flow = self._flow(
            self._notice(),
            self._reminder(wait_from="previous", wait_days=1, term_days=3),
            self._demand(),
        )
        self.assertRefused(flow, r"Step 3.*may still be running")

    def test_business_costs_need_no_notice(self):
        """Art. 6:96 lid 4 BW: a business owes them without any notice."""
        demand = self.env.ref("incasso_nl.template_demand_business")
        flow = self._flow(
            self._demand(wait_from="due", template_id=demand.id), debtor_type="business"
        )
        flow.action_activate()
        self.assertEqual(flow.state, "active")

    def test_short_notice(self):
        flow = self._flow(self._notice(term_days=14), self._demand())
        self.assertRefused(flow, r"Step 1.*14 days.*15 days", "ECLI:NL:HR:2016:2704")

    def test_wrong_templates(self):
        self.reminder.state = "draft"
        flow = self._flow(
            self._reminder(),
            self._reminder(template_id=False),
            self._reminder(template_id=self.notice.id),
            self._notice(template_id=self.demand.id),
            self._reminder(template_id=self.reminder.id, charge_costs=True),
            {"action": "proposal"},
        )
        self.assertRefused(
            flow,
            "Step 1.*not active",
            "Step 2.*no template",
            "Step 3.*by no other",
            "Step 4.*by no other",
            "Step 5.*takes a demand",
        )

    def test_impossible_order(self):
        flow = self._flow(
            {"action": "call", "wait_from": "deadline"},
            {"action": "close", "close_reason": "written_off"},
            {"action": "call"},
        )
        self.assertRefused(
            flow, "Step 1.*no message comes before", "Step 3.*closes the dossier"
        )

    def test_no_court_by_itself(self):
        flow = self._flow({"action": "phase", "to_phase": "court"})
        self.assertRefused(flow, "does not go to court by itself")

    def test_closing_reasons_that_are_facts(self):
        flow = self._flow({"action": "close", "close_reason": "paid"})
        self.assertRefused(flow, "written off, withdrawn or untraceable only")

    def test_own_reminders_are_for_own_invoices(self):
        step = {"action": "phase", "to_phase": "reminder"}
        self.assertRefused(
            self._flow(step, party="third_party"), "own reminders are for own invoices"
        )
        own = self._flow(step, {"action": "proposal"})
        own.action_activate()
        self.assertEqual(own.state, "active")

    def test_no_steps(self):
        self.assertRefused(self._flow(), "no steps yet")

    def test_second_look(self):
        """What is allowed but odd is told, and does not stand in the way."""
        flow = self._flow(
            self._reminder(),
            self._reminder(wait_from="previous", wait_days=3),
            {"action": "call", "condition_debtor_type": "business"},
            self._reminder(wait_from="deadline"),
        )
        for text in (
            "Step 2” goes out before the 14 days",
            "Step 3” is never taken",
            "After “Step 4” nothing happens",
            "is for the same dossiers",
        ):
            self.assertIn(text, flow.findings)
        self.assertTrue(flow.is_sound)
        flow.action_activate()

    # === PICTURE === #

    def test_ladder(self):
        flow = self._flow(
            self._reminder(name="Kind word", condition_balance_min=25),
            self._notice(wait_kind="working", wait_days=3),
            self._demand(claim_interest=True),
        )
        for text in (
            "Kind word",
            "1 day after the first due date",
            "3 working days after the previous step",
            "when the term of the last message is over",
            "25.00",
            "fa-balance-scale",
            "interest",
            "collection costs",
        ):
            self.assertIn(text, flow.ladder)

    def test_simulation(self):
        """As dates, for a dossier opened on Monday 2 March 2026 and due the day before.

        By e-mail: the reminder of 2 March gives until the 16th, and the bank has the
        18th and 19th. The notice, received on Thursday the 19th, gives 15 days: Friday
        3 April is equated with a holiday, the 6th is Easter Monday, so it ends on
        Tuesday the 7th. No costs within 21 days of sending, and two working days for
        the bank.
        """
        self.company.write(
            {"incasso_bank_days": 2, "incasso_notice_safe_distance": True}
        )
        flow = self._flow(
            self._reminder(),
            self._notice(wait_from="deadline", wait_days=0),
            self._demand(term_days=7),
            {"action": "proposal", "wait_from": "previous", "wait_days": 1},
            company_id=self.company.id,
        )
        rows = flow._simulate(date(2026, 3, 2))
        by_email = [(row["email"].day, row["email"].deadline) for row in rows]
        self.assertEqual(
            by_email[:2],
            [
                (date(2026, 3, 2), date(2026, 3, 16)),
                (date(2026, 3, 19), date(2026, 4, 7)),
            ],
        )
        _received, _deadline, costs_from = self.env["incasso.message"]._term(
            "notice", "email", date(2026, 3, 19), 15, self.company
        )
        self.assertGreaterEqual(by_email[2][0], costs_from)
        self.assertEqual(by_email[3][0], by_email[2][0] + timedelta(days=1))
        for row in rows[1:]:
            self.assertGreaterEqual(row["post"].day, row["email"].day)
        self.assertIn("Mon 2 Mar 2026", self._shown(flow, date(2026, 3, 2)))

    def _shown(self, flow, day):
        with freeze_time(day):
            flow.invalidate_recordset(["simulation"])
            return flow.simulation

    def test_ladder_escapes(self):
        flow = self._flow(self._reminder(name="<script>alert(1)</script>"))
        self.assertNotIn("<script>", flow.ladder)
        self.assertIn("&lt;script&gt;", flow.ladder)

    # === CHOICE === #

    def test_creditor_s_own_flow_goes_first(self):
        step = {"action": "proposal"}
        general = self._flow(step, party="third_party", sequence=1)
        own = self._flow(
            step, party="third_party", creditor_id=self.creditor.id, sequence=99
        )
        (general + own).action_activate()
        chosen = self.env["incasso.flow"]._candidates(self.company)
        other = self._partner("Garage Smit")
        self.assertEqual(
            chosen._choose("third_party", "consumer", self.creditor.id), own
        )
        self.assertEqual(chosen._choose("third_party", "consumer", other.id), general)

    def test_company_s_own_flow_goes_before_a_shared_one(self):
        mine = self._flow(
            {"action": "proposal"}, company_id=self.company.id, sequence=99
        )
        mine.action_activate()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        flows = self.env["incasso.flow"]
        self.assertEqual(
            flows._candidates(self.company)._choose("own", "consumer", 0), mine
        )
        self.assertEqual(
            flows._candidates(elsewhere)._choose("own", "consumer", 0), self.flow
        )

    def test_no_flow_fits(self):
        """A dossier is opened all the same, and says what is missing."""
        self.env["incasso.flow"].search([("state", "=", "active")]).action_retire()
        dossier = self._dossier()
        self.assertFalse(dossier.flow_id)
        self.assertIn(
            "No active flow fits: choose one by hand.",
            dossier.event_ids.mapped("summary"),
        )


@tagged("post_install", "-at_install")
class TestFlowDays(IncassoCommon):
    """Counting the days between steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.incasso_bank_days = 2

    def setUp(self):
        super().setUp()
        self.days = CompanyDays(self.company)

    def test_working_days(self):
        """2026: Good Friday 3 April, Easter Monday 6 April, King's Day Mon 27 April."""
        for start, count, expected in (
            (date(2026, 3, 2), 5, date(2026, 3, 9)),
            (date(2026, 3, 6), 1, date(2026, 3, 9)),
            (date(2026, 4, 2), 1, date(2026, 4, 7)),
            (date(2026, 4, 24), 1, date(2026, 4, 28)),
            (date(2026, 4, 25), 0, date(2026, 4, 25)),
        ):
            self.assertEqual(self.days.add(start, count, "working"), expected)
        self.assertEqual(self.days.add(date(2026, 4, 2), 4), date(2026, 4, 6))

    def test_company_closing_day(self):
        """A day on which the company is closed is no working day."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Team outing",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-03-09 00:00:00",
                "date_to": "2026-03-09 23:00:00",
            }
        )
        days = CompanyDays(self.company)
        self.assertEqual(days.add(date(2026, 3, 6), 1, "working"), date(2026, 3, 10))

    def test_company_without_hours(self):
        """Then the working days of the law count."""
        self.company.resource_calendar_id.attendance_ids.unlink()
        days = CompanyDays(self.company)
        self.assertEqual(days.add(date(2026, 3, 6), 2, "working"), date(2026, 3, 10))

    def test_contact_day(self):
        """Art. 4.2 Bki: no Sundays, holidays and equated days; Saturdays are fine."""
        for day, expected in (
            (date(2026, 11, 21), date(2026, 11, 21)),
            (date(2026, 11, 22), date(2026, 11, 23)),
            (date(2026, 4, 27), date(2026, 4, 28)),
            # 2 January 2026 was equated with a holiday; the 3rd is a Saturday.
            (date(2026, 1, 1), date(2026, 1, 3)),
        ):
            self.assertEqual(self.days.contact_day(day), expected)

    def test_after_term(self):
        """The day after, and two working days for the bank."""
        # Paid on Wednesday 4 March: seen on Monday 9 March at the latest.
        self.assertEqual(self.days.after_term(date(2026, 3, 4)), date(2026, 3, 9))
        self.company.incasso_bank_days = 0
        self.assertEqual(self.days.after_term(date(2026, 3, 4)), date(2026, 3, 5))

    def _step(self, **values):
        return self.env["incasso.flow.step"].new({"action": "message"} | values)

    def test_wait_from_previous(self):
        step = self._step(wait_from="previous", wait_days=7)
        self.assertEqual(
            step._date_after(self.days, date(2026, 3, 2)), date(2026, 3, 9)
        )
        # Sunday 8 March: nobody is written to, but a proposal can be made.
        step.wait_days = 6
        self.assertEqual(
            step._date_after(self.days, date(2026, 3, 2)), date(2026, 3, 9)
        )
        step.action = "proposal"
        self.assertEqual(
            step._date_after(self.days, date(2026, 3, 2)), date(2026, 3, 8)
        )

    def test_wait_from_deadline(self):
        """Never before the bank's days; a longer wait counts from the term itself."""
        step = self._step(wait_from="deadline", wait_days=0)
        deadline = date(2026, 3, 4)
        for wait, expected in ((0, date(2026, 3, 9)), (7, date(2026, 3, 11))):
            step.wait_days = wait
            self.assertEqual(
                step._date_after(self.days, date(2026, 2, 20), deadline), expected
            )

    def test_wait_from_due(self):
        """Not before today, and never while a term that was given is running."""
        step = self._step(wait_from="due", wait_days=1)
        due, today = date(2026, 2, 27), date(2026, 3, 10)
        self.assertEqual(
            step._date_after(self.days, date(2026, 2, 25), None, due),
            date(2026, 2, 28),
        )
        self.assertEqual(step._date_after(self.days, today, None, due), today)
        self.assertEqual(
            step._date_after(self.days, today, date(2026, 3, 18), due),
            date(2026, 3, 23),
        )
