"""Python's garbage collector, while something makes and drops a great many objects."""

import gc
from contextlib import contextmanager

# New objects between two rounds; Python's own default of 700 is for small programs.
EVERY = 100_000


@contextmanager
def calm():
    """Leave what is in memory already out of the garbage collector's rounds.

    Letters, or a batch of the daily run, make and drop objects by the hundred thousand;
    each round that this sets off would walk through the whole of Odoo too, for a tenth
    to a quarter of the time.
    """
    threshold = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(EVERY, *threshold[1:])
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.collect()
        gc.unfreeze()
