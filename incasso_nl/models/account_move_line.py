from odoo import api, fields, models

from .incasso_law import law_amount


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # === Receipts === #

    incasso_receipt_id = fields.Many2one(
        string="Receipt (Collections)",
        help="The receipt that this item of the collections journal was made for.",
        comodel_name="incasso.receipt",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    incasso_entry_id = fields.Many2one(
        string="Write-Off (Collections)",
        help="The entry in a dossier's ledger that this item writes off.",
        comodel_name="incasso.entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    # === BUSINESS METHODS - RECEIPTS === #

    @api.model
    def _prepare_reconciliation_single_partial(
        self, debit_values, credit_values, shadowed_aml_values=None
    ):
        """Override of `account` to reconcile for the exact amount that the collections
        ask for, also where both items have more open."""
        asked = self.env.context.get("incasso_amounts", {}).get(
            (debit_values["aml"].id, credit_values["aml"].id)
        )
        if not asked:
            return super()._prepare_reconciliation_single_partial(
                debit_values, credit_values, shadowed_aml_values=shadowed_aml_values
            )
        amount, receipt_id = float(asked[0]), asked[1]
        capped = [
            {
                **values,
                **{
                    name: sign * min(sign * values[name], amount)
                    for name in ("amount_residual", "amount_residual_currency")
                },
            }
            for values, sign in ((debit_values, 1), (credit_values, -1))
        ]
        result = super()._prepare_reconciliation_single_partial(
            *capped, shadowed_aml_values=shadowed_aml_values
        )
        partial = result.get("partial_values")
        if partial:
            partial["incasso_receipt_id"] = receipt_id
            for values, sign, name in (
                (debit_values, -1, "debit_amount_currency"),
                (credit_values, 1, "credit_amount_currency"),
            ):
                values["amount_residual"] += sign * partial["amount"]
                values["amount_residual_currency"] += sign * partial[name]
        return result

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        """Override of `account` to follow what others reconcile with an invoice that is
        in collection: the dossier's ledger gets it, in the legal order."""
        if self.env.context.get("incasso_amounts") is not None:
            return super()._reconcile_plan(reconciliation_plan)
        # sudo: whoever may reconcile, the ledger of the dossiers follows the books.
        claims = (
            self.env["incasso.claim"]
            .sudo()
            .search(
                [
                    (
                        "move_line_id",
                        "in",
                        list(self._ids_of_plan(reconciliation_plan)),
                    ),
                    ("state", "=", "open"),
                ]
            )
        )
        before = claims.move_line_id.matched_credit_ids
        result = super()._reconcile_plan(reconciliation_plan)
        fresh = claims.move_line_id.matched_credit_ids - before
        self.env["incasso.receipt"].sudo()._from_partials(fresh, claims)
        return result

    def _ids_of_plan(self, plan):
        """Ids of all journal items in a reconciliation plan, however nested."""
        for item in plan:
            if isinstance(item, models.BaseModel):
                yield from item.ids
            else:
                yield from self._ids_of_plan(item)

    def _incasso_open_credit(self):
        """What is left of a credit, in euro.

        :rtype: Decimal
        """
        self.ensure_one()
        return law_amount(-self.amount_residual)
