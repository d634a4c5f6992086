"""Submitted search: the results are shown in the same modal."""

from bot.cards import action_ids
from bot.cards.case_search import SearchQuery, render_search_modal
from bot.domain.cases.queues import normalize_name
from bot.domain.commits import NotAllowed, StoreUnavailable
from handlers.payloads import SubmittedModal
from handlers.responder import AWAY
from handlers.use_cases import AsyncAck, HomeTab, Payload

NO_LETTERS = "Type a name or a handle."


async def submit_search(ack: AsyncAck, view: Payload, by: str, home: HomeTab) -> None:
    form = SubmittedModal(view)
    words, department, status = map(form.get_value, (action_ids.AUTHOR, action_ids.DEPARTMENT, action_ids.STATUS))
    before = SearchQuery.from_json(form.origin.case)
    query = SearchQuery(words, department, status)
    if before.report:
        query = query._replace(report=before.report, figure=form.get_value(action_ids.FIGURE))
    elif not normalize_name(words):
        await ack(response_action="errors", errors={action_ids.AUTHOR: NO_LETTERS})
        return
    try:
        result = await home.search(by, query)
    except (NotAllowed, StoreUnavailable) as no:
        sentence = str(no) if isinstance(no, NotAllowed) else AWAY
        block = action_ids.STATUS if before.report else action_ids.AUTHOR
        await ack(response_action="errors", errors={block: sentence})
        return
    await ack(
        response_action="update",
        view=render_search_modal(query, home.list_departments(), form.origin, by, result),
    )
