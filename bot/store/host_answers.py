"""What Sentinels, or the nodes of a cluster, say of where the primary is; why each does not, if none does."""

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NamedTuple

from redis.asyncio.connection import SSLConnection
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from bot.store.redis_errors import shorten_reply

NO_ANSWER = (RedisError, OSError, ValueError, LookupError, TypeError)
"""From one that is down, refuses, or is not what the URL says."""
_REPLIES = {
    "cluster support disabled": "it is not a node of a cluster (for one server, begin REDIS_URL with redis://)",
    "unknown command 'sentinel'": "it is not a Sentinel (for one server, begin REDIS_URL with redis://)",
    "unknown command 'cluster'": "it is not a node of a cluster",
    "no such master": "it watches no primary of this name",
}


class UnknownPrimaryError(NoConnection):
    """Says in a whole sentence why nobody says where the primary is."""


class AddressQuestion(NamedTuple):
    asked: str
    """Who is asked, in the singular."""
    wanted: str
    login: str
    """What their password is called in the URL."""


async def ask_each(
    clients: Sequence[Any], ask: Callable[[Any], Awaitable[Any]], question: AddressQuestion
) -> list[Any]:
    """Ask all at once; return what those said that answered in a way that makes sense.

    If none did, raise `UnknownPrimaryError`, which says of each host why.
    """
    said = await asyncio.gather(*map(ask, clients), return_exceptions=True)
    for error in said:
        if isinstance(error, BaseException) and not isinstance(error, NO_ANSWER):
            raise error
    found = [one for one in said if one and not isinstance(one, BaseException)]
    if not found:
        reasons = [_describe_silence(client, one, question) for client, one in zip(clients, said, strict=True)]
        count = len(clients)
        who = f"None of {count} {question.asked}s says" if count > 1 else f"The {question.asked} does not say"
        raise UnknownPrimaryError(f"{who} {question.wanted}: {'; '.join(reasons)}")
    return found


def _describe_silence(client: Any, said: object, question: AddressQuestion) -> str:
    """Say which host it is, and why it gave no answer."""
    connection = client.connection_pool.connection_kwargs
    has_tls, why = issubclass(client.connection_pool.connection_class, SSLConnection), "it knows of no owner"
    if isinstance(said, BaseException):
        why = _describe_error(said, question.login, has_tls=has_tls)
    return f"{format_address(connection['host'], connection['port'])}: {why}"


def format_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _describe_error(error: BaseException, login: str, *, has_tls: bool) -> str:
    """Describe what `NO_ANSWER` catches, without the driver's words where ours say more.

    `login` is what the password is called in the URL; the password itself is in no error.
    """
    if isinstance(error, AuthenticationError):
        return _describe_login(error, login)
    if isinstance(error, ResponseError):
        words = str(error).casefold()
        known = (sentence for part, sentence in _REPLIES.items() if part in words)
        return next(known, f"it refuses: {shorten_reply(error)}")
    if isinstance(error, RedisError | OSError):
        return _describe_connection(error, has_tls=has_tls)
    return "its answer makes no sense"


def _describe_connection(error: RedisError | OSError, *, has_tls: bool) -> str:
    for cause in _walk_causes(error):
        if isinstance(cause, socket.gaierror):
            return "no address is known for this name"
        if isinstance(cause, ssl.SSLError):
            return f"TLS fails ({cause.reason or 'no handshake'})"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()
    if isinstance(error, NoAnswer | TimeoutError):
        return "no answer in time" + (" (does it speak TLS, as rediss:// says?)" if has_tls else "")
    return "no connection" + ("" if has_tls else " (does it speak only TLS? Then use rediss://)")


def _describe_login(error: AuthenticationError, login: str) -> str:
    if error.status_code == "NOAUTH":
        return f"it asks for a password, and no {login} is given"
    if "without any password" in str(error):
        return f"it has no password, and a {login} is given"
    return f"wrong user name or {login}"


def _walk_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what the driver wrapped in it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
