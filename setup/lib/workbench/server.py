"""An Odoo server as a child process."""

import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import odoo
from .paths import ROOT
from .steps import StepError

HOST = "127.0.0.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def free_port():
    """Return a port on the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_taken(port):
    """Tell whether somebody listens on a port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def browser():
    """Return the path of the machine's Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise StepError("No Chromium was found", "apt-get install chromium")
    return found


class Server:
    """One Odoo server on one database.

    :param str database: the database it serves
    :param int port: on the loopback address
    :param Path log: where its log goes
    :param tuple options: more of Odoo's options
    """

    def __init__(self, database, port, log, options=()):
        self.database = database
        self.port = port
        self.url = f"http://localhost:{port}"
        self.log = log
        self.options = options
        self.process = None

    def start(self, interpreter, environment, timeout=90):
        """Start and wait until it answers.

        :raises StepError: when it stops, or says nothing in time
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = odoo.command(
            interpreter,
            *("-d", self.database, "--db-filter", f"^{self.database}$"),
            *("--http-port", self.port, *self.options),
        )
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches whoever started the server, which then stops it.
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout
        while not self._answers():
            if self.process.poll() is not None:
                raise StepError(
                    f"Odoo stopped with code {self.process.returncode}:\n"
                    + self._end_of_log(),
                    f"Read {self.log}.",
                )
            if time.monotonic() > deadline:
                self.stop()
                raise StepError(
                    f"Odoo did not answer within {timeout} s", f"Read {self.log}."
                )
            time.sleep(0.2)

    def stop(self):
        """Stop, softly at first."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """Stop at once, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def _answers(self):
        try:
            # The page, not /web/health: that one answers before addons are loaded.
            with urllib.request.urlopen(f"{self.url}/web/login", timeout=60) as page:
                return page.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _end_of_log(self):
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join(f"    {line}" for line in lines)
