import json

import pytest

from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from tests.cli.shell import Shell


def test_it_is_one_that_slack_takes(shell: Shell) -> None:
    sandbox = SlackSandbox(SlackWorkspace("Northwind"))
    sandbox.install(json.loads(shell.run_in_process("manifest").stdout))

    assert "chat:write" in sandbox.app.scopes


def test_without_an_address_it_is_for_socket_mode(shell: Shell) -> None:
    assert json.loads(shell.run_in_process("manifest").stdout)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize("url", ["https://bot.example", "https://bot.example/", "https://bot.example/slack/events"])
def test_with_an_address_slack_sends_everything_there(shell: Shell, url: str) -> None:
    said = json.loads(shell.run_in_process("manifest", "--url", url).stdout)

    assert said["settings"]["socket_mode_enabled"] is False
    assert said["settings"]["interactivity"]["request_url"] == "https://bot.example/slack/events"


@pytest.mark.parametrize(
    "words",
    [["--http"], ["--socket", "--url", "https://bot.example"], ["--url", "bot.example"], ["--url", "https://["]],
)
def test_what_contradicts_itself_is_wrong_usage(shell: Shell, words: list[str]) -> None:
    assert shell.run_in_process("manifest", *words).exit_code == 2


def test_it_needs_neither_settings_nor_playbook(shell: Shell) -> None:
    (shell.folder / "playbook.toml").unlink()
    shell.env["EARSHOT_PORT"] = "many"

    assert shell.run_in_process("manifest").exit_code == 0


def test_with_an_install_link_it_redirects_to_us_and_may_be_for_an_organisation(shell: Shell) -> None:
    said = json.loads(shell.run_in_process("manifest", "--install-url", "https://bot.example/").stdout)

    assert said["oauth_config"]["redirect_urls"] == ["https://bot.example/slack/oauth_redirect"]
    assert said["settings"]["org_deploy_enabled"] is True
    assert shell.run_in_process("manifest", "--install-url", "bot.example").exit_code == 2
