from . import test_mollie, test_offers, test_payment_transaction
