"""/earshot asks the right use case in the words that were typed, and the buttons about roles answer in their place."""

import json

import pytest

from bot.cards import action_ids
from bot.domain.commits import NotAllowed
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import FakeSlackServer, Workspace


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("deputize <@U0JOE|joe> care until Friday", ("deputize", "U0ANA", "<@U0JOE|joe> care until Friday")),
        ("Deputise <@U0JOE> care", ("deputize", "U0ANA", "<@U0JOE> care")),
        ("deputies", ("deputies", "U0ANA", "")),
        ("dismiss <@U0JOE> care", ("dismiss", "U0ANA", "<@U0JOE> care")),
        ("point <@U0JOE> care", ("point", "U0ANA", "<@U0JOE> care")),
        ("mute @marta", ("mute", "U0ANA", "@marta")),
        ("mutes", ("mutes", "U0ANA", "")),
        ("unmute   @marta", ("unmute", "U0ANA", "@marta")),
        ('say "Ask &lt;@U0MIA|mia&gt; &amp; me" for care', ("say", "U0ANA", '"Ask <@U0MIA|mia> & me" for care')),
        ('say "Ask <@U0MIA|mia>" for care', ("say", "U0ANA", '"Ask @mia" for care')),
    ],
)
async def test_each_subcommand_asks_its_use_case(
    workspace: Workspace, fakes: FakeUseCases, line: str, asked: tuple[str, ...]
) -> None:
    await workspace.command(line, "/earshot")
    assert [*fakes.roles.asked, *fakes.mutes.asked, *fakes.day_messages.asked] == [asked]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("deputys", "Did you mean `/earshot deputies`?"),
        ("<!channel>", "Earshot doesn't know “&lt;!channel&gt;”. Try `/earshot help`."),
    ],
)
async def test_what_it_does_not_know_is_named_and_pings_nobody(
    workspace: Workspace, slack: FakeSlackServer, line: str, sentence: str
) -> None:
    await workspace.command(line, "/earshot")
    assert sentence in slack.list_whispers()[0]


@pytest.mark.parametrize(
    ("button", "value", "part", "asked"),
    [
        (action_ids.DEPUTY_ACCEPT, "g1", "roles", ("accept", "U0ANA", "g1")),
        (action_ids.ROLE_UNDO, "end/g1", "roles", ("undo", "U0ANA", "end/g1")),
        (action_ids.MUTE_UNDO, "author marta", "mutes", ("undo mute", "U0ANA", "author marta")),
        (action_ids.DAY_MESSAGE_UNDO, "care/1.5", "day_messages", ("undo say", "U0ANA", "care/1.5")),
        (action_ids.AUTHOR_MUTE, "ABCDEFGH", "mutes", ("mute author", "U0ANA", "ABCDEFGH")),
        (action_ids.REROUTE_UNDO, "ABCDEFGH/care", "colleagues", ("undo", "ABCDEFGH", "U0ANA", "care")),
    ],
)
async def test_a_button_turns_into_its_answer_or_stays_and_says_why_not(
    workspace: Workspace,
    fakes: FakeUseCases,
    slack: FakeSlackServer,
    button: str,
    value: str,
    part: str,
    asked: tuple[str, ...],
) -> None:
    fake = getattr(fakes, part)
    await workspace.press(button, value=value)
    assert fake.asked == [asked]
    assert len(slack.list_replacements()) == 1
    fake.raises = NotAllowed("This has ended already.")
    await workspace.press(button, value=value)
    assert slack.list_whispers() == ["This has ended already."]
    assert len(slack.list_replacements()) == 1


async def test_somebody_without_a_role_has_to_say_why_and_can_undo(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.colleagues.is_colleague = True
    await workspace.press(action_ids.NOT_FOR_US)
    [opened] = slack.list_calls("views.open")
    [why] = [one for one in opened["view"]["blocks"] if one.get("block_id") == action_ids.REASON]
    assert not why.get("optional")
    assert action_ids.NOBODY not in json.dumps(opened["view"])
