from . import controllers, models, report, wizards


def _post_init(env):
    """Give companies that have a chart of accounts what collecting needs."""
    env["res.company"].search(
        [("chart_template", "!=", False)]
    )._incasso_setup_accounting()
