"""What marshmallow and the values of the contracts say of a field, in Swedish; in English they say it themselves."""

from __future__ import annotations

import re

SWEDISH = {
    "Missing data for required field.": "Måste anges.",
    "Field may not be null.": "Får inte vara tomt.",
    "Unknown field.": "Okänt fält.",
    "Invalid input type.": "Ska vara ett JSON-objekt.",
    "Invalid type.": "Fel sorts värde.",
    "Invalid value.": "Går inte att använda.",
    "Not a valid string.": "Ska vara text.",
    "Not a valid utf-8 string.": "Ska vara text i UTF-8.",
    "Not a valid integer.": "Ska vara ett heltal.",
    "Not a valid number.": "Ska vara ett tal.",
    "Number too large.": "Talet är för stort.",
    "Special numeric values (nan or infinity) are not permitted.": "Ska vara ett ändligt tal.",
    "Not a valid boolean.": "Ska vara true eller false.",
    "Not a valid list.": "Ska vara en lista.",
    "Not a valid tuple.": "Ska vara en lista.",
    "Not a valid mapping type.": "Ska vara ett JSON-objekt.",
    "Not a valid date.": "Ska vara ett datum: åååå-mm-dd.",
    "Not a valid datetime.": "Ska vara en tidpunkt med tidszon: åååå-mm-ddTtt:mm:ssZ.",
    "Not a valid aware datetime.": "Ska vara en tidpunkt med tidszon: åååå-mm-ddTtt:mm:ssZ.",
    "Not a valid UUID.": "Ska vara ett UUID med små bokstäver.",
    "Not a valid URL.": "Ska vara en adress som börjar med http:// eller https://.",
    "Not a valid email address.": "Ska vara en e-postadress.",
    "String does not match expected pattern.": "Har inte den form som det ska ha.",
    "Not a valid id of a criterion.": "Ska vara ett kriteriums id: små bokstäver, siffror och bindestreck.",
    "Not a valid unit id.": "Ska vara en enhets id: små bokstäver, siffror och bindestreck.",
    "Not a valid person id.": "Ska vara en persons id.",
    "Not a valid BCP 47 language tag.": "Ska vara en språkkod enligt BCP 47, till exempel sv.",
    "Not a decimal number.": 'Ska vara ett decimaltal skrivet som text, till exempel "49.5".',
    "Must not contain control characters.": "Får inte innehålla styrtecken.",
}

_PATTERNS = tuple(
    (re.compile(english), swedish)
    for english, swedish in {
        r"Not a valid id of .*\.": r"Ska vara sort och id, till exempel idea-….",
        r"Not something that can be followed: (.*) or (.*)\.": r"Det går inte att följa; skriv \1 eller \2.",
        r"Must be one of: (.*)\.": r"Ska vara något av: \1.",
        r"Must be equal to (.*)\.": r"Ska vara \1.",
        r"Shorter than minimum length (\d+)\.": r"För kort: minst \1.",
        r"Longer than maximum length (\d+)\.": r"För långt: högst \1.",
        r"Length must be between (\d+) and (\d+)\.": r"Längden ska vara mellan \1 och \2.",
        r"Length must be (\d+)\.": r"Längden ska vara \1.",
        r"Must be greater than or equal to (\S+)\.": r"Ska vara minst \1.",
        r"Must be less than or equal to (\S+)\.": r"Ska vara högst \1.",
        r"Must be greater than (\S+)\.": r"Ska vara mer än \1.",
        r"Must be less than (\S+)\.": r"Ska vara mindre än \1.",
        r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.": r"Ska vara minst \1 och högst \2.",
        r"Must be greater than or equal to (\S+) and less than (\S+)\.": r"Ska vara minst \1 och mindre än \2.",
        r"Must be greater than (\S+) and less than or equal to (\S+)\.": r"Ska vara mer än \1 och högst \2.",
        r"Must be greater than (\S+) and less than (\S+)\.": r"Ska vara mer än \1 och mindre än \2.",
    }.items()
)


def translated(message: str, language: str) -> str:
    """The message in this language; one that nobody has translated stays as it is."""
    if language != "sv":
        return message
    if message in SWEDISH:
        return SWEDISH[message]
    for english, swedish in _PATTERNS:
        if found := english.fullmatch(message):
            return found.expand(swedish)
    return message
