"""The daily run beside OCA's ``account_credit_control``, on the same invoices.

    python3 tests/benchmarks/daily_run.py [INVOICES ...]

For each number of overdue invoices (10,000 and 100,000 by default) a database is made
with both addons and with those invoices, four to a debtor, half of the debtors
businesses, half consumers. Then, each in a process of its own:

- OCA's run makes its control lines: no interest, no costs;
- the daily run takes a step for each dossier: reminders, notices that announce costs,
  and demands with interest and collection costs, each a message in the outbox with
  its amounts and their explanation;
- a few hundred of those letters are made into PDFs.

Seconds and queries are of the run alone. Memory is the peak of the process on top of
what it was before the run. OCA's addon comes from PyPI, for the benchmark only.
"""

import json
import subprocess
import sys
import zipfile
from datetime import date, timedelta

from bench import Bench, measured, options, prepare

OCA = "odoo-addon-account-credit-control==19.0.1.0.0.13"
# A Monday: on Sundays and holidays nobody is written to.
DAY = date(2026, 6, 1)
PER_DEBTOR = 4
LETTERS = 200

# === MAKING THE DATABASES === #


def copy_rows(env, table, source, count, changes, joins=""):
    """Copy a row ``count`` times, in one statement.

    :param source: the record to copy
    :param dict changes: SQL for columns that differ, by column; ``n`` counts from 0
    :param str joins: more tables that ``changes`` refers to
    """
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name != 'id' AND is_generated = 'NEVER'",
        [table],
    )
    columns = [row[0] for row in env.cr.fetchall()]
    values = ", ".join(changes.get(name, f'source."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values}'
        f' FROM generate_series(0, {count - 1}) AS n CROSS JOIN "{table}" source'
        f" {joins} WHERE source.id = {source.id}"
    )


def make_data(env, invoices):
    """Overdue invoices, and the dossiers they are in."""
    company = env.company
    if not company.chart_template:
        company.country_id = env.ref("base.nl")
        env["account.chart.template"].try_loading("nl", company)
    company.partner_id.write(
        {"street": "Molenstraat 1", "zip": "3511 AB", "city": "Utrecht"}
    )
    # A letter says where to pay.
    company.incasso_bank_id = env["res.partner.bank"].create(
        {
            "acc_number": "NL91ABNA0417164300",
            "partner_id": company.partner_id.id,
            "allow_out_payment": True,
        }
    )
    debtors = invoices // PER_DEBTOR
    partners = {
        kind: env["res.partner"].create(
            {
                "name": f"Debtor {kind}",
                "is_company": kind == "business",
                "company_registry": "12345678" if kind == "business" else False,
                "email": "debtor@debtor.example",
                "street": "Dorpsstraat 12",
                "zip": "1234 AB",
                "city": "Voorbeeld",
                "country_id": env.ref("base.nl").id,
                "incasso_debtor_type": kind,
                "lang": "en_US",
            }
        )
        for kind in ("business", "consumer")
    }
    due = DAY - timedelta(days=60)
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partners["business"].id,
            "invoice_date": due - timedelta(days=30),
            "invoice_date_due": due,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                (0, 0, {"name": "Bread", "price_unit": 250.0, "tax_ids": [(5, 0, 0)]})
            ],
        }
    )
    invoice.action_post()
    dossier = env["incasso.dossier"]._open(
        [
            {
                "debtor_id": partners["business"].id,
                "claim_ids": [
                    (
                        0,
                        0,
                        {
                            "name": invoice.name,
                            "invoice_date": invoice.invoice_date,
                            "due_date": due,
                            "amount": 250.0,
                            "move_line_id": invoice.line_ids.filtered("date_maturity")[
                                :1
                            ].id,
                        },
                    )
                ],
            }
        ]
    )
    env.flush_all()
    env.cr.execute("ALTER TABLE res_partner ADD COLUMN bench int")
    env.cr.execute("ALTER TABLE account_move ADD COLUMN bench int")
    env.cr.execute("ALTER TABLE incasso_dossier ADD COLUMN bench int")
    for offset, partner in enumerate(partners.values()):
        number = f"(n * 2 + {offset})"
        copy_rows(
            env,
            "res_partner",
            partner,
            debtors // 2,
            {
                "bench": number,
                "name": f"'Debtor ' || {number}",
                "complete_name": f"'Debtor ' || {number}",
                "email": f"'debtor' || {number} || '@debtor.example'",
                "commercial_partner_id": "NULL",
            },
        )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE bench IS NOT NULL"
    )
    partner = f"JOIN res_partner debtor ON debtor.bench = n / {PER_DEBTOR}"
    amount = "(40 + (n * 37) % 960)::numeric"
    copy_rows(
        env,
        "account_move",
        invoice,
        invoices,
        {
            "bench": "n",
            "name": "'BENCH/' || n",
            "sequence_number": "n + 1000",
            "payment_reference": "'BENCH/' || n",
            "access_token": "NULL",
            "partner_id": "debtor.id",
            "commercial_partner_id": "debtor.id",
            "partner_shipping_id": "debtor.id",
            **{
                name: amount
                for name in (
                    "amount_untaxed",
                    "amount_total",
                    "amount_residual",
                    "amount_untaxed_signed",
                    "amount_untaxed_in_currency_signed",
                    "amount_total_signed",
                    "amount_total_in_currency_signed",
                    "amount_residual_signed",
                )
            },
        },
        partner,
    )
    move = f"JOIN account_move move ON move.bench = n {partner}"
    for line in invoice.line_ids:
        sign = "" if line.debit else "-"
        side, other = ("debit", "credit") if line.debit else ("credit", "debit")
        residual = amount if line.debit else "0"
        copy_rows(
            env,
            "account_move_line",
            line,
            invoices,
            {
                "move_id": "move.id",
                "move_name": "move.name",
                "partner_id": "debtor.id",
                side: amount,
                other: "0",
                "balance": f"{sign}{amount}",
                "amount_currency": f"{sign}{amount}",
                "amount_residual": residual,
                "amount_residual_currency": residual,
            },
            move,
        )
    make_dossiers(env, dossier, debtors, invoices)
    env.cr.execute("ANALYZE")
    env.cr.commit()


