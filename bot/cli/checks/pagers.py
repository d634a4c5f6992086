"""Whether somebody can be woken: who has only Slack at 4am, which pagers answer, what is set by halves."""

from collections.abc import AsyncIterator, Iterator

import aiohttp

from bot.cli.check_report import CheckFinding, make_fault, make_note, make_ok
from bot.cli.checks.locations import PlaybookLocations
from bot.clock import SystemClock
from bot.config import Playbook
from bot.config.settings import Settings
from bot.domain.paging.contact_methods import ENV, ContactDetails
from bot.domain.paging.page import AttemptStatus, ContactMethod
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.catalogue import build_pagers

TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
BY_ITSELF = {way.pager for way in ContactMethod if not way.is_personal}
"""Pagers that reach everybody, whatever the playbook says of a person."""


async def check_pagers(
    settings: Settings, playbook: Playbook, places: PlaybookLocations
) -> AsyncIterator[CheckFinding]:
    for finding in _check_partial_settings(settings):
        yield finding
    async with aiohttp.ClientSession() as session:
        pagers = [pager for pager in build_pagers(settings, session, SystemClock()) if _is_used(pager, playbook)]
        for finding in _check_contacts(settings, playbook, places, {pager.name for pager in pagers}):
            yield finding
        if pagers and not settings.public_url:
            yield make_note(
                "EARSHOT_PUBLIC_URL", "is not set, so calls have no link. People can acknowledge in Slack only"
            )
        for pager in pagers:
            yield await _probe_pager(pager)


def _is_used(pager: Pager, playbook: Playbook) -> bool:
    """Nobody needs a key for ntfy, so that it is there also where nobody has a topic."""
    return pager.name != "ntfy" or any(contact.ntfy for contact in playbook.people.values())


def _check_partial_settings(settings: Settings) -> Iterator[CheckFinding]:
    values = (settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from)
    if any(values) and not all(values):
        missing = [name for name, value in zip(TWILIO, values, strict=True) if not value]
        yield make_fault(missing[0], f"is not set. Twilio needs all of {', '.join(TWILIO)}")
    if bool(settings.pager_webhook_url) != bool(settings.pager_webhook_secret):
        place = "SECRET" if settings.pager_webhook_url else "URL"
        yield make_fault(
            f"EARSHOT_PAGER_WEBHOOK_{place}", "is not set. The pager webhook needs both an address and a secret"
        )
    if settings.pagerduty_routing_key and not settings.pagerduty_webhook_secret:
        yield make_note(
            "PAGERDUTY_WEBHOOK_SECRET", "is not set, so an acknowledgement in PagerDuty does not count here"
        )


def _check_contacts(
    settings: Settings, playbook: Playbook, places: PlaybookLocations, pagers: set[str]
) -> Iterator[CheckFinding]:
    found = {name: value.get_secret_value() for name, value in settings.contacts.items()}
    for number, (person, contact) in enumerate(playbook.people.items()):
        for key, said in (("phone", contact.phone), ("ntfy", contact.ntfy)):
            if said.startswith(ENV) and said.removeprefix(ENV) not in found:
                yield make_fault(
                    places.find("people", number, key), f"{said.removeprefix(ENV)} is not set in the environment"
                )
        if contact.phone and "twilio" not in pagers:
            yield make_note(
                places.find("people", number),
                f"{person} has a phone number, but TWILIO_… is not set, so the phone never rings",
            )
    if pagers & BY_ITSELF:
        return
    alone = [
        person
        for person in _list_on_call(playbook)
        if not any(way.pager in pagers for way in playbook.people.get(person, ContactDetails()).methods)
    ]
    if alone:
        yield make_note(
            places.find("departments"),
            f"only Slack reaches {', '.join(alone)} at 4am, and do-not-disturb holds it back. "
            "Give them a phone or an ntfy topic in [[people]], or set PAGERDUTY_ROUTING_KEY",
        )


def _list_on_call(playbook: Playbook) -> list[str]:
    named = [person for department in playbook.departments.values() for person in department.on_call]
    return list(dict.fromkeys(named))


async def _probe_pager(pager: Pager) -> CheckFinding:
    told = await pager.check_connection()
    if told is None:
        return make_ok(pager.name, "is set up. Only a drill can test it, because a test would ring")
    return (
        make_ok(pager.name, "answers") if told.result is AttemptStatus.DELIVERED else make_fault(pager.name, told.why)
    )
