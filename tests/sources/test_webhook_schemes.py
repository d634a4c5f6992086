"""How others sign, and where they keep what a mention is made of."""

import base64
import hashlib
import hmac
import json
import tomllib
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import ValidationError

from bot.domain.mention import Mention
from bot.domain.post_details import ParentPost, Rating
from bot.sources.webhook import WebhookOptions, WebhookResponse, WebhookSource, derive_challenge_token
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source
from tests.sources.test_webhook import SECRET, post, sign

KEY = "0123456789abcdef0123456789abcdef"
GITHUB: dict[str, Any] = {
    "scheme": "hmac", "header": "X-Hub-Signature-256", "prefix": "sha256=",
    "fields": {
        "only": {"action": ("opened", "created")}, "id": "issue.id", "text": ["issue.title", "issue.body"],
        "created_at": "issue.created_at", "url": "issue.html_url",
        "author": {"id": "issue.user.id", "handle": "issue.user.login"},
    },
}  # fmt: skip
META: dict[str, Any] = {
    "scheme": "hmac", "header": "X-Hub-Signature-256", "prefix": "sha256=", "hub_challenge": True,
    "fields": {
        "items": "entry.changes", "only": {"field": "feed", "value.verb": "add"}, "id": "value.comment_id", "text": "value.message",
        "created_at": "value.created_time", "conversation": "value.post_id",
        "author": {"id": "value.from.id", "name": "value.from.name"},
    },
}  # fmt: skip
SHOPIFY: dict[str, Any] = {
    "scheme": "hmac", "header": "X-Shopify-Hmac-Sha256", "encoding": "base64",
    "fields": {"id": "id", "text": "note", "created_at": "created_at", "author": "customer.first_name"},
}  # fmt: skip
STRIPE: dict[str, Any] = {
    "scheme": "hmac", "header": "Stripe-Signature", "prefix": "v1=", "timestamp_header": "Stripe-Signature",
    "timestamp_prefix": "t=", "fields": {"id": "id", "text": "data.object.reason", "created_at": "created"},
}  # fmt: skip
SLACK_LIKE: dict[str, Any] = {
    "scheme": "hmac", "header": "X-Sig", "prefix": "v0=", "timestamp_header": "X-Time", "signed": "v0:{timestamp}:{body}",
}  # fmt: skip


def digest(signed_bytes: bytes, key: str = KEY) -> bytes:
    return hmac.new(key.encode(), signed_bytes, hashlib.sha256).digest()


async def receive(
    inbox: Inbox, options: dict[str, Any], headers: dict[str, str], body: Any, secret: str = KEY
) -> WebhookResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with AsyncExitStack() as stack:
        hook = WebhookSource(WebhookOptions.model_validate(options), "board", secret, InstantClock())
        await stack.enter_async_context(run_source(hook, inbox))
        return await hook.receive(headers, raw)


def hub(body: bytes, key: str = KEY) -> dict[str, str]:
    return {"X-Hub-Signature-256": f"sha256={digest(body, key).hex()}"}


async def test_a_signed_body_with_a_byte_order_mark_is_taken() -> None:
    inbox = Inbox()
    headers, body = sign(b"\xef\xbb\xbf" + json.dumps(post()).encode())
    assert (await receive(inbox, {}, headers, body, SECRET)).status == 202
    assert inbox.ids == ["forum:1"]


@pytest.mark.parametrize("names", [("webhook", "svix"), ("Webhook", "Svix"), ("webhook", "SVIX")])
async def test_headers_under_svixs_names_are_those_of_the_specification(names: tuple[str, str]) -> None:
    inbox = Inbox()
    headers, body = sign(post())
    renamed = {name.lower().replace("webhook", names[1]): value for name, value in headers.items()}
    assert (await receive(inbox, {}, renamed, body, SECRET)).status == 202
    stale, body = sign(post(2), sent=NOON - timedelta(minutes=6))
    renamed = {name.lower().replace("webhook", names[1]): value for name, value in stale.items()}
    assert (await receive(inbox, {}, renamed, body, SECRET)).status == 401


