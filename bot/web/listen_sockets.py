"""Open the listening sockets before anything else starts, so that a second process fails at once."""

import errno
import socket

BACKLOG = 128
"""Until the server takes over, which sets its own."""


class ListenError(Exception):
    """The address cannot be used; says which setting to change."""


def open_listen_sockets(host: str, port: int) -> list[socket.socket]:
    """Open one socket for each address of `host` on this machine. Raises `ListenError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ListenError(f"EARSHOT_HOST: no address is known for {host!r}. {_ALL}") from None
    sockets: list[socket.socket] = []
    wrong: OSError | None = None
    for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
        try:
            sockets.append(_open_listen_socket(family, address))
        except OSError as no:
            wrong = no
            if no.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:  # a name may have an address too many
                break
    else:
        if sockets:
            return sockets
    for one in sockets:
        one.close()
    raise ListenError(_describe_listen_error(wrong, host, port)) from None


def _open_listen_socket(family: int, address: object) -> socket.socket:
    # With its protocol named, asyncio turns Nagle's algorithm off: else the body of an answer waits up to 40 ms for the
    # acknowledgement of its head.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made


_ALL = "Leave it out to listen on all addresses."


def _describe_listen_error(no: OSError | None, host: str, port: int) -> str:
    match no.errno if no else None:
        case errno.EADDRINUSE:
            taken = f"port {port} is taken, perhaps by another Earshot"
            portless = "A process without http needs no port: earshot run --workers triage"
            return f"EARSHOT_PORT: {taken}. Stop that one, or set another port. {portless}"
        case errno.EACCES | errno.EPERM:
            return f"EARSHOT_PORT: this user may not listen on port {port}. Set one above 1023."
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT | None:
            return f"EARSHOT_HOST: this machine does not have the address {host!r}. {_ALL}"
    return f"EARSHOT_HOST, EARSHOT_PORT: cannot listen on port {port} of {host!r}: {no.strerror if no else ''}."
