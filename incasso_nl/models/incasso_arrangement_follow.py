import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.misc import format_date

from .database import write_rows
from .incasso_dossier_flow import GONE, UNSENT, DaysByCompany, dutch_day

_logger = logging.getLogger(__name__)

#: Arrangements a transaction.
BATCH = 500
#: A message that may still go out; one that failed waits for a person, on the worklist.
ON_ITS_WAY = (*UNSENT, "failed")


class IncassoArrangement(models.Model):
    """Following arrangements from day to day: reminding of instalments, telling of one
    that was missed, letting an arrangement lapse.

    What is to be done next, and when, follows from the instalments alone
    (:meth:`_tasks`). ``follow_date`` is the first of these days, and moves in the same
    transaction as what is done on it: so the follow-up can be killed at any moment and
    started again.
    """

    _inherit = "incasso.arrangement"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS - CRON === #

    @api.model
    def _cron_follow(self):
        """Follow every arrangement whose day has come, in committed batches."""
        cron = self.env["ir.cron"]
        today = fields.Date.context_today(self)
        domain = [
            ("stage", "in", ("offered", "active")),
            ("run_error", "=", False),
            ("follow_date", "<=", today),
        ]
        # Without tracking in the chatter: the time line of the dossier tells it.
        arrangements = self.with_context(tracking_disable=True)
        passed_over = set()
        while batch := arrangements.search(
            [*domain, ("id", "not in", list(passed_over))],
            order="follow_date, id",
            limit=BATCH,
        ):
            locked = batch.try_lock_for_update()
            # Somebody else is busy with these; tomorrow is soon enough.
            passed_over.update((batch - locked).ids)
            locked._follow_batch(today)
            left = self.search_count(domain) - len(passed_over)
            if not cron._commit_progress(len(locked), remaining=max(left, 0)):
                break

    def _follow_batch(self, on_date):
        """Follow these; set aside the one that fails, go on with the rest.

        A batch that fails is undone and split, until the one that it is about stands
        alone.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._follow(on_date)
            return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        # Whatever is wrong with one must not keep the others from their reminder.
        except Exception as error:  # noqa: BLE001
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                self._set_aside(error)
                return
        half = len(self) // 2
        self[:half]._follow_batch(on_date)
        self[half:]._follow_batch(on_date)

    def _set_aside(self, error):
        """Keep one that failed out of the follow-up, and on somebody's list."""
        self.ensure_one()
        reason = str(error)
        if not isinstance(error, UserError):
            _logger.error("Arrangement %s failed", self.id, exc_info=error)
            reason = f"{type(error).__name__}: {error}"
        self.run_error = reason
        self._log(self.env._("Set aside: %s", reason))
        self.dossier_id.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("%s was set aside", self.name),
            note=reason,
            user_id=self.handler_id.id or self.env.uid,
        )

    # === BUSINESS METHODS - WHAT IS TO BE DONE === #

    def _follow(self, on_date):
        """Do what is to be done on a day, all of a kind together.

        Nothing is done as long as something else stops the dossier, or money waits to
        be booked: then it is looked at again on the next working day.

        :param date on_date: the day
        """
        offers = self.filtered(
            lambda found: found.stage == "offered" and found.offer_until < on_date
        )
        for offer in offers:
            offer._withdraw(self.env._("nobody said yes to what was offered"))
        active = self.filtered(lambda found: found.stage == "active")
        days = DaysByCompany(self.env)
        stopped = active._stopped_ids(on_date)
        waiting = active.filtered(lambda found: found.dossier_id.id in stopped)
        write_rows(
            self.browse(),
            [
                {
                    "id": found.id,
                    "follow_date": days[found.company_id.id].add(on_date, 1, "working"),
                }
                for found in waiting
            ],
        )
        todo = defaultdict(self.browse)
        parts = defaultdict(self.env["incasso.instalment"].browse)
        going = active - waiting
        paid = going.filtered(
            lambda found: all(part.state == "paid" for part in found.instalment_ids)
        )
        paid._finish(on_date)
        for found in going - paid:
            for task, day, instalment in found._tasks(days[found.company_id.id]):
                if day <= on_date:
                    todo[task] |= found
                    parts[task] |= instalment
        todo["lapse"]._lapse(on_date)
        (todo["miss"] - todo["lapse"])._miss(parts["miss"], on_date)
        (todo["remind"] - todo["lapse"] - todo["miss"])._remind(
            parts["remind"], on_date
        )
        going.filtered(lambda found: found.stage == "active")._plan(on_date, days)

    def _tasks(self, days):
        """What is to be done about an active arrangement, and from which day on.

        Everything that is told is told on days on which debtors may be approached
        (art. 4.2 Bki).

        :param days: :class:`~..tools.company_days.CompanyDays`
        :return: ``remind``, ``miss``, ``lapse`` or ``check``, a day, an instalment
        :rtype: list[tuple[str, date, incasso.instalment]]
        """
        self.ensure_one()
        tasks = []
        none = self.env["incasso.instalment"]
        for part in self.instalment_ids:
            if part.state not in ("open", "postponed"):
                continue
            missed_on = part._missed_on(days)
            tasks.append(("miss", missed_on, part))
            remind_on = part._remind_on(days)
            if remind_on:
                tasks.append(("remind", remind_on, part))
        if any(part.state == "late" for part in self.instalment_ids):
            tasks.append((*self._lapse_on(days), none))
        return tasks

    def _lapse_on(self, days):
        """When it lapses, as an instalment is late.

        The term runs from the day on which the message about it went out. One that did
        not arrive began no term: the debtor is told again.

        :return: ``lapse`` or ``check``, and the day
        """
        self.ensure_one()
        message = self.missed_message_id
        today = fields.Date.context_today(self)
        if message.state in GONE:
            last = message.deadline_date or dutch_day(message.sent_at) + timedelta(
                days=self.missed_days
            )
            return "lapse", days.contact_day(days.after_term(last))
        if message.state in ON_ITS_WAY:
            return "check", days.add(today, 1, "working")
        return "miss", days.contact_day(today)

    def _plan(self, on_date, days=None):
        """Set the day of the next look, after ``on_date``.

        :param days: companies' days, where they are known
        """
        days = days or DaysByCompany(self.env)
        rows = []
        for found in self:
            calendar = days[found.company_id.id]
            tasks = found._tasks(calendar)
            first = min((day for _task, day, _part in tasks), default=None)
            # What was to be done on that day is done, or waits for another one.
            first = first and max(first, on_date + timedelta(days=1))
            rows.append({"id": found.id, "follow_date": first})
        write_rows(self.browse(), rows)

    def _stopped_ids(self, on_date):
        """Dossiers that something else than an arrangement stops, or for which money
        came in that nobody has booked yet.

        :return: ids of dossiers
        :rtype: set[int]
        """
        if not self:
            return set()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dossier.id
                  FROM incasso_dossier dossier
                 WHERE dossier.id IN %(ids)s
                   AND (
                       EXISTS (
                           SELECT FROM incasso_hold hold
                            WHERE hold.dossier_id = dossier.id
                              AND hold.state = 'active'
                              AND hold.arrangement_id IS NULL
                              AND (hold.end_date IS NULL OR hold.end_date >= %(day)s)
                              AND NOT EXISTS (
                                  SELECT FROM incasso_claim_incasso_hold_rel partial
                                   WHERE partial.incasso_hold_id = hold.id
                              )
                       )
                       OR EXISTS (
                           SELECT FROM incasso_receipt receipt
                            WHERE receipt.dossier_id = dossier.id
                              AND receipt.state = 'proposed'
                       )
                   )
                """,
                ids=tuple(self.dossier_id.ids),
                day=on_date,
            )
        )
        return {row[0] for row in rows}

    # === BUSINESS METHODS - DOING IT === #

    def _remind(self, instalments, on_date):
        """Remind of instalments before their dates."""
        instalments = instalments.filtered(lambda part: part.arrangement_id in self)
        messages = self._send(
            "template_instalment",
            {
                found.id: found._letter_facts(
                    pay=instalments.filtered(
                        lambda part, found=found: part.arrangement_id == found
                    )
                )
                for found in self
            },
        )
        by_dossier = {message.dossier_id.id: message.id for message in messages}
        write_rows(
            instalments.browse(),
            [
                {
                    "id": part.id,
                    "reminded_date": on_date,
                    "reminder_id": by_dossier.get(part.dossier_id.id),
                }
                for part in instalments
            ],
        )

    def _miss(self, instalments, on_date):
        """Instalments did not come: the debtor gets a friendly reminder with a term. A
        promise that was not kept is over at once."""
        instalments = instalments.filtered(lambda part: part.arrangement_id in self)
        write_rows(
            instalments.browse(),
            [{"id": part.id, "state": "late"} for part in instalments],
        )
        instalments.modified(["state"])
        self.filtered(lambda found: found.kind == "promise")._lapse(on_date)
        told = self.filtered(
            lambda found: (
                found.stage == "active"
                and found.missed_message_id.state not in (*ON_ITS_WAY, *GONE)
            )
        )
        if not told:
            return
        by_term = told.grouped("missed_days")
        for term, group in by_term.items():
            messages = group._send(
                "template_instalment_missed",
                {
                    found.id: found._letter_facts(
                        pay=found.instalment_ids.filtered(lambda p: p.state == "late")
                    )
                    for found in group
                },
                term_days=term,
            )
            by_dossier = {message.dossier_id: message for message in messages}
            for found in group:
                found.missed_message_id = by_dossier.get(found.dossier_id, False)
        unreached = told.filtered(lambda found: not found.missed_message_id)
        unreached.dossier_id._hold(
            "address_unknown",
            self.env._("No way to tell the debtor of a missed instalment."),
            on_date,
        )

    def _lapse(self, on_date):
        """What was agreed was not kept: the dossier goes on where it was."""
        if not self:
            return
        for found in self:
            late = found.instalment_ids.filtered(lambda part: part.state == "late")
            found.term_date = found.missed_message_id.deadline_date or max(
                late.mapped("date"), default=on_date
            ) + timedelta(days=found.grace_days)
        self._store_stage("lapsed", on_date)
        self._revive_interest()
        arrangements = self.filtered(lambda found: found.kind == "arrangement")
        balances = self.dossier_id._letter_balances(on_date)
        messages = arrangements._send(
            "template_arrangement_lapsed",
            {
                found.id: {
                    "pay": {
                        "amount": str(balances[found.dossier_id.id].due),
                    }
                }
                for found in arrangements
            },
            balances=balances,
        )
        by_dossier = {message.dossier_id: message for message in messages}
        for found in self:
            found.lapsed_message_id = by_dossier.get(found.dossier_id, False)
        self._log(
            {
                found.id: self.env._(
                    "Not kept: %(amount)s of %(day)s did not come.",
                    amount=found.currency_id.format(found.late_amount),
                    day=format_date(self.env, found.next_date),
                )
                for found in self
            }
        )
        self._let_go(on_date)
