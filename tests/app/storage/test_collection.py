"""The generic collection: a dataclass in, the same dataclass out, in pages that lose nothing."""

import typing
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.id_tags import IdTag, IdTagStatus
from app.errors import AlreadyExists
from app.storage.collection import Collection, equal, to_document
from app.storage.database import Storage
from app.storage.records import Event

NOW = datetime(2036, 6, 15, 12, 0, 0, 123456, tzinfo=UTC)


def collections(storage: Storage) -> list[Collection[Any]]:
    return [one for one in vars(storage).values() if isinstance(one, Collection)]


def test_a_field_that_may_be_missing_has_a_default_to_be_read_back_with(storage: Storage) -> None:
    """None is not stored, so a dataclass that insists on being given it could never be read again."""
    for collection in collections(storage):
        types = typing.get_type_hints(collection.kind)
        for field in fields(collection.kind):
            if type(None) in typing.get_args(types[field.name]):
                assert field.default is None, f"{collection.kind.__name__}.{field.name}"
            if field.name == collection.key:
                assert field.default is MISSING


def test_what_is_inserted_is_what_is_read(storage: Storage) -> None:
    tag = IdTag("TAG", IdTagStatus.BLOCKED, expiry_date=NOW, label="é\u202e\x00<script>", concurrent_limit=3)
    storage.id_tags.insert(tag)
    assert storage.id_tags.get("TAG") == replace(tag, expiry_date=NOW.replace(microsecond=123000))


def test_what_a_newer_version_has_added_is_left_alone(storage: Storage) -> None:
    storage.id_tags.insert(IdTag("TAG"))
    storage.id_tags.documents.update_one({"_id": "TAG"}, {"$set": {"colour": "red"}})
    assert storage.id_tags.get("TAG") == IdTag("TAG")
    storage.id_tags.update("TAG", {"label": "x"})
    assert (storage.id_tags.documents.find_one({"_id": "TAG"}) or {})["colour"] == "red"


def test_what_is_there_already_is_named(storage: Storage) -> None:
    storage.id_tags.insert(IdTag("TAG"))
    with pytest.raises(AlreadyExists) as error:
        storage.id_tags.insert(IdTag("TAG"))
    assert error.value.fields == ("id_tag",)


def test_none_takes_a_field_away(storage: Storage) -> None:
    storage.id_tags.insert(IdTag("TAG", label="x"))
    assert storage.id_tags.update("TAG", {"label": None}) == IdTag("TAG")
    assert "label" not in (storage.id_tags.documents.find_one({"_id": "TAG"}) or {})


def test_a_change_under_a_condition_that_does_not_hold_changes_nothing(storage: Storage) -> None:
    storage.id_tags.insert(IdTag("TAG"))
    assert storage.id_tags.update("TAG", {"label": "x"}, when={"status": "Blocked"}) is None
    assert storage.id_tags.get("TAG") == IdTag("TAG")


def test_an_operator_in_a_value_is_only_a_value(storage: Storage) -> None:
    storage.id_tags.insert(IdTag("TAG"))
    assert storage.id_tags.find(equal([("label", {"$ne": "x"})])) == []
    assert storage.id_tags.get({"$ne": None}) is None


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_pages_together_are_the_whole_list_in_order_although_times_are_equal(storage: Storage, size: int) -> None:
    events = [Event(f"{n:02d}", "CP", "kind", NOW + timedelta(seconds=n // 4)) for n in range(20)]
    for event in events:
        storage.events.insert(event)
    listed: list[Event] = []
    after = None
    while page := storage.events.page({"charge_point_id": "CP"}, after, size):
        listed += page
        after = (page[-1].at, page[-1].event_id)
    assert [event.event_id for event in listed] == [event.event_id for event in reversed(events)]


def test_a_page_of_keys_goes_on_after_the_last(storage: Storage) -> None:
    for name in ("A", "B", "C"):
        storage.id_tags.insert(IdTag(name))
    assert [t.id_tag for t in storage.id_tags.page({}, ("A", "A"), 10)] == ["B", "C"]


def test_enums_times_and_nested_values_become_what_bson_holds() -> None:
    @dataclass
    class Outer:
        status: IdTagStatus
        at: datetime
        inner: list[IdTag]
        nothing: None = None

    document = to_document(Outer(IdTagStatus.BLOCKED, NOW, [IdTag("T")]))
    assert document == {
        "status": "Blocked",
        "at": NOW.replace(microsecond=123000),
        "inner": [{"id_tag": "T", "status": "Accepted", "kind": "card", "concurrent_limit": 1}],
    }
