import json
from collections import defaultdict
from datetime import UTC, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..law.amounts import ZERO, cents
from ..law.notice import notice_term, received_by_post
from ..law.steps import Step
from ..law.window import amsterdam, contact_window
from ..report.texts import LANGUAGES
from .incasso_template import TEMPLATE_KINDS

MESSAGE_STATES = [
    ("queued", "Queued"),
    ("rendered", "Rendered"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("bounced", "Bounced"),
    ("returned", "Returned"),
    ("failed", "Failed"),
    ("cancelled", "Withdrawn"),
]
#: Days to pay where nobody says otherwise.
DEFAULT_TERM = 7
#: What a message said, and to whom: fixed once it has gone out.
FIXED_COLUMNS = (
    "dossier_id",
    "recipient_id",
    "template_id",
    "kind",
    "channel",
    "lang",
    "date",
    "sent_at",
    "term_days",
    "subject",
    "principal",
    "interest",
    "costs",
    "announced_costs",
    "amount",
    "snapshot",
    "pdf_sha256",
    "email_to",
    "email_body",
    "mail_message_ref",
    "barcode",
)


class Reach(NamedTuple):
    """How somebody can be reached.

    :param lang: language of the text, ``nl`` or ``en``
    :param prefers: ``email`` or ``post``
    :param open: the channels that work
    """

    lang: str
    email: str | None
    prefers: str | None
    open: set[str]

    def ways(self, channel):
        """The channels by which a message goes.

        :param str channel: ``preferred``, ``email``, ``post`` or ``both``
        """
        if channel == "both":
            return [way for way in ("email", "post") if way in self.open]
        wanted = (self.prefers or "email") if channel == "preferred" else channel
        # The other one where this one does not reach the debtor: better by post than
        # not at all.
        other = "post" if wanted == "email" else "email"
        return [way for way in (wanted, other) if way in self.open][:1]


def _language(lang, country, dutch_installed):
    """Language of the text for a partner's language code.

    Where Odoo has no Dutch, a partner's language cannot say that it is Dutch: then the
    country does, and who has none is taken to be Dutch.
    """
    if lang and lang[:2] in LANGUAGES and (dutch_installed or lang[:2] == "nl"):
        return lang[:2]
    if not lang or (not dutch_installed and country in (None, "NL", "BE", "SR")):
        return "nl"
    return "en"


def _content(balance, kind, claim_interest, costs, explained, extra):
    """The amounts of a message and their explanation, as they are stored.

    :param balance: :class:`~.balance.DossierBalance`; claims that are held are left out
    :param costs: `law.costs.Costs` or None
    :param explained: steps of the costs that are in the balance already
    """
    whole, balance = balance, balance.without_held()
    held_costs = whole.held_costs
    asked = claim_interest or balance.interest_claimed
    interest = balance.interest if asked else ZERO
    charged, announced, explained = balance.costs, None, list(explained)
    if held_costs:
        explained.append([_held_costs_step(whole, explained)])
    if costs is not None and costs.due:
        steps = [step.as_json() for step in costs.steps]
        if kind == "notice":
            announced = {"amount": costs.amount, "vat": costs.vat, "steps": steps}
        else:
            charged += costs.total
            explained.append(steps)
    claims = [
        _claim(claim, asked)
        for claim in balance.claims
        if claim.principal or (asked and claim.interest)
    ]
    return {
        "asks_interest": asked,
        "principal": balance.principal,
        "interest": interest,
        "costs": charged,
        "announced_costs": announced["amount"] + announced["vat"]
        if announced
        else ZERO,
        "amount": balance.principal + interest + charged,
        "snapshot": {
            "claims": claims,
            "costs": explained,
            "announced": announced,
            "extra": extra or {},
        },
    }


def _held_costs_step(balance, explained):
    """What is left out of the costs, as they belong to claims that a hold stops."""
    charged = sum((claim.costs_amount for claim in balance.claims), ZERO)
    vat = sum(
        (
            Decimal(step["amount"])
            for steps in explained
            for step in steps
            if step["rule"] == "costs.vat"
        ),
        ZERO,
    )
    held = balance.held_costs
    return Step(
        "costs.held", None, held, {"vat": cents(vat * held / charged)}
    ).as_json()


def _claim(claim, asked):
    """A claim as it is stored with a message.

    The steps tell of each period of interest; the periods need not be kept twice.
    """
    values = {
        "claim_id": claim.claim_id,
        "name": claim.name,
        "description": claim.description,
        "invoice_date": claim.invoice_date,
        "due_date": claim.due_date,
        "amount": claim.amount,
        "principal": claim.principal,
        "interest": "0",
    }
    if asked:
        values["interest"] = claim.interest
        values["interest_kind"] = claim.interest_kind
        values["steps"] = claim.steps
    return values


def _plain(value):
    """Dates, moments and amounts for JSON."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat()


class IncassoMessage(models.Model):
    """One thing sent to one person over one channel: the outbox and the archive.

    A message is *queued* with its amounts and their explanation (:meth:`_queue`),
    *rendered* in batches, and *sent*. What was sent is kept as it was sent: Python and
    a trigger in the database refuse to change it, and its PDF has a hash.
    """

    _name = "incasso.message"
    _description = "Message"
    _order = "id desc"
    _check_company_auto = True

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, precompute=True
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index=True, precompute=True
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    recipient_id = fields.Many2one(
        help="The debtor, or whoever represents the debtor.",
        comodel_name="res.partner",
        required=True,
        index=True,
    )
    template_id = fields.Many2one(
        comodel_name="incasso.template", required=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(selection=TEMPLATE_KINDS, required=True)
    step_id = fields.Many2one(
        help="The step of the flow that made it. Empty: sent by hand.",
        comodel_name="incasso.flow.step",
        ondelete="restrict",
    )
    flow_round = fields.Integer(
        help="The round of the dossier's flow that made it: a step sends once a round.",
        default=1,
        required=True,
        readonly=True,
        copy=False,
    )
    channel = fields.Selection(
        selection=[("email", "E-mail"), ("post", "Letter")], required=True
    )
    lang = fields.Char(
        string="Language", help="Of the text: nl or en.", required=True, default="nl"
    )
    state = fields.Selection(
        selection=MESSAGE_STATES, required=True, default="queued", copy=False
    )
    date = fields.Date(
        help="The date on the message; amounts are as of this day.", required=True
    )
    scheduled_at = fields.Datetime(
        help="Not before this moment: e-mail goes out only in allowed hours.",
        required=True,
        default=fields.Datetime.now,
    )
    sent_at = fields.Datetime(readonly=True, copy=False)
    received_date = fields.Date(
        string="Deemed Received",
        help="The day on which the law takes it as received.",
        readonly=True,
        copy=False,
    )
    term_days = fields.Integer()
    deadline_date = fields.Date(
        string="Pay By",
        help="The last day of the term that the message gives.",
        readonly=True,
        copy=False,
    )

    # What it said
    subject = fields.Char(readonly=True)
    principal = fields.Monetary(readonly=True)
    interest = fields.Monetary(readonly=True)
    costs = fields.Monetary(readonly=True)
    announced_costs = fields.Monetary(
        help="The costs that a notice announces, VAT included, should it not be paid.",
        readonly=True,
    )
    amount = fields.Monetary(string="Total", readonly=True)
    snapshot = fields.Json(
        help="Claims, amounts and their explanation as they were shown.", readonly=True
    )
    asks_interest = fields.Boolean(
        help="It asks for interest: from its date on interest is owed by a payment.",
        readonly=True,
    )
    claim_ids = fields.One2many(
        string="Claims Given Notice Of",
        comodel_name="incasso.claim",
        inverse_name="notice_id",
    )
    pdf = fields.Binary(string="Letter", attachment=True, readonly=True, copy=False)
    pdf_sha256 = fields.Char(
        string="Hash", help="SHA-256 of the letter as sent.", readonly=True, copy=False
    )
    email_to = fields.Char(readonly=True, copy=False)
    email_body = fields.Html(readonly=True, copy=False, sanitize=False)
    mail_message_ref = fields.Char(
        string="Message-Id", readonly=True, copy=False, index="btree_not_null"
    )
    barcode = fields.Char(
        help="Printed on the letter; scanned when it comes back.",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    print_batch_id = fields.Many2one(
        comodel_name="incasso.print.batch", readonly=True, index="btree_not_null"
    )
    attachment_ids = fields.Many2many(
        string="Files Sent Along",
        comodel_name="ir.attachment",
        relation="incasso_message_attachment_rel",
        readonly=True,
        copy=False,
    )
    failure = fields.Text(
        string="What Went Wrong",
        help="Why it failed, came back, was withdrawn or waits for a person.",
        readonly=True,
        copy=False,
    )
    attempts = fields.Integer(
        help="How often the mail server turned it away for the moment.",
        readonly=True,
        copy=False,
    )

    _once_per_step = models.UniqueIndex(
        "(dossier_id, step_id, flow_round, channel) "
        "WHERE step_id IS NOT NULL AND state NOT IN ('cancelled', 'failed')",
        "This step's message exists already.",
    )
    _outbox_idx = models.Index(
        "(state, scheduled_at, id) WHERE state IN ('queued', 'rendered')"
    )
    _failed_idx = models.Index("(id) WHERE state = 'failed'")
    _in_doubt_idx = models.Index("(write_date) WHERE state = 'sending'")

    # === COMPUTE METHODS === #

    @api.depends("kind", "dossier_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for message in self:
            message.display_name = f"{message.dossier_id.name}: {kinds[message.kind]}"

    # === CRUD METHODS === #

    def init(self):
        """What went out is fixed in the database too: no statement passes it."""
        columns = SQL(", ").join(map(SQL.identifier, FIXED_COLUMNS))
        changed = SQL(" OR ").join(
            SQL(
                "OLD.%s IS DISTINCT FROM NEW.%s",
                SQL.identifier(name),
                SQL.identifier(name),
            )
            for name in FIXED_COLUMNS
        )
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION incasso_message_fixed()
                RETURNS trigger AS $$
                BEGIN
                    RAISE restrict_violation USING MESSAGE =
                        'A message that went out stays as it was sent.';
                END
                $$ LANGUAGE plpgsql;

                CREATE OR REPLACE TRIGGER incasso_message_no_update
                BEFORE UPDATE OF %(columns)s ON incasso_message
                FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL AND (%(changed)s))
                EXECUTE FUNCTION incasso_message_fixed();

                CREATE OR REPLACE TRIGGER incasso_message_no_delete
                BEFORE DELETE ON incasso_message
                FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL)
                EXECUTE FUNCTION incasso_message_fixed();
                """,
                columns=columns,
                changed=changed,
            )
        )

    def write(self, vals):
        """Override of `base` to keep what went out as it was sent.

        :raise UserError: the message went out, and its content would change
        """
        fixed = vals.keys() & {*FIXED_COLUMNS, "pdf"}
        if fixed and self.filtered("sent_at"):
            raise UserError(
                self.env._(
                    "A message that went out stays as it was sent. Make a new message "
                    "instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A message is never deleted: withdraw it while it is unsent.")
        )

    # === ACTION METHODS === #

    def action_cancel(self):
        """Withdraw messages that have not gone out; the flow goes on without them."""
        self.check_access("write")
        self._cancel(self.env._("Withdrawn by %s.", self.env.user.name), redo=False)

    def action_retry(self):
        """Put failed messages back in the outbox, to be rendered anew."""
        self.check_access("write")
        failed = self.filtered(lambda m: m.state == "failed")
        failed._store(
            [
                {"id": message.id, "state": "queued", "failure": None, "attempts": 0}
                for message in failed
            ]
        )
        self.env.ref("incasso_nl.cron_render_messages")._trigger()

    def action_confirm_sent(self):
        """A person found out that messages in doubt did go out."""
        self.check_access("write")
        doubtful = self.filtered(lambda m: m.state == "sending" and m.failure)
        doubtful._log_by_hand(self.env._("It went out, says %s.", self.env.user.name))
        doubtful._mark_sent()

    def action_send_again(self):
        """A person found out that messages in doubt did not go out."""
        self.check_access("write")
        doubtful = self.filtered(lambda m: m.state == "sending" and m.failure)
        doubtful._log_by_hand(
            self.env._(
                "It did not go out, says %s: to be sent again.", self.env.user.name
            )
        )
        doubtful._store(
            [
                {"id": message.id, "state": "rendered", "failure": None}
                for message in doubtful
            ]
        )
        self.env.ref("incasso_nl.cron_send_messages")._trigger()

    def action_returned(self):
        """Letters came back: the address is wrong, the next step goes another way."""
        self.check_access("write")
        self._mark_returned(self.env._("Came back, says %s.", self.env.user.name))

    def action_print(self):
        """The letters as one PDF."""
        return self.env.ref("incasso_nl.report_letter").report_action(self)

    # === BUSINESS METHODS - QUEUE === #

    @api.model
    def _queue(
        self,
        dossiers,
        template,
        on_date,
        balances,
        step=None,
        channel="preferred",
        term_days=None,
        claim_interest=False,
        costs=None,
        extra=None,
        recipients=None,
    ):
        """Put a message for each dossier into the outbox, in constant queries.

        Nothing is laid out yet: that and the sending happen in the background. A
        dossier that nobody can be reached for gets no message.

        :param template: `incasso.template`, active
        :param date on_date: the date on the message
        :param balances: as `dossiers._balances(on_date)` gave them
        :param step: `incasso.flow.step` that makes it; none: sent by hand
        :param str channel: ``preferred``, ``email``, ``post`` or ``both``
        :param int term_days: days to pay, a week by default; for a notice the law's
            number at the least
        :param bool claim_interest: the message asks for interest
        :param dict costs: `law.costs.Costs` by dossier id: what a notice announces, and
            in another message what is charged with it and not yet in the balance
        :param dict extra: facts of one kind by dossier id, such as ``received``; see
            `report.letter_values.merge_values`
        :param dict recipients: `res.partner` by dossier id, where it is not who is
            written to otherwise
        :return: the messages
        :raise UserError: the template is not active, or is not for these debtors
        """
        if template._asks_for_money():
            term_days = term_days or DEFAULT_TERM
        if template.kind == "notice":
            term_days = max(term_days, self._least_notice_days(on_date))
        rows = self._prepare_rows(
            dossiers,
            template,
            on_date,
            balances,
            channel,
            claim_interest,
            costs,
            extra,
            recipients,
        )
        return self._insert(rows, template, on_date, step, term_days or 0)

    @api.model
    def _prepare_rows(
        self,
        dossiers,
        template,
        on_date,
        balances,
        channel="preferred",
        claim_interest=False,
        costs=None,
        extra=None,
        recipients=None,
    ):
        """What :meth:`_queue` would put into the outbox; reads, never writes.

        :return: dicts of columns, one a message
        :raise UserError: the template is not active, or is not for these debtors
        """
        self._check_template(template, dossiers)
        costs, extra = costs or {}, extra or {}
        if template.kind == "notice":
            costs = costs or dossiers._claimable_costs(balances, on_date)
        if recipients is None:
            recipients = self._recipients(dossiers, template)
        reach = self._reach({partner.id for partner in recipients.values()})
        explained = self._costs_explained(balances, on_date)
        now = fields.Datetime.now()
        email_at = self._next_allowed(now)
        rows = []
        for dossier_id in dossiers.ids:
            partner = recipients.get(dossier_id)
            ways = reach[partner.id].ways(channel) if partner else ()
            if not ways:
                continue
            content = _content(
                balances[dossier_id],
                template.kind,
                claim_interest,
                costs.get(dossier_id),
                explained.get(dossier_id, ()),
                extra.get(dossier_id),
            )
            for way in ways:
                rows.append(
                    {
                        "dossier_id": dossier_id,
                        "recipient_id": partner.id,
                        "channel": way,
                        "lang": reach[partner.id].lang,
                        "scheduled_at": email_at if way == "email" else now,
                        "email_to": reach[partner.id].email if way == "email" else None,
                        **content,
                    }
                )
        return rows

    @api.model
    def _content_of(self, dossier, template, balance, costs, on_date):
        """The content of a message as :meth:`_queue` would make it, as field values."""
        content = _content(
            balance,
            template.kind,
            True,
            (costs or {}).get(dossier.id),
            self._costs_explained({dossier.id: balance}, on_date).get(dossier.id, ()),
            None,
        )
        content["snapshot"] = json.loads(
            json.dumps(content["snapshot"], default=_plain)
        )
        return content

    def _check_template(self, template, dossiers):
        if template.state != "active":
            raise UserError(
                self.env._(
                    "Template “%s” is not active: complete it and activate it first.",
                    template.name,
                )
            )
        if template._asks_for_money():
            wrong = dossiers.filtered(
                lambda dossier: dossier.debtor_type not in template._debtor_types()
            )
            if wrong:
                raise UserError(
                    self.env._(
                        "Template “%(template)s” is not for the debtor of dossier "
                        "%(dossier)s: a consumer and a business owe costs and interest "
                        "by different rules.",
                        template=template.name,
                        dossier=wrong[0].name,
                    )
                )

    def _recipients(self, dossiers, template):
        """Whom a message goes to, by dossier id."""
        if template.kind == "confirmation":
            # To the client of the agency; who collects for itself needs no telling.
            return {
                dossier.id: dossier.creditor_id
                for dossier in dossiers
                if dossier.is_third_party
            }
        return dossiers._recipients()

    def _reach(self, partner_ids):
        """How partners can be reached and in which language, in one query.

        :rtype: dict[int, Reach]
        """
        if not partner_ids:
            return {}
        self.env["res.partner"].flush_model()
        dutch_installed = any(
            code.startswith("nl")
            for code, _name in self.env["res.lang"].get_installed()
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, partner.lang, country.code, partner.email,
                       partner.incasso_channel,
                       COALESCE(partner.email, '') LIKE '%%_@_%%'
                           AND partner.incasso_email_unreachable IS NOT TRUE,
                       COALESCE(partner.street, '') != ''
                           AND COALESCE(partner.city, '') != ''
                           AND partner.incasso_post_unreachable IS NOT TRUE
                  FROM res_partner partner
             LEFT JOIN res_country country ON country.id = partner.country_id
                 WHERE partner.id IN %s
                """,
                tuple(partner_ids),
            )
        )
        return {
            partner_id: Reach(
                _language(lang, country, dutch_installed),
                email,
                prefers,
                {name for name, there in (("email", mail), ("post", post)) if there},
            )
            for partner_id, lang, country, email, prefers, mail, post in rows
        }

    def _costs_explained(self, balances, on_date):
        """How the costs booked so far came about: lists of steps by dossier id."""
        ids = [found.dossier_id for found in balances.values() if found.costs]
        if not ids:
            return {}
        self.env["incasso.entry"].flush_model()
        found = defaultdict(list)
        for dossier_id, explanation in self.env.execute_query(
            SQL(
                """
                SELECT entry.dossier_id, entry.explanation
                  FROM incasso_entry entry
                 WHERE entry.dossier_id IN %s
                   AND entry.kind = 'costs'
                   AND entry.date <= %s
                   AND entry.explanation IS NOT NULL
                   AND entry.reversal_of_id IS NULL
                   AND NOT EXISTS (
                           SELECT FROM incasso_entry reversal
                            WHERE reversal.reversal_of_id = entry.id
                       )
              ORDER BY entry.id
                """,
                tuple(ids),
                on_date,
            )
        ):
            found[dossier_id].append(explanation)
        return found

    def _insert(self, rows, template, on_date, step, term_days):
        """Insert messages in one statement: the daily run makes them by the thousand.

        Numbers of dossiers and parties are taken over in SQL, and the barcode from the
        id.
        """
        if not rows:
            return self.browse()
        self.env["incasso.dossier"].flush_model()
        self.flush_model()
        self.env.cr.execute(
            """
            INSERT INTO incasso_message (
                id, barcode, dossier_id, company_id, creditor_id, debtor_id,
                recipient_id, template_id, kind, step_id, flow_round, channel, lang,
                state, date, scheduled_at, term_days, asks_interest, principal,
                interest, costs, announced_costs, amount, snapshot, email_to,
                create_uid, create_date, write_uid, write_date
            )
            SELECT new.id, 'IM' || LPAD(new.id::text, 10, '0'),
                   dossier.id, dossier.company_id, dossier.creditor_id,
                   dossier.debtor_id, new.recipient_id, %(template)s, %(kind)s,
                   %(step)s, dossier.flow_round, new.channel, new.lang, 'queued',
                   %(date)s, new.scheduled_at, %(term)s, new.asks_interest,
                   new.principal, new.interest, new.costs, new.announced_costs,
                   new.amount, new.snapshot, new.email_to,
                   %(user)s, %(now)s, %(user)s, %(now)s
              FROM (
                       SELECT NEXTVAL('incasso_message_id_seq') AS id, item.*
                         FROM ROWS FROM (
                                  jsonb_to_recordset(%(rows)s) AS (
                                      dossier_id int, recipient_id int,
                                      channel varchar, lang varchar,
                                      scheduled_at timestamp, email_to varchar,
                                      asks_interest bool, principal numeric,
                                      interest numeric, costs numeric,
                                      announced_costs numeric, amount numeric,
                                      snapshot jsonb
                                  )
                              ) WITH ORDINALITY item
                     ORDER BY item.ordinality
                   ) new
              JOIN incasso_dossier dossier ON dossier.id = new.dossier_id
            RETURNING id
            """,
            {
                "template": template.id,
                "kind": template.kind,
                "step": step.id if step else None,
                "date": on_date,
                "term": term_days,
                "rows": json.dumps(rows, default=_plain),
                "user": self.env.uid,
                "now": fields.Datetime.now(),
            },
        )
        messages = self.browse(sorted(row[0] for row in self.env.cr.fetchall()))
        self.env["incasso.dossier"].invalidate_model(["outbox_ids"], flush=False)
        self.env.ref("incasso_nl.cron_render_messages")._trigger()
        return messages

    def _store(self, rows):
        """Write columns of many messages in one statement.

        Past `write`, which guards what went out against the users; the trigger in the
        database is not passed.

        :param list[dict] rows: ``id`` and the columns, the same for every row
        """
        if not rows:
            return
        self.flush_model()
        names = [name for name in rows[0] if name != "id"]
        self.env.cr.execute(
            SQL(
                """
                UPDATE incasso_message message
                   SET %(values)s, write_uid = %(user)s, write_date = %(now)s
                  FROM jsonb_to_recordset(%(rows)s) AS new (id int, %(columns)s)
                 WHERE message.id = new.id
                """,
                values=SQL(", ").join(
                    SQL("%s = new.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                ),
                columns=SQL(", ").join(
                    SQL(
                        "%s %s",
                        SQL.identifier(name),
                        SQL(self._fields[name].column_type[1]),
                    )
                    for name in names
                ),
                rows=json.dumps(rows, default=_plain),
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model([*names, "write_uid", "write_date"], flush=False)

    # === BUSINESS METHODS - DAYS AND HOURS === #

    @api.model
    def _next_allowed(self, moment):
        """The first moment from ``moment`` on at which e-mail may be sent.

        Not at night, on Sundays and on holidays (art. 4.2 Bki). The rule protects
        natural persons; nobody else is mailed at night either.

        :param datetime moment: UTC, without a time zone, as Odoo keeps it
        :return: the same kind of datetime
        """
        law = self.env["incasso.law"]
        window = contact_window(
            moment.replace(tzinfo=UTC), "e-mail", law._calendar(), law._legal_values()
        )
        return window.next_allowed.astimezone(UTC).replace(tzinfo=None)

    @api.model
    def _least_notice_days(self, on_date):
        """Days after delivery that a notice of costs gives by its wording."""
        values = self.env["incasso.law"]._legal_values()
        return int(values.at("notice_days_after_receipt", on_date))

    @api.model
    def _term(self, kind, channel, sent, term_days, company):
        """When a message is taken to be received, and the last day of its term.

        :param str kind: of the message
        :param date sent: the day it went out
        :param int term_days: days that it gives to pay
        :return: day of receipt, last day to pay, and for a notice the first day on
            which costs may be charged, else None
        :rtype: tuple[date, date, date | None]
        """
        law = self.env["incasso.law"]
        calendar, values = law._calendar(), law._legal_values()
        if kind == "notice":
            settings = law._settings(company)
            term = notice_term(
                sent,
                "e-mail" if channel == "email" else "post",
                calendar,
                values,
                term_days=max(term_days, self._least_notice_days(sent)),
                extend=settings.extend,
                safe_distance=settings.safe_distance,
                bank_days=settings.bank_days,
            )
            return term.received, term.last_free_day, term.charge_from
        received = sent
        if channel == "post":
            received = received_by_post(sent, calendar, values)
        return received, sent + timedelta(days=term_days), None

    # === BUSINESS METHODS - WHAT BECOMES OF IT === #

    def _mark_sent(self, sent_at=None, refs=None):
        """Messages really went out: terms begin, interest is asked for, costs are
        announced.

        :param datetime sent_at: now by default
        :param dict refs: Message-Id of the e-mail by message id
        """
        messages = self.filtered(lambda m: m.state in ("rendered", "sending"))
        if not messages:
            return
        sent_at = sent_at or fields.Datetime.now()
        day = amsterdam(sent_at.replace(tzinfo=UTC)).date()
        terms, rows = {}, []
        for message in messages:
            key = (
                message.kind,
                message.channel,
                day,
                message.term_days,
                message.company_id,
            )
            if key not in terms:
                terms[key] = self._term(*key)
            received, deadline, _costs_from = terms[key]
            rows.append(
                {
                    "id": message.id,
                    "state": "sent",
                    "sent_at": sent_at,
                    "received_date": received,
                    "deadline_date": deadline if message.term_days else None,
                    "failure": None,
                    "mail_message_ref": (refs or {}).get(message.id)
                    or message.mail_message_ref
                    or None,
                }
            )
        self._store(rows)
        messages._interrupt_limitation()
        messages._announce_costs()
        for on_date, asking in (
            messages.filtered("asks_interest").grouped("date").items()
        ):
            asking.dossier_id._claim_interest(on_date)
        messages._log_event("message", messages._sent_texts())
        messages.dossier_id._message_sent(messages)

    def _sent_texts(self):
        """What the time line says of messages that went out, by message id."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        texts = {}
        for message in self:
            if message.channel == "email":
                text = self.env._("%(kind)s e-mailed to %(to)s.")
            else:
                text = self.env._("%(kind)s posted to %(to)s.")
            to = message.recipient_id.name
            if message.channel == "email":
                to = f"{to} <{message.email_to}>"
            texts[message.id] = text % {"kind": kinds[message.kind], "to": to}
        return texts

    def _interrupt_limitation(self):
        """Have the limitation dates of the claims computed anew: a demand that was
        received interrupts them (art. 3:317 BW), one that came back does not."""
        # What `_store` writes is unknown to the ORM.
        self.filtered(
            lambda m: m.kind in ("notice", "demand", "final_demand")
        ).modified(["received_date", "state"])

    def _announce_costs(self):
        """Claims have been given notice of; from a day on they may cost money.

        Of several notices that name a claim the newest counts, until costs are charged:
        it promised the debtor a new term.
        """
        rows = []
        for message in self.filtered(lambda m: m.kind == "notice"):
            day = amsterdam(message.sent_at.replace(tzinfo=UTC)).date()
            _received, _deadline, costs_from = self._term(
                message.kind,
                message.channel,
                day,
                message.term_days,
                message.company_id,
            )
            rows += [
                {
                    "id": claim["claim_id"],
                    "notice_id": message.id,
                    "costs_due_from": costs_from,
                }
                for claim in message.snapshot["claims"]
                if Decimal(claim["principal"]) > 0
            ]
        if not rows:
            return
        self.env["incasso.claim"].flush_model()
        self.env.cr.execute(
            """
            UPDATE incasso_claim claim
               SET notice_id = new.notice_id, costs_due_from = new.costs_due_from
              FROM (
                       SELECT DISTINCT ON (item.id) item.*
                         FROM jsonb_to_recordset(%s) AS item (
                                  id int, notice_id int, costs_due_from date
                              )
                     ORDER BY item.id, item.costs_due_from DESC, item.notice_id DESC
                   ) new
             WHERE claim.id = new.id
               AND (claim.notice_id IS NULL OR claim.costs_date IS NULL)
            """,
            [json.dumps(rows, default=_plain)],
        )
        self.env["incasso.claim"].invalidate_model(
            ["notice_id", "costs_due_from"], flush=False
        )
        self.invalidate_model(["claim_ids"], flush=False)

    def _mark_bounced(self, reason):
        """E-mails came back, or were refused for good."""
        self._mark_undelivered("bounced", reason, "incasso_email_unreachable")

    def _mark_returned(self, reason):
        """Letters came back."""
        self._mark_undelivered("returned", reason, "incasso_post_unreachable")

    def _mark_undelivered(self, state, reason, flag):
        """A message that did not arrive did nothing: no term ran, and no costs can be
        charged on it (art. 3:37 lid 3 BW)."""
        channel = "email" if state == "bounced" else "post"
        messages = self.filtered(
            lambda m: (
                m.channel == channel and m.state in ("sending", "sent", "delivered")
            )
        )
        if not messages:
            return
        messages._store(
            [
                {"id": message.id, "state": state, "failure": reason}
                for message in messages
            ]
        )
        messages._interrupt_limitation()
        # A handler marks what came back, and need not be allowed to edit contacts; this
        # writes nothing but the mark.
        messages.recipient_id.sudo().write({flag: True})
        messages._withdraw_notice()
        messages._log_event(
            "message",
            {
                message.id: self.env._(
                    "%(message)s came back: %(reason)s",
                    message=message._kind_name(),
                    reason=reason,
                )
                for message in messages
            },
        )
        messages.dossier_id._message_undeliverable(messages)

    def _withdraw_notice(self):
        """A notice that did not arrive covers no claim, unless another one did."""
        notices = self.filtered(lambda m: m.kind == "notice")
        claims = self.env["incasso.claim"].search([("notice_id", "in", notices.ids)])
        if not claims:
            return
        charged = claims.filtered("costs_date")
        claims.write({"notice_id": False, "costs_due_from": False})
        siblings = self.search(
            [
                ("kind", "=", "notice"),
                ("dossier_id", "in", claims.dossier_id.ids),
                ("state", "in", ("sent", "delivered")),
            ],
            order="sent_at, id",
        )
        siblings._announce_costs()
        # sudo: who marks what came back may book nothing; the ledger follows the law.
        charged.dossier_id.sudo()._annul_costs(
            charged.sudo(), self.env._("The notice of costs came back.")
        )
        for claim in charged.filtered(lambda claim: not claim.notice_id):
            claim.dossier_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Costs without a notice"),
                note=self.env._(
                    "The notice of costs for %s came back after costs had been charged "
                    "on it. They are not owed (art. 6:96 lid 6 BW) and were taken "
                    "back. What was paid of them has paid the rest: see if something "
                    "is to be refunded, and tell the debtor.",
                    claim.name,
                ),
                user_id=claim.dossier_id.handler_id.id or self.env.uid,
            )

    def _cancel(self, reason, redo=True):
        """Withdraw messages that have not gone out.

        :param str reason: for the archive and the time line
        :param bool redo: the flow takes their step again when it can; otherwise it goes
            on without them
        """
        messages = self.filtered(lambda m: m.state in ("queued", "rendered", "failed"))
        if not messages:
            return
        messages._store(
            [
                {"id": message.id, "state": "cancelled", "failure": reason}
                for message in messages
            ]
        )
        messages._log_event(
            "withdrawn",
            {
                message.id: self.env._(
                    "%(message)s withdrawn: %(reason)s",
                    message=message._kind_name(),
                    reason=reason,
                )
                for message in messages
            },
        )
        messages.dossier_id._message_withdrawn(messages, redo=redo)

    def _kind_name(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _log_event(self, kind, texts):
        """Put something about messages on the time lines of their dossiers."""
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": message.dossier_id.id,
                    "kind": kind,
                    "summary": texts[message.id],
                    "message_id": message.id,
                }
                for message in self
            ]
        )

    def _log_by_hand(self, text):
        self._log_event("note", dict.fromkeys(self.ids, text))
