"""Packages from Debian: installed on the machine, or unpacked into the cache."""

import os
import shutil
from pathlib import Path

from .paths import CACHE
from .steps import StepError, run, step

#: What a program or library needs from the machine, and how to see that it is there.
#: Package names hold for Debian 12 and 13.
NEEDED = {
    "server": ["postgresql"],
    "client": ["postgresql-client"],
    "letters": [  # the QR bitmaps' renderer, and fonts for names in other scripts
        "libcairo2",
        "fontconfig",
        "fonts-dejavu-core",
        "fonts-liberation",
    ],
    "browser": ["chromium", "libatomic1"],  # the latter for Playwright's Node.js
    "linters": ["git", "libatomic1"],
}
KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")

_updated = False


def is_installed(package):
    """Tell whether a Debian package is installed."""
    try:
        status = run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package])
    except StepError:
        return False
    return status == "installed"


def _as_root(command):
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo"):
        return ["sudo", *command]
    raise StepError(
        f"{' '.join(command)} needs root, and there is no sudo",
        "Run that command as root, then try again.",
    )


def update_lists():
    """Fetch the machine's package lists, once per run."""
    global _updated  # noqa: PLW0603 - one process, one refresh
    if not _updated:
        run(
            _as_root(["apt-get", "update", "-qq"]),
            todo="Check the network and /etc/apt/sources.list*, then try again.",
        )
        _updated = True


def install(*kinds):
    """Install the Debian packages that are missing for some kinds of work.

    :param str kinds: keys of :data:`NEEDED`
    :raises StepError: when the machine has no apt or apt fails
    """
    missing = [
        package
        for kind in kinds
        for package in NEEDED[kind]
        if not is_installed(package)
    ]
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise StepError(
            f"Missing on this machine: {names} (Debian's names)",
            "This is not Debian: install them with your own package manager.",
        )
    with step(f"Debian packages: installing {names}"):
        update_lists()
        run(
            _as_root(
                [
                    "env",
                    "DEBIAN_FRONTEND=noninteractive",
                    "apt-get",
                    "install",
                    "-y",
                    "-qq",
                    "--no-install-recommends",
                    *missing,
                ]
            ),
            log="apt-install.log",
            todo=f"Try by hand: apt-get install {names}",
        )


def mirror():
    """Return the address of the Debian mirror that this machine already uses."""
    query = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)"]
    for attempt in range(2):
        for line in run([*query, "Created-By: Packages"]).splitlines():
            label, _space, address = line.rpartition(" ")
            if label == "Debian":
                return address
        if not attempt:
            update_lists()
    raise StepError(
        "apt knows no Debian mirror on this machine",
        "Add one to /etc/apt/sources.list, or name an Odoo 19 of your own in ODOO_BIN.",
    )


def private_apt(*suites):
    """Return an environment in which apt sees just these suites, in the cache.

    The machine's own package lists and packages stay as they are.

    :param str suites: Debian suites on the machine's mirror
    :rtype: dict
    """
    keyring = next(
        (
            path
            for path in (Path("/usr/share/keyrings") / name for name in KEYRINGS)
            if path.is_file()
        ),
        None,
    )
    if not keyring:
        raise StepError(
            "Debian's keyring is missing",
            "apt-get install debian-archive-keyring, then try again.",
        )
    home = CACHE / "apt"
    for folder in ("sources", "lists/partial", "archives/partial"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "status").touch()
    (home / "sources" / "debian.sources").write_text(
        f"Types: deb\nURIs: {mirror()}\nSuites: {' '.join(suites)}\n"
        "Components: main\n"
        f"Signed-By: {keyring}\n"
    )
    (home / "apt.conf").write_text(
        'Dir::Etc::SourceList "/dev/null";\n'
        f'Dir::Etc::SourceParts "{home}/sources";\n'
        f'Dir::State::Lists "{home}/lists";\n'
        f'Dir::State::Status "{home}/status";\n'
        f'Dir::Cache "{home}";\n'
        'Acquire::Languages "none";\n'
        # The sandbox user cannot write into a checkout under /root.
        'APT::Sandbox::User "root";\n'
    )
    environment = {**os.environ, "APT_CONFIG": str(home / "apt.conf")}
    run(
        ["apt-get", "update", "-qq"],
        env=environment,
        todo="Check the network; the machine's mirror must carry Debian unstable.",
    )
    return environment


def unpack(packages, into, environment):
    """Download Debian packages and unpack them, without installing anything.

    :param list packages: package names, ``name/suite`` where it matters
    :param Path into: the folder that plays the root folder
    :param dict environment: as from :func:`private_apt`
    """
    downloads = into.with_name(f"{into.name}.debs")
    downloads.mkdir(parents=True, exist_ok=True)
    run(
        ["apt-get", "download", "-qq", *packages],
        cwd=downloads,
        env=environment,
        todo="Check the network, then try again.",
    )
    for package in sorted(downloads.glob("*.deb")):
        run(["dpkg", "-x", package, into], todo="Is the disk full?")
    shutil.rmtree(downloads)
