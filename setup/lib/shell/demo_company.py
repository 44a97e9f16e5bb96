"""Runs in ``odoo shell`` on the demo database, before the addons are installed.

Odoo's own modules bring no demo data: a newcomer meets a Dutch company, not Odoo's
American one. They are marked as having theirs, because Odoo loads an addon's demo
data only where all that it depends on has it too.
"""

company = env.ref("base.main_company")
company.write(
    {"country_id": env.ref("base.nl").id, "currency_id": env.ref("base.EUR").id}
)
env["account.chart.template"].try_loading("nl", company)
env.ref("base.user_admin").tz = "Europe/Amsterdam"
env.cr.execute("UPDATE ir_module_module SET demo = true WHERE state = 'installed'")
env.cr.commit()
