"""Commands behind the scripts in ``setup/``."""

import importlib
import sys

from .steps import StepError

COMMANDS = (
    "demo",
    "dropdb",
    "env",
    "i18n",
    "lint",
    "lock",
    "newdb",
    "odoo",
    "replay",
    "stop",
    "test",
)


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in COMMANDS:
        print(f"Commands: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    module = importlib.import_module(f".commands.{command}", __package__)
    try:
        return module.main(sys.argv[2:])
    except StepError as error:
        print(f"\nFAILED: {error}", file=sys.stderr)
        if error.todo:
            print(f"To do:  {error.todo}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
