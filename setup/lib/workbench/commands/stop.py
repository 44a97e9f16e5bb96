"""Stop the private PostgreSQL cluster of this checkout."""

from .. import postgres


def main(arguments):
    postgres.stop()
    return 0
