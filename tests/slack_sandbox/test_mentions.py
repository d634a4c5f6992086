from typing import Any

import pytest

from tests.slack_sandbox.conftest import World


def rich(*runs: dict[str, str]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(runs)}]}]


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ({"text": "<!channel> look"}, ["channel"]),
        ({"text": "<@U0ANA> and <!subteam^S0CARE|@care>"}, ["U0ANA", "S0CARE"]),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]}, ["here"]),
        (
            {"blocks": rich({"type": "user", "user_id": "U0ANA"}, {"type": "broadcast", "range": "channel"})},
            ["U0ANA", "channel"],
        ),
        ({"text": "&lt;!channel&gt;"}, []),
        ({"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "<!here>"}}]}, []),
        ({"blocks": rich({"type": "text", "text": "<!channel> <@U0ANA>"})}, []),
    ],
)
async def test_only_what_is_markup_pings(world: World, said: dict[str, Any], who: list[str]) -> None:
    await world.post(**said)

    assert [ping.target for ping in world.workspace.pings] == who


async def test_links_unfold_unless_told_not_to(world: World) -> None:
    open_ = await world.post(text="see <https://example.com|this>")
    shut = await world.post(text="see <https://example.com|this>", unfurl_links=False, unfurl_media=False)

    assert open_.unfurled == ["https://example.com"]
    assert shut.unfurled == []


async def test_words_are_read_as_a_person_reads_them(world: World) -> None:
    message = await world.post(
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": "a &lt; b, <https://x.example|there>"}},
            *rich({"type": "text", "text": "plain "}, {"type": "emoji", "name": "wave"}),
        ]
    )

    assert message.read_text() == "a < b, there\nplain :wave:"
