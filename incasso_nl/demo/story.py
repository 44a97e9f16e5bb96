"""Four months of collections at a bicycle workshop: what happens when."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import Command, fields

FIRST_DAY = 100
#: Letters laid out after this many days ago have not been posted yet.
LAST_POST = 2
#: Calls and other tasks that came up later than this many days ago are still to be
#: done.
CALLS_LEFT = 4

#: Debtor, days ago that it fell due, what was sold and how often. All of these were
#: sent to collection on the day after.
HANDED_OVER = (
    ("pedaal", 92, "service", 2),
    ("pedaal", 92, "parts", 1),
    ("waterlelie", 88, "electric", 2),
    ("waterlelie", 88, "repair", 3),
    ("haddad", 84, "electric", 1),
    ("brouns", 82, "child_bike", 1),
    ("rondje", 76, "cargo", 1),
    ("rondje", 76, "service", 1),
    ("verbruggen", 74, "cargo", 1),
    ("oosterhof", 68, "repair", 1),
    ("elbers", 62, "city_bike", 1),
    ("hofstra", 58, "electric", 1),
    ("lakeman", 52, "city_bike", 1),
    ("wolters", 38, "city_bike", 1),
    ("gemeente", 30, "service", 3),
    ("terpstra", 24, "bags", 1),
    ("dijkgraaf", 23, "parts", 1),
    ("wiel", 20, "repair", 2),
    ("kuipers", 4, "child_bike", 1),
    ("baars", 4, "repair", 1),
    ("reitsma", 4, "parts", 1),
    ("jonker", 1, "bags", 1),
    ("heuvel", 1, "city_bike", 1),
)
#: Overdue, and not sent to collection: some are proposed for it.
OVERDUE = (
    ("schouten", 33, "child_bike", 1),
    ("schouten", 12, "repair", 1),
    ("jacobs", 21, "bags", 1),
    ("gemeente", 14, "parts", 1),
    ("wiel", 11, "bags", 2),
    ("lakeman", 6, "repair", 1),
    ("brouns", -9, "repair", 1),
)
#: Claims of another creditor: debtor, days ago that they fell due and were taken on,
#: number, description, amount.
FOR_VELO = (
    ("fietsfeest", 110, 45, "VVZ-2207", "Huur van 40 fietsen, Fietsfeest", 1815.00),
    ("fietsfeest", 104, 45, "VVZ-2241", "Schade aan 3 huurfietsen", 264.50),
    ("prins", 95, 30, "VVZ-2290", "Huurfiets, april tot en met juni", 387.00),
    ("visscher", 61, 5, "VVZ-2318", "Niet teruggebrachte huurfiets", 449.00),
)


#: What debtors write.
HOFSTRA = (
    "Er zit een scheur in het frame. Ik heb de fiets terug naar de winkel gebracht en "
    "wil een nieuwe of mijn geld terug."
)
WATERLELIE = "De banden staan twee keer op de rekening. Klopt dat?"
HADDAD = (
    "Ik werk sinds kort minder uren. Meer dan 40 euro per maand lukt nu niet. Het "
    "spijt me dat het zo lang duurt."
)
DIJKGRAAF = "Ik heb nooit een brief over kosten gehad. Dit voelt niet eerlijk."
WOLTERS = (
    "Ik krijg sinds vorige week hulp van de gemeente met mijn rekeningen. Mevrouw "
    "Timmer belt u nog."
)


class Story:
    """Plays the days from the first to this morning.

    :param stage.Stage stage: where it is played
    """

    def __init__(self, stage):
        self.stage = stage
        self.env = stage.env
        self.company = stage.company
        self.move_to = None
        self.acts = defaultdict(list)
        self._plan_invoices()
        self._plan_creditor()
        self._plan_debtors()
        self._plan_money()

    # === DAYS === #

    def play(self):
        """Live through the days; today's run has yet to come."""
        with self.stage.past() as self.move_to:
            for ago in range(FIRST_DAY, -1, -1):
                self._live(ago)
        # What was to be started soon, was so in the past.
        self.env["ir.cron.trigger"].search(
            [
                ("cron_id.code", "like", "model._cron_"),
                ("call_at", "<=", fields.Datetime.now()),
            ]
        ).unlink()

    def _live(self, ago):
        day = self.stage.day(ago, weekday=False)
        if ago:
            self.move_to(day, 3)
            self._end_holds(day)
            self._follow_arrangements(day)
            self._run(day)
        self.move_to(day, 9)
        self._propose(day)
        self._call(day, ago)
        for act, arguments in self.acts[day]:
            act(*arguments)
        self._in_outbox("queued")._render()
        if ago:
            self.move_to(day, 11)
            self._send()
        if ago > LAST_POST:
            self.move_to(day, 15)
            self._post(day)

    def _on(self, ago, act, *arguments):
        """Put an act on the programme of a working day."""
        self.acts[self.stage.day(ago)].append((act, arguments))

    # === WHAT THE PRODUCT DOES BY ITSELF, WITHOUT THE COMMITS === #

    def _end_holds(self, day):
        self.env["incasso.hold"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "active"),
                ("end_date", "<", day),
            ]
        )._end(day)

    def _follow_arrangements(self, day):
        self.env["incasso.arrangement"].search(
            [
                ("company_id", "=", self.company.id),
                ("stage", "in", ("offered", "active")),
                ("follow_date", "<=", day),
            ]
        )._follow(day)

    def _run(self, day):
        run = self.env["incasso.run"]._open_run(self.company)
        run.due_count = run._count_due()
        dossiers, _last = run._next_batch(None, run.due_count)
        run._add(len(dossiers), run._run_batch(dossiers, day))
        run.write({"state": "done", "ended_at": fields.Datetime.now()})

    def _propose(self, day):
        moves = self.env["account.move"]
        moves.search(
            moves._incasso_proposal_domain(self.company, day)
        ).incasso_proposal_date = day

    def _in_outbox(self, state, *domain):
        return self.env["incasso.message"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", state),
                ("scheduled_at", "<=", fields.Datetime.now()),
                *domain,
            ],
            order="id",
        )

    def _send(self):
        """E-mails go out; without a mail server, as none of them is for anybody."""
        self._in_outbox("rendered", ("channel", "=", "email"))._mark_sent()

    # === WHAT PEOPLE DO EVERY DAY === #

    def _post(self, day):
        """The letters of the day go to the post."""
        letters = self._in_outbox(
            "rendered", ("channel", "=", "post"), ("print_batch_id", "=", False)
        )
        if day.weekday() < 5 and letters:
            batches = self.stage.as_user("handler", "incasso.print.batch")
            batches._make(letters.with_env(batches.env)).action_posted()

    def _call(self, day, ago):
        """The handlers call, and talk over what the flow proposes; what came up these
        last days is still to be done."""
        if day.weekday() > 4 or ago < CALLS_LEFT:
            return
        tasks = self.env["mail.activity"].search(
            [("res_model", "=", "incasso.dossier"), ("date_deadline", "<=", day)]
        )
        calls = tasks.filtered(
            lambda task: (
                task.activity_type_id == self.env.ref("mail.mail_activity_data_call")
            )
        )
        for number, call in enumerate(calls):
            call.with_user(call.user_id).action_feedback(
                (
                    "No answer. Left a voicemail with our number.",
                    "Spoken to: the invoice has arrived, payment follows.",
                )[number % 2]
            )
        for task in tasks - calls:
            task.with_user(task.user_id).action_feedback(
                "Talked over with the owner: a bailiff costs more than this is worth. "
                "We wait another month."
            )

    # === INVOICES AND HAND-OVER === #

    def _plan_invoices(self):
        by_day = defaultdict(set)
        for key, due_ago, product, quantity in (*HANDED_OVER, *OVERDUE):
            term = 14 if key in self._consumers() else 30
            self._on(
                min(due_ago + term, FIRST_DAY),
                self._invoice,
                key,
                due_ago,
                product,
                quantity,
            )
        for key, due_ago, *_what in HANDED_OVER:
            by_day[due_ago - 1].add(key)
        for ago, keys in by_day.items():
            self._on(ago, self._hand_over, keys, self.stage.day(ago + 1, weekday=False))

    def _consumers(self):
        return {
            key
            for key, partner in self.stage.partners.items()
            if partner.incasso_debtor_type == "consumer"
        }

    def _invoice(self, key, due_ago, product, quantity):
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "partner_id": self.stage.partners[key].id,
                "invoice_date": fields.Date.context_today(self.company),
                "invoice_date_due": self.stage.day(due_ago, weekday=False),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.stage.products[product].id,
                            "quantity": quantity,
                        }
                    )
                ],
            }
        ).action_post()

    def _hand_over(self, keys, due):
        moves = self.stage.as_user("teamlead", "account.move").search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "in", [self.stage.partners[key].id for key in keys]),
                ("invoice_date_due", "=", due),
            ]
        )
        action = moves.action_incasso_hand_over()
        handover = self.stage.as_user("teamlead", action["res_model"])
        handover = handover.browse(action["res_id"])
        handover.handler_id = self.stage.users["handler"]
        handover.action_confirm()
        self._run_again()

    def _run_again(self):
        """New dossiers are written to on the day that they were opened."""
        today = fields.Date.context_today(self.company)
        if today < self.stage.today:
            self._run(today)

    # === ANOTHER CREDITOR === #

    def _plan_creditor(self):
        taken_on = defaultdict(list)
        for key, due_ago, ago, name, description, amount in FOR_VELO:
            due = self.stage.day(due_ago, weekday=False)
            taken_on[key, ago].append(
                {
                    "name": name,
                    "description": description,
                    "invoice_date": due - timedelta(days=30),
                    "due_date": due,
                    "amount": amount,
                    "invoice_amount": amount,
                }
            )
        for (key, ago), claims in taken_on.items():
            self._on(ago, self._take_on, key, claims)

    def _take_on(self, key, claims):
        self.stage.as_user("behandelaar", "incasso.dossier")._open(
            [
                {
                    "company_id": self.company.id,
                    "creditor_id": self.stage.partners["velo"].id,
                    "debtor_id": self.stage.partners[key].id,
                    "handler_id": self.stage.users["behandelaar"].id,
                    "creditor_reference": claims[0]["name"],
                    "claim_ids": [Command.create(claim) for claim in claims],
                }
            ]
        )
        self._run_again()

    # === WHAT DEBTORS DO === #

    def _dossier(self, key):
        return self.stage.as_user("handler", "incasso.dossier").search(
            [("debtor_id", "=", self.stage.partners[key].id)], limit=1
        )

    def _plan_debtors(self):
        self._on(6, self._dispute_repair)
        self._on(50, self._go_bankrupt)
        self._on(44, self._arrange, "elbers", 125, 10)
        self._on(3, self._dispute, "hofstra", "defective", HOFSTRA)
        self._on(20, self._get_administrator)
        self._on(9, self._promise, "verbruggen", 8, "Zodra mijn salaris binnen is.")
        self._on(6, self._complain, "dijkgraaf")
        self._on(5, self._ask_help, "wolters")
        self._on(4, self._come_back, "terpstra")
        self._on(3, self._report_payment, "rondje")
        self._on(3, self._lose_connection, "reitsma")
        self._on(3, self._bounce, "baars")
        self._on(2, self._ask_arrangement, "haddad")
        self._on(1, self._ask, "prins")
        self._on(1, self._move_house, "kuipers")
        self._on(6, self._skip_the_notice)

    def _dispute_repair(self):
        """The hotel disputes one of its invoices; the other goes on."""
        dossier = self._dossier("waterlelie")
        repair = dossier.claim_ids.sorted("amount")[:1]
        self.stage.as_user("handler", "incasso.dispute")._bring_up(
            dossier, repair, "wrong_amount", text=WATERLELIE, source="email"
        )

    def _dispute(self, key, reason, text):
        dossier = self._dossier(key)
        self.stage.as_user("handler", "incasso.dispute")._bring_up(
            dossier, dossier.claim_ids, reason, text=text, source="portal"
        )

    def _arrange(self, key, amount, days):
        """On the phone: so much a month, the first within so many days."""
        today = fields.Date.context_today(self.company)
        dossier = self._dossier(key)
        dossier._ask_arrangement(
            dossier._quote_arrangement(
                "month", today + timedelta(days=days), today, amount=Decimal(amount)
            ),
            "phone",
            decided=True,
        )
        for number in (0, 1):
            due = dossier.arrangement_id.instalment_ids[number].date
            ago = (self.stage.today - due).days + 1
            if ago > 0:
                self._on(ago, self._pay_amount, key, amount)

    def _ask_arrangement(self, key):
        """Online, and longer than the rules allow by themselves: a handler decides."""
        today = fields.Date.context_today(self.company)
        dossier = self._dossier(key)
        dossier._ask_arrangement(
            dossier._quote_arrangement(
                "month", today + timedelta(days=12), today, amount=Decimal(40)
            ),
            "portal",
            text=HADDAD,
            budget_income=1780.00,
            budget_housing=845.00,
            budget_care=172.00,
            budget_debts=210.00,
        )

    def _promise(self, key, days, text):
        """On the phone: everything, on a day soon."""
        today = fields.Date.context_today(self.company)
        dossier = self._dossier(key)
        owed = dossier._balances(today)[dossier.id].due
        dossier._promise(owed, today + timedelta(days=days), "phone", text)

    def _complain(self, key):
        self.stage.as_user("handler", "incasso.complaint").create(
            {
                "dossier_id": self._dossier(key).id,
                "kind": "amount",
                "source": "portal",
                "text": DIJKGRAAF,
            }
        )

    def _ask_help(self, key):
        """The municipality helps; nobody has looked at it yet."""
        self.stage.as_user("handler", "incasso.help.request").create(
            {
                "dossier_id": self._dossier(key).id,
                "kind": "counselling",
                "source": "portal",
                "organisation": "Gemeente Lindedorp, schuldhulp",
                "contact_name": "Merel Timmer",
                "email": "schuldhulp@lindedorp.example",
                "street": "Raadhuisplein 3",
                "zip": "9999 LR",
                "city": "Lindedorp",
                "text": WOLTERS,
            }
        )

    def _report_payment(self, key):
        """Says to have paid the rest; finance has not found it."""
        today = fields.Date.context_today(self.company)
        dossier = self._dossier(key)
        self.stage.as_user("handler", "incasso.paid.report").create(
            {
                "dossier_id": dossier.id,
                "amount": float(dossier._balances(today)[dossier.id].due),
                "date": today - timedelta(days=1),
                "iban": self.stage.partners[key].bank_ids[:1].acc_number,
                "source": "portal",
                "text": "Gisteren met de zakelijke rekening betaald.",
            }
        )

    def _ask(self, key):
        """A question, not answered yet."""
        self.stage.as_user("handler", "incasso.correspondence").create(
            {
                "dossier_id": self._dossier(key).id,
                "direction": "in",
                "subject": "Welke fiets was dit?",
                "source": "portal",
                "text": "Kunt u mij de huurovereenkomst sturen? Ik weet niet meer om "
                "welke fiets het gaat.",
            }
        )

    def _move_house(self, key):
        """Gives a new address, which a handler has to accept."""
        self.stage.as_user("handler", "incasso.person.report").create(
            {
                "dossier_id": self._dossier(key).id,
                "kind": "moved",
                "source": "portal",
                "street": "Bloesemstraat 31",
                "zip": "9999 MB",
                "city": "Lindedorp",
            }
        )

    def _get_administrator(self):
        self.stage.as_user("handler", "incasso.debt.aid").create(
            {
                "partner_id": self.stage.partners["oosterhof"].id,
                "kind": "administration",
                "representative_id": self.stage.partners["houvast"].id,
                "reference": "BM 12345",
            }
        )

    def _go_bankrupt(self):
        self.stage.as_user("handler", "incasso.debt.aid").create(
            {
                "partner_id": self.stage.partners["pedaal"].id,
                "kind": "bankruptcy",
                "representative_id": self.stage.partners["curator"].id,
                "reference": "F.01/26/123",
            }
        )

    def _come_back(self, key):
        """The postman brings a letter back."""
        self._dossier(key).outbox_ids.filtered(lambda message: message.state == "sent")[
            :1
        ].action_returned()

    def _lose_connection(self, key):
        """The mail server is gone while it takes the e-mail of this morning: nobody
        knows whether it went out."""
        self._in_outbox("queued")._render()
        message = self._dossier(key).outbox_ids[:1].with_env(self.env)
        message._store(
            [
                {
                    "id": message.id,
                    "state": "sending",
                    "mail_message_ref": f"<{message.id}@deketting.example>",
                }
            ]
        )
        message._mark_doubtful("Connection unexpectedly closed")

    def _bounce(self, key):
        """The e-mail of this morning bounces: it goes by post instead."""
        self._in_outbox("queued")._render()
        self._send()
        self._dossier(key).outbox_ids.filtered(lambda message: message.state == "sent")[
            :1
        ]._mark_bounced("550 5.1.1 Mailbox unavailable")

    def _skip_the_notice(self):
        """A handler in a hurry: the demand comes before the notice of costs. The daily
        run sets the dossier aside, with the article."""
        dossier = self._dossier("dijkgraaf")
        demand = self.env.ref("incasso_nl.flow_step_own_consumer_demand")
        dossier._change_flow(
            demand,
            fields.Date.context_today(self.company),
            "Customer answers nothing: demand at once",
        )

    # === MONEY === #

    def _plan_money(self):
        self._on(26, self._pay, "brouns", 1)
        self._on(18, self._pay, "lakeman", 1)
        self._on(16, self._pay, "haddad", 0.4)
        self._on(8, self._pay, "fietsfeest", 0.5)
        self._on(8, self._pay, "rondje", 0.35)
        self._on(1, self._bring_unknown_money)

    def _pay(self, key, part):
        """A debtor pays all or part of what is owed on the day, with the payment
        reference."""
        dossier = self._dossier(key)
        today = fields.Date.context_today(self.company)
        owed = dossier._balances(today)[dossier.id].due
        self._pay_amount(key, round(float(owed) * part, 2))

    def _pay_amount(self, key, amount):
        """Money with the payment reference of a debtor's dossier."""
        dossier = self._dossier(key)
        self._receive(
            amount, dossier.payment_reference, self.stage.partners[key], dossier
        )

    def _receive(self, amount, text, partner=None, dossier=None):
        trust = dossier and dossier.is_third_party
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": (
                    self.company.incasso_trust_journal_id if trust else self.stage.bank
                ).id,
                "date": fields.Date.context_today(self.company),
                "amount": amount,
                "payment_ref": text,
                "partner_name": partner and partner.name,
                "account_number": partner and partner.bank_ids[:1].acc_number,
            }
        )
        line._incasso_match(keep_unmatched=True)

    def _bring_unknown_money(self):
        """Money that somebody has to look at: finance's worklist."""
        partners = self.stage.partners
        self._receive(250.00, "termijn", partners["verbruggen"])
        self._receive(112.50, "fietsen", partners["waterlelie"])
        self._receive(75.00, "overboeking spoed")
