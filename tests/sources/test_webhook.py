import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from standardwebhooks import Webhook as Sender

from bot.sources.webhook import BODY_LIMIT, WebhookOptions, WebhookSource
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes or more").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret of the same").decode()


def post(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"forum:{number}", "text": "where is my parcel", "created_at": "2026-11-20T11:59:00Z"} | more


def sign(value: Any, secret: str = SECRET, sent: datetime = NOON) -> tuple[dict[str, str], bytes]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(sent.timestamp())),
        "Webhook-Signature": Sender(secret).sign("msg_1", sent, body.decode()),
    }
    return headers, body


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def hook(inbox: Inbox) -> AsyncIterator[WebhookSource]:
    source = WebhookSource(WebhookOptions(), "forum", SECRET, InstantClock())
    async with run_source(source, inbox):
        yield source


@pytest.mark.parametrize(
    ("body", "count"),
    [(post(), 1), ([post(1), post(2)], 2), ({"mentions": [post(1), post(2), post(3)]}, 3), ([], 0)],
    ids=["one", "a list", "an object of them", "none"],
)
async def test_what_is_taken_is_in_the_inbox(hook: WebhookSource, inbox: Inbox, body: Any, count: int) -> None:
    answer = await hook.receive(*sign(body))
    assert (answer.status, answer.body) == (202, {"accepted": count, "new": count})
    assert len(inbox.mentions) == count


async def test_a_delivery_that_comes_twice_is_taken_twice_and_new_once(hook: WebhookSource, inbox: Inbox) -> None:
    await hook.receive(*sign([post(1), post(2)]))
    again = await hook.receive(*sign([post(1), post(2)]))
    assert (again.status, again.body["new"], len(inbox.mentions)) == (202, 0, 2)


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
async def test_without_each_of_the_three_headers_nothing_is_stored(
    hook: WebhookSource, inbox: Inbox, missing: str
) -> None:
    headers, body = sign(post())
    del headers[missing]
    assert (await hook.receive(headers, body)).status == 401
    assert not inbox.mentions


async def test_a_body_changed_on_the_way_is_not_believed(hook: WebhookSource, inbox: Inbox) -> None:
    headers, body = sign(post())
    assert (await hook.receive(headers, body.replace(b"parcel", b"wallet"))).status == 401
    assert not inbox.mentions


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)], ids=["old", "from the future"])
async def test_a_stale_delivery_is_not_believed_though_its_signature_is_right(
    hook: WebhookSource, late: timedelta
) -> None:
    answer = await hook.receive(*sign(post(), sent=NOON - late))
    assert (answer.status, answer.body) == (
        401,
        {"error": "webhook-timestamp is more than 5 minutes from Earshot's clock"},
    )


@pytest.mark.parametrize("stamp", ["soon", "-1", "9" * 400, "1e9", "nan", "١٢٣", ""])
async def test_a_timestamp_that_is_none_is_refused(hook: WebhookSource, stamp: str) -> None:
    headers, body = sign(post())
    assert (await hook.receive(headers | {"Webhook-Timestamp": stamp}, body)).status == 401


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,é", "v2,AAAA", " , ,", "\ud800", "v1,====="])
async def test_a_signature_that_is_none_is_refused(hook: WebhookSource, signature: str) -> None:
    headers, body = sign(post())
    assert (await hook.receive(headers | {"Webhook-Signature": signature}, body)).status == 401


async def test_one_right_signature_among_several_is_enough(hook: WebhookSource) -> None:
    headers, body = sign(post())
    headers["Webhook-Signature"] = f"v1,AAAA v1a,BBBB {headers['Webhook-Signature']}"
    assert (await hook.receive(headers, body)).status == 202


