"""Buttons and filters of the Home tab, and of the modals that it opens."""

from bot.cards import action_ids
from bot.cards.case_search import SearchQuery, render_activity_modal, render_case_modal, render_search_modal
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.commits import NotAllowed
from handlers.actions.episode_buttons import EPISODE_LISTENERS
from handlers.home_responder import HomeResponder
from handlers.payloads import read_origin
from handlers.use_cases import AsyncAck, CaseUseCases, HomeTab, Payload, Responder

GONE = "This is over, and no longer kept."


async def open_case_view(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.get(action["value"])
        await reply.open_modal(body, render_case_modal(*answer, by, read_origin(body, action["value"], "")))


async def open_activity_view(ack: AsyncAck, action: Payload, body: Payload, home: HomeTab, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        card = await home.load_activity(action["value"])
        if card is None:
            raise NotAllowed(GONE)
        await reply.open_modal(body, render_activity_modal(card, read_origin(body, "", "")))


async def choose_department(ack: AsyncAck, action: Payload, reply: HomeResponder) -> None:
    await ack()
    await reply.show(reply.state._replace(department=_read_choice(action), starts=()))


async def choose_status(ack: AsyncAck, action: Payload, reply: HomeResponder) -> None:
    await ack()
    await reply.show(reply.state._replace(queue=_read_choice(action), starts=()))


def _read_choice(action: Payload) -> str:
    chosen = str((action.get("selected_option") or {}).get("value", action_ids.ANY))
    return "" if chosen == action_ids.ANY else chosen


async def show_page(ack: AsyncAck, action: Payload, reply: HomeResponder) -> None:
    await ack()
    section, _, start = action["value"].rpartition(":")
    await reply.show(reply.state.with_start(section, int(start)))


async def open_search(ack: AsyncAck, body: Payload, by: str, home: HomeTab, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        modal = render_search_modal(SearchQuery(), home.list_departments(), read_origin(body, "", ""), by)
        await reply.open_modal(body, modal)


async def show_search_page(
    ack: AsyncAck, action: Payload, body: Payload, by: str, home: HomeTab, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.update_modal(body["view"], await render_results(body, by, home, int(action["value"])))


async def render_results(body: Payload, by: str, home: HomeTab, start: int | None = None) -> Payload:
    """Search again, since cases may have changed; `start` is None for the page that is shown."""
    origin = ModalMetadata.from_json(body["view"]["private_metadata"])
    query = SearchQuery.from_json(origin.case)
    query = query if start is None else query._replace(start=start)
    result = await home.search(by, query)
    return render_search_modal(query, home.list_departments(), origin, by, result)


HOME_LISTENERS = {
    action_ids.HOME_VIEW: open_case_view,
    action_ids.HOME_ACTIVITY: open_activity_view,
    action_ids.HOME_DEPARTMENT: choose_department,
    action_ids.HOME_STATUS: choose_status,
    action_ids.HOME_PAGE: show_page,
    action_ids.HOME_SEARCH: open_search,
    action_ids.SEARCH_PAGE: show_search_page,
    action_ids.SEARCH_NEXT: show_search_page,
    **EPISODE_LISTENERS,
}