def make_dossiers(env, dossier, debtors, invoices):
    """A dossier for each debtor, on a step that is due, with a claim for each invoice.

    Half of them, the businesses, before a demand with interest and costs; a quarter
    before a first reminder; a quarter before the notice that announces costs.
    """

    from odoo.addons.incasso_nl.law.references import make_kenmerk
    from odoo.addons.incasso_nl.models.database import write_rows

    def step(name):
        return env.ref(f"incasso_nl.flow_step_{name}")

    steps = {
        "0, 2": step("own_business_demand"),
        "1": step("own_consumer_reminder"),
        "3": step("own_consumer_notice"),
    }

    def by_step(value):
        cases = " ".join(
            f"WHEN n % 4 IN ({rest}) THEN {value(found)}"
            for rest, found in steps.items()
        )
        return f"CASE {cases} END"

    copy_rows(
        env,
        "incasso_dossier",
        dossier,
        debtors,
        {
            "bench": "n",
            "name": "'BENCH/' || n",
            "payment_reference": "NULL",
            "debtor_id": "debtor.id",
            "debtor_type": "CASE n % 2 WHEN 0 THEN 'business' ELSE 'consumer' END",
            "natural_person": "n % 2 = 1",
            "flow_id": by_step(lambda found: found.flow_id.id),
            "step_id": "NULL",
            "next_step_id": by_step(lambda found: found.id),
            "next_action_date": f"'{DAY}'",
            "principal_open": "0",
            "balance": "0",
        },
        "JOIN res_partner debtor ON debtor.bench = n",
    )
    env.cr.execute("SELECT id FROM incasso_dossier WHERE bench IS NOT NULL")
    write_rows(
        env["incasso.dossier"],
        [
            {"id": id_, "payment_reference": make_kenmerk(f"2027{id_:011}").reference}
            for (id_,) in env.cr.fetchall()
        ],
    )
    owner = f"JOIN incasso_dossier dossier ON dossier.bench = n / {PER_DEBTOR}"
    copy_rows(
        env,
        "incasso_claim",
        dossier.claim_ids,
        invoices,
        {
            "dossier_id": "dossier.id",
            "debtor_id": "dossier.debtor_id",
            "debtor_type": "dossier.debtor_type",
            "name": "move.name",
            "move_id": "move.id",
            "move_line_id": "line.id",
            "amount": "line.debit",
            "invoice_amount": "line.debit",
            "due_date": f"DATE '{DAY}' - 20 - n % 100",
            "invoice_date": f"DATE '{DAY}' - 50 - n % 100",
            "limitation_date": f"DATE '{DAY}' + 1000",
            "interest_kind": "CASE dossier.debtor_type WHEN 'business'"
            " THEN '6:119a' ELSE '6:119' END",
            "principal_open": "0",
        },
        f"{owner} JOIN account_move move ON move.bench = n"
        " JOIN account_move_line line ON line.move_id = move.id AND line.debit > 0",
    )
    env.cr.execute(
        """
        INSERT INTO incasso_entry (
            dossier_id, claim_id, company_id, creditor_id, debtor_id, date,
            component, kind, amount
        )
        SELECT dossier_id, claim.id, claim.company_id, claim.creditor_id,
               claim.debtor_id, claim.invoice_date, 'principal', 'claim', claim.amount
          FROM incasso_claim claim
          JOIN incasso_dossier dossier ON dossier.id = claim.dossier_id
         WHERE dossier.bench IS NOT NULL
        """
    )
    # What served as an example is not part of what is measured.
    env.cr.execute(
        "UPDATE incasso_dossier SET next_action_date = NULL WHERE bench IS NULL"
    )


