"""Databases with their file stores: templates that are built once, and copies."""

import os
import re
import shutil
import time

from . import odoo, postgres
from .paths import fingerprint
from .steps import StepError, only_one, run, stamp, stamped, step

BASE = "incasso_base"
#: What the product stands on, and what a Dutch company has installed beside it.
BASE_MODULES = [
    "account",
    "account_payment",
    "account_qr_code_sepa",
    "base_vat",
    "l10n_nl",
    "payment_demo",
    "payment_mollie",
    "phone_validation",
    "portal",
]
#: Odoo's own, which stays the default, and the one of a Dutch company.
LANGUAGES = "en_US,nl_NL"


def _psql(environment, sql, database="postgres"):
    command = ["psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
    return run(command, env={**os.environ, **environment}).strip()


def _checked(name):
    """Return the name when it is safe to put into SQL and a path."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise StepError(
            f"{name!r} is no good as a database name",
            "Use lower-case letters, digits and underscores.",
        )
    return name


def exists(environment, name):
    """Tell whether a database is there."""
    sql = f"SELECT 1 FROM pg_database WHERE datname = '{_checked(name)}'"
    return _psql(environment, sql) == "1"


def drop(environment, name):
    """Remove a database and its file store."""
    _psql(environment, f'DROP DATABASE IF EXISTS "{_checked(name)}" WITH (FORCE)')
    shutil.rmtree(odoo.DATA / "filestore" / name, ignore_errors=True)


def rename(environment, old, new):
    """Rename a database and its file store."""
    _psql(environment, f'ALTER DATABASE "{_checked(old)}" RENAME TO "{_checked(new)}"')
    store = odoo.DATA / "filestore"
    if (store / old).exists():
        (store / old).rename(store / new)


def copy(environment, template, name):
    """Make a database from another one, file store included.

    :param str template: the database to copy; nobody may be connected to it
    :param str name: the new database; an old one of that name is dropped
    """
    drop(environment, name)
    sql = f'CREATE DATABASE "{_checked(name)}" TEMPLATE "{_checked(template)}"'
    for attempt in range(5):
        try:
            _psql(environment, sql)
            break
        except StepError:  # someone is just copying or looking at the template
            if attempt == 4:
                raise
            time.sleep(2)
    store = odoo.DATA / "filestore"
    if (store / template).exists():
        # Stored files are named after their content and never change: link them.
        shutil.copytree(store / template, store / name, copy_function=os.link)


def load(interpreter, environment, name, *arguments, log):
    """Install or update modules in a database.

    :param str name: the database; made by Odoo when it is not there
    :param arguments: Odoo's options, such as ``-i account``
    :param str log: file name for Odoo's log, under ``.cache/logs``
    """
    run(
        odoo.command(
            interpreter, "-d", name, "--stop-after-init", "--no-http", *arguments
        ),
        env=environment,
        log=log,
        todo=f"Odoo's log is .cache/logs/{log}.",
    )


def build(interpreter, environment, name, *arguments, log, template=None, script=""):
    """Build a database aside and put it in place only when all went well.

    :param str name: the database; the previous one is replaced
    :param arguments: Odoo's options, such as ``-i account``
    :param str log: file name for Odoo's log, under ``.cache/logs``
    :param str template: start from a copy of this database
    :param str script: Python for ``odoo shell``, run on that copy first
    """
    fresh = _checked(f"{name}_new")
    drop(environment, fresh)
    if template:
        copy(environment, template, fresh)
    if script:
        shell(interpreter, environment, fresh, script, log=f"{name}-script.log")
    load(interpreter, environment, fresh, *arguments, log=log)
    drop(environment, name)
    rename(environment, fresh, name)


def shell(interpreter, environment, name, script, *, log):
    """Run Python in ``odoo shell``; the script commits itself.

    :return: what the script printed
    """
    return run(
        odoo.command(interpreter, "shell", "-d", name, "--no-http"),
        env=environment,
        log=log,
        todo=f"Odoo's log is .cache/logs/{log}.",
        stdin=script,
    )


def base_identity(environment):
    """Return a text that changes when the base template must be built anew."""
    server = postgres.identity(environment)
    return f"{BASE_MODULES} {LANGUAGES} {odoo.source().resolve()} {server}"


def base(interpreter, environment):
    """Build the template without the product's addons, unless it is there.

    :return: its name
    """
    wanted = fingerprint(extra=base_identity(environment))
    with only_one(BASE):
        if not (stamped(BASE, wanted) and exists(environment, BASE)):
            with step(f"Database {BASE}: {', '.join(BASE_MODULES)}"):
                build(
                    interpreter,
                    environment,
                    BASE,
                    *("-i", ",".join(BASE_MODULES), "--load-language", LANGUAGES),
                    log=f"{BASE}.log",
                )
                stamp(BASE, wanted)
    return BASE
