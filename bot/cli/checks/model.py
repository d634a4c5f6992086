"""Whether the weights of the model that hears are there, whole, and of our version."""

from bot.cli.findings import Finding, fault, well
from bot.detectors.model.loading import in_use, model
from bot.detectors.model.weights import PACKAGED, Unusable
from bot.settings import Settings


def of_model(settings: Settings) -> Finding:
    path = in_use(settings.model, settings.data)
    try:
        found = model(path)
    except Unusable as no:
        return fault("EARSHOT_MODEL", str(no))
    which = "packaged" if path == PACKAGED else str(path)
    return well("the model", f"{which}, {len(found.heads)} heads")
