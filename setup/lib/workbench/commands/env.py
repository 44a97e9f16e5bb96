"""Print shell exports: the database server, Odoo's configuration and programs."""

import shlex

from .. import odoo


def main(arguments):
    _interpreter, environment = odoo.prepare()
    for name in sorted(environment):
        if name.startswith(("PG", "ODOO_")) or name in ("PATH", "PYTHONPATH"):
            print(f"export {name}={shlex.quote(environment[name])}")
    return 0
