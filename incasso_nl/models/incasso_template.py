from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.translate import LazyTranslate

from ..report.letter_check import ASKING
from ..report.letter_sample import sample_letters
from .incasso_dossier import DEBTOR_TYPES

_lt = LazyTranslate(__name__)

TEMPLATE_KINDS = [
    ("reminder", "Reminder"),
    ("notice", "Notice of costs (14-dagenbrief)"),
    ("demand", "Demand"),
    ("final_demand", "Final demand"),
    ("arrangement", "Payment arrangement"),
    ("instalment", "Instalment to pay"),
    ("confirmation", "Confirmation"),
    ("thanks", "Thank-you"),
    ("information", "Information"),
]

#: What each element of ``report.letter_check.ELEMENTS`` is, and how to mend it.
ELEMENT_TEXTS = {
    "recipient": (
        _lt("name and address of whom it is sent to"),
        _lt("Complete the address of the debtor."),
    ),
    "debtor": (
        _lt("name and address of the debtor"),
        _lt("Complete the address of the debtor, and put parties_block in the text."),
    ),
    "creditor": (
        _lt("name, address and contact details of the creditor"),
        _lt("Put parties_block in the text."),
    ),
    "collector": (
        _lt("name, address and contact details of the collector"),
        _lt("Complete the address, phone and e-mail of the company."),
    ),
    "registration": (
        _lt("number in the register of debt collectors"),
        _lt("Fill in the Wki registration number in the settings."),
    ),
    "origin": (
        _lt("what each claim is for"),
        _lt("Put specification_block in the text, and describe each claim."),
    ),
    "invoices": (
        _lt("the number of each invoice"),
        _lt("Put specification_block in the text."),
    ),
    "dates": (
        _lt("date and due date of each invoice"),
        _lt("Put specification_block in the text."),
    ),
    "principal": (
        _lt("the principal, in all and by invoice"),
        _lt("Put amounts_block and specification_block in the text."),
    ),
    "interest": (
        _lt("the interest, with its percentages and periods"),
        _lt("Put specification_block and explanation_block in the text."),
    ),
    "costs": (
        _lt("the collection costs"),
        _lt("Put amounts_block in the text."),
    ),
    "total": (_lt("the total to pay"), _lt("Put amounts_block in the text.")),
    "explanation": (
        _lt("how each amount was computed"),
        _lt("Put explanation_block in the text."),
    ),
    "payment": (
        _lt("how to pay: account number, exact account name, payment reference"),
        _lt("Put payment_block in the text, and fill in the bank account."),
    ),
    "term": (
        _lt("until when to pay"),
        _lt(
            "Use term_date. In a notice of costs write, and nothing else about the "
            "term: “binnen vijftien dagen nadat deze brief bij u is bezorgd”; in "
            "another language put that sentence in Dutch beside it."
        ),
    ),
    "announced_costs": (
        _lt("the collection costs to the cent, should it not be paid"),
        _lt("Use announced_costs in a sentence about the collection costs."),
    ),
    "vat_declaration": (
        _lt("the VAT on the costs, and the declaration about it"),
        _lt("Put vat_text in the text."),
    ),
    "consequence": (
        _lt("what happens if it is not paid"),
        _lt("Write what you will do when no payment comes, in a friendly way."),
    ),
    "objection": (
        _lt("how to say that one does not agree"),
        _lt("Put objection_block in the text."),
    ),
    "help": (
        _lt("where to find help: Geldfit (0800-8115) and the municipality"),
        _lt("Put help_block in the text."),
    ),
    "complaints": (
        _lt("how to complain"),
        _lt("Put complaint_block in the text."),
    ),
    "schedule": (
        _lt("every instalment with its date and amount, and what they come to"),
        _lt("Put schedule_block in the text."),
    ),
    "allocation": (
        _lt("what a payment pays first, and that arranging costs nothing"),
        _lt("Put arrangement_block in the text."),
    ),
    "stop": (
        _lt("what happens if an instalment is not paid"),
        _lt("Put arrangement_block in the text."),
    ),
    "instalment": (
        _lt("the amount to pay and its date"),
        _lt("Use pay_amount and pay_date, or put payment_block in the text."),
    ),
    "threat": (
        _lt("no threats and no pressure with steps that are not taken yet"),
        _lt("Write these words differently."),
    ),
    "stylesheet": (
        _lt("a letter that can be laid out"),
        _lt("Write the text with the tags and merge fields that are listed."),
    ),
}


