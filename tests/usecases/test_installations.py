"""An installation is kept for its own workspace alone, and an event of the past ends none that is newer."""

from datetime import timedelta

import pytest

from bot.domain.errors import NotAllowed
from bot.store.keys import INSTALL_STATE_KEPT
from bot.store.store import Store
from bot.usecases.installations import BrandInstallation, InstallationUseCases
from tests.clock import SteppedClock


@pytest.fixture
def usecases(store: Store, clock: SteppedClock) -> InstallationUseCases:
    brand = BrandInstallation("Northwind", store.installations)
    return InstallationUseCases(
        store.installations, lambda team, enterprise: brand if {team, enterprise} & {"T1", "E1"} else None, clock
    )


async def test_a_state_is_good_for_ten_minutes_and_once(usecases: InstallationUseCases, store: Store) -> None:
    state = await usecases.issue_state()
    [key] = [key async for key in store.client.scan_keys(f"{store.keys.root}install_state:")]
    left = int(await store.client.execute("PTTL", key))

    assert 0 < left <= INSTALL_STATE_KEPT.total_seconds() * 1000
    assert state not in key
    assert [await usecases.consume_state(one) for one in (state, state, "guessed", "")] == [True, False, False, False]


@pytest.mark.parametrize("team", ["T1", "E1"])
async def test_a_workspace_or_an_organisation_of_the_playbook_is_installed_and_no_other(
    team: str, usecases: InstallationUseCases, store: Store
) -> None:
    with pytest.raises(NotAllowed, match="No playbook here names the workspace T2"):
        await usecases.install("T2", "Elsewhere", "U0EVE", "xoxb-2")
    assert await usecases.install(team, "Northwind", "U0MIA", "xoxb-1") == "Northwind"

    state = await store.installations.load()
    assert state.token == "xoxb-1"
    assert "xoxb" not in repr(state)


async def test_an_event_from_before_the_installation_ends_nothing(
    usecases: InstallationUseCases, store: Store, clock: SteppedClock
) -> None:
    old = clock.now()
    clock.advance(timedelta(hours=1))
    await usecases.install("T1", "Northwind", "U0MIA", "xoxb-1")

    await usecases.uninstall("T1", "", old)
    await usecases.drop_token("T1", "", old)
    await usecases.uninstall("T2", "", clock.now())

    assert (await store.installations.load()).token == "xoxb-1"


async def test_a_revoked_token_is_forgotten_and_everything_else_stays(
    usecases: InstallationUseCases, store: Store, clock: SteppedClock
) -> None:
    await usecases.install("T1", "Northwind", "U0MIA", "xoxb-1")
    await usecases.drop_token("T1", "", clock.now())

    state = await store.installations.load()
    assert (state.token, state.uninstalled_at) == ("", None)
    assert state.installation is not None


async def test_a_removal_deletes_all_keys_of_the_brand_again_and_again_and_those_of_no_other(
    usecases: InstallationUseCases, store: Store, clock: SteppedClock
) -> None:
    await usecases.install("T1", "Northwind", "U0MIA", "xoxb-1")
    other = Store(store.client, f"{store.brand}-2", "test")
    await other.inbox.create_group()
    await usecases.uninstall("T1", "", clock.now())
    with pytest.raises(NotAllowed, match="still removing"):
        await usecases.install("T1", "Northwind", "U0MIA", "xoxb-2")

    assert await store.installations.remove_keys() > 0
    await store.inbox.create_group()  # a process that does not know yet
    assert await store.installations.remove_keys() == 1
    await store.installations.drop_uninstalled_mark()

    assert [key async for key in store.client.scan_keys(store.keys.root)] == []
    assert [key async for key in store.client.scan_keys(other.keys.root)] == [other.keys.inbox]
