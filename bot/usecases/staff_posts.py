"""What colleagues post about us, for managers."""

from dataclasses import dataclass

from bot.cards.block_kit import RenderedMessage
from bot.cards.colleague_posts import render_staff_posts
from bot.domain.commits import NotAllowed
from bot.domain.rules import PlaybookRules
from bot.domain.text import format_people
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
        department = self._rules.list_departments()[0]  # whichever: managers are the same in all of them
        staff = await self._staff.load_staff(department, self._rules.managers)
        if not staff.is_manager(by):
            who = f" Ask {format_people(sorted(staff.managers))}." if staff.managers else ""
            raise NotAllowed(f"Only managers see what colleagues post.{who}")
        posts = await self._posts.list_newest(POSTS_SHOWN)
        return render_staff_posts([(one.mention, one.sign) for one in posts])
