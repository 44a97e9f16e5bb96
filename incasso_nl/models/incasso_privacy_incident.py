from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from .incasso_dossier_flow import GONE, dutch_day

#: Within which a breach is reported to the authority (art. 33 lid 1 AVG).
REPORT_WITHIN = timedelta(hours=72)
ACTIVITY = "incasso_nl.mail_activity_type_incident"


class IncassoPrivacyIncident(models.Model):
    """Personal data that reached somebody they were not meant for, in the register that
    the law asks for: the facts, the effects and the measures (art. 33 lid 5 AVG)."""

    _name = "incasso.privacy.incident"
    _description = "Privacy Incident"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "discovered_at desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default="/"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    person_report_id = fields.Many2one(
        string="Reported in",
        comodel_name="incasso.person.report",
        readonly=True,
        index="btree_not_null",
    )
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", index="btree_not_null", check_company=True
    )
    partner_id = fields.Many2one(
        string="Whose Data",
        comodel_name="res.partner",
        index=True,
    )
    discovered_at = fields.Datetime(
        string="Known Since",
        help="The 72 hours to report it run from here.",
        required=True,
        default=fields.Datetime.now,
        tracking=True,
    )
    occurred_date = fields.Date(string="Happened On")
    what = fields.Text(string="What Happened", required=True)
    data_kinds = fields.Text(
        string="Which Data",
        help="Kinds of data, and how many people they are about.",
    )
    person_count = fields.Integer(string="People Concerned", default=1)
    consequences = fields.Text(help="What may come of it for the people concerned.")
    risk = fields.Selection(
        help="For the rights and freedoms of the people concerned. A risk is reported "
        "to the authority (art. 33 AVG), a high one to them too (art. 34 AVG).",
        selection=[
            ("unlikely", "A risk is unlikely"),
            ("risk", "A risk"),
            ("high", "A high risk"),
        ],
        tracking=True,
    )
    report_deadline = fields.Datetime(
        string="Report Before", compute="_compute_report_deadline", store=True
    )
    reported = fields.Selection(
        string="Reported to the AP",
        help="To the Autoriteit Persoonsgegevens.",
        selection=[("yes", "Yes"), ("no", "No")],
        tracking=True,
    )
    reported_at = fields.Datetime(tracking=True)
    report_reason = fields.Text(
        string="Reason",
        help="Why it was not reported, or why later than after 72 hours.",
    )
    informed_date = fields.Date(
        string="People Informed On",
        help="When the people concerned were told (art. 34 AVG).",
        tracking=True,
    )
    measures = fields.Text(help="What was done to mend it and to prevent the next one.")
    state = fields.Selection(
        selection=[
            ("suspected", "Suspected"),
            ("confirmed", "To decide"),
            ("closed", "Closed"),
            ("dismissed", "No incident"),
        ],
        required=True,
        default="confirmed",
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    is_late = fields.Boolean(compute="_compute_is_late")

    # === CONSTRAINT METHODS === #

    @api.constrains(
        "state",
        "risk",
        "reported",
        "reported_at",
        "report_reason",
        "measures",
        "informed_date",
    )
    def _check_complete(self):
        self.filtered(lambda incident: incident.state == "closed")._require_all()

    # === COMPUTE METHODS === #

    @api.depends("discovered_at")
    def _compute_report_deadline(self):
        for incident in self:
            incident.report_deadline = (
                incident.discovered_at and incident.discovered_at + REPORT_WITHIN
            )

    @api.depends("report_deadline", "reported", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for incident in self:
            incident.is_late = (
                not incident.reported
                and incident.state in ("suspected", "confirmed")
                and incident.report_deadline < now
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail` to number the incidents and tell the privacy officer."""
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name)
        incidents = super().create(vals_list)
        for incident in incidents:
            officer = incident.company_id.incasso_privacy_user_id
            # Nobody else can open it, and an activity would be refused.
            if officer and officer.has_group("incasso_nl.group_manager"):
                # By the system: see `incasso.request`.
                incident.with_user(SUPERUSER_ID).activity_schedule(
                    ACTIVITY,
                    date_deadline=dutch_day(incident.report_deadline),
                    user_id=officer.id,
                )
        return incidents

    def write(self, vals):
        """Override of `mail`: what is decided is not to be done any more."""
        result = super().write(vals)
        if vals.get("state") in ("closed", "dismissed"):
            self.activity_unlink([ACTIVITY])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("The register is kept whole: close the incident instead.")
        )

    # === ACTION METHODS === #

    def action_close(self):
        """Everything about it is decided and written down.

        :raise ValidationError: something that the law asks for is missing
        """
        self.check_access("write")
        self._require_all()
        self.write({"state": "closed"})

    def action_reopen(self):
        """Look at it again."""
        self.write({"state": "confirmed"})

    # === BUSINESS METHODS === #

    @api.model
    def _enter(self, report, dossiers):
        """Put into the register that letters of these dossiers reached somebody else.

        :param report: `incasso.person.report`
        :param dossiers: of one company
        """
        messages = dossiers.outbox_ids.filtered(
            lambda message: (
                message.state in GONE and message.recipient_id == report.addressee_id
            )
        ).sorted("id")
        first = messages[:1].sent_at
        return self.create(
            {
                "company_id": dossiers.company_id.id,
                "person_report_id": report.id,
                "dossier_id": dossiers[0].id,
                "partner_id": report.addressee_id.id,
                "discovered_at": report.received_at,
                "occurred_date": first and dutch_day(first),
                "what": self._describe(report, messages),
                "data_kinds": self.env._(
                    "Name and address of the addressee, who claims money and how much, "
                    "invoice numbers; of one person."
                ),
                "state": "suspected",
            }
        )

    @api.model
    def _describe(self, report, messages):
        """What happened, in words."""
        kinds = dict(messages._fields["kind"]._description_selection(self.env))
        lines = [
            self.env._(
                "Somebody else than %(person)s says to receive our messages "
                "(%(report)s).",
                person=report.addressee_id.name,
                report=report.name,
            )
        ]
        lines += [
            self.env._(
                "%(kind)s of %(day)s in %(dossier)s.",
                kind=kinds[message.kind],
                day=format_date(self.env, message.date),
                dossier=message.dossier_id.name,
            )
            for message in messages
        ]
        return "\n".join(lines)

    def _confirm(self):
        """It happened: what is left is to judge the risk."""
        self.filtered(lambda incident: incident.state == "suspected").write(
            {"state": "confirmed"}
        )

    def _dismiss(self, reason):
        """It did not happen."""
        self.filtered(lambda incident: incident.state == "suspected").write(
            {"state": "dismissed", "report_reason": reason}
        )

    def _require_all(self):
        """
        :raise ValidationError: something that the law asks for is missing
        """
        for incident in self:
            if missing := incident._missing():
                raise ValidationError("\n".join(missing))

    def _missing(self):
        """What the register still needs, a sentence for each."""
        self.ensure_one()
        missing = []
        if not self.risk:
            missing.append(self.env._("Judge the risk for the people concerned."))
        if not self.reported:
            missing.append(
                self.env._("Decide whether it is reported to the AP (art. 33 AVG).")
            )
        if not self.measures:
            missing.append(self.env._("Write down the measures (art. 33 lid 5 AVG)."))
        if self.reported == "yes" and not self.reported_at:
            missing.append(self.env._("Fill in when it was reported to the AP."))
        late = self.reported_at and self.reported_at > self.report_deadline
        if (self.reported == "no" or late) and not self.report_reason:
            missing.append(
                self.env._(
                    "Say why it was not reported, or why later than after 72 hours "
                    "(art. 33 lid 1 AVG)."
                )
            )
        if self.reported == "no" and self.risk in ("risk", "high"):
            missing.append(
                self.env._("A risk is reported to the AP: only an unlikely one is not.")
            )
        if self.risk == "high" and not self.informed_date:
            missing.append(
                self.env._("Tell the people concerned: the risk is high (art. 34 AVG).")
            )
        return missing
