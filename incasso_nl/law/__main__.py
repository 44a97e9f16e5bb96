"""``python3 -m law``: the calculator, for people without Odoo."""

import sys

from .commands import main

sys.exit(main())
