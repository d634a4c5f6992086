"""Connections to a calendar's server: where it sends us on to, we do not reach into the network that we stand in."""

import ipaddress
import socket

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class InternalAddressError(OSError):
    """The name may have further addresses, which are tried as after any other failure to connect."""


class GuardedConnector(aiohttp.TCPConnector):
    """Judges each address at the moment it is connected to, so that no name can change its meaning in between.

    The playbook's own server may be internal. Then it may send us on to its like; any other only to public addresses.
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
    """Return public, loopback, link-local, private or special, whatever form of IPv6 hides an IPv4 address."""
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
