"""A real mail server for the replay, in a process of its own with a clock that runs."""

import hashlib
import mailbox
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import NamedTuple

HOST = "127.0.0.1"


class Delivered(NamedTuple):
    """An e-mail as the mail server got it.

    :param reference: its Message-Id
    :param to: the recipient on the envelope
    :param pdf_sha256: of the PDF that is attached; None where there is none
    """

    reference: str
    to: str
    pdf_sha256: str | None


class PostOffice:
    """What the mail server accepted.

    :param path: folder of the mailbox, in Maildir form
    """

    def __init__(self, path, port):
        self.port = port
        self._box = mailbox.Maildir(path)
        self._read = {}

    def delivered(self):
        """All e-mails so far; each is read once.

        :rtype: list[Delivered]
        """
        for key in self._box.iterkeys():
            if key not in self._read:
                self._read[key] = self._open(self._box[key])
        return list(self._read.values())

    def empty(self):
        """Forget the e-mail of an earlier replay."""
        self._box.clear()
        self._read.clear()

    @staticmethod
    def _open(message):
        pdfs = [
            part.get_payload(decode=True)
            for part in message.walk()
            if part.get_content_type() == "application/pdf"
        ]
        return Delivered(
            message["Message-Id"],
            message["X-RcptTo"],
            hashlib.sha256(pdfs[0]).hexdigest() if pdfs else None,
        )


def _free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def open_post_office(path):
    """Run a mail server that keeps what it gets in a folder.

    :param Path path: the folder; made when it is not there
    :rtype: PostOffice
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    handler = ("-c", "aiosmtpd.handlers.Mailbox", str(path))
    server = subprocess.Popen(
        [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{HOST}:{port}", *handler],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for the replay, which then closes the post office.
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the mail server did not start")
            time.sleep(0.1)
        yield PostOffice(path, port)
    finally:
        server.terminate()
        server.wait()
