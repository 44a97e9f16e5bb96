"""Virtual environments with pinned packages."""

import os
import shutil
import sys
from pathlib import Path

from .paths import CACHE, SETUP, fingerprint
from .steps import StepError, only_one, run, stamp, stamped, step

REQUIREMENTS = SETUP / "requirements"


def python(*kinds):
    """Return the interpreter of an environment, made or brought up to date first.

    :param str kinds: names of files in ``setup/requirements``; the first names
        the environment
    :rtype: Path
    """
    home = CACHE / f"venv-{kinds[0]}"
    interpreter = home / "bin" / "python"
    locked = [REQUIREMENTS / f"{kind}.txt" for kind in kinds]
    wanted = fingerprint(*locked)
    with only_one(home.name):
        works = _is_whole(home)
        if works and stamped(home.name, wanted):
            return interpreter
        with step(f"Python packages ({', '.join(kinds)})"):
            if not works:
                shutil.rmtree(home, ignore_errors=True)
                # Never the interpreter of a virtual environment that happens to be on.
                base = getattr(sys, "_base_executable", sys.executable)
                run([base, "-m", "venv", home])
            arguments = [part for path in locked for part in ("-r", path)]
            run(
                # The files are complete locks: nothing is resolved again.
                [interpreter, "-m", "pip", "install", "--no-deps", "-q", *arguments],
                log=f"pip-{kinds[0]}.log",
                todo="Check the network and pip's settings, then try again.",
            )
            stamp(home.name, wanted)
    return interpreter


def _is_whole(home):
    """Tell whether an environment's interpreter still is the one it was made with.

    It is not when the checkout moved, or the machine's Python became a newer one.
    """
    try:
        prefix = run([home / "bin/python", "-c", "import sys, pip; print(sys.prefix)"])
    except StepError:
        return False
    return Path(prefix.strip()) == home


def clean_environment():
    """Return this process's environment without what would disturb Python or Odoo."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "ODOO_RC")
    environment = {k: v for k, v in os.environ.items() if k not in dropped}
    # Byte code goes to the cache: a checkout stays clean and Odoo starts faster.
    environment["PYTHONPYCACHEPREFIX"] = str(CACHE / "pycache")
    return environment
