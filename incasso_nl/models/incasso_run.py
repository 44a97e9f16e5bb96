import logging
import random
import time
from collections import Counter

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.garbage import calm

_logger = logging.getLogger(__name__)

# Dossiers a transaction: large enough that the queries of a batch do not count, small
# enough that a batch takes about a second and memory stays flat.
BATCH_SIZE = 1000
# How often a batch is tried again when another transaction was first.
MAX_TRIES = 5


class IncassoRun(models.Model):
    """One daily run: what it took on, how far it came, what it set aside.

    The run keeps no list of what it did: a dossier whose step was taken is not due any
    more, in the same transaction. So it can be killed at any moment and started again,
    and two runs at once share the work.
    """

    _name = "incasso.run"
    _description = "Daily Run"
    _order = "id desc"
    _rec_name = "date"

    date = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, required=True, readonly=True
    )
    started_at = fields.Datetime(
        required=True, default=fields.Datetime.now, readonly=True
    )
    ended_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("stopped", "Stopped"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    stop_requested = fields.Boolean(readonly=True)
    due_count = fields.Integer(
        string="Due", help="Dossiers that were due when the run began.", readonly=True
    )
    dossier_count = fields.Integer(
        string="Dossiers", help="Dossiers looked at so far.", readonly=True
    )
    step_count = fields.Integer(string="Steps Taken", readonly=True)
    message_count = fields.Integer(string="Messages", readonly=True)
    skipped_count = fields.Integer(string="Skipped Steps", readonly=True)
    waiting_count = fields.Integer(
        string="Put Off",
        help="Dossiers whose step has to wait: a term is still running, or a receipt "
        "is not booked yet.",
        readonly=True,
    )
    paid_count = fields.Integer(string="Closed as Paid", readonly=True)
    error_count = fields.Integer(string="Set Aside", readonly=True)
    progress = fields.Float(compute="_compute_progress")

    _one_a_company = models.UniqueIndex(
        "(company_id) WHERE state IN ('waiting', 'running')",
        "A run of this company is under way.",
    )

    # === COMPUTE METHODS === #

    @api.depends("due_count", "dossier_count", "state")
    def _compute_progress(self):
        for run in self:
            if run.state == "done" or not run.due_count:
                run.progress = 100.0 if run.state == "done" else 0.0
            else:
                run.progress = min(100.0, 100.0 * run.dossier_count / run.due_count)

    # === ACTION METHODS === #

    def action_stop(self):
        """Ask a run to stop after the batch it is busy with."""
        self._check_may_run()
        # sudo: nobody edits runs, but those who may start one may stop it.
        self.sudo().filtered(
            lambda run: run.state in ("waiting", "running")
        ).stop_requested = True

    def action_run_now(self):
        """Start a run for the current company, in the background.

        :return: an action that shows the run
        """
        self._check_may_run()
        # sudo: nobody edits runs, but team leads may start one.
        run = self.sudo()._open_run(self.env.company)
        self.env.ref("incasso_nl.cron_daily_run").sudo()._trigger()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": run.id,
            "view_mode": "form",
        }

    def _check_may_run(self):
        """
        :raise UserError: the user is no team lead
        """
        if not self.env.user.has_group("incasso_nl.group_team_lead"):
            raise UserError(self.env._("Only team leads start and stop the daily run."))

    # === BUSINESS METHODS - CRON === #

    @api.model
    def _cron_daily_run(self):
        """Run every company that has something due, or that did not run today."""
        companies = self.env["incasso.dossier"]._read_group(
            [("state", "=", "open")], ["company_id"]
        )
        for (company,) in companies:
            if not self._take_up(company)._process():
                # No time left: the cron calls again, and the run goes on.
                break

    @api.model
    def _take_up(self, company):
        """The run of ``company`` to go on with, in a transaction of its own.

        :rtype: incasso.run
        """

        def take_up():
            run = self._open_run(company)
            self.env["ir.cron"]._commit_progress()
            return run

        return self._retried(take_up)

    def _retried(self, work):
        """Call ``work``, again when another transaction was first.

        :param work: a function that begins with a fresh transaction and may commit
        :return: what it returns
        """
        for _try in range(MAX_TRIES - 1):
            try:
                return work()
            except (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                self.env.cr.rollback()
                time.sleep(random.uniform(0, 0.5))
        return work()

    @api.model
    def _open_run(self, company):
        """The run of ``company`` that is under way, also after it was killed, or a new
        one."""
        run = self.search(
            [("company_id", "=", company.id), ("state", "in", ["waiting", "running"])],
            limit=1,
        )
        return run or self.create(
            {"company_id": company.id, "date": self._today(company)}
        )

    @api.model
    def _today(self, company):
        """The date where ``company`` is."""
        zone = company.partner_id.tz or "Europe/Amsterdam"
        return fields.Date.context_today(self.with_context(tz=zone))

    # === BUSINESS METHODS - RUNNING === #

    def _process(self, batch_size=BATCH_SIZE):
        """Take all due dossiers of the run's company, a batch and a commit at a time.

        :param int batch_size: dossiers a transaction
        :return: whether there is nothing left to do for this process: the run came to
            its end, or another process is at it; False where the cron's time was up
        :rtype: bool
        """
        self.ensure_one()
        run = self.with_company(self.company_id).with_context(
            lang=self.company_id.partner_id.lang or self.env.user.lang
        )
        today = run._today(run.company_id)
        left = run._retried(lambda: run._begin(today))
        if not left:
            return left is None
        with calm():
            return run._take_batches(batch_size, today)

    def _take_batches(self, batch_size, today):
        """Take batch after batch until none is left, or the time is up.

        :return: as :meth:`_process`
        """
        left, after, missed, last_pass = True, None, False, False
        while left:
            left, after, passed_over = self._retried(
                lambda after=after: self._take_batch(after, batch_size, today)
            )
            missed = missed or passed_over
            if left and not after and missed and not last_pass:
                # What somebody else was busy with is looked at once more.
                last_pass = True
            elif left and not after:
                return self._retried(lambda: self._end("done"))
            self.env.invalidate_all()
        return left is None

    def _begin(self, today):
        """Count what is due.

        :return: seconds left; None where another process is at it, or was
        """
        if not self._is_alone() or self.state not in ("waiting", "running"):
            return None
        self.write({"state": "running", "date": today})
        remaining = self._count_due()
        self.due_count = self.dossier_count + remaining
        return self.env["ir.cron"]._commit_progress(remaining=remaining)

    def _take_batch(self, after, size, today):
        """Take the steps of the next dossiers, and commit.

        :param tuple after: where the batch before it ended; None to begin
        :return: seconds left, None where this process is to leave it; where the batch
            ended, None where there was none; whether somebody else was busy with one
            of them
        """
        if not self._is_alone():
            return None, None, False
        if self.stop_requested:
            self._end("stopped")
            return None, None, False
        batch, after = self._next_batch(after, size)
        locked = batch.try_lock_for_update(allow_referencing=True)
        self._add(len(locked), self._run_batch(locked, today))
        left = self.env["ir.cron"]._commit_progress(len(locked))
        return left, after, len(locked) < len(batch)

    def _is_alone(self):
        """Whether no other process is busy with a batch of this run.

        Holds until the end of the transaction. Not a lock on the row: whoever asks the
        run to stop must be able to write there.
        """
        [(alone,)] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                self._name,
                self.company_id.id,
            )
        )
        return alone

    def _due_condition(self):
        """What the partial index on due dossiers holds, for this run.

        :rtype: SQL
        """
        return SQL(
            """company_id = %s AND state = 'open' AND is_held IS NOT TRUE
               AND run_error IS NULL AND next_action_date <= %s""",
            self.company_id.id,
            self.date,
        )

    def _count_due(self):
        self.env.flush_all()
        [(count,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM incasso_dossier WHERE %s", self._due_condition())
        )
        return count

    def _next_batch(self, after, size):
        """The next due dossiers, in the order of the index.

        :param tuple after: where the batch before it ended; None to begin
        :return: the dossiers, and where they end
        """
        day, last_id = after or (None, 0)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT next_action_date, id
                  FROM incasso_dossier
                 WHERE %(due)s
                   AND (next_action_date, id) > (%(day)s, %(id)s)
              ORDER BY next_action_date, id
                 LIMIT %(size)s
                """,
                due=self._due_condition(),
                day=day or fields.Date.to_date("0001-01-01"),
                id=last_id,
                size=size,
            )
        )
        dossiers = self.env["incasso.dossier"].browse(row[1] for row in rows)
        return dossiers, rows[-1] if rows else None

    def _run_batch(self, dossiers, on_date):
        """Take the steps of ``dossiers``; set aside the one that fails, go on with the
        rest.

        A batch that fails is undone and split, until the dossier that it is about
        stands alone.

        :return: as `incasso.dossier._run_steps`
        :rtype: collections.Counter
        """
        if not dossiers:
            return Counter()
        try:
            with self.env.cr.savepoint():
                return dossiers._run_steps(on_date)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        # Whatever is wrong with one dossier must not keep the others from their step.
        except Exception as error:  # noqa: BLE001
            if len(dossiers) == 1:
                return self._set_aside(dossiers, error)
        half = len(dossiers) // 2
        return self._run_batch(dossiers[:half], on_date) + self._run_batch(
            dossiers[half:], on_date
        )

    def _set_aside(self, dossier, error):
        """Keep a dossier that failed out of the run, with what went wrong."""
        if isinstance(error, UserError):
            reason = str(error)
        else:
            _logger.error("Dossier %s failed", dossier.id, exc_info=error)
            reason = f"{type(error).__name__}: {error}"
        dossier._set_aside({dossier.id: reason})
        return Counter(aside=1)

    def _add(self, dossier_count, counts):
        self.dossier_count += dossier_count
        self.step_count += counts["take"]
        self.message_count += counts["messages"]
        self.skipped_count += counts["skip"]
        self.waiting_count += counts["wait"]
        self.paid_count += counts["paid"]
        self.error_count += counts["aside"]

    def _end(self, state):
        self.write({"state": state, "ended_at": fields.Datetime.now()})
        self.env["ir.cron"]._commit_progress(remaining=0)
        return True
