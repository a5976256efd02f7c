"""Numbers of cases and persons."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearing.cases import WrongNumber, age, bin_number, born, check_digit, court_number, erdr_number, iin
from hearing.wrongs import Refused


def test_the_test_vector_needs_the_second_pass_and_holds() -> None:
    assert iin("061211600012") == "061211600012"
    first_pass = sum(int(digit) * weight for weight, digit in enumerate("06121160001", 1)) % 11
    assert first_pass == 10


def test_an_iin_may_be_typed_with_spaces() -> None:
    assert iin(" 0612 1160 0012 ") == "061211600012"


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("061211600013", "iin_checksum"),
        ("06121160001", "iin_length"),
        ("0612116000122", "iin_length"),
        ("", "iin_length"),
        ("06121160001a", "iin_length"),
        ("٠٦١٢١١٦٠٠٠١٢", "iin_length"),
        ("020240000555", "iin_is_bin"),
    ],
)
def test_a_wrong_iin_is_refused_with_its_rule(typed: str, rule: str) -> None:
    with pytest.raises(WrongNumber) as refused:
        iin(typed, field="person_iin")
    assert refused.value.rule == rule
    assert refused.value.field == "person_iin"
    assert isinstance(refused.value, Refused)


def test_a_bin_is_told_from_an_iin_by_its_fifth_digit() -> None:
    assert bin_number("020240000555") == "020240000555"
    with pytest.raises(WrongNumber, match="bin_is_iin"):
        bin_number("061211600012")


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 9))
def test_exactly_one_last_digit_fits_or_none(eleven: str, other: int) -> None:
    right = check_digit(eleven)
    kind = bin_number if eleven[4] in "456" else iin
    if right is not None:
        assert kind(f"{eleven}{right}").endswith(str(right))
    if other != right:
        with pytest.raises(WrongNumber):
            kind(f"{eleven}{other}")


@given(st.text())
def test_no_text_at_all_breaks_a_validator(anything: str) -> None:
    for check in (iin, bin_number, erdr_number, court_number):
        try:
            known = check(anything)
        except WrongNumber:
            continue
        assert check(known) == known


def test_an_erdr_number_has_fifteen_digits() -> None:
    assert erdr_number("247515031000123") == "247515031000123"
    for wrong in ("24751503100012", "2475150310001234", "24751503100012x"):
        with pytest.raises(WrongNumber, match="erdr_number"):
            erdr_number(wrong)


@pytest.mark.parametrize("number", ["7585-24-00-2/101", "7585-24-00-2а/1", "7585-24-00-2z/999999"])
def test_a_court_number_is_taken_as_courts_write_it(number: str) -> None:
    assert court_number(f" {number} ") == number


@pytest.mark.parametrize("number", ["7585-24-00-2", "758-24-00-2/101", "7585-24-00-/101", "7585-24-00-2/", "", "x"])
def test_a_wrong_court_number_is_refused(number: str) -> None:
    with pytest.raises(WrongNumber, match="court_number"):
        court_number(number)


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("061211600012", date(2006, 12, 11)),
        ("900101300017", date(1990, 1, 1)),
        ("991231100000", date(1899, 12, 31)),
        ("901301300017", None),
        ("900101900017", None),
    ],
)
def test_a_persons_number_tells_the_day_of_birth(number: str, day: date | None) -> None:
    assert born(number) == day


def test_age_changes_on_the_birthday() -> None:
    assert age(date(2010, 11, 20), date(2026, 11, 19)) == 15
    assert age(date(2010, 11, 20), date(2026, 11, 20)) == 16
