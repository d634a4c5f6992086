"""Each pager against its service: what it sends, and how each way of failing is named."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.sinks.pagers
from bot.config.settings_loader import load_settings
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import AttemptStatus, CauseKind, ContactMethod, PageAttempt, PageCause, Severity, open_page
from bot.sinks.pagers import http
from bot.sinks.pagers.base import CALL_TIMEOUT, Pager, PageRequest, PagerResponse
from bot.sinks.pagers.catalogue import PAGERS, build_pagers
from tests.clock import SteppedClock
from tests.pagers import api_contracts
from tests.pagers.fake_services import FakePagerServices, Fault, serve_pager_services

AT = datetime(2026, 3, 11, 4, 2, tzinfo=UTC)
PAGE = open_page(PageCause(CauseKind.CASE, "c48cc3e56711b6"), Severity.SEV1, "pr", AT)
MATTER = PageContext(
    headline="Crisis about Northwind Air on X",
    severity_text="urgency 90 of 100, reach 34k",
    since=AT,
    location="pr",
    author="@marta",
    quote="smoke in the cabin!! see https://evil.example/x?y=1 and evil.example/login now",
    card_link="https://slack.com/app_redirect?channel=C0PR&message_ts=1.1",
    url="https://x.example/marta/1",
    case_id="c48cc3e56711b6",
)
CONTACT = ContactDetails(name="Ben", phone="+351912345678", ntfy="northwind-ben-4711")
LINK = "https://earshot.example/acknowledge/t0ken"
ENDS = {
    Fault.DOWN: AttemptStatus.LOST,
    Fault.NONSENSE: AttemptStatus.LOST,
    Fault.BUSY: AttemptStatus.LATER,
    Fault.REFUSED: AttemptStatus.REFUSED,
    Fault.GONE: AttemptStatus.LOST,
}
WAYS = {
    "pagerduty": ContactMethod.PAGERDUTY,
    "ntfy": ContactMethod.NTFY,
    "twilio": ContactMethod.CALL,
    "webhook": ContactMethod.WEBHOOK,
}


@pytest.fixture
async def services() -> AsyncIterator[FakePagerServices]:
    async with serve_pager_services() as made:
        yield made


@pytest.fixture
async def pagers(services: FakePagerServices, clock: SteppedClock) -> AsyncIterator[dict[str, Pager]]:
    async with aiohttp.ClientSession() as session:
        yield {pager.name: pager for pager in build_pagers(load_settings(services.settings()), session, clock)}


def a_call(way: ContactMethod, link: str = LINK) -> PageRequest:
    return PageRequest(PAGE, PageAttempt(1, 1, way, "U0BEN", AT), MATTER, CONTACT, link)


def test_every_pager_is_in_the_catalogue_and_every_file_is_a_pager() -> None:
    here = Path(bot.sinks.pagers.__file__).parent
    files = {file.stem for file in here.glob("*.py")} - {"__init__", "base", "catalogue", "http"}
    assert PAGERS.keys() == files


def test_a_request_ends_before_its_attempt_may_be_taken_over() -> None:
    assert http.TIMEOUT.total is not None
    assert http.TIMEOUT.total < CALL_TIMEOUT


@pytest.mark.parametrize("name", WAYS)
async def test_what_is_sent_is_as_its_service_documents_it(
    name: str, pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    told = await pagers[name].send_page(a_call(WAYS[name]))
    assert (told.result, services.violations) == (AttemptStatus.DELIVERED, [])
    assert len(services.requests) == 1


async def test_a_call_listens_for_a_key_where_there_is_an_address_to_tell_it_to(
    pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    await pagers["twilio"].send_page(a_call(ContactMethod.CALL))
    await pagers["twilio"].send_page(a_call(ContactMethod.CALL, link=""))
    listens, speaks = services.of("call")
    assert api_contracts.gathering(listens["Twiml"]) == f"{LINK}/pressed"
    assert "Press 1 to acknowledge" in listens["Twiml"]
    assert "Gather" not in speaks["Twiml"]
    assert "Open Slack and acknowledge" in speaks["Twiml"]
    assert "smoke" not in listens["Twiml"], "a stranger's words are not spoken"


BECAME: list[tuple[dict[str, Any], PagerResponse | None]] = [
    ({"status": "queued", "answered_by": None}, None),
    ({"status": "ringing", "answered_by": None}, None),
    ({"status": "in-progress", "answered_by": None}, None),
    ({"status": "in-progress", "answered_by": "human"}, PagerResponse(AttemptStatus.ANSWERED)),
    ({"status": "completed", "answered_by": "unknown"}, PagerResponse(AttemptStatus.ANSWERED)),
    (
        {"status": "completed", "answered_by": "machine_start"},
        PagerResponse(AttemptStatus.MISSED, "a machine picked up"),
    ),
    ({"status": "completed", "answered_by": "fax"}, PagerResponse(AttemptStatus.MISSED, "a machine picked up")),
    ({"status": "no-answer", "answered_by": None}, PagerResponse(AttemptStatus.MISSED, "nobody picked up")),
    ({"status": "busy", "answered_by": None}, PagerResponse(AttemptStatus.MISSED, "the phone was busy")),
    ({"status": "failed", "answered_by": None}, PagerResponse(AttemptStatus.MISSED, "the phone could not be reached")),
]


@pytest.mark.parametrize(("became", "told"), BECAME)
async def test_what_became_of_a_call_is_asked_and_a_machine_is_nobody(
    became: dict[str, Any], told: PagerResponse | None, pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    taken = await pagers["twilio"].send_page(a_call(ContactMethod.CALL))
    services.call_statuses = became
    attempt = a_call(ContactMethod.CALL).attempt._replace(reference=taken.reference)
    assert await pagers["twilio"].fetch_outcome(attempt) == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("sent", None),
        ("delivered", PagerResponse(AttemptStatus.DELIVERED, "to the phone")),
        ("undelivered", PagerResponse(AttemptStatus.MISSED, "the carrier did not deliver it")),
    ],
)
async def test_what_became_of_a_text_message_is_asked_too(
    status: str, told: PagerResponse | None, pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    taken = await pagers["twilio"].send_page(a_call(ContactMethod.TEXT))
    services.text_statuses = {"status": status, "error_code": None}
    attempt = a_call(ContactMethod.TEXT).attempt._replace(reference=taken.reference)
    assert await pagers["twilio"].fetch_outcome(attempt) == told


@pytest.mark.parametrize("fault", ENDS)
async def test_when_nobody_says_what_became_of_a_call_it_stays_unknown(
    fault: Fault, pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    taken = await pagers["twilio"].send_page(a_call(ContactMethod.CALL))
    services.faults["twilio asked"] = fault
    attempt = a_call(ContactMethod.CALL).attempt._replace(reference=taken.reference)
    assert await pagers["twilio"].fetch_outcome(attempt) is None


async def test_a_number_that_twilio_does_not_know_is_told_as_what_it_is(
    pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    call = a_call(ContactMethod.CALL)._replace(contact=replace(CONTACT, phone="no number"))
    assert await pagers["twilio"].send_page(call) == PagerResponse(
        AttemptStatus.REFUSED, "the phone's number is not valid"
    )
    assert services.violations == ["twilio: To"]


async def test_a_text_message_is_short_has_the_link_and_no_word_of_a_stranger(
    pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    await pagers["twilio"].send_page(a_call(ContactMethod.TEXT))
    [text] = services.of("text")
    assert text["Body"].endswith(LINK)
    assert len(text["Body"]) <= 300
    assert "smoke" not in text["Body"]
    assert "marta" not in text["Body"]


async def test_a_push_quotes_the_post_without_its_links(pagers: dict[str, Pager], services: FakePagerServices) -> None:
    await pagers["ntfy"].send_page(a_call(ContactMethod.NTFY))
    [push] = services.of("ntfy")
    assert "smoke in the cabin" in push["message"]
    assert "evil.example" not in push["message"]
    assert [one["label"] for one in push["actions"]] == ["Acknowledge", "View card", "Open post"]
    assert push["click"] == LINK
    assert push["priority"] == 5


async def test_without_a_public_address_a_push_says_where_to_acknowledge(
    pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    await pagers["ntfy"].send_page(a_call(ContactMethod.NTFY, link=""))
    [push] = services.of("ntfy")
    assert push["message"].endswith("Open Slack and press Acknowledge.")


async def test_a_page_is_one_alert_at_pagerduty_until_it_is_resolved(
    pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    await pagers["pagerduty"].send_page(a_call(ContactMethod.PAGERDUTY))
    await pagers["pagerduty"].sync_page(PAGE.copy_with(acknowledged_at=AT))
    await pagers["pagerduty"].sync_page(PAGE.copy_with(closed_at=AT))
    events = services.of("pagerduty")
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert {event["dedup_key"] for event in events} == {PAGE.id}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("fault", ENDS)
async def test_every_fault_has_a_name_and_repeats_nothing_of_what_was_answered(
    name: str, fault: Fault, pagers: dict[str, Pager], services: FakePagerServices
) -> None:
    services.faults[name] = fault
    told = await pagers[name].send_page(a_call(WAYS[name]))
    assert told.result is ENDS[fault]
    assert "hotel" not in told.why
    assert told.why


async def test_a_service_that_is_not_there_is_asked_later(pagers: dict[str, Pager], clock: SteppedClock) -> None:
    nowhere = {"NTFY_URL": "http://127.0.0.1:9"}
    async with aiohttp.ClientSession() as session:
        [ntfy] = build_pagers(load_settings(nowhere), session, clock)
        assert (await ntfy.send_page(a_call(ContactMethod.NTFY))).result is AttemptStatus.LATER


async def test_a_service_that_is_slow_is_given_up(pagers: dict[str, Pager], services: FakePagerServices) -> None:
    """Waits five real seconds."""
    services.faults["ntfy"] = Fault.SLOW
    told = await pagers["ntfy"].send_page(a_call(ContactMethod.NTFY))
    assert (told.result, told.why) == (AttemptStatus.LOST, "no answer in 5 s")


@pytest.mark.parametrize("name", ["pagerduty", "ntfy", "twilio"])
async def test_check_rings_nobody(name: str, pagers: dict[str, Pager], services: FakePagerServices) -> None:
    told = await pagers[name].check_connection()
    assert told is not None
    assert told.result is AttemptStatus.DELIVERED
    assert not [event for event in services.of("pagerduty") if event["event_action"] == "trigger"]
    assert not services.of("ntfy")
