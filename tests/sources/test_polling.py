from collections.abc import Sequence
from datetime import timedelta

from bot.domain.mention import Mention
from bot.sources.base import SourceContext
from bot.sources.outlet_client import OutletClient, OutletError
from bot.sources.polling import PolledSource, PollResult, check_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until


class FakeBoard:
    """An outlet that answers from a list; after its end it is quiet."""

    def __init__(self, *answers: PollResult | OutletError) -> None:
        self.answers = list(answers)
        self.cursors: list[str | None] = []

    async def poll(self, client: OutletClient, cursor: str | None) -> PollResult:
        assert client is not None
        self.cursors.append(cursor)
        answer = self.answers.pop(0) if self.answers else PollResult([], cursor or "0")
        if isinstance(answer, OutletError):
            raise answer
        return answer


def build_mentions(*numbers: int) -> Sequence[Mention]:
    return [Mention.model_validate({"id": f"board:{one}", "text": "late again", "created_at": NOON}) for one in numbers]


async def run_board(board: FakeBoard, inbox: Inbox, polls: int) -> InstantClock:
    clock = InstantClock()
    source = PolledSource(board, 60, SourceContext("board", clock, lambda: 0.5))
    async with run_source(source, inbox):
        await wait_until(lambda: len(board.cursors) > polls)
    return clock


async def test_what_was_there_at_the_first_start_is_counted_and_not_posted() -> None:
    board, inbox = FakeBoard(PollResult(build_mentions(1, 2), "2"), PollResult(build_mentions(3), "3")), Inbox()
    await run_board(board, inbox, 3)
    assert (inbox.imported, inbox.ids, inbox.cursor) == (["board:1", "board:2"], ["board:3"], "3")


async def test_the_next_page_comes_at_once_and_the_next_poll_after_the_interval() -> None:
    board = FakeBoard(PollResult(build_mentions(1), "1", more=True), PollResult([], "1"), PollResult([], "1", wait=300))
    clock = await run_board(board, Inbox("0"), 3)
    assert clock.slept[:3] == [0, 60, 300]


async def test_a_long_page_is_published_in_parts_and_the_cursor_moves_with_the_last() -> None:
    inbox = Inbox("0")
    await run_board(FakeBoard(PollResult(build_mentions(*range(700)), "700")), inbox, 1)
    assert (inbox.batches, inbox.cursor) == ([300, 300, 100], "700")


async def test_each_part_of_a_long_page_can_be_slowed_in_a_flood() -> None:
    """A sink slows what comes with a cursor."""
    cursors: list[str | None] = []

    class SlowingInbox(Inbox):
        async def publish(
            self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
        ) -> int:
            cursors.append(cursor)
            return await super().publish(mentions, cursor, edits)

    await run_board(FakeBoard(PollResult(build_mentions(*range(700)), "700")), SlowingInbox("0"), 1)
    assert cursors == ["0", "0", "700"]


async def test_an_outlet_that_is_away_is_asked_less_and_less_often_and_then_said_to_be_away() -> None:
    board = FakeBoard(*[OutletError("cannot be reached") for _ in range(12)])
    inbox = Inbox("7")
    clock = await run_board(board, inbox, 13)
    waits = [round(one / 1.125, 3) for one in clock.slept[:12]]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]
    assert inbox.statuses[0] == "The outlet cannot be reached."
    assert inbox.statuses[-1] == ""
    assert set(board.cursors) == {"7"}
    assert inbox.reported == [
        ("outlet", "The outlet of board cannot be reached"),
        ("outlet", ""),
        ("source", ""),
    ]


async def test_two_failures_in_a_row_are_not_worth_a_sentence() -> None:
    inbox = Inbox("7")
    await run_board(FakeBoard(OutletError("cannot be reached"), OutletError("cannot be reached")), inbox, 3)
    assert set(inbox.statuses) == {""}


async def test_a_refused_token_is_reported_once_and_cleared_when_it_works() -> None:
    refused = OutletError("refuses us (401)", 401, needs_person=True)
    inbox = Inbox("7")
    clock = await run_board(FakeBoard(refused, refused), inbox, 3)
    assert clock.slept[0] == 900 * 1.125
    assert inbox.reported == [("source", "The outlet of board refuses us (401)"), ("outlet", ""), ("source", "")]


async def test_a_limit_is_waited_for() -> None:
    limit = OutletError("allows no more requests for now (429)", 429, NOON + timedelta(minutes=10))
    clock = await run_board(FakeBoard(limit), Inbox("7"), 2)
    assert clock.slept[0] == 600 * 1.125


async def test_check_polls_once_and_says_what_is_wrong() -> None:
    context = SourceContext("board", InstantClock(), lambda: 0.5)
    assert (await check_outlet(FakeBoard(OutletError("is not found (404)")), context)).faults == (
        ("", "the outlet is not found (404)"),
    )
    skipped = PollResult([], "1", "2 of 3 posts have no date.")
    assert (await check_outlet(FakeBoard(skipped), context)).notes == ("2 of 3 posts have no date.",)
