"""An exported store is imported, and `earshot run` goes on with it as a process: no card is posted twice."""

from collections import Counter
from pathlib import Path

from bot.slack_sandbox import SlackMessage
from tests.run.process import EarshotProcess, run_earshot
from tests.run.test_processes import wait_for_outcomes
from tests.store.loopback_server import start_loopback_server

TEXTS = (
    "you lost my suitcase again",
    "nobody answers the phone",
    "my seat was broken",
    "the lounge was closed at noon",
    "my refund has not come for a month",
    "the app charged my card twice",
)


async def deliver(earshot: EarshotProcess, *numbers: int) -> None:
    for number in numbers:
        assert await earshot.deliver(TEXTS[number], str(number), author=f"author{number}") == 202


def count_cards(earshot: EarshotProcess) -> Counter[str]:
    """How often each text is on a card, from Slack's side."""
    words = [message.read_text() for message in earshot.workspace.find_channel("C0CARE").messages]
    return Counter(text for text in TEXTS for shown in words if text in shown)


async def wait_for_cards(earshot: EarshotProcess, *numbers: int) -> None:
    expected = {TEXTS[number]: 1 for number in numbers}
    await earshot.sandbox.wait_until(lambda: set(count_cards(earshot)) == set(expected), within=60)
    assert count_cards(earshot) == expected


def find_card(earshot: EarshotProcess, number: int) -> SlackMessage:
    messages = earshot.workspace.find_channel("C0CARE").messages
    return next(message for message in messages if TEXTS[number] in message.read_text())


async def test_after_the_import_of_an_older_export_each_post_has_one_card_and_its_buttons_work(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False) as earshot:
        earshot.sandbox.app.scopes = [*earshot.sandbox.app.scopes, "channels:history"]
        await deliver(earshot, 0, 1)
        await wait_for_cards(earshot, 0, 1)
        await earshot.stop()
        await earshot.run_command("export", "state", "--out", "state.jsonl.gz")
        await earshot.start_again()
        await deliver(earshot, 2, 3)  # what the backup does not know
        await wait_for_cards(earshot, 0, 1, 2, 3)
        await earshot.stop()
        await earshot.run_command("import", "state.jsonl.gz", "--replace")

        await earshot.start_again()
        await deliver(earshot, 0, 1, 2, 3, 4)  # as a source brings them again
        await wait_for_cards(earshot, 0, 1, 2, 3, 4)
        card = find_card(earshot, 2)
        assert (await earshot.sandbox.get_user("ana").click_button(card, "Claim")).acked
        await earshot.sandbox.wait_until(lambda: "<@U0ANA>" in card.read_text())
        await deliver(earshot, 5)  # behind all others
        await wait_for_cards(earshot, *range(6))
        assert "earshot_unaccounted 0.0" in (await earshot.get("/metrics"))[1]
        assert not any("Traceback" in line for line in earshot.log)


async def test_after_a_move_to_another_server_what_waited_is_posted_and_nothing_twice(tmp_path: Path) -> None:
    async with (
        start_loopback_server(tmp_path / "server") as server,
        run_earshot(tmp_path, socket_mode=False) as earshot,
    ):
        await deliver(earshot, 0)
        await wait_for_cards(earshot, 0)
        earshot.sandbox.faults.down = True
        await deliver(earshot, 1)
        await wait_for_outcomes(earshot, 2)
        await earshot.stop()
        await earshot.run_command("export", "state", "--with-secrets", "--out", "state.jsonl.gz")
        earshot.environ["REDIS_URL"] = server.url
        await earshot.run_command("import", "state.jsonl.gz", "--moved")
        earshot.sandbox.faults.down = False

        await earshot.start_again()
        await deliver(earshot, 0, 1, 2)
        await wait_for_cards(earshot, 0, 1, 2)
        assert "earshot_unaccounted 0.0" in (await earshot.get("/metrics"))[1]
