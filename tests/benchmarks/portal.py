"""The debtor's page beside Odoo's own page of an invoice, on the same running server.

    python3 tests/benchmarks/portal.py [DOSSIERS ...]

For each number of dossiers (500 and 50,000 by default) a database is made with the
three addons and that many dossiers of four invoices, and Odoo serves it with two
workers. Then, by turns, so that whatever else the machine does falls on both:

- one visitor at a time opens ``/incasso/dossier/<id>`` and
  ``/my/invoices/<id>?access_token=...``;
- 25 requests are always in flight, to the one page and then to the other.

Each visitor of a dossier came in by a link of an e-mail, as debtors do, has a session
of its own and looks at a dossier of its own; each look is logged. Milliseconds are what
the visitor waits. Compare the ratios: the client runs on the same machine as the
server.
"""

import http.client
import json
import re
import statistics
import subprocess
import threading
import time
from contextlib import contextmanager

from bench import Bench, options, prepare
from daily_run import PER_DEBTOR, make_data

VISITORS = 25
#: Requests of each page with one visitor, after a few that warm the server up.
ALONE = 100
WARM = 10
#: Seconds with all visitors at once, on each page, and how often by turns.
CROWD_SECONDS = 10
ROUNDS = 3

# === MAKING THE DATABASE === #


