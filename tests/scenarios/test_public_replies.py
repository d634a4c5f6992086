"""Our own accounts answer in public: the case knows it, in whichever order the posts come."""

import re
from dataclasses import replace

import pytest

from bot.domain.assessment import Intent
from bot.domain.erasure import ForgetTarget
from bot.domain.mention import Mention
from bot.store.forget import MentionEraser
from bot.usecases.flag_message import FlagRequest
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker
from tests.overtaken_client import open_slow_store
from tests.scenarios.sample_posts import LATE, LOST, build_complaint
from tests.scenarios.slack_views import Channel
from tests.scenarios.test_colleagues import post_in_channel
from tests.scenarios.world import World

OWN = """handles = ["@northwindair", "bluesky:northwindair.example", "mastodon:@northwindair@social.example"]"""
PEOPLE = """
[[people]]
id = "U0ANA"
accounts = ["x:@ana_flies"]

[sources.mastodon.social]
url = "https://social.example"
"""
SORRY = "So sorry, northwind air left you waiting. Please send us your booking code, we will find your bag."


@pytest.fixture(autouse=True)
def accounts(world: World) -> None:
    """The playbook of the stories, with accounts of our own."""
    words = world.path.read_text("utf-8").replace('name = "Northwind Air"\n', f'name = "Northwind Air"\n{OWN}\n', 1)
    world.path.write_text(words + PEOPLE, "utf-8")
    assert not world.playbook.reload()


async def answer(
    world: World, to: Mention | None, by: str = "northwindair", text: str = SORRY, **more: object
) -> Mention:
    asked = {"in_reply_to": to.id, "conversation": to.conversation} if to else {}
    return await world.receive(text, by=by, **{**asked, "source": to.source if to else "x", **more})


async def count_opinions(world: World) -> str:
    return await world.person("mia").type_command("/sentiment today")


