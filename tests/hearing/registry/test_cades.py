"""A person's own electronic signature: what is taken, refused by which rule, or said to be unchecked."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hearing.registry.cades import Checked, Proof, check
from hearing.wrongs import Refused
from tests.hearing.registry.national import YEAR, Holder, authority, named, person

AT = 1_750_000_000.0
IIN, ANOTHER = "061211600012", "900101300017"
MINUTES = "Қысқаша хаттама".encode() * 50
RSA_OID, GOST_OID = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a830e030a01010102")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Holder:
    return authority(tmp_path_factory.mktemp("root"), AT)


@pytest.fixture(scope="module")
def judge(root: Holder, tmp_path_factory: pytest.TempPathFactory) -> Holder:
    return person(tmp_path_factory.mktemp("judge"), root, IIN, AT)


def _rule(signature: bytes, content: bytes = MINUTES, at: float = AT, roots: tuple[Holder, ...] = ()) -> str | Checked:
    try:
        return check(signature, content, IIN, at, [one.certificate for one in roots])
    except Refused as refused:
        return refused.rule


def test_ones_own_signature_over_the_document_is_taken_with_its_chain(judge: Holder, root: Holder) -> None:
    assert _rule(judge.sign(MINUTES), roots=(root,)) == Checked(Proof.CHECKED, Proof.CHECKED)


def test_without_configured_roots_the_chain_is_said_to_be_unchecked(judge: Holder) -> None:
    assert _rule(judge.sign(MINUTES)) == Checked(Proof.CHECKED, Proof.NOT_CHECKED)


@pytest.mark.parametrize("options", [("-cades", "-keyid"), ("-md", "sha384")])
def test_other_spellings_of_the_same_are_taken(judge: Holder, options: tuple[str, ...]) -> None:
    """By key id; without the attribute that pins the certificate; and each with indefinite lengths."""
    made = judge.sign(MINUTES, *options)
    endless = b"\x30\x80" + made[4:15] + b"\xa0\x80\x30\x80" + made[23:] + bytes(6)
    assert [_rule(one) for one in (made, endless)] == [Checked(Proof.CHECKED, Proof.NOT_CHECKED)] * 2
    assert _rule(endless[:-2]) == "signature_unreadable"


def test_an_elliptic_key_and_an_authority_in_between_are_taken(root: Holder, tmp_path: Path) -> None:
    between = root.issue(tmp_path / "between", named("ISSUING"), ec.generate_private_key(ec.SECP256R1()), AT, ca=True)
    own = person(tmp_path / "own", between, IIN, AT, ec.generate_private_key(ec.SECP384R1()))
    with_chain = own.sign(MINUTES, "-cades", "-certfile", str(between.crt))
    assert _rule(with_chain, roots=(root,)) == Checked(Proof.CHECKED, Proof.CHECKED)
    assert _rule(own.sign(MINUTES), roots=(root,)) == "certificate_foreign"


def test_who_is_no_authority_issues_nothing(judge: Holder, root: Holder, tmp_path: Path) -> None:
    forged = person(tmp_path, judge, IIN, AT)
    assert _rule(forged.sign(MINUTES, "-cades", "-certfile", str(judge.crt)), roots=(root,)) == "certificate_foreign"


WRONG: dict[str, Callable[[Holder, Holder, Path], str | Checked]] = {
    "signature_of_another_document": lambda judge, _, __: _rule(judge.sign(MINUTES), MINUTES + b"."),
    "certificate_of_another": lambda _, root, folder: _rule(person(folder, root, ANOTHER, AT).sign(MINUTES)),
    "certificate_expired": lambda judge, _, __: _rule(judge.sign(MINUTES), at=AT + YEAR.total_seconds()),
    "certificate_not_for_signing": lambda _, root, folder: _rule(
        person(folder, root, IIN, AT, signs=False).sign(MINUTES)
    ),
    "certificate_foreign": lambda judge, _, folder: _rule(judge.sign(MINUTES), roots=(authority(folder, AT),)),
    "signature_broken": lambda judge, _, __: _rule(judge.sign(MINUTES)[:-1] + b"\x00"),
    "signature_algorithm": lambda judge, _, __: _rule(judge.sign(MINUTES, "-md", "sha1")),
    "signature_unreadable": lambda judge, _, __: _rule(judge.sign(MINUTES)[:-1]),
}


@pytest.mark.parametrize("rule", WRONG)
def test_what_does_not_fit_is_refused_by_its_rule(rule: str, judge: Holder, root: Holder, tmp_path: Path) -> None:
    assert WRONG[rule](judge, root, tmp_path) == rule


@pytest.mark.parametrize("options", [("-nodetach",), ("-noattr",), ("-nocerts",)])
def test_what_is_no_detached_signature_with_attributes_and_certificate_is_unreadable(
    judge: Holder, options: tuple[str, ...]
) -> None:
    assert _rule(judge.sign(MINUTES, *options)) == "signature_unreadable"


def test_a_gost_signature_is_kept_and_said_to_be_unchecked_but_its_certificate_is_looked_at(
    judge: Holder, root: Holder, tmp_path: Path
) -> None:
    made = judge.sign(MINUTES).replace(RSA_OID, GOST_OID)
    assert _rule(made, roots=(root,)) == Checked(Proof.NOT_CHECKED, Proof.NOT_CHECKED)
    assert _rule(made, at=AT + YEAR.total_seconds()) == "certificate_expired"
    another = person(tmp_path, root, ANOTHER, AT).sign(MINUTES).replace(RSA_OID, GOST_OID)
    assert _rule(another) == "certificate_of_another"


def test_no_altered_byte_makes_another_signature_and_none_breaks_the_reader(judge: Holder, root: Holder) -> None:
    made = judge.sign(MINUTES)
    dice, taken = random.Random(7), []
    for _ in range(2000):
        place, bit = dice.randrange(len(made)), 1 << dice.randrange(8)
        changed = bytearray(made)
        changed[place] ^= bit
        if isinstance(_rule(bytes(changed), roots=(root,)), Checked):
            taken.append(place)
    assert len(set(taken)) < 20
