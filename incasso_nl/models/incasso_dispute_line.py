from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .incasso_request import OPEN_STATES


class IncassoDisputeLine(models.Model):
    """One claim that is disputed, or a part of it."""

    _name = "incasso.dispute.line"
    _description = "Disputed Claim"
    _order = "claim_id, id"
    _check_company_auto = True

    dispute_id = fields.Many2one(
        comodel_name="incasso.dispute", required=True, index=True, ondelete="cascade"
    )
    dossier_id = fields.Many2one(related="dispute_id.dossier_id")
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    claim_id = fields.Many2one(
        comodel_name="incasso.claim",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('dossier_id', '=', parent.dossier_id), ('state', '=', 'open')]",
    )
    principal_open = fields.Monetary(related="claim_id.principal_open")
    amount = fields.Monetary(
        string="Disputed Part", help="Of the principal. Empty: all of it."
    )
    disputed_amount = fields.Monetary(
        string="Disputed",
        help="How much of the invoice is disputed: all of it, unless you fill in less. "
        "Nothing where only the costs or the interest are disputed.",
        compute="_compute_disputed_amount",
        inverse="_inverse_disputed_amount",
    )
    credit = fields.Monetary(
        string="To Credit",
        help="For a dispute that is partly upheld: the principal that was never owed. "
        "The interest and the costs over it fall away with it.",
        copy=False,
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True)

    _once = models.UniqueIndex(
        "(claim_id) WHERE is_open", "This invoice is disputed already."
    )
    _not_negative = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0 AND COALESCE(credit, 0) >= 0)",
        "An amount cannot be negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("dispute_id.state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.dispute_id.state in OPEN_STATES

    @api.depends("amount", "claim_id.amount", "dispute_id.reason")
    def _compute_disputed_amount(self):
        for line in self:
            whole = 0.0 if line._is_about_costs() else line.claim_id.amount
            line.disputed_amount = line.amount or whole

    def _inverse_disputed_amount(self):
        for line in self:
            whole = line.claim_id.amount
            is_whole = not line.currency_id.compare_amounts(line.disputed_amount, whole)
            line.amount = 0.0 if is_whole else line.disputed_amount

    # === CONSTRAINT METHODS === #

    @api.constrains("claim_id", "dispute_id")
    def _check_claim(self):
        for line in self:
            if line.claim_id.dossier_id != line.dispute_id.dossier_id:
                raise ValidationError(
                    self.env._("A dispute is about claims of its own dossier.")
                )

    @api.constrains("claim_id", "amount", "credit")
    def _check_amounts(self):
        for line in self:
            compare = line.currency_id.compare_amounts
            if compare(line.amount, line.claim_id.amount) > 0:
                raise ValidationError(
                    self.env._(
                        "%(claim)s is %(amount)s: no more of it can be disputed.",
                        claim=line.claim_id.name,
                        amount=line.currency_id.format(line.claim_id.amount),
                    )
                )
            if line.is_open and compare(line.credit, line._left()) > 0:
                raise ValidationError(
                    self.env._(
                        "%(amount)s of %(claim)s is left to credit.",
                        claim=line.claim_id.name,
                        amount=line.currency_id.format(line._left()),
                    )
                )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_while_open(self):
        self.dispute_id._check_open()

    # === BUSINESS METHODS === #

    def _left(self):
        """What of the claim was not credited before, in euro."""
        self.ensure_one()
        # The entries of credits that were undone are in it, with their reversals.
        credited = sum(
            entry.amount
            for entry in self.claim_id.entry_ids
            if entry.kind == "credit" and entry.component == "principal"
        )
        return self.currency_id.round(self.claim_id.amount + credited)

    def _creditable(self):
        """What is credited when the debtor is right: the part that is disputed."""
        self.ensure_one()
        left = max(self._left(), 0.0)
        return min(self.amount, left) if self.amount else left

    def _is_about_costs(self):
        """Whether not the invoice is disputed, but what came on top of it."""
        self.ensure_one()
        return self.dispute_id.reason in ("costs", "no_notice")

    def _undisputed(self):
        """What is left to pay of the principal if the debtor is right, in euro."""
        self.ensure_one()
        if self._is_about_costs():
            return self.principal_open
        if not self.amount:
            return 0.0
        return max(self.currency_id.round(self.principal_open - self.amount), 0.0)
