"""From a bare Debian machine to a running Odoo 19: standard library only.

Everything that is downloaded, built or written goes into ``.cache/`` in the
checkout, so that deleting that folder undoes all of it, bar the Debian packages.
"""
