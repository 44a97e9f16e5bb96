import logging
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.incasso_nl.models.incasso_books import ExactAmounts
from odoo.addons.incasso_nl.models.incasso_dossier_flow import dutch_day
from odoo.addons.incasso_nl.models.incasso_law import law_amount

_logger = logging.getLogger(__name__)

IN_TRANSIT = ("draft", "pending", "authorized")
#: Payments of one dossier that were started and came to nothing in a month, after which
#: starting another one stops the flow no more: only one that the bank works on does.
MOST_UNFINISHED = 3
UNFINISHED_SINCE = timedelta(days=30)
#: A provider tells of a payment within minutes; after this it is asked.
SILENT_AFTER = timedelta(hours=1)
#: What was started, and of which the provider cannot say more by then, is over.
GIVEN_UP_AFTER = timedelta(days=1)


class PaymentTransaction(models.Model):
    """An online payment of a dossier.

    Its amount was decided here, from the ledger, when it was started. While it is in
    transit a hold stops the flow. Once it is paid it becomes one `account.payment` and
    one receipt, which the collections divide by law: never Odoo's own order. When the
    provider takes money back, so do the books and the ledger.
    """

    _inherit = "payment.transaction"

    incasso_dossier_id = fields.Many2one(
        string="Dossier",
        help="The collection dossier that this transaction pays.",
        comodel_name="incasso.dossier",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    incasso_claim_ids = fields.Many2many(
        string="Meant For",
        help="Claims that the debtor chose to pay: these are paid first (art. 6:43 "
        "lid 1 BW). Empty: the order of the law.",
        comodel_name="incasso.claim",
        readonly=True,
    )
    incasso_offer_date = fields.Date(
        string="Amount As Of",
        help="The day up to which the interest in the amount was computed.",
        readonly=True,
    )
    incasso_paid_at = fields.Datetime(
        string="Paid At", help="When the provider says it was paid.", readonly=True
    )
    incasso_hold_ids = fields.Many2many(
        string="Holds",
        help="Stop the flow while this is in transit: of its dossier, or of those "
        "whose invoices are paid with it on Odoo's own pages.",
        comodel_name="incasso.hold",
        readonly=True,
    )
    incasso_refunded = fields.Monetary(
        string="Refunded",
        help="Paid back to the debtor, as far as it is in the books.",
        readonly=True,
    )
    incasso_charged_back = fields.Monetary(
        string="Charged Back",
        help="Taken back by the debtor's bank, as far as it is in the books.",
        readonly=True,
    )
    incasso_from_surplus = fields.Monetary(
        string="Of This, Paid Too Much",
        help="What went back of money that was more than was owed: what it had paid "
        "stays paid.",
        readonly=True,
    )

    # === BUSINESS METHODS - PRE-PROCESSING === #

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        """Override of `payment` to start with the payment reference of the dossier.

        The bank shows it to the debtor, and a bank line with it is recognised.
        """
        # `payment` calls this in sudo: whoever pays has no rights on the dossier.
        dossier = self.env["incasso.dossier"].browse(values.get("incasso_dossier_id"))
        return dossier.exists().payment_reference or super()._compute_reference_prefix(
            separator, **values
        )

    def _create_child_transaction(
        self, amount, is_refund=False, **custom_create_values
    ):
        """Override of `payment`: a refund or capture is of the same dossier."""
        if self.incasso_dossier_id:
            custom_create_values = {
                "incasso_dossier_id": self.incasso_dossier_id.id,
                "incasso_claim_ids": [Command.set(self.incasso_claim_ids.ids)],
                "incasso_offer_date": self.incasso_offer_date,
                **custom_create_values,
            }
        return super()._create_child_transaction(
            amount, is_refund=is_refund, **custom_create_values
        )

    # === BUSINESS METHODS - PROCESSING === #

    def _process(self, provider_code, payment_data):
        """Override of `payment` to let one notification of a payment wait for another,
        and to refuse an amount that differs however often it is told.

        Odoo puts a payment of another amount in error, yet confirms it when the same
        notification comes once more.
        """
        transaction = self or self._search_by_reference(provider_code, payment_data)
        if not transaction.incasso_dossier_id:
            return super()._process(provider_code, payment_data)
        transaction._incasso_lock()
        if transaction.state == "error" and not transaction._incasso_amount_is_right(
            payment_data
        ):
            return transaction
        return super(PaymentTransaction, transaction)._process(
            provider_code, payment_data
        )

    def _incasso_amount_is_right(self, payment_data):
        """Whether a provider tells of the amount and currency of this transaction."""
        self.ensure_one()
        told = self._extract_amount_data(payment_data)
        if told is None:
            return True
        if told["currency_code"] != self.currency_id.name:
            return False
        return self.currency_id.is_zero((told["amount"] or 0.0) - abs(self.amount))

    def _get_processing_values(self):
        """Override of `payment` to let nothing be asked of the debtor from the moment
        a payment is started, on whichever page that is."""
        values = super()._get_processing_values()
        if self.state in ("draft", "pending"):
            self._incasso_system()._incasso_start_hold()
        return values

    def _incasso_lock(self):
        """Let others who work on these payments wait.

        When the other one changed something, PostgreSQL refuses to go on with what this
        transaction saw before, and Odoo starts the request again.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM payment_transaction WHERE id = ANY(%s)"
                " ORDER BY id FOR NO KEY UPDATE",
                self.ids,
            ),
            # To be refused is what the lock is for: no error in the log.
            log_exceptions=False,
        )

    def _set_done(self, *, state_message=None, extra_allowed_states=()):
        """Override of `payment`: money that came is money, also when the payment was
        given up before."""
        if all(transaction.incasso_dossier_id for transaction in self):
            extra_allowed_states = (*extra_allowed_states, "cancel")
        return super()._set_done(
            state_message=state_message, extra_allowed_states=extra_allowed_states
        )

    def _update_state(self, allowed_states, target_state, state_message):
        """Override of `payment` to hold the dossier while a payment is in transit, and
        to let it go on when it came to nothing."""
        changed = super()._update_state(allowed_states, target_state, state_message)
        ours = changed.filtered("incasso_dossier_id")
        if target_state == "done" and ours:
            for transaction in ours.filtered(lambda tx: not tx.incasso_paid_at):
                transaction.incasso_paid_at = fields.Datetime.now()
            # Also when nobody comes back to the page that would do it.
            self.env.ref("payment.cron_post_process_payment_tx")._trigger()
        payments = changed._incasso_system().filtered(
            lambda tx: tx.operation != "refund"
        )
        if target_state in ("pending", "authorized"):
            payments._incasso_start_hold()
        elif target_state in ("cancel", "error"):
            payments.incasso_hold_ids._end()
        if target_state == "error":
            # Without a reference the provider has never heard of it.
            (payments & ours).filtered("provider_reference")._incasso_tell_handler(
                self.env._("An online payment went wrong: see if money came in")
            )
        return changed

    def _incasso_system(self):
        """These transactions, for what the system itself does in their dossiers.

        In sudo, as the superuser: debtors and providers, who have no rights, cause it.
        Safe because it reaches no further than the dossier of the transaction, and does
        what the state of the transaction says.
        """
        return self.with_user(SUPERUSER_ID).sudo()

    def _incasso_tell_handler(self, summary):
        """Ask the handlers of these dossiers to look at something."""
        for transaction in self:
            dossier = transaction.incasso_dossier_id
            dossier.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=f"{summary}: {transaction.reference}",
                user_id=dossier.handler_id.id or SUPERUSER_ID,
            )

    def _apply_updates(self, payment_data):
        """Override of `payment_mollie` to follow when something was paid, and what was
        taken back of it: Mollie tells that of a payment that is and stays paid."""
        result = super()._apply_updates(payment_data)
        if self.provider_code == "mollie" and self.incasso_dossier_id:
            self._incasso_apply_mollie(payment_data)
        return result

    def _incasso_apply_mollie(self, payment_data):
        """Take over what Mollie tells beside the state.

        See https://docs.mollie.com/reference/get-payment: `paidAt`, `amountRefunded`
        and `amountChargedBack`.
        """
        if self.state != "done":
            return
        if payment_data.get("paidAt") and not self.payment_id:
            paid_at = datetime.fromisoformat(payment_data["paidAt"])
            self.incasso_paid_at = datetime(*paid_at.utctimetuple()[:6])
        system = self._incasso_system()
        refunded = _value(payment_data.get("amountRefunded"))
        system._incasso_take_back("incasso_refunded", refunded, self.env._("Refunded."))
        charged_back = _value(payment_data.get("amountChargedBack"))
        system._incasso_take_back(
            "incasso_charged_back", charged_back, self.env._("Charged back.")
        )

    def _incasso_take_back(self, name, total, reason):
        """Follow how much was taken back of a payment until now.

        :param str name: the field that knows how much of it is in the books
        :param float total: what the provider says
        :param str reason: for the ledger and the time line
        """
        self.ensure_one()
        others = self.incasso_refunded + self.incasso_charged_back - self[name]
        # Mollie lets a merchant refund more than was paid: that is no business of the
        # dossier.
        total = min(total, self.amount - others)
        difference = self.currency_id.round(total - self[name])
        if not difference:
            return
        self[name] = total
        if difference < 0:
            self._incasso_tell_handler(
                self.env._("Less was taken back of an online payment than was booked")
            )
            return
        if not self.payment_id:
            # First what came in, then what went out.
            self._post_process()
        refund = self._create_child_transaction(difference, is_refund=True)
        refund._set_done(state_message=reason)

    # === BUSINESS METHODS - POST-PROCESSING === #

    def _post_process(self):
        """Override of `account_payment` to do it once, whoever comes first, and to let
        the dossier go on afterwards."""
        ours = self.filtered("incasso_dossier_id")
        if ours:
            ours._incasso_lock()
        result = super()._post_process()
        # What was paid but could not be divided keeps the dossier held: somebody has to
        # look at it before the debtor is asked for that money again.
        over = self._incasso_system().filtered(
            lambda tx: (
                tx.incasso_hold_ids
                and tx.state == "done"
                and "allocated" in tx.payment_id.incasso_receipt_ids.mapped("state")
            )
        )
        over.incasso_hold_ids._end()
        return result

    def _create_payment(self, **extra_create_values):
        """Override of `account_payment`: the payment of a dossier tells which one it
        is for, and is divided by law; what went back is taken off again."""
        dossier = self.incasso_dossier_id
        if not dossier:
            return super()._create_payment(**extra_create_values)
        transaction = self._incasso_system()
        if self.operation == "refund":
            return transaction._incasso_create_refund(**extra_create_values)
        books = transaction.env["incasso.books"]
        day = books._open_day(transaction.company_id, transaction._incasso_value_date())
        return super(PaymentTransaction, transaction)._create_payment(
            **{"incasso_dossier_id": dossier.id, "date": day, **extra_create_values}
        )

    def _incasso_value_date(self):
        """The day as of which a payment pays.

        Who pays what was asked owes nothing more: the day for which the amount was
        computed, unless it was paid later than the day after that.

        :rtype: date
        """
        self.ensure_one()
        paid = dutch_day(self.incasso_paid_at or fields.Datetime.now())
        offered = self.incasso_offer_date or paid
        return offered if paid <= offered + timedelta(days=1) else paid

    def _incasso_create_refund(self, **extra_create_values):
        """Book money that went back to the debtor: from what was paid too much if there
        is that much of it, else the receipt is undone, and what is left pays anew.

        :return: the outgoing payment
        """
        self.ensure_one()
        paid = self.source_transaction_id
        reason = self.state_message or self.env._("Refunded.")
        amount = abs(self.amount)
        receipts = paid.payment_id.incasso_receipt_ids.filtered(
            lambda receipt: receipt.state != "reversed"
        )
        source = receipts.source_line_id[:1]
        source = source or paid.payment_id._seek_for_lines()[1][:1]
        surplus = sum(receipts.mapped("surplus")) - paid.incasso_from_surplus
        from_surplus = self.currency_id.compare_amounts(amount, surplus) <= 0
        account, partner = source.account_id, source.partner_id
        if not from_surplus:
            receipts._reverse(reason)
            self._incasso_join_surplus(source, receipts[:1])
        elif self.incasso_dossier_id.is_third_party:
            # There it was set apart when it came in.
            account = self.company_id.incasso_trust_suspense_account_id
            partner = self.incasso_dossier_id.debtor_id
        payment = super()._create_payment(
            **{
                "destination_account_id": account.id,
                "partner_id": partner.id,
                **extra_create_values,
            }
        )
        if account == source.account_id:
            self._incasso_reconcile_refund(payment, source, receipts[:1])
        if from_surplus:
            paid.incasso_from_surplus += amount
            return payment
        left = self.currency_id.round(-source.amount_residual)
        if receipts and left > 0:
            again = receipts[:1]._requeue(reason)
            again.write({"amount": left, "confidence": 100})
            again._book_sure_ones()
        return payment

    def _incasso_join_surplus(self, source, receipt):
        """A receipt of trust money is undone, and with it that a part was set apart.
        Of that part something went back before: that is taken off again."""
        books, paid = self.env["incasso.books"], self.source_transaction_id
        amount = law_amount(paid.incasso_from_surplus)
        paid.incasso_from_surplus = 0.0
        if not amount or not self.incasso_dossier_id.is_third_party:
            return
        label = self.env._("%s: refunded before", self.incasso_dossier_id.name)
        account = self.company_id.incasso_trust_suspense_account_id
        sums = {(account, self.incasso_dossier_id.debtor_id, label): -amount}
        commands = [books._prepare_line(source, amount, label, receipt)]
        commands += books._prepare_sums(sums)
        day = books._open_day(self.company_id, fields.Date.context_today(self))
        move = books._create_moves(
            [books._prepare_move(self.company_id, day, label, commands)]
        )
        line = move.line_ids.filtered(lambda line: line.balance > 0)
        books._reconcile_exactly(ExactAmounts({(line.id, source.id): (amount, False)}))

    def _incasso_reconcile_refund(self, payment, source, receipt):
        """Set what went out off against what had come in, to the cent.

        :param receipt: whose money it was
        """
        line = payment._seek_for_lines()[1]
        line.incasso_receipt_id = receipt
        amount = min(law_amount(line.balance), law_amount(-source.amount_residual))
        if amount > 0:
            self.env["incasso.books"]._reconcile_exactly(
                ExactAmounts({(line.id, source.id): (amount, False)})
            )

    # === BUSINESS METHODS - IN TRANSIT === #

    def _incasso_dossiers(self):
        """The dossiers of which something is paid with this: its own, or those of the
        invoices that somebody pays on Odoo's own pages.

        :rtype: incasso.dossier
        """
        self.ensure_one()
        if self.incasso_dossier_id or not self.invoice_ids:
            return self.incasso_dossier_id
        return (
            self.env["incasso.claim"]
            .search([("move_id", "in", self.invoice_ids.ids), ("state", "=", "open")])
            .dossier_id
        )

    def _incasso_start_hold(self):
        """Let nothing be asked of the debtor while these payments are in transit: what
        was about to go out is withdrawn.

        Who keeps starting payments and never ends one stops the flow no more by that.
        """
        for transaction in self.filtered(lambda tx: tx.operation != "refund"):
            for dossier in transaction._incasso_dossiers():
                if dossier.state != "closed":
                    transaction._incasso_hold(dossier)

    def _incasso_hold(self, dossier):
        """Hold a dossier while this payment is in transit, or go on holding it."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        end = today + timedelta(days=dossier.company_id.incasso_transit_days)
        hold = self.incasso_hold_ids.filtered(
            lambda hold: hold.dossier_id == dossier and hold.state == "active"
        )
        if hold:
            hold.end_date = max(hold.end_date, end)
        elif self.state != "draft" or not self._incasso_is_idle(dossier):
            self.incasso_hold_ids += dossier._hold(
                "payment_transit",
                reason=self.currency_id.format(self.amount),
                end=end,
            )

    def _incasso_is_idle(self, dossier):
        """Whether the debtor has only been starting payments lately, without paying."""
        self.ensure_one()
        unfinished = self.search_count(
            [
                ("id", "!=", self.id),
                ("incasso_hold_ids.dossier_id", "=", dossier.id),
                ("state", "in", ("draft", "cancel", "error")),
                ("create_date", ">=", fields.Datetime.now() - UNFINISHED_SINCE),
            ],
            limit=MOST_UNFINISHED,
        )
        return unfinished >= MOST_UNFINISHED

    # === BUSINESS METHODS - FOR THE DEBTOR === #

    def _incasso_finish(self):
        """Find out what became of a payment, now that the debtor is back, and book what
        was paid."""
        self.ensure_one()
        if self.state in IN_TRANSIT:
            try:
                with self.env.cr.savepoint():
                    self._incasso_ask_provider()
            except UserError as error:
                _logger.info("No answer about payment %s: %s", self.reference, error)
        if not self.is_post_processed and self.state not in IN_TRANSIT:
            try:
                with self.env.cr.savepoint():
                    self._post_process()
            except UserError:
                # The debtor paid, and need not know that our books do not take it yet:
                # the job that processes payments tries again, and says so in the log.
                _logger.warning("Payment %s is not booked yet.", self.reference)

    def _incasso_outcome(self):
        """What the debtor is told: ``paid``, ``transit``, ``failed``; ``unclear`` when
        the provider told something that cannot be right.

        :rtype: str
        """
        self.ensure_one()
        if self.state == "error" and self.provider_reference:
            return "unclear"
        outcomes = {"done": "paid", "cancel": "failed", "error": "failed"}
        return outcomes.get(self.state, "transit")

    # === CRON === #

    @api.model
    def _cron_incasso_clean_up(self):
        """Find out what became of payments that nobody told about since.

        The provider is asked where it can be; what was only started, and of which
        nobody can say more, is over after a day.
        """
        silent = fields.Datetime.now() - SILENT_AFTER
        transactions = self.search(
            [
                ("incasso_dossier_id", "!=", False),
                ("operation", "!=", "refund"),
                ("state", "in", IN_TRANSIT),
                ("last_state_change", "<", silent),
            ],
            order="id",
        )
        for left, transaction in enumerate(reversed(transactions)):
            transaction._incasso_look_up()
            remaining = len(transactions) - left - 1
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                break

    def _incasso_look_up(self):
        """Ask the provider what became of a payment, and give it up if nobody knows."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._incasso_ask_provider()
        except UserError as error:
            # The provider cannot be reached: another night.
            _logger.info("No answer about payment %s: %s", self.reference, error)
            return
        started = self.create_date < fields.Datetime.now() - GIVEN_UP_AFTER
        if self.state == "draft" and started:
            self._set_canceled(self.env._("It was started, and nothing came of it."))

    def _incasso_ask_provider(self):
        """Hook: ask the provider for the state of this payment, and follow it.

        :raise UserError: the provider did not answer
        """
        if self.provider_code == "mollie" and self.provider_reference:
            endpoint = f"/payments/{self.provider_reference}"
            self._process("mollie", self._send_api_request("GET", endpoint))

    # === BUSINESS METHODS - LOGGING === #

    def _log_message_on_linked_documents(self, message):
        """Override of `account_payment` to tell it on the dossier as well."""
        result = super()._log_message_on_linked_documents(message)
        # sudo: as in `_incasso_system`.
        dossier = self._incasso_system().incasso_dossier_id
        if dossier:
            dossier.message_post(body=message, author_id=self.partner_id.id)
        return result


def _value(amount):
    """An amount as Mollie writes it, if it is there.

    :rtype: float
    """
    return float((amount or {}).get("value") or 0.0)
