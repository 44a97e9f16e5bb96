from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..law.window import TIME_ZONE, amsterdam, contact_window
from ..tools.company_days import CompanyDays
from .incasso_dossier_flow import dutch_day
from .incasso_request import OPEN_STATES

#: A time at which somebody is called back is this long, and not sooner than that.
SLOT = timedelta(hours=2)
NOTICE = timedelta(hours=1)
CALL_OUTCOMES = [
    ("reached", "Spoken to"),
    ("voicemail", "Voicemail"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
    ("refused", "Did not want to talk"),
]


class IncassoCallback(models.Model):
    """A debtor asks to be called, at a time that suits both.

    Only at times at which a debtor may be called at all: art. 4.2 Bki.
    """

    _name = "incasso.callback"
    _description = "Call-Back Request"
    _inherit = ["incasso.request"]

    phone = fields.Char(help="Kept as +31612345678 (E.164).", required=True)
    call_from = fields.Datetime(required=True, tracking=True)
    call_until = fields.Datetime(required=True)
    outcome = fields.Selection(selection=CALL_OUTCOMES, readonly=True, copy=False)
    attempts = fields.Integer(
        help="How often was called.", readonly=True, copy=False, default=0
    )

    _until_after_from = models.Constraint(
        "CHECK (call_until > call_from)", "A call ends after it starts."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("call_from", "call_until")
    def _check_allowed(self):
        law = self.env["incasso.law"]
        for callback in self:
            last = callback.call_until - timedelta(minutes=1)
            for moment in (callback.call_from, last):
                window = contact_window(
                    moment.replace(tzinfo=UTC),
                    "phone",
                    law._calendar(),
                    law._legal_values(),
                )
                if not window.allowed:
                    raise ValidationError(
                        self.env._(
                            "A debtor is not called at that time: not at night, on "
                            "Sundays and on holidays (art. 4.2 Bki)."
                        )
                    )

    # === COMPUTE METHODS === #

    @api.depends("call_from")
    def _compute_answer_date(self):
        """Override of `incasso.request`: the day that was agreed on."""
        for callback in self:
            callback.answer_date = callback.call_from and dutch_day(callback.call_from)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request` to make the call a task of that day."""
        vals_list = [
            {**vals, "phone": self._clean_phone(vals.get("phone"))}
            for vals in vals_list
        ]
        callbacks = super().create(vals_list)
        callbacks._schedule()
        return callbacks

    def write(self, vals):
        """Override of `incasso.request` to move the task along with the call."""
        if "phone" in vals:
            vals = {**vals, "phone": self._clean_phone(vals["phone"])}
        result = super().write(vals)
        if "call_from" in vals:
            self._schedule()
        return result

    # === ACTION METHODS === #

    def action_reached(self):
        """They were spoken to."""
        self._record("reached", done=True)

    def action_voicemail(self):
        """A message was left: they can call back."""
        self._record("voicemail", done=True)

    def action_wrong_number(self):
        """It is somebody else's number: nobody calls it again."""
        self._record("wrong_number", done=True)

    def action_refused(self):
        """They do not want to talk."""
        self._record("refused", done=True)

    def action_no_answer(self):
        """Nobody answered: call again at the next time at which that is possible."""
        self._record("no_answer", done=False)
        for callback in self:
            slots = self._slots(callback.company_id)
            later = [slot for slot in slots if slot[0] > callback.call_from]
            if later:
                start, end = later[0]
                callback.write({"call_from": start, "call_until": end})

    def action_withdraw(self):
        """The debtor need not be called any more."""
        self.check_access("write")
        self.filtered(lambda callback: callback.state in OPEN_STATES)._close(
            "cancelled"
        )
        self.activity_unlink(["mail.mail_activity_data_call"])

    # === BUSINESS METHODS === #

    @api.model
    def _slots(self, company, count=20):
        """Times at which a debtor can be called back: when the company works, and a
        debtor may be called (art. 4.2 Bki).

        :param company: a single `res.company`
        :param int count: how many, at the most
        :return: from and until, in UTC without a time zone, as Odoo keeps it
        :rtype: list[tuple[datetime, datetime]]
        """
        now = fields.Datetime.now()
        values = self.env["incasso.law"]._legal_values()
        days = CompanyDays(company)
        day, slots = dutch_day(now), []
        horizon = day + timedelta(days=31)
        while len(slots) < count and day < horizon:
            if days.is_working_day(day) and days.is_contact_day(day):
                opens = int(values.at("contact_from_hour", day))
                closes = int(values.at("contact_until_hour", day))
                slots += [
                    slot
                    for slot in self._slots_on(company, day, opens, closes)
                    if slot[0] >= now + NOTICE
                ]
            day += timedelta(days=1)
        return slots[:count]

    @api.model
    def _slots_on(self, company, day, opens, closes):
        """The hours of one day in parts of two, between the hours of the law."""
        midnight = datetime.combine(day, time.min, ZoneInfo(TIME_ZONE))
        calendar = company.resource_calendar_id
        intervals = calendar and [
            (amsterdam(start), amsterdam(end))
            for start, end, _meta in calendar._work_intervals_batch(
                midnight, midnight + timedelta(days=1)
            )[False]
        ]
        # A calendar that has no hours says nothing: office hours.
        intervals = intervals or [(midnight.replace(hour=9), midnight.replace(hour=17))]
        slots = []
        for start, end in intervals:
            start = max(start, midnight.replace(hour=opens))
            end = min(end, midnight.replace(hour=closes))
            while end - start >= SLOT / 2:
                until = min(start + SLOT, end)
                slots.append(
                    tuple(
                        moment.astimezone(UTC).replace(tzinfo=None)
                        for moment in (start, until)
                    )
                )
                start = until
        return slots

    @api.model
    def _clean_phone(self, number):
        """A phone number in E.164; without a country it is a Dutch one.

        :raise UserError: it is none that can be called
        """
        formatted = number and self.env["res.partner"]._phone_format(
            number=number[:50], country=self.env.ref("base.nl"), force_format="E164"
        )
        if not formatted:
            raise UserError(
                self.env._(
                    "This is not a phone number that we can call, for example 06 "
                    "12345678 or +32 470 12 34 56."
                )
            )
        return formatted

    def _record(self, outcome, done):
        self.check_access("write")
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        for callback in self:
            if callback.state not in OPEN_STATES:
                raise UserError(self.env._("%s is done already.", callback.name))
            callback.write({"outcome": outcome, "attempts": callback.attempts + 1})
            callback.dossier_id._log(
                "call",
                self.env._(
                    "Called back (%(number)s): %(outcome)s.",
                    number=callback.name,
                    outcome=outcomes[outcome],
                ),
            )
        if done:
            self._close()
            self.activity_feedback(["mail.mail_activity_data_call"])

    def _schedule(self):
        self.activity_unlink(["mail.mail_activity_data_call"])
        for callback in self.filtered(lambda callback: callback.state in OPEN_STATES):
            start, end = (
                amsterdam(moment.replace(tzinfo=UTC))
                for moment in (callback.call_from, callback.call_until)
            )
            callback.activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=start.date(),
                summary=self.env._(
                    "Call %(phone)s between %(start)s and %(end)s",
                    phone=callback.phone,
                    start=f"{start:%H:%M}",
                    end=f"{end:%H:%M}",
                ),
                user_id=callback.handler_id.id,
            )
