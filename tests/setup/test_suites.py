"""What a filter of ``setup/test`` selects."""

import pytest
from workbench import suites
from workbench.steps import StepError

TESTS = """
class TestInterest:
    def test_first_year(self): ...
    def test_of_costs(self): ...
    def helper_of_costs(self): ...
class TestOther:
    def test_costs(self): ...
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with one addon, law tests and product tests."""
    for path in (
        "incasso_nl/tests/test_money.py",
        "incasso_nl/tests/test_letters.py",
        "tests/law/test_scale.py",
        "tests/test_start.py",
    ):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TESTS if "money" in path else "")
    (tmp_path / "incasso_nl/__manifest__.py").write_text("{}")
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    monkeypatch.setattr(suites, "present_addons", lambda: ["incasso_nl"])
    return tmp_path


def test_everything_without_a_filter(checkout):
    selection = suites.Selection([])
    assert selection.law == [str(checkout / "tests/law")]
    assert selection.product == [str(checkout / "tests")]
    assert selection.tags == ["/incasso_nl"]
    assert not selection.is_filtered


def test_lanes_share_all_files(checkout):
    folder = checkout / "incasso_nl/tests"
    (folder / "test_long.py").write_text(
        "class TestLong:\n"
        + "".join(f"    def test_{n}(self): ...\n" for n in range(9))
    )
    files = {f"/incasso_nl/tests/{file.name}" for file in folder.glob("test_*.py")}
    long, others = suites.Selection([]).lanes(2)
    assert long == ["/incasso_nl/tests/test_long.py"]
    assert set(others) == files - set(long)
    (everything,) = suites.Selection([]).lanes(1)
    assert set(everything) == files


def test_a_filter_takes_one_lane(checkout):
    selection = suites.Selection(["incasso_nl"], "interest")
    assert selection.lanes(2) == [selection.tags]
    assert suites.Selection(["law"]).lanes(2) == []


@pytest.mark.parametrize(
    ("expression", "tags"),
    [
        ("interest", ["/incasso_nl/tests/test_money.py:TestInterest"]),
        (
            "COSTS",
            [
                "/incasso_nl/tests/test_money.py:TestInterest.test_of_costs",
                "/incasso_nl/tests/test_money.py:TestOther.test_costs",
            ],
        ),
        ("letters", ["/incasso_nl/tests/test_letters.py"]),
        ("nothing_like_it", []),
    ],
)
def test_expression_finds_files_classes_and_methods(checkout, expression, tags):
    selection = suites.Selection(["incasso_nl"], expression)
    assert selection.tags == tags
    assert not selection.law and not selection.product


def test_paths_go_to_the_runner_that_knows_them(checkout):
    targets = ["incasso_nl/tests/test_letters.py", "tests/law/test_scale.py::test_x"]
    selection = suites.Selection([*targets, "tests/test_start.py"])
    assert selection.tags == ["/incasso_nl/tests/test_letters.py"]
    assert selection.law == ["tests/law/test_scale.py::test_x"]
    assert selection.product == ["tests/test_start.py"]


@pytest.mark.parametrize("target", ["incasso_nll", "../elsewhere", "tests/no.py"])
def test_says_what_is_not_there(checkout, target):
    with pytest.raises(StepError, match="No suite or path"):
        suites.Selection([target])
