"""Live through two years of invoices and payments, day by day, in the demo database.

A company of its own appears in the demo, with everything that its invoices went
through up to yesterday. It takes about twenty minutes; Ctrl-C stops it, and the next
time it goes on where it was. With --check the whole history is replayed in a throwaway
database instead, and every invariant is looked at as the tests do.
"""

import argparse
import os
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

from .. import databases, odoo
from ..addon_database import TEST
from ..paths import CACHE, ROOT
from ..steps import StepError
from .demo import DEMO, running_port

CHECKED = "incasso_replay"
#: Kept between runs: what was sent is compared with what arrived.
MAIL = CACHE / "replay-mail"
CHECKED_MAIL = CACHE / "replay-check-mail"


def command(interpreter, environment, database, mail, *arguments):
    """Return a command line that replays, and the environment to run it in.

    :param str database: where to
    :param Path mail: folder that keeps the e-mail sent
    :rtype: tuple[list[str], dict]
    """
    path = os.pathsep.join((environment["PYTHONPATH"], str(ROOT / "tests")))
    return (
        [str(interpreter), "-m", "replay", database, str(mail), *map(str, arguments)],
        {**environment, "PYTHONPATH": path},
    )


def main(arguments):
    parser = argparse.ArgumentParser(
        "setup/replay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="replay all of it in a database of its own, and drop that",
    )
    parser.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help="default: INCASSO_HISTORY, or shared/data/receivables_history.csv beside"
        " the checkout",
    )
    parser.add_argument(
        "--until", type=date.fromisoformat, metavar="DAY", help="last day, YYYY-MM-DD"
    )
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="every Nth customer only"
    )
    options = parser.parse_args(arguments)
    extra = ["--every", options.every]
    if options.history:
        extra += ["--history", options.history.resolve()]
    if options.check:
        return check(options.until, extra)
    return into_demo(options.until, extra)


def check(until, extra):
    """Replay in a fresh database."""
    interpreter, environment = odoo.prepare()
    TEST.make_current(interpreter, environment)
    databases.copy(environment, TEST.name, CHECKED)
    shutil.rmtree(CHECKED_MAIL, ignore_errors=True)
    if until:
        extra += ["--until", until]
    try:
        return _run(command(interpreter, environment, CHECKED, CHECKED_MAIL, *extra))
    finally:
        databases.drop(environment, CHECKED)


def into_demo(until, extra):
    """Replay in the demo database, up to yesterday; today is for the reader."""
    if running_port():
        raise StepError(
            "The demo is running: its own jobs would live in another time",
            "Stop it first (Ctrl-C where it was started).",
        )
    interpreter, environment = odoo.prepare()
    DEMO.make_current(interpreter, environment)
    yesterday = date.today() - timedelta(days=1)
    extra += ["--beside", "--until", min(until or yesterday, yesterday)]
    code = _run(command(interpreter, environment, DEMO.name, MAIL, *extra))
    if not code:
        print(
            "Start the demo with setup/demo, log in, and choose the company Van Dijk"
            " Kantoorvakhandel B.V. at the top right."
        )
    return code


def _run(call):
    arguments, environment = call
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # It got the Ctrl-C as well, and closes what it opened.
        process.wait()
        raise
