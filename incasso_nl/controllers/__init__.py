from . import template_preview
