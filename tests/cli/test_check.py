"""`earshot check`: settings, playbook, Redis and the sources."""

import pytest

from bot.clock import SystemClock
from bot.sources.base import SourceKind
from bot.sources.catalogue import CATALOGUE
from bot.sources.replay import ReplayOptions, ReplaySource
from tests.cli.shell import Shell
from tests.sources.fake_x import TOKEN, serve_fake_x

HOOK = "[sources.webhook.forum]"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def test_when_all_is_well_it_says_so_and_ends_with_0(connected: Shell) -> None:
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.endswith("Everything is ready. Start with: earshot run\n")


def test_it_names_every_fault_of_settings_and_playbook_at_once(shell: Shell) -> None:
    shell.env.update(SLACK_BOT_TOKEN="xoxp-wrong", EARSHOT_PORT="many")
    shell.playbook('[sources.teletext]\nx = "y"', C0CARE="#care")
    result = shell.run_in_process("check")

    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        "SLACK_BOT_TOKEN", "EARSHOT_PORT", "playbook.toml", "playbook.toml",
    ]  # fmt: skip
    assert "line 12, departments[1].channel" in result.stderr
    assert "there is no source 'teletext'" in result.stderr


def test_a_fault_of_settings_does_not_make_it_look_at_another_playbook(shell: Shell) -> None:
    shell.write("mine.toml", (shell.folder / "playbook.toml").read_text())
    (shell.folder / "playbook.toml").unlink()
    shell.write(".env", "EARSHOT_PLAYBOOK=mine.toml\nEARSHOT_COPIES=many\n")
    result = shell.run_in_process("check")

    assert result.stderr.splitlines() == ["EARSHOT_COPIES: must be a number"]


def test_what_run_needs_and_is_not_set_is_a_fault(shell: Shell) -> None:
    result = shell.run_in_process("check")

    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


def test_without_redis_url_it_starts_the_embedded_server_and_says_which(shell: Shell) -> None:
    shell.env["EARSHOT_DATA"] = "kept"

    assert "embedded in kept, started" in shell.run_in_process("check").stdout


def test_it_leaves_nothing_behind(shell: Shell) -> None:
    shell.env["EARSHOT_DATA"] = "kept/deep"
    before = sorted(shell.folder.rglob("*"))

    assert "embedded in kept/deep, started" in shell.run_in_process("check").stdout
    assert sorted(shell.folder.rglob("*")) == before


async def test_a_server_of_ones_own_is_named_with_its_version(connected: Shell) -> None:
    [line] = [line for line in (await connected.run_in_thread("check")).stdout.splitlines() if "Redis:" in line]

    assert line.startswith(("ok: Redis: Valkey ", "ok: Redis: Redis "))
    assert line[-1].isdigit()


def test_a_redis_that_is_not_there_is_said(shell: Shell) -> None:
    shell.env["REDIS_URL"] = "redis://127.0.0.1:1"

    assert "REDIS_URL: Redis does not answer" in shell.run_in_process("check").stderr


def test_an_address_that_cannot_be_read_is_not_repeated(shell: Shell) -> None:
    shell.env["REDIS_URL"] = "redis://:sesame/open@redis"
    said = shell.run_in_process("check").stderr

    assert "REDIS_URL: is not a valid address" in said
    assert "sesame" not in said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis+sentinel://127.0.0.1:1", "REDIS_URL: names no primary"),
        ("redis+cluster://127.0.0.1:1/3", "REDIS_URL: has a database number"),
    ],
)
def test_what_an_address_lacks_is_named(shell: Shell, url: str, sentence: str) -> None:
    shell.env["REDIS_URL"] = url

    assert sentence in shell.run_in_process("check").stderr


@pytest.mark.parametrize("count", ["x", "0", "99", "1.5"])
def test_a_number_of_processes_that_cannot_be_is_refused_as_the_option_does(shell: Shell, count: str) -> None:
    shell.env["EARSHOT_PROCESSES"] = count

    assert "EARSHOT_PROCESSES: must be auto or a number from 1 to 64" in shell.run_in_process("check").stderr


def test_a_folder_that_cannot_be_written_to_is_said(shell: Shell) -> None:
    shell.write("kept", "not a folder")
    shell.env["EARSHOT_DATA"] = "kept"

    assert "EARSHOT_DATA: The embedded store cannot write to kept" in shell.run_in_process("check").stderr


async def test_a_department_that_no_route_reaches_is_noted_with_its_line_and_is_no_fault(connected: Shell) -> None:
    connected.playbook('[[departments]]\nname = "pr"\nchannel = "C0CARE"')
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert "note: playbook.toml: line 23, departments[2]: no route leads to pr" in result.stdout


async def test_a_point_person_who_cannot_claim_is_noted_where_that_is_known(connected: Shell) -> None:
    people = 'deputies = ["U0ANA", "S0CARE"]'
    connected.playbook(**{people: 'deputies = ["U0ANA"]\npoint = "U0LEA"'})
    said = (await connected.run_in_thread("check")).stdout
    assert "departments[1].point: U0LEA can't claim cases of care. Name them in deputies, too" in said
    for able in (
        'deputies = ["U0ANA"]\npoint = "U0ANA"',
        'deputies = ["U0ANA"]\npoint = "U0RAJ"',
        f'{people}\npoint = "U0LEA"',
    ):
        connected.playbook(**{people: able})
        assert "can't claim" not in (await connected.run_in_thread("check")).stdout


