from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import float_compare, formatLang

from .incasso_dossier import CLOSE_REASONS, DEBTOR_TYPES, PHASES
from .incasso_flow import Finding

ONE_DAY = timedelta(days=1)
# What may be changed on a step that dossiers run on: words, not behaviour.
FREE_FIELDS = {"name", "note"}
MESSAGE_ACTIONS = ("message", "notice")
# Steps by which somebody approaches the debtor: art. 4.2 Bki says when.
CONTACT_ACTIONS = (*MESSAGE_ACTIONS, "call")
# Phases that a flow may bring about. Going to court is decided by people, with the
# creditor's approval; enforcement needs a judgment.
FLOW_PHASES = ("reminder", "amicable")
# Reasons that are a decision, and not a fact that has to be established first.
FLOW_CLOSE_REASONS = ("written_off", "withdrawn", "untraceable")
ICONS = {
    "message": "fa-envelope-o",
    "notice": "fa-balance-scale",
    "call": "fa-phone",
    "phase": "fa-flag-o",
    "proposal": "fa-share-square-o",
    "close": "fa-check-circle-o",
}


class Passage(NamedTuple):
    """When a step is taken in a simulation, and until when its message gives time.

    :param applies: whether the step's conditions allow it for such a dossier
    """

    day: date
    deadline: date | None
    applies: bool


