"""Start the product with demo data on http://localhost:8069.

The first start builds the demo database; later ones only bring it up to date with
the addons' files. Ctrl-C stops the server. No e-mail leaves the machine: it is
caught and kept in .cache/demo-mail.
"""

import argparse
import json
import os
import signal
import subprocess
import sys

from .. import databases, odoo
from ..addon_database import AddonDatabase
from ..paths import CACHE, LOGS, SETUP
from ..server import HOST, Server, free_port, is_taken
from ..steps import StepError, stamp, stamped, step

LIB = SETUP / "lib"
DEMO = AddonDatabase(
    "incasso_demo",
    options=("--with-demo",),
    script=(LIB / "shell/demo_company.py").read_text(),
)
RUNNING = CACHE / "demo-running.json"
LOGINS = CACHE / "demo-logins.txt"
MAIL = CACHE / "demo-mail"


class Demo:
    """The running product: Odoo, and the catcher of its e-mail."""

    def __init__(self, port):
        self.server = None
        self.mail = None
        self.port = port

    def start(self, interpreter, environment):
        MAIL.mkdir(exist_ok=True)
        mail_port = free_port()
        self.mail = subprocess.Popen(
            [
                *(interpreter, "-m", "aiosmtpd", "-n", "-l", f"{HOST}:{mail_port}"),
                *("-c", "aiosmtpd.handlers.Mailbox", MAIL),
            ],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.server = Server(
            DEMO.name,
            self.port,
            LOGS / "demo.log",
            options=(
                *("--smtp", HOST, "--smtp-port", str(mail_port)),
                *("--max-cron-threads", "1"),
            ),
        )
        with step("Odoo: starting"):
            self.server.start(interpreter, environment)
        state = {"pid": self.server.process.pid, "port": self.port}
        RUNNING.write_text(json.dumps(state))

    def wait(self):
        """Wait until Odoo stops, by itself or because somebody asks."""
        code = self.server.process.wait()
        raise StepError(f"Odoo stopped with code {code}", f"Read {self.server.log}.")

    def stop(self):
        if self.server:
            RUNNING.unlink(missing_ok=True)
            self.server.stop()
        if self.mail:
            self.mail.terminate()
            self.mail.wait()


def running_port():
    """Return the port of the demo that runs already, or None."""
    try:
        state = json.loads(RUNNING.read_text())
        os.kill(state["pid"], 0)
    except (OSError, ValueError):
        return None
    return state["port"] if is_taken(state["port"]) else None


def collect_logins(interpreter, environment):
    """Find out once per build who can log in, and which codes debtors have."""
    said = databases.shell(
        interpreter,
        environment,
        DEMO.name,
        (LIB / "shell/demo_logins.py").read_text(),
        log="demo-logins.log",
    )
    rows = [line.split("\t") for line in said.splitlines()]
    rows = [row for row in rows if row[0] in ("LOGIN", "DEBTOR") and len(row) == 4]
    found = {
        kind: "".join(
            f"  {first:<16} {second:<24} {third}\n"
            for name, first, second, third in rows
            if name == kind
        )
        for kind in ("LOGIN", "DEBTOR")
    }
    LOGINS.write_text(
        "Log in with one of these; the password is the same word:\n"
        f"{found['LOGIN']}"
        "A debtor opens /incasso with a code, a postcode and a house number:\n"
        f"{found['DEBTOR']}"
    )


def announce(port):
    print(f"\nThe product runs on http://localhost:{port}")
    print(LOGINS.read_text().rstrip())
    print(f"E-mail it sends is kept in {MAIL}.")


def check(interpreter, environment, port):
    """Open the login page and the Collections app in headless Chromium."""
    result = subprocess.run(
        [interpreter, "-m", "workbench.look", f"http://localhost:{port}"],
        env={**environment, "PYTHONPATH": str(LIB)},
    )
    return result.returncode


def main(arguments):
    parser = argparse.ArgumentParser(
        "setup/demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8069, help="default: 8069")
    parser.add_argument(
        "--reset", action="store_true", help="make the demo database anew"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="start, look at the login page and the app in Chromium, and stop",
    )
    options = parser.parse_args(arguments)
    already = running_port()
    if already and options.reset:
        raise StepError(
            f"The demo is running, on http://localhost:{already}",
            "Stop it first (Ctrl-C where it was started).",
        )
    if not already and is_taken(options.port):
        raise StepError(
            f"Port {options.port} is taken by another program",
            f"Stop that program, or choose a port: setup/demo --port {free_port()}",
        )
    interpreter, environment = odoo.prepare(browser=options.check)
    if already:
        announce(already)
        return check(interpreter, environment, already) if options.check else 0
    return run(interpreter, environment, options)


def run(interpreter, environment, options):
    """Bring the database up to date, serve it, and stop when asked."""
    if options.reset:
        DEMO.forget()
    DEMO.make_current(interpreter, environment)
    built = DEMO.state()
    if not (LOGINS.is_file() and stamped("demo-logins", built)):
        with step("Demo logins"):
            collect_logins(interpreter, environment)
            stamp("demo-logins", built)
    demo = Demo(options.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        demo.start(interpreter, environment)
        announce(options.port)
        if options.check:
            return check(interpreter, environment, options.port)
        print("Ctrl-C stops it.", flush=True)
        demo.wait()
    finally:
        demo.stop()
    return 0
