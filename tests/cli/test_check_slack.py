"""`earshot check` before a workspace in which something is not as the playbook says."""

import aiohttp
import pytest

from bot.sinks.delivery_errors import RateLimitedError
from bot.sinks.slack import build_web_client
from bot.sinks.slack_inspector import SlackInspector
from bot.slack_sandbox import FaultKind, InjectedFault, SlackSandbox, SlackWorkspace
from bot.slack_sandbox.oauth import SlackTeams
from bot.store.brand_identity import BrandIdentity, claim_keys
from bot.store.client import RedisClient
from tests.cli.shell import Shell
from tests.sources.source_fakes import InstantClock

HERE = "playbook.toml: line 12, departments[1].channel"


async def faults(shell: Shell) -> str:
    result = await shell.run_in_thread("check")
    assert result.exit_code == 1
    return result.stderr.rstrip("\n")


async def test_it_says_which_channel_the_bot_is_not_in(connected: Shell, slack: SlackSandbox) -> None:
    slack.workspace.find_channel("C0CARE").bot_is_member = False

    assert await faults(connected) == f"{HERE}: Earshot is not in #care. Type /invite @earshot there"


async def test_a_public_channel_may_be_written_to_from_outside_where_that_is_granted(
    connected: Shell, slack: SlackSandbox
) -> None:
    slack.workspace.find_channel("C0CARE").bot_is_member = False
    slack.app.scopes = [*slack.app.scopes, "chat:write.public"]

    assert (await connected.run_in_thread("check")).exit_code == 0


async def test_an_archived_channel_is_a_fault(connected: Shell, slack: SlackSandbox) -> None:
    slack.workspace.find_channel("C0CARE").is_archived = True

    assert await faults(connected) == f"{HERE}: #care is archived. Unarchive it, or name another channel"


async def test_a_fallback_that_is_not_there_is_a_fault_of_its_own_place(connected: Shell) -> None:
    connected.playbook(**{'channel = "C0CARE"': 'channel = "C0CARE"\nfallback = "C0GONE"'})

    assert (await faults(connected)).startswith(
        "playbook.toml: line 13, departments[1].fallback: C0GONE is not a channel"
    )


async def test_without_the_scope_to_see_channels_it_says_that_it_cannot(connected: Shell, slack: SlackSandbox) -> None:
    slack.app.scopes = [scope for scope in slack.app.scopes if not scope.endswith("s:read") or scope == "users:read"]
    slack.app.scopes.append("usergroups:read")
    slack.workspace.find_channel("C0CARE").bot_is_member = False
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert "note: Slack: without the scope channels:read, Earshot cannot check" in result.stdout
    assert not slack.limits.calls["conversations.info"]


async def test_a_private_channel_that_cannot_be_seen_is_a_note(connected: Shell, slack: SlackSandbox) -> None:
    slack.workspace.find_channel("C0CARE").is_private = True
    slack.app.scopes = [scope for scope in slack.app.scopes if scope != "groups:read"]
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert f"note: {HERE}: C0CARE is private, and cannot be checked without the scope groups:read" in result.stdout


async def test_a_scope_that_is_missing_is_named_with_what_it_is_for(connected: Shell, slack: SlackSandbox) -> None:
    slack.app.scopes = [scope for scope in slack.app.scopes if scope != "usergroups:read"]

    assert (await faults(connected)).startswith(
        "SLACK_BOT_TOKEN: the scope usergroups:read is missing (finds who is in"
    )


async def test_the_scopes_for_pins_are_optional_and_said_once(connected: Shell, slack: SlackSandbox) -> None:
    slack.app.scopes = [scope for scope in slack.app.scopes if not scope.startswith("pins:")]
    result = await connected.run_in_thread("check")
    assert result.stdout.count("pins:write, pins:read is not granted. It is optional") == 1
    assert result.exit_code == 0


async def test_a_group_without_people_is_a_fault(connected: Shell, slack: SlackSandbox) -> None:
    slack.workspace.groups["S0CARE"].members = []

    assert "departments[1].deputies: the user group @care (S0CARE) is empty" in await faults(connected)


