"""What pages can be about: who knows each kind of cause."""

from collections.abc import Mapping

from bot.domain.pages.page import CauseKind
from bot.store.opening import Store
from bot.workers.paging.crisis import OfCrises
from bot.workers.paging.drills import OfDrills
from bot.workers.paging.matters import OfCases, OfEpisodes, Source
from bot.workers.paging.operators import OfOperators


def causes(store: Store) -> Mapping[CauseKind, Source]:
    return {
        CauseKind.CASE: OfCases(store),
        CauseKind.EPISODE: OfEpisodes(store),
        CauseKind.DRILL: OfDrills(store),
        CauseKind.CRISIS: OfCrises(store),
        CauseKind.OPERATORS: OfOperators(store),
    }
