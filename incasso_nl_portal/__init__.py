from . import controllers, models
from .tools import access_log

access_log.watch()


def _post_init(env):
    """Dutch is what a debtor reads: switch it on where it is not."""
    dutch = (
        env["res.lang"].with_context(active_test=False).search([("code", "=", "nl_NL")])
    )
    if not dutch.active:
        env["base.language.install"].create({"lang_ids": dutch.ids}).lang_install()
