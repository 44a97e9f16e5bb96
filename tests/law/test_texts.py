"""Every step can be told, in Dutch and in English, with the same facts."""

import re
from pathlib import Path
from string import Formatter

import law
import pytest
from law.texts import SENTENCES

LAW = Path(law.__file__).parent


def named(sentence):
    """The values that ``sentence`` shows."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("rule", SENTENCES)
def test_both_languages_say_the_same(rule):
    dutch, english = SENTENCES[rule]["nl"], SENTENCES[rule]["en"]
    assert set(SENTENCES[rule]) == {"nl", "en"}
    assert named(dutch) == named(english)
    assert dutch != english
    assert dutch[-1] in ".:" and english[-1] in ".:"


def test_every_rule_in_the_code_has_a_sentence():
    areas = {rule.partition(".")[0] for rule in SENTENCES}
    literal = re.compile(rf'"((?:{"|".join(areas)})\.[a-z_]+)"')
    rules = {
        rule for path in LAW.glob("*.py") for rule in literal.findall(path.read_text())
    }
    assert len(rules) > 50
    assert rules <= set(SENTENCES)
