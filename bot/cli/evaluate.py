"""`earshot evaluate`: measures the detectors on labelled posts, with confidence intervals."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.exits import exit_on_error, fail_with, get_playbook_path, get_weights_path, print_line
from bot.config import OnnxOptions, load_playbook
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.pipeline import MentionAssessor
from bot.detectors.sentiment import BLEND, ENGINES, KEEN, ONNX
from bot.sources.catalogue import MODELS
from bot.training.datasets import NONE_KNOWN, DatasetError, load_labelled, load_unlabelled
from bot.training.evaluate import evaluate_assessor, measure_misfires


def evaluate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Labelled posts as JSON lines, or labels by id with --mentions.")
    ] = None,
    mentions: Annotated[Path | None, typer.Option(help="The mentions that the labels belong to, by id.")] = None,
    model: Annotated[
        Path | None, typer.Option(help="Use this weight file instead of the current one.", show_default=False)
    ] = None,
    ordinary: Annotated[
        Path | None, typer.Option(help="Posts without labels: shows how often each intent is found in them.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="blend, keen, vader, textblob, or onnx: the playbook's own model.")
    ] = "blend",
) -> None:
    """Measure how often Earshot is right on labelled posts: each figure with its 95 % interval and the number of posts.

    Rows are {"text", "label"} for sentiment, {"text", "head", "y", "src"} for an intent (crisis and spam, too), or
    corrections as `earshot corrections export` writes them.
    """
    if engine not in (BLEND, KEEN, ONNX, *ENGINES):
        raise typer.BadParameter(f"there is no engine {engine!r}. Use blend, keen, vader, textblob or onnx")
    if not files and not ordinary:
        raise typer.BadParameter("name files with labelled posts, or --ordinary FILE")
    try:
        rows, unlabelled = load_labelled(files or (), mentions), load_unlabelled(ordinary) if ordinary else []
    except DatasetError as no:
        raise fail_with([no]) from None
    if files and not rows:
        raise fail_with([NONE_KNOWN])
    with exit_on_error():
        assessor = MentionAssessor((), weights=model or get_weights_path(), engine=engine, onnx=_load_own_model(engine))
    misfires = [measure_misfires(assessor, unlabelled)] if unlabelled else []
    for section in (*evaluate_assessor(assessor, rows), *misfires):
        print_line(section.name)
        for figure in section.metrics:
            print_line(f"  {figure}")


def _load_own_model(engine: str) -> OnnxOptions | None:
    if engine != ONNX:
        return None
    path = get_playbook_path()
    own = load_playbook(path, sources=MODELS, dimensions=DIMENSIONS).detectors.onnx
    if own is None:
        raise fail_with([f'{path}: has no model of your own. It needs engine = "onnx" and [detectors.onnx]'])
    return own