class IncassoTemplate(models.Model):
    """A message: its kind, for whom it is, and its text in each language."""

    _name = "incasso.template"
    _description = "Message Template"
    _inherit = ["mail.thread"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        help="Decides what the message must hold before it can be sent.",
        selection=TEMPLATE_KINDS,
        required=True,
        tracking=True,
    )
    debtor_type = fields.Selection(
        string="Only for",
        help="Empty: for every debtor. A notice of costs is for consumers.",
        selection=DEBTOR_TYPES,
        tracking=True,
    )
    state = fields.Selection(
        help="Only an active template is sent. It becomes active when nothing "
        "compulsory is missing.",
        selection=[("draft", "Draft"), ("active", "Active")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    text_ids = fields.One2many(
        string="Texts",
        comodel_name="incasso.template.text",
        inverse_name="template_id",
        copy=True,
    )
    message_total = fields.Integer(
        string="Messages Made", compute="_compute_message_total"
    )

    # === COMPUTE METHODS === #

    def _compute_message_total(self):
        counts = dict(
            self.env["incasso.message"]._read_group(
                [("template_id", "in", self.ids)], ["template_id"], ["__count"]
            )
        )
        for template in self:
            template.message_total = counts.get(template, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("kind", "debtor_type")
    def _check_notice_for_consumers(self):
        for template in self:
            if template.kind == "notice" and template.debtor_type not in (
                False,
                "consumer",
            ):
                raise ValidationError(
                    self.env._(
                        "A notice of costs is for consumers only: a business owes "
                        "costs without it (art. 6:96 lid 4 BW)."
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to check what is made active from the start."""
        templates = super().create(vals_list)
        # What this module ships is checked by its tests, not at each installation.
        if not self.env.context.get("install_mode"):
            templates.filtered(lambda t: t.state == "active")._check_complete()
        return templates

    def write(self, vals):
        """Override of `base` to activate only what is complete."""
        result = super().write(vals)
        if vals.keys() & {"state", "kind", "debtor_type"} and not self.env.context.get(
            "install_mode"
        ):
            self.filtered(lambda t: t.state == "active")._check_complete()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_sent(self):
        if self.filtered("message_total"):
            raise UserError(
                self.env._(
                    "Messages were made with this template: set it back to draft "
                    "instead of deleting it."
                )
            )

    # === ACTION METHODS === #

    def action_activate(self):
        """Make the templates usable.

        :raise UserError: compulsory elements that are missing, with their articles
        """
        self.write({"state": "active"})

    def action_draft(self):
        """Set the templates back to draft: nothing is sent with them any more."""
        self.write({"state": "draft"})

    def action_view_messages(self):
        """The messages made with this template."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.action_incasso_message"
        )
        return {**action, "domain": [("template_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    def _debtor_types(self):
        """The debtor types that this template has to serve."""
        self.ensure_one()
        if self.debtor_type:
            return (self.debtor_type,)
        if self.kind == "notice":
            return ("consumer",)
        return tuple(name for name, _label in DEBTOR_TYPES)

    def _check_complete(self):
        """Check the texts on letters for every case that the template has to serve.

        :raise UserError: what is missing, with the article and what to do
        """
        for template in self:
            texts = template.text_ids
            if "nl" not in texts.mapped("lang"):
                raise UserError(
                    self.env._(
                        "Template “%s” has no text in Dutch: a debtor is written to "
                        "in Dutch by default.",
                        template.name,
                    )
                )
            texts._check_complete()

    def _sample_letters(self, lang):
        """Letters for every case that this template has to serve.

        :param str lang: ``nl`` or ``en``
        """
        self.ensure_one()
        return sample_letters(
            self.kind,
            lang,
            self._debtor_types(),
            fields.Date.context_today(self),
            self.env["incasso.law"]._cost_tables(),
        )

    def _text(self, lang):
        """The text for a language, else the Dutch one.

        :param str lang: of the message, ``nl`` or ``en``
        """
        self.ensure_one()
        texts = {text.lang: text for text in self.text_ids}
        return texts.get(lang) or texts.get("nl") or self.text_ids[:1]

    def _asks_for_money(self):
        """Whether messages of this kind ask for payment."""
        self.ensure_one()
        return self.kind in ASKING
