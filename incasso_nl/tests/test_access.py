from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import IncassoCommon

# The other addons, which need not be there, have such a test of their own.
ADDONS = {"incasso_nl"}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


def _rights(everyone="", **roles):
    """Rights by role: letters of ``OPERATIONS``; a role left out has ``everyone``'s.

    Plain internal users, the portal and the public have none unless they are named.
    """
    staff = ("handler", "team_lead", "finance", "manager", "auditor")
    return {**dict.fromkeys(staff, everyone), **roles}


# What handlers make and finance looks at, or changes besides.
WORK = _rights(handler="rwc", team_lead="rwc", manager="rwc", finance="r", auditor="r")
SHARED_WORK = _rights("rwc", auditor="r")
CONFIGURATION = _rights("r", manager="rwcu")
READ = _rights("r")
HANDLER_WIZARD = _rights(handler="rwc", team_lead="rwc", manager="rwc")
HANDLER_LINES = _rights(handler="rwcu", team_lead="rwcu", manager="rwcu")
FINANCE_WIZARD = _rights(finance="rwc", manager="rwc")

# Every model of the addon, with what each role may do with it.
EXPECTED = {
    # Dossiers: nobody deletes anything.
    "incasso.dossier": {**SHARED_WORK, "finance": "rw"},
    "incasso.claim": {**SHARED_WORK, "finance": "rw"},
    "incasso.entry": {**READ, "finance": "rc", "manager": "rc"},
    "incasso.event": {**_rights("rc"), "auditor": "r"},
    "incasso.hold": SHARED_WORK,
    "incasso.interruption": WORK,
    "incasso.debt.aid": WORK,
    "incasso.help.request": WORK,
    "incasso.person.report": WORK,
    "incasso.privacy.incident": _rights(manager="rwc", auditor="r"),
    "incasso.correspondence": WORK,
    "incasso.complaint": WORK,
    "incasso.callback": WORK,
    "incasso.privacy.request": WORK,
    "incasso.work": READ,
    # What debtors bring up
    "incasso.dispute": WORK,
    "incasso.dispute.line": HANDLER_LINES | {"finance": "r", "auditor": "r"},
    "incasso.paid.report": SHARED_WORK,
    "incasso.arrangement": WORK,
    "incasso.instalment": WORK,
    "incasso.arrangement.rule": CONFIGURATION,
    "incasso.arrange": HANDLER_WIZARD,
    # Flows and messages
    "incasso.flow": CONFIGURATION,
    "incasso.flow.step": CONFIGURATION,
    "incasso.run": READ,
    "incasso.template": CONFIGURATION,
    "incasso.template.text": CONFIGURATION,
    "incasso.message": WORK,
    "incasso.print.batch": WORK,
    # Money
    "incasso.receipt": {**READ, "finance": "rwc", "manager": "rwc"},
    "incasso.charge.back": {**READ, "finance": "rw", "manager": "rw"},
    "incasso.trust.proof": _rights(finance="r", manager="r", auditor="r"),
    # The law
    "incasso.interest.rate": CONFIGURATION,
    "incasso.cost.scale": CONFIGURATION,
    "incasso.legal.value": CONFIGURATION,
    "incasso.holiday": CONFIGURATION,
    "incasso.limitation.term": CONFIGURATION,
    "incasso.court.fee": CONFIGURATION,
    "incasso.court.salary": CONFIGURATION,
    "incasso.bailiff.fee": CONFIGURATION,
    "incasso.creditor.terms": CONFIGURATION,
    # Wizards: a balance on a date is only looked at, so the auditor may ask for it.
    "incasso.balance": _rights("rwc"),
    "incasso.handover": HANDLER_WIZARD,
    "incasso.handover.debtor": HANDLER_WIZARD,
    "incasso.handover.line": HANDLER_WIZARD,
    "incasso.close": {**_rights("rwc"), "auditor": ""},
    "incasso.creditor.notice": HANDLER_WIZARD,
    "incasso.set.hold": {**_rights("rwc"), "auditor": ""},
    "incasso.reopen": FINANCE_WIZARD,
    "incasso.change.flow": HANDLER_WIZARD,
    "incasso.dry.run": HANDLER_WIZARD,
    "incasso.dry.run.line": HANDLER_LINES,
    "incasso.send.message": HANDLER_LINES,
    "incasso.print.letters": HANDLER_LINES,
    "incasso.return.post": HANDLER_LINES,
    "incasso.register.receipt": FINANCE_WIZARD,
    "incasso.match.receipt": FINANCE_WIZARD,
    "incasso.match.share": _rights(finance="rwcu", manager="rwcu"),
    "incasso.reverse.receipt": FINANCE_WIZARD,
}

