from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from odoo.addons.base_iban.models.res_partner_bank import validate_iban

from ..tools.remittance import plain
from .incasso_matching import ASK, Match
from .incasso_recognised import PENDING
from .incasso_request import OPEN_STATES

# How far the day on a statement may be from the day on which somebody says to have
# paid: a weekend before, and a transfer from abroad.
BEFORE = timedelta(days=3)
AFTER = timedelta(days=10)


class IncassoPaidReport(models.Model):
    """A debtor says that it was paid already.

    While they wait it is looked for among what came in. Where it is not found at once,
    what they paid for is held until somebody has looked.
    """

    _name = "incasso.paid.report"
    _description = "Reported Payment"
    _inherit = ["incasso.creditor.question"]

    currency_id = fields.Many2one(related="company_id.currency_id")
    is_third_party = fields.Boolean(related="dossier_id.is_third_party")
    amount = fields.Monetary(required=True, tracking=True)
    date = fields.Date(
        string="Paid On", required=True, default=fields.Date.context_today
    )
    paid_to = fields.Selection(
        selection=[
            ("collector", "This company"),
            ("creditor", "The creditor"),
            ("other", "Somebody else"),
        ],
        required=True,
        default="collector",
    )
    iban = fields.Char(string="From Account", help="The IBAN that it was paid from.")
    claim_ids = fields.Many2many(
        string="Paid For",
        help="Empty: the dossier as a whole.",
        comodel_name="incasso.claim",
        domain="[('dossier_id', '=', dossier_id), ('state', '=', 'open')]",
    )
    hold_id = fields.Many2one(
        comodel_name="incasso.hold", readonly=True, copy=False, index="btree_not_null"
    )
    receipt_id = fields.Many2one(
        help="What was found: booked already, or to be confirmed.",
        comodel_name="incasso.receipt",
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('company_id', '=', company_id), ('state', '!=', 'reversed'), "
        "'|', ('dossier_id', '=', dossier_id), ('dossier_id', '=', False)]",
    )
    receipt_state = fields.Selection(
        string="State of the Receipt", related="receipt_id.state"
    )
    outcome = fields.Selection(
        selection=[("found", "Found"), ("not_found", "Not found")],
        readonly=True,
        copy=False,
        tracking=True,
    )

    _once = models.UniqueIndex(
        "(dossier_id, amount, date) WHERE state IN ('new', 'waiting')",
        "This payment was reported already.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A payment is more than zero."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for report in self:
            if report.date > today:
                raise ValidationError(
                    self.env._("The payment was today or earlier, not in the future.")
                )

    @api.constrains("iban")
    def _check_iban(self):
        for report in self.filtered("iban"):
            validate_iban(report.iban)

    @api.constrains("claim_ids", "dossier_id")
    def _check_claims(self):
        for report in self:
            if report.claim_ids.dossier_id - report.dossier_id:
                raise ValidationError(
                    self.env._("A payment is for claims of its own dossier.")
                )

    # === COMPUTE METHODS === #

    @api.depends("name", "dossier_id.name")
    def _compute_display_name(self):
        for report in self:
            report.display_name = f"{report.name} ({report.dossier_id.name})"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `incasso.request` to look for the payment at once, and else to
        hold what it was for.

        :raise UserError: the dossier is closed, or the payment was reported already
        """
        for vals in vals_list:
            vals["iban"] = plain(vals.get("iban") or "") or False
        self._check_not_reported_yet(vals_list)
        reports = super().create(vals_list)
        for report in reports:
            report._check_can_start()
            report._look_up()
            if report.state == "done":
                continue
            report.hold_id = report.dossier_id._hold(
                "payment_proof",
                reason=self.env._(
                    "%(number)s: %(amount)s on %(day)s",
                    number=report.name,
                    amount=report.currency_id.format(report.amount),
                    day=format_date(self.env, report.date),
                ),
                claims=report.claim_ids,
            )
            if report.paid_to == "creditor" and not report.receipt_id:
                report._ask()
        return reports

    def write(self, vals):
        """Override of `incasso.request`: what was answered stays as it was answered.

        :raise UserError: it was answered, and what it is about would change
        """
        if vals.keys() & {"dossier_id", "amount", "date", "iban", "claim_ids"}:
            self._check_open()
        if vals.get("iban"):
            vals = {**vals, "iban": plain(vals["iban"])}
        return super().write(vals)

    # === CHECKS === #

    @api.model
    def _check_not_reported_yet(self, vals_list):
        """:raise UserError: with the number of the report that runs already"""
        for vals in vals_list:
            running = self.search(
                [
                    ("dossier_id", "=", vals.get("dossier_id")),
                    ("amount", "=", vals.get("amount")),
                    ("date", "=", vals.get("date") or fields.Date.context_today(self)),
                    ("state", "in", OPEN_STATES),
                ],
                limit=1,
            )
            if running:
                raise UserError(
                    self.env._(
                        "This payment was reported already, in %s.", running.name
                    )
                )

    # === ACTION METHODS === #

    def action_look_up(self):
        """Look among what came in since."""
        self.check_access("write")
        self._check_open()
        for report in self:
            report._look_up()

    def action_found(self):
        """The payment is there: book the receipt that was found, or register it."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        receipt = self.receipt_id
        if not receipt:
            return self._action_register()
        if receipt.state in PENDING:
            # Allocating it closes this, see `_money_came_in`.
            receipt.write({"dossier_id": self.dossier_id.id, "state": "proposed"})
            receipt.action_confirm()
        else:
            self._found(receipt)
        return True

    def action_not_found(self):
        """The payment is not there: the debtor is told, and the flow goes on."""
        self.check_access("write")
        self._check_open()
        self._close(outcome="not_found")
        self.hold_id._end()
        self._write_letter("incasso_nl.template_paid_not_found")

    def action_withdraw(self):
        """The debtor takes it back: the flow goes on where it was."""
        self.check_access("write")
        self._check_open()
        self._close("cancelled")
        self.hold_id._end()

    def _action_register(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register Receipt"),
            "res_model": "incasso.register.receipt",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_dossier_id": self.dossier_id.id,
                "default_paid_report_id": self.id,
                "default_amount": self.amount,
                "default_date": fields.Date.to_string(self.date),
                "default_memo": self.name,
                "default_is_direct": self.paid_to == "creditor" and self.is_third_party,
                "default_claim_ids": [Command.set(self.claim_ids.ids)],
            },
        }

    # === BUSINESS METHODS - LOOKING UP === #

    def _event_text(self):
        """Override of `incasso.request`: with the amount and the day."""
        return self.env._(
            "Says to have paid %(amount)s on %(day)s (%(number)s).",
            amount=self.currency_id.format(self.amount),
            day=format_date(self.env, self.date),
            number=self.name,
        )

    def _look_up(self):
        """Look for the payment among receipts and bank lines: the same amount, about
        the same day, and booked for this dossier or paid from the account that the
        debtor names.

        What is booked on the dossier closes this. What waits is linked, for a person to
        confirm: that somebody says so does not make it theirs.
        """
        self.ensure_one()
        # sudo: of what came in only what fits to the cent, the day and the dossier or
        # the account is linked, and nothing of it is shown to the debtor.
        receipts = self.env["incasso.receipt"].sudo()
        found = receipts.search(
            [*self._fitting_domain(), ("state", "!=", "reversed")], order="date, id"
        )
        booked = found.filtered(
            lambda r: (
                r.state == "allocated"
                and r.dossier_id == self.dossier_id
                and r.kind != "credit_note"
            )
        )
        if booked:
            self._found(booked[0].sudo(False), tell=False)
            return
        waiting = found.filtered(lambda r: r.state in PENDING)
        fitting = waiting.filtered(lambda r: r.dossier_id == self.dossier_id)
        if not fitting:
            fitting = waiting.filtered(
                lambda r: (
                    not r.dossier_id and self.iban and r.account_number == self.iban
                )
            )[:1]
            fitting.write(
                {
                    "dossier_id": self.dossier_id.id,
                    "state": "proposed",
                    "confidence": ASK,
                    "match_reason": self._match_reason(),
                    "claim_ids": [Command.set(self.claim_ids.ids)],
                }
            )
        if not fitting:
            fitting = self._look_up_bank_lines()
        if fitting and self.state in OPEN_STATES:
            self.receipt_id = fitting[0].id

    def _look_up_bank_lines(self):
        """Match bank lines that fit and that nobody looked at yet.

        :return: the receipt of this dossier that was made of one, not allocated yet
        """
        # sudo: as in `_look_up`.
        lines = (
            self.env["account.bank.statement.line"]
            .sudo()
            .search(
                [
                    *self._fitting_domain(),
                    ("is_reconciled", "=", False),
                    ("incasso_receipt_ids", "=", False),
                    ("move_id.state", "=", "posted"),
                    ("foreign_currency_id", "=", False),
                ]
            )
        )
        lines.with_context(incasso_looking_up=self.id)._incasso_match()
        receipts = lines.incasso_receipt_ids.filtered(
            lambda r: r.dossier_id == self.dossier_id and r.state in PENDING
        )
        if not receipts and self.iban and self.state in OPEN_STATES:
            unknown = lines.filtered(
                lambda line: (
                    not line.incasso_receipt_ids
                    and not line.is_reconciled
                    and plain(line.account_number or "") == self.iban
                )
            )[:1]
            match = Match(
                self.dossier_id.id, ASK, self._match_reason(), self.claim_ids.ids
            )
            receipts = receipts.create(
                [line._prepare_incasso_receipt(match) for line in unknown]
            )
        return receipts

    def _fitting_domain(self):
        """Receipts and bank lines of this amount, about this day."""
        return [
            ("company_id", "=", self.company_id.id),
            ("amount", "=", self.amount),
            ("date", ">=", self.date - BEFORE),
            ("date", "<=", self.date + AFTER),
        ]

    def _match_reason(self):
        return self.env._("The debtor says so, in %s.", self.name)

    @api.model
    def _money_came_in(self, receipts):
        """Money was booked: answer the reports that were about it.

        :param receipts: `incasso.receipt` that were just allocated
        """
        # sudo: whoever books money, who waited for it gets an answer.
        reports = self.sudo().search(
            [
                ("dossier_id", "in", receipts.dossier_id.ids),
                ("state", "in", OPEN_STATES),
            ]
        )
        for report in reports:
            fitting = receipts.filtered(
                lambda r, report=report: (
                    r == report.receipt_id
                    or (
                        r.dossier_id == report.dossier_id
                        and r.kind != "credit_note"
                        and not r.currency_id.compare_amounts(r.amount, report.amount)
                        and report.date - BEFORE <= r.date <= report.date + AFTER
                    )
                )
            )
            if fitting:
                looking = self.env.context.get("incasso_looking_up") == report.id
                report._found(fitting[0], tell=not looking)

    def _found(self, receipt, tell=True):
        """The payment was found and is booked.

        :param receipt: `incasso.receipt`, allocated
        :param bool tell: write to the debtor, who does not know it yet
        """
        self.ensure_one()
        self._close(outcome="found", receipt_id=receipt.id)
        self.hold_id._end()
        thanked = self.dossier_id.outbox_ids.filtered(
            lambda message: message.kind == "thanks" and message.state == "queued"
        )
        if tell and not thanked:
            self._write_letter("incasso_nl.template_paid_found")

    # === BUSINESS METHODS - ASKING THE CREDITOR === #

    def _ask(self):
        """Override of `incasso.creditor.question` to ask another creditor whether it
        was paid there. Without an address it stays with the handler."""
        template = self.env.ref(
            "incasso_nl.mail_template_paid_report", raise_if_not_found=False
        )
        for report in self.filtered("is_third_party"):
            address = report.creditor_id.email_formatted
            if not (address and template):
                continue
            report._wait_for_creditor()
            # sudo: to fill in the template; who may record a report may have the
            # creditor asked about it.
            template.sudo().send_mail(report.id, email_values={"email_to": address})

    # === BUSINESS METHODS - LETTERS === #

    def _letter_values(self):
        """Override of `incasso.request`: with what the debtor says to have paid."""
        return {
            **super()._letter_values(),
            "received": str(self.amount),
            "received_date": self.date.isoformat(),
        }
