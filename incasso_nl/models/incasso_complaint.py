from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.company_days import CompanyDays
from .incasso_dossier_flow import dutch_day
from .incasso_request import OPEN_STATES

COMPLAINT_KINDS = [
    ("conduct", "How somebody treated them"),
    ("amount", "The amount, the costs or the interest"),
    ("claim", "A claim that is not theirs or not right"),
    ("reachable", "Not reachable, or no answer"),
    ("information", "Information that is missing or unclear"),
    ("privacy", "What we do with their data"),
    ("vulnerable", "No regard for their situation"),
    ("other", "Something else"),
]
OUTCOMES = [
    ("upheld", "Upheld"),
    ("partly", "Partly upheld"),
    ("settled", "Settled with the debtor"),
    ("rejected", "Not upheld"),
]


class IncassoComplaint(models.Model):
    """A complaint: confirmed in writing, handled by somebody else than whom it is
    about, answered within a term, and kept with what was learnt from it.

    Having such a procedure and register is a duty of a debt collector (Bki).
    """

    _name = "incasso.complaint"
    _description = "Complaint"
    _inherit = ["incasso.request"]

    #: Working days within which a complaint is confirmed in writing.
    _confirm_days = 2

    kind = fields.Selection(
        selection=COMPLAINT_KINDS, required=True, default="other", tracking=True
    )
    about_user_id = fields.Many2one(
        string="About",
        help="The member of staff whom it is about. Somebody else handles it.",
        comodel_name="res.users",
        index="btree_not_null",
        tracking=True,
    )
    handler_id = fields.Many2one(
        string="Handled by",
        help="Not whom it is about. By default the company's complaints officer.",
        comodel_name="res.users",
        related=None,
        compute="_compute_handler_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
    )
    confirm_date = fields.Date(
        string="Confirm by",
        help="The last day on which the debtor has a written confirmation.",
        compute="_compute_confirm_date",
        store=True,
        precompute=True,
    )
    confirmation_id = fields.Many2one(
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    confirmed_at = fields.Datetime(
        string="Confirmed",
        help="When the confirmation went out.",
        related="confirmation_id.sent_at",
    )
    message_id = fields.Many2one(
        string="Answer as It Was Sent",
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    outcome = fields.Selection(selection=OUTCOMES, tracking=True, copy=False)
    lesson = fields.Text(
        string="What Was Learnt",
        help="What changes so that this does not happen again; for the register, the "
        "debtor does not read it.",
        copy=False,
    )

    _answered_with_outcome = models.Constraint(
        "CHECK (state != 'done' OR outcome IS NOT NULL)",
        "An answered complaint has an outcome.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("handler_id", "about_user_id")
    def _check_handler(self):
        for complaint in self:
            if (
                complaint.about_user_id
                and complaint.handler_id == complaint.about_user_id
            ):
                raise ValidationError(
                    self.env._(
                        "Whom a complaint is about does not handle it: choose somebody "
                        "else."
                    )
                )

    # === COMPUTE METHODS === #

    @api.depends("dossier_id", "about_user_id")
    def _compute_handler_id(self):
        for complaint in self:
            # Without a complaints officer nobody is chosen by itself: it may be about
            # the handler of the dossier, and the worklist shows what nobody has.
            officer = complaint.dossier_id.company_id.incasso_complaints_user_id
            handler = complaint.handler_id or officer
            complaint.handler_id = handler != complaint.about_user_id and handler

    @api.depends("received_at", "dossier_id")
    def _compute_answer_date(self):
        """Override of `incasso.request`: calendar days, a setting of the company."""
        for complaint in self:
            company = complaint.dossier_id.company_id or self.env.company
            received = dutch_day(complaint.received_at or fields.Datetime.now())
            complaint.answer_date = received + timedelta(
                days=company.incasso_complaint_days
            )

    @api.depends("received_at", "dossier_id")
    def _compute_confirm_date(self):
        for company, complaints in self.grouped(
            lambda complaint: complaint.dossier_id.company_id or self.env.company
        ).items():
            days = CompanyDays(company)
            for complaint in complaints:
                received = dutch_day(complaint.received_at or fields.Datetime.now())
                complaint.confirm_date = days.add(
                    received, self._confirm_days, "working"
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request` to confirm complaints in writing at once."""
        complaints = super().create(vals_list)
        complaints._confirm()
        return complaints

    # === ACTION METHODS === #

    def action_confirm(self):
        """Confirm in writing what could not be confirmed when it came in."""
        self.check_access("write")
        self._confirm()

    def action_send(self):
        """Send the answer, and close the complaint.

        :raise UserError: the answer or the outcome is missing, or the user is whom it
            is about
        """
        self.check_access("write")
        for complaint in self:
            if complaint.state not in OPEN_STATES:
                raise UserError(self.env._("%s is answered already.", complaint.name))
            if complaint.about_user_id == self.env.user:
                raise UserError(
                    self.env._("This complaint is about you: somebody else answers it.")
                )
            if not complaint.outcome or not (complaint.answer or "").strip():
                raise UserError(
                    self.env._("Choose the outcome and write the answer first.")
                )
            message = complaint._write_letter("incasso_nl.template_complaint_answer")
            complaint._close(message_id=message.id)
            complaint.dossier_id._log(
                "note",
                self.env._("Complaint %s answered.", complaint.name),
                message_id=message.id or None,
            )

    def action_withdraw(self):
        """The debtor withdrew the complaint."""
        self.check_access("write")
        self.filtered(lambda complaint: complaint.state in OPEN_STATES)._close(
            "cancelled"
        )

    # === BUSINESS METHODS === #

    def _confirm(self):
        for complaint in self.filtered(
            lambda complaint: (
                not complaint.confirmation_id and complaint.state in OPEN_STATES
            )
        ):
            complaint.confirmation_id = complaint._write_letter(
                "incasso_nl.template_complaint_received"
            )
            if not complaint.confirmation_id:
                complaint.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=complaint.confirm_date,
                    summary=self.env._("Confirm this complaint in writing"),
                    note=self.env._(
                        "No message could be made: there is no way to reach the "
                        "debtor, or the template is not active."
                    ),
                    user_id=complaint.handler_id.id,
                )

    @api.model
    def _work_date(self):
        """Override of `incasso.request`: first the confirmation, then the answer."""
        return SQL(
            "CASE WHEN confirmation_id IS NULL THEN confirm_date ELSE answer_date END"
        )

    def _letter_values(self):
        """Override of `incasso.request` with the promise and the outcome."""
        return {
            **super()._letter_values(),
            # Not signed by the handler of the dossier, whom it may be about.
            "handler": self.handler_id.name or None,
            "answer_date": self.answer_date and self.answer_date.isoformat(),
            "outcome": self.outcome or None,
        }
