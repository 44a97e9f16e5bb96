from . import contact, dossier, dossier_pages, entry, portal
