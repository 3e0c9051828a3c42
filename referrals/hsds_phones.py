"""Telephone numbers: whether one can be dialled in a country.

The numbering plans take 10 MB and half a second: they are loaded when a package is checked.
"""

from __future__ import annotations

import re

from referrals.hsds_problems import quoted

MAX_SHORT = 5
"""911, 079: no plan has them all, and every one of them is worth keeping."""

_NO_DIGIT = re.compile(r"\D")


def phone_fault(number: str, country: str) -> str:
    """Say what is wrong with a number as it is dialled in a country; "" when nothing is.

    ``country``: ISO 3166-1 alpha-2. Of a country without a known plan nothing is said.
    """
    if len(_NO_DIGIT.sub("", number)) <= MAX_SHORT:
        digits = number.strip().isdigit()
        return "" if digits else f"is not a telephone number: {quoted(number)}"
    import phonenumbers

    if country not in phonenumbers.SUPPORTED_REGIONS:
        return ""
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return f"is not a telephone number: {quoted(number)}"
    if phonenumbers.is_valid_number_for_region(found, country):
        return ""
    if phonenumbers.is_valid_number(found):
        return f"is of another country than {country}: {quoted(number)}"
    return f"is not a number that {country} has: {quoted(number)}"
