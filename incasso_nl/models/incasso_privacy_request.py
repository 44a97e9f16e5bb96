from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..report.texts import labels
from .incasso_dossier_flow import dutch_day
from .incasso_request import OPEN_STATES

PRIVACY_KINDS = [
    ("access", "Access: a copy of what we hold (art. 15 AVG)"),
    ("correction", "Correction (art. 16 AVG)"),
    ("removal", "Removal (art. 17 AVG)"),
    ("restriction", "Restriction (art. 18 AVG)"),
    ("objection", "Objection (art. 21 AVG)"),
]


class IncassoPrivacyRequest(models.Model):
    """Somebody uses a right on what we hold about them.

    It is answered within a month; with a reason that the person is told within that
    month, within three (art. 12 lid 3 AVG).
    """

    _name = "incasso.privacy.request"
    _description = "Privacy Request"
    _inherit = ["incasso.request"]

    kind = fields.Selection(
        selection=PRIVACY_KINDS, required=True, default="access", tracking=True
    )
    identity_checked = fields.Boolean(
        help="It is certain that the debtor asks this. Who asks online has proven it; "
        "never ask for a copy of an identity document with the number on it.",
        compute="_compute_identity_checked",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    extension_reason = fields.Text(
        help="Why a month is not enough; the debtor reads this.", copy=False
    )
    extended_at = fields.Datetime(string="Extended", readonly=True, copy=False)
    decision = fields.Selection(
        selection=[
            ("granted", "Granted"),
            ("partly", "Partly granted"),
            ("refused", "Refused, with the reason"),
        ],
        tracking=True,
        copy=False,
    )
    message_id = fields.Many2one(
        string="Answer as It Was Sent",
        comodel_name="incasso.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    answer_file_ids = fields.Many2many(
        string="Files With the Answer",
        help="They go with an e-mail and can be downloaded online. With a letter they "
        "are to be printed.",
        comodel_name="ir.attachment",
        relation="incasso_privacy_request_answer_file_rel",
        bypass_search_access=True,
        copy=False,
    )
    overview = fields.Html(
        string="What We Hold", compute="_compute_overview", sanitize=False
    )

    _answered_with_decision = models.Constraint(
        "CHECK (state != 'done' OR decision IS NOT NULL)",
        "An answered privacy request has a decision.",
    )

    # === COMPUTE METHODS === #

    @api.depends("received_at", "extended_at")
    def _compute_answer_date(self):
        """Override of `incasso.request`: one month, or three: art. 12 lid 3 AVG."""
        for request in self:
            received = dutch_day(request.received_at or fields.Datetime.now())
            months = 3 if request.extended_at else 1
            request.answer_date = received + relativedelta(months=months)

    @api.depends("source")
    def _compute_identity_checked(self):
        for request in self:
            request.identity_checked = request.source == "portal"

    def _compute_overview(self):
        for request in self:
            dossiers = request.dossier_id and request._dossiers()
            request.overview = dossiers and self.env["ir.qweb"]._render(
                "incasso_nl.held_data", {"sections": dossiers._held_data()}
            )

    # === ACTION METHODS === #

    def action_add_overview(self):
        """Put what is held about the person with the answer, as a PDF in the language
        of the debtor."""
        self.check_access("write")
        for request in self:
            lang = request.debtor_id.lang or self.env.lang or "en_US"
            dossiers = request._dossiers().with_context(lang=lang)
            html = dossiers.env["ir.qweb"]._render(
                "incasso_nl.held_data_document",
                {
                    "lang": lang[:2],
                    "label": labels("nl" if lang.startswith("nl") else "en"),
                    "sections": dossiers._held_data(),
                    "title": dossiers.env._("What we hold about you"),
                    "name": request.debtor_id.display_name,
                    "company": request.company_id.name,
                    "created": fields.Date.context_today(request).isoformat(),
                },
            )
            request.answer_file_ids += self.env["ir.attachment"].create(
                {
                    "name": f"{request.name.replace('/', '-')}.pdf",
                    "raw": self.env["incasso.template.text"]._lay_out(html).pdf,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": request.id,
                }
            )

    def action_extend(self):
        """Take two months more, and tell the debtor why.

        :raise UserError: the reason is missing, or the first month is over
        """
        self.check_access("write")
        for request in self:
            if not (request.extension_reason or "").strip():
                raise UserError(self.env._("Write the reason first."))
            if request.extended_at or request.state not in OPEN_STATES:
                raise UserError(
                    self.env._("%s cannot be extended any more.", request.name)
                )
            if request.is_late:
                raise UserError(
                    self.env._(
                        "An extension is told within the first month (art. 12 lid 3 "
                        "AVG), and that is over."
                    )
                )
            request.extended_at = fields.Datetime.now()
            request._write_letter(
                "incasso_nl.template_privacy_extended",
                {request.id: {"answer": request.extension_reason}},
            )

    def action_send(self):
        """Send the answer.

        :raise UserError: the decision, the answer or the check of who asks is missing
        """
        self.check_access("write")
        for request in self:
            if request.state not in OPEN_STATES:
                raise UserError(self.env._("%s is answered already.", request.name))
            if not request.identity_checked:
                raise UserError(
                    self.env._("Make sure first that the debtor asks this.")
                )
            if not request.decision or not (request.answer or "").strip():
                raise UserError(
                    self.env._("Choose the decision and write the answer first.")
                )
            message = request._write_letter("incasso_nl.template_answer")
            message.attachment_ids = request.answer_file_ids
            request._close(message_id=message.id)
            request.dossier_id._log(
                "note",
                self.env._("Privacy request %s answered.", request.name),
                message_id=message.id or None,
            )

    def action_withdraw(self):
        """The debtor withdrew the request."""
        self.check_access("write")
        self.filtered(lambda request: request.state in OPEN_STATES)._close("cancelled")

    # === BUSINESS METHODS === #

    def _dossiers(self):
        """The dossiers of the person that this company handles."""
        self.ensure_one()
        person = self.dossier_id._person()
        return self.env["incasso.dossier"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("debtor_id", "child_of", person.ids),
            ]
        )

    def _letter_values(self):
        """Override of `incasso.request` with the promise."""
        return {
            **super()._letter_values(),
            "answer_date": self.answer_date and self.answer_date.isoformat(),
        }
