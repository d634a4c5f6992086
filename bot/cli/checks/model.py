"""Whether the weights of the model that hears are there, whole, and of our version; and a model of one's own fits."""

from collections.abc import Iterator

from bot.cli.check_report import CheckFinding, make_fault, make_ok
from bot.config import Playbook
from bot.config.settings import Settings
from bot.detectors.engines.onnx import load_onnx_model
from bot.detectors.model.loading import load_model, resolve_weights_path
from bot.detectors.model.weights import PACKAGED, WeightsError


def check_model(settings: Settings) -> CheckFinding:
    path = resolve_weights_path(settings.model, settings.data)
    try:
        found = load_model(path)
    except WeightsError as no:
        return make_fault("EARSHOT_MODEL", str(no))
    which = "packaged" if path == PACKAGED else str(path)
    return make_ok("the model", f"{which}, {len(found.heads)} heads")


def check_own_model(playbook: Playbook) -> Iterator[CheckFinding]:
    told = playbook.detectors.onnx
    if told is None:
        return
    try:
        load_onnx_model(told)
    except WeightsError as no:
        yield make_fault("detectors.onnx", str(no))
    else:
        yield make_ok("detectors.onnx", f"{told.file}, which tells {', '.join(told.classes)}")
