"""Runs in ``odoo shell`` on the demo database: prints who can log in, and how.

One line per user of the addons' demo data, and the administrator: login, name, role.
Only those whose password is their login, which is what demo data gives them.
"""

from odoo.exceptions import AccessDenied

addons = ("incasso_nl", "incasso_nl_portal", "incasso_nl_payment")
users = env.ref("base.user_admin") | env["res.users"].browse(
    env["ir.model.data"]
    .search([("model", "=", "res.users"), ("module", "in", addons)])
    .mapped("res_id")
)
for user in users.exists():
    credential = {"type": "password", "login": user.login, "password": user.login}
    try:
        user.with_user(user)._check_credentials(credential, {"interactive": False})
    except AccessDenied:
        continue
    role = user.group_ids.filtered(
        lambda group: (
            group.privilege_id.get_external_id()
            .get(group.privilege_id.id, "")
            .startswith("incasso_nl")
        )
    )
    names = ", ".join(role.mapped("name")) or ("portal" if user.share else "")
    print(f"LOGIN\t{user.login}\t{user.name}\t{names}")
