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

# A debtor logs in with the code of a letter: a dossier of each kind to look at.
dossiers = env["incasso.dossier"].search(
    [("state", "=", "open"), ("debtor_type", "=", "consumer")], order="id desc"
)
dossiers = dossiers.filtered(lambda dossier: dossier.debtor_id.zip)
kinds = {
    "has to pay": dossiers.filtered(
        lambda dossier: not dossier.is_held and dossier.outbox_ids
    ),
    "pays in instalments": dossiers.filtered("arrangement_id.next_instalment_id"),
    "does not agree": dossiers.filtered(
        lambda dossier: "dispute" in dossier.hold_ids.mapped("kind")
    ),
}
for what, found in kinds.items():
    if found:
        debtor = found[:1].debtor_id
        code = env["incasso.access"]._of_dossiers(found[:1])[found[:1].id]._code()
        number = debtor.street.rsplit(" ", 1)[-1]
        print(f"DEBTOR\t{code}\t{debtor.zip}, {number}\t{debtor.name}, {what}")
env.cr.commit()
