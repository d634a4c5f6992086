"""What colleagues post about us, for managers."""

from dataclasses import dataclass

from bot.cards.block_kit import RenderedMessage
from bot.cards.colleague_posts import render_staff_posts
from bot.domain.rules import PlaybookRules
from bot.store.staff_posts import StaffPostStore
from bot.usecases.staff import StaffDirectory

POSTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class StaffPostReview:
    """Raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _posts: StaffPostStore
    _rules: PlaybookRules
    _staff: StaffDirectory

    async def render_newest(self, by: str) -> RenderedMessage:
        await self._staff.check_manager(by, self._rules.managers, "see what colleagues post")
        posts = await self._posts.list_newest(POSTS_SHOWN)
        return render_staff_posts([(one.mention, one.sign) for one in posts])