# Without a company on purpose: the law is the same for everybody, and templates with
# their texts are the product's own words, shared by all companies.
SHARED = {
    "incasso.template",
    "incasso.template.text",
    *(
        name
        for name, rights in EXPECTED.items()
        if name.endswith((".rate", ".scale", ".value", ".holiday", ".fee", ".salary"))
        or name == "incasso.limitation.term"
    ),
}


def _own_models(env):
    """The names of all models that the addon defines and that have records."""
    return {
        name
        for name, model in env.registry.items()
        if model._original_module in ADDONS and not model._abstract
    }


@tagged("post_install", "-at_install")
class TestAccess(IncassoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "user": "base.group_user",
            "portal": "base.group_portal",
            "public": "base.group_public",
        }
        cls.roles = {
            **{
                role: getattr(cls, role)
                for role in ("handler", "team_lead", "finance", "manager", "auditor")
            },
            **{role: cls._new_user(role, group) for role, group in groups.items()},
        }

    def test_every_model_and_role(self):
        """All operations of all roles on all models are as the table above says."""
        self.assertEqual(
            _own_models(self.env), set(EXPECTED), "give every model its line"
        )
        wrong = []
        for name, rights in EXPECTED.items():
            for role, user in self.roles.items():
                model = self.env[name].with_user(user)
                found = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if model.has_access(operation)
                )
                if found != rights.get(role, ""):
                    wrong.append(
                        f"{name}: {role} has {found or 'none'}, "
                        f"expected {rights.get(role, '') or 'none'}"
                    )
        self.assertFalse(wrong, "\n".join(wrong))

    def test_wizards_are_of_whoever_opened_them(self):
        """No transient record of one user is open to another one."""
        for name in EXPECTED:
            model = self.env[name]
            if not model._transient:
                continue
            domain = self.env["ir.rule"].with_user(self.handler)._compute_domain(name)
            self.assertEqual(
                list(domain),
                list(Domain("create_uid", "=", self.handler.id).optimize(model)),
                f"{name} has no rule for its owner",
            )

    def test_menus_and_settings_by_role(self):
        """The app is there for those who work with it, and for nobody else."""
        root = self.env.ref("incasso_nl.menu_root")
        configuration = self.env.ref("incasso_nl.menu_configuration")
        for role, user in self.roles.items():
            if not user._is_internal():
                # Has no back office at all.
                continue
            menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertEqual(root.id in menus, role != "user", role)
            self.assertEqual(
                configuration.id in menus, role in ("manager", "auditor"), role
            )

    def test_auditor_reads_the_books_and_changes_nothing_there(self):
        for name in (
            "account.move",
            "account.move.line",
            "account.payment",
            "account.bank.statement.line",
            "account.journal",
            "account.account",
            "res.partner",
        ):
            model = self.env[name].with_user(self.auditor)
            self.assertTrue(model.has_access("read"), name)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(model.has_access(operation), f"{operation} {name}")

    def test_personal_fields_are_for_the_staff(self):
        self.consumer.incasso_birth_date = "1980-02-29"
        for role, user in self.roles.items():
            visible = "incasso_birth_date" in self.env["res.partner"].with_user(
                user
            ).fields_get(["incasso_birth_date"])
            self.assertEqual(visible, role not in ("user", "portal", "public"), role)


