import gzip
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.domain.health.source_health import SourceQuota
from bot.sources.outlet_client import (
    MAX_RETRY_AFTER,
    OutletClient,
    OutletError,
    Validators,
    parse_quota,
    parse_retry_time,
)
from tests.sources.fake_outlet import FakeOutlet, break_connection, send_forever, serve_fake_outlet
from tests.sources.source_fakes import NOON, InstantClock


async def request_error(outlet: FakeOutlet, path: str = "/") -> OutletError:
    async with OutletClient(InstantClock()) as client:
        with pytest.raises(OutletError) as caught:
            await client.get(outlet.url + path)
    return caught.value


async def test_the_user_agent_says_who_asks_and_whom_to_write_to() -> None:
    async with serve_fake_outlet() as outlet, OutletClient(InstantClock(), "ops@northwind.example") as client:
        outlet.answers["/"] = [web.Response(text="[]")]
        await client.get(outlet.url, {"q": "a b"})
    _, query, headers = outlet.requests[0]
    assert headers["User-Agent"].startswith("Earshot/")
    assert headers["User-Agent"].endswith(" (+ops@northwind.example)")
    assert query == {"q": "a b"}


async def test_what_did_not_change_is_not_sent_again() -> None:
    async with serve_fake_outlet() as outlet, OutletClient(InstantClock()) as client:
        given = {"ETag": '"1"', "Last-Modified": "Fri, 20 Nov 2026 11:00:00 GMT"}
        outlet.answers["/"] = [web.Response(text="feed", headers=given), web.Response(status=304)]
        first = await client.get(outlet.url)
        second = await client.get(outlet.url, validators=first.validators)
    assert first.validators == Validators('"1"', "Fri, 20 Nov 2026 11:00:00 GMT")
    assert second.is_unchanged
    assert outlet.requests[1][2]["If-None-Match"] == '"1"'
    assert outlet.requests[1][2]["If-Modified-Since"] == given["Last-Modified"]


async def test_a_permanent_redirect_is_followed_and_named_and_a_temporary_one_is_only_followed() -> None:
    async with serve_fake_outlet() as outlet, OutletClient(InstantClock()) as client:
        outlet.answers = {
            "/old": [web.Response(status=301, headers={"Location": "/new"})],
            "/away": [web.Response(status=302, headers={"Location": "/new"})],
            "/new": [web.Response(text="here")],
        }
        moved, away = await client.get(f"{outlet.url}/old"), await client.get(f"{outlet.url}/away")
    assert (moved.body, moved.moved_to) == (b"here", f"{outlet.url}/new")
    assert (away.body, away.moved_to) == (b"here", "")


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("/loop2", "redirects in a circle"),
        ("", "redirects to nowhere"),
        ("file:///etc/passwd", "redirects to nowhere"),
        ("http://169.254.169.254/latest/meta-data", "redirects into a private network"),
        ("http://[::1]/", "redirects into a private network"),
        ("http://localhost:1/", "ends the connection (ClientConnectorDNSError)"),
    ],
)
async def test_a_redirect_that_leads_astray_is_not_followed(location: str, sentence: str) -> None:
    async with serve_fake_outlet() as outlet:
        outlet.answers["/loop2"] = [web.Response(status=302, headers={"Location": "/"})]
        outlet.answers["/"] = [web.Response(status=302, headers={"Location": location})]
        error = await request_error(outlet)
    assert str(error) in {sentence, "is not found: its name has no address"}
    assert not error.status


async def test_our_headers_do_not_follow_to_another_host() -> None:
    async with serve_fake_outlet() as outlet, serve_fake_outlet() as other:
        outlet.answers["/"] = [web.Response(status=302, headers={"Location": other.url})]
        async with OutletClient(InstantClock(), headers={"Authorization": "Bearer secret"}) as client:
            with pytest.raises(OutletError, match="private network"):
                await client.get(outlet.url)
    assert outlet.requests[0][2]["Authorization"] == "Bearer secret"
    assert other.requests == []


async def test_an_answer_without_end_is_cut_off_also_when_it_is_compressed() -> None:
    async with serve_fake_outlet() as outlet:
        outlet.answers["/"] = [send_forever(b"x" * 100_000)]
        bomb = gzip.compress(b"\0" * 60_000_000)
        outlet.answers["/bomb"] = [web.Response(body=bomb, headers={"Content-Encoding": "gzip"})]
        assert str(await request_error(outlet)) == "answers with more than 5 MB"
        assert str(await request_error(outlet, "/bomb")) in {
            "answers with more than 5 MB",
            "ends the connection (ClientPayloadError)",
        }


