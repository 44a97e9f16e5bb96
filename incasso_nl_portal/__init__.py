from . import controllers, models
from .tools import access_log

access_log.watch()


def _post_init(env):
    """Dutch is what a debtor reads: switch it on where it is not."""
    languages = env["res.lang"].with_context(active_test=False)
    dutch = languages.search([("code", "=", "nl_NL")])
    if dutch.active:
        return
    dutch.active = True
    # This addon and those that come with it are not "installed" yet.
    modules = env["ir.module.module"].search(
        [("state", "in", ("installed", "to install", "to upgrade"))]
    )
    modules._update_translations(["nl_NL"])
