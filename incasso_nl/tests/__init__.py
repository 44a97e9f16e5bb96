from . import (
    test_access,
    test_dossier,
    test_handover,
    test_flow,
    test_law_tables,
    test_messages,
    test_partner,
    test_receipt,
    test_run,
    test_settings,
    test_setup,
    test_working_days,
)