class IncassoFlowStep(models.Model):
    """One rung of the ladder: wait, look whether it applies, act."""

    _name = "incasso.flow.step"
    _description = "Flow Step"
    _order = "flow_id, sequence, id"

    flow_id = fields.Many2one(
        comodel_name="incasso.flow", required=True, index=True, ondelete="cascade"
    )
    flow_state = fields.Selection(string="State of the Flow", related="flow_id.state")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)

    # Wait
    wait_days = fields.Integer(string="Wait (Days)", default=7)
    wait_kind = fields.Selection(
        selection=[("calendar", "Calendar days"), ("working", "Working days")],
        required=True,
        default="calendar",
    )
    wait_from = fields.Selection(
        string="After",
        help="The previous step: from the day its message really went out. The term "
        "of the last message: from its last day, and never before the banking days of "
        "the company have passed too. The first due date: but not while the term of a "
        "message is still running.",
        selection=[
            ("previous", "The previous step"),
            ("deadline", "The term of the last message"),
            ("due", "The first due date"),
        ],
        required=True,
        default="previous",
    )

    # Condition: a step that does not apply is skipped
    condition_debtor_type = fields.Selection(string="Only for", selection=DEBTOR_TYPES)
    condition_balance_min = fields.Float(
        string="Balance From", help="Only from this balance in euro; 0: always."
    )
    condition_balance_max = fields.Float(
        string="Balance Up To", help="Only up to this balance in euro; 0: always."
    )
    condition_channel = fields.Selection(
        string="Only With",
        selection=[
            ("email", "An e-mail address"),
            ("post", "A postal address"),
            ("phone", "A phone number"),
        ],
    )

    # Action
    action = fields.Selection(
        selection=[
            ("message", "Send a message"),
            ("notice", "Send the notice of costs"),
            ("call", "Call task"),
            ("phase", "Change the phase"),
            ("proposal", "Propose to hand over"),
            ("close", "Close the dossier"),
        ],
        required=True,
        default="message",
    )
    template_id = fields.Many2one(
        comodel_name="incasso.template", index="btree_not_null", ondelete="restrict"
    )
    channel = fields.Selection(
        selection=[
            ("preferred", "What the debtor prefers"),
            ("email", "E-mail"),
            ("post", "Letter"),
            ("both", "Letter and e-mail"),
        ],
        default="preferred",
        required=True,
    )
    term_days = fields.Integer(
        string="Term (Days)",
        help="How many days the message gives to pay. For a notice of costs the law's "
        "fifteen days after delivery are the least.",
        default=7,
    )
    claim_interest = fields.Boolean(help="The message asks for interest.")
    charge_costs = fields.Boolean(
        string="Charge Collection Costs",
        help="From this step on collection costs are charged, where the law allows.",
    )
    to_phase = fields.Selection(selection=PHASES)
    close_reason = fields.Selection(selection=CLOSE_REASONS)
    note = fields.Text(help="Script or instruction for the handler.", translate=True)
    summary = fields.Char(
        help="What the step does, in a few words.", compute="_compute_summary"
    )
    when = fields.Char(
        help="When the step is taken, in words.", compute="_compute_when"
    )

    _wait_not_negative = models.Constraint(
        "CHECK (wait_days >= 0)", "A step cannot wait a negative number of days."
    )
    _balance_range = models.Constraint(
        "CHECK (condition_balance_min >= 0 AND (condition_balance_max = 0"
        " OR condition_balance_max >= condition_balance_min))",
        "The balance range of a step's condition is empty.",
    )

    # === COMPUTE METHODS === #

    @api.depends("wait_days", "wait_kind", "wait_from")
    def _compute_when(self):
        for step in self:
            step.when = step._describe_wait()

    @api.depends(
        "action", "template_id", "channel", "to_phase", "close_reason", "term_days"
    )
    def _compute_summary(self):
        for step in self:
            step.summary = step._describe_action()

    # === ONCHANGE METHODS === #

    @api.onchange("action")
    def _onchange_action(self):
        """What does not belong to the chosen action is cleared."""
        if self.action not in MESSAGE_ACTIONS:
            self.template_id = False
            self.claim_interest = self.charge_costs = False
        if self.action == "notice":
            self.charge_costs = False
            self.term_days = max(self.term_days, self._least_notice_term())
        if self.action != "phase":
            self.to_phase = False
        if self.action != "close":
            self.close_reason = False

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.flow_id._ensure_draft()
        return steps

    def write(self, vals):
        """
        :raise UserError: the flow is in use; make a new version of it
        """
        if not FREE_FIELDS.issuperset(vals):
            self.flow_id._ensure_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.flow_id._ensure_draft()

    # === ACTION METHODS === #

    def action_open(self):
        """Show everything about a step: its conditions and instruction too."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === BUSINESS METHODS - DESCRIPTION === #

    def _is_message(self):
        return self.action in MESSAGE_ACTIONS

    def _is_contact(self):
        """Whether somebody approaches the debtor by this step."""
        return self.action in CONTACT_ACTIONS

    def _is_conditional(self):
        """Whether the step is skipped for some of the dossiers of its flow."""
        return bool(
            self.condition_balance_min
            or self.condition_balance_max
            or self.condition_channel
            or self.condition_debtor_type not in (False, self.flow_id.debtor_type)
        )

    def _is_immediate(self):
        """Whether the step follows the one before it without any wait."""
        return self.wait_from == "previous" and not self.wait_days

    def _needs_balance(self):
        """Whether deciding on the step takes interest and costs up to the day."""
        return self._is_message() or bool(
            self.condition_balance_min or self.condition_balance_max
        )

    def _rank(self):
        """Where the step comes in its flow, to compare with other steps of it."""
        return self.sequence, self.id

    def _before(self):
        """The step before this one, or an empty recordset."""
        earlier = self.flow_id._steps().filtered(
            lambda step: step._rank() < self._rank()
        )
        return earlier[-1:]

    def _unmet_condition(self, debtor_type, owed, channels):
        """Why the step does not apply to a dossier; empty where it does.

        :param str debtor_type: of the dossier
        :param Decimal owed: what the debtor owes, in euro
        :param channels: ways in which the debtor can be reached: ``email``, ``post``,
            ``phone``
        :rtype: str
        """
        if self.condition_debtor_type not in (False, debtor_type):
            return self.env._("another type of debtor")
        if float_compare(float(owed), self.condition_balance_min, 2) < 0:
            return self.env._("the balance is lower")
        if (
            self.condition_balance_max
            and float_compare(float(owed), self.condition_balance_max, 2) > 0
        ):
            return self.env._("the balance is higher")
        if self.condition_channel and self.condition_channel not in channels:
            return {
                "email": self.env._("there is no e-mail address"),
                "post": self.env._("there is no postal address"),
                "phone": self.env._("there is no phone number"),
            }[self.condition_channel]
        return ""

    def _label(self, name):
        """The user's words for the value of selection field ``name``."""
        return dict(self._fields[name]._description_selection(self.env)).get(
            self[name], ""
        )

    def _describe_wait(self):
        self.ensure_one()
        if not self.wait_days:
            return {
                "previous": self.env._("at once"),
                "deadline": self.env._("when the term of the last message is over"),
                "due": self.env._("on the first due date"),
            }[self.wait_from]
        number = self.wait_days
        if self.wait_kind == "working":
            span = (
                self.env._("1 working day")
                if number == 1
                else self.env._("%s working days", number)
            )
        else:
            span = self.env._("1 day") if number == 1 else self.env._("%s days", number)
        return {
            "previous": self.env._("%(span)s after the previous step", span=span),
            "deadline": self.env._(
                "%(span)s after the term of the last message", span=span
            ),
            "due": self.env._("%(span)s after the first due date", span=span),
        }[self.wait_from]

    def _describe_action(self):
        self.ensure_one()
        if self._is_message():
            return self.env._(
                "%(template)s · %(channel)s · term of %(days)s days",
                template=self.template_id.name or self.env._("no template"),
                channel=self._label("channel"),
                days=self.term_days,
            )
        if self.action == "phase":
            return self.env._("To phase: %(phase)s", phase=self._label("to_phase"))
        if self.action == "close":
            return self.env._("Reason: %(reason)s", reason=self._label("close_reason"))
        return self._label("action")

    def _describe_conditions(self):
        """The conditions in words: a list, empty when the step always applies."""
        self.ensure_one()
        euro = self.env.ref("base.EUR")
        conditions = []
        if self.condition_debtor_type:
            conditions.append(
                self.env._(
                    "only for: %(type)s", type=self._label("condition_debtor_type")
                )
            )
        if self.condition_balance_min:
            conditions.append(
                self.env._(
                    "from %(amount)s",
                    amount=formatLang(
                        self.env, self.condition_balance_min, currency_obj=euro
                    ),
                )
            )
        if self.condition_balance_max:
            conditions.append(
                self.env._(
                    "up to %(amount)s",
                    amount=formatLang(
                        self.env, self.condition_balance_max, currency_obj=euro
                    ),
                )
            )
        if self.condition_channel:
            conditions.append(
                self.env._(
                    "only with: %(channel)s", channel=self._label("condition_channel")
                )
            )
        return conditions

    def _rung(self, number):
        """The step as the picture of the ladder shows it."""
        self.ensure_one()
        charges = []
        if self.claim_interest:
            charges.append(self.env._("interest"))
        if self.charge_costs:
            charges.append(self.env._("collection costs"))
        return {
            "number": number,
            "name": self.name,
            "icon": ICONS[self.action],
            "action": self.action,
            "label": self._label("action"),
            "when": self._describe_wait(),
            "summary": self._describe_action(),
            "conditions": self._describe_conditions(),
            "charges": charges,
            "note": self.note,
        }

    # === BUSINESS METHODS - CHECK === #

    def _least_notice_term(self):
        """Days after delivery that a notice of costs gives at the least."""
        values = self.env["incasso.law"]._legal_values()
        today = fields.Date.context_today(self)
        return int(values.at("notice_days_after_receipt", today))

    def _check_step(self):
        """What is wrong with this step by itself.

        :rtype: Iterator[Finding]
        """
        self.ensure_one()
        if self._is_message():
            yield from self._check_message()
        if self.action == "notice":
            yield from self._check_notice()
        if self.charge_costs and self.template_id.kind not in (
            "demand",
            "final_demand",
        ):
            yield Finding(
                True,
                self.env._(
                    "“%(step)s” charges collection costs: that takes a demand or a "
                    "final demand, which shows them.",
                    step=self.name,
                ),
                self.env._("art. 6:96 BW"),
            )
        if self.action == "phase":
            yield from self._check_phase()
        if self.action == "close" and self.close_reason not in FLOW_CLOSE_REASONS:
            yield Finding(
                True,
                self.env._(
                    "“%(step)s” can close a dossier as written off, withdrawn or "
                    "untraceable only: other reasons are facts, which the product "
                    "or a person establishes.",
                    step=self.name,
                ),
            )
        if self.condition_debtor_type not in (False, self.flow_id.debtor_type):
            yield Finding(
                False,
                self.env._(
                    "“%(step)s” is never taken: the flow is for another type of "
                    "debtor.",
                    step=self.name,
                ),
            )

    def _check_message(self):
        if not self.template_id:
            yield Finding(
                True,
                self.env._("“%(step)s” has no template: choose one.", step=self.name),
            )
        elif self.template_id.state != "active":
            yield Finding(
                True,
                self.env._(
                    "“%(step)s” uses “%(template)s”, which is not active: complete "
                    "and activate that template first.",
                    step=self.name,
                    template=self.template_id.name,
                ),
            )
        elif (self.template_id.kind == "notice") != (self.action == "notice"):
            yield Finding(
                True,
                self.env._(
                    "“%(step)s”: a notice of costs is sent by the action “Send the "
                    "notice of costs” and by no other, so that its term is kept.",
                    step=self.name,
                ),
                self.env._("art. 6:96 lid 6 BW"),
            )
        elif self.template_id._asks_for_money() and (
            self.flow_id.debtor_type not in self.template_id._debtor_types()
        ):
            yield Finding(
                True,
                self.env._(
                    "“%(step)s”: “%(template)s” is not for this type of debtor, who "
                    "owes costs and interest by other rules.",
                    step=self.name,
                    template=self.template_id.name,
                ),
            )
        if self.term_days < 1:
            yield Finding(
                True,
                self.env._(
                    "“%(step)s” gives no time to pay: set a term of at least a day; "
                    "7 or 14 days is usual.",
                    step=self.name,
                ),
            )

    def _check_notice(self):
        least = self._least_notice_term()
        if self.term_days < least:
            yield Finding(
                True,
                self.env._(
                    "“%(step)s” gives %(days)s days: fourteen full days counted from "
                    "the day after delivery take %(least)s days.",
                    step=self.name,
                    days=self.term_days,
                    least=least,
                ),
                self.env._(
                    "art. 6:96 lid 6 BW; HR 25 November 2016, ECLI:NL:HR:2016:2704"
                ),
            )
        if self.charge_costs:
            yield Finding(
                True,
                self.env._(
                    "“%(step)s” announces collection costs and cannot charge them too.",
                    step=self.name,
                ),
                self.env._("art. 6:96 lid 6 BW"),
            )

    def _check_phase(self):
        if self.to_phase not in FLOW_PHASES:
            yield Finding(
                True,
                self.env._(
                    "“%(step)s”: a flow does not go to court by itself. Use a "
                    "proposal: the creditor decides, with the costs and chances on "
                    "the table.",
                    step=self.name,
                ),
            )
        elif self.to_phase == "reminder" and self.flow_id.party != "own":
            yield Finding(
                True,
                self.env._(
                    "“%(step)s”: own reminders are for own invoices; the claims of "
                    "another creditor are amicable from the first day.",
                    step=self.name,
                ),
            )

    # === BUSINESS METHODS - DATES === #

    def _date_after(self, days, previous, deadline=None, due=None):
        """The day on which this step is to be taken.

        :param CompanyDays days: how to count
        :param date previous: the day on which the previous step was taken, or its
            message really went out; for a first step the day on which the flow starts
        :param date deadline: last day of the term of the last message, if there is one
        :param date due: the first due date of the open claims, if there is one
        :return: not before ``previous``; for a step that approaches the debtor a day
            on which that is allowed (art. 4.2 Bki)
        :rtype: date
        """
        self.ensure_one()
        base = {"deadline": deadline, "due": due}.get(self.wait_from) or previous
        day = max(days.add(base, self.wait_days, self.wait_kind), previous)
        if deadline and self.wait_from != "previous":
            # Whoever pays on the last day pays in time: give the bank its days, and
            # never overtake a term that was given.
            day = max(day, days.after_term(deadline))
        return days.contact_day(day) if self._is_contact() else day

    def _passages(self, day, days, channel):
        """When each of these steps would be taken, one after the other.

        For a dossier opened on ``day`` that nobody pays, its first due date the day
        before; each message goes out on its own day.

        :param date day: the day on which the flow starts
        :param CompanyDays days: how to count
        :param str channel: ``email`` or ``post``: how the debtor is reached
        :rtype: list[Passage]
        """
        passages = []
        due, deadline, costs_from = day - ONE_DAY, None, None
        for step in self:
            day = step._date_after(days, day, deadline, due)
            if step.charge_costs and costs_from:
                day = days.contact_day(max(day, costs_from))
            applies = step.condition_channel in (False, "phone", channel) and (
                step.condition_debtor_type in (False, step.flow_id.debtor_type)
            )
            term_end = None
            if applies and step._is_message():
                way = step.channel if step.channel in ("email", "post") else channel
                _received, deadline, costs_day = self.env["incasso.message"]._term(
                    step.template_id.kind or "demand",
                    way,
                    day,
                    step.term_days,
                    days.company,
                )
                term_end = deadline
                costs_from = costs_day or costs_from
            passages.append(Passage(day, term_end, applies))
        return passages
