"""The daily run on a real database: killed anywhere, started again, and twice at once.

Each run is a process of its own, as the scheduler's worker is.
"""

import os
import signal
import subprocess
import time

import psycopg2
import pytest
from workbench import databases, odoo
from workbench.addon_database import TEST

DOSSIERS = 120
BATCH = 5
# A Monday: on Sundays and holidays nobody is written to.
DAY = "2026-06-01"

MAKE = f"""
company = env.company
if not company.chart_template:
    company.country_id = env.ref("base.nl")
    env["account.chart.template"].try_loading("nl", company)
creditor = env["res.partner"].create({{"name": "Creditor", "is_company": True}})
debtors = env["res.partner"].create([
    {{
        "name": f"Debtor {{number}}",
        "is_company": True,
        "company_registry": "12345678",
        "email": f"debtor{{number}}@debtor.example",
        "incasso_debtor_type": "business",
    }}
    for number in range({DOSSIERS})
])
dossiers = env["incasso.dossier"]._open([
    {{
        "creditor_id": creditor.id,
        "debtor_id": debtor.id,
        "claim_ids": [(0, 0, {{
            "name": f"F-{{debtor.id}}",
            "invoice_date": "2026-03-01",
            "due_date": "2026-03-31",
            "amount": 1000.0,
        }})],
    }}
    for debtor in debtors
])
step = env.ref("incasso_nl.flow_step_agency_business_demand")
dossiers._go_to(step, dict.fromkeys(dossiers.ids, env["incasso.run"]._fields[
    "date"].to_date("{DAY}")))
env.cr.commit()
"""

RUN = f"""
from odoo import fields
runs = env["incasso.run"]
type(runs)._today = lambda self, company: fields.Date.to_date("{DAY}")
ended = runs._take_up(env.company)._process(batch_size={BATCH})
env.cr.commit()
print("ENDED", ended)
"""

# What the run did, in a form that two databases can be compared by.
DONE = """
    SELECT dossier.name, dossier.next_action_date, dossier.waiting_message,
           dossier.step_id, dossier.next_step_id, dossier.costs_open,
           (SELECT COUNT(*) FROM incasso_message message
             WHERE message.dossier_id = dossier.id),
           (SELECT SUM(message.amount) FROM incasso_message message
             WHERE message.dossier_id = dossier.id),
           (SELECT COUNT(*) FROM incasso_event event
             WHERE event.dossier_id = dossier.id AND event.kind = 'step'),
           (SELECT COUNT(*) FROM incasso_entry entry
             WHERE entry.dossier_id = dossier.id AND entry.kind = 'costs')
      FROM incasso_dossier dossier
  ORDER BY dossier.name
"""


class Database:
    """A database, and the processes that run on it."""

    def __init__(self, tools, name):
        self.interpreter, self.environment = tools
        self.name = name

    def start(self):
        """Start the daily run in a process of its own."""
        process = subprocess.Popen(
            odoo.command(self.interpreter, "shell", "-d", self.name, "--no-http"),
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        process.stdin.write(RUN)
        process.stdin.close()
        return process

    def finish(self, process):
        """Wait for the end of a run and return what it printed."""
        said = process.stdout.read()
        process.stdout.close()
        assert process.wait(300) == 0, said
        return said

    def query(self, sql):
        environment = {**os.environ, **self.environment}
        connection = psycopg2.connect(
            dbname=self.name,
            host=environment.get("PGHOST"),
            port=environment.get("PGPORT"),
            user=environment.get("PGUSER"),
            password=environment.get("PGPASSWORD"),
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()

    def messages(self):
        [(count,)] = self.query("SELECT COUNT(*) FROM incasso_message")
        return count


@pytest.fixture(scope="module")
def made():
    """A database in which every dossier is due."""
    tools = odoo.prepare()
    TEST.make_current(*tools)
    name = "incasso_test_run"
    databases.copy(tools[1], TEST.name, name)
    databases.shell(*tools, name, MAKE, log="tests-daily-run-data.log")
    yield tools, name
    databases.drop(tools[1], name)


@pytest.fixture
def copied(made):
    """A function that makes a fresh copy of that database."""
    tools, template = made
    names = []

    def copy(name):
        names.append(f"incasso_test_run_{name}")
        databases.copy(tools[1], template, names[-1])
        return Database(tools, names[-1])

    yield copy
    for name in names:
        databases.drop(tools[1], name)


@pytest.fixture(scope="module")
def expected(made):
    """What a run that nobody disturbed does."""
    tools, template = made
    name = "incasso_test_run_whole"
    databases.copy(tools[1], template, name)
    whole = Database(tools, name)
    assert "ENDED True" in whole.finish(whole.start())
    assert whole.query("SELECT state, due_count, dossier_count FROM incasso_run") == [
        ("done", DOSSIERS, DOSSIERS)
    ]
    assert not whole.query(
        "SELECT name, run_error FROM incasso_dossier WHERE run_error IS NOT NULL"
    )
    done = whole.query(DONE)
    databases.drop(tools[1], name)
    assert len(done) == DOSSIERS
    # 1,000.00 at the scale: 150.00 of costs, charged once; one message, one step.
    assert {row[5:7] + row[8:] for row in done} == {(150, 1, 1, 1)}
    return done


def test_killed_and_started_again(copied, expected):
    """``kill -9`` at three moments: no step is lost, none is taken twice."""
    database = copied("killed")
    seen = 0
    for share in (0.2, 0.5, 0.8):
        process = database.start()
        deadline = time.monotonic() + 120
        while database.messages() < share * DOSSIERS:
            assert process.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        now = database.messages()
        assert seen < now < DOSSIERS, "killed in the middle"
        assert now % BATCH == 0, "whole batches only"
        seen = now
    assert "ENDED True" in database.finish(database.start())
    assert database.query(DONE) == expected
    [(runs, state, dossiers, messages)] = database.query(
        "SELECT COUNT(*) OVER (), state, dossier_count, message_count FROM incasso_run"
    )
    assert (runs, state, dossiers, messages) == (1, "done", DOSSIERS, DOSSIERS)


def test_two_at_once(copied, expected):
    """Two processes started together do the work once."""
    database = copied("twice")
    first, second = database.start(), database.start()
    assert "ENDED True" in database.finish(first)
    assert "ENDED True" in database.finish(second)
    assert database.query(DONE) == expected
