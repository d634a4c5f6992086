"""What `earshot check` says of who can be woken."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.checks.locations import PlaybookLocations
from bot.cli.checks.pagers import check_pagers
from bot.config import PlaybookReloader
from bot.config.settings_loader import load_settings
from bot.sources.catalogue import MODELS
from tests.pagers.fake_services import FakePagerServices, Fault, serve_pager_services

NIGHT = Path(__file__).parents[1] / "scenarios" / "night.toml"


@pytest.fixture
async def services() -> AsyncIterator[FakePagerServices]:
    async with serve_pager_services() as made:
        yield made


async def list_findings(environ: dict[str, str], playbook: Path = NIGHT) -> list[str]:
    read = PlaybookReloader(playbook, sources=MODELS).current
    return [str(finding) async for finding in check_pagers(load_settings(environ), read, PlaybookLocations(playbook))]


async def test_slack_as_the_only_way_at_4am_is_told() -> None:
    day = NIGHT.with_name("playbook.toml")
    assert any("only Slack reaches U0RAJ, U0MIA, U0BEN at 4am" in one for one in await list_findings({}, day))


async def test_with_everything_set_each_pager_is_tried_and_rings_nobody(services: FakePagerServices) -> None:
    told = "\n".join(await list_findings(services.settings(EARSHOT_PUBLIC_URL="https://earshot.example")))
    assert not services.of("ntfy")
    assert "only way" not in told
    assert "pagerduty" in told


async def test_a_key_that_is_refused_is_a_fault(services: FakePagerServices) -> None:
    services.faults["pagerduty"] = Fault.REFUSED
    assert any("PAGERDUTY_ROUTING_KEY is refused" in one for one in await list_findings(services.settings()))


async def test_settings_by_halves_are_told() -> None:
    told = "\n".join(
        await list_findings({"TWILIO_FROM": "+15005550006", "EARSHOT_PAGER_WEBHOOK_URL": "https://a.example"})
    )
    assert "TWILIO_ACCOUNT_SID" in told
    assert "EARSHOT_PAGER_WEBHOOK_SECRET" in told


async def test_a_contact_that_is_not_in_the_environment_is_a_fault(tmp_path: Path) -> None:
    written = tmp_path / "playbook.toml"
    words = NIGHT.read_text("utf-8").replace('"northwind-ben-4711"', '"env:EARSHOT_CONTACT_BEN"')
    written.write_text(words, "utf-8")
    assert any("EARSHOT_CONTACT_BEN is not set in the environment" in one for one in await list_findings({}, written))
