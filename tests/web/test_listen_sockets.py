"""The address that we listen on: what cannot be had is a sentence that names the setting."""

import asyncio
import errno
import os
import socket

import pytest

from bot.web.listen_sockets import ListenError, _describe_listen_error, open_listen_sockets


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "EARSHOT_PORT: this user may not listen on port 80. Set one above 1023."),
        (errno.EPERM, "EARSHOT_PORT: this user may not listen on port 80. Set one above 1023."),
        (errno.EMFILE, "EARSHOT_HOST, EARSHOT_PORT: cannot listen on port 80 of 'h': Too many open files."),
    ],
)
def test_what_only_some_machines_refuse_is_a_sentence_too(number: int, sentence: str) -> None:
    assert _describe_listen_error(OSError(number, os.strerror(number)), "h", 80) == sentence


def test_a_name_is_listened_on_at_each_of_its_addresses_and_what_was_taken_is_given_back() -> None:
    [first, *others] = open_listen_sockets("127.0.0.1", 0)
    port = first.getsockname()[1]
    assert not others
    with pytest.raises(ListenError):
        open_listen_sockets("127.0.0.1", port)
    first.close()
    again = open_listen_sockets("localhost", port)
    assert ("127.0.0.1", port) in [one.getsockname() for one in again]
    for one in again:
        with socket.create_connection(one.getsockname()[:2], timeout=5):
            pass
        one.close()


async def test_the_body_of_an_answer_does_not_wait_until_its_head_was_acknowledged() -> None:
    seen = asyncio.get_running_loop().create_future()

    async def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    [listening] = open_listen_sockets("127.0.0.1", 0)
    async with await asyncio.start_server(look, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname())
        assert await seen
        writer.close()
