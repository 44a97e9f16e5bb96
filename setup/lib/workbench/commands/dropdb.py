"""Drop development databases with their file stores."""

import argparse

from .. import databases, postgres


def main(arguments):
    parser = argparse.ArgumentParser("setup/dropdb", description=__doc__)
    parser.add_argument("names", nargs="+")
    options = parser.parse_args(arguments)
    environment = postgres.environment()
    for name in options.names:
        databases.drop(environment, name)
    return 0
