import re

from stdnum.iso7064 import mod_97_10

from odoo import api, fields, models

from .incasso_dossier import DEBTOR_TYPES

CHANNELS = [("email", "E-mail"), ("post", "Letter")]

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
    )
    incasso_natural_person = fields.Boolean(
        string="Natural Person Behind It",
        help="Consumers, sole traders and partners of a vof or maatschap: the conduct "
        "rules of the Wki protect them.",
        compute="_compute_incasso_natural_person",
        store=True,
        readonly=False,
    )
    incasso_birth_date = fields.Date(
        string="Birth Date",
        help="Tells namesakes apart, and is needed for a summons.",
        groups="incasso_nl.group_handler,incasso_nl.group_finance,"
        "incasso_nl.group_auditor",
    )
    incasso_channel = fields.Selection(
        string="Preferred Channel",
        help="How this debtor is written to. A message falls back on the other "
        "channel when this one does not reach the debtor.",
        selection=CHANNELS,
        compute="_compute_incasso_channel",
        store=True,
        readonly=False,
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
    )

    # === COMPUTE METHODS === #

    @api.depends("is_company", "vat", "company_registry", "commercial_partner_id")
    def _compute_incasso_debtor_type(self):
        # Not dependent on the name, though it is looked at: correcting a typing
        # error must not undo what a person chose.
        for partner in self:
            head = partner.commercial_partner_id or partner
            if head != partner:
                partner.incasso_debtor_type = head.incasso_debtor_type
            else:
                partner.incasso_debtor_type = partner._incasso_propose_debtor_type()

    @api.depends("incasso_debtor_type")
    def _compute_incasso_natural_person(self):
        for partner in self:
            partner.incasso_natural_person = partner._incasso_propose_natural_person()

    @api.depends("email")
    def _compute_incasso_channel(self):
        for partner in self:
            partner.incasso_channel = "email" if partner.email else "post"

    # === BUSINESS METHODS === #

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
