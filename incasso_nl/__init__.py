from . import controllers, models, report, wizards


def _post_init(env):
    """Give companies what collecting needs: accounts and journals, and holidays."""
    companies = env["res.company"].search([])
    companies._incasso_setup_accounting()
    companies._incasso_fill_holidays()
