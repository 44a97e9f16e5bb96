from . import dossier, dossier_pages, entry, portal