async def test_a_route_that_asks_for_what_no_source_tells_is_noted_with_its_name(connected: Shell) -> None:
    day = connected.write("day.jsonl", '{"id": "a:1", "text": "late", "created_at": "2026-11-20T12:00:00Z"}\n')
    asks = {'when = { intent = "complaint" }': 'name = "low stars"\nwhen = { rating = "<=2", followers = ">=10k" }'}
    connected.playbook(f'[sources.replay]\nfile = "{day}"', **asks)
    assert "low stars" not in (await connected.run_in_thread("check")).stdout

    connected.playbook("[sources.x]", **asks)
    said = (await connected.run_in_thread("check")).stdout
    assert (
        'the route "low stars" asks for rating, and none of your sources tells it. These do: replay, webhook, ' in said
    )
    assert "asks for followers" not in said


async def test_the_old_name_of_a_key_is_noted_and_still_means_the_same(connected: Shell) -> None:
    connected.playbook("[spikes]\npage_from = 12")
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert "spikes.page_from: is called page_from_people now. The old name still works" in result.stdout
    connected.playbook("[spikes]\npage_from_people = 12")
    assert "page_from" not in (await connected.run_in_thread("check")).stdout


async def test_a_department_whose_cases_only_managers_can_claim_is_noted(connected: Shell) -> None:
    connected.playbook(**{'deputies = ["U0ANA", "S0CARE"]\non_call = ["U0RAJ"]': ""})
    said = (await connected.run_in_thread("check")).stdout

    assert "only managers can claim what routes send to care" in said
    assert "nobody is called for urgent cases in care" in said


async def test_a_hook_without_a_secret_is_a_fault_that_names_the_variable(connected: Shell) -> None:
    connected.playbook(HOOK)
    result = await connected.run_in_thread("check")

    assert result.exit_code == 1
    assert result.stderr.startswith("EARSHOT_HOOK_FORUM_SECRET: is not set")
    said = (await connected.run_in_thread("run")).stderr
    assert said == 'EARSHOT_HOOK_FORUM_SECRET: is not set, so the hook "forum" would accept requests from anybody\n'


async def test_a_hook_with_a_secret_is_well(connected: Shell) -> None:
    connected.playbook(HOOK)
    connected.env["EARSHOT_HOOK_FORUM_SECRET"] = SECRET

    assert "ok: sources: webhook forum" in (await connected.run_in_thread("check")).stdout


async def test_a_secret_whose_hook_is_nowhere_is_noted(connected: Shell) -> None:
    connected.env["EARSHOT_HOOK_FORUMS_SECRET"] = SECRET

    assert "note: EARSHOT_HOOK_FORUMS_SECRET: is not used" in (await connected.run_in_thread("check")).stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("", "is empty"),
        ("no mention\n", "does not begin with a mention: line 1: is not JSON"),
    ],
)
async def test_a_recorded_day_that_is_none_is_a_fault(connected: Shell, content: str | None, said: str) -> None:
    if content is not None:
        connected.write("day.jsonl", content)
    connected.playbook('[sources.replay]\nfile = "day.jsonl"')
    result = await connected.run_in_thread("check")

    assert result.exit_code == 1
    assert f"sources.replay: day.jsonl {said}" in result.stderr


async def test_x_is_asked_whether_it_would_listen(connected: Shell) -> None:
    connected.playbook("[sources.x]")
    connected.env.update(X_BEARER_TOKEN="a-token", X_API_URL="http://127.0.0.1:1")
    result = await connected.run_in_thread("check")

    assert result.exit_code == 1
    assert "sources.x: X cannot be reached" in result.stderr


def test_a_source_of_the_catalogue_cannot_be_without_a_check() -> None:
    assert all(callable(kind.check) for kind in CATALOGUE.values())
    with pytest.raises(TypeError, match="check"):
        SourceKind(ReplayOptions, ReplaySource.from_options)  # type: ignore[call-arg]


@pytest.mark.parametrize("secret", ["whsec_QQ==", "whsec_c2VjcmV0c2VjcmV0", "q", "fifteen letters"])
async def test_a_secret_that_could_be_guessed_is_refused_at_start_and_by_check(connected: Shell, secret: str) -> None:
    connected.playbook(HOOK)
    connected.env["EARSHOT_HOOK_FORUM_SECRET"] = secret
    for command in ("check", "run"):
        result = await connected.run_in_thread(command)

        assert result.exit_code == 1
        assert "24 bytes or more" in result.stderr
        assert secret not in result.stderr.split()


async def test_a_hook_with_a_signature_of_its_own_takes_a_secret_of_that_form(connected: Shell) -> None:
    connected.playbook(
        f'{HOOK}\nscheme = "hmac"\nheader = "X-Hub-Signature-256"\nprefix = "sha256="\nhub_challenge = true'
    )
    connected.env["EARSHOT_HOOK_FORUM_SECRET"] = "0123456789abcdef0123456789abcdef"
    result = await connected.run_in_thread("check")

    assert "ok: sources: webhook forum" in result.stdout
    assert "/hooks/forum takes the verify token" in result.stdout
    assert "0123456789abcdef" not in result.stdout


async def test_what_x_is_likely_to_cost_is_said_beside_that_it_is_well(connected: Shell) -> None:
    async with serve_fake_x(SystemClock()) as (x, url):
        for _ in range(70):
            await x.publish_post("northwind")
        connected.env.update(X_BEARER_TOKEN=TOKEN, X_API_URL=url)
        connected.playbook("[sources.x]\nbudget = { day = 0.1 }")
        result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert "ok: sources: x" in result.stdout
    assert "sources.x: about 10 posts a day, up to $0.15 a day and $4.50 a month at X's prices. That is more than" in (
        result.stdout
    )