def worker(env, name, dossiers):
    """Called inside ``odoo shell``."""
    if name == "data":
        make_data(env, dossiers * PER_DEBTOR)
        return
    # Spread over all of them: what is far away in the tables is looked at too.
    env.cr.execute(
        "SELECT id FROM incasso_dossier WHERE bench %% %s = 0 ORDER BY bench LIMIT %s",
        [max(dossiers // VISITORS, 1), VISITORS],
    )
    found = env["incasso.dossier"].browse(row[0] for row in env.cr.fetchall())
    accesses = env["incasso.access"]._of_dossiers(found)
    base = env["ir.config_parameter"].get_param("web.base.url")
    invoices = found.claim_ids.grouped("dossier_id")
    moves = [invoices[dossier].move_line_id.move_id[0] for dossier in found]
    visits = [
        {
            "link": accesses[dossier.id]._link().removeprefix(base),
            "dossier": f"/incasso/dossier/{dossier.id}",
            "invoice": move.get_portal_url(),
        }
        for dossier, move in zip(found, moves, strict=True)
    ]
    env.cr.commit()
    print("RESULT " + json.dumps(visits))


class PortalBench(Bench):
    """A database of dossiers, and a server on it."""

    module = "portal"
    install = "incasso_nl_payment"

    @contextmanager
    def serve(self, port):
        """A server with two workers; ends when left."""
        command = self.odoo.command(
            self.interpreter,
            *("-d", self.name, "--addons-path", self.addons),
            *("--workers", 2, "--http-port", port, "--no-database-list"),
        )
        with open(self.log, "a") as log:
            server = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log
            )
        try:
            deadline = time.monotonic() + 60
            while not _answers(port):
                if time.monotonic() > deadline or server.poll() is not None:
                    raise SystemExit(f"Odoo did not start. See {self.log}.")
                time.sleep(0.2)
            yield
        finally:
            server.terminate()
            server.wait()


# === VISITING === #


def _answers(port):
    try:
        return fetch(port, "/web/health")[0] == 200
    except OSError:
        return False


def fetch(port, path, cookie=None):
    """Open a page.

    :return: status, headers and body
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Visitor:
    """Somebody with a session and a dossier of their own."""

    def __init__(self, port, visit):
        self.port = port
        self.pages = {name: visit[name] for name in ("dossier", "invoice")}
        status, headers, _body = fetch(port, visit["link"])
        found = re.search(r"session_id=[^;]+", headers.get("Set-Cookie", ""))
        if status not in (302, 303) or not found:
            raise SystemExit(f"The link of a dossier was refused: {status}")
        self.cookie = found[0]
        for name in self.pages:
            self.look(name)

    def look(self, page):
        """Open a page.

        :return: seconds
        :raise SystemExit: it is not the page that was asked for
        """
        began = time.perf_counter()
        path = self.pages[page]
        status, _headers, body = fetch(self.port, path, self.cookie)
        took = time.perf_counter() - began
        if status != 200 or b"BENCH/" not in body:
            raise SystemExit(f"{path} answered {status}, or without its number")
        return took


def alone(visitor):
    """One request at a time, of both pages by turns.

    :return: seconds of each request, by page
    """
    found = {page: [] for page in visitor.pages}
    for turn in range(WARM + ALONE):
        for page, times in found.items():
            took = visitor.look(page)
            if turn >= WARM:
                times.append(took)
    return found


def crowd(visitors, page):
    """All visitors at once, each opening the page again and again.

    :return: seconds of each request, and pages a second
    :raise SystemExit: a page was refused
    """
    times, failed = [], []
    until = time.perf_counter() + CROWD_SECONDS

    def visit(visitor):
        try:
            while time.perf_counter() < until:
                times.append(visitor.look(page))
        except (SystemExit, OSError, http.client.HTTPException) as error:
            failed.append(f"{visitor.pages[page]}: {error}")

    threads = [threading.Thread(target=visit, args=[one]) for one in visitors]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(failed[0])
    return times, len(times) / (time.perf_counter() - began)


# === RUNNING IT ALL === #


def measure(bench, port):
    """What visitors of one database wait for.

    :return: by page: milliseconds alone, and in the crowd: median, 95th percentile and
        pages a second
    """
    visits = bench.work("visits")
    with bench.serve(port):
        visitors = [Visitor(port, visit) for visit in visits]
        single = alone(visitors[0])
        crowded = {page: ([], []) for page in single}
        for _round in range(ROUNDS):
            for page, (times, rates) in crowded.items():
                took, rate = crowd(visitors, page)
                times += took
                rates.append(rate)
    found = {}
    for page, (times, rates) in crowded.items():
        times.sort()
        found[page] = {
            "alone": 1000 * statistics.median(single[page]),
            "median": 1000 * statistics.median(times),
            "p95": 1000 * times[int(len(times) * 0.95)],
            "rate": statistics.mean(rates),
        }
    return found


def show(dossiers, found):
    """Print what was measured, and the ratios."""
    print(f"\n{dossiers:,} dossiers, {dossiers * PER_DEBTOR:,} invoices")
    print(f"{'':22}{'alone ms':>10}{'median ms':>11}{'95% ms':>9}{'pages/s':>9}")
    for page, name in (("invoice", "Odoo's invoice page"), ("dossier", "dossier page")):
        row = found[page]
        print(
            f"{name:22}{row['alone']:10.1f}{row['median']:11.1f}{row['p95']:9.1f}"
            f"{row['rate']:9.1f}"
        )
    ratio = {
        name: found["dossier"][name] / found["invoice"][name]
        for name in ("alone", "median", "rate")
    }
    print(
        f"dossier page: {ratio['alone']:.2f} times the time alone, "
        f"{ratio['median']:.2f} in the crowd; {ratio['rate']:.2f} times the pages"
    )


def main():
    asked = options(__doc__, "dossiers", [500, 50_000])
    tools = prepare()
    from workbench.server import free_port

    each = {}
    for dossiers in asked.sizes:
        bench = PortalBench(tools, dossiers)
        bench.make()
        found = measure(bench, free_port())
        show(dossiers, found)
        each[dossiers] = found["dossier"]
        if not asked.keep:
            bench.drop()
    if len(each) > 1:
        few, many = min(each), max(each)
        print(
            f"\nThe dossier page at {many:,} dossiers beside {few:,}: "
            f"{each[many]['alone'] / each[few]['alone']:.2f} times the time alone, "
            f"{each[many]['median'] / each[few]['median']:.2f} in the crowd"
        )


if __name__ == "__main__":
    main()
