"""Buttons of the pages of episodes and campaigns."""

from bot.cards import action_ids
from bot.cards.case_search import SearchQuery, render_search_modal
from handlers.payloads import read_origin
from handlers.use_cases import AsyncAck, EpisodeUseCases, HomeTab, Payload, Responder


async def show_episode(ack: AsyncAck, action: Payload, episodes: EpisodeUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_or_send(await episodes.show_episode(action["value"]))


async def open_episode(ack: AsyncAck, action: Payload, episodes: EpisodeUseCases, reply: Responder) -> None:
    """Answer only the person: the button is below a message that others see, too."""
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await episodes.show_episode(action["value"]))


async def list_episodes(ack: AsyncAck, episodes: EpisodeUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_or_send(await episodes.list_episodes())


async def open_episode_cases(
    ack: AsyncAck, action: Payload, body: Payload, by: str, home: HomeTab, reply: Responder
) -> None:
    """Open the search, filled with the cases of one, or of a report."""
    await ack()
    async with reply.report_refusals():
        query = SearchQuery.from_json(action["value"])
        origin = read_origin(body, "", "")._replace(case=query.to_json())
        result = await home.search(by, query)
        await reply.open_modal(body, render_search_modal(query, home.list_departments(), origin, by, result))


EPISODE_LISTENERS = {
    action_ids.EPISODE_SHOW: show_episode,
    action_ids.EPISODE_OPEN: open_episode,
    action_ids.EPISODE_LIST: list_episodes,
    action_ids.EPISODE_CASES: open_episode_cases,
}
