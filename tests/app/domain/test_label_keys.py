"""Labels' signatures: nobody makes one up, old ones end, and keys can be changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.label_keys import LabelKeys, LabelState
from app.domain.qr import Scan

OLD, NEW = "o" * 32, "n" * 32
KEYS = LabelKeys([NEW, OLD])
LABEL = KEYS.sign("CP001", 1, 3)


def test_a_signed_label_is_valid_for_its_connector_in_any_case_of_letters() -> None:
    assert KEYS.judge(LABEL, 3) is LabelState.VALID
    assert KEYS.judge(replace(LABEL, charge_point_id="cp001"), 3) is LabelState.VALID


def test_it_is_nobody_elses() -> None:
    for other in (replace(LABEL, charge_point_id="CP002"), replace(LABEL, connector_id=2)):
        assert KEYS.judge(other, 3) is LabelState.FORGED


def test_a_label_without_a_signature_or_a_connector_is_an_unsigned_one() -> None:
    assert KEYS.judge(replace(LABEL, signature=None), 3) is LabelState.UNSIGNED
    assert KEYS.judge(replace(LABEL, connector_id=None), 3) is LabelState.UNSIGNED


@pytest.mark.parametrize("in_force", [2, 4])
def test_a_label_of_another_version_is_revoked(in_force: int) -> None:
    assert KEYS.judge(LABEL, in_force) is LabelState.REVOKED


def test_a_version_cannot_be_made_newer_by_who_has_an_old_label() -> None:
    key, _, mac = str(LABEL.signature).split(".")
    assert KEYS.judge(replace(LABEL, signature=f"{key}.4.{mac}"), 4) is LabelState.FORGED


@given(some.integers(0, 28), some.sampled_from("AZaz09_-."))
def test_no_character_of_a_signature_can_be_another_one(place: int, other: str) -> None:
    signature = str(LABEL.signature)
    changed = signature[:place] + other + signature[place + 1 :]
    expected = LabelState.VALID if changed == signature else LabelState.FORGED
    assert KEYS.judge(replace(LABEL, signature=changed), 3) is expected


def test_the_first_key_signs_and_the_others_are_still_accepted() -> None:
    old_label = LabelKeys([OLD]).sign("CP001", 1, 1)
    assert KEYS.judge(old_label, 1) is LabelState.VALID
    assert LabelKeys([NEW]).judge(old_label, 1) is LabelState.FORGED
    assert LabelKeys([OLD]).judge(KEYS.sign("CP001", 1, 1), 1) is LabelState.FORGED


def test_d2_a_label_is_not_guessed_by_who_knows_the_charge_point() -> None:
    assert KEYS.judge(Scan("CP001", 1, "AAAA.3." + "A" * 22), 3) is LabelState.FORGED
    assert len(str(LABEL.signature).rpartition(".")[2]) == 22, "128 bits in base64"
