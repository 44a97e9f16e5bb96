import re

from markupsafe import Markup
from stdnum.iso7064 import mod_97_10
from stdnum.nl import postcode

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .incasso_dossier import DEBTOR_TYPES

_ROLES = "incasso_nl.group_handler,incasso_nl.group_finance,incasso_nl.group_auditor"
_ADDRESS = ("street", "street2", "zip", "city", "country_id")
# What the proposals for a partner go by, and the fields that are proposed.
_HINTS = (
    "name",
    "is_company",
    "vat",
    "company_registry",
    "email",
    "incasso_debtor_type",
)
_PROPOSED = {"incasso_debtor_type", "incasso_natural_person", "incasso_channel"}
CHANNELS = [("email", "E-mail"), ("post", "Letter")]
#: Where it is kept that a channel does not reach somebody.
UNREACHABLE = {
    "post": "incasso_post_unreachable",
    "email": "incasso_email_unreachable",
}
#: What somebody needs to be treated well; never why: that would be health data, which
#: a collector may not keep (art. 9 AVG).
CARE_CODES = [
    ("phone", "Rather by phone than by letter"),
    ("plain", "Short and simple words"),
    ("large_print", "Large print"),
    ("together", "Together with somebody they trust"),
    ("time", "More time to answer"),
]

