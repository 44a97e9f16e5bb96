import logging

# WeasyPrint logs a line for each step of each letter, and some when it is imported.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
