from . import contact, dossier, dossier_pages, entry, help, portal
