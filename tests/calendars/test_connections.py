"""Where a calendar's server sends us on to: never into the network that we stand in, unless it stands there itself."""

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.connections import GuardedConnector, InternalAddressError, classify_address
from bot.calendars.fetch import fetch_calendar
from tests.calendars.sample_calendars import build_calendar
from tests.calendars.server import calendars

INTERNAL = "its server redirects to an internal address"


class RotatingResolver(AbstractResolver):
    """Each name in turn has each of its addresses: a name that changes its meaning between two questions."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = {name.replace("_", "."): answers for name, answers in addresses.items()}

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ARG002
        answers = self.addresses[host]
        at = answers.pop(0) if len(answers) > 1 else answers[0]
        return [ResolveResult(hostname=host, host=at, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/secret",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "webcal://10.0.0.1/cal.ics",
        "//10.0.0.1/cal.ics",
    ],
)
async def test_a_redirect_to_an_internal_address_is_not_followed(location: str) -> None:
    async with calendars() as server:
        server.location = location
        with pytest.raises(CalendarError, match=INTERNAL):
            await fetch_calendar(f"{server.url}/nights.ics")
        assert len(server.asked) == 1


async def test_a_name_is_judged_by_the_address_that_is_connected_to_each_time() -> None:
    names = RotatingResolver(cal_example=["127.0.0.1", "10.0.0.7"], other_example=["169.254.169.254"])
    async with calendars() as server:
        port = server.url.rpartition(":")[2]
        for location in (f"http://other.example:{port}/x.ics", f"http://cal.example:{port}/nights.ics"):
            server.location = location
            names.addresses["cal.example"] = ["127.0.0.1", "10.0.0.7"]
            with pytest.raises(CalendarError, match=INTERNAL):
                await fetch_calendar(f"http://cal.example:{port}/nights.ics", resolver=names)


async def test_a_server_of_our_own_network_may_send_us_on_within_it() -> None:
    async with calendars() as server, calendars() as other:
        server.location, other.text = f"{other.url}/nights.ics", build_calendar()
        found = await fetch_calendar(f"{server.url}/nights.ics")

    assert found is not None
    assert found.text == build_calendar()


async def test_a_public_server_may_send_us_to_public_addresses_alone() -> None:
    connector = GuardedConnector()
    connector._open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.215.14", 443))).close()
    connector.redirected = True
    connector._open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 443))).close()
    with pytest.raises(InternalAddressError):
        connector._open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 6379)))
    await connector.close()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("93.184.215.14", "public"),
        ("2606:2800:21f::1", "public"),
        ("127.0.0.53", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("fe80::1%eth0", "link-local"),
        ("169.254.169.254", "link-local"),
        ("172.16.0.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("224.0.0.1", "special"),
        ("0.0.0.0", "special"),
        ("::", "special"),
        ("240.0.0.1", "special"),
    ],
)
def test_an_address_is_told_in_every_form(address: str, kind: str) -> None:
    assert classify_address(address) == kind
