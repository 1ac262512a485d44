from ocpp_server.settings import ServerSettings
from ocpp_server.throttle import Doorkeeper, TokenBucket


def test_a_burst_is_free_and_after_it_each_token_takes_its_time() -> None:
    bucket = TokenBucket(rate=10, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0, 0, 0]
    assert bucket.take(0.0) == 0.1
    assert bucket.take(0.1) == 0.1
    assert bucket.take(10.0) == 0


def test_an_allowance_never_grows_beyond_the_burst() -> None:
    bucket = TokenBucket(rate=10, burst=3, now=0.0)
    assert [bucket.take(1_000.0) for _ in range(3)] == [0, 0, 0]
    assert bucket.take(1_000.0) > 0


def test_a_guesser_may_try_again_as_time_passes() -> None:
    doorkeeper = Doorkeeper(ServerSettings(failures_per_minute=6))
    for _ in range(6):
        assert doorkeeper.wait_to_try("cp", "192.0.2.1", 0.0) == 0
        doorkeeper.failed("cp", "192.0.2.1", 0.0)
    assert doorkeeper.wait_to_try("cp", "192.0.2.1", 0.0) == 10
    assert doorkeeper.wait_to_try("cp", "192.0.2.2", 0.0) == 0
    assert doorkeeper.wait_to_try("cp", "192.0.2.1", 10.0) == 0


def test_neighbours_in_one_ipv6_network_are_one() -> None:
    doorkeeper = Doorkeeper(ServerSettings(failures_per_minute_and_address=3))
    for number in range(3):
        doorkeeper.failed(f"cp{number}", f"2001:db8::{number + 1}", 0.0)
    assert doorkeeper.wait_to_try("new", "2001:db8::ffff", 0.0) > 0
    assert doorkeeper.wait_to_try("new", "2001:db8:0:1::1", 0.0) == 0


def test_what_is_remembered_is_bounded() -> None:
    doorkeeper = Doorkeeper(ServerSettings(failures_per_minute=1))
    doorkeeper.failed("first", "192.0.2.1", 0.0)
    assert doorkeeper.wait_to_try("first", "192.0.2.1", 0.0) > 0
    for number in range(20_000):
        doorkeeper.failed(f"cp{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert doorkeeper.wait_to_try("first", "192.0.2.1", 0.0) == 0


def test_taking_over_is_limited_and_coming_back_after_a_hang_up_is_not() -> None:
    doorkeeper = Doorkeeper(ServerSettings(takeovers_per_minute=2))
    assert [doorkeeper.wait_to_take_over("cp", 0.0, replaces=True) for _ in range(3)] == [0, 0, 30]
    assert [doorkeeper.wait_to_take_over("cp", 5.0, replaces=False) for _ in range(3)] == [0, 0, 0]
    doorkeeper.came_in("cp", "192.0.2.1", 6.0)
    assert doorkeeper.wait_to_take_over("cp", 6.1, replaces=False) > 0
