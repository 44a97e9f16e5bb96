from . import (
    test_dossier,
    test_flow,
    test_law_tables,
    test_partner,
    test_setup,
    test_working_days,
)
