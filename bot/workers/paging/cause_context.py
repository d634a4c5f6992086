"""What pages can be about: who knows each kind of cause."""

from collections.abc import Mapping

from bot.domain.paging.page import CauseKind
from bot.store.store import Store
from bot.workers.paging.context import CaseContextSource, ContextSource, EpisodeContextSource
from bot.workers.paging.crisis_context import CrisisContextSource
from bot.workers.paging.drill_context import DrillContextSource
from bot.workers.paging.health_context import HealthContextSource


def build_context_sources(store: Store) -> Mapping[CauseKind, ContextSource]:
    return {
        CauseKind.CASE: CaseContextSource(store),
        CauseKind.EPISODE: EpisodeContextSource(store),
        CauseKind.DRILL: DrillContextSource(store),
        CauseKind.CRISIS: CrisisContextSource(store),
        CauseKind.OPERATORS: HealthContextSource(store),
    }
