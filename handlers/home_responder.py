"""Answer a person on the Home tab, where they pressed a button."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.block_kit import RenderedMessage, make_section
from bot.cards.home import render_home, render_home_unavailable
from bot.cards.home_view import AS_OPENED, HomeNotice, HomeState
from bot.domain.commits import StoreUnavailable
from bot.usecases.home import HomeTab
from handlers.responder import AWAY, Responder


async def publish_home(
    person: str,
    home: HomeTab,
    client: AsyncWebClient,
    state: HomeState = AS_OPENED,
    notice: HomeNotice | None = None,
) -> None:
    """Draw the Home tab of one person: when they open it, and after each of their own clicks."""
    try:
        view = render_home(await home.load_view(person, state), notice)
    except StoreUnavailable:
        view = render_home_unavailable(AWAY, state)
    await client.views_publish(user_id=person, view=view)


class HomeResponder(Responder):
    """Each answer draws the Home tab again, with the answer at the block that was pressed."""

    def __init__(self, client: AsyncWebClient, person: str, home: HomeTab, state: HomeState, place: str) -> None:
        super().__init__(client, person, "")
        self.state = state
        self._home = home
        self._place = place.partition("/")[0]

    async def send_ephemeral(self, message: RenderedMessage) -> None:
        await self._publish(self.state, HomeNotice(self._place, message.blocks or [make_section(message.text)]))

    async def replace_message(self, message: RenderedMessage) -> bool:
        await self.send_ephemeral(message)
        return True

    async def show(self, state: HomeState) -> None:
        """Draw the tab with other filters, or another page of a list."""
        await self._publish(state)

    async def _publish(self, state: HomeState, notice: HomeNotice | None = None) -> None:
        await publish_home(self._person, self._home, self._client, state, notice)