@tagged("post_install", "-at_install")
class TestIsolation(IncassoCommon):
    """One record of every model in one company, looked at from another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Andere Incasso B.V.")
        cls.stranger = new_test_user(
            cls.env,
            login="incasso_stranger",
            groups="incasso_nl.group_manager,account.group_account_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.consumer.company_id = cls.company
        cls.creditor.company_id = cls.company
        dossier = cls._dossier()
        flow = cls.env["incasso.flow"].create(
            {
                "name": "Eigen incassotraject",
                "debtor_type": "consumer",
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create({"name": "Bellen", "action": "call"}),
                ],
            }
        )
        message = cls.env["incasso.message"].create(
            {
                "dossier_id": dossier.id,
                "recipient_id": cls.consumer.id,
                "template_id": cls.env["incasso.template"].search([], limit=1).id,
                "kind": "reminder",
                "channel": "post",
                "date": "2026-11-21",
            }
        )
        report = cls.env["incasso.person.report"].create(
            {"dossier_id": dossier.id, "kind": "not_me", "answer": "Nee."}
        )
        arrangement = cls.env["incasso.arrangement"].create(
            {"dossier_id": dossier.id, "first_date": "2026-12-01"}
        )
        dispute = cls.env["incasso.dispute"]._bring_up(
            dossier, dossier.claim_ids, "other"
        )
        cls.records = {
            "incasso.arrangement": arrangement,
            "incasso.instalment": cls.env["incasso.instalment"].create(
                {
                    "arrangement_id": arrangement.id,
                    "number": 1,
                    "date": "2026-12-01",
                    "amount": 100.0,
                }
            ),
            "incasso.arrangement.rule": cls.env["incasso.arrangement.rule"].create(
                {"name": "Eigen regels", "company_id": cls.company.id}
            ),
            "incasso.dossier": dossier,
            "incasso.claim": dossier.claim_ids,
            "incasso.entry": dossier.entry_ids,
            "incasso.event": dossier.event_ids,
            "incasso.message": message,
            "incasso.flow": flow,
            "incasso.flow.step": flow.step_ids,
            "incasso.hold": cls.env["incasso.hold"].create(
                {"dossier_id": dossier.id, "kind": "manual"}
            ),
            "incasso.interruption": cls.env["incasso.interruption"].create(
                {"dossier_id": dossier.id, "date": "2026-01-01"}
            ),
            "incasso.debt.aid": cls.env["incasso.debt.aid"].create(
                {"partner_id": cls.consumer.id, "kind": "counselling"}
            ),
            "incasso.correspondence": cls.env["incasso.correspondence"].create(
                {"dossier_id": dossier.id, "text": "Wanneer is de factuur verstuurd?"}
            ),
            "incasso.dispute": dispute,
            "incasso.dispute.line": dispute.line_ids,
            "incasso.paid.report": cls.env["incasso.paid.report"].create(
                {"dossier_id": dossier.id, "amount": 1.00, "date": "2026-04-01"}
            ),
            "incasso.complaint": cls.env["incasso.complaint"].create(
                {"dossier_id": dossier.id, "text": "Niemand neemt de telefoon op."}
            ),
            "incasso.callback": cls.env["incasso.callback"].create(
                {
                    "dossier_id": dossier.id,
                    "phone": "06 12345678",
                    # Monday, 10:00 to 12:00 in the Netherlands
                    "call_from": "2026-11-23 09:00:00",
                    "call_until": "2026-11-23 11:00:00",
                }
            ),
            "incasso.privacy.request": cls.env["incasso.privacy.request"].create(
                {"dossier_id": dossier.id, "kind": "access"}
            ),
            "incasso.help.request": cls.env["incasso.help.request"].create(
                {
                    "dossier_id": dossier.id,
                    "kind": "administration",
                    "organisation": "De Brug",
                    "email": "post@debrug.example",
                    "answer": "Nee.",
                }
            ),
            "incasso.person.report": report,
            "incasso.privacy.incident": report.incident_ids,
            "incasso.run": cls.env["incasso.run"].create(
                {"date": "2026-11-21", "company_id": cls.company.id}
            ),
            "incasso.print.batch": cls.env["incasso.print.batch"].create(
                {"company_id": cls.company.id}
            ),
            "incasso.receipt": cls.env["incasso.receipt"].create(
                {
                    "company_id": cls.company.id,
                    "date": "2026-11-21",
                    "amount": 10,
                    "kind": "bank",
                }
            ),
            "incasso.charge.back": cls.env["incasso.charge.back"].create(
                {"company_id": cls.company.id, "date": "2026-11-21", "amount": 10}
            ),
            "incasso.creditor.terms": cls.env["incasso.creditor.terms"].create(
                {
                    "partner_id": cls.creditor.id,
                    "version": "1",
                    "valid_from": "2020-01-01",
                }
            ),
        }

    def _isolated_models(self):
        """Names of the models with records that belong to a company."""
        return [
            name
            for name in EXPECTED
            if name not in SHARED and not self.env[name]._transient
        ]

    def test_other_companies_see_nothing(self):
        for name in self._isolated_models():
            if not self.env[name]._auto:
                # A report: its rows come from other records.
                continue
            records = self.records.get(name)
            self.assertTrue(records, f"make a record of {name} in setUpClass")
            seen = self.env[name].with_user(self.stranger).search([])
            self.assertFalse(seen & records, name)
            with self.assertRaises(AccessError, msg=name):
                records.with_user(self.stranger).read(["id", "display_name"])

    def test_every_company_model_has_a_global_rule(self):
        for name in self._isolated_models():
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", name), ("groups", "=", False)]
            )
            self.assertTrue(rules, name)

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule")
    def test_auditor_changes_nothing_with_any_button(self):
        """Every action on every record, clicked by the auditor: not a row changes."""
        clicked = []
        for record in self._records_with_buttons():
            for name in self._actions(record):
                with self.subTest(model=record._name, action=name):
                    self.assertEqual(self._changes(record, name), [])
                    clicked.append(name)
        # The list of what was clicked is not empty by accident.
        self.assertIn("action_confirm", clicked)
        self.assertIn("action_incasso_dossiers", clicked)

    def _records_with_buttons(self):
        yield from (records[:1] for records in self.records.values())
        for name in SHARED:
            yield self.env[name].search([], limit=1)
        yield self.consumer
        yield self.company
        yield self.records["incasso.claim"].move_id
        yield self.env["res.config.settings"]

    @staticmethod
    def _actions(record):
        """Names of the actions that these addons define for ``record``."""
        for name in dir(type(record)):
            if not name.startswith(("action_", "button_")):
                continue
            method = getattr(type(record), name)
            code = getattr(method, "__wrapped__", method).__code__
            module = getattr(method, "__module__", "") or ""
            if module.startswith("odoo.addons.incasso_nl") and code.co_argcount == 1:
                yield name

    def _changes(self, record, name):
        """The statements that change rows when the auditor calls this action."""
        changes = []
        cursor = type(self.env.cr)
        execute = cursor.execute

        def listening(cr, query, *args, **kwargs):
            text = getattr(query, "code", query)
            if text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
                changes.append(text)
            return execute(cr, query, *args, **kwargs)

        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            self.patch(cursor, "execute", listening)
            getattr(record.with_user(self.auditor), name)()
            self.env.flush_all()
        except (AccessError, UserError):
            # Refused: what it would have changed is undone with the transaction.
            changes.clear()
        finally:
            cursor.execute = execute
            savepoint.close(rollback=True)
        return changes
