from . import test_codes, test_contact, test_entry, test_help, test_portal, test_rights
