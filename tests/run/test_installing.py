"""The app is installed by a link, its token is kept for its brand alone, and an uninstallation removes everything."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack_sandbox import SlackMessage
from bot.store.client import RedisClient
from bot.store.embedded_server import run_embedded
from handlers.oauth import FAILURES, ROTATED
from tests.run.brands_process import BrandsProcess, run_brands


@pytest.fixture
async def brands(tmp_path: Path) -> AsyncIterator[BrandsProcess]:
    async with run_brands(tmp_path, by_link=True) as found:
        yield found


async def install(brands: BrandsProcess, brand: str = "northwind", team: str = "T0NORTH") -> SlackMessage:
    """Install, and return the first card."""
    status, words = await brands.follow_install_link(team)
    assert (status, words.partition(".")[0]) == (200, f"Earshot is installed for {brand.title()}")
    while await brands.deliver(brand, "you lost my suitcase again", "1") == 503:
        pass
    return await brands.wait_for_card(brand)


async def list_keys(brands: BrandsProcess, brand: str) -> list[str]:
    async with run_embedded(Path(brands.earshot.environ["EARSHOT_DATA"])) as server:
        client = RedisClient(server.url)
        try:
            return [key async for key in client.scan_keys(f"earshot:{{{brand}}}:")]
        finally:
            await client.close()


async def test_a_link_leads_to_a_card_that_can_be_claimed(brands: BrandsProcess) -> None:
    card = await install(brands)

    await brands.sandboxes["northwind"].get_user("ana").click_button(card, "Claim")
    await brands.sandboxes["northwind"].wait_until(lambda: "<@U0ANA>" in card.read_text())

    troubles = json.loads((await brands.earshot.get("/statusz"))[1])["brands"]["fabrikam"]["troubles"]
    assert "not installed in the workspace T0FAB" in troubles["slack"]
    assert not any("xoxb-" in line or ".code" in line for line in brands.earshot.log)


async def test_a_state_of_another_browser_a_wrong_one_and_a_used_one_install_nothing(brands: BrandsProcess) -> None:
    assert await brands.follow_install_link("T0NORTH", cookie=False) == (400, FAILURES["invalid_browser"] + "\n")
    assert (await brands.follow_install_link("T0NORTH", state="guessed"))[0] == 400
    brands.slack.refuses = "access_denied"
    assert await brands.follow_install_link("T0NORTH") == (200, FAILURES["access_denied"] + "\n")
    brands.slack.refuses = ""

    assert await brands.deliver("northwind", "you lost my suitcase again", "1") == 503


async def test_a_workspace_that_no_playbook_names_is_refused_and_so_are_tokens_that_expire(
    brands: BrandsProcess,
) -> None:
    brands.slack.rotates_tokens = True
    assert await brands.follow_install_link("T0NORTH") == (403, ROTATED + "\n")
    brands.slack.rotates_tokens = False
    brands.sandboxes["northwind"].workspace.team_id = "T0OTHER"

    status, words = await brands.follow_install_link("T0NORTH")

    assert status == 403
    assert 'add team = "T0OTHER" under [brand]' in words


async def test_an_uninstallation_removes_everything_of_the_brand_and_nothing_of_the_other(
    brands: BrandsProcess,
) -> None:
    await install(brands)
    await install(brands, "fabrikam", "T0FAB")

    await brands.sandboxes["northwind"].uninstall_app()
    await brands.earshot.wait_for_event("data of the brand removed")

    assert await brands.deliver("northwind", "is anybody there", "2") == 503
    assert await brands.deliver("fabrikam", "the blender broke", "2") == 202
    assert await list_keys(brands, "northwind") == ["earshot:{northwind}:uninstalled"]
    status, words = await brands.follow_install_link("T0NORTH")
    assert (status, "still removing" in words) == (403, True)


async def test_each_process_says_by_which_link_the_app_is_installed(tmp_path: Path) -> None:
    async with run_brands(tmp_path, by_link=True, more={"EARSHOT_PROCESSES": "2"}) as brands:
        link = f"Earshot is not installed in the workspace T0FAB. Open {brands.earshot.url}/slack/install to install it"
        async with asyncio.timeout(60):
            while {"main", "triage-1"} - {json.loads(line)["process"] for line in brands.earshot.log if link in line}:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
