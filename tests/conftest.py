"""What the tests of the whole product stand on: a real server, browser and mail peer.

``setup/test tests`` prepares the test database; plain ``pytest tests`` does it too.
The law engine's tests below ``tests/law`` use none of this.
"""

import email
import email.policy
import os
import re
import threading
import time

import pytest
import requests
from hypothesis import settings
from workbench import databases, odoo
from workbench.addon_database import TEST
from workbench.odoo_log import Expectations, records
from workbench.paths import LOGS
from workbench.server import HOST, Server, browser, free_port

ADMIN = "admin"

# No example fails for being slow on a busy machine. CI tries the same examples each
# time, so that a red run is about the change; a developer's runs look further.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_terminal_summary(terminalreporter):
    """Print what a test recorded as its ``outcome``, for a person to read."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "outcome":
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(text)


class MailPeer:
    """A mail server that keeps what it is given.

    :ivar list messages: the accepted messages, oldest first; the envelope is in
        the attributes ``envelope_from`` and ``envelope_to``
    :ivar dict refused: address -> SMTP reply, for recipients it turns away
    """

    def __init__(self, port):
        self.port = port
        self.messages = []
        self.refused = {}
        self._changed = threading.Condition()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        """Called by aiosmtpd for each recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """Called by aiosmtpd for each message."""
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default
        )
        message.envelope_from = envelope.mail_from
        message.envelope_to = envelope.rcpt_tos
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()
        return "250 OK"

    def wait_for(self, count=1, timeout=60):
        """Return the messages as soon as there are ``count`` of them."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: len(self.messages) >= count, timeout
            ), f"{len(self.messages)} of {count} messages came in {timeout} s"
            return list(self.messages)

    def clear(self):
        """Forget everything, refusals too."""
        self.messages.clear()
        self.refused.clear()


class ServerError(Exception):
    """Odoo refused a call, or failed in it."""


class OdooServer(Server):
    """The server under test, on a database of its own."""

    def __init__(self, tools, database, mail):
        super().__init__(
            database,
            free_port(),
            LOGS / f"{database}.log",
            options=("--smtp", HOST, "--smtp-port", str(mail.port)),
        )
        self.tools = tools
        self.log.unlink(missing_ok=True)
        self.expected = []
        self._sessions = {}
        self._read = 0

    def start(self):
        """Start, also again after :meth:`stop` or :meth:`kill`."""
        super().start(*self.tools)

    def call(self, model, method, *args, login=ADMIN, password=ADMIN, **kwargs):
        """Call a public method as the web client of a logged-in user does.

        :raises ServerError: with Odoo's message
        """
        if login not in self._sessions:
            session = requests.Session()
            self._post(
                session,
                "/web/session/authenticate",
                {"db": self.database, "login": login, "password": password},
            )
            self._sessions[login] = session
        call = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(
            self._sessions[login], f"/web/dataset/call_kw/{model}/{method}", call
        )

    def _post(self, session, path, params):
        answer = session.post(
            self.url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=300,
        ).json()
        if "error" in answer:
            raise ServerError(answer["error"]["data"]["message"])
        return answer.get("result")

    def shell(self, script):
        """Run Python in ``odoo shell`` on the server's database.

        The script commits itself (``env.cr.commit()``).

        :return: what it printed
        """
        return databases.shell(
            *self.tools, self.database, script, log=f"{self.database}-shell.log"
        )

    def expect_log(self, pattern):
        """Say that the running test provokes a warning or an error in the log."""
        self.expected.append(re.compile(pattern))

    def unexpected(self):
        """Return the new warnings and errors of the log that nobody expected."""
        with open(self.log, errors="replace") as log:
            log.seek(self._read)
            new = list(records(log.readlines()))
            self._read = log.tell()
        everywhere = Expectations()
        return [
            str(record)
            for record in new
            if everywhere.unexpected(record)
            and not any(pattern.search(str(record)) for pattern in self.expected)
        ]


@pytest.fixture(scope="session")
def smtp_peer():
    """The mail server that Odoo sends to; see ``smtp`` for use in a test."""
    from aiosmtpd.controller import Controller  # not needed for tests/law

    peer = MailPeer(free_port())
    controller = Controller(peer, hostname=HOST, port=peer.port)
    controller.start()
    yield peer
    controller.stop()


@pytest.fixture
def smtp(smtp_peer):
    """A real mail peer on the loopback address, empty at the start of each test."""
    smtp_peer.clear()
    return smtp_peer


@pytest.fixture(scope="session")
def odoo_server(smtp_peer):
    """A started Odoo with all addons, on a copy of the test database.

    Each process of pytest (`-n`) has one of its own.
    """
    tools = odoo.prepare(browser=True)
    TEST.make_current(*tools)
    database = f"incasso_test_{os.environ.get('PYTEST_XDIST_WORKER', 'product')}"
    databases.copy(tools[1], TEST.name, database)
    server = OdooServer(tools, database, smtp_peer)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        databases.drop(tools[1], database)


@pytest.fixture(autouse=True)
def _quiet_log(request):
    """Fail a test that leaves warnings or errors in the server's log."""
    if "odoo_server" not in request.fixturenames:
        yield
        return
    server = request.getfixturevalue("odoo_server")
    server.expected.clear()
    yield
    # The server may write a moment after the browser or the test is done.
    time.sleep(0.2)
    unexpected = server.unexpected()
    assert not unexpected, "Not expected in Odoo's log:\n" + "\n".join(unexpected)


# === BROWSER: pytest-playwright's fixtures, on the machine's own Chromium === #


@pytest.fixture(scope="session")
def base_url(odoo_server):
    """What relative addresses in ``page.goto`` start with."""
    return odoo_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": browser(),
        # Chromium refuses its sandbox when it runs as root.
        "args": ["--no-sandbox"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "nl-NL",
        "timezone_id": "Europe/Amsterdam",
    }


@pytest.fixture
def context(context):
    """A browser window with cookies of its own; errors in its scripts fail the test."""
    errors = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    assert not errors, errors


@pytest.fixture
def log_in(page):
    """Return a function that logs a user in on ``page``."""

    def log_in(login=ADMIN, password=ADMIN):
        page.goto("/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar, .o_portal", timeout=60_000)

    return log_in
