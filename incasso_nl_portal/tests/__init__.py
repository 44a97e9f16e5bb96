from . import (
    test_access_log,
    test_arrangement,
    test_codes,
    test_contact,
    test_dispute,
    test_dossier,
    test_entry,
    test_help,
    test_portal,
    test_rights,
)
