"""Writes in groups: everybody is told the truth about his own part."""

import asyncio
from collections.abc import Sequence

import pytest

from app.group_commit import BUSY, LARGE, GroupCommit


class Disk:
    """Writes when it is allowed to, and remembers in what groups."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_write = asyncio.Event()
        self.broken = False

    async def write(self, items: Sequence[int]) -> None:
        self.groups.append(list(items))
        await self.may_write.wait()
        if self.broken:
            raise OSError("disk full")


async def waiting(group: GroupCommit[int], *items: int) -> asyncio.Task[None]:
    """Return an addition that has begun."""
    task = asyncio.create_task(group.add(items))
    await asyncio.sleep(0)
    return task


def test_what_comes_during_a_write_is_written_together() -> None:
    async def story() -> None:
        disk = Disk()
        group = GroupCommit[int](disk.write)
        tasks = [await waiting(group, number) for number in range(5)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks)
        disk.may_write.set()
        await asyncio.gather(*tasks)
        assert sorted(len(items) for items in disk.groups)[-1] > 1
        assert [item for items in disk.groups for item in items] == [0, 1, 2, 3, 4]

    asyncio.run(story())


def test_a_failed_write_is_told_to_its_own_group_only() -> None:
    async def story() -> None:
        disk = Disk()
        group = GroupCommit[int](disk.write)
        unlucky = await waiting(group, 1)
        disk.broken = True
        disk.may_write.set()
        with pytest.raises(OSError, match="disk full"):
            await unlucky
        disk.broken = False
        await group.add([2])
        assert disk.groups == [[1], [2]]

    asyncio.run(story())


def test_who_stops_waiting_disturbs_nobody() -> None:
    async def story() -> None:
        disk = Disk()
        group = GroupCommit[int](disk.write)
        impatient, patient = await waiting(group, 1), await waiting(group, 2)
        impatient.cancel()
        disk.may_write.set()
        await patient
        assert impatient.cancelled() or impatient.cancelling()
        assert [item for items in disk.groups for item in items] == [1, 2]

    asyncio.run(story())


def test_after_a_large_group_the_next_one_gathers_for_a_moment() -> None:
    async def story() -> None:
        disk = Disk()
        disk.may_write.set()
        group = GroupCommit[int](disk.write)
        await asyncio.gather(*(group.add([number]) for number in range(BUSY)))
        late = [await waiting(group, number) for number in (100, 101, 102)]
        await asyncio.gather(*late)
        assert disk.groups[-1] == [100, 101, 102]

    asyncio.run(story())


def test_a_large_group_does_not_wait_for_the_write_under_way_where_order_does_not_matter() -> None:
    async def story() -> None:
        disk = Disk()
        group = GroupCommit[int](disk.write, writers=2)
        tasks = [await waiting(group, number) for number in range(2 * LARGE)]
        assert [len(items) for items in disk.groups] == [1, LARGE]
        disk.may_write.set()
        await asyncio.gather(*tasks)
        assert sorted(item for items in disk.groups for item in items) == list(range(2 * LARGE))

    asyncio.run(story())


def test_a_single_writer_writes_one_group_after_the_other() -> None:
    async def story() -> None:
        disk = Disk()
        group = GroupCommit[int](disk.write)
        tasks = [await waiting(group, number) for number in range(2 * LARGE)]
        assert len(disk.groups) == 1
        disk.may_write.set()
        await asyncio.gather(*tasks)
        assert [item for items in disk.groups for item in items] == list(range(2 * LARGE))

    asyncio.run(story())
