from lxml import etree

from odoo import models, tools


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        """Override of `base` to remember what a message text compiles to.

        Views are remembered by their id; trees are not, and compiling the text again
        for each letter takes a tenth of its time.
        """
        source = self.env.context.get("incasso_source")
        if source and isinstance(template, etree._Element):
            return self._generate_code_of_source(source, template)
        return super()._generate_code_uncached(template)

    @tools.ormcache(
        "source",
        "tuple(self.env.context.get(k) or False "
        "for k in self._get_template_cache_keys())",
        cache="templates",
    )
    def _generate_code_of_source(self, source, tree):
        """The code of ``tree``, which ``source`` was parsed into."""
        return super()._generate_code_uncached(tree)
