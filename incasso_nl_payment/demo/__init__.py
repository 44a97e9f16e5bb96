from . import incasso_demo
