import pytest

from monitor.fetch.guard import Blocked, Guard, literal

REFUSED = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.10",
    "240.0.0.1",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:808:808::",
    "2001:0:808:808::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "3fff::1",
    "2001:db8::1",
    "no address",
]


@pytest.mark.parametrize("ip", REFUSED)
def test_an_address_that_is_not_public_is_refused(ip: str) -> None:
    assert not Guard().allows(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_allowed(ip: str) -> None:
    assert Guard().allows(ip)


def test_a_private_network_is_allowed_where_the_user_named_it() -> None:
    guard = Guard(("127.0.0.2/32", "fd00::/8"))

    assert guard.allows("127.0.0.2")
    assert guard.allows("::ffff:127.0.0.2")
    assert guard.allows("fd00::7")
    assert not guard.allows("127.0.0.1")
    assert not guard.allows("::ffff:127.0.0.1")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        pytest.param("file:///etc/passwd", "blocked_scheme", id="file"),
        pytest.param("gopher://198.51.100.1/x", "blocked_scheme", id="gopher"),
        pytest.param("ftp://example.org/", "blocked_scheme", id="ftp"),
        pytest.param("//example.org/", "blocked_scheme", id="no scheme"),
        pytest.param("http:///nowhere", "blocked_address", id="no host"),
        pytest.param("http://user:word@example.org/", "blocked_address", id="user and password"),
        pytest.param("http://example.org\\@127.0.0.1/", "blocked_address", id="backslash"),
        pytest.param("http://2130706433/", "blocked_address", id="decimal"),
        pytest.param("http://0x7f.1/", "blocked_address", id="hexadecimal"),
        pytest.param("http://0177.0.0.1/", "blocked_address", id="octal"),
        pytest.param("http://127.1/", "blocked_address", id="short"),
        pytest.param("http://[::ffff:127.0.0.1]/", "blocked_address", id="mapped"),
        pytest.param("http://127.0.0.1./", "blocked_address", id="dot at the end"),
        pytest.param("http://example.org:99999/", "blocked_address", id="no such port"),
        pytest.param("http://[::1/", "blocked_address", id="broken brackets"),
        pytest.param("http://example.org/" + "x" * 9_000, "blocked_address", id="endless"),
    ],
)
def test_an_address_is_refused_before_anything_is_sent(url: str, code: str) -> None:
    with pytest.raises(Blocked) as refused:
        Guard().check_url(url)

    assert refused.value.code == code


@pytest.mark.parametrize("url", ["https://example.org/feed?x=1", "http://93.184.216.34/", "http://[2606:4700::1111]/"])
def test_a_plain_public_address_passes(url: str) -> None:
    Guard().check_url(url)


def test_a_host_name_is_no_literal_address() -> None:
    assert literal("example.org") is None
    assert literal("1.2.3.example") is None
    assert literal("[::1]") == "::1"
