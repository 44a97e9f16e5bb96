from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import PortalCommon

STAFF = ("handler", "team_lead", "finance", "manager", "auditor")
#: Who may do what with the models of the portal; nobody else has any right.
EXPECTED = {
    # Made, reissued and revoked by buttons that look at the rights themselves.
    "incasso.access": dict.fromkeys(STAFF, {"read"}),
    "incasso.access.look": dict.fromkeys(STAFF, {"read"}),
    "incasso.access.try": {},
}


@tagged("post_install", "-at_install")
class TestRights(PortalCommon):
    def test_every_model_and_role(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "incasso_nl_portal" and not model._abstract
        }
        self.assertEqual(models, set(EXPECTED), "give every model its line")
        users = {role: getattr(self, role) for role in STAFF}
        for group in ("user", "portal", "public"):
            users[group] = self._new_user(group, f"base.group_{group}")
        for name, rights in EXPECTED.items():
            for role, user in users.items():
                model = self.env[name].with_user(user)
                found = {
                    operation
                    for operation in ("read", "write", "create", "unlink")
                    if model.has_access(operation)
                }
                self.assertEqual(found, rights.get(role, set()), f"{name}: {role}")

    def test_other_companies_see_nothing(self):
        other = self._create_company(name="Andere Incasso B.V.")
        stranger = new_test_user(
            self.env,
            login="incasso_stranger",
            groups="incasso_nl.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        access = self._access()
        self.env["incasso.access.look"]._record(
            self.dossier, access, self.consumer, "code", "/", "10.0.0.0/24"
        )
        for record in (access, self.dossier.look_ids):
            record = record.with_user(stranger)
            self.assertTrue(record.sudo().exists())
            self.assertFalse(record.search([]) & record)
            with self.assertRaises(AccessError):
                record.read(["display_name"])
        with self.assertRaises(AccessError):
            access.with_user(stranger).action_reissue()
        with self.assertRaises(AccessError):
            self.dossier.with_user(stranger).action_revoke_access()
