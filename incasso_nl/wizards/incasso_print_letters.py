from odoo import api, fields, models
from odoo.exceptions import UserError


class IncassoPrintLetters(models.TransientModel):
    _name = "incasso.print.letters"
    _description = "Print Letters"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    duplex = fields.Boolean(
        string="Print on Both Sides",
        help="Every letter starts on a new sheet.",
        default=True,
    )
    letter_count = fields.Integer(
        string="Letters Ready", compute="_compute_letter_count"
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    def _compute_letter_count(self):
        for wizard in self:
            wizard.letter_count = self.env["incasso.message"].search_count(
                wizard._ready_domain()
            )

    # === ACTION METHODS === #

    def action_print(self):
        """Put the letters that are ready into batches.

        :raise UserError: there are none
        """
        self.ensure_one()
        letters = self.env["incasso.message"].search(self._ready_domain(), order="id")
        batches = self.env["incasso.print.batch"]._make(letters, self.duplex)
        if not batches:
            raise UserError(self.env._("There are no letters to print."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.action_incasso_print_batch"
        )
        if len(batches) == 1:
            return {
                **action,
                "views": [(False, "form")],
                "view_mode": "form",
                "res_id": batches.id,
            }
        return {**action, "domain": [("id", "in", batches.ids)]}

    # === BUSINESS METHODS === #

    def _ready_domain(self):
        self.ensure_one()
        return [
            ("company_id", "=", self.company_id.id),
            ("channel", "=", "post"),
            ("state", "=", "rendered"),
            ("print_batch_id", "=", False),
        ]
