from odoo import fields, models


class IncassoEvent(models.Model):
    """What happened in a dossier, in one time line. Never changed, never deleted.

    Not the chatter: a step in 250,000 dossiers may cost one row, no more.
    """

    _name = "incasso.event"
    _description = "Dossier Event"
    _order = "date desc, id desc"

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    kind = fields.Selection(
        selection=[
            ("opened", "Opened"),
            ("claim", "Claim added"),
            ("step", "Step taken"),
            ("skipped", "Step skipped"),
            ("withdrawn", "Step withdrawn"),
            ("message", "Message"),
            ("costs", "Costs charged"),
            ("receipt", "Receipt"),
            ("reversal", "Receipt reversed"),
            ("hold", "Held"),
            ("hold_end", "Hold ended"),
            ("phase", "Phase changed"),
            ("call", "Call"),
            ("override", "Overridden"),
            ("error", "Set aside"),
            ("closed", "Closed"),
            ("reopened", "Reopened"),
            ("note", "Note"),
        ],
        required=True,
    )
    summary = fields.Char(required=True)
    user_id = fields.Many2one(
        comodel_name="res.users", default=lambda self: self.env.user
    )
    message_id = fields.Many2one(
        comodel_name="incasso.message", index="btree_not_null", ondelete="restrict"
    )
    receipt_id = fields.Many2one(
        comodel_name="incasso.receipt", index="btree_not_null", ondelete="restrict"
    )
    step_id = fields.Many2one(
        comodel_name="incasso.flow.step", ondelete="restrict", index="btree_not_null"
    )
