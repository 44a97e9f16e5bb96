from . import (
    incasso_access,
    incasso_access_look,
    incasso_access_try,
    incasso_dossier,
    incasso_dossier_contact,
    incasso_message,
    res_company,
    res_config_settings,
)
