"""What ``setup/test`` reads in Odoo's log decides whether a run passes."""

import pytest
from workbench.odoo_log import Expectations, Results, records

STAMP = "2026-11-21 10:00:00,000 42"


def read(*lines):
    results = Results(Expectations(), show=lambda text: None)
    for record in records(f"{line} \n" for line in lines):
        results.add(record)
    return results


def test_counts_each_test_once():
    logger = "incasso_test odoo.addons.incasso_nl.tests.test_x"
    results = read(
        f"{STAMP} INFO {logger}: Starting TestA.test_good ...",
        f"{STAMP} INFO {logger}: Starting TestA.test_bad ...",
        f"{STAMP} ERROR {logger}: FAIL: TestA.test_bad",
        "Traceback (most recent call last):",
        "AssertionError: 1 != 2",
        f"{STAMP} INFO {logger}: Starting TestA.test_subtests ...",
        f"{STAMP} ERROR {logger}: FAIL: Subtest TestA.test_subtests (vat=9)",
        f"{STAMP} ERROR {logger}: ERROR: Subtest TestA.test_subtests (vat=21)",
        f"{STAMP} INFO {logger}: Starting TestA.test_not_here ...",
        f"{STAMP} INFO {logger}: skipped TestA.test_not_here : no such bank",
        f"{STAMP} ERROR db odoo.tests.result: 2 failed, 1 error(s) of 4 tests",
    )
    assert (results.passed, len(results.failed), len(results.skipped)) == (1, 2, 1)
    assert not results.unexpected


def test_counts_a_class_that_cannot_be_set_up():
    results = read(
        f"{STAMP} ERROR db odoo.tests.suite: ERROR: setUpClass "
        "(odoo.addons.incasso_nl.tests.test_x.TestA)"
    )
    assert (results.passed, len(results.failed)) == (0, 1)


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_finds_what_nobody_expected(level):
    line = f"{STAMP} {level} db odoo.addons.mail.models.mail_mail: it went wrong"
    results = read(line, "  with a traceback", line, "  with a traceback")
    assert [str(record) for record in results.unexpected] == [
        f"{level} odoo.addons.mail.models.mail_mail: it went wrong\n  with a traceback"
    ]


def test_lets_information_pass():
    assert not read(f"{STAMP} INFO db odoo.modules.loading: ERROR: not really").failed


def test_accepts_an_expected_message_from_its_own_logger_only():
    message = "Unable to find asset mail/static/lib/selfie_segmentation.js"
    logger = "odoo.addons.base.models.assetsbundle"
    assert not read(f"{STAMP} WARNING db {logger}: {message}").unexpected
    assert read(f"{STAMP} WARNING db odoo.http: {message}").unexpected


def test_every_expected_message_has_its_reason():
    for entry in Expectations().entries:
        assert len(entry["reason"]) > 20, entry