# === MEASURING, EACH IN A PROCESS OF ITS OWN === #


def run_oca(env):
    """OCA's run over all overdue invoices."""
    policy = env.ref("account_credit_control.credit_control_3_time")
    receivable = env["account.account"].search(
        [("account_type", "=", "asset_receivable")]
    )
    policy.account_ids = receivable
    env.company.credit_policy_id = policy

    def work():
        run = env["credit.control.run"].create(
            {"date": DAY, "policy_ids": [(6, 0, policy.ids)]}
        )
        run.generate_credit_lines()
        env.cr.commit()
        return {"made": len(run.line_ids)}

    return measured(env, work)


def run_daily(env):
    """The daily run over all dossiers."""
    runs = env.registry["incasso.run"]
    runs._today = lambda self, company: DAY

    def work():
        run = env["incasso.run"].create({"company_id": env.company.id, "date": DAY})
        run._process()
        return {
            "made": run.message_count,
            "dossiers": run.dossier_count,
            "errors": run.error_count,
        }

    return measured(env, work)


def run_letters(env):
    """Letters of the daily run as PDFs."""
    messages = env["incasso.message"].search([("state", "=", "queued")], limit=LETTERS)

    def work():
        messages._render()
        env.cr.commit()
        return {"made": len(messages.filtered(lambda m: m.state == "rendered"))}

    return measured(env, work)


WORKERS = {
    "oca": run_oca,
    "daily": run_daily,
    "letters": run_letters,
}


def worker(env, name, invoices):
    """What a process of the benchmark does; called inside ``odoo shell``."""
    if name == "data":
        make_data(env, invoices)
        return
    found = WORKERS[name](env)
    print("RESULT " + json.dumps(found))


# === RUNNING IT ALL === #


def fetch_oca():
    """Unpack OCA's addon from PyPI.

    :return: the folder that holds it
    """
    from workbench.paths import CACHE

    cache = CACHE / "benchmarks"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / "oca"
    if not folder.is_dir():
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "-d",
                cache,
                OCA,
            ],
            check=True,
        )
        for wheel in cache.glob("odoo_addon_account_credit_control-*.whl"):
            zipfile.ZipFile(wheel).extractall(folder)
    return folder / "odoo" / "addons"


def show(invoices, oca, daily, letters):
    """Print what was measured and the ratios."""
    print(f"\n{invoices:,} overdue invoices, {daily['dossiers']:,} dossiers")
    print(
        f"{'':22}{'seconds':>10}{'ms/invoice':>12}{'queries':>10}"
        f"{'per invoice':>13}{'memory MB':>11}"
    )
    for name, found in (("OCA credit control", oca), ("daily run", daily)):
        print(
            f"{name:22}{found['seconds']:10.2f}"
            f"{1000 * found['seconds'] / invoices:12.3f}{found['queries']:10,}"
            f"{found['queries'] / invoices:13.4f}{found['memory']:11.0f}"
        )
    print(
        f"daily run: {oca['seconds'] / daily['seconds']:.1f} times as fast, "
        f"1 query for {oca['queries'] / daily['queries']:.0f} of OCA's; "
        f"{daily['made']:,} messages, {daily['errors']} set aside"
    )
    print(
        f"letters: {letters['made'] / letters['seconds']:.1f} a second, "
        f"{letters['made'] / letters['busy']:.1f} for each second of one core"
    )


class DailyRunBench(Bench):
    """A database of overdue invoices, in dossiers and under a policy of OCA's."""

    module = "daily_run"
    install = "incasso_nl,account_credit_control"


def main():
    asked = options(__doc__, "invoices", [10_000, 100_000])
    tools = prepare()
    oca_addons = fetch_oca()
    each = {}
    for invoices in asked.sizes:
        bench = DailyRunBench(tools, invoices, oca_addons)
        bench.make()
        found = [bench.work(name) for name in ("oca", "daily", "letters")]
        show(invoices, *found)
        each[invoices] = found[1]["seconds"] / invoices
        if not asked.keep:
            bench.drop()
    if len(each) > 1:
        fewest, most = min(each), max(each)
        print(
            f"\nTime per invoice at {most:,}: "
            f"{100 * each[most] / each[fewest] - 100:+.0f}% of that at {fewest:,}"
        )


if __name__ == "__main__":
    main()
