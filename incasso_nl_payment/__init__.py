from . import controllers, demo, models


def _post_init(env):
    """Call iDEAL what Dutch banks call it now; whoever wants otherwise changes it in
    the settings."""
    env["payment.method"]._incasso_name_ideal("iDEAL | Wero")