async def test_an_issue_as_github_sends_it_is_a_mention_and_its_ping_is_none() -> None:
    inbox = Inbox()
    issue = {
        "id": 17, "title": "It leaks", "body": "since the update", "created_at": "2026-11-20T11:00:00Z",
        "html_url": "https://github.example/17", "user": {"login": "rui", "id": 7},
    }  # fmt: skip
    for body, accepted in (({"action": "opened", "issue": issue}, 1), ({"zen": "x", "hook_id": 1}, 0),
                           ({"action": "closed", "issue": issue | {"id": 18}}, 0)):  # fmt: skip
        raw = json.dumps(body).encode()
        answer = await receive(inbox, GITHUB, hub(raw), raw)
        assert (answer.status, answer.body["accepted"]) == (202, accepted)
    [mention] = inbox.mentions.values()
    assert (mention.id, mention.text, mention.display_name) == ("board:17", "It leaks\nsince the update", "@rui")
    assert (mention.url, mention.author.id) == ("https://github.example/17", "7")


async def test_comments_as_meta_sends_them_are_mentions() -> None:
    inbox = Inbox()
    value = {
        "verb": "add",
        "comment_id": "1_2",
        "message": "where is it",
        "created_time": 1763640000,
        "post_id": "1",
        "from": {"id": "9", "name": "Rui"},
    }
    body = {"object": "page", "entry": [
        {"id": "1", "changes": [{"field": "feed", "value": value}, {"field": "likes", "value": {"x": 1}}]},
        {"id": "2", "changes": [{"field": "feed", "value": value | {"comment_id": "1_3"}}]},
        {"id": "3", "messaging": []},
        {"id": "4", "changes": [{"field": "feed", "value": value | {"comment_id": f"1_{verb}", "verb": verb}}
                                for verb in ("remove", "edited", "hide")]},
    ]}  # fmt: skip
    raw = json.dumps(body).encode()
    assert (await receive(inbox, META, hub(raw), raw)).body == {"accepted": 2, "new": 2}
    assert inbox.ids == ["board:1_2", "board:1_3"]
    assert inbox.mentions["board:1_2"].created_at == datetime.fromisoformat("2025-11-20T12:00:00+00:00")


async def test_a_note_as_shopify_signs_it_is_a_mention() -> None:
    inbox = Inbox()
    raw = json.dumps(
        {
            "id": 3,
            "note": "it came broken",
            "created_at": "2026-11-20T11:00:00-05:00",
            "customer": {"first_name": "Rui"},
        }
    ).encode()
    headers = {"X-Shopify-Hmac-SHA256": base64.b64encode(digest(raw)).decode()}
    assert (await receive(inbox, SHOPIFY, headers, raw)).status == 202
    assert inbox.ids == ["board:3"]


@pytest.mark.parametrize(("late", "status"), [(0, 202), (299, 202), (-299, 202), (301, 401), (-301, 401)])
async def test_an_event_as_stripe_signs_it_is_taken_while_it_is_fresh(late: int, status: int) -> None:
    inbox = Inbox()
    raw = json.dumps({"id": "evt_1", "created": 1763640000, "data": {"object": {"reason": "never arrived"}}}).encode()
    stamp = str(int(NOON.timestamp()) - late)
    headers = {"Stripe-Signature": f"t={stamp},v1=00ff,v1={digest(f'{stamp}.'.encode() + raw).hex()},v0=abc"}
    assert (await receive(inbox, STRIPE, headers, raw)).status == status


async def test_what_is_signed_may_be_put_together_in_another_way() -> None:
    inbox = Inbox()
    raw, stamp = json.dumps(post()).encode(), str(int(NOON.timestamp()))
    headers = {"X-Sig": f"v0={digest(f'v0:{stamp}:'.encode() + raw).hex().upper()}", "X-Time": stamp}
    assert (await receive(inbox, SLACK_LIKE, headers, raw)).status == 202
    assert (await receive(inbox, SLACK_LIKE, headers | {"X-Time": str(int(stamp) + 1)}, raw)).status == 401


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha1=00", "sha256=zz", "00", "sha256=é", "\ud800", f"sha256={'0' * 64}",
     f"sha256={digest(b'{}', 'f' * 32).hex()}", digest(b"{}").hex()],
)  # fmt: skip
async def test_what_was_not_signed_with_our_key_and_our_prefix_is_not_believed(signature: str) -> None:
    inbox = Inbox()
    assert (await receive(inbox, GITHUB, {"X-Hub-Signature-256": signature}, b"{}")).status == 401


@pytest.mark.parametrize("prefix", ["SHA256=", "Sha256="])
async def test_a_prefix_in_capitals_is_the_same_prefix(prefix: str) -> None:
    headers = {"X-Hub-Signature-256": f"{prefix}{digest(b'{}').hex()}"}
    assert (await receive(Inbox(), GITHUB, headers, b"{}")).status == 202


