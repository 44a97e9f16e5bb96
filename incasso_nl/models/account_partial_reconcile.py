from odoo import fields, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    incasso_receipt_id = fields.Many2one(
        string="Receipt (Collections)",
        help="The receipt whose allocation this reconciliation books.",
        comodel_name="incasso.receipt",
        readonly=True,
        index="btree_not_null",
    )

    def unlink(self):
        """Override of `account` to reverse the receipts whose allocation is undone by
        others than the collections themselves."""
        undone = self.env["incasso.receipt"]
        if not self.env.context.get("incasso_booking"):
            # sudo: whoever may undo a reconciliation, the ledger follows the books.
            undone = self.sudo().incasso_receipt_id
        result = super().unlink()
        undone._undone_in_books()
        return result
