from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .incasso_request import OPEN_STATES
from .res_partner import UNREACHABLE

# What a report does by itself depends on who makes it. Anybody who finds a letter may
# say that it is not for them; only who has access to the dossier, or tells us in
# person, changes anything beyond a short hold of that one dossier.
PROOFS = [
    ("none", "None: what is printed on a letter"),
    ("code", "The code of a letter"),
    ("access", "Access to the dossier"),
    ("staff", "Told to us"),
]
UNPROVEN = ("none", "code")
#: An unproven report stops a dossier once in this time.
UNPROVEN_EVERY = timedelta(days=90)


class IncassoPersonReport(models.Model):
    """Something is wrong with whom or where we write to: it is somebody else, the
    person moved or died, or an address is not right.

    Mail to that address stops at once. What is changed for good, a handler decides.
    """

    _name = "incasso.person.report"
    _description = "Wrong Person or Address"
    _inherit = ["incasso.request"]

    kind = fields.Selection(
        selection=[
            ("not_me", "Not the right person"),
            ("moved", "Moved"),
            ("deceased", "Deceased"),
            ("contact", "Wrong contact data"),
        ],
        required=True,
        tracking=True,
    )
    proof = fields.Selection(
        help="What shows that whoever reports it has to do with the dossier.",
        selection=PROOFS,
        required=True,
        default="staff",
        readonly=True,
    )
    addressee_id = fields.Many2one(
        help="To whom the letter was addressed: the debtor, or who represents the "
        "debtor.",
        comodel_name="res.partner",
        compute="_compute_addressee_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    wrong_channel = fields.Selection(
        string="What Is Wrong",
        selection=[
            ("post", "The address"),
            ("email", "The e-mail address"),
            ("both", "Both"),
        ],
        required=True,
        default="post",
    )

    # Where the person is now, or who settles the estate
    contact_name = fields.Char(
        string="Heirs or Notary",
        help="Who settles the estate: heirs, an executor or a notary.",
    )
    street = fields.Char(string="Street and Number")
    zip = fields.Char(string="Postcode")
    city = fields.Char(string="Town")
    country_id = fields.Many2one(comodel_name="res.country")
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    since_date = fields.Date(
        string="Since", help="The day of the move, or the day on which the person died."
    )
    reporter_name = fields.Char(string="Reported by")
    reporter_relation = fields.Char(
        string="Relation", help="For example: daughter, new resident, neighbour."
    )
    reporter_contact = fields.Char(help="E-mail address or phone of who reports it.")

    was_opened = fields.Boolean(
        string="Letter Was Opened",
        help="Somebody else read it: that is a privacy incident.",
    )

    # What came of it
    decision = fields.Selection(
        selection=[("confirmed", "It is so"), ("rejected", "It is not so")],
        readonly=True,
        copy=False,
        tracking=True,
    )
    old_address = fields.Text(readonly=True, copy=False)
    marked_post = fields.Boolean(
        help="This report marked the address as wrong.", readonly=True, copy=False
    )
    marked_email = fields.Boolean(
        help="This report marked the e-mail address as wrong.",
        readonly=True,
        copy=False,
    )
    hold_ids = fields.One2many(
        string="Holds", comodel_name="incasso.hold", inverse_name="person_report_id"
    )
    incident_ids = fields.One2many(
        string="Privacy Incidents",
        comodel_name="incasso.privacy.incident",
        inverse_name="person_report_id",
        groups="incasso_nl.group_manager,incasso_nl.group_auditor",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("since_date", "kind")
    def _check_died(self):
        today = fields.Date.context_today(self)
        for report in self:
            if (
                report.kind == "deceased"
                and report.since_date
                and report.since_date > today
            ):
                raise ValidationError(
                    self.env._("The date of death cannot be in the future.")
                )

    # === COMPUTE METHODS === #

    @api.depends("dossier_id")
    def _compute_addressee_id(self):
        for report in self:
            report.addressee_id = report.dossier_id.debtor_id

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request` to stop the mail at once."""
        reports = super().create(vals_list)
        for report in reports:
            report._stop_mail()
        return reports

    # === ACTION METHODS === #

    def action_confirm(self):
        """It is so: take over what was told.

        :raise UserError: it was decided already, or something needed is missing
        """
        self.check_access("write")
        for report in self:
            report._check_undecided()
            getattr(report, f"_confirm_{report.kind}")()
            # In sudo: handlers decide what happened; the register itself is for others.
            report.sudo().incident_ids._confirm()
            report._close("done", decision="confirmed")

    def action_reject(self):
        """It is not so: what was stopped goes on, and the debtor reads why.

        :raise UserError: it was decided already, or the answer is empty
        """
        self.check_access("write")
        for report in self:
            report._check_undecided()
            if not report.answer:
                raise UserError(
                    self.env._(
                        "Write the answer first: the debtor has to know why the "
                        "letters go on."
                    )
                )
            report._close("done", decision="rejected")
            report._unmark()
            report._end_holds()
            # In sudo: handlers decide what happened; the register itself is for others.
            report.sudo().incident_ids._dismiss(report.answer)
            report._write_letter("incasso_nl.template_person_rejected")

    def action_write_to_heirs(self):
        """Write to who settles the estate.

        :raise UserError: it is not known who does, or where
        """
        self.check_access("write")
        for report in self:
            person = report.dossier_id._person()
            if not (person.incasso_death_date and person.incasso_estate_id):
                raise UserError(
                    self.env._(
                        "Confirm first that the person died, with who settles the "
                        "estate."
                    )
                )
            report.dossier_id._write_what_is_owed(
                "incasso_nl.template_heirs",
                {report.dossier_id.id: person.incasso_estate_id},
            )

    # === BUSINESS METHODS - AT ONCE === #

    @api.model
    def _receive_unproven(self, dossier, values):
        """Take in what somebody without access to a dossier says about its letter.

        As long as nobody has looked at the last one, there is no second one.

        :param dossier: one `incasso.dossier`
        :param dict values: ``proof`` (``none`` or ``code``), ``kind`` and texts
        :return: the report
        """
        waiting = self.search(
            [
                ("dossier_id", "=", dossier.id),
                ("proof", "in", UNPROVEN),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )
        return waiting or self.create(
            {"source": "portal", **values, "dossier_id": dossier.id}
        )

    def _is_proven(self):
        """Whether what is reported comes from somebody with access to the dossier."""
        self.ensure_one()
        return self.proof not in UNPROVEN

    def _stop_mail(self):
        """Stop what is on its way to this address, and register the incident.

        A report that proves nothing stops one dossier, for a few days, and not again
        within three months: so nobody can silence a dossier by guessing its number.
        It changes nothing of a contact.
        """
        self.ensure_one()
        company = self.company_id
        if self._is_proven():
            self._hold_dossiers(company.incasso_help_days)
            if self.kind != "deceased":
                self._mark()
        elif not self._was_stopped_before():
            self._hold_dossiers(company.incasso_unproven_days, self.dossier_id)
        if self.kind == "not_me" or self.was_opened:
            self._register_incidents()

    def _was_stopped_before(self):
        """Whether an unproven report stopped this dossier not long ago."""
        self.ensure_one()
        return bool(
            self.search_count(
                [
                    ("id", "!=", self.id),
                    ("dossier_id", "=", self.dossier_id.id),
                    ("proof", "in", UNPROVEN),
                    ("hold_ids", "!=", False),
                    ("received_at", ">=", self.received_at - UNPROVEN_EVERY),
                ],
                limit=1,
            )
        )

    def _hold_dossiers(self, days=None, dossiers=None):
        """Hold dossiers, by default all open ones of the person in every company.

        :param int days: for so long at the most; without: until somebody ends it
        """
        self.ensure_one()
        if dossiers is None:
            dossiers = self.env["incasso.dossier"]._open_of(self.dossier_id._person())
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        dossiers.filtered(lambda dossier: dossier.state == "open")._hold(
            "deceased" if self.kind == "deceased" else "address_unknown",
            reason=f"{kinds[self.kind]} ({self.name})",
            end=days and fields.Date.context_today(self) + timedelta(days=days),
            person_report_id=self.id,
        )

    def _mark(self):
        """Mark the address or e-mail address of the addressee as wrong."""
        self.ensure_one()
        # In sudo: a visitor with access to the dossier reports it, and handlers need
        # not be allowed to edit contacts. Nothing but the marks is written.
        partner = self.addressee_id.sudo()
        channels = (
            ("post", "email") if self.wrong_channel == "both" else (self.wrong_channel,)
        )
        for channel in channels:
            if not partner[UNREACHABLE[channel]]:
                partner[UNREACHABLE[channel]] = True
                self[f"marked_{channel}"] = True

    def _unmark(self):
        """Take back the marks that this report made."""
        self.ensure_one()
        partner = self.addressee_id.sudo()  # as in `_mark`
        for channel in UNREACHABLE:
            if self[f"marked_{channel}"]:
                partner[UNREACHABLE[channel]] = False

    def _end_holds(self):
        # In sudo, of all companies: what stopped them together lets them go together.
        self.sudo().hold_ids._end()

    def _register_incidents(self):
        """Put it into the register of each company that wrote to the wrong person
        (art. 33 lid 5 AVG)."""
        self.ensure_one()
        # In sudo: the register is for managers; every report of this kind goes into it.
        incidents = self.env["incasso.privacy.incident"].sudo()
        dossiers = self.sudo().dossier_id
        if self._is_proven():
            dossiers |= self.sudo().hold_ids.dossier_id
        for group in dossiers.grouped("company_id").values():
            incidents._enter(self, group)

    # === BUSINESS METHODS - DECIDING === #

    def _confirm_not_me(self):
        """The addressee is not there: nothing goes there until there is an address."""
        self._mark()
        self._hold_for_good()
        self._renew_access()

    def _confirm_moved(self):
        """The person lives elsewhere: take over the address, and go on; where nobody
        knows it, the dossiers wait for one."""
        if not (self.street and self.zip and self.city):
            self._confirm_not_me()
            return
        self._take_over(
            {
                "street": self.street,
                "street2": False,
                "zip": self.zip,
                "city": self.city,
                "country_id": (self.country_id or self.env.ref("base.nl")).id,
                **self._contact_data(),
            }
        )

    def _confirm_contact(self):
        """Something of the address is wrong: take over what was told."""
        values = self._contact_data()
        if self.street and self.zip and self.city:
            values.update(street=self.street, zip=self.zip, city=self.city)
        if not values:
            raise UserError(
                self.env._("Fill in what is right: an address, e-mail or phone number.")
            )
        self._take_over(values)

    def _contact_data(self):
        return {name: self[name] for name in ("email", "phone") if self[name]}

    def _take_over(self, values):
        """Write the new data of the addressee, keep the old ones, and go on."""
        partner = self.addressee_id
        self.old_address = self._address_of(partner)
        partner.write(values)
        partner.message_post(
            body=self.env._(
                "Changed after %(number)s. Before: %(address)s",
                number=self.name,
                address=self.old_address.replace("\n", ", "),
            )
        )
        self._end_holds()
        self._renew_access()
        self._write_letter("incasso_nl.template_moved")

    @api.model
    def _address_of(self, partner):
        lines = [partner.name, partner.street, partner.street2]
        lines.append(" ".join(filter(None, (partner.zip, partner.city))))
        return "\n".join(filter(None, [*lines, partner.email, partner.phone]))

    def _confirm_deceased(self):
        """The person died: nothing is addressed to them any more.

        The debt is the heirs' (art. 4:182 BW), and so is the interest on it; who is
        written to, and when, a handler decides. The dossiers wait until then.
        """
        if not self.since_date:
            raise UserError(self.env._("Fill in the date of death."))
        person = self.dossier_id._person()
        if self.addressee_id not in person | self.debtor_id:
            raise UserError(
                self.env._(
                    "It is not the debtor who died: record in the debt aid who "
                    "represents the debtor now, and that this is not so."
                )
            )
        person.incasso_death_date = self.since_date
        if self.contact_name:
            person.incasso_estate_id = self.env["res.partner"].create(
                {
                    "name": self.contact_name,
                    "company_id": person.company_id.id,
                    "street": self.street,
                    "zip": self.zip,
                    "city": self.city,
                    "country_id": (self.country_id or self.env.ref("base.nl")).id,
                    "email": self.email,
                    "phone": self.phone,
                    "lang": person.lang,
                }
            )
        self._hold_for_good()
        self._renew_access()

    def _hold_for_good(self):
        """Let all dossiers of the person wait until somebody ends it."""
        limited = self.sudo().hold_ids  # as in `_end_holds`
        self._hold_dossiers()
        limited._end()

    def _renew_access(self):
        """Hook: codes in letters to the wrong address open nothing any more, and the
        next letter has a new one."""

    # === BUSINESS METHODS - TIME LINE === #

    def _event_text(self):
        """Override of `incasso.request` to say what is wrong."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(kind)s, reported under %(number)s",
            kind=kinds[self.kind],
            number=self.name,
        )
