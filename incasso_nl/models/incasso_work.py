from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: Room for kinds of work in the id of a line.
MOST_KINDS = 64
#: What waits besides requests of debtors.
OTHER_KINDS = [
    ("receipt", _lt("Receipt to confirm")),
    ("aside", _lt("Dossier set aside by the daily run")),
    ("handover", _lt("Hand-over to decide on")),
    ("proposal", _lt("Invoices proposed for collection")),
    ("message", _lt("Message that could not be sent")),
    ("activity", _lt("Task or call")),
]


class IncassoWork(models.Model):
    """Everything that waits for a person, in one list: what, since when, how late.

    Not a table: each line is read from the record that waits. Every model that inherits
    from `incasso.request` is in it by itself.
    """

    _name = "incasso.work"
    _description = "Worklist"
    _auto = False
    _order = "answer_date, received_at, id"
    _rec_name = "name"

    kind = fields.Selection(selection="_selection_kind", readonly=True)
    name = fields.Char(string="Number", readonly=True)
    summary = fields.Char(string="What", readonly=True)
    dossier_id = fields.Many2one(comodel_name="incasso.dossier", readonly=True)
    debtor_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    creditor_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    handler_id = fields.Many2one(comodel_name="res.users", readonly=True)
    received_at = fields.Datetime(string="Waiting Since", readonly=True)
    answer_date = fields.Date(string="Answer by", readonly=True)
    is_late = fields.Boolean(string="Late", readonly=True)
    is_waiting = fields.Boolean(
        string="With Somebody Else",
        help="An answer of somebody else is waited for.",
        readonly=True,
    )
    has_bsn = fields.Boolean(string="Citizen Service Number", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    # === ACTION METHODS === #

    def action_open(self):
        """Open the record that waits."""
        self.ensure_one()
        if self.kind == "proposal":
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Proposed for Collection"),
                "res_model": "account.move",
                "views": [(False, "list"), (False, "form")],
                "domain": [
                    ("incasso_proposal_date", "!=", False),
                    ("commercial_partner_id", "=", self.debtor_id.id),
                    ("company_id", "=", self.company_id.id),
                ],
            }
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _request_models(self):
        """Names of the models of what debtors bring up, always in the same order.

        :rtype: list[str]
        """
        found = self.pool.descendants(["incasso.request"], "_inherit")
        return sorted(
            name
            for name in found
            if not self.pool[name]._abstract and self.pool[name]._auto
        )

    @api.model
    def _selection_kind(self):
        requests = [
            (name, self.env["ir.model"]._get(name).name or name)
            for name in self._request_models()
        ]
        return requests + [(name, self.env._(text)) for name, text in OTHER_KINDS]

    @property
    def _table_query(self):
        """What waits, one branch for each kind.

        No view in the database: a model that another addon brings is in it at once, and
        what is late follows the day in the time zone of who looks.
        """
        today = fields.Date.context_today(self)
        kinds = [*self._request_models(), *(name for name, _text in OTHER_KINDS)]
        branches = self._branches()
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT branch.id::bigint * %s + %s AS id, %s AS kind, branch.name,
                       branch.summary, branch.dossier_id, branch.debtor_id,
                       branch.creditor_id, branch.company_id, branch.handler_id,
                       branch.received_at, branch.answer_date,
                       COALESCE(branch.answer_date < %s, FALSE) AS is_late,
                       branch.is_waiting, branch.has_bsn, branch.res_model,
                       branch.res_id
                  FROM (%s) branch
                """,
                MOST_KINDS,
                kinds.index(kind),
                kind,
                today,
                branch,
            )
            for kind, branch in branches.items()
        )

    def _branches(self):
        """What waits, by kind.

        Hook: another addon adds its own; see the columns of the ones here.

        :rtype: dict[str, SQL]
        """
        branches = {name: self._request_branch(name) for name in self._request_models()}
        branches["receipt"] = SQL(
            """
            SELECT id, name, memo AS summary, dossier_id, debtor_id, creditor_id,
                   company_id, NULL::int AS handler_id, create_date AS received_at,
                   NULL::date AS answer_date, FALSE AS is_waiting, FALSE AS has_bsn,
                   'incasso.receipt' AS res_model, id AS res_id
              FROM incasso_receipt
             WHERE state IN ('unmatched', 'proposed')
            """
        )
        branches["aside"] = self._dossier_branch(
            SQL("run_error IS NOT NULL"), SQL("run_error"), SQL("write_date")
        )
        branches["handover"] = self._dossier_branch(
            SQL("proposed_date IS NOT NULL"), SQL("NULL::varchar"), SQL("proposed_date")
        )
        branches["proposal"] = SQL(
            """
            SELECT MIN(id) AS id, MIN(name) AS name, COUNT(*)::varchar AS summary,
                   NULL::int AS dossier_id, commercial_partner_id AS debtor_id,
                   NULL::int AS creditor_id, company_id, NULL::int AS handler_id,
                   MIN(incasso_proposal_date)::timestamp AS received_at,
                   NULL::date AS answer_date, FALSE AS is_waiting, FALSE AS has_bsn,
                   'account.move' AS res_model, MIN(id) AS res_id
              FROM account_move
             WHERE incasso_proposal_date IS NOT NULL
          GROUP BY company_id, commercial_partner_id
            """
        )
        branches["message"] = SQL(
            """
            SELECT message.id, dossier.name, message.failure AS summary,
                   message.dossier_id, message.debtor_id, message.creditor_id,
                   message.company_id, dossier.handler_id,
                   message.write_date AS received_at, NULL::date AS answer_date,
                   FALSE AS is_waiting, FALSE AS has_bsn,
                   'incasso.message' AS res_model, message.id AS res_id
              FROM incasso_message message
              JOIN incasso_dossier dossier ON dossier.id = message.dossier_id
             WHERE message.state = 'failed'
                OR (message.state = 'sending' AND message.failure IS NOT NULL)
            """
        )
        branches["activity"] = SQL(
            """
            SELECT activity.id, dossier.name, activity.summary,
                   dossier.id AS dossier_id, dossier.debtor_id,
                   dossier.creditor_id, dossier.company_id,
                   COALESCE(activity.user_id, dossier.handler_id) AS handler_id,
                   activity.create_date AS received_at,
                   activity.date_deadline AS answer_date, FALSE AS is_waiting,
                   FALSE AS has_bsn, 'incasso.dossier' AS res_model,
                   dossier.id AS res_id
              FROM mail_activity activity
              JOIN incasso_dossier dossier ON dossier.id = activity.res_id
             WHERE activity.res_model = 'incasso.dossier' AND activity.active
            """
        )
        return branches

    def _request_branch(self, name):
        return SQL(
            """
            SELECT id, name, LEFT(text, 120) AS summary, dossier_id, debtor_id,
                   creditor_id, company_id, handler_id, received_at,
                   %(date)s AS answer_date, state = 'waiting' AS is_waiting, has_bsn,
                   %(name)s AS res_model, id AS res_id
              FROM %(table)s
             WHERE state IN ('new', 'waiting') OR has_bsn
            """,
            date=self.env[name]._work_date(),
            name=name,
            table=SQL.identifier(self.env[name]._table),
        )

    def _dossier_branch(self, condition, summary, since):
        return SQL(
            """
            SELECT id, name, %s AS summary, id AS dossier_id, debtor_id, creditor_id,
                   company_id, handler_id, %s::timestamp AS received_at,
                   NULL::date AS answer_date, FALSE AS is_waiting, FALSE AS has_bsn,
                   'incasso.dossier' AS res_model, id AS res_id
              FROM incasso_dossier
             WHERE state = 'open' AND %s
            """,
            summary,
            since,
            condition,
        )
