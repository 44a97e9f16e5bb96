from . import (
    account_payment,
    incasso_dossier,
    payment_method,
    payment_provider,
    payment_transaction,
    res_company,
    res_config_settings,
)
