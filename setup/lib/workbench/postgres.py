"""A PostgreSQL server: the machine's when it lets us in, else a private cluster."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from . import debian
from .paths import CACHE, CHECKOUT_ID
from .steps import StepError, only_one, run, step

ROLE = "incasso"
#: The data can be rebuilt, so speed goes before surviving a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
}


def _find(name):
    """Return the path of a program of the newest PostgreSQL server, or None."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    return str(versions[-1]) if versions else shutil.which(name)


def _may_create(environment):
    """Tell whether a server answers, is new enough, and lets us make databases."""
    if not shutil.which("psql"):
        return False
    question = (
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        " AND current_user <> 'postgres'"  # which Odoo refuses to run as
        " AND current_setting('server_version_num')::int >= 130000"
    )
    answer = subprocess.run(
        ["psql", "-XAtqw", "-d", "postgres", "-c", question],
        env=environment,
        capture_output=True,
        text=True,
    )
    return answer.returncode == 0 and answer.stdout.strip() == "t"


class _Cluster:
    """A cluster of this checkout, on a socket only its owner can reach."""

    def __init__(self):
        self.owner = None
        if os.geteuid() == 0:  # PostgreSQL refuses root
            for name in ("postgres", "nobody"):
                try:
                    self.owner = pwd.getpwnam(name)
                    break
                except KeyError:
                    continue
        self.home = CACHE / "postgresql"
        if self.owner and not self._owner_enters(CACHE):
            self.home = Path("/var/tmp") / f"incasso_nl-{CHECKOUT_ID}"
        self.data = self.home / "data"
        # A socket's path is limited to 107 characters: never below the checkout.
        self.socket = Path("/tmp") / f"incasso_nl-{CHECKOUT_ID}-pg"

    def _owner_enters(self, folder):
        """Tell whether the owner may enter a folder (not so below ``/root``)."""
        folder.mkdir(exist_ok=True)
        probe = subprocess.run(
            ["/bin/sh", "-c", 'cd "$0"', folder],
            cwd="/",
            user=self.owner.pw_uid,
            group=self.owner.pw_gid,
            extra_groups=[],
            capture_output=True,
        )
        return probe.returncode == 0

    def _run(self, *command, **kwargs):
        if self.owner:
            kwargs.update(
                user=self.owner.pw_uid, group=self.owner.pw_gid, extra_groups=[]
            )
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return run(command, cwd="/", env={**environment, "LC_ALL": "C.UTF-8"}, **kwargs)

    def _private_folder(self, folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        uid = self.owner.pw_uid if self.owner else os.getuid()
        if self.owner:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)
        if folder.stat().st_uid != uid:
            raise StepError(f"{folder} belongs to someone else", f"Remove {folder}.")
        folder.chmod(0o700)

    def environment(self):
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": ROLE}

    def is_running(self):
        if not (self.data / "PG_VERSION").exists():
            return False
        try:
            self._run(_find("pg_ctl"), "status", "-D", self.data)
        except StepError:
            return False
        return True

    def start(self):
        self._private_folder(self.home)
        self._private_folder(self.socket)
        if not (self.data / "PG_VERSION").exists():
            with step("PostgreSQL: creating a private cluster"):
                shutil.rmtree(self.data, ignore_errors=True)
                self._run(
                    _find("initdb"),
                    *("-D", self.data, "-U", ROLE, "--auth=trust"),
                    *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
                    todo=f"Remove {self.home} and try again.",
                )
        with step("PostgreSQL: starting"):
            settings = {**SETTINGS, "unix_socket_directories": self.socket}
            options = " ".join(f"-c {k}={v}" for k, v in settings.items())
            self._run(
                _find("pg_ctl"),
                *("start", "-w", "-t", "60", "-D", self.data),
                *("-l", self.home / "server.log", "-o", options),
                todo=f"See {self.home}/server.log.",
            )

    def stop(self):
        self._run(_find("pg_ctl"), "stop", "-w", "-m", "fast", "-D", self.data)


def environment():
    """Return the ``PG*`` variables of a server that answers, started when needed.

    The order: the server that ``PGHOST`` names, the one on the machine's socket,
    a private cluster in the cache.

    :rtype: dict
    :raises StepError: when ``PGHOST`` names a server we cannot use
    """
    if os.environ.get("PGHOST"):
        if not shutil.which("psql"):
            debian.install("client")
        if _may_create(os.environ):
            return {k: v for k, v in os.environ.items() if k.startswith("PG")}
        raise StepError(
            f"The PostgreSQL server at PGHOST={os.environ['PGHOST']} cannot be used",
            "It must answer, be version 13 or newer, and let PGUSER (not 'postgres')"
            " create databases. Or unset PGHOST for a private server.",
        )
    if _may_create(os.environ):
        return {k: v for k, v in os.environ.items() if k.startswith("PG")}
    if not _find("initdb"):
        debian.install("server")
    with only_one("postgresql"):
        cluster = _Cluster()
        if not cluster.is_running():
            cluster.start()
    return cluster.environment()


def stop():
    """Stop the private cluster of this checkout, if it runs."""
    with only_one("postgresql"):
        cluster = _Cluster()
        if cluster.is_running():
            cluster.stop()


def identity(environment):
    """Return a text that tells one server from another."""
    return f"{environment.get('PGHOST', '')}:{environment.get('PGPORT', '')}"
