"""Build the wheel earshot-keen, and print how often the model is right: what `make keen` starts."""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from bot.config import OnnxOptions
from bot.detectors.engines.keen import MANIFEST, MODEL, TOKENIZER
from bot.detectors.engines.onnx import OnnxModel
from bot.distribution import find_version
from bot.training.corpus import SENTIMENTS, CorpusRow, read_shared_sets
from bot.training.keen.mixture import HeldOutPredictions, MixtureShares, choose_shares, list_figures, select_even_folds
from bot.training.keen.posts import KeenRows, list_labels, predict_sentiments, rewrite_text, select_rows
from bot.training.keen.transformer import (
    SentimentTransformer,
    encode_texts,
    export_onnx,
    fine_tune_transformer,
    predict_sentiment,
)
from bot.training.keen.wheel import write_wheel

STEPS = 3_400
"""Twice through all posts."""


def build_keen(
    sets: Annotated[Path, typer.Option(help="The folder with the data sets of the model card.")],
    base: Annotated[Path, typer.Option(help="The folder with the base weights and their tokenizer.")],
    light: Annotated[Path, typer.Option(help="A weight file of `earshot train --from DIR --hold-out`.")],
    work: Annotated[Path, typer.Option(help="Where the model is written.")],
    out: Annotated[Path, typer.Option(help="Where the wheel is written.")] = Path("dist"),
    steps: Annotated[int, typer.Option(help="Steps of training, of 48 posts each.")] = STEPS,
) -> None:
    """Fine-tune, quantize, choose the shares of both models, measure, and pack the wheel."""
    rows = select_rows(read_shared_sets(sets))
    print_progress(f"learning from {len(rows.training):,} posts")
    write_model(fine_tune_transformer(base, rows.training, steps, print_progress), rows, base, light, work, out)


def write_model(model: SentimentTransformer, rows: KeenRows, base: Path, light: Path, work: Path, out: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    files = {MODEL: export_onnx(model, work).read_bytes(), TOKENIZER: (base / TOKENIZER).read_bytes()}
    (work / TOKENIZER).write_bytes(files[TOKENIZER])
    print_progress(f"predicting {len(rows.held_out):,} posts that were held out")
    keen, seconds = run_onnx_model(work, rows.held_out)
    found = HeldOutPredictions(
        np.array([row.source for row in rows.held_out]),
        select_even_folds([row.fold for row in rows.held_out]),
        list_labels(rows.held_out),
        predict_sentiments(light, rows.held_out),
        predict_sentiment(model, encode_texts(base, [row.text for row in rows.held_out])),
        keen,
    )
    shares = choose_shares(found)
    figures = [str(figure) for figure in list_figures(found, shares)]
    files[MANIFEST] = json.dumps(build_manifest(files, shares, seconds, figures), indent=1).encode()
    for line in (
        *figures,
        f"shares: {shares}",
        f"{seconds * 1000:.1f} ms a post",
        write_wheel(out, find_version(), files),
    ):
        sys.stdout.write(f"{line}\n")


def run_onnx_model(folder: Path, rows: list[CorpusRow]) -> tuple[NDArray[np.float64], float]:
    """Return the probabilities as the engine will compute them, and the CPU seconds of one post."""
    model = OnnxModel(OnnxOptions(folder / MODEL, folder / TOKENIZER, SENTIMENTS), batch_size=1, threads=1)
    texts = [rewrite_text(row.text) for row in rows]
    began = time.process_time()
    found = np.array(model.predict(texts))
    return found, (time.process_time() - began) / len(rows)


def build_manifest(
    files: dict[str, bytes], shares: MixtureShares, seconds: float, figures: list[str]
) -> dict[str, Any]:
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    values = {"version": find_version(), "sha256": digests, "keen_share": shares.keen, "light_share": shares.light}
    return values | {"seconds_per_post": round(seconds, 5), "figures": figures}


def print_progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    typer.run(build_keen)
