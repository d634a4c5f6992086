"""Several brands in one process: each hears only its own, and none takes another down."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.workspace_guard import NOT_OURS
from tests.run.brands_process import PLAYBOOK, BrandsProcess, run_brands
from tests.run.process import run_earshot

WRONG = "SLACK_BOT_TOKEN__FABRIKAM: is of the workspace T0NORTH, and brand.team is T0FAB. Copy the token of T0FAB"


@pytest.fixture
async def brands(tmp_path: Path) -> AsyncIterator[BrandsProcess]:
    async with run_brands(tmp_path, by_link=False) as found:
        yield found


async def test_each_brand_hears_only_its_own_and_a_click_reaches_only_its_own(brands: BrandsProcess) -> None:
    assert await brands.deliver("northwind", "you lost my suitcase again", "1") == 202
    assert await brands.deliver("fabrikam", "the blender broke", "1") == 202
    north, fab = [await brands.wait_for_card(brand) for brand in ("northwind", "fabrikam")]

    await brands.sandboxes["northwind"].get_user("ana").click_button(north, "Claim")
    await brands.sandboxes["northwind"].wait_until(lambda: "<@U0ANA>" in north.read_text())

    assert "suitcase" in north.read_text()
    assert "blender" in fab.read_text()
    assert "<@U0ANA>" not in fab.read_text()
    assert len(brands.list_cards("northwind")) == len(brands.list_cards("fabrikam")) == 1


async def test_the_address_the_metrics_and_the_status_of_a_brand_name_it_and_a_stop_ends_all(
    brands: BrandsProcess,
) -> None:
    assert await brands.earshot.deliver("to nobody in particular", "2") == 404
    assert await brands.deliver("northwind", "you lost my suitcase again", "1") == 202
    await brands.wait_for_card("northwind")

    _, metrics = await brands.earshot.get("/metrics")
    _, status = await brands.earshot.get("/statusz")

    assert 'earshot_mentions{brand="northwind",outcome="opened"} 1.0' in metrics
    assert 'earshot_mentions{brand="fabrikam",outcome="opened"} 0.0' in metrics
    assert metrics.count("# TYPE earshot_unaccounted ") == 1
    assert set(json.loads(status)["brands"]) == {"northwind", "fabrikam"}
    assert await brands.earshot.stop() == 0
    assert not any("Traceback" in line for line in brands.earshot.log)


async def test_a_person_of_a_workspace_that_no_brand_names_is_refused_with_a_sentence(brands: BrandsProcess) -> None:
    sandbox = brands.sandboxes["northwind"]
    await brands.deliver("northwind", "you lost my suitcase again", "1")
    card = await brands.wait_for_card("northwind")
    sandbox.workspace.find_user("ana").team = "T0ELSEWHERE"
    ana = sandbox.get_user("ana")

    await ana.click_button(card, "Claim")
    await sandbox.wait_until(lambda: ana.ephemeral_messages)

    assert ana.ephemeral_messages[-1].read_text() == NOT_OURS
    assert "<@U0ANA>" not in card.read_text()


async def test_a_person_of_the_other_brand_cannot_use_a_card_that_both_see(brands: BrandsProcess) -> None:
    """Both heard the same post, so that the id of the case is the same in both."""
    for brand in ("northwind", "fabrikam"):
        await brands.deliver(brand, "neither of you answers", "1")
    north, fab = [await brands.wait_for_card(brand) for brand in ("northwind", "fabrikam")]
    sandbox = brands.sandboxes["northwind"]
    sandbox.workspace.find_user("ana").team = "T0FAB"
    ana = sandbox.get_user("ana")

    await ana.click_button(north, "Claim")
    await sandbox.wait_until(lambda: ana.ephemeral_messages)

    assert ana.ephemeral_messages[-1].read_text() == NOT_OURS
    assert "<@U0ANA>" not in north.read_text() + fab.read_text()


async def test_a_bad_playbook_is_named_and_leaves_both_running(brands: BrandsProcess) -> None:
    file = brands.earshot.folder / "playbooks" / "fabrikam.toml"
    file.write_text("[brand", encoding="utf-8")
    brands.earshot.process.send_signal(signal.SIGHUP)
    await brands.earshot.wait_for_event("playbook rejected")
    await brands.earshot.wait_for_event("playbook reloaded")
    said = {json.loads(line)["brand"]: line for line in brands.earshot.log if '"playbook re' in line}
    assert "playbook rejected" in said["fabrikam"]
    assert "playbook reloaded" in said["northwind"]

    for brand in ("northwind", "fabrikam"):
        while (answer := await brands.deliver(brand, "nobody answers the phone", "1")) == 503:
            pass  # the hook of a playbook that was just reloaded is not ready for a moment
        assert answer == 202
        await brands.wait_for_card(brand)

    status = json.loads((await brands.earshot.get("/statusz"))[1])["brands"]
    assert "fabrikam.toml was rejected" in status["fabrikam"]["troubles"]["playbook"]
    assert "playbook" not in status["northwind"]["troubles"]
    assert (await brands.earshot.get("/readyz"))[0] == 200


async def test_a_revoked_token_stops_only_its_own_brand(brands: BrandsProcess) -> None:
    brands.sandboxes["fabrikam"].revoke_token()

    assert await brands.deliver("fabrikam", "the blender broke", "1") == 202
    assert await brands.deliver("northwind", "you lost my suitcase again", "1") == 202
    await brands.wait_for_card("northwind")

    await brands.sandboxes["fabrikam"].wait_until(
        lambda: any(
            one.facts.get("error") == "token_revoked" for one in brands.sandboxes["fabrikam"].change_log.changes
        )
    )
    assert (await brands.earshot.get("/readyz"))[0] == 200
    assert not brands.list_cards("fabrikam")


@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_brand_with_the_token_of_another_workspace_posts_nowhere_and_the_other_goes_on(
    tmp_path: Path, processes: str
) -> None:
    more = {"SLACK_BOT_TOKEN__FABRIKAM": "xoxb-T0NORTH", "EARSHOT_PROCESSES": processes}
    async with run_brands(tmp_path, by_link=False, more=more) as brands:
        assert await brands.deliver("fabrikam", "the blender broke", "1") == 503
        assert await brands.deliver("northwind", "you lost my suitcase again", "1") == 202
        await brands.wait_for_card("northwind")

        status = json.loads((await brands.earshot.get("/statusz"))[1])["brands"]
        assert status["fabrikam"]["troubles"]["slack"] == WRONG
        assert "slack" not in status["northwind"]["troubles"]
        assert await brands.earshot.stop() == 0
        assert len(brands.list_cards("northwind")) == 1
        assert not brands.list_cards("fabrikam")
        assert not any("Traceback" in line for line in brands.earshot.log)


async def test_where_slack_is_away_at_the_start_the_token_is_verified_before_anything_is_posted(
    tmp_path: Path,
) -> None:
    more = {"SLACK_BOT_TOKEN__FABRIKAM": "xoxb-T0NORTH"}
    async with run_brands(tmp_path, by_link=False, more=more, slack_down=True) as brands:
        for brand in ("northwind", "fabrikam"):
            assert await brands.deliver(brand, "nobody answers the phone", "1") == 202
        for sandbox in brands.sandboxes.values():
            sandbox.faults.down = False
        await brands.wait_for_card("northwind")
        await brands.earshot.wait_for_event(WRONG)

        assert await brands.deliver("fabrikam", "the blender broke", "2") == 503
        assert len(brands.list_cards("northwind")) == 1


async def test_a_start_is_refused_where_the_token_of_every_brand_is_of_another_workspace(tmp_path: Path) -> None:
    more = {"SLACK_BOT_TOKEN__FABRIKAM": "xoxb-T0NORTH", "SLACK_BOT_TOKEN__NORTHWIND": "xoxb-T0FAB"}

    with pytest.raises(AssertionError, match=WRONG):
        async with run_brands(tmp_path, by_link=False, more=more):
            pass


async def test_the_only_brand_is_refused_with_the_token_of_another_workspace(tmp_path: Path) -> None:
    playbook = PLAYBOOK.format(name="Fabrikam", id="fabrikam", team="T0FAB")

    with pytest.raises(
        AssertionError, match=r"^SLACK_BOT_TOKEN: is of the workspace T0SANDBOX, and brand.team is T0FAB"
    ):
        async with run_earshot(tmp_path, socket_mode=True, playbook=playbook):
            pass
