from datetime import date, datetime

from freezegun import freeze_time

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 13:10:00")  # a Friday, 14:10 in the Netherlands
class TestCallback(IncassoCommon):
    """Being called back when the debtor wants it and the law allows it."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(handler_id=self.handler.id)
        self.company.resource_calendar_id.tz = "Europe/Amsterdam"

    def _callback(
        self, start="2026-11-23 09:00:00", end="2026-11-23 11:00:00", **values
    ):
        return self.env["incasso.callback"].create(
            {
                "dossier_id": self.dossier.id,
                "phone": "06 12345678",
                "call_from": start,
                "call_until": end,
                **values,
            }
        )

    def test_task_on_that_day(self):
        callback = self._callback()
        self.assertEqual(callback.phone, "+31612345678")
        self.assertEqual(callback.answer_date, date(2026, 11, 23))
        (task,) = callback.activity_ids
        self.assertEqual(task.date_deadline, date(2026, 11, 23))
        self.assertEqual(task.user_id, self.handler)
        self.assertIn("+31612345678 between 10:00 and 12:00", task.summary)

    def test_task_of_a_visitor_is_the_systems(self):
        """Handlers may not read the public user where that is of another company."""
        visitor = self.env(user=self.env.ref("base.public_user").id, su=True)
        dossier = self.dossier.with_env(visitor)
        callback = dossier.env["incasso.callback"].create(
            {
                "dossier_id": dossier.id,
                "source": "portal",
                "phone": "06 12345678",
                "call_from": "2026-11-23 09:00:00",
                "call_until": "2026-11-23 11:00:00",
            }
        )
        self.assertEqual(callback.activity_ids.create_uid.id, SUPERUSER_ID)
        self.assertEqual(callback.activity_ids.user_id, self.handler)

    def test_numbers(self):
        for number, kept in (
            ("020 123 45 67", "+31201234567"),
            ("+32 470 12 34 56", "+32470123456"),
            ("0031612345678", "+31612345678"),
        ):
            self.assertEqual(self._callback(phone=number).phone, kept)
        for number in ("", "12", "bel mij", "<script>", "0900", "9" * 60):
            with self.assertRaises(UserError, msg=number):
                self._callback(phone=number)

    def test_only_when_a_debtor_may_be_called(self):
        for start, end in (
            ("2026-11-23 05:30:00", "2026-11-23 07:00:00"),  # 6:30, Monday
            ("2026-11-23 18:30:00", "2026-11-23 19:30:00"),  # until 20:30
            ("2026-11-22 09:00:00", "2026-11-22 11:00:00"),  # Sunday
            ("2026-12-25 09:00:00", "2026-12-25 11:00:00"),  # Christmas
        ):
            with self.assertRaisesRegex(ValidationError, "4.2 Bki"):
                self._callback(start, end)
        # Until 20:00 exactly
        self.assertTrue(self._callback("2026-11-23 17:00:00", "2026-11-23 19:00:00"))

    def test_times_to_choose_from(self):
        """The company's hours (8:00-12:00 and 13:00-17:00), in parts of two."""
        slots = self.env["incasso.callback"]._slots(self.company)
        # This Friday at 15:10 at the earliest: none. Then Monday, Tuesday, ...
        self.assertEqual(
            slots[:5],
            [
                (datetime(2026, 11, 23, 7), datetime(2026, 11, 23, 9)),
                (datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 11)),
                (datetime(2026, 11, 23, 12), datetime(2026, 11, 23, 14)),
                (datetime(2026, 11, 23, 14), datetime(2026, 11, 23, 16)),
                (datetime(2026, 11, 24, 7), datetime(2026, 11, 24, 9)),
            ],
        )
        with freeze_time("2026-12-24 20:00:00"):
            slots = self.env["incasso.callback"]._slots(self.company)
            days = {start.date() for start, _end in slots}
            # No Christmas, no weekend, no New Year's Day
            self.assertEqual(
                sorted(days)[:5],
                [
                    date(2026, 12, 28),
                    date(2026, 12, 29),
                    date(2026, 12, 30),
                    date(2026, 12, 31),
                    date(2027, 1, 4),
                ],
            )

    def test_every_time_can_be_chosen(self):
        for start, end in self.env["incasso.callback"]._slots(self.company, count=40):
            self.assertTrue(self._callback(start, end))

    def test_summer_time(self):
        with freeze_time("2026-07-03 20:00:00"):
            start = self.env["incasso.callback"]._slots(self.company)[0][0]
        self.assertEqual(start, datetime(2026, 7, 6, 6), "Monday, 8:00")

    def test_spoken_to(self):
        callback = self._callback()
        callback.with_user(self.handler).action_reached()
        self.assertEqual((callback.state, callback.outcome), ("done", "reached"))
        self.assertEqual(callback.attempts, 1)
        self.assertFalse(callback.activity_ids)
        calls = self.dossier.event_ids.filtered(lambda event: event.kind == "call")
        self.assertEqual(calls.summary, f"Called back ({callback.name}): Spoken to.")
        with self.assertRaises(UserError):
            callback.action_reached()

    def test_no_answer_is_tried_again(self):
        callback = self._callback()
        callback.action_no_answer()
        self.assertEqual((callback.state, callback.attempts), ("new", 1))
        self.assertEqual(callback.call_from, datetime(2026, 11, 23, 12))
        self.assertEqual(len(callback.activity_ids), 1)

    def test_withdrawn(self):
        callback = self._callback()
        callback.action_withdraw()
        self.assertEqual(callback.state, "cancelled")
        self.assertFalse(callback.activity_ids)
