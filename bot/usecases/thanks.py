"""Thank who praises: with words of one's own, from the list of the week; and keep what is worth sharing."""

from dataclasses import dataclass
from datetime import timedelta

from bot.cards.author_history import format_caution
from bot.cards.block_kit import RenderedMessage
from bot.cards.reply import ReplyForm
from bot.cards.thanks import SHOWN, render_shareworthy, render_unthanked
from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.cases.colleague_transitions import thank_author
from bot.domain.cases.praise import is_likely_bot, mark_shareworthy, unmark_shareworthy
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.persons import PersonStore
from bot.store.praise import PraiseStore
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.replies import ReplyUseCases
from bot.usecases.staff import StaffDirectory

SPAN = timedelta(days=7)
MOST_READ = 300
OFFERED = 3


@dataclass(frozen=True, slots=True)
class ThankUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: PraiseStore
    _persons: PersonStore
    _cases: CaseUseCases
    _replies: ReplyUseCases
    _rules: PlaybookRules
    _staff: StaffDirectory
    _clock: Clock

    async def thank(self, case_id: str, by: str) -> tuple[CaseView, list[ReplyForm]]:
        """Record the thanks, and return words that this person can send in public themselves."""
        view = await self._cases.apply(case_id, by, thank_author)
        return view, await self._replies.suggest_replies(view, by, OFFERED)

    async def mark_shareworthy(self, case_id: str, by: str) -> tuple[Case, list[ReplyForm]]:
        """Return the words to send, too, for the message that offered this."""
        view = await self._cases.apply(case_id, by, mark_shareworthy)
        return view.case, await self._replies.suggest_replies(view, by, OFFERED)

    async def unmark_shareworthy(self, case_id: str, by: str) -> Case:
        return (await self._cases.apply(case_id, by, unmark_shareworthy)).case

    async def list_unthanked(self) -> RenderedMessage:
        """Return the people of the last seven days, each once with their newest praise, without likely bots."""
        found = await self._store.list_unthanked(self._clock.now() - SPAN, MOST_READ)
        people: dict[str, Case] = {}
        for case in found:
            mention = case.mention
            account = f"{mention.source}:{mention.author.id}" if mention.author.bot else mention.author_key
            people.setdefault(account or case.id, case)
        genuine = [case for case in people.values() if not is_likely_bot(case)]
        persons = await self._persons.load(case.mention.author_key for case in genuine[:SHOWN])
        return render_unthanked(genuine, persons, len(people) - len(genuine))

    async def list_shareworthy(self, by: str) -> RenderedMessage:
        """Return the list for this person: *Open post* asks first where they should think of something."""
        found, at = await self._store.list_shareworthy(SHOWN), self._clock.now()
        authors = await self._persons.load_contexts(found, at, self._staff.find_display_name)
        cautions = {
            case.id: format_caution(
                case, get_department_or_lost(self._rules, case.department), authors[case.id], at, by
            )
            for case in found
        }
        persons = {case.mention.author_key: person for case in found if (person := authors[case.id].person)}
        return render_shareworthy(found, persons, cautions)
