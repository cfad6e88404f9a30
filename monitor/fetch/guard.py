"""Which addresses may be asked: http and https on public networks, and the private ones a user named.

What counts is the address that is connected to, so names are looked up here, in a thread pool of their own, and every answer is
checked (CVE-2026-27696 and its many relatives: a check of the name alone is undone by redirects, odd spellings and rebinding).
"""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

MAX_URL = 8_000
MAX_HOST = 253

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# what ipaddress.is_global of Python 3.11 lets pass although nobody public is there (measured; IANA special registries)
_NEVER_PUBLIC: tuple[_Network, ...] = tuple(
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
        "fc00::/7",
        "fe80::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_MAX_LOOKUPS = 512  # more than may be in flight ([fetch] concurrency and those that hang beside it): a resolver may hang for half a minute


class Blocked(OSError):
    """This address must not be asked. `code` is the contract's: blocked_address or blocked_scheme."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Guard:
    """Tells which addresses may be connected to. `networks` are those a user allows beside the public ones."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._allowed = tuple(ipaddress.ip_network(net, strict=False) for net in networks)
        self._judged = lru_cache(4096)(self._judge)

    def allows(self, ip: str) -> bool:
        """Whether this literal address may be connected to; what an IPv6 address carries inside is judged too."""
        return self._judged(ip)

    def _judge(self, ip: str) -> bool:
        try:
            address: _Address = ipaddress.ip_address(ip.split("%", 1)[0])
        except ValueError:
            return False
        if self._is_allowed(address):
            return True
        inner = _carried(address)
        if inner is not None:
            return self._is_allowed(inner) or (_is_public(inner) and not _is_tunnel(address))
        return _is_public(address)

    def check_url(self, url: str) -> None:
        """Raises Blocked for what no connection is needed to refuse: scheme, userinfo, odd characters, literal addresses."""
        if len(url) > MAX_URL:
            raise Blocked("blocked_address", "the address is longer than 8,000 characters")
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise Blocked("blocked_address", f"not an address: {error}") from None
        if parts.scheme.lower() not in ("http", "https"):
            raise Blocked("blocked_scheme", f"only http and https are asked, not {parts.scheme[:20] or 'an address without scheme'!r}")
        if not host or len(host) > MAX_HOST:
            raise Blocked("blocked_address", "the address names no host")
        if "@" in parts.netloc:
            raise Blocked("blocked_address", "an address with a user name or password in it is not asked")
        if "\\" in parts.netloc or any(ord(c) <= 32 or ord(c) == 127 for c in parts.netloc):
            raise Blocked("blocked_address", "the address has characters that no host name has")
        self.check_host(host)

    def check_host(self, host: str) -> None:
        """Raises Blocked when the host is a literal address, however spelled, that must not be connected to."""
        ip = literal(host)
        if ip is not None and not self.allows(ip):
            raise Blocked("blocked_address", f"{host} is not on a public network (see [fetch] allow_networks)")

    def socket_for(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A socket for this address, the last check before connecting. Raises Blocked."""
        family, kind, protocol, _, address = info
        if not self.allows(str(address[0])):
            raise Blocked("blocked_address", f"{address[0]} is not on a public network (see [fetch] allow_networks)")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    def _is_allowed(self, address: _Address) -> bool:
        return any(address.version == net.version and address in net for net in self._allowed)


class Resolver(AbstractResolver):
    """Looks names up in daemon threads of its own, so that hung names stop nothing; answers only with addresses that are allowed."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._free = asyncio.Semaphore(_MAX_LOOKUPS)

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The allowed addresses of a name. Raises Blocked when it has addresses and none is allowed, OSError when it has none."""
        infos = await self._look_up(host, port, family)
        found = [(info[0], str(info[4][0])) for info in infos if info[0] in (socket.AF_INET, socket.AF_INET6)]
        allowed = [(kind, ip) for kind, ip in found if self._guard.allows(ip)]
        if found and not allowed:
            raise Blocked("blocked_address", f"{host} is at {found[0][1]}, not on a public network (see [fetch] allow_networks)")
        return [ResolveResult(hostname=host, host=ip, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST) for kind, ip in allowed]

    async def close(self) -> None:
        """Nothing to close: the threads are daemons and end with their look-up."""

    async def _look_up(self, host: str, port: int, family: int) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[tuple[int, int, int, str, tuple[object, ...]]]] = loop.create_future()
        await self._free.acquire()

        def tell(result: object, error: OSError | None) -> None:
            self._free.release()
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]  # getaddrinfo's own shape

        def ask() -> None:
            result, failed = None, None
            try:
                result = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            except OSError as error:
                failed = error
            except UnicodeError as error:
                failed = socket.gaierror(socket.EAI_NONAME, str(error))
            # the loop may be gone when a hung name answers at last
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, result, failed)

        try:
            threading.Thread(target=ask, name="dns", daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise OSError(f"no thread for looking up {host}: {error}") from error
        return await answer


@lru_cache(4096)
def literal(host: str) -> str | None:
    """The address a host spells by itself, also as 2130706433, 0x7f.1 or 0177.0.0.1; None for a name."""
    host = host.strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(host.split("%", 1)[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, UnicodeError):
        return None


def _carried(address: _Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return address.teredo[1] if address.teredo else None


def _is_tunnel(address: _Address) -> bool:
    """6to4, Teredo and compatible addresses lead nowhere public today; only NAT64 and mapped ones are in use."""
    return isinstance(address, ipaddress.IPv6Address) and address not in _NAT64 and address.ipv4_mapped is None


def _is_public(address: _Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_unspecified or address.is_loopback:
        return False
    return not any(address.version == net.version and address in net for net in _NEVER_PUBLIC)
