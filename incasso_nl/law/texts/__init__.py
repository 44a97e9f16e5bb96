"""The sentences with which a step explains itself, in plain Dutch (B1) and English.

Each module holds those of one area: ``{"rule": {"nl": "...", "en": "..."}}``. Names in
braces are the step's values; ``{amount}`` is what it came to.
"""

from . import (
    costs,
    court,
    imputation,
    interest,
    limitation,
    notice,
    references,
    terms,
    window,
)

SENTENCES: dict[str, dict[str, str]] = {
    **costs.SENTENCES,
    **interest.SENTENCES,
    **imputation.SENTENCES,
    **notice.SENTENCES,
    **limitation.SENTENCES,
    **terms.SENTENCES,
    **window.SENTENCES,
    **court.SENTENCES,
    **references.SENTENCES,
}