async def test_each_failure_is_a_sentence() -> None:
    async with serve_fake_outlet() as outlet:
        outlet.answers = {
            "/cut": [break_connection],
            "/401": [web.Response(status=401, text="<h1>no</h1>")],
            "/410": [web.Response(status=410)],
            "/500": [web.Response(status=500, text="<html>" + "x" * 100)],
            "/204": [web.Response(status=204)],
        }
        assert str(await request_error(outlet, "/cut")) == "ends the connection (ServerDisconnectedError)"
        refused = await request_error(outlet, "/401")
        assert (str(refused), refused.needs_person) == ("refuses us (401)", True)
        assert (await request_error(outlet, "/410")).needs_person
        failed = await request_error(outlet, "/500")
        assert (str(failed), failed.needs_person) == ("answers with an error (500)", False)
        assert str(await request_error(outlet, "/204")) == "answers with an error (204)"
    assert str(await request_error(outlet)) == "cannot be reached"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "90"}, 90),
        ({"retry-after": "Fri, 20 Nov 2026 12:10:00 GMT"}, 600),
        ({"x-ratelimit-reset": "2026-11-20T12:05:00.123Z"}, 300.123),
        ({"x-ratelimit-reset": str(int(NOON.timestamp()) + 60)}, 60),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0),
        ({"retry-after": "9" * 400}, MAX_RETRY_AFTER.total_seconds()),
        ({"retry-after": "²"}, None),
    ],
)
def test_when_to_come_again_is_read_as_outlets_say_it(headers: dict[str, str], seconds: float | None) -> None:
    expected = None if seconds is None else NOON + timedelta(seconds=seconds)
    assert parse_retry_time(headers, NOON) == expected


async def test_a_limit_is_told_from_a_refusal() -> None:
    async with serve_fake_outlet() as outlet:
        reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOON.timestamp()) + 60)}
        outlet.answers["/"] = [web.Response(status=403, headers=reset), web.Response(status=403)]
        limited, refused = await request_error(outlet), await request_error(outlet)
    assert (limited.needs_person, limited.retry_at) == (False, NOON + timedelta(seconds=60))
    assert refused.needs_person


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x-ratelimit-limit": "300"}, None),
        ({"x-ratelimit-limit": "300", "x-ratelimit-remaining": "-1"}, None),
        ({"x-ratelimit-limit": "300", "x-ratelimit-remaining": "many"}, None),
        ({"x-ratelimit-limit": "300", "x-ratelimit-remaining": "7"}, SourceQuota(7, 300)),
        (
            {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "2026-11-20T12:05:00Z"},
            SourceQuota(7, 300, NOON + timedelta(minutes=5)),
        ),
    ],
)
def test_what_is_left_is_read_as_outlets_say_it(headers: dict[str, str], expected: SourceQuota | None) -> None:
    assert parse_quota(headers, NOON) == expected


@pytest.mark.parametrize(
    ("status", "body", "sentence", "seconds"),
    [
        (
            403,
            '{"error": {"code": 403, "errors": [{"domain": "youtube.quota", "reason": "quotaExceeded"}]}}',
            "allows no more requests for now (403)",
            None,
        ),
        (
            400,
            '{"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}]}}',
            "refuses our key (400)",
            None,
        ),
        (
            400,
            (
                '{"error_message": "too many requests from this IP, more requests available in 900 seconds", '
                '"error_name": "throttle_violation"}'
            ),
            "allows no more requests for now (400)",
            900,
        ),
        (
            400,
            '{"error_id": 400, "error_message": "`key` doesn\'t match a known application", "error_name": "bad_parameter"}',
            "refuses our key (400)",
            None,
        ),
        (400, '{"error_id": 400, "error_message": "site is required"}', "answers with an error (400)", None),
    ],
)
async def test_what_an_outlet_says_in_its_json_is_told_from_another_error(
    status: int, body: str, sentence: str, seconds: float | None
) -> None:
    async with serve_fake_outlet() as outlet:
        outlet.answers["/"] = [web.Response(status=status, text=body)]
        error = await request_error(outlet)
    assert str(error) == sentence
    assert error.needs_person == ("key" in sentence)
    assert error.retry_at == (NOON + timedelta(seconds=seconds) if seconds else None)


@pytest.mark.parametrize("days", [-1, 30])
async def test_a_certificate_that_ended_or_that_nobody_vouches_for_is_said(tmp_path: Path, days: int) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(14).not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
    pem = made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    file = tmp_path / "server.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    server = TestServer(web.Application())
    await server.start_server(ssl=context)
    async with OutletClient(InstantClock()) as client:
        with pytest.raises(OutletError, match="has a certificate that is not valid") as caught:
            await client.get(f"https://localhost:{server.port}/")
    await server.close()
    assert caught.value.needs_person