async def test_a_header_that_is_there_with_another_prefix_is_not_said_to_be_missing() -> None:
    answer = await receive(Inbox(), GITHUB, {"X-Hub-Signature-256": f"sha1={digest(b'{}').hex()}"}, b"{}")
    assert answer.body == {"error": 'X-Hub-Signature-256 has nothing in it that begins with "sha256="'}
    assert (await receive(Inbox(), GITHUB, {}, b"{}")).body == {"error": "X-Hub-Signature-256 is needed"}


def comments(*times: Any) -> dict[str, Any]:
    return {"entry": [
        {"changes": [{"field": "feed", "value": {
            "verb": "add", "comment_id": f"1_{n}", "message": "where is it", "created_time": time,
        }}]}
        for n, time in enumerate(times)
    ]}  # fmt: skip


async def test_a_bad_item_is_counted_and_does_not_cost_the_good_ones() -> None:
    inbox = Inbox()
    raw = json.dumps(comments("x", 1763640000, "y")).encode()
    answer = await receive(inbox, META, hub(raw), raw)
    assert (answer.status, answer.body) == (202, {"accepted": 1, "new": 1, "refused": 2})
    assert inbox.ids == ["board:1_1"]
    raw = json.dumps(comments("x", "y")).encode()
    assert (await receive(inbox, META, hub(raw), raw)).status == 400


async def test_more_items_than_are_stored_at_once_are_taken_in_parts() -> None:
    inbox = Inbox()
    raw = json.dumps(comments(*range(1763640000, 1763641101))).encode()
    assert (await receive(inbox, META, hub(raw), raw)).body == {"accepted": 1101, "new": 1101}
    assert inbox.batches == [500, 500, 101]


async def test_an_issue_that_was_deleted_needs_no_words() -> None:
    fields = {
        "id": "issue.id",
        "text": "issue.title",
        "edited_at": "issue.updated_at",
        "deleted_at": "issue.deleted_at",
    }
    inbox, times = Inbox(), {"updated_at": "2026-11-20T11:30:00Z"}
    for issue in (times | {"id": 17, "title": "x"}, {"id": 18, "deleted_at": times["updated_at"]}, {"id": 19}):
        raw = json.dumps({"issue": issue}).encode()
        await receive(inbox, GITHUB | {"fields": fields}, hub(raw), raw)
    edited_at = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    assert inbox.ids == ["board:17", "board:18"]
    assert inbox.mentions["board:17"].edited_at == inbox.mentions["board:18"].deleted_at == edited_at


async def test_a_review_brings_its_stars_and_place_and_needs_no_words() -> None:
    fields = {"id": "id", "text": "body", "rating": "stars", "rating_best": 10, "place": "shop.name", "parent": "asked"}
    inbox = Inbox()
    for review in ({"id": 1, "stars": 4, "shop": {"name": "Porto"}, "asked": "How was it?"}, {"id": 2, "shop": {}}):
        raw = json.dumps(review).encode()
        await receive(inbox, GITHUB | {"fields": fields}, hub(raw), raw)
    assert inbox.ids == ["board:1"]
    found = inbox.mentions["board:1"]
    assert (found.rating, found.place) == (Rating(value=4, best=10), "Porto")
    assert found.parent == ParentPost(text="How was it?")


async def test_the_json_of_a_form_as_github_sends_it_is_read() -> None:
    issue = {"id": 17, "title": "It leaks & drips", "body": "100 % + é", "created_at": "2026-11-20T11:00:00Z"}
    payload = json.dumps({"action": "opened", "issue": issue}, ensure_ascii=False)
    raw, inbox = urlencode({"payload": payload}).encode(), Inbox()
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert (await receive(inbox, GITHUB, hub(raw) | form, raw)).status == 202
    assert inbox.mentions["board:17"].text == "It leaks & drips\n100 % + é"
    assert (await receive(inbox, GITHUB, hub(b"x") | form, raw)).status == 401
    for wrong in (b"other=1", b"", b"&".join([b"a=1"] * 50), b"payload=%7B"):
        assert (await receive(inbox, GITHUB, hub(wrong) | form, wrong)).status == 400
    headers, body = sign(post(5))
    assert (await receive(inbox, {}, headers | form, body, SECRET)).status == 202  # with Standard Webhooks it is JSON


