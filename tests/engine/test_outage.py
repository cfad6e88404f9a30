from datetime import UTC, datetime, timedelta

from monitor.engine.outage import Outage
from monitor.model import Answer, Failure, Pace, PageTask, Response, Turn

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def unreached(host: int, code: str = "dns") -> Answer:
    return Failure(f"http://h{host}.example/", code, "", NOW)


def answered(host: int) -> Answer:
    return Response(f"http://h{host}.example/", f"http://h{host}.example/", 200, (), b"", NOW, NOW)


def test_half_of_the_hosts_at_once_are_our_own_trouble() -> None:
    outage = Outage()

    assert [outage.is_ours(unreached(host), 10.0) for host in range(6)] == [False, False, False, False, True, True]


def test_a_few_dead_hosts_among_many_are_theirs() -> None:
    outage = Outage()
    for host in range(20):
        outage.is_ours(answered(host), 1.0)

    assert not any(outage.is_ours(unreached(host), 2.0) for host in range(8))


def test_an_answer_ends_the_outage() -> None:
    outage = Outage()
    for host in range(6):
        outage.is_ours(unreached(host), 1.0)

    outage.is_ours(answered(9), 2.0)

    assert not outage.is_open


def test_failures_long_apart_are_no_outage() -> None:
    outage = Outage()

    assert not any(outage.is_ours(unreached(host), 1_000.0 * host) for host in range(9))


def test_a_server_that_refuses_is_no_outage() -> None:
    outage = Outage()

    assert not any(outage.is_ours(unreached(host, "http_503"), 1.0) for host in range(9))


def test_one_probe_a_minute_goes_out() -> None:
    outage = Outage()

    assert [outage.may_probe(at) for at in (100.0, 110.0, 159.0, 161.0)] == [True, False, False, True]


def test_what_just_ended_does_not_begin_again() -> None:
    """Else a few dead hosts in a short list would be asked every minute for ever, and never back off."""
    outage = Outage()
    for host in range(6):
        outage.is_ours(unreached(host), 1.0)
    outage.is_ours(answered(9), 2.0)

    assert not any(outage.is_ours(unreached(host), 3.0) for host in range(6))
    assert [outage.is_ours(unreached(host), 200.0) for host in range(6)] == [False, False, False, False, True, True]


def test_hosts_that_were_dead_before_are_no_sign() -> None:
    outage, turn = Outage(), Turn(1, "h", 1, NOW, ())
    for host in range(4):
        outage.is_ours(unreached(host), 10.0)
        outage.blame(turn, PageTask(host, 1, host, unreached(host).url, Pace(NOW, timedelta(minutes=5))))
    outage.is_ours(answered(9), 200.0)
    outage.blame(turn, PageTask(7, 1, 7, unreached(7).url, Pace(NOW, timedelta(minutes=5))))

    assert not any(outage.is_ours(unreached(host), 3_000.0) for host in (0, 1, 2, 3, 5, 6))
    outage.is_ours(answered(0), 3_100.0)  # it lives again
    assert [outage.is_ours(unreached(host), 9_000.0) for host in (0, 10, 11, 12, 13)] == [False, False, False, False, True]
