from . import (
    incasso_access,
    incasso_access_letter,
    incasso_access_look,
    incasso_access_try,
    incasso_debt_aid,
    incasso_dossier,
    incasso_dossier_contact,
    incasso_dossier_help,
    incasso_message,
    incasso_person_report,
    res_company,
    res_config_settings,
)
