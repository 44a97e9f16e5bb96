"""Refresh the addons' translation files: ``i18n/ADDON.pot`` and ``i18n/nl.po``.

Terms come from the test database, as Odoo exports them. What is translated stays.
Exits non-zero when a term has no Dutch translation, and lists those.
"""

import argparse
import subprocess

from .. import odoo
from ..addon_database import TEST
from ..paths import CACHE, ROOT, SETUP, present_addons
from ..steps import run, step

#: Odoo's addons that the product's models inherit fields from.
INHERITED = ("base", "mail", "portal", "account", "payment", "phone_validation")


def main(arguments):
    parser = argparse.ArgumentParser(
        "setup/i18n",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("addons", nargs="*", metavar="ADDON", help="default: all")
    parser.add_argument("--check", action="store_true", help="change no file")
    options = parser.parse_args(arguments)
    addons = options.addons or present_addons()
    interpreter, environment = odoo.prepare()
    TEST.make_current(interpreter, environment)
    exported = CACHE / "i18n"
    exported.mkdir(exist_ok=True)
    failures = 0
    for addon in addons:
        with step(f"Terms of {addon}"):
            template = exported / f"{addon}.pot"
            run(
                odoo.command(
                    interpreter,
                    *("i18n", "export", "-d", TEST.name, "-o", template, addon),
                ),
                env=environment,
                log=f"i18n-{addon}.log",
            )
        command = [interpreter, "-m", "workbench.translations", ROOT / addon, template]
        if not options.check:
            command += [odoo.source() / "addons" / name for name in INHERITED]
        failures += subprocess.run(
            [*command, *(["--check"] if options.check else [])],
            env={**environment, "PYTHONPATH": str(SETUP / "lib")},
        ).returncode
    return 1 if failures else 0