async def test_a_group_that_is_not_there_is_a_fault(connected: Shell, slack: SlackSandbox) -> None:
    del slack.workspace.groups["S0CARE"]

    assert "departments[1].deputies: S0CARE is not an active user group in Northwind" in await faults(connected)


async def test_somebody_on_call_who_has_left_is_a_fault(connected: Shell, slack: SlackSandbox) -> None:
    slack.workspace.find_user("U0RAJ").deleted = True

    assert "departments[1].on_call: @raj (U0RAJ) has left Northwind" in await faults(connected)


async def test_an_id_that_is_nobodys_is_a_fault(connected: Shell, slack: SlackSandbox) -> None:
    del slack.workspace.users["U0MIA"]

    assert "brand.managers: U0MIA is not a person in Northwind" in await faults(connected)


async def test_a_token_that_slack_refuses_is_said_once(connected: Shell, slack: SlackSandbox) -> None:
    connected.env["SLACK_BOT_TOKEN"] = "xoxb-of-another-life"

    assert (await faults(connected)).startswith("SLACK_BOT_TOKEN: Slack does not accept it (invalid_auth)")


async def test_an_app_token_that_slack_does_not_know_is_said_and_no_socket_is_asked_for(
    connected: Shell, slack: SlackSandbox
) -> None:
    connected.env["SLACK_APP_TOKEN"] = "xapp-of-another-life"

    assert (await faults(connected)).startswith("SLACK_APP_TOKEN: Slack does not accept it")
    assert not slack.limits.calls["apps.connections.open"]


async def test_slack_that_does_not_answer_is_said_with_its_address(connected: Shell) -> None:
    connected.env["SLACK_API_URL"] = "http://127.0.0.1:1/api/"

    assert (await faults(connected)).startswith("SLACK_API_URL: http://127.0.0.1:1/api/ does not answer")


async def test_slack_that_is_out_of_order_is_said(connected: Shell, slack: SlackSandbox) -> None:
    slack.faults.down = True

    assert "does not answer (Slack answered 503)" in await faults(connected)


async def test_what_is_not_the_playbooks_is_looked_at_though_the_playbook_is_bad(
    connected: Shell, slack: SlackSandbox
) -> None:
    connected.playbook("[[routes]]")
    slack.revoke_token()
    said = await faults(connected)

    assert "playbook.toml: line" in said
    assert "SLACK_BOT_TOKEN: Slack does not accept it (token_revoked)" in said


async def test_it_stops_asking_about_channels_before_slack_has_enough(connected: Shell, slack: SlackSandbox) -> None:
    for number in range(60):
        slack.workspace.add_channel(f"C{number:03}", f"c{number}", bot_is_member=True)
    connected.playbook(*(f'[[departments]]\nname = "d{number}"\nchannel = "C{number:03}"' for number in range(60)))
    result = await connected.run_in_thread("check")

    assert "only the first 40 of 61 channels were checked" in result.stdout
    assert slack.limits.calls["conversations.info"] == 40
    assert not slack.limits.violations


async def test_it_only_reads(connected: Shell, slack: SlackSandbox) -> None:
    await connected.run_in_thread("check")

    assert set(slack.limits.calls) == {"auth.test", "conversations.info", "usergroups.list", "users.info"}


async def asked_to_wait(slack: SlackSandbox, seconds: int) -> tuple[InstantClock, str]:
    clock = InstantClock()
    slack.faults.add(InjectedFault(FaultKind.RATELIMITED, methods=["conversations.info"], seconds=seconds, times=1))
    async with aiohttp.ClientSession() as session:
        client = build_web_client(slack.bot_token, slack.api_url, session)
        channel = await SlackInspector(client, clock, lambda _: None).fetch_channel("C0CARE")
    return clock, channel.name


async def test_when_slack_asks_to_wait_it_waits_and_asks_again(slack: SlackSandbox) -> None:
    clock, name = await asked_to_wait(slack, 30)

    assert clock.slept == [30]
    assert name == "care"


