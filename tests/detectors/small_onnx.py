"""A minimal real ONNX model: each word has three scores, and a post has their sum."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from bot.config import OnnxOptions

USUAL = ("negative", "neutral", "positive")
POINTS = {
    "[PAD]": (9, 0, 0), "[UNK]": (0, 0.2, 0), "love": (0, 0, 3), "wonderful": (0, 0, 2), "excellent": (0, 0, 3),
    "happy": (0, 0, 2), "hate": (3, 0, 0), "terrible": (2, 0, 0), "awful": (2, 0, 0), "worst": (3, 0, 0),
    "angry": (2, 0, 0), "table": (0, 4, 0),
}  # fmt: skip
"""Scores of negative, neutral and positive. Padding would be very negative if it were not masked."""


def write_model(
    folder: Path,
    *,
    classes: Sequence[str] = USUAL,
    declared: Sequence[str] = USUAL,
    labels: dict[str, str] | None = None,
    softmax: bool = False,
    ids: int = TensorProto.INT64,
    floats: int = TensorProto.FLOAT,
    names: tuple[str, str] = ("input_ids", "attention_mask"),
    languages: tuple[str, ...] = ("en",),
) -> OnnxOptions:
    """Write a model. `classes`: its order; `declared`: that of the playbook; `labels`: its config.json."""
    folder.joinpath("tokenizer.json").write_text(_tokenizer().to_str())
    table = np.array(
        [[dict(zip(USUAL, points, strict=True)).get(one, 0) for one in classes] for points in POINTS.values()]
    )
    folder.joinpath("own.onnx").write_bytes(_model(table, ids, floats, names, softmax=softmax))
    if labels is not None:
        folder.joinpath("config.json").write_text(json.dumps({"id2label": labels}))
    return OnnxOptions(folder / "own.onnx", folder / "tokenizer.json", tuple(declared), languages)


def _tokenizer() -> Tokenizer:
    words = {word: number for number, word in enumerate(POINTS)}
    made = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def _model(table: Any, ids: int, floats: int, names: tuple[str, str], *, softmax: bool) -> bytes:
    number, mask = names
    nodes = [
        helper.make_node("Cast", [number], ["number"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "number"], ["points"]),
        helper.make_node("Cast", [mask], ["shown"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["shown", "last"], ["wide"]),
        helper.make_node("Mul", ["points", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "words"], ["sum"], keepdims=0),
        helper.make_node("Softmax", ["sum"], ["row"]) if softmax else helper.make_node("Identity", ["sum"], ["row"]),
        helper.make_node("Cast", ["row"], ["logits"], to=floats),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(name, ids, ["posts", "length"]) for name in names],
        [helper.make_tensor_value_info("logits", floats, ["posts", table.shape[1]])],
        [
            numpy_helper.from_array(table.astype(np.float32), "table"),
            numpy_helper.from_array(np.array([-1]), "last"),
            numpy_helper.from_array(np.array([1]), "words"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
