"""Letters as PDFs: how many a second on one core, how large, in how much memory.

    python3 tests/benchmarks/letters.py [--letters N] [--database NAME]

Lays out N letters (200 by default) of each sort, one after the other in one process, as
the cron for the outbox does: text, figures, QR code, check of the compulsory elements,
tagged PDF. No two letters are about the same dossier, debtor, days or amounts: Typst
remembers what it has laid out before. Seconds are those of the processor, so that other
work on the machine changes them little; memory is the growth of the process's peak
after the first quarter of the letters.

The database, made for the purpose and dropped, holds nothing but the addon.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 6, 1)  # a Monday
SORTS = {
    "reminder, 1 invoice": ("template_reminder", "reminder", "consumer", 1, 30),
    "notice of costs, 3 invoices": ("template_notice", "notice", "consumer", 3, 60),
    "business demand, 4 invoices": (
        "template_demand_business",
        "demand",
        "business",
        4,
        60,
    ),
    "demand, 12 invoices": ("template_demand", "demand", "consumer", 12, 30),
}


def write(tables, kind, debtor, claims, spacing, number):
    """A letter unlike the one before it: later, to somebody else, about other bills."""
    from odoo.addons.incasso_nl.report.letter_sample import sample_letter

    letter = sample_letter(
        kind,
        "nl",
        debtor,
        DAY + timedelta(days=number),
        tables,
        claims=claims,
        third_party=claims > 1,
        spacing=spacing,
    )
    party = replace(letter.debtor, name=f"{letter.debtor.name} {number}")
    return replace(
        letter,
        number=f"INC/2026/{number:06}",
        debtor=party,
        recipient=party,
        barcode=f"IM{number:010}",
        claims=[
            {**claim, "name": f"F{number:05}-{claim['name']}"}
            for claim in letter.claims
        ],
    )


def measure(env, count):
    """Called inside ``odoo shell``; prints the results as a line of JSON."""
    from odoo.addons.incasso_nl.models.incasso_message_letter import RENDER_BATCH
    from odoo.addons.incasso_nl.tools.garbage import calm

    tables = env["incasso.law"]._cost_tables()
    found = {}
    for name, (template, *sort) in SORTS.items():
        text = env.ref(f"incasso_nl.{template}")._text("nl")
        letters = [write(tables, *sort, number) for number in range(count)]
        text._print(write(tables, *sort, count))  # the fonts are read once per process
        memory = None
        started = time.process_time()
        for number in range(0, count, RENDER_BATCH):
            with calm():
                for letter in letters[number : number + RENDER_BATCH]:
                    printed, defects = text._print(letter)
                    if defects:
                        raise SystemExit(f"{name}: {defects}")
            if number <= count // 4:
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds = time.process_time() - started
        found[name] = {
            "per_second": count / seconds,
            "pages": printed.pages,
            "kilobytes": len(printed.pdf) / 1000,
            "growth": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory)
            / 1024,
        }
    print("RESULT " + json.dumps(found))


def run(database, count):
    """Make the database, measure in it, drop it.

    :return: the results by sort of letter
    """
    setup = ROOT / "setup"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([setup / "newdb", database], check=True, **quiet)
    try:
        install = ["-d", database, "-i", "incasso_nl", "--stop-after-init", "--no-http"]
        subprocess.run([setup / "odoo", *install], check=True, **quiet)
        script = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            f"import letters; letters.measure(env, {count})\n"
        )
        shell = subprocess.run(
            [setup / "odoo", "shell", "-d", database, "--no-http", "--log-level=error"],
            input=script,
            text=True,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    finally:
        subprocess.run([setup / "dropdb", database], check=False, **quiet)
    for line in shell.stdout.splitlines():
        if "RESULT " in line:
            return json.loads(line.split("RESULT ", 1)[1])
    raise SystemExit(shell.stdout + shell.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=200)
    parser.add_argument("--database", default="bench_letters")
    arguments = parser.parse_args()
    found = run(arguments.database, arguments.letters)
    print(f"{'letter':30} {'pages':>5} {'kB':>6} {'per second':>11} {'memory +MB':>11}")
    for name, row in found.items():
        print(
            f"{name:30} {row['pages']:5} {row['kilobytes']:6.1f}"
            f" {row['per_second']:11.1f} {row['growth']:11.1f}"
        )


if __name__ == "__main__":
    sys.exit(main())
