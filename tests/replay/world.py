"""The days of the replay: what people do, and what the product does by itself.

Every phase of a day is a transaction of its own, together with the note that it was
done: a replay that is stopped anywhere goes on where it was. What runs by itself is
started through Odoo's own scheduler, as the job that it is, with its own commits.
"""

from collections import defaultdict
from contextlib import contextmanager
from datetime import date, timedelta

from odoo import Command

from .checks import REST, is_quiet
from .clock import seconds
from .creditor import Creditor
from .habits import (
    DAY_OF_NEW_VERSION,
    DAY_OF_SHORTER_LADDER,
    DAYS_TO_GIVE_UP,
    DAYS_TO_PAY_REST,
    Way,
    is_given_up,
    pays_rest,
    remittance,
    told_early,
    way,
)

ONE_DAY = timedelta(days=1)
DONE = "incasso_replay.done"


class World:
    """The creditor, its customers, and the days that go by.

    :param env: of the superuser; its company is the creditor
    :param list invoices: the history
    :param Clock clock: of this process
    :param bool alone: the creditor is the only company that collects in this database,
        so that the scheduled jobs can be started for all
    """

    def __init__(self, env, invoices, clock, *, alone):
        self.env = env
        self.clock = clock
        self.alone = alone
        self.creditor = Creditor(env)
        self.times = defaultdict(float)
        self.first = invoices[0].day
        self.by_day = defaultdict(list)
        self.by_due = defaultdict(list)
        self.by_settled = defaultdict(list)
        for invoice in invoices:
            self.by_day[invoice.day].append(invoice)
            self.by_due[invoice.due].append(invoice)
            self.by_settled[invoice.settled].append(invoice)
        self.settled = {invoice.number: invoice.settled for invoice in invoices}
        #: Name, hour and minute, what is done.
        self.phases = (
            ("daily run", 3, 0, self.daily_run),
            ("holds that end", 3, 30, self.end_holds),
            ("invoices", 6, 0, self.send_invoices),
            ("disputes", 7, 0, self.hear_disputes),
            ("hand-over", 7, 30, self.hand_over),
            # As the product asks for by itself, for who was handed over today.
            ("daily run", 7, 45, self.daily_run),
            ("statement", 8, 0, self.import_statement),
            ("matching", 8, 30, self.match),
            ("worklist", 9, 0, self.work_off_receipts),
            ("bookkeeping", 9, 30, self.keep_books),
            ("ladders", 9, 45, self.change_ladders),
            ("proposals", 10, 0, self.decide_proposals),
            ("letters and e-mail", 10, 30, self.render),
            ("sending", 11, 0, self.send),
            ("post", 15, 0, self.post_letters),
        )

    # === DAYS === #

    def live(self, last, after_day=None):
        """Live through the days, from where an earlier replay stopped.

        :param date last: the last day to live through
        :param after_day: called with each day when it is over
        """
        day, done = self._progress()
        while day <= last:
            for place, (name, hour, minute, phase) in enumerate(self.phases):
                if place < done:
                    continue
                self.clock.move_to(day, hour, minute)
                with self.timed(name):
                    phase(day)
                    self._note(day, place + 1)
                    self.env.cr.commit()
                    self.env.invalidate_all()
            done = 0
            if after_day:
                after_day(day)
            day += ONE_DAY

    def _progress(self):
        """The day to go on with, and how many of its phases are done."""
        self.env.cr.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", [DONE]
        )
        row = self.env.cr.fetchone()
        if not row:
            return self.first, 0
        day, _space, done = row[0].partition(" ")
        day = date.fromisoformat(day)
        if int(done) == len(self.phases):
            return day + ONE_DAY, 0
        return day, int(done)

    def _note(self, day, done):
        # Past the ORM: writing a parameter would empty all of Odoo's caches each time.
        self.env.cr.execute(
            """
            INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """,
            [DONE, f"{day} {done}"],
        )

    @contextmanager
    def timed(self, name):
        """Add up how long something takes, in seconds."""
        start = seconds()
        yield
        self.times[name] += seconds() - start

    def job(self, name):
        """Start a scheduled job of the product as Odoo's scheduler does."""
        self.env.cr.commit()
        # The replay is nobody: jobs are started by the system.
        self.env.ref(f"incasso_nl.{name}").method_direct_trigger()
        self.env.cr.commit()
        self.env.invalidate_all()

    # === WHAT THE PRODUCT DOES BY ITSELF === #

    def daily_run(self, _day):
        if self.alone:
            self.job("cron_daily_run")
        else:
            # Other companies live in the present: they have no past to catch up with.
            self.env["incasso.run"]._open_run(self.creditor.company)._process()

    def end_holds(self, _day):
        self.job("cron_end_holds")

    def match(self, day):
        if self.by_settled[day] or self._rests_to_pay(day):
            self.job("cron_match")

    def render(self, _day):
        if self.env["incasso.message"].search_count(
            [("state", "=", "queued")], limit=1
        ):
            self.job("cron_render_messages")

    def send(self, _day):
        self.job("cron_send_messages")

    # === INVOICES === #

    def send_invoices(self, day):
        """The bookkeeper posts the invoices of the day."""
        invoices = self.by_day[day]
        for invoice in invoices:
            self._keep_channel(invoice)
        moves = self.creditor.as_user("bookkeeper", "account.move").create(
            [self._prepare_invoice(invoice) for invoice in invoices]
        )
        moves.action_post()

    def _prepare_invoice(self, invoice):
        return {
            "move_type": "out_invoice",
            "ref": invoice.number,
            "partner_id": self.creditor.customers[invoice.customer].id,
            "invoice_date": invoice.day,
            "invoice_date_due": invoice.due,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Kantoorartikelen",
                        "quantity": 1,
                        "price_unit": float(invoice.amount),
                        "tax_ids": [Command.set(self.creditor.tax.ids)],
                        "analytic_distribution": {
                            self.creditor.offices[invoice.office].id: 100
                        },
                    }
                )
            ],
        }

    def _keep_channel(self, invoice):
        """Customers who went paperless are written to by e-mail from then on."""
        customer = self.creditor.customers[invoice.customer]
        if invoice.day >= invoice.paperless and customer.incasso_channel != "email":
            customer.incasso_channel = "email"

    def moves(self, invoices):
        """The journal entries of invoices of the history.

        :rtype: dict[history.Invoice, account.move]
        """
        found = self.env["account.move"].search(
            [
                ("company_id", "=", self.creditor.company.id),
                ("move_type", "=", "out_invoice"),
                ("ref", "in", [invoice.number for invoice in invoices]),
            ]
        )
        by_number = {move.ref: move for move in found}
        return {
            invoice: by_number[invoice.number]
            for invoice in invoices
            if invoice.number in by_number
        }

    # === DISPUTES === #

    def hear_disputes(self, day):
        """Customers dispute invoices on the due date; settling them ends the dispute.

        Half of them say so in time: the bookkeeper blocks the invoice, and it is not
        handed over. The others are heard when the invoice is in collection: the handler
        puts a hold on that claim, from the due date on.
        """
        self._block(day)
        self._resolve(day)

    def _block(self, day):
        early = [
            i for i in self.by_due[day] if self._is_in_dispute(i) and told_early(i)
        ]
        for move in self.moves(early).values():
            move.with_user(
                self.creditor.staff["bookkeeper"]
            ).action_toggle_block_payment()

    def _resolve(self, day):
        settled = [i for i in self.by_settled[day] if self._is_in_dispute(i)]
        for invoice, move in self.moves(settled).items():
            if told_early(invoice):
                move.with_user(
                    self.creditor.staff["bookkeeper"]
                ).action_toggle_block_payment()
            else:
                holds = self.creditor.as_user("handler", "incasso.hold").search(
                    [
                        ("kind", "=", "dispute"),
                        ("state", "=", "active"),
                        ("claim_ids.move_id", "=", move.id),
                    ]
                )
                holds.action_end()

    def _dispute(self, day):
        """Hold the claims of which the dispute is heard now that they are in
        collection."""
        late = [
            invoice
            for invoice in self.by_due[day - ONE_DAY]
            if self._is_in_dispute(invoice) and not told_early(invoice)
        ]
        for move in self.moves(late).values():
            claims = self.creditor.as_user("handler", "incasso.claim").search(
                [("move_id", "=", move.id), ("state", "=", "open")]
            )
            claims.dossier_id._hold(
                "dispute", "Niet akkoord met de factuur", day - ONE_DAY, claims=claims
            )

    @staticmethod
    def _is_in_dispute(invoice):
        """Disputed, and not settled within the term."""
        return invoice.disputed and invoice.is_late

    # === HANDING OVER === #

    def hand_over(self, day):
        """The product proposes what is overdue, the team lead hands it over."""
        self.job("cron_propose")
        moves = self.creditor.as_user("team_lead", "account.move").search(
            [
                ("company_id", "=", self.creditor.company.id),
                ("incasso_proposal_date", "!=", False),
            ]
        )
        if moves:
            action = moves.action_incasso_hand_over()
            handover = self.creditor.as_user("team_lead", action["res_model"])
            handover = handover.browse(action["res_id"])
            if handover.debtor_ids:
                handover.handler_id = self.creditor.staff["handler"]
                handover.action_confirm()
        self._dispute(day)

    # === MONEY === #

    def import_statement(self, day):
        """The bank statement of the day, and what the bookkeeper registers by hand."""
        registered, lines = [], []
        moves = self.moves(self.by_settled[day])
        for place, invoice in enumerate(self.by_settled[day]):
            if way(invoice) is Way.REGISTERED and moves[invoice].amount_residual:
                registered.append(moves[invoice])
            else:
                lines.append(self._prepare_payment(invoice, moves[invoice], place))
        for dossier, amount in self._rests_to_pay(day):
            lines.append(self._prepare_rest(dossier, amount, day))
        lines_model = self.creditor.as_user("bookkeeper", "account.bank.statement.line")
        lines_model.create(lines)
        for move in registered:
            self._register(move, day)

    def _register(self, move, day):
        """Register the payment of an invoice with Odoo's own wizard."""
        model = self.creditor.as_user("bookkeeper", "account.payment.register")
        wizard = model.with_context(
            active_model="account.move", active_ids=move.ids
        ).create(
            {
                "payment_date": day,
                "journal_id": self.creditor.bank.id,
                "amount": move.amount_total,
                # Paid in part by another payment already: the rest is on account.
                "payment_difference_handling": "open",
            }
        )
        wizard.action_create_payments()

    def _prepare_payment(self, invoice, move, place):
        """A line of the statement: the customer pays the amount of an invoice.

        :param int place: of the invoice among those settled that day
        """
        dossier = move.incasso_dossier_id if move.incasso_in_collection else None
        how = way(invoice)
        if how is Way.REGISTERED:
            # An earlier payment without a number paid it: no invoice to register it on.
            how = Way.INVOICE
        if how in (Way.KENMERK, Way.NUMBER) and not (dossier and dossier.outbox_ids):
            # Nobody knows the number of a dossier before there was a letter.
            how = Way.INVOICE
        customer = self.creditor.customers[invoice.customer]
        text = {
            Way.KENMERK: lambda: dossier.payment_reference,
            Way.NUMBER: lambda: remittance(invoice, dossier.name),
            Way.INVOICE: lambda: remittance(invoice, move.name),
            Way.NAMELESS: lambda: "betaling",
            Way.BLIND: lambda: "overboeking",
        }[how]()
        blind = how is Way.BLIND
        return {
            "journal_id": self.creditor.bank.id,
            "sequence": place,
            "date": invoice.settled,
            "amount": float(invoice.amount),
            "payment_ref": text,
            "partner_name": False if blind else customer.name,
            "account_number": False if blind else customer.bank_ids[:1].acc_number,
        }

    def _rests_to_pay(self, day):
        """Dossiers that are paid off today: some days after a message that asks for the
        rest, of which the customer thought that it was paid.

        :return: pairs of a dossier and the amount that the message asks for
        """
        asked_on = day - timedelta(days=DAYS_TO_PAY_REST)
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT dossier.id, last.amount
              FROM incasso_dossier dossier
              JOIN LATERAL (
                       SELECT message.amount, message.sent_at
                         FROM incasso_message message
                        WHERE message.dossier_id = dossier.id
                          AND message.state IN ('sent', 'delivered')
                     ORDER BY message.sent_at DESC, message.id DESC
                        LIMIT 1
                   ) last ON TRUE
             WHERE dossier.company_id = %s
               AND dossier.state = 'open'
               AND (last.sent_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Amsterdam')
                   ::date = %s
             ORDER BY dossier.id
            """,
            [self.creditor.company.id, asked_on],
        )
        return [
            (dossier, amount)
            for dossier, amount in (
                (self.env["incasso.dossier"].browse(dossier_id), amount)
                for dossier_id, amount in self.env.cr.fetchall()
            )
            if self._is_rest(dossier, asked_on) and pays_rest(dossier.debtor_id.ref)
        ]

    def _is_rest(self, dossier, day):
        """Whether the customer had paid the amounts of all invoices in a dossier by the
        end of a day: what is left is what came on top."""
        return all(
            self.settled[move.ref] <= day
            for move in dossier.claim_ids.filtered(lambda c: c.state == "open").move_id
        )

    def _prepare_rest(self, dossier, amount, day):
        customer = dossier.debtor_id
        return {
            "journal_id": self.creditor.bank.id,
            "date": day,
            "amount": float(amount),
            "sequence": REST,
            "payment_ref": dossier.payment_reference,
            "partner_name": customer.name,
            "account_number": customer.bank_ids[:1].acc_number,
        }

    def work_off_receipts(self, day):
        """Finance looks at what the product was not sure of: chooses the dossier, or
        takes off the list what is for none."""
        receipts = self.creditor.as_user("finance", "incasso.receipt").search(
            [
                ("company_id", "=", self.creditor.company.id),
                ("state", "in", ("proposed", "unmatched")),
            ]
        )
        for receipt in receipts:
            invoice = self.by_settled[day][receipt.statement_line_id.sequence]
            move = self.moves([invoice])[invoice].with_user(receipt.env.user)
            if move.incasso_in_collection:
                self._choose_dossier(receipt, move.incasso_dossier_id, move)
            else:
                receipt.action_ignore()

    def _choose_dossier(self, receipt, dossier, move):
        """Finance chooses the dossier of a receipt, and the invoice it is meant for."""
        claims = dossier.claim_ids.filtered(lambda claim: claim.move_id == move)
        self.creditor.as_user("finance", "incasso.match.receipt").create(
            {
                "receipt_id": receipt.id,
                "dossier_id": dossier.id,
                "claim_ids": [Command.set(claims.ids)],
            }
        ).action_match()

    def keep_books(self, day):
        """The bookkeeper reconciles with the invoices what the product left alone."""
        lines = self.creditor.as_user(
            "bookkeeper", "account.bank.statement.line"
        ).search(
            [
                ("journal_id", "=", self.creditor.bank.id),
                ("date", "=", day),
                ("is_reconciled", "=", False),
            ]
        )
        for line in lines:
            if line.sudo().incasso_receipt_ids.filtered(
                lambda r: r.state != "reversed"
            ):
                # Booked by the product; what it left open is a surplus.
                continue
            invoice = self.by_settled[day][line.sequence]
            move = self.moves([invoice])[invoice]
            receivable = move.line_ids.filtered(
                lambda item: item.account_id.account_type == "asset_receivable"
            )
            if receivable.reconciled:
                # An earlier payment without a number paid it: finance sorts it out.
                receipt = line.with_user(self.creditor.staff["finance"])._incasso_match(
                    keep_unmatched=True
                )
                dossier = move.with_user(receipt.env.user).incasso_dossier_id
                self._choose_dossier(receipt, dossier, move)
                continue
            suspense = line._seek_for_lines()[1]
            suspense.write(
                {
                    "account_id": receivable.account_id.id,
                    "partner_id": receivable.partner_id.id,
                }
            )
            (suspense + receivable.with_user(line.env.user)).reconcile()

    # === LADDERS === #

    def change_ladders(self, day):
        """After two months with the shipped ladders the creditor wants to be paid
        sooner: one reminder with a week to pay, then the notice or the demand. A year
        after the beginning the final demand gives three days more."""
        days = (day - self.first).days
        if days == DAY_OF_SHORTER_LADDER:
            self._shorten_ladders()
        elif days == DAY_OF_NEW_VERSION:
            self._make_new_versions()

    def _shorten_ladders(self):
        for kind in ("consumer", "business"):
            shipped = self.creditor.as_user("manager", "incasso.flow").browse(
                self.env.ref(f"incasso_nl.flow_own_{kind}").id
            )
            flow = shipped.copy({"company_id": self.creditor.company.id})
            flow.name = f"{shipped.name}, kort"
            steps = flow.step_ids.grouped("template_id")
            steps[self.env.ref("incasso_nl.template_reminder_second")].unlink()
            steps[self.env.ref("incasso_nl.template_reminder")].term_days = 7
            flow.action_activate()

    def _make_new_versions(self):
        flows = self.creditor.as_user("manager", "incasso.flow").search(
            [("company_id", "=", self.creditor.company.id), ("state", "=", "active")]
        )
        for flow in flows:
            draft = flow.browse(flow.action_new_version()["res_id"])
            final = draft.step_ids.filtered(
                lambda step: step.template_id.kind == "final_demand"
            )
            final.term_days += 3
            draft.action_activate()

    # === THE END OF THE LADDER === #

    def decide_proposals(self, day):
        """Interest and costs that a customer does not pay: half of them are given up
        some time after the flow came to its end."""
        dossiers = self.creditor.as_user("team_lead", "incasso.dossier").search(
            [
                ("company_id", "=", self.creditor.company.id),
                ("state", "=", "open"),
                ("proposed_date", "<=", day - timedelta(days=DAYS_TO_GIVE_UP)),
            ]
        )
        for dossier in dossiers:
            customer = dossier.debtor_id.ref
            if (
                self._is_rest(dossier, day)
                and not pays_rest(customer)
                and is_given_up(customer)
            ):
                self.creditor.as_user("team_lead", "incasso.close").create(
                    {
                        "dossier_ids": [Command.set(dossier.ids)],
                        "reason": "written_off",
                    }
                ).action_close()

    # === POST === #

    def post_letters(self, day):
        """On working days the letters of the day are printed and posted."""
        if day.weekday() > 4 or is_quiet(day):
            return
        wizard = self.creditor.as_user("handler", "incasso.print.letters").create({})
        if not wizard.letter_count:
            return
        wizard.action_print()
        batches = self.creditor.as_user("handler", "incasso.print.batch")
        batches.search(
            [("company_id", "=", self.creditor.company.id), ("state", "=", "ready")]
        ).action_posted()
