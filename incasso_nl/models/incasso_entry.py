from odoo import fields, models

COMPONENTS = [
    ("costs", "Costs"),
    ("interest", "Interest"),
    ("principal", "Principal"),
]
ENTRY_KINDS = [
    ("claim", "Claim"),
    ("interest", "Interest"),
    ("costs", "Costs"),
    ("receipt", "Receipt"),
    ("credit", "Credit note"),
    ("waiver", "Waiver"),
    ("write_off", "Write-off"),
]


class IncassoEntry(models.Model):
    """A line of a dossier's ledger. Nothing here is ever changed: a correction is a
    reversing entry. A trigger in the database holds that line too."""

    _name = "incasso.entry"
    _description = "Ledger Entry"
    _order = "date, id"
    _check_company_auto = True

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="restrict"
    )
    claim_id = fields.Many2one(
        help="Empty for costs of the dossier as a whole.",
        comodel_name="incasso.claim",
        index="btree_not_null",
        ondelete="restrict",
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
    date = fields.Date(string="Value Date", required=True)
    component = fields.Selection(selection=COMPONENTS, required=True)
    kind = fields.Selection(selection=ENTRY_KINDS, required=True)
    amount = fields.Monetary(
        help="Positive: owed. Negative: paid, credited, waived or written off.",
        required=True,
    )
    receipt_id = fields.Many2one(
        comodel_name="incasso.receipt", index="btree_not_null", ondelete="restrict"
    )
    message_id = fields.Many2one(
        help="The message that brought these costs about.",
        comodel_name="incasso.message",
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_of_id = fields.Many2one(
        comodel_name="incasso.entry", index="btree_not_null", ondelete="restrict"
    )
    reason = fields.Char(help="Why, where a person decided it.")
    explanation = fields.Json(
        help="The steps of the law engine that led to this amount."
    )
    explanation_html = fields.Html(
        string="Explanation", compute="_compute_explanation_html"
    )

    _reversed_once = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "This entry is reversed already.",
    )
