"""Who is in the story: all of them invented.

Towns and postcodes do not exist, e-mail ends in ``.example`` (RFC 2606), and accounts
are with the bank ``TEST``, which no money can be sent to.
"""

from stdnum.iso7064 import mod_97_10

COMPANY = {
    "name": "Fietsenmakerij De Ketting B.V.",
    "street": "Ambachtsweg 14",
    "zip": "9999 LD",
    "city": "Lindedorp",
    "email": "administratie@deketting.example",
    "phone": "+31 20 123 4500",
    "website": "https://deketting.example",
    "vat": "NL000099998B57",
    "company_registry": "30123456",
    "primary_color": "#1f5e6b",
    "incasso_registration_number": "WKI-00000",
    "incasso_complaints_email": "klachten@deketting.example",
    "incasso_phone_hours": "maandag tot en met vrijdag van 9.00 tot 17.00 uur",
    "incasso_propose_days": 10,
}
#: Login (the password is the same), name, role, group in accounting (at this company
#: who sends invoices is who collects them), and whether they work in Dutch.
USERS = (
    ("handler", "Noor Hendriks", "handler", "account.group_account_invoice", False),
    ("behandelaar", "Youssef Bakker", "handler", "account.group_account_invoice", True),
    ("teamlead", "Bas Visser", "team_lead", "account.group_account_invoice", False),
    ("finance", "Fatima Aziz", "finance", "account.group_account_user", False),
    ("manager", "Marijke de Boer", "manager", "account.group_account_manager", False),
    ("auditor", "Willem Postma", "auditor", "account.group_account_readonly", False),
)
#: Name of what is sold, whether it is goods, price without VAT, tax of the Dutch chart.
PRODUCTS = {
    "city_bike": ("Stadsfiets De Dam, 7 versnellingen", True, 702.48, "btw_21"),
    "electric": ("Elektrische fiets Polder 500", True, 1900.83, "btw_21"),
    "child_bike": ("Kinderfiets Vosje, 16 inch", True, 197.52, "btw_21"),
    "cargo": ("Bakfiets De Schuit", True, 2644.63, "btw_21"),
    "parts": ("Accu en lader", True, 412.40, "btw_21"),
    "bags": ("Fietstassen en kinderzitje", True, 123.14, "btw_21"),
    "repair": ("Reparatie en grote beurt", False, 168.81, "btw_9_d"),
    "service": ("Onderhoud dienstfietsen, per kwartaal", False, 642.20, "btw_9_d"),
    "rent": ("Huurfietsen, per maand", False, 495.87, "btw_21_d"),
}
CONSUMERS = {
    "kuipers": ("Sanne Kuipers", "Meidoornlaan 7", "9999 MA", "Lindedorp"),
    "wolters": ("Daan Wolters", "Kerkpad 22", "9999 KD", "Lindedorp"),
    "elbers": ("Lotte Elbers", "Sluisweg 3", "9999 WA", "Waterhoek"),
    "haddad": ("Karim Haddad", "Prunusstraat 51", "9999 LP", "Lindedorp"),
    "hofstra": ("Jelle Hofstra", "Buitendijk 18", "9999 WB", "Waterhoek"),
    "verbruggen": ("Ilse Verbruggen", "Molenpad 9", "9999 LM", "Lindedorp"),
    "oosterhof": ("Piet Oosterhof", "Turfkade 40", "9999 VK", "Veenlanden"),
    "terpstra": ("Anneke Terpstra", "Lijnbaan 112", "9999 VB", "Veenlanden"),
    "baars": ("Rik Baars", "Hazelaarhof 2", "9999 LH", "Lindedorp"),
    "dijkgraaf": ("Tom Dijkgraaf", "Roerdompweg 33", "9999 WR", "Waterhoek"),
    "lakeman": ("Femke Lakeman", "Brink 5", "9999 LB", "Lindedorp"),
    "brouns": ("Gerda Brouns", "Dorpsstraat 88", "9999 VD", "Veenlanden"),
    "schouten": ("Hanna Schouten", "Korenbloem 14", "9999 LK", "Lindedorp"),
    "jacobs": ("Milan Jacobs", "Zeilmakerspad 6", "9999 WZ", "Waterhoek"),
    "reitsma": ("Otto Reitsma", "Wilgenlaan 60", "9999 LW", "Lindedorp"),
    "jonker": ("Marit Jonker", "Smidse 4", "9999 LS", "Lindedorp"),
    "heuvel": ("Bram Heuvel", "Oude Haven 19", "9999 WO", "Waterhoek"),
    "prins": ("Wouter Prins", "Stationsplein 1a", "9999 VS", "Veenlanden"),
    "visscher": ("Nienke Visscher", "Havenhoofd 27", "9999 WH", "Waterhoek"),
}
FIRMS = {
    "waterlelie": ("Hotel De Waterlelie B.V.", "Havenstraat 1", "9999 WH", "Waterhoek"),
    "rondje": ("Koeriersbedrijf Het Rondje V.O.F.", "Loods 4", "9999 LL", "Lindedorp"),
    "pedaal": ("Pedaal & Partners B.V.", "Singel 60", "9999 VS", "Veenlanden"),
    "wiel": ("Eetcafé Het Wiel B.V.", "Markt 11", "9999 LM", "Lindedorp"),
    "fietsfeest": ("Stichting Fietsfeest", "Feestplein 2", "9999 VF", "Veenlanden"),
    "gemeente": ("Gemeente Veenlanden", "Raadhuisplein 1", "9999 VR", "Veenlanden"),
    "velo": ("Velo Verhuur Zuid B.V.", "Dijkweg 75", "9999 WD", "Waterhoek"),
    "houvast": ("Bewindvoering Houvast B.V.", "Parklaan 8", "9999 VP", "Veenlanden"),
    "curator": ("Zandstra Advocaten B.V.", "Hofstraat 3", "9999 VH", "Veenlanden"),
}
#: Without an e-mail address: these get letters.
PAPER = ("elbers", "terpstra", "oosterhof", "pedaal")
#: Without a phone number: these are not called.
NOT_CALLED = ("elbers", "terpstra", "oosterhof", "brouns", "lakeman", "schouten")


def iban(number):
    """A valid account number at the bank ``TEST``.

    :param int number: of the account
    """
    account = f"TEST{number:010}"
    return f"NL{mod_97_10.calc_check_digits(account + 'NL')}{account}"
