from odoo import fields, models

from odoo.addons.incasso_nl.report.letter_values import amount_text, date_text

#: What went out to the debtor, whatever became of it.
GONE_OUT = ("sent", "delivered", "bounced", "returned")
#: What the pages show of anybody.
PARTNER_FIELDS = ["name", "lang", "phone", "email", "street", "zip", "city"]
#: Steps of a flow by which the debtor gets a letter or an e-mail.
LETTER_ACTIONS = ("message", "notice")


class IncassoDossier(models.Model):
    _inherit = "incasso.dossier"

    access_ids = fields.One2many(
        string="Online Access",
        comodel_name="incasso.access",
        inverse_name="dossier_id",
    )
    look_ids = fields.One2many(
        string="Looks", comodel_name="incasso.access.look", inverse_name="dossier_id"
    )

    # === ACTION METHODS === #

    def action_send_access(self):
        """Write to the debtor how to get in: a letter with the code, or an e-mail with
        a link."""
        template = self.env.ref("incasso_nl_portal.template_access")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Code or Link"),
            "res_model": "incasso.send.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_dossier_ids": self.ids,
                "default_template_id": template.id,
            },
        }

    def action_reissue_access(self):
        """Give the debtor a new code; the code and links of before end at once."""
        self.check_access("write")
        for access in self.env["incasso.access"]._of_dossiers(self).values():
            access._reissue()

    def action_revoke_access(self):
        """End the code and the links, and give out no new ones."""
        self.check_access("write")
        for access in self.env["incasso.access"]._of_dossiers(self).values():
            access._revoke()

    # === BUSINESS METHODS === #

    def _portal_values(self):
        """What the page of this dossier shows, in the language of the environment.

        Hook: a part of the portal adds what its slot needs.

        :rtype: dict
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        balance = self._balances(today)[self.id]
        claims = self.env["incasso.claim"].search_fetch(
            [("dossier_id", "=", self.id)], ["move_id"]
        )
        letters = self._portal_letters()
        return {
            "today": today,
            "balance": balance,
            "claims": [
                (claims.browse(claim.claim_id).with_prefetch(claims.ids), claim)
                for claim in balance.claims
            ],
            "cost_entries": self.env["incasso.entry"].search_fetch(
                [("dossier_id", "=", self.id), ("component", "=", "costs")],
                ["date", "amount", "kind", "explanation"],
            ),
            "receipts": self._portal_receipts(),
            "divided": self._portal_divided,
            "settled": self._portal_settled(balance.claims),
            "letters": letters,
            "documents": self._portal_documents(claims),
            "nothing_due": self.state == "closed" or balance.due <= 0,
            "who_sentence": self._portal_who(balance),
            "next_sentence": self._portal_next(today, letters),
            "ways": self._portal_ways(balance),
            "account": self.env["incasso.message"]._bank_account(self),
            "explain": self.env["incasso.entry"]._explain,
        }

    def _portal_fetch(self):
        """Read what every page shows of the dossier and of whoever is in it: few
        queries and few columns, as a partner has sixty of them."""
        self.fetch(
            [
                "name",
                "company_id",
                "creditor_id",
                "debtor_id",
                "handler_id",
                "state",
                "close_reason",
                "phase",
                "is_held",
                "is_third_party",
                "next_step_id",
                "next_action_date",
                "waiting_message",
                "run_error",
                "payment_reference",
            ]
        )
        self.handler_id.fetch(["partner_id"])
        parties = self.debtor_id | self.creditor_id | self.company_id.partner_id
        (parties | self.handler_id.partner_id).fetch(PARTNER_FIELDS)

    def _portal_due(self):
        """What each of these dossiers comes to today, as far as it was asked for.

        :rtype: dict[int, float]
        """
        balances = self._balances(fields.Date.context_today(self))
        return {id_: float(balance.due) for id_, balance in balances.items()}

    def _portal_ways(self, balance):
        """Addresses of the ways on: ``pay``, ``arrange``, ``object`` and ``help``.

        Hook: whoever adds a way, adds its address; a way without one is not offered.

        :param balance: of today
        :rtype: dict[str, str]
        """
        self.ensure_one()
        if self.state == "closed" or balance.due <= 0:
            return {}
        base = f"/incasso/dossier/{self.id}"
        return {
            "pay": "#pay",
            "arrange": f"{base}/arrangement",
            "object": f"{base}/objection",
            "help": f"{base}/help",
        }

    def _portal_letters(self):
        """The letters and e-mails that went to the debtor, and to the visitor who
        represents the debtor; the newest first.

        Not those to others: a letter to the creditor is none of the debtor's business,
        and a letter to the representative has that person's code in it.
        """
        visitor = self.env.context.get("incasso_visitor_id")
        return self.env["incasso.message"].search_fetch(
            [
                ("dossier_id", "=", self.id),
                ("state", "in", GONE_OUT),
                ("recipient_id", "in", {self.debtor_id.id, visitor} - {None}),
            ],
            ["date", "kind", "channel", "subject", "pdf_sha256", "deadline_date"],
        )

    def _portal_documents(self, claims):
        """The files that are attached to claims, by claim id."""
        attachments = self.env["ir.attachment"].search_fetch(
            [
                ("res_model", "=", "incasso.claim"),
                ("res_id", "in", claims.ids),
                ("res_field", "=", False),
            ],
            ["name", "res_id"],
        )
        return {
            claim_id: found for claim_id, found in attachments.grouped("res_id").items()
        }

    def _portal_who(self, balance):
        """Who claims what since when, in one or two sentences; what was paid, where
        nothing is left to pay.

        :param balance: of today
        :rtype: str
        """
        self.ensure_one()
        if self.state == "closed" or balance.due <= 0:
            return self._portal_paid()
        claims = [
            claim
            for claim in balance.claims
            if claim.principal > 0 or (claim.interest > 0 and balance.interest_claimed)
        ] or balance.claims
        creditor = self.creditor_id.name
        if not claims:
            sentence = self.env._("To %s.", creditor)
        elif len(claims) == 1:
            sentence = self.env._(
                "To %(creditor)s, for invoice %(invoice)s of %(day)s.",
                creditor=creditor,
                invoice=claims[0].name,
                day=self._portal_day(claims[0].invoice_date),
            )
        else:
            sentence = self.env._(
                "To %(creditor)s, for %(count)s invoices. The oldest is of %(day)s.",
                creditor=creditor,
                count=len(claims),
                day=self._portal_day(min(claim.invoice_date for claim in claims)),
            )
        if not self.is_third_party:
            return sentence
        behalf = self.env._(
            "%(company)s collects this on behalf of %(creditor)s.",
            company=self.company_id.name,
            creditor=creditor,
        )
        return f"{sentence} {behalf}"

    def _portal_receipts(self):
        """What came in for this dossier, the newest first."""
        return self.env["incasso.receipt"].search_fetch(
            [("dossier_id", "=", self.id), ("state", "=", "allocated")],
            ["date", "amount", "kind", "costs", "interest", "principal", "surplus"],
        )

    def _portal_paid(self):
        """What was paid and when, in a sentence; nothing if nothing was."""
        paid = self._portal_receipts().filtered(
            lambda receipt: receipt.kind != "credit_note"
        )
        if not paid:
            return False
        amount = self._portal_money(sum(paid.mapped("amount")))
        day = self._portal_day(paid[0].date)
        if len(paid) == 1:
            return self.env._("You paid %(amount)s on %(day)s.", amount=amount, day=day)
        return self.env._(
            "You paid %(amount)s, the last part of it on %(day)s.",
            amount=amount,
            day=day,
        )

    def _portal_divided(self, receipt):
        """What a receipt paid; nothing where it paid invoices only.

        :rtype: str | bool
        """
        is_zero = receipt.currency_id.is_zero
        if is_zero(receipt.amount - receipt.principal):
            return False
        parts = [
            (receipt.costs, self.env._("%s of collection costs")),
            (receipt.interest, self.env._("%s of interest")),
            (receipt.principal, self.env._("%s of the invoices")),
            (receipt.surplus, self.env._("%s more than was owed")),
        ]
        return self.env._(
            "With this you paid: %s.",
            ", ".join(
                text % self._portal_money(amount)
                for amount, text in parts
                if not is_zero(amount)
            ),
        )

    def _portal_settled(self, claims):
        """What became of the principal of claims that are not wholly open any more.

        :param claims: of the balance
        :return: sentences, by claim id
        :rtype: dict[int, list[str]]
        """
        less = self.env["incasso.entry"].search_fetch(
            [
                ("claim_id", "in", [claim.claim_id for claim in claims]),
                ("component", "=", "principal"),
                ("kind", "in", ("receipt", "credit", "waiver")),
                ("reversal_of_id", "=", False),
                ("reversed_by_ids", "=", False),
            ],
            ["claim_id", "kind", "date", "amount"],
        )
        found = {claim.claim_id: [] for claim in claims}
        for (claim, is_paid), entries in less.grouped(
            lambda entry: (entry.claim_id, entry.kind == "receipt")
        ).items():
            values = {
                "amount": self._portal_money(-sum(entries.mapped("amount"))),
                "day": self._portal_day(max(entries.mapped("date"))),
            }
            if not is_paid:
                text = self.env._("%(amount)s taken off as of %(day)s.", **values)
            elif len(set(entries.mapped("date"))) == 1:
                text = self.env._("%(amount)s paid on %(day)s.", **values)
            else:
                text = self.env._(
                    "%(amount)s paid, the last part of it on %(day)s.", **values
                )
            found[claim.id].append(text)
        return found

    def _portal_money(self, amount):
        """An amount in euro as a debtor reads it: € 1.234,56."""
        return amount_text(f"{amount:.2f}", (self.env.lang or "en")[:2])

    def _portal_day(self, day):
        """A day as a debtor reads it: 21 november 2026."""
        return date_text(day, (self.env.lang or "en")[:2])

    def _portal_next(self, today, letters):
        """What happens next and when, in one or two plain sentences.

        :param letters: what went to the debtor
        :rtype: str
        """
        self.ensure_one()
        if self.state == "closed":
            if self.close_reason == "paid":
                return self.env._(
                    "Everything has been paid and this dossier is closed. You do not "
                    "have to do anything."
                )
            return self.env._("This dossier is closed. You do not have to do anything.")
        if self.is_held:
            holds = self.hold_ids.filtered(
                lambda hold: hold.state == "active" and not hold.claim_ids
            )
            return self._portal_held(holds[:1])
        if self.phase in ("court", "enforcement"):
            return self.env._(
                "%s handles your dossier in person. Please call us if you want to know "
                "how things stand.",
                self.handler_id.name or self.company_id.name,
            )
        step, on_date = self.next_step_id, self.next_action_date
        if self.waiting_message:
            return self.env._("A letter or e-mail is on its way to you.")
        if self.run_error or not step or not on_date:
            return self.env._(
                "One of our people is looking at your dossier. You hear from us before "
                "anything changes."
            )
        sentence = self._portal_next_step(step, max(on_date, today))
        terms = [letter.deadline_date for letter in letters if letter.deadline_date]
        deadline = max(terms, default=today)
        if deadline <= today:
            return sentence
        please = self.env._("Please pay by %s.", self._portal_day(deadline))
        return f"{please} {sentence}"

    def _portal_next_step(self, step, on_date):
        """What the next step of the flow means for the debtor."""
        day = self._portal_day(on_date)
        if step.action in LETTER_ACTIONS:
            return self.env._(
                "If we have not received your payment before %s, we write to you "
                "again on that day.",
                day,
            )
        if step.action == "call":
            return self.env._(
                "If we have not received your payment before %s, we call you on that "
                "day to look for a solution together.",
                day,
            )
        if step.action == "proposal":
            return self.env._(
                "If we have not received your payment before %(day)s, we talk with "
                "%(creditor)s about how to go on. You hear from us before anything "
                "happens.",
                creditor=self.creditor_id.name,
                day=day,
            )
        return self.env._("We look at your dossier again on %s.", day)

    def _portal_held(self, hold):
        """What a hold means for the debtor.

        Hook: whoever knows more about why, such as an arrangement, says more.

        :param hold: `incasso.hold`; empty if all claims are held one by one
        """
        sentences = {
            "dispute": self.env._(
                "You do not agree with this claim, and we are looking into it. Nothing "
                "happens until you have our answer."
            ),
            "arrangement": self.env._(
                "You pay in instalments. As long as you keep to what was agreed, "
                "nothing else happens."
            ),
            "promise": self.env._(
                "You told us when you will pay. Until then nothing happens."
            ),
            "payment_transit": self.env._(
                "Your payment is on its way to us. You do not have to do anything now."
            ),
            "payment_proof": self.env._(
                "You told us that you have paid. We check this; until then nothing "
                "happens."
            ),
            "debt_aid": self.env._(
                "You have help with your debts. Nothing happens, and we deal with "
                "whoever helps you."
            ),
            "bankruptcy": self.env._(
                "There is a bankruptcy. We deal with the trustee; you do not have to "
                "do anything now."
            ),
            "awaiting_creditor": self.env._(
                "We have asked %s a question. Nothing happens until we have an answer.",
                self.creditor_id.name,
            ),
        }
        sentence = sentences.get(hold.kind) or self.env._(
            "Your dossier stands still. You hear from us before anything happens."
        )
        if hold.end_date:
            until = self.env._(
                "This is so through %s.", self._portal_day(hold.end_date)
            )
            return f"{sentence} {until}"
        return sentence
