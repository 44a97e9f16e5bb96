from . import test_mollie, test_offers, test_pages, test_payment_transaction
