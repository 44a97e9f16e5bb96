"""Run the product's tests: the law engine's, the addons' own, and ``tests/``.

Suites: law, incasso_nl, incasso_nl_portal, incasso_nl_payment, tests. Without a
filter everything runs, on a database made anew when an addon changed. With one, the
database of the last run is kept and just the changed addons are updated.
"""

import argparse
import os
import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

from .. import databases, odoo, python_env
from ..addon_database import TEST
from ..odoo_log import Expectations, Results, records
from ..paths import CACHE, LOGS, ROOT
from ..server import free_port
from ..steps import StepError, only_one, step
from ..suites import Selection

#: Processes that run Odoo's tests side by side; each takes a core and a gigabyte.
MOST_LANES = 2


def lane_count():
    """How many processes run tests side by side on this machine."""
    return min(os.cpu_count() or 1, MOST_LANES)


class Tally:
    """Adds up the suites."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        print(
            f"{name}: {passed} passed, {failed} failed, {skipped} skipped", flush=True
        )

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Pytest:
    """One run of pytest, possibly beside other work."""

    def __init__(self, name, arguments, interpreter, environment):
        self.name = name
        self.report = CACHE / f"pytest-{name}.xml"
        self.report.unlink(missing_ok=True)
        LOGS.mkdir(parents=True, exist_ok=True)
        command = [interpreter, "-m", "pytest", "-q", f"--junitxml={self.report}"]
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        self.said = self.process.stdout.readlines()

    def finish(self, tally):
        """Wait for the end, show what pytest said and count."""
        self.reader.join()
        code = self.process.wait()
        print(f"--- pytest: {self.name}")
        print("".join(self.said).rstrip())
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        if self.report.is_file():
            for suite in ElementTree.parse(self.report).getroot().iter("testsuite"):
                for key in counts:
                    counts[key] += int(suite.get(key, 0))
        failed = counts["failures"] + counts["errors"]
        if code not in (0, 1, 5) or (code == 1 and not failed):
            print(f"pytest itself ended with code {code}")
            failed += 1
        passed = counts["tests"] - failed - counts["skipped"]
        tally.add(self.name, max(passed, 0), failed, counts["skipped"])


def run_odoo_tests(interpreter, environment, database, tags, results):
    """Run the addons' tests and follow Odoo's log while they run."""
    command = odoo.command(
        interpreter,
        *("-d", database, "--stop-after-init", "--test-tags", ",".join(tags)),
        *("--http-port", free_port()),
    )
    log = LOGS / f"odoo-tests-{database}.log"
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with open(log, "w") as keep:

        def kept():
            for line in process.stdout:
                keep.write(line)
                yield line

        for record in records(kept()):
            results.add(record)
    code = process.wait()
    if code and not results.failed and not results.unexpected:
        raise StepError(f"Odoo ended with code {code}", f"Read {log}.")


def run_lanes(interpreter, environment, lanes, results):
    """Run parts of the addons' tests side by side: each on a copy of the database, the
    first on the database itself.

    :param list lanes: ``--test-tags`` of each part
    :param results: to add up what they found
    """
    names = [TEST.name, *(f"{TEST.name}_{n}" for n in range(2, len(lanes) + 1))]
    for name in names[1:]:
        databases.copy(environment, TEST.name, name)
    found = [Results(results.expectations) for _lane in lanes]
    try:
        with ThreadPoolExecutor(len(lanes)) as pool:
            running = [
                pool.submit(run_odoo_tests, interpreter, environment, *lane)
                for lane in zip(names, lanes, found, strict=True)
            ]
        for lane in running:
            lane.result()
    finally:
        for name in names[1:]:
            databases.drop(environment, name)
    for lane in found:
        results.merge(lane)


def run_suites(selection, tally, *, rebuild):
    """Run what was selected and count it."""
    interpreter = python_env.python("runtime", "test")
    extra = ["-k", selection.expression] if selection.expression else []
    law = None
    if selection.law:
        law = Pytest(
            "law", [*selection.law, *extra], interpreter, python_env.clean_environment()
        )
    try:
        if selection.tags or selection.product:
            with only_one("odoo-tests"):
                _run_on_odoo(selection, tally, extra, rebuild)
    finally:
        if law:
            law.finish(tally)


def _run_on_odoo(selection, tally, extra, rebuild):
    interpreter, environment = odoo.prepare(browser=True)
    results = Results(Expectations())

    def watch(record):
        results.add(record)
        return results.expectations.unexpected(record)

    TEST.make_current(interpreter, environment, rebuild=rebuild, watch=watch)
    if selection.tags:
        with step(f"Odoo's tests: {', '.join(selection.tags)}"):
            lanes = selection.lanes(lane_count())
            run_lanes(interpreter, environment, lanes, results)
    if results.unexpected:
        print(f"Odoo's log: {len(results.unexpected)} messages not expected")
    if selection.tags or results.unexpected:
        tally.add(
            "addons",
            results.passed,
            # A warning nobody expected fails the run, so it counts as a failure.
            len(results.failed) + len(results.unexpected),
            len(results.skipped),
        )
    if selection.product:
        law = ROOT / "tests/law"
        paths = [*selection.product, f"--ignore={law}", *extra]
        if not selection.is_filtered:
            # A file stays together, as its tests share what they made; and files are
            # taken in their order.
            paths += ["-n", str(lane_count()), "--dist", "loadfile"]
            paths += ["--no-loadscope-reorder"]
        Pytest("tests", paths, interpreter, environment).finish(tally)


def main(arguments):
    parser = argparse.ArgumentParser(
        "setup/test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", nargs="*", metavar="SUITE|PATH")
    parser.add_argument(
        "-k",
        metavar="EXPR",
        default="",
        help="only tests whose file, class or method name contains this",
    )
    parser.add_argument(
        "--rebuild", action="store_true", help="make the test database anew"
    )
    options = parser.parse_args(arguments)
    selection = Selection(options.target, options.k)
    if options.rebuild:
        TEST.forget()
    tally = Tally()
    try:
        run_suites(
            selection, tally, rebuild=options.rebuild or not selection.is_filtered
        )
    except StepError as error:
        print(f"\nFAILED: {error}\nTo do:  {error.todo or 'see above'}")
        tally.failed += 1
    nothing = not (tally.passed or tally.failed or tally.skipped)
    if nothing:
        print("No test was selected.")
    print(tally, flush=True)
    return 1 if tally.failed or nothing else 0