async def test_without_a_timestamp_a_repetition_is_kept_out_by_its_id() -> None:
    inbox = Inbox()
    raw = json.dumps({"action": "opened", "issue": {"id": 1, "title": "x"}}).encode()
    assert [
        (await receive(inbox, GITHUB | {"fields": GITHUB["fields"] | {"created_at": None}}, hub(raw), raw)).body["new"]
        for _ in "12"
    ] == [1, 0]


async def test_no_sender_with_fields_can_speak_for_another_source() -> None:
    inbox = Inbox()
    raw = json.dumps({"action": "opened", "issue": {"id": "x:1", "title": "t", "created_at": "2026-11-20"}}).encode()
    await receive(inbox, GITHUB, hub(raw), raw)
    assert inbox.ids == ["board:x:1"]


async def test_a_field_that_is_not_what_it_should_be_is_said_with_its_place() -> None:
    raw = json.dumps({"action": "opened", "issue": {"id": 1, "title": "t", "created_at": "soon"}}).encode()
    answer = await receive(Inbox(), GITHUB, hub(raw), raw)
    assert (answer.status, answer.body) == (400, {"error": '"mentions[0].created_at" is not a time'})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"scheme": "hmac"}, "needs header"),
        ({"header": "X-Sig"}, 'needs scheme = "hmac"'),
        ({"scheme": "hmac", "header": "X-Sig", "signed": "{timestamp}"}, "must have {body}"),
        ({"scheme": "hmac", "header": "X-Sig", "signed": "{timestamp}.{body}"}, "timestamp_header"),
        ({"scheme": "hmac", "header": "X-Sig", "timestamp_header": "X-Time", "signed": "{body}"}, "anybody can change a time"),
        ({"scheme": "hmac", "header": "X-Sig", "timestamp_header": "X-Time", "signed": "v0:{body}"}, "{timestamp} in it"),
        ({"scheme": "hmac", "header": "X Sig"}, "header"),
        ({"fields": {"id": "a..b", "text": "t"}}, "fields.id"),
        ({"fields": {"text": "t"}}, "fields.id"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_together_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence.replace("{", r"\{")):
        WebhookOptions.model_validate(options)


def test_meta_is_answered_only_with_the_token_that_check_says() -> None:
    hook = WebhookSource(WebhookOptions.model_validate(META), "board", KEY, InstantClock())
    asked = {"hub.mode": "subscribe", "hub.verify_token": derive_challenge_token(KEY), "hub.challenge": "1158201444"}
    assert hook.confirm_challenge(asked) == "1158201444"
    for wrong in ({"hub.verify_token": "guess"}, {"hub.verify_token": "é"}, {"hub.mode": "unsubscribe"}):
        assert hook.confirm_challenge(asked | wrong) is None
    assert hook.confirm_challenge({}) is None
    assert WebhookSource(WebhookOptions(), "board", SECRET, InstantClock()).confirm_challenge(asked) is None


junk = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5) | some.floats(allow_nan=False),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(["entry", "changes", "value", "field", "message", "comment_id", "from", "id"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(junk)
async def test_no_json_that_is_signed_makes_a_hook_with_fields_fail(value: Any) -> None:
    raw = json.dumps(value).encode()
    inbox = Inbox()
    assert (await receive(inbox, META, hub(raw), raw)).status in {202, 400}
    assert all(isinstance(mention, Mention) for mention in inbox.mentions.values())


EXAMPLE = (Path(__file__).parents[2] / "playbook.example.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "options"), [("github", GITHUB), ("facebook", META), ("shop", SHOPIFY), ("disputes", STRIPE)]
)
def test_the_senders_of_the_example_playbook_are_those_that_are_tried_here(name: str, options: dict[str, Any]) -> None:
    block = EXAMPLE.partition(f"# [sources.webhook.{name}]\n")[2].partition("\n\n")[0]
    written = WebhookOptions.model_validate(tomllib.loads(block.replace("# ", "")))
    tried = WebhookOptions.model_validate(options)
    assert written.model_dump(exclude={"fields"}) == tried.model_dump(exclude={"fields"})
    assert written.fields
    assert tried.fields
    if name == "facebook":  # what is removed there must open no case
        assert written.fields.only == tried.fields.only
    assert written.fields.model_dump(exclude={"only"}) == tried.fields.model_dump(exclude={"only"})
