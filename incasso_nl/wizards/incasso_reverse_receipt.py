from odoo import fields, models
from odoo.exceptions import UserError


class IncassoReverseReceipt(models.TransientModel):
    _name = "incasso.reverse.receipt"
    _description = "Reverse Receipt"

    receipt_id = fields.Many2one(
        comodel_name="incasso.receipt", required=True, readonly=True
    )
    what = fields.Selection(
        string="What Happened",
        selection=[
            ("gone", "The money went back (charge-back, bounced direct debit)"),
            ("elsewhere", "The money is still here, but it is for something else"),
        ],
        required=True,
        default="gone",
    )
    reason = fields.Char(required=True)

    # === ACTION METHODS === #

    def action_reverse(self):
        """Reverse the receipt.

        :raise UserError: it is not allocated
        """
        self.ensure_one()
        receipt = self.receipt_id
        receipt.check_access("write")
        if receipt.state != "allocated":
            raise UserError(self.env._("%s is not allocated.", receipt.display_name))
        receipt._reverse(self.reason, requeue=self.what == "elsewhere")
        return {"type": "ir.actions.act_window_close"}
