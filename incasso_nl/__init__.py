from . import controllers, demo, models, report, wizards


def _post_init(env):
    """Give companies what collecting needs: accounts and journals, and holidays."""
    companies = env["res.company"]
    companies.search([("chart_template", "!=", False)])._incasso_setup_accounting()
    companies.search([("resource_calendar_id", "!=", False)])._incasso_fill_holidays()
