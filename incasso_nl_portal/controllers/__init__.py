from . import arrangement, contact, dispute, dossier, dossier_pages, entry, help, portal
