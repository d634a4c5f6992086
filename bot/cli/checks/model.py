"""Check the weights of the model (present, intact, of this version), and a model that the playbook names."""

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
    options = playbook.detectors.onnx
    if options is None:
        return
    try:
        load_onnx_model(options)
    except WeightsError as no:
        yield make_fault("detectors.onnx", str(no))
    else:
        yield make_ok("detectors.onnx", f"{options.file}, which tells {', '.join(options.classes)}")
