from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.company_days import CompanyDays
from .incasso_dossier_flow import dutch_day

SOURCES = [
    ("portal", "Online"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("post", "Post"),
    ("desk", "At the desk"),
]
OPEN_STATES = ("new", "waiting")


class IncassoRequest(models.AbstractModel):
    """Something that a debtor, or who acts for the debtor, brings up in a dossier and
    that somebody has to answer before a day that is known.

    What is brought up differs by model: a dispute, a proof of payment, a request for
    help. Here is what they share: who, when, the term for the answer, files, and the
    place on the worklist (`incasso.work`).
    """

    _name = "incasso.request"
    _description = "Request of a Debtor"
    _inherit = ["mail.thread"]
    _order = "received_at desc, id desc"
    _check_company_auto = True

    #: Working days within which an answer is promised.
    _answer_days = 2

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, index="trigram"
    )
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="restrict"
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
    handler_id = fields.Many2one(
        related="dossier_id.handler_id", store=True, index=True, precompute=True
    )
    source = fields.Selection(selection=SOURCES, required=True, default="phone")
    received_at = fields.Datetime(
        string="Received", required=True, default=fields.Datetime.now, copy=False
    )
    text = fields.Text(string="In Their Own Words")
    answer_date = fields.Date(
        string="Answer by",
        help="The last day on which the debtor has an answer, in working days of the "
        "company.",
        compute="_compute_answer_date",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    answer = fields.Text(help="What the debtor reads.", copy=False)
    answered_at = fields.Datetime(string="Answered", readonly=True, copy=False)
    answer_user_id = fields.Many2one(
        string="Answered by", comodel_name="res.users", readonly=True, copy=False
    )
    state = fields.Selection(
        selection=[
            ("new", "To answer"),
            ("waiting", "Waiting for others"),
            ("done", "Answered"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        default="new",
        index=True,
        tracking=True,
        copy=False,
    )
    is_late = fields.Boolean(compute="_compute_is_late")

    # === COMPUTE METHODS === #

    @api.depends("received_at", "dossier_id.company_id")
    def _compute_answer_date(self):
        days = {}
        for request in self:
            company = request.dossier_id.company_id or self.env.company
            if company not in days:
                days[company] = CompanyDays(company)
            received = dutch_day(request.received_at or fields.Datetime.now())
            request.answer_date = days[company].add(
                received, self._answer_days, "working"
            )

    @api.depends("answer_date", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for request in self:
            request.is_late = (
                request.state in OPEN_STATES
                and request.answer_date
                and request.answer_date < today
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail` to number requests and put them on the time line."""
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name)
        requests = super().create(vals_list)
        for dossier, found in requests.grouped("dossier_id").items():
            for request in found:
                dossier._log("request", request._event_text())
        return requests

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What a debtor brought up is not deleted: withdraw it.")
        )

    # === BUSINESS METHODS === #

    def _event_text(self):
        """This request in one line, for the time line of the dossier."""
        self.ensure_one()
        return f"{self._description} {self.name}"

    def _close(self, state="done", **values):
        """Nothing is to be done about these any more.

        :param str state: ``done`` or ``cancelled``
        :param values: other fields to write, such as ``answer``
        """
        self.write(
            {
                "state": state,
                "answered_at": fields.Datetime.now(),
                "answer_user_id": self.env.uid,
                **values,
            }
        )
