"""What the benchmarks share: sizes to measure with, databases, processes."""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def options(doc, what, default):
    """The command line of a benchmark.

    :param str doc: its description
    :param str what: what its sizes count
    :param list default: the sizes to measure with
    :return: ``sizes`` and ``keep``, whether the databases are kept
    """
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "sizes", metavar=what.upper(), nargs="*", type=int, default=default
    )
    parser.add_argument("--keep", action="store_true", help="keep the databases")
    return parser.parse_args()


def prepare():
    """Install what is missing.

    :return: the interpreter and the environment that run Odoo
    """
    sys.path.insert(0, str(ROOT / "setup" / "lib"))
    from workbench import odoo

    return odoo.prepare()


def measured(env, work):
    """Run ``work`` and tell what it took.

    :return: seconds, the processor's seconds of this process (not of the database),
        queries, and the growth of the process's peak memory in MB
    """
    env.cr.commit()
    env.invalidate_all()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    queries, started = env.cr.sql_log_count, time.perf_counter()
    busy = time.process_time()
    result = work()
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    return {
        "seconds": seconds,
        "busy": busy,
        "queries": env.cr.sql_log_count - queries,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024,
        **result,
    }


class Bench:
    """A database of ``count`` records of a kind, and what was measured on it.

    :cvar str module: of this folder, whose function ``worker(env, name, count)`` makes
        the data and does the work
    :cvar str install: the addons that are installed
    """

    module = ""
    install = ""

    def __init__(self, tools, count, *more_addons):
        from workbench import databases, odoo
        from workbench.paths import LOGS

        self.databases, self.odoo = databases, odoo
        self.interpreter, self.environment = tools
        self.addons = ",".join(map(str, [*odoo.addons_path(), *more_addons]))
        self.count = count
        self.name = f"incasso_bench_{self.module}_{count}"
        self.log = LOGS / f"{self.name}.log"

    def make(self):
        """Make the database."""
        base = self.databases.base(self.interpreter, self.environment)
        self.databases.copy(self.environment, base, self.name)
        self._odoo("-i", self.install, "--stop-after-init")
        self.work("data")

    def work(self, name):
        """Run a worker and return what it found."""
        script = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            f"import {self.module}\n"
            f"{self.module}.worker(env, {name!r}, {self.count})\n"
        )
        said = self._odoo("shell", stdin=script)
        for line in said.splitlines():
            if line.startswith("RESULT "):
                return json.loads(line.removeprefix("RESULT "))
        return None

    def _odoo(self, *arguments, stdin=""):
        first = ["shell"] if arguments[:1] == ("shell",) else []
        command = self.odoo.command(
            self.interpreter,
            *first,
            "-d",
            self.name,
            "--no-http",
            "--addons-path",
            self.addons,
            *arguments[len(first) :],
        )
        with open(self.log, "a") as log:
            done = subprocess.run(
                command,
                env={**os.environ, **self.environment},
                input=stdin,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                check=False,
            )
        if done.returncode or (stdin and "Traceback" in done.stdout):
            raise SystemExit(f"{done.stdout[-2000:]}\nSee {self.log}.")
        return done.stdout

    def drop(self):
        """Remove the database."""
        self.databases.drop(self.environment, self.name)
