"""Odoo 19: where it comes from, and how it is called."""

import os
import shutil
from pathlib import Path

from . import debian, postgres, python_env
from .paths import CACHE, ROOT, SETUP, fingerprint
from .steps import StepError, only_one, run, stamp, stamped, step

HOME = CACHE / "odoo"
CONFIG = CACHE / "odoo.conf"
DATA = CACHE / "data"
PACKAGE = "odoo-19"
#: The version that the product was tested with; unstable may have moved on.
TESTED = "19.0.0+dfsg-1"
#: Odoo's web assets are links to these packages. They come from Debian 13, because
#: unstable's Font Awesome is too new for Odoo and Debian 12 lacks Montserrat.
ASSETS_SUITE = "trixie"
ASSETS = [
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
]
NO_MAIL_PORT = 1
#: Debian leaves this file out, yet the back office's JavaScript lists it: each page
#: would log an error, and fail the browser tours with it. It blurs the background of
#: video calls, which an empty file does without.
ABSENT = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def _fill_in(package):
    """Put an empty file where Debian's package of Odoo lacks one."""
    absent = package / ABSENT
    if not absent.exists():
        absent.parent.mkdir(parents=True, exist_ok=True)
        absent.write_text("/* Not in Debian's package of Odoo. */\n")


def _download():
    """Unpack Debian's package of Odoo 19 and its web assets into the cache."""
    with step(f"Odoo 19: downloading Debian's {PACKAGE} and unpacking it"):
        fresh = HOME.with_name("odoo.new")
        shutil.rmtree(fresh, ignore_errors=True)
        root = fresh / "root"
        root.mkdir(parents=True)
        apt = debian.private_apt("unstable", ASSETS_SUITE)
        debian.unpack(
            [PACKAGE, *(f"{name}/{ASSETS_SUITE}" for name in ASSETS)], root, apt
        )
        version = run(["apt-cache", "show", "--no-all-versions", PACKAGE], env=apt)
        version = version.partition("\nVersion: ")[2].partition("\n")[0]
        if version != TESTED:
            print(f"  note: this is {version}; the product was tested with {TESTED}")
        broken = [
            path
            for path in (root / "usr/lib/python3/dist-packages/odoo").rglob("*")
            if path.is_symlink() and not path.exists()
        ]
        if broken:
            raise StepError(
                f"Web assets of {PACKAGE} {version} point nowhere: {broken[0]} ...",
                "Name the missing Debian package in ASSETS in setup/lib/workbench"
                "/odoo.py.",
            )
        (fresh / "python").mkdir()
        (fresh / "python/odoo").symlink_to("../root/usr/lib/python3/dist-packages/odoo")
        shutil.rmtree(HOME, ignore_errors=True)
        fresh.rename(HOME)


def _own(program):
    """Link the machine's own Odoo 19 into the cache instead of the download.

    :param Path program: what ``ODOO_BIN`` names: ``odoo-bin`` of a checkout, or
        the program of an installed package
    """
    candidates = [program.parent / "odoo"]
    candidates += sorted(Path("/usr/lib/python3").glob("dist-packages/odoo"))
    candidates += sorted(program.parent.parent.glob("lib/python3*/site-packages/odoo"))
    package = next((c for c in candidates if (c / "release.py").is_file()), None)
    if not package:
        raise StepError(
            f"ODOO_BIN={program}: no folder odoo/ with release.py beside it",
            "Point ODOO_BIN at odoo-bin in a checkout of Odoo 19.0, or unset it.",
        )
    if "version_info = (19, 0" not in (package / "release.py").read_text():
        raise StepError(
            f"ODOO_BIN={program} is not Odoo 19.0",
            "Point ODOO_BIN at an Odoo 19.0, or unset it.",
        )
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "python").mkdir(parents=True)
    (HOME / "python/odoo").symlink_to(package)


def source():
    """Return the folder of Odoo's Python package, fetched first when missing.

    :rtype: Path
    """
    own = os.environ.get("ODOO_BIN", "")
    program = Path(own).resolve() if own else None
    wanted = fingerprint(
        extra=f"{program} {SETUP} {PACKAGE} {' '.join(ASSETS)}",
    )
    package = HOME / "python/odoo"
    with only_one("odoo"):
        if not (stamped("odoo", wanted) and (package / "release.py").is_file()):
            if program:
                _own(program)
            else:
                _download()
            stamp("odoo", wanted)
        if not program:
            _fill_in(package)
    return package


def addons_path():
    """Return the folders that Odoo searches for addons."""
    package = source()
    # A source checkout keeps most addons beside the package, Debian's inside it.
    beside = package.resolve().parent / "addons"
    folders = [package / "addons", ROOT]
    if (beside / "web").is_dir() and not (package / "addons/web").is_dir():
        folders.insert(1, beside)
    return folders


def _configure(text):
    """Write Odoo's configuration, whole: another Odoo may be reading it."""
    if not CONFIG.is_file() or CONFIG.read_text() != text:
        fresh = CONFIG.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(CONFIG)


def prepare(*, browser=False):
    """Make everything there that Odoo needs.

    :param bool browser: whether tours or Playwright will run
    :return: Odoo's interpreter, and the environment to start it in
    :rtype: tuple[Path, dict]
    """
    debian.install("letters", *(["browser"] if browser else []))
    interpreter = python_env.python("runtime", "test")
    folders = ",".join(str(folder) for folder in addons_path())
    DATA.mkdir(parents=True, exist_ok=True)
    _configure(
        "[options]\n"
        f"addons_path = {folders}\n"
        f"data_dir = {DATA}\n"
        "http_interface = 127.0.0.1\n"
        "max_cron_threads = 0\n"
        # Nobody listens there: demo and test data must never reach a mail server
        # that happens to run on the machine. Who wants mail names one (--smtp).
        f"smtp_server = 127.0.0.1\nsmtp_port = {NO_MAIL_PORT}\n"
        # A newcomer logs in; nobody needs the page that lists databases.
        "list_db = False\n"
    )
    environment = {
        **python_env.clean_environment(),
        **postgres.environment(),
        "ODOO_RC": str(CONFIG),
        "PYTHONPATH": str(HOME / "python"),
        "PATH": f"{interpreter.parent}:{os.environ['PATH']}",
    }
    return interpreter, environment


def command(interpreter, *arguments):
    """Return the command line that runs Odoo."""
    return [str(interpreter), "-m", "odoo", *(str(a) for a in arguments)]
