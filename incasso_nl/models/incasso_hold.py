from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

BATCH = 500
HOLD_KINDS = [
    ("dispute", "Dispute"),
    ("arrangement", "Arrangement"),
    ("promise", "Promise to pay"),
    ("payment_transit", "Payment in transit"),
    ("payment_proof", "Proof of payment to check"),
    ("debt_aid", "Debt aid"),
    ("bankruptcy", "Bankruptcy"),
    ("address_unknown", "Address unknown"),
    ("deceased", "Deceased"),
    ("awaiting_creditor", "Awaiting the creditor"),
    ("manual", "Manual"),
]


class IncassoHold(models.Model):
    _name = "incasso.hold"
    _description = "Hold"
    _order = "start_date desc, id desc"
    _check_company_auto = True

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, index=True, precompute=True
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index=True, precompute=True
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(selection=HOLD_KINDS, required=True)
    reason = fields.Char(help="In a few words, for whoever opens the dossier.")
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date(
        help="The last day on which the flow stands still. Empty: until somebody ends "
        "it."
    )
    claim_ids = fields.Many2many(
        string="Only for",
        help="Empty: the whole dossier stands still. Otherwise only these claims; "
        "the rest goes on without them.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id)]",
    )
    no_interest = fields.Boolean(
        string="No Interest Meanwhile",
        help="No interest runs during this hold, such as a payment arrangement that a "
        "consumer keeps.",
    )
    debt_aid_id = fields.Many2one(
        comodel_name="incasso.debt.aid", index="btree_not_null", ondelete="cascade"
    )
    help_request_id = fields.Many2one(
        comodel_name="incasso.help.request",
        index="btree_not_null",
        ondelete="restrict",
    )
    person_report_id = fields.Many2one(
        comodel_name="incasso.person.report",
        index="btree_not_null",
        ondelete="restrict",
    )
    arrangement_id = fields.Many2one(
        comodel_name="incasso.arrangement",
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        selection=[("active", "Active"), ("ended", "Ended")],
        required=True,
        default="active",
        index=True,
        copy=False,
    )
    user_id = fields.Many2one(
        string="Set by",
        comodel_name="res.users",
        required=True,
        default=lambda self: self.env.user,
    )

    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A hold cannot end before it starts.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("start_date")
    def _check_started(self):
        today = fields.Date.context_today(self)
        for hold in self:
            if hold.start_date > today:
                raise ValidationError(
                    self.env._("A hold starts today or earlier, not in the future.")
                )

    @api.constrains("claim_ids", "dossier_id")
    def _check_claims(self):
        for hold in self:
            if hold.claim_ids.dossier_id - hold.dossier_id:
                raise ValidationError(
                    self.env._("A hold is about claims of its own dossier.")
                )

    # === COMPUTE METHODS === #

    @api.depends("kind", "start_date", "end_date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for hold in self:
            hold.display_name = kinds.get(hold.kind)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to stop what was on its way.

        :raise UserError: the dossier is closed
        """
        holds = super().create(vals_list)
        for dossier in holds.dossier_id:
            if dossier.state == "closed":
                raise UserError(self.env._("Dossier %s is closed.", dossier.name))
        for hold in holds.sorted("start_date"):
            dossier = hold.dossier_id
            if dossier.is_held and not dossier.held_since:
                dossier.held_since = hold.start_date
        holds.dossier_id._withdraw_messages(self.env._("The dossier is held."))
        holds._log_start()
        return holds

    def write(self, vals):
        """Override of `base`: a hold that ended stays as it was.

        :raise UserError: it ended, or is to be ended past `_end`
        """
        if "state" in vals or "ended" in self.mapped("state"):
            raise UserError(
                self.env._("End a hold with its button; a hold that ended stays so.")
            )
        return super().write(vals)

    def _write_state(self, vals):
        """End a hold: past our own `write`, which refuses this to others."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A hold is not deleted: end it."))

    # === ACTION METHODS === #

    def action_end(self):
        """End these holds now.

        :raise UserError: a request of the debtor still waits for its answer, or an
            arrangement is being kept
        """
        for hold in self:
            if hold.arrangement_id.stage == "active":
                raise UserError(
                    self.env._(
                        "%s is being kept: end that, and the hold ends.",
                        hold.arrangement_id.display_name,
                    )
                )
            for request in hold._open_requests():
                raise UserError(
                    self.env._(
                        "%s waits for an answer: decide that, and the hold ends.",
                        request.display_name,
                    )
                )
        self._end(fields.Date.context_today(self))

    # === BUSINESS METHODS === #

    def _open_requests(self):
        """What a debtor brought up that waits for an answer while this hold stands.

        Hook: whoever makes holds for requests adds theirs.

        :rtype: list
        """
        self.ensure_one()
        requests = [
            request
            for model in ("incasso.dispute", "incasso.paid.report")
            for request in self.env[model].search(
                [("hold_id", "=", self.id), ("state", "in", ("new", "waiting"))]
            )
        ]
        # In sudo: it may be a request of another company, which waits for nobody here.
        about_person = self.sudo()
        requests += [
            request
            for request in (about_person.help_request_id, about_person.person_report_id)
            if request.state in ("new", "waiting")
            and request.company_id == self.company_id
        ]
        if self.arrangement_id.stage in ("asked", "offered"):
            requests.append(self.arrangement_id)
        return requests

    def _end(self, on_date=None):
        """End holds. A dossier that nothing stops any more goes on where it was, with
        its deadlines moved by the days it stood still.

        :param date on_date: the first day on which the flow may go on; default today
        """
        on_date = on_date or fields.Date.context_today(self)
        active = self.filtered(lambda hold: hold.state == "active")
        active._drop(on_date)
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": hold.dossier_id.id,
                    "kind": "hold_end",
                    "summary": self.env._("Hold ended: %s.", kinds[hold.kind]),
                }
                for hold in active
            ]
        )
        active.dossier_id._end_standstill(on_date)

    def _drop(self, on_date):
        """End holds without anything going on: the dossier closes."""
        for hold in self.filtered(lambda hold: hold.state == "active"):
            last_day = max(hold.start_date, on_date - timedelta(days=1))
            hold._write_state(
                {
                    "state": "ended",
                    "end_date": min(hold.end_date or last_day, last_day),
                }
            )

    def _summary(self):
        """The hold in one line: kind, claims, reason and last day."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        until = self.end_date and self.env._(
            "through %s", format_date(self.env, self.end_date)
        )
        claims = ", ".join(self.claim_ids.mapped("name"))
        reason = self.reason if self.reason != kinds[self.kind] else False
        return ", ".join(filter(None, (kinds[self.kind], claims, reason, until)))

    def _log_start(self):
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": hold.dossier_id.id,
                    "kind": "hold",
                    "summary": self.env._("Held: %s", hold._summary()),
                }
                for hold in self
            ]
        )

    @api.model
    def _cron_end(self):
        """End the holds whose last day has passed, in committed batches."""
        today = fields.Date.context_today(self)
        domain = [("state", "=", "active"), ("end_date", "<", today)]
        while holds := self.search(domain, order="id", limit=BATCH):
            holds._end(today)
            left = self.search_count(domain)
            if not self.env["ir.cron"]._commit_progress(len(holds), remaining=left):
                break
