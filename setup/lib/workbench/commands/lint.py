"""Run the linters of ``.pre-commit-config.yaml``, and look for missing translations.

Extra arguments go to pre-commit: ``setup/lint ruff-check --files x.py``.
"""

import subprocess

from .. import debian, python_env
from ..paths import CACHE, ROOT
from . import i18n


def main(arguments):
    debian.install("linters")
    interpreter = python_env.python("lint")
    environment = {
        **python_env.clean_environment(),
        "PRE_COMMIT_HOME": str(CACHE / "pre-commit"),
        # pre-commit finds node and npm here, as installed from PyPI.
        "PATH": f"{interpreter.parent}:{python_env.clean_environment()['PATH']}",
    }
    which = arguments or ["--all-files"]
    if not any(argument in ("--files", "--all-files", "-a") for argument in which):
        which = [*which, "--all-files"]
    command = [interpreter, "-m", "pre_commit", "run", "--show-diff-on-failure", *which]
    code = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL
    ).returncode
    if arguments:
        return code
    return i18n.main(["--check"]) or code
