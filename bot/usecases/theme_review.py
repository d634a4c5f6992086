"""`/sentiment themes`: what posts are about, and how managers change the themes."""

from collections.abc import Collection

from bot.domain.periods import TimeSpan
from bot.domain.reports.report import ReportQuery
from bot.domain.reports.theme_figures import ThemeFigures, compute_theme_figures
from bot.domain.themes import ThemeRegister
from bot.store.store import Store


async def load_theme_figures(
    store: Store, query: ReportQuery, span: TimeSpan, competitors: Collection[str]
) -> tuple[ThemeFigures, ...]:
    """Return the figures of all themes in this time, most common first."""
    counts = await store.report_counters.load_themes(span)
    register = await store.themes.load() if counts else ThemeRegister()
    return compute_theme_figures(counts, register, query.subject, query.department, competitors)
