"""Resolve ``setup/requirements/*.in`` anew and pin the result in ``*.txt``."""

import shutil
import sys

from ..paths import CACHE
from ..python_env import REQUIREMENTS
from ..steps import run, step

#: The file to write, the files it is resolved with, the files it leaves out.
LOCKS = (
    ("runtime", ("runtime",), ()),
    ("test", ("runtime", "test"), ("runtime",)),
    ("lint", ("lint",), ()),
)


def main(arguments):
    home = CACHE / "venv-lock"
    locked = {}
    for name, sources, without in LOCKS:
        with step(f"Resolving {name}.in"):
            shutil.rmtree(home, ignore_errors=True)
            run([sys.executable, "-m", "venv", home])
            pip = [home / "bin/python", "-m", "pip"]
            wanted = [
                line
                for source in sources
                for line in (REQUIREMENTS / f"{source}.in").read_text().splitlines()
                if line and not line.startswith("#")
            ]
            # rlpycairo alone goes in without what it declares.
            run([*pip, "install", "-q", *(w for w in wanted if w != "rlpycairo")])
            if "rlpycairo" in wanted:
                run([*pip, "install", "-q", "--no-deps", "rlpycairo"])
            lines = run([*pip, "freeze"]).splitlines()
        known = {line for other in without for line in locked[other]}
        locked[name] = [line for line in lines if line not in known]
        (REQUIREMENTS / f"{name}.txt").write_text(
            "# Written by setup/lock from the .in file; complete, so installed with\n"
            "# pip install --no-deps\n" + "\n".join(locked[name]) + "\n"
        )
    shutil.rmtree(home)
    return 0
