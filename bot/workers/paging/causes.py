"""What pages can be about: who knows each kind of cause."""

from collections.abc import Mapping

from bot.domain.pages.page import CauseKind
from bot.store.opening import Store
from bot.workers.paging.crisis import CrisisContextSource
from bot.workers.paging.drills import DrillContextSource
from bot.workers.paging.matters import CaseContextSource, ContextSource, EpisodeContextSource
from bot.workers.paging.operators import HealthContextSource


def build_context_sources(store: Store) -> Mapping[CauseKind, ContextSource]:
    return {
        CauseKind.CASE: CaseContextSource(store),
        CauseKind.EPISODE: EpisodeContextSource(store),
        CauseKind.DRILL: DrillContextSource(store),
        CauseKind.CRISIS: CrisisContextSource(store),
        CauseKind.OPERATORS: HealthContextSource(store),
    }