async def test_it_does_not_wait_for_longer_than_a_minute(slack: SlackSandbox) -> None:
    with pytest.raises(RateLimitedError):
        await asked_to_wait(slack, 600)


async def restore_own_data(shell: Shell, client: RedisClient, brand: str, *options: str) -> None:
    """Record a restore for a brand of this test's own."""
    shell.playbook(**{'name = "Northwind Air"': f'name = "Northwind Air"\nid = "{brand}"'})
    await claim_keys(client, BrandIdentity(brand, "Northwind Air", is_explicit=True))
    done = await shell.run_in_thread("recover", "--backup", "2026-03-10 04:00", *options)
    assert done.exit_code == 0, done.stderr


async def test_after_a_restore_it_says_what_run_needs_to_find_what_was_posted(
    connected: Shell, slack: SlackSandbox, client: RedisClient, brand: str
) -> None:
    await restore_own_data(connected, client, brand)

    said = await faults(connected)
    assert said.startswith(
        "Data: A backup of 2026-03-10 04:00 UTC was restored, and Earshot may not read 1 channel (C0"
    )
    assert "Give the app the scope channels:history" in said
    slack.app.scopes = [*slack.app.scopes, "channels:history"]
    assert (await connected.run_in_thread("check")).exit_code == 0


async def test_without_the_look_up_a_restore_needs_no_further_scope(
    connected: Shell, slack: SlackSandbox, client: RedisClient, brand: str
) -> None:
    await restore_own_data(connected, client, brand, "--without-lookup")

    assert (await connected.run_in_thread("check")).exit_code == 0
    assert not slack.limits.calls["conversations.history"]


async def test_a_token_of_another_workspace_than_the_playbooks_is_a_fault(connected: Shell) -> None:
    connected.playbook(**{"[brand]": '[brand]\nteam = "T0FAB"'})

    assert await faults(connected) == (
        "SLACK_BOT_TOKEN: is of the workspace T0SANDBOX, and brand.team is T0FAB. Copy the token of T0FAB"
    )


async def test_a_token_of_the_playbooks_workspace_is_ready(connected: Shell) -> None:
    connected.playbook(**{"[brand]": '[brand]\nteam = "T0SANDBOX"'})

    assert (await connected.run_in_thread("check")).exit_code == 0


async def test_where_the_tokens_of_two_brands_are_swapped_both_are_named(shell: Shell, slack: SlackSandbox) -> None:
    """Slack knows the tokens of both."""
    slack.workspace.team_id = "T0NORTH"
    async with SlackSandbox(SlackWorkspace("Fabrikam", team_id="T0FAB")) as other:
        other.app.bot_token = other.bot_token = "xoxb-fabrikam"
        async with SlackTeams([slack, other], lambda: 0.0) as teams:
            for brand, team, token in (
                ("northwind", "T0NORTH", other.bot_token),
                ("fabrikam", "T0FAB", slack.bot_token),
            ):
                shell.playbook(brand=brand, **{"[brand]": f'[brand]\nid = "{brand}"\nteam = "{team}"'})
                (shell.folder / "playbooks").mkdir(exist_ok=True)
                (shell.folder / "playbook.toml").rename(shell.folder / "playbooks" / f"{brand}.toml")
                shell.env[f"SLACK_BOT_TOKEN__{brand.upper()}"] = token
            shell.env |= {"SLACK_API_URL": teams.api_url, "SLACK_SIGNING_SECRET": slack.signing_secret}
            shell.env["EARSHOT_DATA"] = str(shell.folder / "data")
            result = await shell.run_in_thread("check", "--playbooks", "playbooks")

    assert result.exit_code == 1
    assert "SLACK_BOT_TOKEN__FABRIKAM: is of the workspace T0NORTH, and brand.team is T0FAB." in result.stderr
    assert "SLACK_BOT_TOKEN__NORTHWIND: is of the workspace T0FAB, and brand.team is T0NORTH." in result.stderr
    assert "Everything is ready" not in result.stdout
