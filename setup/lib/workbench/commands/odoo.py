"""Run Odoo with this checkout's addons, databases and settings."""

import os

from .. import odoo


def main(arguments):
    interpreter, environment = odoo.prepare()
    command = odoo.command(interpreter, *arguments)
    os.execve(command[0], command, environment)
