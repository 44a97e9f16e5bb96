"""Progress for people, and failures that say what to do."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time

from .paths import CACHE, LOGS, ROOT


class StepError(Exception):
    """A step failed. The message says what, ``todo`` says what to do about it."""

    def __init__(self, message, todo=""):
        super().__init__(message)
        self.todo = todo


@contextlib.contextmanager
def step(title):
    """Show a step, and how long it took."""
    print(f"* {title} ...", file=sys.stderr, flush=True)
    start = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


def run(command, *, todo="", log=None, stdin="", **kwargs):
    """Run a command quietly; on failure show the end of what it said.

    :param list command: program and arguments
    :param str todo: what a person can do when it fails
    :param str log: name of a file under ``.cache/logs`` that keeps the output
    :param str stdin: what the command reads from its standard input
    :return: what the command printed on standard output
    :rtype: str
    :raises StepError: when it cannot be started or exits non-zero
    """
    command = [str(part) for part in command]
    kwargs.setdefault("cwd", ROOT)
    try:
        result = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            **kwargs,
        )
    except OSError as error:
        raise StepError(f"{command[0]} could not be started: {error}", todo) from error
    if log:
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / log).write_text(result.stdout + result.stderr)
    if result.returncode:
        said = (result.stdout + result.stderr).strip().splitlines()[-15:]
        raise StepError(
            f"{' '.join(command[:6])} ended with code {result.returncode}:\n    "
            + "\n    ".join(said),
            todo,
        )
    return result.stdout


@contextlib.contextmanager
def only_one(name):
    """Let one process at a time do this part of the preparation."""
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as handle:
        for _attempt in range(20):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
        else:
            print(f"* Waiting for another run ({name}) ...", file=sys.stderr)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def stamped(name, value):
    """Tell whether a part was made from just this input, see :func:`stamp`."""
    path = CACHE / "stamps" / name
    return path.is_file() and path.read_text() == value


def stamp(name, value):
    """Remember from which input a part was made."""
    path = CACHE / "stamps" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(value)
    temporary.replace(path)
