"""Say every few seconds that this process runs, so that nobody exports or replaces the data under it."""

from bot.store.presence import PRESENCE_SECONDS, ProcessPresence
from bot.workers.runner import Worker


class PresenceWorker(Worker):
    """Each process has one, whatever else it runs."""

    name = "presence"
    idle = PRESENCE_SECONDS / 3

    def __init__(self, presence: ProcessPresence) -> None:
        self._presence = presence

    async def step(self) -> int:
        await self._presence.renew()
        return 0
