from odoo import fields, models

from .incasso_template import TEMPLATE_KINDS

MESSAGE_STATES = [
    ("queued", "Queued"),
    ("rendered", "Rendered"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("bounced", "Bounced"),
    ("returned", "Returned"),
    ("failed", "Failed"),
    ("cancelled", "Withdrawn"),
]


class IncassoMessage(models.Model):
    """One thing sent to one person over one channel: the outbox and the archive."""

    _name = "incasso.message"
    _description = "Message"
    _order = "id desc"
    _check_company_auto = True

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
    currency_id = fields.Many2one(related="company_id.currency_id")
    recipient_id = fields.Many2one(
        help="The debtor, or whoever represents the debtor.",
        comodel_name="res.partner",
        required=True,
        index=True,
    )
    template_id = fields.Many2one(
        comodel_name="incasso.template", required=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(selection=TEMPLATE_KINDS, required=True)
    step_id = fields.Many2one(
        help="The step of the flow that made it. Empty: sent by hand.",
        comodel_name="incasso.flow.step",
        index="btree_not_null",
        ondelete="restrict",
    )
    flow_round = fields.Integer(
        help="The round of the dossier's flow that made it: a step sends once a round.",
        default=1,
        required=True,
        readonly=True,
        copy=False,
    )
    channel = fields.Selection(
        selection=[("email", "E-mail"), ("post", "Letter")], required=True
    )
    lang = fields.Char(required=True, default="nl_NL")
    state = fields.Selection(
        selection=MESSAGE_STATES, required=True, default="queued", copy=False
    )
    date = fields.Date(
        help="The date on the message; amounts are as of this day.", required=True
    )
    scheduled_at = fields.Datetime(
        help="Not before this moment: e-mail goes out only in allowed hours.",
        required=True,
        default=fields.Datetime.now,
    )
    sent_at = fields.Datetime(readonly=True, copy=False)
    received_date = fields.Date(
        string="Deemed Received",
        help="The day on which the law takes it as received.",
        readonly=True,
        copy=False,
    )
    term_days = fields.Integer()
    deadline_date = fields.Date(
        string="Pay By",
        help="The last day of the term that the message gives.",
        readonly=True,
        copy=False,
    )

    # What it said
    subject = fields.Char(readonly=True)
    principal = fields.Monetary(readonly=True)
    interest = fields.Monetary(readonly=True)
    costs = fields.Monetary(readonly=True)
    announced_costs = fields.Monetary(
        help="The costs that a notice announces, VAT included, should it not be paid.",
        readonly=True,
    )
    amount = fields.Monetary(string="Total", readonly=True)
    snapshot = fields.Json(
        help="Claims, amounts and their explanation as they were shown.", readonly=True
    )
    claim_ids = fields.One2many(
        string="Claims Given Notice Of",
        comodel_name="incasso.claim",
        inverse_name="notice_id",
    )
    pdf = fields.Binary(string="Letter", attachment=True, readonly=True, copy=False)
    pdf_sha256 = fields.Char(
        string="Hash", help="SHA-256 of the letter as sent.", readonly=True, copy=False
    )
    email_to = fields.Char(readonly=True, copy=False)
    email_body = fields.Html(readonly=True, copy=False, sanitize=False)
    mail_message_ref = fields.Char(
        string="Message-Id", readonly=True, copy=False, index="btree_not_null"
    )
    barcode = fields.Char(
        help="Printed on the letter; scanned when it comes back.",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    print_batch_id = fields.Many2one(
        comodel_name="incasso.print.batch", readonly=True, index="btree_not_null"
    )
    failure = fields.Text(readonly=True, copy=False)

    _once_per_step = models.UniqueIndex(
        "(dossier_id, step_id, flow_round, channel) "
        "WHERE step_id IS NOT NULL AND state NOT IN ('cancelled', 'failed')",
        "This step's message exists already.",
    )
    _outbox_idx = models.Index(
        "(state, scheduled_at, id) WHERE state IN ('queued', 'rendered')"
    )
