from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.company_days import CompanyDays
from ..tools.outside_files import find_bsn, remove_bsn, take_in
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
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
    file_ids = fields.One2many(
        string="Files",
        help="Sent along. They are checked when they come in, and can only be "
        "downloaded.",
        comodel_name="ir.attachment",
        inverse_name="res_id",
        domain=lambda self: [
            ("res_model", "=", self._name),
            ("incasso_outside", "=", True),
        ],
    )
    has_bsn = fields.Boolean(
        string="Citizen Service Number Found",
        help="A text or a file seems to hold a citizen service number (BSN). Who "
        "collects debts may not keep it (art. 46 UAVG).",
        readonly=True,
        copy=False,
    )
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

    # What waits: a few among all that was ever brought up.
    _open_idx = models.Index("(id) WHERE state IN ('new', 'waiting') OR has_bsn")

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
        requests._flag_bsn()
        for dossier, found in requests.grouped("dossier_id").items():
            for request in found:
                dossier._log("request", request._event_text())
        return requests

    def write(self, vals):
        """Override of `mail` to look for citizen service numbers in what is written."""
        result = super().write(vals)
        if vals.keys() & set(self._text_fields()):
            self._flag_bsn()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What a debtor brought up is not deleted: withdraw it.")
        )

    def activity_schedule(self, *args, **kwargs):
        """Override of `mail`: a task that comes of what a visitor sends online is the
        system's. Handlers may not read the public user where it is of another company,
        and would see an error instead of the discussion."""
        requests = self
        if self.env.su and not self.env.user._is_internal():
            requests = self.with_user(SUPERUSER_ID)
        return super(IncassoRequest, requests).activity_schedule(*args, **kwargs)

    # === CHECKS === #

    def _check_can_start(self):
        """:raise UserError: the dossier is closed"""
        for request in self:
            if request.dossier_id.state == "closed":
                raise UserError(
                    self.env._(
                        "Dossier %s is closed: nothing is asked any more.",
                        request.dossier_id.name,
                    )
                )

    def _check_open(self):
        """:raise UserError: it was answered or withdrawn already"""
        for request in self:
            if request.state not in OPEN_STATES:
                raise UserError(
                    self.env._("%s was answered or withdrawn already.", request.name)
                )

    def _check_undecided(self):
        """:raise UserError: it was decided already"""
        for request in self:
            if request.state not in OPEN_STATES:
                raise UserError(self.env._("%s was decided already.", request.name))

    # === ACTION METHODS === #

    def action_remove_bsn(self):
        """Take the citizen service numbers out of texts, and delete the other files
        that hold one."""
        self.check_access("write")
        for request in self:
            known = request._known_numbers()
            for name in request._text_fields():
                if find_bsn(request[name], known):
                    request[name] = remove_bsn(request[name], known)
            for file in request.file_ids.filtered("incasso_bsn"):
                if file.mimetype == "text/plain":
                    text = remove_bsn(file.raw.decode(), known)
                    file.write({"raw": text.encode(), "incasso_bsn": False})
                else:
                    request.message_post(
                        body=self.env._(
                            "File %s deleted: it held a citizen service number.",
                            file.name,
                        )
                    )
                    file.unlink()
        self._settle_bsn()

    def action_no_bsn(self):
        """A person looked: what was found is no citizen service number."""
        self.check_access("write")
        self.file_ids.filtered("incasso_bsn").incasso_bsn = False
        self._settle_bsn()

    # === BUSINESS METHODS - FILES === #

    def _attach(self, files):
        """Check files from outside and keep them with this request.

        :param list files: pairs of a name and the content in bytes
        :return: `ir.attachment`, never public
        :raise UserError: a file is refused; the message is for whoever sent it
        """
        self.ensure_one()
        company = self.company_id
        found = take_in(
            self.env,
            files,
            max_size=company.incasso_file_size * 1024 * 1024,
            max_count=company.incasso_file_count,
            known=self._known_numbers(),
        )
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": file.name,
                    "raw": file.content,
                    "mimetype": file.mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                    "public": False,
                    "incasso_outside": True,
                    "incasso_bsn": file.has_bsn,
                }
                for file in found
            ]
        )
        self.invalidate_recordset(["file_ids"])
        self._flag_bsn()
        return attachments

    def _text_fields(self):
        """Names of the fields in which somebody's own words can be."""
        return [
            name
            for name, field in self._fields.items()
            if field.type in ("char", "text")
            and field.store
            and not field.compute
            and not field.related
            and name != "name"
        ]

    def _known_numbers(self):
        """Numbers of the dossier, which are no citizen service number."""
        self.ensure_one()
        dossier = self.dossier_id
        return [
            dossier.name,
            dossier.creditor_reference,
            dossier.payment_reference,
            dossier.debtor_id.phone,
            dossier.debtor_id.company_registry,
            *dossier.claim_ids.mapped("name"),
        ]

    def _flag_bsn(self):
        """Mark the requests with a citizen service number, and have it looked at."""
        internal = self.env.user._is_internal()
        for request in self:
            known = request._known_numbers()
            found = any(
                find_bsn(request[name], known) for name in self._text_fields()
            ) or any(request.file_ids.mapped("incasso_bsn"))
            if found and not request.has_bsn:
                request.has_bsn = True
                request.activity_schedule(
                    "incasso_nl.mail_activity_bsn",
                    user_id=request.handler_id.id or (internal and self.env.uid),
                )

    def _settle_bsn(self):
        self.has_bsn = False
        self.activity_unlink(["incasso_nl.mail_activity_bsn"])

    # === BUSINESS METHODS === #

    def _event_text(self):
        """This request in one line, for the time line of the dossier."""
        self.ensure_one()
        return f"{self._description} {self.name}"

    @api.model
    def _work_date(self):
        """The day by which something is to be done, for the worklist.

        Hook: for a model in which that is not always the answer.

        :rtype: odoo.tools.SQL
        """
        return SQL("answer_date")

    def _letter_values(self):
        """What a letter to the debtor says about this request, besides its dossier; see
        `report.letter_values.merge_values`."""
        self.ensure_one()
        return {
            "request_number": self.name,
            "request_date": dutch_day(self.received_at).isoformat(),
            "answer": self.answer or "",
            "all_settled": self.dossier_id.state == "closed",
        }

    def _write_letter(self, template, extra=None):
        """Put a letter about each of these requests into the outbox.

        :param str template: external id; a draft one is not sent
        :param dict extra: more values for its merge fields, by request id
        :return: the messages; none for who cannot be reached
        """
        template = self.env.ref(template, raise_if_not_found=False)
        messages = self.env["incasso.message"]
        if not template or template.state != "active":
            return messages
        today = fields.Date.context_today(self)
        for request in self:
            dossier = request.dossier_id
            made = messages._queue(
                dossier,
                template,
                today,
                dossier._balances(today),
                extra={
                    dossier.id: {
                        **request._letter_values(),
                        **(extra or {}).get(request.id, {}),
                    }
                },
            )
            if not made:
                dossier._log(
                    "note",
                    self.env._(
                        "%s: no way to reach the debtor, no letter was made.",
                        request.name,
                    ),
                )
            messages += made
        return messages

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