@pytest.mark.parametrize("used", [SECRET, OTHER], ids=["the old one", "the new one"])
async def test_while_a_secret_is_changed_both_are_believed(inbox: Inbox, used: str) -> None:
    hook = WebhookSource(WebhookOptions(), "forum", f"{SECRET} {OTHER}", InstantClock())
    async with run_source(hook, inbox):
        assert (await hook.receive(*sign(post(), secret=used))).status == 202


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ([post(), {"id": "forum:2", "text": "x"}], 400, '"mentions[1].created_at" is missing'),
        ({"mentions": [post(), post(author={"followers": -3})]}, 400, '"mentions[1].author.followers" is less than 0'),
        ({"id": "forum:2", "text": "x"}, 400, '"created_at" is missing'),
        ({"mentions": "all"}, 400, '"mentions" is not a list'),
        ([post(), 7], 400, '"mentions[1]" is not an object'),
        ("hello", 400, "the body is neither a mention nor a list"),
        (b"{", 400, "the body is not JSON (expecting property name enclosed in double quotes at character 2)"),
        ([post(n) for n in range(501)], 413, "501 mentions in one delivery, at most 500 are accepted"),
        (b" " * (BODY_LIMIT + 1), 413, "the body is larger than 1 MB"),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_what_cannot_be_taken_is_said_in_words_and_nothing_is_stored(
    hook: WebhookSource, inbox: Inbox, body: Any, status: int, sentence: str
) -> None:
    answer = await hook.receive(*sign(body))
    assert (answer.status, answer.body, inbox.mentions) == (status, {"error": sentence}, {})


async def test_bytes_that_are_no_utf_8_are_not_believed(hook: WebhookSource) -> None:
    headers, _ = sign(post())
    assert (await hook.receive(headers, b"\xff\xfe")).status == 401


async def test_while_the_store_is_away_the_sender_is_asked_to_come_again(hook: WebhookSource, inbox: Inbox) -> None:
    inbox.failures = 1
    answer = await hook.receive(*sign(post()))
    assert (answer.status, answer.headers, inbox.mentions) == (503, {"Retry-After": "5"}, {})
    assert (await hook.receive(*sign(post()))).body["new"] == 1


async def test_a_hook_nobody_listens_to_does_not_pretend() -> None:
    hook, inbox = WebhookSource(WebhookOptions(), "forum", SECRET, InstantClock()), Inbox()
    assert (await hook.receive(*sign(post()))).status == 503
    async with run_source(hook, inbox):
        assert (await hook.receive(*sign(post()))).status == 202
    assert (await hook.receive(*sign(post()))).status == 503


@pytest.mark.parametrize(
    ("given", "heard"),
    [
        ({"id": 17}, "forum:17"),
        ({"id": "17"}, "forum:17"),
        ({"id": "https://forum.example/17"}, "forum:https://forum.example/17"),
        ({"id": "reddit:t3_17"}, "reddit:t3_17"),
        ({"id": "17", "source": "reddit"}, "reddit:17"),
    ],
)
async def test_who_names_no_source_speaks_for_the_hook(
    hook: WebhookSource, inbox: Inbox, given: dict[str, Any], heard: str
) -> None:
    await hook.receive(*sign(post(**given)))
    assert inbox.ids == [heard]


async def test_a_hook_that_is_not_trusted_speaks_for_itself_alone(inbox: Inbox) -> None:
    hook = WebhookSource(WebhookOptions(trust_source=False), "forum", SECRET, InstantClock())
    async with run_source(hook, inbox):
        refused = await hook.receive(*sign([post(), post(id="x:1", source="x")]))
        await hook.receive(*sign(post(id="x:1")))
    assert refused.body["error"].startswith('"mentions[1].source" is another than "forum"')
    assert inbox.ids == ["forum:x:1"]


@pytest.mark.parametrize("secrets", ["", "  ", "whsec_", "whsec_QQ==", f"{SECRET} whsec_A"])
def test_a_hook_without_a_secret_is_not_built(secrets: str) -> None:
    with pytest.raises(ValueError, match='"forum"'):
        WebhookSource(WebhookOptions(), "forum", secrets, InstantClock())


@settings(deadline=None)
@given(some.binary(max_size=200), some.text(max_size=50), some.text(max_size=50))
async def test_no_unsigned_junk_is_believed_or_makes_a_hook_fail(body: bytes, stamp: str, signature: str) -> None:
    hook = WebhookSource(WebhookOptions(), "forum", SECRET, InstantClock(datetime(1970, 1, 1, tzinfo=UTC)))
    headers = {"webhook-id": "1", "webhook-timestamp": stamp, "webhook-signature": signature}
    assert (await hook.receive(headers, body)).status == 401