# Public bodies as they call themselves; whole words only.
_GOVERNMENT = re.compile(
    r"\b(gemeente|provincie|waterschap|hoogheemraadschap|ministerie|rijkswaterstaat|"
    r"belastingdienst|veiligheidsregio|omgevingsdienst|ggd|uwv|"
    r"sociale verzekeringsbank|nationale politie|staat der nederlanden)\b",
    re.IGNORECASE,
)
# Legal forms behind which natural persons are liable, and those behind which not.
_PERSONAL_FORM = re.compile(
    r"\b(v\.?o\.?f\.?|vennootschap onder firma|maatschap|eenmanszaak|c\.?v\.?|"
    r"commanditaire vennootschap|t?\.?h\.?o\.?d\.?n\.?)(?=\W|$)",
    re.IGNORECASE,
)
_LEGAL_PERSON_FORM = re.compile(
    r"\b(b\.?v\.?|n\.?v\.?|stichting|vereniging|co[oö]peratie|coop\.?|u\.?a\.?|"
    r"holding|gmbh|ltd\.?|inc\.?|s\.?a\.?|a\.?g\.?)(?=\W|$)",
    re.IGNORECASE,
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    incasso_debtor_type = fields.Selection(
        string="Debtor Type",
        help="Decides which interest, which costs and which letters the law allows. "
        "Proposed from what is known; change it where you know better.",
        selection=DEBTOR_TYPES,
        compute="_compute_incasso_debtor_type",
        store=True,
        readonly=False,
        precompute=True,
    )
    incasso_natural_person = fields.Boolean(
        string="Natural Person Behind It",
        help="Consumers, sole traders and partners of a vof or maatschap: the conduct "
        "rules of the Wki protect them.",
        compute="_compute_incasso_natural_person",
        store=True,
        readonly=False,
        precompute=True,
    )
    incasso_large_company = fields.Boolean(
        string="Large Company",
        help="By the size of balance sheet, turnover and staff (art. 2:397 BW). Of a "
        "smaller creditor it may not ask for more than 30 days to pay (art. 6:119a "
        "lid 6 BW).",
    )
    incasso_birth_date = fields.Date(
        string="Birth Date",
        help="Tells namesakes apart, and is needed for a summons.",
        groups=_ROLES,
    )
    incasso_channel = fields.Selection(
        string="Preferred Channel",
        help="How this debtor is written to. A message falls back on the other "
        "channel when this one does not reach the debtor.",
        selection=CHANNELS,
        compute="_compute_incasso_channel",
        store=True,
        readonly=False,
        precompute=True,
    )
    incasso_post_unreachable = fields.Boolean(
        string="Post Comes Back",
        help="A letter came back. Cleared when the address changes.",
        copy=False,
    )
    incasso_email_unreachable = fields.Boolean(
        string="E-Mail Bounces",
        help="An e-mail bounced. Cleared when the e-mail address changes.",
        copy=False,
    )
    incasso_care = fields.Selection(
        string="Extra Care",
        help="What this person needs from us. Not why: health is none of our business "
        "(art. 9 AVG).",
        selection=CARE_CODES,
        groups=_ROLES,
        copy=False,
    )
    incasso_death_date = fields.Date(
        string="Died On",
        help="Nothing is addressed to this person any more; letters go to who settles "
        "the estate, if that is known.",
        copy=False,
    )
    incasso_estate_id = fields.Many2one(
        string="Estate Settled by",
        help="The heirs, the executor or the notary: letters go there.",
        comodel_name="res.partner",
        copy=False,
    )
    incasso_help_count = fields.Integer(
        string="Help Requested", compute="_compute_incasso_help_count", groups=_ROLES
    )
    incasso_vat_recoverable = fields.Boolean(
        string="Recovers VAT",
        help="This creditor recovers VAT as input tax. Only where it does not, may "
        "collection costs be increased by VAT (art. 2 lid 3 BIK).",
        default=True,
    )
    incasso_terms_ids = fields.One2many(
        string="Creditor's Terms",
        comodel_name="incasso.creditor.terms",
        inverse_name="partner_id",
    )
    incasso_dossier_ids = fields.One2many(
        string="Dossiers",
        comodel_name="incasso.dossier",
        inverse_name="debtor_id",
        groups=_ROLES,
    )
    incasso_dossier_count = fields.Integer(
        string="Open Dossiers", compute="_compute_incasso_dossiers", groups=_ROLES
    )
    incasso_balance = fields.Monetary(
        string="In Collection",
        help="The booked balance of the open dossiers of this debtor and its contacts.",
        compute="_compute_incasso_dossiers",
        groups=_ROLES,
    )
    incasso_problems = fields.Html(
        string="To Complete",
        help="What is missing or wrong before this debtor can be written to.",
        compute="_compute_incasso_problems",
        groups=_ROLES,
    )

    # === COMPUTE METHODS === #

    # The next three are computed for a new partner only. From then on `write` follows
    # the proposal as long as nobody chose otherwise: a choice is never overwritten.

    def _compute_incasso_debtor_type(self):
        for partner in self:
            head = partner.commercial_partner_id or partner
            if head != partner:
                partner.incasso_debtor_type = head.incasso_debtor_type
            else:
                partner.incasso_debtor_type = partner._incasso_propose_debtor_type()

    def _compute_incasso_natural_person(self):
        for partner in self:
            partner.incasso_natural_person = partner._incasso_propose_natural_person()

    def _compute_incasso_channel(self):
        for partner in self:
            partner.incasso_channel = partner._incasso_propose_channel()

    @api.depends(
        "child_ids", "incasso_dossier_ids.state", "incasso_dossier_ids.balance"
    )
    @api.depends_context("allowed_company_ids")
    def _compute_incasso_dossiers(self):
        totals = {partner: (0, 0.0) for partner in self}
        for debtor, count, balance in self.env["incasso.dossier"]._read_group(
            [("debtor_id", "child_of", self.ids), ("state", "=", "open")],
            groupby=["debtor_id"],
            aggregates=["__count", "balance:sum"],
        ):
            # A debtor may be a contact of a company: it counts for the company too.
            while debtor:
                if debtor in totals:
                    before = totals[debtor]
                    totals[debtor] = before[0] + count, before[1] + balance
                debtor = debtor.parent_id
        for partner in self:
            count, balance = totals[partner]
            partner.incasso_dossier_count = count
            partner.incasso_balance = balance

    def _compute_incasso_help_count(self):
        counts = dict(
            self.env["incasso.help.request"]._read_group(
                [("person_id", "in", self.ids)], ["person_id"], ["__count"]
            )
        )
        for partner in self:
            partner.incasso_help_count = counts.get(partner._origin, 0)

    @api.depends(
        *_ADDRESS,
        "email",
        "phone",
        "incasso_post_unreachable",
        "incasso_email_unreachable",
    )
    @api.depends_context("lang")
    def _compute_incasso_problems(self):
        for partner in self:
            problems = partner._incasso_list_problems()
            partner.incasso_problems = (
                Markup("<ul class='mb-0'>%s</ul>")
                % Markup("").join(Markup("<li>%s</li>") % text for text in problems)
                if problems
                else False
            )

    # === ONCHANGE METHODS === #

    @api.onchange(*_HINTS)
    def _onchange_incasso_hints(self):
        origin = self._origin
        followed = origin._incasso_followed() if origin else _PROPOSED
        self.update(self._incasso_proposals(followed))

    # === CONSTRAINT METHODS === #

    @api.constrains("company_registry", "country_id")
    def _check_incasso_kvk_number(self):
        for partner in self:
            number = partner.company_registry
            if not number or partner.country_id.code != "NL":
                continue
            # 8: KvK; 12: an establishment in the same register; 20: OIN of government
            if not re.fullmatch(r"[0-9]{8}|[0-9]{12}|[0-9]{20}", number):
                raise ValidationError(
                    self.env._(
                        "%(number)s is not a KvK number: that has 8 digits, for "
                        "example 12345678. Look it up at kvk.nl, or leave it empty for "
                        "%(name)s.",
                        number=number,
                        name=partner.display_name,
                    )
                )

    @api.constrains("phone", "country_id")
    def _check_incasso_phone(self):
        wrong = self.filtered(lambda partner: partner._incasso_phone_is_wrong())
        if not wrong:
            return
        # In sudo: that there is a dossier decides, not who may see it.
        debtors = (
            self.env["incasso.dossier"]
            .sudo()
            .search([("debtor_id", "in", wrong.ids)], limit=1)
            .debtor_id
        )
        if debtors:
            raise ValidationError(debtors._incasso_phone_message())

    @api.constrains("incasso_birth_date")
    def _check_incasso_birth_date(self):
        for partner in self:
            # In sudo: the constraint holds for whoever saves the partner.
            day = partner.sudo().incasso_birth_date
            if day and not 1900 <= day.year <= fields.Date.today().year:
                raise ValidationError(
                    self.env._(
                        "%(date)s cannot be the birth date of %(name)s.",
                        date=fields.Date.to_string(day),
                        name=partner.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._incasso_clean(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._incasso_clean(vals)
        moved = self.filtered(lambda partner: partner._incasso_changes(vals, _ADDRESS))
        mailed = self.filtered(
            lambda partner: partner._incasso_changes(vals, ["email"])
        )
        hinted = self if not set(_HINTS).isdisjoint(vals) else self.browse()
        followed = [(partner, partner._incasso_followed()) for partner in hinted]
        result = super().write(vals)
        for partner, names in followed:
            changes = partner._incasso_proposals(names - set(vals))
            if changes:
                partner.write(changes)
        moved.filtered("incasso_post_unreachable").incasso_post_unreachable = False
        mailed.filtered("incasso_email_unreachable").incasso_email_unreachable = False
        (moved | mailed)._incasso_found_again()
        return result

    @api.model
    def _commercial_fields(self):
        """Override of `base`: what the debtor is, is the same for all its contacts."""
        return [
            *super()._commercial_fields(),
            "incasso_debtor_type",
            "incasso_natural_person",
            "incasso_large_company",
        ]

    def _get_company_registry_labels(self):
        """Override of `base` to call the number what it is called."""
        return {**super()._get_company_registry_labels(), "NL": self.env._("KvK")}

    # === ACTION METHODS === #

    def action_incasso_dossiers(self):
        """Open the dossiers of this debtor and its contacts."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dossiers"),
            "res_model": "incasso.dossier",
            "view_mode": "list,kanban,form",
            "domain": [("debtor_id", "child_of", self.ids)],
            "context": {"default_debtor_id": self.id},
        }

    def action_incasso_help_requests(self):
        """What was told of help for this person."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "incasso_nl.incasso_help_request_action"
            ),
            "domain": [("person_id", "=", self.id)],
            "context": {},
        }

    # === BUSINESS METHODS === #

    def _incasso_followed(self):
        """Names of the fields that have what is proposed: nobody chose otherwise."""
        self.ensure_one()
        return _PROPOSED - set(self._incasso_proposals(_PROPOSED))

    def _incasso_proposals(self, names):
        """Values of the fields ``names`` that differ from what is proposed now."""
        self.ensure_one()
        proposals = {"incasso_channel": self._incasso_propose_channel}
        if self.commercial_partner_id == self:
            # What a contact is, it has from its company.
            proposals["incasso_debtor_type"] = self._incasso_propose_debtor_type
            proposals["incasso_natural_person"] = self._incasso_propose_natural_person
        return {
            name: proposed
            for name, propose in proposals.items()
            if name in names and self[name] != (proposed := propose())
        }

    def _incasso_propose_channel(self):
        """How this partner can be written to: e-mail where there is an address."""
        self.ensure_one()
        return "email" if self.email else "post"

    def _incasso_propose_debtor_type(self):
        """What this partner seems to be, from its name and numbers.

        :return: a key of ``DEBTOR_TYPES``
        :rtype: str
        """
        self.ensure_one()
        registry = re.sub(r"\D", "", self.company_registry or "")
        # Twenty digits: the number by which government organisations are known (OIN).
        if len(registry) == 20 or (
            self.is_company and _GOVERNMENT.search(self.name or "")
        ):
            return "government"
        vat = self.vat if self.vat and self.vat != "/" else False
        return "business" if self.is_company or vat or registry else "consumer"

    def _incasso_propose_natural_person(self):
        """Whether a natural person seems to be behind this partner.

        The number of a Dutch sole trader has a check by modulus 97, that of a legal
        person goes back to its RSIN. Where nothing is known the answer is yes: then
        the rules that protect people apply.
        """
        self.ensure_one()
        if self.incasso_debtor_type == "government":
            return False
        if self.incasso_debtor_type != "business" or not self.is_company:
            return True
        name = self.name or ""
        if _PERSONAL_FORM.search(name):
            return True
        if _LEGAL_PERSON_FORM.search(name):
            return False
        vat = re.sub(r"\W", "", self.vat or "").upper()
        return not vat or (vat.startswith("NL") and mod_97_10.is_valid(vat))

    def _incasso_terms_on(self, day):
        """The version of this creditor's terms for an agreement made on ``day``.

        :return: ``incasso.creditor.terms``, empty where none were in force
        """
        self.ensure_one()
        versions = self.incasso_terms_ids.filtered(
            lambda terms: terms.valid_from <= day
        )
        return versions.sorted("valid_from")[-1:]

    def _incasso_list_problems(self):
        """What is missing or wrong before this partner can be written to.

        :return: a sentence for each, which says what to do
        :rtype: list[str]
        """
        self.ensure_one()
        problems = []
        if not (self.street and self.zip and self.city):
            problems.append(
                self.env._(
                    "Fill in street, postcode and town: without them no letter can go."
                )
            )
        elif self.country_id.code in (False, "NL") and not postcode.is_valid(self.zip):
            problems.append(
                self.env._(
                    "%s is not a Dutch postcode: write it like 1234 AB.", self.zip
                )
            )
        if self.incasso_post_unreachable:
            problems.append(
                self.env._(
                    "A letter came back: look up the new address and fill it in."
                )
            )
        if self.email and not self.email_normalized:
            problems.append(
                self.env._("%s is not an e-mail address: correct it.", self.email)
            )
        if self.incasso_email_unreachable:
            problems.append(
                self.env._("An e-mail bounced: ask for another e-mail address.")
            )
        if self._incasso_phone_is_wrong():
            problems.append(self._incasso_phone_message())
        return problems

    def _incasso_phone_is_wrong(self):
        return bool(self.phone) and not self.phone_sanitized

    def _incasso_phone_message(self):
        self.ensure_one()
        return self.env._(
            "%s is not a phone number: write it with country code, like "
            "+31 6 12345678, or with the right country in the address.",
            self.phone,
        )

    def _incasso_found_again(self):
        """These partners have a new address: what waited for it goes on."""
        if self:
            # In sudo: whoever may change an address need not have rights on dossiers.
            # Only the holds that say that the address is unknown are ended.
            self.env["incasso.hold"].sudo().search(
                [
                    ("debtor_id", "in", self.ids),
                    ("kind", "=", "address_unknown"),
                    ("state", "=", "active"),
                ]
            )._end()

    @api.model
    def _incasso_clean(self, vals):
        """``vals`` with the spaces and points taken out of a register number."""
        number = vals.get("company_registry")
        if number and re.fullmatch(r"[0-9\s.]+", number):
            return {**vals, "company_registry": re.sub(r"\D", "", number)}
        return vals

    def _incasso_changes(self, vals, names):
        """Whether writing ``vals`` would change one of these fields."""
        self.ensure_one()
        values = self._convert_to_write(
            {name: self[name] for name in names if name in vals}
        )
        return any(
            (vals[name] or False) != (value or False) for name, value in values.items()
        )
