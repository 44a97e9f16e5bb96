from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.company_days import CompanyDays
from .incasso_dossier import DEBTOR_TYPES

# What may be changed on a flow that is active or retired: the ladder stays as it is.
FREE_FIELDS = {"name", "sequence", "state"}
# What the picture, the check and the simulation look at.
LADDER_FIELDS = [
    "party",
    "debtor_type",
    "creditor_id",
    "company_id",
    *(
        f"step_ids.{name}"
        for name in (
            "sequence",
            "name",
            "wait_days",
            "wait_kind",
            "wait_from",
            "condition_debtor_type",
            "condition_balance_min",
            "condition_balance_max",
            "condition_channel",
            "action",
            "template_id",
            "channel",
            "term_days",
            "claim_interest",
            "charge_costs",
            "to_phase",
            "close_reason",
        )
    ),
]


class Finding(NamedTuple):
    """What the check of a ladder found.

    :param blocks: whether the flow cannot be activated as long as it stands
    :param text: what is wrong and what to do about it
    :param article: the article that it rests on, if any
    """

    blocks: bool
    text: str
    article: str = ""


class IncassoFlow(models.Model):
    """A ladder of steps, in versions.

    A draft can be edited. Activating checks it and retires the version before it; an
    active or retired flow never changes, so that a running dossier stays on exactly
    the ladder it started on.
    """

    _name = "incasso.flow"
    _description = "Collection Flow"
    _order = "sequence, name, version desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    version = fields.Integer(readonly=True, default=1, copy=False)
    state = fields.Selection(
        help="Only an active flow is given to new dossiers. Editing an active flow "
        "makes a new version; running dossiers stay on theirs.",
        selection=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
        required=True,
        default="draft",
        copy=False,
        index=True,
    )
    previous_version_id = fields.Many2one(
        comodel_name="incasso.flow", readonly=True, copy=False, index="btree_not_null"
    )
    company_id = fields.Many2one(
        help="Empty: for all companies.",
        comodel_name="res.company",
        index="btree_not_null",
    )
    party = fields.Selection(
        string="For",
        selection=[("own", "Own invoices"), ("third_party", "Another creditor")],
        required=True,
        default="own",
    )
    debtor_type = fields.Selection(selection=DEBTOR_TYPES, required=True)
    creditor_id = fields.Many2one(
        string="Only for Creditor",
        help="This creditor's own ladder: it goes before the one for every creditor.",
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
    )
    step_ids = fields.One2many(
        comodel_name="incasso.flow.step", inverse_name="flow_id", copy=True
    )
    dossier_count = fields.Integer(compute="_compute_dossier_count")
    version_count = fields.Integer(compute="_compute_version_count")
    ladder = fields.Html(
        help="The steps as a picture of the ladder.",
        compute="_compute_ladder",
        sanitize=False,
    )
    findings = fields.Html(
        string="Check",
        help="What stands in the way of activating, and what deserves a second look.",
        compute="_compute_findings",
        sanitize=False,
    )
    is_sound = fields.Boolean(compute="_compute_findings")
    simulation = fields.Html(
        help="What the flow would do to a dossier opened today.",
        compute="_compute_simulation",
        sanitize=False,
    )

    _version_positive = models.Constraint(
        "CHECK (version > 0)", "Versions are numbered from 1."
    )
    _one_draft = models.UniqueIndex(
        "(previous_version_id) "
        "WHERE state = 'draft' AND previous_version_id IS NOT NULL",
        "There is a new version in the making already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "version")
    def _compute_display_name(self):
        for flow in self:
            flow.display_name = (
                self.env._(
                    "%(flow)s (version %(number)s)",
                    flow=flow.name,
                    number=flow.version,
                )
                if flow.version > 1
                else flow.name
            )

    def _compute_dossier_count(self):
        counts = dict(
            self.env["incasso.dossier"]._read_group(
                [("flow_id", "in", self.ids), ("state", "=", "open")],
                ["flow_id"],
                ["__count"],
            )
        )
        for flow in self:
            flow.dossier_count = counts.get(flow._origin, 0)

    def _compute_version_count(self):
        for flow in self:
            flow.version_count = len(flow._origin._all_versions())

    @api.depends(*LADDER_FIELDS)
    def _compute_ladder(self):
        for flow in self:
            flow.ladder = self.env["ir.qweb"]._render(
                "incasso_nl.flow_ladder", {"rungs": flow._rungs()}
            )

    @api.depends(*LADDER_FIELDS)
    def _compute_findings(self):
        for flow in self:
            findings = flow._check_ladder()
            flow.is_sound = not any(finding.blocks for finding in findings)
            flow.findings = self.env["ir.qweb"]._render(
                "incasso_nl.flow_findings", {"findings": findings}
            )

    @api.depends(*LADDER_FIELDS)
    def _compute_simulation(self):
        today = fields.Date.context_today(self)
        for flow in self:
            flow.simulation = self.env["ir.qweb"]._render(
                "incasso_nl.flow_simulation",
                {
                    "rows": flow._simulate(today),
                    "show_date": lambda day: format_date(
                        self.env, day, date_format="EEE d MMM yyyy"
                    ),
                },
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # A draft first: it takes steps, and is checked when it leaves that state.
        flows = super().create([{**vals, "state": "draft"} for vals in vals_list])
        for flow, vals in zip(flows, vals_list, strict=True):
            if vals.get("state", "draft") != "draft":
                flow.write({"state": vals["state"]})
        return flows

    def write(self, vals):
        """A ladder on which dossiers run is not changed, and an unsound one not used.

        :raise UserError: the flow is not a draft, or it does not pass the check
        """
        if not FREE_FIELDS.issuperset(vals):
            self._ensure_draft()
        activated = self.filtered(lambda flow: flow.state != "active")
        result = super().write(vals)
        if vals.get("state") == "active":
            activated._ensure_sound()
            (activated._all_versions() - activated).filtered(
                lambda flow: flow.state == "active"
            ).write({"state": "retired"})
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "previous_version_id" in (default or {}):
            return vals_list
        return [
            {**vals, "name": self.env._("%(flow)s (copy)", flow=flow.name)}
            for flow, vals in zip(self, vals_list, strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._ensure_draft()

    # === ACTION METHODS === #

    def action_activate(self):
        """Take the flow into use; the version before it is retired.

        :raise UserError: the ladder does not pass the check; the message says why
        """
        self.write({"state": "active"})

    def action_retire(self):
        """Give the flow to no new dossier; those that run on it go on."""
        self.filtered(lambda flow: flow.state == "active").write({"state": "retired"})

    def action_new_version(self):
        """Open a draft of the next version, which is made where there is none yet."""
        self.ensure_one()
        draft = self._all_versions().filtered(lambda flow: flow.state == "draft")[:1]
        return (draft or self._new_version())._action_open()

    def action_versions(self):
        """List the versions of this flow."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", self._all_versions().ids)],
        }

    def action_dossiers(self):
        """List the open dossiers that run on this flow."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dossiers"),
            "res_model": "incasso.dossier",
            "view_mode": "list,form",
            "domain": [("flow_id", "=", self.id), ("state", "=", "open")],
        }

    def _action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS - VERSIONS === #

    def _all_versions(self):
        """These flows with every earlier and later version of them."""
        versions = self
        earlier = later = self
        while earlier:
            earlier = earlier.previous_version_id - versions
            versions |= earlier
        while later:
            later = self.search([("previous_version_id", "in", later.ids)]) - versions
            versions |= later
        return versions

    def _new_version(self):
        """A draft copy of this flow that will take its place.

        :rtype: incasso.flow
        """
        self.ensure_one()
        newest = max(self._all_versions(), key=lambda flow: flow.version)
        return self.copy(
            {"version": newest.version + 1, "previous_version_id": newest.id}
        )

    def _ensure_draft(self):
        """
        :raise UserError: one of the flows is in use, or was
        """
        used = self.filtered(lambda flow: flow.state != "draft")
        if used:
            raise UserError(
                self.env._(
                    "%(flow)s is in use: dossiers run on exactly this ladder. Make a "
                    "new version and edit that; new dossiers start on it once it is "
                    "activated, running dossiers stay on theirs.",
                    flow=used[0].display_name,
                )
            )

    def _ensure_sound(self):
        """
        :raise UserError: what must be mended before a flow can be used
        """
        for flow in self:
            blocking = [finding for finding in flow._check_ladder() if finding.blocks]
            if blocking:
                raise UserError(
                    self.env._("%(flow)s cannot be activated yet:", flow=flow.name)
                    + "".join(
                        f"\n- {finding.text}"
                        + (f" ({finding.article})" if finding.article else "")
                        for finding in blocking
                    )
                )

    # === BUSINESS METHODS - CHOICE === #

    @api.model
    def _candidates(self, company):
        """The active flows for ``company``, the one to prefer first.

        A creditor's own ladder goes before the one for every creditor, a company's
        own before a shared one, then the order of the list decides.
        """
        flows = self.search(
            [("state", "=", "active"), ("company_id", "in", [company.id, False])]
        )
        return flows.sorted(
            lambda flow: (not flow.creditor_id, not flow.company_id, flow.sequence)
        )

    def _choose(self, party, debtor_type, creditor_id):
        """The first of these flows that fits, as a record or empty.

        :param str party: ``own`` or ``third_party``
        :param str debtor_type: as on the dossier
        :param int creditor_id: id of the creditor
        """
        for flow in self:
            if (
                flow.party == party
                and flow.debtor_type == debtor_type
                and flow.creditor_id.id in (False, creditor_id)
            ):
                return flow
        return self.browse()

    # === BUSINESS METHODS - LADDER === #

    def _rungs(self):
        """The ladder for whoever looks at it: a dict per step, in order."""
        self.ensure_one()
        return [step._rung(number) for number, step in enumerate(self._steps(), 1)]

    def _steps(self):
        """The steps in the order in which they are taken."""
        # On a form the lines keep the order of typing until they are saved.
        return self.step_ids.sorted(lambda step: (step.sequence, step._origin.id or 0))

    def _notice_step(self):
        """The step that gives a consumer notice of costs, or an empty recordset."""
        return self._steps().filtered(lambda step: step.action == "notice")[:1]

    def _simulate(self, day):
        """What the flow would do to a dossier opened on ``day``, unpaid to the end.

        The first due date is the day before; every message goes out on its own day.

        :return: a dict per step with ``step`` and, for each channel, ``email`` and
            ``post``, a :class:`~.incasso_flow_step.Passage`
        """
        self.ensure_one()
        steps = self._steps()
        ways = {
            channel: steps._passages(
                day, CompanyDays(self.company_id or self.env.company), channel
            )
            for channel in ("email", "post")
        }
        return [
            {"step": step, "email": by_email, "post": by_post}
            for step, by_email, by_post in zip(
                steps, ways["email"], ways["post"], strict=True
            )
        ]

    # === BUSINESS METHODS - CHECK === #

    def _check_ladder(self):
        """Everything that is wrong with this ladder, or deserves a second look.

        :rtype: list[Finding]
        """
        self.ensure_one()
        steps = self._steps()
        if not steps:
            return [Finding(True, self.env._("There are no steps yet."))]
        return [
            *(finding for step in steps for finding in step._check_step()),
            *self._check_order(steps),
            *self._check_costs(steps),
            *self._check_overlap(),
        ]

    def _check_order(self, steps):
        """Steps that can never happen, or that overtake one another."""
        last_message = steps.browse()
        closing = steps.browse()
        for step in steps:
            if closing:
                yield Finding(
                    True,
                    self.env._(
                        "“%(step)s” comes after “%(closing)s”, which closes the "
                        "dossier: remove one of them.",
                        step=step.name,
                        closing=closing.name,
                    ),
                )
            if step.wait_from == "deadline" and not last_message:
                yield Finding(
                    True,
                    self.env._(
                        "“%(step)s” waits for the term of the last message, but no "
                        "message comes before it.",
                        step=step.name,
                    ),
                )
            if (
                step._is_message()
                and last_message
                and step.wait_from == "previous"
                and 0 < step.wait_days < last_message.term_days
            ):
                yield Finding(
                    False,
                    self.env._(
                        "“%(step)s” goes out before the %(days)s days that "
                        "“%(message)s” gives are over.",
                        step=step.name,
                        days=last_message.term_days,
                        message=last_message.name,
                    ),
                )
            if step._is_message():
                last_message = step
            if step.action == "close" and not step._is_conditional():
                closing = step
        if steps[-1].action not in ("proposal", "close", "call"):
            yield Finding(
                False,
                self.env._(
                    "After “%(step)s” nothing happens any more: end with a proposal "
                    "to hand over, a call or closing, or a dossier that is still "
                    "unpaid is left lying.",
                    step=steps[-1].name,
                ),
            )

    def _check_costs(self, steps):
        """No costs from a consumer before a notice has run out: art. 6:96 lid 6 BW."""
        if self.debtor_type != "consumer":
            return
        article = self.env._("art. 6:96 lid 6 BW")
        notice = last_message = steps.browse()
        has_run_out = False
        for step in steps:
            if step.wait_from == "deadline" and notice and last_message == notice:
                has_run_out = True
            if step.charge_costs and not notice:
                yield Finding(
                    True,
                    self.env._(
                        "“%(step)s” charges collection costs, but a consumer owes "
                        "none before a notice of costs: put a step “Send the notice "
                        "of costs” before it, without a condition.",
                        step=step.name,
                    ),
                    article,
                )
            elif step.charge_costs and not has_run_out:
                yield Finding(
                    True,
                    self.env._(
                        "“%(step)s” charges collection costs while the term of "
                        "“%(notice)s” may still be running: let it, or a step "
                        "between them, wait for the term of the last message.",
                        step=step.name,
                        notice=notice.name,
                    ),
                    article,
                )
            if step.action == "notice" and not step._is_conditional():
                notice = step
            if step._is_message():
                last_message = step

    def _check_overlap(self):
        """Other active flows that are chosen for the same dossiers."""
        rivals = self.search(
            [
                ("state", "=", "active"),
                ("party", "=", self.party),
                ("debtor_type", "=", self.debtor_type),
                ("creditor_id", "=", self.creditor_id.id),
                ("company_id", "=", self.company_id.id),
                ("id", "not in", self._origin._all_versions().ids),
            ],
            limit=1,
        )
        if rivals and self.state != "retired":
            yield Finding(
                False,
                self.env._(
                    "“%(flow)s” is for the same dossiers: the one higher in the list "
                    "of flows is used, the other only where it is chosen by hand.",
                    flow=rivals.display_name,
                ),
            )
