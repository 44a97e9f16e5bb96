from odoo import fields, models

from .incasso_dossier import CLOSE_REASONS, DEBTOR_TYPES, PHASES


class IncassoFlowStep(models.Model):
    _name = "incasso.flow.step"
    _description = "Flow Step"
    _order = "flow_id, sequence, id"

    flow_id = fields.Many2one(
        comodel_name="incasso.flow", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)

    # Wait
    wait_days = fields.Integer(string="Wait (Days)", default=7)
    wait_kind = fields.Selection(
        selection=[("calendar", "Calendar days"), ("working", "Working days")],
        required=True,
        default="calendar",
    )
    wait_from = fields.Selection(
        string="After",
        selection=[
            ("previous", "The previous step"),
            ("deadline", "The term of the last message"),
            ("due", "The first due date"),
        ],
        required=True,
        default="previous",
    )

    # Condition: a step that does not apply is skipped
    condition_debtor_type = fields.Selection(
        string="Only for", selection=DEBTOR_TYPES
    )
    condition_balance_min = fields.Float(
        string="Balance From", help="Only from this balance in euro; 0: always."
    )
    condition_balance_max = fields.Float(
        string="Balance Up To", help="Only up to this balance in euro; 0: always."
    )
    condition_channel = fields.Selection(
        string="Only With",
        selection=[
            ("email", "An e-mail address"),
            ("post", "A postal address"),
            ("phone", "A phone number"),
        ],
    )

    # Action
    action = fields.Selection(
        selection=[
            ("message", "Send a message"),
            ("notice", "Send the notice of costs"),
            ("call", "Call task"),
            ("phase", "Change the phase"),
            ("proposal", "Propose to hand over"),
            ("close", "Close the dossier"),
        ],
        required=True,
        default="message",
    )
    template_id = fields.Many2one(
        comodel_name="incasso.template", index="btree_not_null", ondelete="restrict"
    )
    channel = fields.Selection(
        selection=[
            ("preferred", "What the debtor prefers"),
            ("email", "E-mail"),
            ("post", "Letter"),
            ("both", "Letter and e-mail"),
        ],
        default="preferred",
        required=True,
    )
    term_days = fields.Integer(
        string="Term (Days)",
        help="How many days the message gives to pay. For a notice of costs the law's "
        "fifteen days after delivery are the least.",
        default=7,
    )
    claim_interest = fields.Boolean(help="The message asks for interest.")
    charge_costs = fields.Boolean(
        string="Charge Collection Costs",
        help="From this step on collection costs are charged, where the law allows.",
    )
    to_phase = fields.Selection(selection=PHASES)
    close_reason = fields.Selection(selection=CLOSE_REASONS)
    note = fields.Text(help="Script or instruction for the handler.", translate=True)

    _wait_not_negative = models.Constraint(
        "CHECK (wait_days >= 0)", "A step cannot wait a negative number of days."
    )
