"""`/sentiment themes`: what posts are about, and how managers change the themes."""

import html
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.cards import theme_list as cards
from bot.cards.block_kit import RenderedMessage
from bot.cards.sanitize import quote_words
from bot.clock import Clock
from bot.detectors.subject_term_forms import build_term_forms, load_common_words
from bot.domain.commits import Decision
from bot.domain.errors import NotAllowed
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import ReportQuery
from bot.domain.reports.rolled_days import list_counter_days
from bot.domain.reports.theme_figures import compute_theme_figures
from bot.domain.subject import Subject, SubjectKind
from bot.domain.text_normalization import MIN_LETTERS, is_findable, is_theme_word
from bot.domain.theme_suggestions import ThemeSuggestion, suggest_themes
from bot.domain.themes import Theme, ThemeRegister, add_theme, remove_theme, rename_theme
from bot.domain.typed_names import normalize_name
from bot.store.store import Store
from bot.usecases.report_query import ReportRules
from bot.usecases.staff import StaffDirectory

EXAMPLES = (
    "`/sentiment themes rename delay to late flights`, `merge seats into cabin`, `add wifi: wifi, internet` or "
    "`remove wifi`"
)
NAME_LENGTH, MAX_WORDS = 60, 20
RECENT_POSTS = 2_000
"""Posts that are searched for suggestions: some 50 ms."""


@dataclass(frozen=True, slots=True)
class ThemeReview:
    """Everyone may look. Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable`."""

    _store: Store
    _rules: ReportRules
    _staff: StaffDirectory
    _parse_query: Callable[[str], Awaitable[ReportQuery]]
    _clock: Clock

    async def answer_command(self, by: str, words: str) -> RenderedMessage:
        """Answer what follows `/sentiment themes`: a change of theirs, or for which time to list them."""
        words = " ".join(html.unescape(words).split())
        if found := re.fullmatch(r"(?:rename (.+) to|merge (.+) into) (.+)", words, re.IGNORECASE):
            return await self._rename(by, found[1] or found[2], found[3], is_merge=bool(found[2]))
        if found := re.fullmatch(r"add ([^:]+)(?::(.+))?", words, re.IGNORECASE):
            return await self.add_theme(by, found[1].strip(), (found[2] or found[1]).split(","))
        if found := re.fullmatch(r"remove (.+)", words, re.IGNORECASE):
            return await self._remove(by, found[1])
        if re.match(r"(rename|merge|add|remove)\b", words, re.IGNORECASE):
            raise NotAllowed(f"Write {EXAMPLES}.")
        return await self._list(by, await self._parse_query(words))

    async def _list(self, by: str, query: ReportQuery) -> RenderedMessage:
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        asked = parse_known_range(query.period, at, zone)
        subjects = self._rules.list_subjects()
        rivals = [one.name for one in subjects if query.is_whole_brand and one.kind is SubjectKind.COMPETITOR]
        rolled = list_counter_days([asked.current], at, zone)
        [counts] = await self._store.report_counters.load_themes(asked.current, rolled=rolled, query=query)
        figures = compute_theme_figures(counts, await self._store.themes.load(), rivals)
        figures = tuple(one for one in figures if query.theme in {"", one.name})
        suggestions = await self._suggest(subjects)
        can_change = await self._staff.is_manager(by, self._rules.managers)
        when = f"{query.scope} {asked.label}".strip()
        return cards.render_themes(figures, when, suggestions, can_change=can_change, asked=query)

    async def _suggest(self, subjects: Sequence[Subject]) -> list[ThemeSuggestion]:
        """Return what people talk about lately besides the themes: in posts that do not look inauthentic."""
        posts = await self._store.spike_stream.read_newest(RECENT_POSTS)
        names = [one.name for one in subjects]
        usual = [one.words for one in (await self._store.baselines.load(names)).values()]
        known = [word for one in subjects for word in (one.name, *one.terms, *one.handles)]
        themes = (await self._store.themes.load()).list_themes(self._rules.list_themes())
        known += [word for theme in themes for word in (theme.name, *theme.words)]
        parts = {part for word in known for form in build_term_forms(word) for part in form.words}
        people = [(one.who, one.text) for one in posts if not one.doubtful]
        return suggest_themes(people, usual, parts | load_common_words())

    async def _rename(self, by: str, name: str, new: str, *, is_merge: bool) -> RenderedMessage:
        new, at, playbook = _check_name(new), self._clock.now(), self._rules.list_themes()
        await self._staff.check_manager(by, self._rules.managers, "change themes")
        known = (await self._store.themes.get()).list_shown_names(playbook)
        shown = next((one for one in known if one.casefold() == name.casefold()), name)

        def decide(register: ThemeRegister) -> Decision[ThemeRegister]:
            return rename_theme(register, playbook, shown, new, by, at, is_merge=is_merge)

        await self._store.themes.change("", decide, at)
        target = next((one for one in known if is_merge and one.casefold() == new.casefold()), new)
        return cards.render_rename_receipt(shown, target, is_merge=is_merge)

    async def _remove(self, by: str, name: str) -> RenderedMessage:
        at, playbook = self._clock.now(), self._rules.list_themes()
        await self._staff.check_manager(by, self._rules.managers, "change themes")
        register = await self._store.themes.get()
        known = register.list_shown_names(playbook)
        shown = next((one for one in known if one.casefold() == name.casefold()), name)
        added = {one.name for one in register.added}
        counted = register.list_counted_names(shown)
        await self._store.themes.change("", lambda register: remove_theme(register, playbook, shown, by, at), at)
        if added.isdisjoint(counted):
            return cards.render_split_receipt(shown, [one for one in counted if one != shown])
        return cards.render_theme_end(shown)

    async def add_theme(self, by: str, name: str, words: Sequence[str]) -> RenderedMessage:
        """Add a theme with its words, also by the button of a suggestion."""
        at, playbook = self._clock.now(), self._rules.list_themes()
        asked = Theme(name=_check_name(name), words=tuple(dict.fromkeys(map(normalize_name, words))))
        if len(asked.words) > MAX_WORDS or any(len(one) > NAME_LENGTH for one in asked.words):
            raise NotAllowed(f"Use {MAX_WORDS} words at most, of {NAME_LENGTH} characters each.")
        if short := next((one for one in asked.words if not is_theme_word(one)), None):
            raise NotAllowed(
                f"“{quote_words(short)}” is too short: posts about anything would match. "
                f"Use words of {MIN_LETTERS} letters or more, such as `/sentiment themes add wifi: wifi, internet`."
            )
        await self._staff.check_manager(by, self._rules.managers, "change themes")

        def decide(register: ThemeRegister) -> Decision[ThemeRegister]:
            return add_theme(register, playbook, asked, by, at)

        await self._store.themes.change("", decide, at)
        return cards.render_add_receipt(asked)


def _check_name(name: str) -> str:
    name = normalize_name(name)
    if not is_findable(name) or len(name) > NAME_LENGTH:
        raise NotAllowed(f"Use a name of {NAME_LENGTH} characters at most. Write {EXAMPLES}.")
    return name
