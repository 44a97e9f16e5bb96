from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_is_zero

from .incasso_law import law_amount

REASONS = [
    ("not_ordered", "Not ordered"),
    ("not_delivered", "Not delivered"),
    ("defective", "Defective or not as agreed"),
    ("wrong_amount", "The amount is wrong"),
    ("cancelled", "Cancelled already"),
    ("no_notice", "No notice of costs received"),
    ("costs", "Costs or interest are wrong"),
    ("time_barred", "Time-barred"),
    ("other", "Other"),
]
OUTCOMES = [
    ("upheld", "Upheld"),
    ("partly", "Partly upheld"),
    ("rejected", "Rejected"),
]


class IncassoDispute(models.Model):
    """A debtor does not agree with a claim, or with a part of it.

    What is disputed is held from the moment the dispute is recorded; the rest goes on.
    What turns out not to be owed never was: it is credited as of the date of the
    invoice, so that the interest and the costs over it fall away to the cent, whatever
    was paid in the meantime.
    """

    _name = "incasso.dispute"
    _description = "Dispute"
    _inherit = ["incasso.creditor.question"]

    #: Working days within which an answer is promised.
    _answer_days = 10

    currency_id = fields.Many2one(related="company_id.currency_id")
    is_third_party = fields.Boolean(related="dossier_id.is_third_party")
    reason = fields.Selection(selection=REASONS, required=True, tracking=True)
    line_ids = fields.One2many(
        string="Disputed",
        comodel_name="incasso.dispute.line",
        inverse_name="dispute_id",
    )
    hold_id = fields.Many2one(
        comodel_name="incasso.hold", readonly=True, copy=False, index="btree_not_null"
    )

    # What the creditor says
    # The decision
    outcome = fields.Selection(
        selection=OUTCOMES, readonly=True, copy=False, tracking=True
    )
    waived_costs = fields.Monetary(
        string="Costs to Waive",
        help="For a dispute that is partly upheld: besides what is credited.",
        copy=False,
    )
    waived_interest = fields.Monetary(
        string="Interest to Waive",
        help="For a dispute that is partly upheld: besides the interest over what is "
        "credited, which falls away by itself.",
        copy=False,
    )
    settled_amount = fields.Monetary(
        string="Taken Off",
        help="By how much the decision lowered what is owed: principal, interest and "
        "costs.",
        readonly=True,
        copy=False,
    )
    receipt_ids = fields.Many2many(
        string="Credited With",
        comodel_name="incasso.receipt",
        readonly=True,
        copy=False,
    )

    _waived_not_negative = models.Constraint(
        "CHECK (COALESCE(waived_costs, 0) >= 0 AND COALESCE(waived_interest, 0) >= 0)",
        "What is waived cannot be negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "dossier_id.name")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = f"{dispute.name} ({dispute.dossier_id.name})"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request`: what is disputed is held at once, the creditor
        is asked and the debtor hears by when there is an answer.

        :raise UserError: the dossier is closed, nothing is disputed, or it is disputed
            already
        """
        self._check_not_disputed_yet(vals_list)
        disputes = super().create(vals_list)
        for dispute in disputes:
            dispute._check_can_start()
            dispute.hold_id = dispute.dossier_id._hold(
                "dispute",
                reason=self.env._(
                    "%(number)s: %(reason)s",
                    number=dispute.name,
                    reason=dispute._label("reason"),
                ),
                claims=dispute.line_ids.claim_id,
            )
        disputes._ask()
        disputes._write_letter(
            "incasso_nl.template_dispute",
            {
                dispute.id: {"hold_until": dispute.answer_date.isoformat()}
                for dispute in disputes
            },
        )
        return disputes

    def write(self, vals):
        """Override of `incasso.request`: what was decided stays as it was decided.

        :raise UserError: it was answered, and what it is about would change
        """
        fixed = {"dossier_id", "reason", "line_ids", "waived_costs", "waived_interest"}
        if fixed & vals.keys():
            self._check_open()
        result = super().write(vals)
        if "line_ids" in vals:
            for dispute in self.filtered("hold_id"):
                dispute._check_can_start()
                dispute.hold_id.claim_ids = dispute.line_ids.claim_id
            self.dossier_id._withdraw_messages(self.env._("The dossier is held."))
        return result

    # === CHECKS === #

    def _check_can_start(self):
        """Override of `incasso.request`.

        :raise ValidationError: nothing is disputed
        """
        result = super()._check_can_start()
        if not all(dispute.line_ids for dispute in self):
            raise ValidationError(self.env._("Choose the invoices it is about."))
        return result

    @api.model
    def _check_not_disputed_yet(self, vals_list):
        """:raise UserError: with the number of the dispute that runs already"""
        claim_ids = {
            command[2].get("claim_id")
            for vals in vals_list
            for command in vals.get("line_ids") or ()
            if command[0] == Command.CREATE
        }
        running = self.env["incasso.dispute.line"].search(
            [("claim_id", "in", list(claim_ids)), ("is_open", "=", True)], limit=1
        )
        if running:
            raise UserError(
                self.env._(
                    "%(claim)s is disputed already, in %(dispute)s.",
                    claim=running.claim_id.name,
                    dispute=running.dispute_id.name,
                )
            )

    # === ACTION METHODS === #

    def action_uphold(self):
        """The debtor is right: what is disputed was never owed."""
        self._decide("upheld")

    def action_uphold_partly(self):
        """The debtor is right in part: what the lines credit was never owed, and the
        rest goes on.

        :raise UserError: nothing is credited or waived
        """
        self._decide("partly")

    def action_reject(self):
        """The debtor is not right: the flow goes on where it was.

        :raise UserError: the debtor is told no reason
        """
        self._decide("rejected")

    def action_withdraw(self):
        """The debtor takes it back: the flow goes on where it was."""
        self.check_access("write")
        self._check_open()
        self._close("cancelled")
        self._go_on()

    def action_receipts(self):
        """Show what it was credited with."""
        self.ensure_one()
        return self.receipt_ids._get_records_action(name=self.env._("Credited"))

    # === BUSINESS METHODS - OPENING === #

    @api.model
    def _bring_up(self, dossier, claims, reason, amounts=None, **values):
        """Record a dispute that a debtor brings up.

        :param dossier: one `incasso.dossier`
        :param claims: the claims it is about
        :param str reason: a key of `REASONS`
        :param dict amounts: the part that is disputed, in euro, by claim id; a claim
            that is not in it is disputed as a whole
        :param values: `source`, `text` and other fields
        :return: the dispute
        :raise UserError: see `create`
        """
        amounts = amounts or {}
        return self.create(
            [
                {
                    "dossier_id": dossier.id,
                    "reason": reason,
                    "line_ids": [
                        Command.create(
                            {
                                "claim_id": claim.id,
                                "amount": amounts.get(claim.id, 0.0),
                            }
                        )
                        for claim in claims
                    ],
                    **values,
                }
            ]
        )

    def _event_text(self):
        """Override of `incasso.request`: with the reason and the claims."""
        return self.env._(
            "Dispute %(number)s: %(reason)s (%(claims)s).",
            number=self.name,
            reason=self._label("reason"),
            claims=", ".join(self.line_ids.claim_id.mapped("name")),
        )

    def _label(self, name):
        self.ensure_one()
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    # === BUSINESS METHODS - ASKING THE CREDITOR === #

    def _ask(self):
        """Override of `incasso.creditor.question` to ask whoever knows: another
        creditor, the company's own address for disputes, or who is responsible for the
        invoices. They get a term; until they answer the dispute waits for them. Where
        there is nobody, it stays with the handler.
        """
        template = self.env.ref(
            "incasso_nl.mail_template_dispute", raise_if_not_found=False
        )
        for dispute in self:
            address, users = dispute._who_knows()
            if not (users or (address and template)):
                continue
            dispute._wait_for_creditor()
            for user in users:
                dispute.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=dispute.creditor_date,
                    summary=self.env._("What about %s?", dispute.name),
                    note=dispute.text or False,
                    user_id=user.id,
                )
            if not users:
                # sudo: to fill in the template; who may record a dispute may have the
                # creditor asked about it.
                template.sudo().send_mail(
                    dispute.id, email_values={"email_to": address}
                )

    def _who_knows(self):
        """Whom to ask about these claims.

        :return: an e-mail address or False, and users who can look at the dispute
        """
        self.ensure_one()
        nobody = self.env["res.users"]
        if self.is_third_party:
            return self.creditor_id.email_formatted, nobody
        if self.company_id.incasso_dispute_email:
            return self.company_id.incasso_dispute_email, nobody
        # sudo: only who is responsible is read, not the invoices.
        sellers = self.line_ids.claim_id.sudo().move_id.invoice_user_id.filtered(
            lambda user: user.active and user._is_internal()
        )
        users = sellers.filtered(lambda user: self.with_user(user).has_access("read"))
        addresses = (sellers - users).filtered("email").mapped("email_formatted")
        return ", ".join(addresses), users.sudo(False) if not addresses else nobody

    # === BUSINESS METHODS - DECIDING === #

    def _decide(self, outcome):
        """Carry out a decision, and tell the debtor.

        :param str outcome: a key of `OUTCOMES`
        :raise UserError: it was decided already, or something is missing
        """
        self.check_access("write")
        self._check_open()
        for dispute in self:
            dispute._check_decision(outcome)
            dossier = dispute.dossier_id
            dossier._lock_for_money()
            owed, surplus = dispute._owed()
            if outcome == "upheld":
                dispute._uphold()
            elif outcome == "partly":
                dispute._uphold_partly()
            owed_now, surplus_now = dispute._owed()
            refund = max(surplus_now - surplus, 0)
            taken_off = owed - owed_now + refund
            dispute._close(outcome=outcome, settled_amount=float(taken_off))
            dispute._go_on()
            dispute._write_letter(
                f"incasso_nl.template_dispute_{outcome}",
                {
                    dispute.id: {
                        "credited": str(taken_off),
                        "refund": str(refund),
                    }
                },
            )

    def _check_decision(self, outcome):
        self.ensure_one()
        if outcome == "rejected" and not (self.answer or "").strip():
            raise UserError(
                self.env._(
                    "Write the reason for the debtor first: who is told no, is told "
                    "why."
                )
            )
        if outcome == "partly" and not (
            sum(self.line_ids.mapped("credit"))
            or self.waived_costs
            or self.waived_interest
        ):
            raise UserError(
                self.env._("Fill in what is credited or waived, or reject the dispute.")
            )

    def _owed(self):
        """What was asked for of the dossier as a whole, and what is to be refunded.

        :rtype: tuple[Decimal, Decimal]
        """
        dossier = self.dossier_id
        today = fields.Date.context_today(self)
        dossier.invalidate_recordset(["surplus"])
        # sudo: the sum of what is to be refunded.
        surplus = dossier.sudo().surplus
        return dossier._balances(today)[dossier.id].due, law_amount(surplus)

    def _uphold(self):
        """What is disputed falls away, in the way that fits the reason."""
        self.ensure_one()
        if self.reason == "costs":
            self._waive(
                sum(self.line_ids.claim_id.mapped("costs_amount")), float("inf")
            )
        elif self.reason == "no_notice":
            self._annul_notice()
        elif self.reason == "time_barred":
            self._give_up()
        else:
            self._credit({line: line._creditable() for line in self.line_ids})

    def _uphold_partly(self):
        self.ensure_one()
        credits = {line: line.credit for line in self.line_ids if line.credit}
        if credits:
            self._credit(credits)
        if self.waived_costs or self.waived_interest:
            self._waive(self.waived_costs, self.waived_interest)

    def _credit(self, amounts):
        """Take off principal that was never owed, as of the date of its invoice:
        interest, costs and what payments paid become what they would have been.

        For an invoice of the company itself that is a credit note, VAT included.

        :param dict amounts: euro by `incasso.dispute.line`
        """
        # sudo: who may decide a dispute may have it credited; only the invoices and the
        # receipts of this dispute's claims are touched.
        receipts = self.env["incasso.receipt"].sudo()
        reason = self.env._("Dispute %s", self.name)
        for line, amount in amounts.items():
            claim = line.claim_id.sudo()
            if float_is_zero(amount, precision_digits=2):
                continue
            if claim.move_line_id:
                receipts += self._credit_invoice(claim, amount, reason)
            else:
                receipts += receipts.create(
                    [
                        {
                            "company_id": self.company_id.id,
                            "dossier_id": self.dossier_id.id,
                            "kind": "credit_note",
                            "date": claim.invoice_date,
                            "amount": amount,
                            "claim_ids": [Command.set(claim.ids)],
                            "memo": reason,
                            "partner_name": self.creditor_id.name,
                            "state": "proposed",
                            "confidence": 100,
                            "match_reason": reason,
                        }
                    ]
                )
        # Those of the company's own invoices are allocated already.
        receipts._allocate()
        self.receipt_ids = [Command.link(receipt.id) for receipt in receipts]

    def _credit_invoice(self, claim, amount, reason):
        """Make a credit note, which Odoo reconciles with its invoice as far as that is
        open; from there it finds its way into the ledger.

        :return: the receipt
        """
        note = claim.move_id._incasso_credit(amount, reason)
        credit = note.line_ids.filtered(
            lambda item: item.account_id == claim.move_line_id.account_id
        )
        receipts = self.env["incasso.receipt"].sudo()
        receipt = receipts.search([("source_line_id", "=", credit.id)])
        if not receipt:
            # Nothing was open any more: what was paid has to be paid back.
            receipt = receipts._from_credit(credit, claim.dossier_id, claim, amount)
        return receipt

    def _waive(self, costs, interest):
        """Waive costs of the dossier and interest on the disputed claims, as far as
        they are open.

        :param float costs: euro at most
        :param float interest: euro at most, over all claims together
        """
        dossier = self.dossier_id
        today = fields.Date.context_today(self)
        dossier._book_interest(today)
        event = dossier._log("note", self.env._("Waived after dispute %s.", self.name))
        vals_list = []
        costs = min(costs, dossier.costs_open)
        if costs > 0:
            vals_list.append(dossier._prepare_costs_waiver(event, today, costs))
        for claim in self.line_ids.claim_id:
            amount = min(interest, claim.interest_open)
            if amount > 0:
                interest -= amount
                vals_list.append(claim._prepare_interest_waiver(event, today, amount))
        self.env["incasso.entry"]._book(vals_list)
        # sudo: what came in decides how a dossier that owes nothing any more closes.
        money = dossier.sudo().receipt_ids.filtered(
            lambda receipt: (
                receipt.state == "allocated" and receipt.kind != "credit_note"
            )
        )
        dossier._close_settled(money)

    def _annul_notice(self):
        """The notice of costs never reached the debtor: no costs are owed for these
        claims (art. 6:96 lid 6 and 3:37 lid 3 BW). A new notice is given."""
        dossier, claims = self.dossier_id, self.line_ids.claim_id
        claims.write(
            {
                "notice_id": False,
                "creditor_notice_date": False,
                "creditor_notice_costs": 0.0,
                "costs_due_from": False,
            }
        )
        dossier._replay_costs(
            claims, self.env._("Dispute %s: no notice of costs came.", self.name)
        )

    def _give_up(self):
        """The claims are time-barred: the debtor is not asked for them any more."""
        dossier, claims = self.dossier_id, self.line_ids.claim_id
        running = dossier.claim_ids.filtered(lambda claim: claim.state == "open")
        if running - claims:
            dossier._release(
                claims & running, self.env._("Time-barred (dispute %s).", self.name)
            )
        elif running:
            dossier._close("prescribed")

    def _go_on(self):
        """End the holds; what is left goes on where it was."""
        today = fields.Date.context_today(self)
        self.hold_id._end(today)
        for dispute in self:
            dossier = dispute.dossier_id
            claims = dispute.line_ids.claim_id.filtered(
                lambda claim: claim.state == "open" and not claim.costs_due_from
            )
            if dossier.state == "open" and claims:
                # Held while the notice of costs went out: they get one too.
                dossier._claims_added(today)

    # === BUSINESS METHODS - LETTERS === #

    def _letter_values(self):
        """Override of `incasso.request`: with the invoices that are disputed."""
        return {
            **super()._letter_values(),
            "disputed": self.line_ids.claim_id.mapped("name"),
            "dispute_reason": self.reason,
        }
