from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from .incasso_debt_aid import AID_KINDS
from .res_partner import CARE_CODES

NO_AID = [
    ("none_yet", "Wants help, has none yet"),
    ("special_care", "Needs extra care"),
]
BREATHING_EVERY = timedelta(days=365)


class IncassoHelpRequest(models.Model):
    """Somebody says that a debtor is being helped with debts, or needs help.

    All dossiers of the person stop at once, in every company, for a limited time: until
    a handler has decided. Accepting makes it a status of the person
    (`incasso.debt.aid`). Nobody becomes a representative, and nobody is written to
    about a debtor, before that.
    """

    _name = "incasso.help.request"
    _description = "Request for Help"
    _inherit = ["incasso.request"]

    kind = fields.Selection(selection=AID_KINDS + NO_AID, required=True, tracking=True)
    person_id = fields.Many2one(
        help="Whom it is about: all dossiers of this person stop.",
        comodel_name="res.partner",
        compute="_compute_person_id",
        store=True,
        precompute=True,
        index=True,
    )
    care = fields.Selection(
        string="What Is Needed",
        help="A code, without the reason: health is none of our business (art. 9 AVG).",
        selection=CARE_CODES,
    )

    # Who helps, as told
    organisation = fields.Char()
    contact_name = fields.Char(string="Contact Person")
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    street = fields.Char(string="Street and Number")
    zip = fields.Char(string="Postcode")
    city = fields.Char(string="Town")
    company_registry = fields.Char(string="KvK Number")
    start_date = fields.Date(
        string="Since", default=fields.Date.context_today, tracking=True
    )
    reference = fields.Char(help="Register or case number.")

    # What was decided
    representative_id = fields.Many2one(
        help="Who the letters go to from now on. Empty: the contact below, or a new "
        "one made of what was told.",
        comodel_name="res.partner",
        index="btree_not_null",
        copy=False,
    )
    found_representative_id = fields.Many2one(
        string="Contact We Have",
        help="The same KvK number, or the same name and e-mail address.",
        comodel_name="res.partner",
        compute="_compute_found_representative_id",
    )
    decision = fields.Selection(
        selection=[("accepted", "Accepted"), ("rejected", "Rejected")],
        readonly=True,
        copy=False,
        tracking=True,
    )
    debt_aid_id = fields.Many2one(
        comodel_name="incasso.debt.aid",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    breathing_date = fields.Date(
        string="Breathing Space Until",
        help="The last day of the breathing space that was given.",
        readonly=True,
        copy=False,
    )
    hold_ids = fields.One2many(
        string="Holds", comodel_name="incasso.hold", inverse_name="help_request_id"
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("start_date")
    def _check_started(self):
        today = fields.Date.context_today(self)
        for request in self:
            if request.start_date and request.start_date > today:
                raise ValidationError(
                    self.env._("Help is recorded once it has started.")
                )

    # === COMPUTE METHODS === #

    @api.depends("dossier_id")
    def _compute_person_id(self):
        for request in self:
            request.person_id = request.dossier_id and request.dossier_id._person()

    @api.depends("organisation", "contact_name", "email", "company_registry")
    def _compute_found_representative_id(self):
        for request in self:
            request.found_representative_id = request._find_representative()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request` to stop the dossiers of the person at once."""
        requests = super().create(vals_list)
        for request in requests:
            request._stop_dossiers()
        return requests

    # === ACTION METHODS === #

    def action_accept(self):
        """It is so: record it with the person, and write to who helps from now on.

        :raise UserError: it was decided already, or nothing is known of who helps
        """
        self.check_access("write")
        for request in self:
            request._check_undecided()
            if request.kind == "none_yet":
                request._accept_breathing_space()
            elif request.kind == "special_care":
                request._accept_care()
            else:
                request._accept_debt_aid()

    def action_reject(self):
        """It is not so: the dossiers go on, and the debtor reads why.

        :raise UserError: it was decided already, or the answer is empty
        """
        self.check_access("write")
        for request in self:
            request._check_undecided()
            if not request.answer:
                raise UserError(
                    self.env._(
                        "Write the answer first: the debtor has to know why the "
                        "dossiers go on."
                    )
                )
            request._close("done", decision="rejected", **request._forget_health())
            request._end_holds()
            request._write_letter("incasso_nl.template_help_rejected")

    def action_view_debt_aid(self):
        """The debt aid that came of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "incasso.debt.aid",
            "res_id": self.debt_aid_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS - STOPPING === #

    def _stop_dossiers(self):
        """Stop all open dossiers of the person until somebody has decided.

        Who wants help and has none yet gets a breathing space, once a year, and reads
        where to find help.
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self.kind != "none_yet":
            self._hold_dossiers("incasso_help_days")
            return
        if self._had_breathing_space():
            # Asked again within the year: no more than the time to look at it.
            self._hold_dossiers(until=max(self.answer_date, today))
        else:
            self._give_breathing_space()

    def _give_breathing_space(self):
        holds = self._hold_dossiers("incasso_breathing_days")
        until = max(holds.mapped("end_date"), default=False)
        self.breathing_date = until
        self._write_letter(
            "incasso_nl.template_help_referral",
            {self.id: {"hold_until": until and fields.Date.to_string(until)}},
        )

    def _had_breathing_space(self):
        """Whether the person had a breathing space that was given in the last year, in
        any company."""
        self.ensure_one()
        # In sudo: only whether there was one is asked of other companies.
        return bool(
            self.sudo().search_count(
                [
                    ("id", "!=", self.id),
                    ("person_id", "=", self.person_id.id),
                    ("breathing_date", "!=", False),
                    ("received_at", ">=", self.received_at - BREATHING_EVERY),
                ],
                limit=1,
            )
        )

    def _hold_dossiers(self, days=None, until=None):
        """Hold all open dossiers of the person.

        :param str days: field of the company that says for how many days
        :param date until: the last day, instead
        :return: the holds, in every company
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        dossiers = self.env["incasso.dossier"]._open_of(self.person_id)
        holds = self.env["incasso.hold"].sudo()
        for company, group in dossiers.grouped("company_id").items():
            holds += group._hold(
                "debt_aid",
                reason=f"{self._kind_name()} ({self.name})",
                end=until or today + timedelta(days=company[days]),
                help_request_id=self.id,
            )
        return holds

    def _end_holds(self):
        # In sudo, of all companies: what stopped them together lets them go together.
        self.sudo().hold_ids._end()

    # === BUSINESS METHODS - DECIDING === #

    def _accept_debt_aid(self):
        """Record debt aid with its representative, and tell both."""
        representative = self._representative()
        aids = self.env["incasso.debt.aid"]
        aid = aids.search(
            [
                ("partner_id", "=", self.person_id.id),
                ("kind", "=", self.kind),
                ("state", "=", "active"),
            ],
            limit=1,
        )
        if aid:
            aid.write(
                {
                    "representative_id": representative.id,
                    "reference": self.reference or aid.reference,
                }
            )
        else:
            aid = aids.create(
                {
                    "partner_id": self.person_id.id,
                    "kind": self.kind,
                    "representative_id": representative.id,
                    "reference": self.reference,
                    "start_date": self.start_date or fields.Date.context_today(self),
                }
            )
        self._close(
            "done",
            decision="accepted",
            debt_aid_id=aid.id,
            representative_id=representative.id,
        )
        self._end_holds()
        self._write_to_both()

    def _accept_breathing_space(self):
        """A breathing space for who has had one this year; else it was given already
        and this says that somebody has seen it."""
        if not self.breathing_date:
            limited = self.sudo().hold_ids  # as in `_end_holds`
            self._give_breathing_space()
            limited._end()
        self._close("done", decision="accepted")

    def _accept_care(self):
        """Record what the person needs, and let the dossiers go on with it in mind."""
        if not self.care:
            raise UserError(
                self.env._("Choose what is needed: without that nobody can do it.")
            )
        self.person_id.incasso_care = self.care
        self._close("done", decision="accepted", **self._forget_health())
        self._end_holds()
        self._write_letter("incasso_nl.template_help_care")

    def _forget_health(self):
        """Values that drop what a person told of their health: not ours to keep."""
        return {"text": False} if self.kind == "special_care" else {}

    # === BUSINESS METHODS - REPRESENTATIVE === #

    def _representative(self):
        """Who represents the person: as chosen, found among the contacts, or new.

        :raise UserError: it would be the person, or cannot be written to
        """
        self.ensure_one()
        partner = (
            self.representative_id
            or self._find_representative()
            or self._make_representative()
        )
        if partner == self.person_id or partner.commercial_partner_id == self.person_id:
            raise UserError(
                self.env._("Nobody represents themselves: choose who helps.")
            )
        if not (partner.email or (partner.street and partner.city)):
            raise UserError(
                self.env._(
                    "Fill in the address or the e-mail address of %s: letters go "
                    "there from now on.",
                    partner.name,
                )
            )
        return partner

    def _find_representative(self):
        """The contact that has the KvK number, or the name and the e-mail address.

        Its own address is used, never the one that was told: who forges a request
        cannot redirect the letters to a helper that we know.
        """
        self.ensure_one()
        partners = self.env["res.partner"]
        others = [
            ("id", "not in", (self.person_id | self.debtor_id).ids),
            ("company_id", "in", (False, self.person_id.company_id.id)),
        ]
        number = partners._incasso_clean({"company_registry": self.company_registry})
        if number["company_registry"]:
            found = partners.search(
                [
                    ("company_registry", "=", number["company_registry"]),
                    ("parent_id", "=", False),
                    *others,
                ],
                limit=1,
            )
            if found:
                return found
        name = self._helper_name().casefold()
        email = email_normalize(self.email)
        if not (name and email):
            return partners
        return partners.search(
            [("email_normalized", "=", email), *others], order="id"
        ).filtered(lambda partner: (partner.name or "").strip().casefold() == name)[:1]

    def _make_representative(self):
        name = self._helper_name()
        if not name:
            raise UserError(
                self.env._(
                    "Fill in who helps, or choose the contact: letters go there from "
                    "now on."
                )
            )
        return self.env["res.partner"].create(
            {
                "name": name,
                "is_company": bool(self.organisation),
                "company_id": self.person_id.company_id.id,
                "email": self.email,
                "phone": self.phone,
                "street": self.street,
                "zip": self.zip,
                "city": self.city,
                "country_id": self.env.ref("base.nl").id,
                "lang": self.person_id.lang,
                "company_registry": self.company_registry,
            }
        )

    def _helper_name(self):
        return (self.organisation or self.contact_name or "").strip()

    # === BUSINESS METHODS - LETTERS === #

    def _event_text(self):
        """Override of `incasso.request` to say what kind of help it is."""
        return self.env._(
            "%(kind)s, reported under %(number)s",
            kind=self._kind_name(),
            number=self.name,
        )

    def _kind_name(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _write_to_both(self):
        """Tell the debtor, once for each company, that letters go to who helps from now
        on; and the helper, for each dossier, what is owed: that is needed to begin.

        In sudo: the person's dossiers of every company are told of.
        """
        self.ensure_one()
        stopped = self.sudo().hold_ids.dossier_id | self.sudo().dossier_id
        dossiers = stopped.filtered(lambda dossier: dossier.state == "open")
        first = dossiers.browse(
            group[0].id for group in dossiers.grouped("company_id").values()
        )
        facts = self._letter_facts()
        first._write_what_is_owed(
            "incasso_nl.template_help_accepted",
            {dossier.id: dossier.debtor_id for dossier in first},
            facts,
        )
        dossiers._write_what_is_owed(
            "incasso_nl.template_help_representative",
            dict.fromkeys(dossiers.ids, self.representative_id),
            facts,
        )

    def _letter_facts(self):
        """Facts of the letters, beside those of the dossier."""
        return {
            "helper": self.representative_id.name,
            "helper_contact": self.contact_name or "",
            "helper_reference": self.reference or "",
            "help_kind": self.kind,
        }
