from . import (
    test_access,
    test_dossier,
    test_handover,
    test_flow,
    test_law_tables,
    test_partner,
    test_run,
    test_setup,
    test_working_days,
)
