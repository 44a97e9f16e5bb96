"""Compare an addon's terms, as Odoo exports them, with its Dutch translation.

Runs in Odoo's environment, for polib: ``python -m workbench.translations``.
"""

import argparse
import sys
from pathlib import Path

import polib

WIDTH = 78  # Odoo's own
LANGUAGE = "nl"


def _terms(catalogue):
    return [(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete]


def _stale(exported, kept):
    """Tell whether the template that is kept lacks terms or has too many."""
    return not kept.is_file() or sorted(_terms(polib.pofile(kept)), key=str) != sorted(
        _terms(exported), key=str
    )


def _untranslated(exported, kept):
    """Return the terms without a translation, and the doubtful ones."""
    if not kept.is_file():
        return [entry.msgid for entry in exported]
    translated = {
        (entry.msgctxt, entry.msgid)
        for entry in polib.pofile(kept).translated_entries()
    }
    return [
        msgid
        for context, msgid in _terms(exported)
        if (context, msgid) not in translated
    ]


def _inherited_field(entry):
    """Return what names a field apart from its model: kind, field name and text."""
    for place, _line in entry.occurrences:
        if place.startswith("model:ir.model.fields,"):
            kind, _colon, record = place.partition(":")[2].partition(":")
            return kind, record.rpartition("__")[2], entry.msgid
    return None


def _odoo_translations(folders):
    """Return Odoo's own Dutch for the fields that models inherit from its mixins."""
    known = {}
    for folder in folders:
        for entry in polib.pofile(folder / "i18n" / f"{LANGUAGE}.po"):
            if entry.msgstr:
                known.setdefault(_inherited_field(entry), entry.msgstr)
    known.pop(None, None)
    return known


def _refresh(exported, template, kept, inherited):
    """Write the template, and bring its terms into the translation.

    What is translated stays; terms that are gone go; new ones come in empty, but
    for the fields that Odoo itself has Dutch for.
    """
    template.parent.mkdir(exist_ok=True)
    exported.wrapwidth = WIDTH
    if _stale(exported, template):
        exported.save(str(template))
    old = polib.pofile(kept) if kept.is_file() else []
    translations = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in old}
    merged = polib.POFile(wrapwidth=WIDTH)
    merged.header = exported.header
    merged.metadata = {
        **exported.metadata,
        **(old.metadata if old else {}),
        "Language": LANGUAGE,
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for entry in exported:
        translated = translations.get((entry.msgctxt, entry.msgid))
        entry.msgstr = translated or inherited.get(_inherited_field(entry), "")
        merged.append(entry)
    text = f"{merged}\n"
    if not kept.is_file() or kept.read_text() != text:
        kept.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("addon", type=Path, help="the addon's folder")
    parser.add_argument("exported", type=Path, help="what Odoo exported")
    parser.add_argument(
        "odoo", nargs="*", type=Path, help="Odoo's addons to take field names from"
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args()
    addon = options.addon
    template = addon / "i18n" / f"{addon.name}.pot"
    kept = addon / "i18n" / f"{LANGUAGE}.po"
    exported = polib.pofile(options.exported)
    wrong = False
    if not options.check:
        _refresh(exported, template, kept, _odoo_translations(options.odoo))
    elif _stale(exported, template):
        print(f"{addon.name}: {template.name} is not what Odoo exports: run setup/i18n")
        wrong = True
    missing = _untranslated(exported, kept)
    print(f"{addon.name}: {len(exported)} terms, {len(missing)} without Dutch")
    for msgid in missing:
        print(f"  {msgid!r}")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
