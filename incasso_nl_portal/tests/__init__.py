from . import test_codes, test_entry, test_portal, test_rights
