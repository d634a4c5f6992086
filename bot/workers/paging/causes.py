"""What pages can be about: who knows each kind of cause."""

from collections.abc import Mapping

from bot.domain.pages.page import CauseKind
from bot.store.opening import Store
from bot.workers.paging.drills import OfDrills
from bot.workers.paging.matters import OfCases, OfEpisodes, Source


def causes(store: Store) -> Mapping[CauseKind, Source]:
    return {
        CauseKind.CASE: OfCases(store),
        CauseKind.EPISODE: OfEpisodes(store),
        CauseKind.DRILL: OfDrills(store),
    }
