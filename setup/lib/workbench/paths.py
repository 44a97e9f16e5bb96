"""Where things are."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SETUP = ROOT / "setup"
CACHE = ROOT / ".cache"
LOGS = CACHE / "logs"
ADDONS = ("incasso_nl", "incasso_nl_portal", "incasso_nl_payment")

# Tells this checkout apart from others on the machine.
CHECKOUT_ID = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def present_addons():
    """Return the names of the product's addons, dependencies first."""
    return [name for name in ADDONS if (ROOT / name / "__manifest__.py").is_file()]


def fingerprint(*paths, extra=""):
    """Return a hash over the contents of files and folders.

    :param Path paths: files or folders; folders are read recursively
    :param str extra: more text that the result depends on
    :rtype: str
    """
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