async def test_an_unclaimed_case_that_we_answer_in_public_closes_and_nobody_is_reminded(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await world.advance(minutes=7)
    await answer(world, post)
    assert "Resolved · answered outside" in card.words
    assert "answered in public by @northwindair, 10 Mar, 09:07" in card.words
    await world.advance(minutes=30)
    assert not card.replies
    assert len(world.channel("#care").cards) == 1


async def test_an_answer_to_a_post_whose_case_was_merged_is_one_in_the_case_that_has_it(world: World) -> None:
    await world.receive(LOST)
    other = await world.receive(LATE)
    await world.advance(seconds=3)
    first, second = world.channel("#care").cards
    await first.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.merge(second.case, "U0RAJ", first.case)
    await answer(world, other)
    await world.advance(seconds=5)
    assert "answered in public by @northwindair" in first.words
    assert "answered in public" not in second.words


async def test_the_owner_of_a_case_is_asked_once_to_resolve_it_and_is_not_reminded(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await answer(world, post)
    await answer(world, post, text="And here is the form for it")
    await world.advance(seconds=10)
    asked = [reply for reply in card.replies if "Resolve the case if nothing is left to do" in reply.words]
    assert len(asked) == 1
    assert "Claimed by @ana" in card.words
    assert "answered in public by @northwindair, 10 Mar, 09:00" in card.words
    await world.advance(minutes=40)
    assert not world.person("ana").dms
    assert "Claimed by @ana" in card.words
    await card.resolve("answered", by="ana")
    assert "Resolved by @ana · answered" in card.words


async def test_the_answer_comes_before_the_post_and_the_case_opens_answered(world: World) -> None:
    post = world.build_mention(LOST)
    await answer(world, post)
    assert not world.channel("#care").cards
    await world.receive_all([post])
    card = world.channel("#care").card("@marta")
    assert "Resolved · answered outside" in card.words
    await world.advance(minutes=30)
    assert not card.replies


async def test_post_and_answer_come_at_once_in_either_order(world: World) -> None:
    one, two = world.build_mention(LOST), world.build_mention(LATE, by="kofi")
    replies = [
        world.build_mention(SORRY, by="northwindair", in_reply_to=post.id, conversation=post.conversation)
        for post in (one, two)
    ]
    await world.receive_all([one, replies[0], replies[1], two])
    await world.advance(seconds=5)
    assert "answered outside" in world.channel("#care").card("@marta").words
    assert "answered outside" in world.channel("#care").card("@kofi").words


async def test_they_write_again_after_our_answer_and_the_case_is_open_again(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await answer(world, post)
    await world.advance(minutes=5)
    await world.receive("that did not help at all, still no bag", conversation=post.conversation)
    assert "Unclaimed · claim by" in card.words
    assert "answered in public" not in card.words
    await world.advance(minutes=16)
    assert any("Unclaimed for 15 min" in reply.words for reply in card.replies)


async def test_they_write_again_to_the_owner_after_our_answer_and_the_claim_runs_again(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await answer(world, post)
    await world.advance(minutes=5)
    await world.receive("that did not help at all, still no bag", conversation=post.conversation)
    assert "answered in public" not in card.words
    await world.advance(minutes=16)
    assert "Still working on the complaint" in world.person("ana").dm.words


async def test_what_they_wrote_before_our_answer_and_comes_after_it_does_not_open_the_case_again(world: World) -> None:
    post = await world.receive(LOST)
    more = world.build_mention("and nobody picks up the phone either", conversation=post.conversation)
    await world.advance(minutes=1)
    await answer(world, post)
    await world.receive_all([more])
    card = world.channel("#care").card("@marta")
    assert "Resolved · answered outside" in card.words
    assert "1 later post" in card.words


async def test_our_answer_is_deleted_and_the_case_is_open_again(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    reply = await answer(world, post)
    gone = Mention.model_validate({"id": reply.id, "source": "x", "deleted_at": world.clock.now()})
    await world.receive_all([gone])
    assert "Unclaimed · claim by" in card.words
    assert "the answer in public was deleted" in await card.explain()


async def test_an_answer_that_is_deleted_before_the_post_comes_answers_nothing(world: World) -> None:
    post = world.build_mention(LOST)
    reply = await answer(world, post)
    await world.receive_all([Mention.model_validate({"id": reply.id, "source": "x", "deleted_at": world.clock.now()})])
    await world.receive_all([post])
    assert "Unclaimed · claim by" in world.channel("#care").card("@marta").words


async def test_our_answer_is_edited_and_the_case_stays_as_it_is(world: World) -> None:
    post = await world.receive(LOST)
    reply = await answer(world, post)
    await world.advance(minutes=1)
    await world.receive_all([reply.copy_with(text="you are burning, a fire on board", edited_at=world.clock.now())])
    assert "Resolved · answered outside" in world.channel("#care").card("@marta").words


@pytest.mark.parametrize(
    ("source", "account"), [("bluesky", "northwindair.example"), ("social", "northwindair@social.example")]
)
async def test_an_answer_on_bluesky_or_mastodon_counts_as_well(world: World, source: str, account: str) -> None:
    post = await world.receive(LOST, source=source)
    await answer(world, post, by=account)
    card = world.channel("#care").card("@marta")
    assert f"answered in public by @{account}, 10 Mar, 09:00" in card.words


async def test_a_stranger_who_calls_themselves_like_us_elsewhere_answers_nothing(world: World) -> None:
    post = await world.receive(LOST, source="social")
    await answer(world, post, by="northwindair@evil.example", text="send me your password")
    await world.receive("no need", by="northwindair", source="forum", in_reply_to=post.id)
    assert "Unclaimed · claim by" in world.channel("#care").card("@marta").words


async def test_a_colleague_answers_from_an_account_of_their_own(world: World) -> None:
    post = await world.receive(LOST)
    await answer(world, post, by="ana_flies")
    assert "answered in public by @ana_flies, 10 Mar, 09:00" in world.channel("#care").card("@marta").words


async def test_an_answer_to_a_copy_or_to_somebody_else_in_the_conversation_leaves_the_case_open(world: World) -> None:
    copied = "@northwindair strands 200 people in Porto without water, an awful shame, retweet this please"
    post = await world.receive(copied)
    copy = await world.receive(f"RT @marta: {copied}", by="copycat")
    other = await world.receive("nice weather in Porto", by="tourist", conversation=post.conversation)
    await answer(world, copy)
    await answer(world, other)
    card = world.channel("#care").card("@marta")
    assert "Unclaimed · claim by" in card.words
    await answer(world, post)
    assert "Resolved · answered outside" in card.words


async def test_an_answer_to_a_post_that_nobody_saw_answers_the_case_that_began_the_conversation(world: World) -> None:
    post = await world.receive(LOST)
    await answer(world, post, in_reply_to="x:987654")
    assert "Resolved · answered outside" in world.channel("#care").card("@marta").words


async def test_the_second_part_of_our_answer_is_in_the_same_case(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    first = await answer(world, post)
    await world.advance(minutes=2)
    await answer(world, first, text="2/2")
    assert "answered in public by @northwindair, 10 Mar, 09:02" in card.words


async def test_a_forum_where_posts_name_only_their_topic_is_answered_too(world: World) -> None:
    await world.receive(LOST, source="social", conversation="topic-7")
    await world.receive(SORRY, by="northwindair@social.example", source="social", conversation="topic-7")
    assert "Resolved · answered outside" in world.channel("#care").card("@marta").words


async def test_of_several_cases_in_one_topic_the_one_that_our_answer_names_is_answered(world: World) -> None:
    first = await world.receive(LOST, source="social", conversation="topic-7")
    await world.receive(LATE, by="kofi", source="social", conversation="topic-7")
    await world.advance(seconds=5)
    await answer(world, first, by="northwindair@social.example")
    assert "Resolved · answered outside" in world.channel("#care").card("@marta").words
    assert "Unclaimed" in world.channel("#care").card("@kofi").words


async def test_what_we_post_ourselves_is_no_case_and_what_is_said_below_it_stays_open(world: World) -> None:
    ours = await world.receive(
        "Northwind Air is awful? We lost no bag today! Horrible queues are over.", by="northwindair"
    )
    await world.receive(LOST, conversation=ours.conversation, in_reply_to=ours.id)
    assert len(world.channel("#care").cards) == 1
    assert "Unclaimed · claim by" in world.channel("#care").card("@marta").words


async def test_our_own_posts_are_no_opinion_and_every_mention_is_accounted_for(world: World) -> None:
    post = await world.receive(LOST)
    before = await count_opinions(world)
    await answer(world, post)
    await answer(world, None, text="Northwind Air is wonderful, we love it")
    after = await count_opinions(world)
    assert after.splitlines()[1:3] == before.splitlines()[1:3]
    assert "care\n0\n0\n1\n0 s\n0 s (slowest of 1)" in after, "the time to the first public reply"
    account = await world.reconcile()
    assert (account.seen, account.opened, account.tallied) == (3, 1, 2)


async def test_a_crisis_that_we_answer_in_public_goes_on(world: World) -> None:
    post = await world.receive("@northwindair there is a fire in the cabin of NW 331, smoke everywhere, we are scared")
    card = world.channel("#pr").card("@marta")
    await answer(world, post)
    assert "answered in public by @northwindair" in card.words
    assert "Unclaimed" in card.words


async def test_a_case_that_was_answered_is_released_and_closes(world: World) -> None:
    post = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await answer(world, post)
    await card.click("Release", by="ana")
    assert "answered outside" in card.words
    await card.click("Reopen", by="ana")
    assert "Unclaimed · claim by" in card.words


async def test_managers_see_what_colleagues_post_and_no_report_counts_it(world: World) -> None:
    before = await count_opinions(world)
    await world.receive("I work for Northwind Air and our new seats are the best", by="sam")
    await world.receive("@marta we are sorry, northwind air will call you ^KB", by="agent", in_reply_to="x:5")
    await world.receive("proud of my team at northwind air, wonderful crew", by="ana_flies")
    await world.receive("What, do I work for @northwindair now? Worst airline, I carried my own bag", by="kofi")
    told = await world.person("mia").type_command("/sentiment staff")
    assert "3 posts by colleagues, newest first" in told
    assert "@sam · X · 10 Mar, 09:00 UTC · says they work here" in told
    assert "@agent · X · 10 Mar, 09:00 UTC · signed like an agent" in told
    assert "@ana_flies · X · 10 Mar, 09:00 UTC · listed account" in told
    assert "kofi" not in told
    assert "Only managers see what colleagues post" in await world.person("ana").type_command("/sentiment staff")
    assert "No mentions" in before
    assert "1 mention today" in await count_opinions(world)


async def test_praise_by_a_colleague_is_no_case_and_nobody_thanks_them_but_their_complaint_is_one(world: World) -> None:
    await world.receive("I work for Northwind Air and our crew is amazing, thank you all", by="sam")
    await world.receive("I work for Northwind Air and you lost my suitcase, it is a disgrace", by="lou")
    await world.advance(seconds=5)
    assert not world.channel("#community").cards
    assert "Everybody who praised you" in await world.person("joe").type_command("/sentiment thanks")
    assert [card.words.count("@lou") for card in world.channel("#care").cards] == [1]
    assert "2 posts by colleagues" in await world.person("mia").type_command("/sentiment staff")


async def test_what_a_colleague_writes_to_friends_is_shown_to_nobody(world: World) -> None:
    await world.receive("happy birthday!", by="ana_flies", in_reply_to="x:77")
    assert "No posts by colleagues" in await world.person("mia").type_command("/sentiment staff")


@pytest.mark.parametrize("size", [60, 80])
async def test_what_is_on_a_list_and_answered_in_public_gets_no_card_of_its_own(world: World, size: int) -> None:
    posts = [world.build_mention(build_complaint(number), by=f"person{number}") for number in range(size)]
    await world.receive_all(posts)
    await world.advance(minutes=2)
    care = world.channel("#care")
    messages = len(care.messages)
    assert count_unclaimed(care) == size
    for post in (posts[0], posts[-1]):
        await answer(world, post)
    await world.advance(minutes=1)
    assert count_unclaimed(care) == size - 2
    assert len(care.messages) == messages


def count_unclaimed(channel: Channel) -> int:
    return sum(
        int(found[1])
        for found in map(re.compile(r"(\d+) unclaimed").search, [one.words for one in channel.digests])
        if found
    )


async def test_who_flagged_a_post_is_told_that_we_answered_it_in_public(world: World) -> None:
    url = "https://x.example/marta/77"
    seen = await post_in_channel(world, f"Have you seen this? {url}")
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    await world.advance(minutes=1)
    post = await world.receive(LOST, url=url)
    await answer(world, post)
    await world.advance(seconds=10)
    assert "Resolved · answered outside" in world.channel("#care").cards[0].words
    [told] = [dm.words for dm in world.person("joe").dms]
    assert told.startswith("🏁 What you flagged is resolved (answered outside)")


FLAGGED_POST = "https://fxtwitter.com/marta/status/77"


async def flag_link(world: World, url: str = FLAGGED_POST, by: str = "joe") -> None:
    seen = await post_in_channel(world, f"Have you seen this? {url}")
    await world.person(by).flag_message(seen, department="care", kind="complaint")
    await world.advance(seconds=10)


async def test_we_answer_a_post_that_only_a_colleague_has_flagged(world: World) -> None:
    await flag_link(world)
    card = world.channel("#care").cards[0]
    await world.receive(SORRY, by="northwindair", in_reply_to="x:76", conversation="x:76")
    assert "Unclaimed" in card.words
    await world.receive(SORRY, by="northwindair", in_reply_to="x:77", conversation="x:77")
    assert "Resolved · answered outside" in card.words
    assert "answered in public by @northwindair" in card.words
    await world.advance(seconds=10)
    assert "What you flagged is resolved (answered outside)" in world.person("joe").dm.words
    assert (await world.reconcile()).is_balanced


async def test_a_flagged_post_whose_case_was_merged_is_answered_in_the_case_that_has_it(world: World) -> None:
    for number in (77, 78):
        ts, url = f"{1773133100 + number}.0001", f"https://x.com/marta/status/{number}"
        words = f"look at {'the bag' if number == 77 else 'what a mess in Porto'}: {url}"
        flag = FlagRequest(
            channel="C0LOBBY", ts=ts, words=words, department="care", kind=Intent.COMPLAINT, url=url, author="marta"
        )
        await world.local_app.app.usecases.flags.flag_message("U0JOE", flag)
    await world.advance(seconds=10)
    other, flagged = world.channel("#care").cards
    await other.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.merge(flagged.case, "U0RAJ", other.case)
    await world.receive(SORRY, by="northwindair", in_reply_to="x:78", conversation="x:78")
    await world.advance(seconds=5)
    assert "answered in public by @northwindair" in other.words
    assert "answered in public" not in flagged.words


async def test_what_we_have_answered_before_a_colleague_flags_it_opens_answered(world: World) -> None:
    reply = await world.receive(SORRY, by="northwindair", in_reply_to="x:77", conversation="x:77")
    await world.advance(minutes=5)
    await flag_link(world)
    [card] = world.channel("#care").cards
    assert "Resolved · answered outside" in card.words
    assert "answered in public by @northwindair" in card.words
    await world.receive_all([reply.copy_with(deleted_at=world.clock.now())])
    assert "Unclaimed" in card.words


def build_flag() -> FlagRequest:
    return FlagRequest(
        channel="C0LOBBY",
        ts="1773133177.0001",
        words=f"look at the bag: {FLAGGED_POST}",
        department="care",
        kind=Intent.COMPLAINT,
        url=FLAGGED_POST,
        author="marta",
    )


async def test_an_answer_that_comes_while_its_post_is_being_flagged_is_on_the_case(
    world: World, redis_url: str
) -> None:
    async def answer_it() -> None:
        await world.receive(SORRY, by="northwindair", in_reply_to="x:77", conversation="x:77")

    flags = world.local_app.app.usecases.flags
    async with open_slow_store(redis_url, world.local_app.store.brand, answer_it, "commit") as slow:
        await replace(flags, _store=slow.flags).flag_message("U0JOE", build_flag())
    await world.advance(seconds=10)
    assert "answered in public by @northwindair" in world.channel("#care").cards[0].words


async def test_a_post_that_is_flagged_while_our_answer_is_in_triage_has_it_on_its_case(
    world: World, redis_url: str
) -> None:
    app = world.local_app.app

    async def flag_it() -> None:
        await app.usecases.flags.flag_message("U0JOE", build_flag())

    reply = world.build_mention(SORRY, by="northwindair", in_reply_to="x:77", conversation="x:77")
    await InboxWriter("x", app.store, world.clock).publish([reply])
    async with open_slow_store(redis_url, app.store.brand, flag_it, "commit") as slow:
        assert await TriageWorker(slow, app.rules, world.clock, "slow", wait=False).step() == 1
    await world.advance(seconds=10)
    assert "answered in public by @northwindair" in world.channel("#care").cards[0].words


async def test_an_answer_that_was_deleted_before_its_post_is_flagged_answers_nothing(world: World) -> None:
    reply = await world.receive(SORRY, by="northwindair", in_reply_to="x:77", conversation="x:77")
    await world.receive_all([reply.copy_with(deleted_at=world.clock.now())])
    await flag_link(world)
    assert "Unclaimed" in world.channel("#care").cards[0].words


async def test_a_colleague_who_asks_for_it_is_forgotten_here_too(world: World) -> None:
    post = await world.receive(LOST)
    await answer(world, post, by="ana_flies")
    await world.receive("and to you all a nice day", by="ana_flies", in_reply_to="x:404")
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    found = await eraser.find(ForgetTarget(author="x:ana_flies"))
    await eraser.forget(found, world.clock.now())
    await world.run_until_idle()
    assert "ana_flies" not in world.channel("#care").card("@marta").words
    assert "No posts by colleagues" in await world.person("mia").type_command("/sentiment staff")
