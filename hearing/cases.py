"""The numbers that name a case and a person, checked the way the offices that give them out build them.

Pure functions: text in, the number in its one canonical spelling out, or ``WrongNumber`` with the rule and the field.
"""

from __future__ import annotations

import re
from datetime import date

from hearing.wrongs import Refused

COURT_NUMBER = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9][а-яa-z]?/[0-9]+")
ERDR_DIGITS = 15
IIN_DIGITS = 12
FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
BIN_KINDS = frozenset("456")
"""The fifth digit of a legal entity's number; in a person's number it is the first digit of the day of birth."""


class WrongNumber(Refused):
    """The number cannot exist. ``rule`` says which check failed; the number itself is not repeated anywhere."""


def court_number(text: str, field: str = "court_number") -> str:
    """The number a court gives to a case, for instance 7585-24-00-2/101."""
    number = re.sub(r"\s+", "", text).lower()
    if len(number) > 40 or COURT_NUMBER.fullmatch(number) is None:
        raise WrongNumber("court_number", field=field)
    return number


def erdr_number(text: str, field: str = "erdr_number") -> str:
    """The number of the unified register of pre-trial investigations: fifteen digits, not parsed further."""
    number = re.sub(r"[\s-]+", "", text)
    if not _digits(number, ERDR_DIGITS):
        raise WrongNumber("erdr_number", field=field)
    return number


def iin(text: str, field: str = "iin") -> str:
    """A person's number."""
    number = _checked(text, field, "iin")
    if number[4] in BIN_KINDS:
        raise WrongNumber("iin_is_bin", field=field)
    return number


def born(number: str) -> date | None:
    """The day of birth that a person's number tells, or None where it tells no day.

    Its first six digits are year, month and day; the seventh holds the century: 1-2 the 19th, 3-4 the 20th, 5-6 the
    21st (Law No 223-III of 12.01.2007 on national registers of identification numbers).
    """
    century = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}.get(number[6])
    try:
        return date(century + int(number[:2]), int(number[2:4]), int(number[4:6])) if century else None
    except ValueError:
        return None


def age(birth: date, day: date) -> int:
    """Whole years on that day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def bin_number(text: str, field: str = "bin") -> str:
    """A legal entity's number."""
    number = _checked(text, field, "bin")
    if number[4] not in BIN_KINDS:
        raise WrongNumber("bin_is_iin", field=field)
    return number


def check_digit(eleven: str) -> int | None:
    """The twelfth digit that belongs to the first eleven, or None when they can have none."""
    for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS):
        remainder = sum(int(digit) * weight for digit, weight in zip(eleven, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def _checked(text: str, field: str, rule: str) -> str:
    number = re.sub(r"\s+", "", text)
    if not _digits(number, IIN_DIGITS):
        raise WrongNumber(f"{rule}_length", field=field)
    if check_digit(number[:-1]) != int(number[-1]):
        raise WrongNumber(f"{rule}_checksum", field=field)
    return number


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()
