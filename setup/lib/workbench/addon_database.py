"""A database with the product's addons: built once, then kept up to date."""

from . import databases
from .odoo_log import records
from .paths import LOGS, ROOT, fingerprint, present_addons
from .steps import StepError, only_one, stamp, stamped, step

#: Folders of an addon that a database holds nothing of.
_NOT_LOADED = ("tests", "static", "readme")


class AddonDatabase:
    """A database that all addons are installed in.

    :param str name: of the database
    :param tuple options: more of Odoo's options for the installation
    :param str script: Python for ``odoo shell``, run before the addons go in
    """

    def __init__(self, name, *, options=(), script=""):
        self.name = name
        self.options = options
        self.script = script

    def make_current(self, interpreter, environment, *, rebuild=False, watch=None):
        """Install the addons, or update those whose files changed.

        :param bool rebuild: install anew, rather than update, when anything changed
        :param watch: called with each :class:`~.odoo_log.Record` of the log; returns
            true when the next run must do the work, and watch, again
        :raises StepError: when an addon cannot be installed or updated
        """
        addons = present_addons()
        if not addons:
            raise StepError("There are no addons in this checkout")
        template = databases.base(interpreter, environment)
        made_from = fingerprint(extra=f"{databases.base_identity(environment)}{self}")
        with only_one(self.name):
            changed = [
                addon
                for addon in addons
                if not stamped(self._stamp(addon), self._fingerprint(addon))
            ]
            there = databases.exists(environment, self.name) and stamped(
                self.name, made_from
            )
            if there and not changed:
                return
            self.forget()
            if there and not rebuild:
                log = self._update(interpreter, environment, changed)
            else:
                log = self._install(interpreter, environment, addons, template)
            again = False
            if watch:
                with open(LOGS / log, errors="replace") as lines:
                    again = any([watch(record) for record in records(lines)])
            stamp(self.name, made_from)
            if not again:
                for addon in addons:
                    stamp(self._stamp(addon), self._fingerprint(addon))

    def forget(self):
        """Make the next run install the addons anew, whatever happens now."""
        stamp(self.name, "")

    def state(self):
        """Return a text that changes when the database is built or updated."""
        return " ".join(self._fingerprint(addon) for addon in present_addons())

    def __str__(self):
        return f"{self.name} {self.options} {self.script}"

    def _stamp(self, addon):
        return f"{self.name}.{addon}"

    def _fingerprint(self, addon):
        parts = (p for p in sorted((ROOT / addon).iterdir()))
        return fingerprint(*(p for p in parts if p.name not in _NOT_LOADED))

    def _install(self, interpreter, environment, addons, template):
        log = f"{self.name}-install.log"
        with step(f"Database {self.name}: installing {', '.join(addons)}"):
            databases.build(
                interpreter,
                environment,
                self.name,
                *("-i", ",".join(addons), *self.options),
                log=log,
                template=template,
                script=self.script,
            )
        return log

    def _update(self, interpreter, environment, addons):
        log = f"{self.name}-update.log"
        with step(f"Database {self.name}: updating {', '.join(addons)}"):
            databases.load(
                interpreter,
                environment,
                self.name,
                *("-u", ",".join(addons)),
                log=log,
            )
        return log


#: Without demo data: each test makes what it needs.
TEST = AddonDatabase("incasso_test")
