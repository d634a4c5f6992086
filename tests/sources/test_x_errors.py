"""What X refuses with, in its own words and with what to do."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.sources.x_errors import compute_quota_reset, parse_api_error
from tests.sources.conftest import World
from tests.sources.fake_x import Refusal
from tests.sources.source_fakes import NOON, run_source, wait_until

PROBLEMS = "https://api.twitter.com/2/problems"
CAPPED: dict[str, Any] = {
    "account_id": 1, "product_name": "standard-basic", "title": "UsageCapExceeded", "period": "Monthly",
    "scope": "Product", "detail": "Usage cap exceeded: Monthly product cap", "type": f"{PROBLEMS}/usage-capped",
}  # fmt: skip


def build_cap_error(status: int = 429, headers: dict[str, str] | None = None, **more: str) -> Refusal:
    return Refusal(status, json.dumps(CAPPED | more).encode(), headers=headers or {})


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (403, {"title": "Client Forbidden", "reason": "client-not-enrolled", "type": f"{PROBLEMS}/client-forbidden"},
         ("X does not allow this token to read posts (403: the app belongs to no project with access to this API. Enroll it "
         "in the developer console). Check the app's access in the X developer console.")),
        (403, {"title": "Forbidden", "reason": "official-client-forbidden", "detail": "no"},
         ("X does not allow this token to read posts (403: X has closed this API to the app. Ask X's developer support). "
         "Check the app's access in the X developer console.")),
        (402, {"title": "CreditsDepleted", "detail": "Your account does not have any credits.", "type": f"{PROBLEMS}/credits"},
         ("X needs credits (402: Your account does not have any credits). Buy credits in the X developer console. "
         "Earshot then continues.")),
        (429, {"title": "ConnectionException", "detail": "This stream is at the maximum allowed connection limit.",
               "connection_issue": "TooManyConnections", "type": f"{PROBLEMS}/streaming-connection"},
         ("X is connected already with this token (429: This stream is at the maximum allowed connection limit). Stop the "
         "other program, or give it its own X app. Earshot tries again automatically.")),
        (429, {"title": "RulesCapExceeded", "detail": "Rule cap exceeded.", "type": f"{PROBLEMS}/rule-cap"},
         "X takes no more rules (Rule cap exceeded). Use fewer terms, or remove rules that other programs gave to this X app."),
        (429, {"title": "Too Many Requests", "detail": "Too Many Requests"},
         "X limits requests (429: Too Many Requests). Earshot waits and continues automatically."),
        (500, {"code": 131, "message": "Internal error"}, "X answers 500: Internal error."),
        (400, {"errors": [{"message": "Rules must be unique", "parameters": {}}], "detail": "One or more", "title": "Invalid"},
         "X answers 400: Rules must be unique."),
        (400, {"title": "Invalid Request"}, "X answers 400: Invalid Request."),
        (400, {"errors": "x", "detail": 7}, "X answers 400: Bad Request."),
        (400, {"detail": "a\nline \u202eand\x1b[31m more"}, "X answers 400: aline and[31m more."),
        (409, {}, "X answers 409: Bad Request."),
    ],
)  # fmt: skip
def test_each_kind_of_refusal_is_a_sentence_with_xs_own_words(status: int, body: dict[str, Any], sentence: str) -> None:
    assert str(parse_api_error(status, {}, body, "Bad Request", NOON)) == sentence


@pytest.mark.parametrize(
    ("refusal", "ends"),
    [
        (build_cap_error(), datetime(2026, 12, 1, tzinfo=UTC)),
        (build_cap_error(period="Daily"), datetime(2026, 11, 21, tzinfo=UTC)),
        (build_cap_error(period="Daily", detail="Usage cap exceeded: Daily"), datetime(2026, 11, 21, tzinfo=UTC)),
        (
            build_cap_error(headers={"x-rate-limit-reset": str(int(NOON.timestamp()) + 300)}),
            datetime(2026, 12, 1, tzinfo=UTC),
        ),
    ],
    ids=["month", "day", "day in other words", "a window of 15 min is not the month"],
)
async def test_a_quota_that_is_used_up_is_said_with_its_end_and_x_is_left_alone_until_then(
    world: World, refusal: Refusal, ends: datetime
) -> None:
    world.x.streams.append(refusal)
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.connects) == 2)
    assert timedelta() < world.x.connects[1] - ends < timedelta(minutes=2)
    assert f"until {ends.day} {ends:%B} 00:00 UTC" in world.inbox.statuses[0]
    assert "Usage cap exceeded" in world.inbox.statuses[0]


async def test_the_end_is_on_the_day_that_x_tells(world: World) -> None:
    world.x.reset_day = 24
    world.x.streams.append(build_cap_error())
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.connects) == 2)
    assert "until 24 November 00:00 UTC" in world.inbox.statuses[0]


async def test_a_quota_that_ends_in_the_middle_of_a_gap_leaves_it_open(world: World) -> None:
    lost = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=n)) for n in range(1, 6)]
    before = world.inbox.cursor
    world.x.answers.append(build_cap_error(period="Daily"))
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.inbox.statuses) >= 2)
        assert (world.inbox.cursor, world.inbox.ids) == (before, [])
        await world.wait_for_mentions(*lost)
        await wait_until(lambda: world.inbox.statuses[-1] == "")
    assert world.inbox.statuses[1].startswith("X's limit for this day is used up (Usage cap exceeded")


async def test_a_quota_that_ends_on_the_stream_is_the_same(world: World) -> None:
    world.x.streams.append([json.dumps({"errors": [CAPPED]}).encode() + b"\r\n"])
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.connects) == 2)
    assert any("used up" in trouble for trouble in world.inbox.statuses)
    assert world.x.connects[1] >= datetime(2026, 12, 1, tzinfo=UTC)


@given(
    some.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001
    some.integers(1, 31),
)
def test_a_month_begins_again_within_two_months_and_on_its_day(now: datetime, day: int) -> None:
    ends = compute_quota_reset("month", now, day)
    last = (ends + timedelta(days=1)).day == 1
    assert now < ends <= now + timedelta(days=32)
    assert ends.day == day or (last and ends.day < day)
