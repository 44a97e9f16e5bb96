"""Make a development database in seconds, as a copy of a prepared one."""

import argparse

from .. import databases, odoo


def main(arguments):
    parser = argparse.ArgumentParser("setup/newdb", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("template", nargs="?", help="default: Odoo without the addons")
    options = parser.parse_args(arguments)
    interpreter, environment = odoo.prepare()
    template = options.template or databases.base(interpreter, environment)
    databases.copy(environment, template, options.name)
    print(f"Database {options.name} is a copy of {template}.")
    return 0
