"""Guard against SSRF: redirects of a calendar's server must not lead into our internal network."""

import ipaddress
import socket

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class InternalAddressError(OSError):
    """An address of a name is internal; its other addresses are tried next."""


class GuardedConnector(aiohttp.TCPConnector):
    """Checks each address when it connects, so that DNS rebinding is of no use.

    The playbook's own server may be internal, and may then redirect to its like; others only to public addresses.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self.redirected = False
        self._own: set[str] = set()
        super().__init__(resolver=resolver, socket_factory=self._open_socket, force_close=True, use_dns_cache=False)

    def _open_socket(self, info: AddrInfoType) -> socket.socket:
        kind = classify_address(str(info[4][0]))
        if not self.redirected:
            self._own.add(kind)
        elif kind not in {"public", *self._own}:
            raise InternalAddressError("internal address")
        return socket.socket(family=info[0], type=info[1], proto=info[2])


def classify_address(address: str) -> str:
    """Return public, loopback, link-local, private or special, also for an IPv4 address inside an IPv6 address."""
    at = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(at, ipaddress.IPv6Address):
        hidden = (
            at.ipv4_mapped or at.sixtofour or (ipaddress.IPv4Address(int(at) & 0xFFFFFFFF) if at in _NAT64 else None)
        )
        if hidden:
            return classify_address(str(hidden))
    if at.is_loopback:
        return "loopback"
    if at.is_link_local:
        return "link-local"
    if at.is_multicast or at.is_reserved or at.is_unspecified:
        return "special"
    return "public" if at.is_global else "private"
