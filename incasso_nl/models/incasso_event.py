import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from .database import forbid_changes

FIXED_COLUMNS = (
    "dossier_id",
    "date",
    "kind",
    "summary",
    "message_id",
    "receipt_id",
    "step_id",
    "flow_round",
)


class IncassoEvent(models.Model):
    """What happened in a dossier, in one time line. Never changed, never deleted.

    Not the chatter: a step in 250,000 dossiers may cost one row, no more.
    """

    _name = "incasso.event"
    _description = "Dossier Event"
    _order = "date desc, id desc"
    # Who and when are `user_id` and `date`, and nothing changes.
    _log_access = False

    # Read by dossier, through the index of the time line; an index more is a tenth of
    # the time that a row takes.
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, precompute=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    kind = fields.Selection(
        selection=[
            ("opened", "Opened"),
            ("claim", "Claim added"),
            ("step", "Step taken"),
            ("skipped", "Step skipped"),
            ("withdrawn", "Step withdrawn"),
            ("message", "Message"),
            ("costs", "Costs charged"),
            ("receipt", "Receipt"),
            ("reversal", "Receipt reversed"),
            ("hold", "Held"),
            ("hold_end", "Hold ended"),
            ("phase", "Phase changed"),
            ("call", "Call"),
            ("request", "Brought up by the debtor"),
            ("arrangement", "Arrangement"),
            ("visit", "Looked at online"),
            ("override", "Overridden"),
            ("error", "Set aside"),
            ("released", "Claim withdrawn"),
            ("closed", "Closed"),
            ("reopened", "Reopened"),
            ("note", "Note"),
        ],
        required=True,
    )
    summary = fields.Char(required=True)
    user_id = fields.Many2one(
        comodel_name="res.users", default=lambda self: self.env.user
    )
    message_id = fields.Many2one(
        comodel_name="incasso.message", index="btree_not_null", ondelete="restrict"
    )
    receipt_id = fields.Many2one(
        comodel_name="incasso.receipt", index="btree_not_null", ondelete="restrict"
    )
    step_id = fields.Many2one(comodel_name="incasso.flow.step", ondelete="restrict")
    flow_round = fields.Integer(
        help="The round of the dossier's flow at the time.", readonly=True
    )

    _step_once = models.UniqueIndex(
        "(dossier_id, step_id, flow_round) WHERE kind = 'step'",
        "This step of the dossier was taken already.",
    )
    _timeline_idx = models.Index("(dossier_id, date DESC, id DESC)")

    def init(self):
        """What happened stays as it was written, in the database too."""
        forbid_changes(self.env.cr, self._table, FIXED_COLUMNS)

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `base` to refuse: what happened is not changed afterwards.

        :raise UserError: always
        """
        if self:
            raise UserError(self.env._("What happened in a dossier is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What happened in a dossier is never deleted."))

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, vals_list):
        """Write events, all in one statement.

        :param vals_list: dicts with `dossier_id`, `kind` and `summary`, and where it
            applies `date` (a datetime in UTC; now by default), `message_id`,
            `receipt_id`, `step_id`
        :return: the events, in the order given
        :rtype: recordset of `incasso.event`
        """
        if not vals_list:
            return self.browse()
        self.env["incasso.dossier"].flush_model(["company_id", "flow_round"])
        self.env.cr.execute(
            """
            INSERT INTO incasso_event (
                dossier_id, company_id, date, kind, summary, user_id,
                message_id, receipt_id, step_id, flow_round
            )
            SELECT dossier.id, dossier.company_id, COALESCE(event.date, %(now)s),
                   event.kind, event.summary, %(user)s,
                   event.message_id, event.receipt_id, event.step_id,
                   dossier.flow_round
              FROM ROWS FROM (
                  jsonb_to_recordset(%(events)s) AS (
                      dossier_id int, date timestamp, kind varchar, summary varchar,
                      message_id int, receipt_id int, step_id int
                  )
              ) WITH ORDINALITY event
              JOIN incasso_dossier dossier ON dossier.id = event.dossier_id
             ORDER BY event.ordinality
            RETURNING id
            """,
            {
                "user": self.env.uid,
                "now": self.env.cr.now(),
                "events": json.dumps(vals_list, default=fields.Datetime.to_string),
            },
        )
        events = self.browse(row[0] for row in self.env.cr.fetchall())
        self.env["incasso.dossier"].invalidate_model(["event_ids"], flush=False)
        return events
