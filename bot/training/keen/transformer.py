"""Fine-tune a small transformer for sentiment, and export it with numbers of eight bits. Needs torch."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from bot.training.corpus import SENTIMENTS, CorpusRow
from bot.training.keen.posts import SOURCE_WEIGHTS, list_labels, rewrite_text

SEED = 1
BATCH_SIZE, MAX_TOKENS, WIDTH = 48, 56, 384
FROZEN_LAYERS = 2
"""Layers that stay as they are, besides the embeddings: they would cost a quarter of the time, and gain nothing."""
RATE, RATE_OF_HEAD, DECAY = 6e-5, 1e-3, 0.01
WARM_UP, COOL_DOWN = 80, 0.3
"""Steps until the full rate, and the share of all steps in which it falls to zero."""
SMOOTHING, DROPOUT, MOST_GRADIENT = 0.05, 0.1, 1.0
SORTED_BATCHES = 60
"""Batches whose posts are sorted by length together, so that little is padding."""
REPORT_EVERY = 50
OPSET = 17

Report = Callable[[str], None]
TokenIds = Sequence[Sequence[int]]


class SentimentTransformer(nn.Module):  # type: ignore[misc]
    """The mean of the last layer over all tokens, and a linear head."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(base, attention_probs_dropout_prob=0.0, attn_implementation="eager")
        self.body.pooler = None
        self.head, self.dropout = nn.Linear(WIDTH, len(SENTIMENTS)), nn.Dropout(DROPOUT)
        for part in self._list_frozen_parts():
            part.requires_grad_(requires_grad=False)

    def _list_frozen_parts(self) -> list[Any]:
        return [self.body.embeddings, *self.body.encoder.layer[:FROZEN_LAYERS]]

    def train(self, mode: bool = True) -> "SentimentTransformer":  # noqa: FBT001, FBT002  (torch calls it so)
        super().train(mode)
        for part in self._list_frozen_parts():
            part.eval()
        return self

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        mean = (hidden * attention_mask[..., None]).sum(1) / attention_mask.sum(1, keepdim=True)
        return self.head(self.dropout(mean))


def fine_tune_transformer(base: Path, rows: Sequence[CorpusRow], steps: int, report: Report) -> SentimentTransformer:
    """Fine-tune on the rows: 23 minutes of two free cores for 3,400 steps. The same rows give about the same model."""
    torch.manual_seed(SEED)
    model = SentimentTransformer(base).train()
    ids, gold = encode_texts(base, [row.text for row in rows]), torch.tensor(list_labels(rows))
    worth = torch.tensor([SOURCE_WEIGHTS[row.source] for row in rows])
    mass = torch.stack([worth[gold == one].sum() for one in range(len(SENTIMENTS))])
    class_weights = (mass.mean() / mass).sqrt()
    optimizer = _build_optimizer(model)
    for step, batch in zip(range(steps), _iterate_batches(ids), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = group["most"] * min(1, (step + 1) / WARM_UP, (steps - step) / (COOL_DOWN * steps))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*_build_tensors([ids[place] for place in batch])).float()
        labels, weights = gold[batch], worth[batch]
        losses = functional.cross_entropy(
            logits, labels, weight=class_weights, label_smoothing=SMOOTHING, reduction="none"
        )
        loss = (losses * weights).sum() / (class_weights[labels] * weights).sum()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), MOST_GRADIENT)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % REPORT_EVERY == 0:
            report(f"step {step:,} of {steps:,}: it loses {loss.item():.3f} a post")
    model.eval()
    return model


def encode_texts(base: Path, texts: Sequence[str]) -> list[list[int]]:
    tokenizer = AutoTokenizer.from_pretrained(base)
    found: list[list[int]] = tokenizer([rewrite_text(one) for one in texts], truncation=True, max_length=MAX_TOKENS)[
        "input_ids"
    ]
    return found


def predict_sentiment(model: SentimentTransformer, ids: TokenIds) -> NDArray[np.float64]:
    with torch.inference_mode():
        return np.array([model(*_build_tensors([one])).softmax(-1)[0].tolist() for one in ids])


def export_onnx(model: SentimentTransformer, folder: Path) -> Path:
    """Write `full.onnx`, and `model.onnx` with weights of eight bits, a scale for each column; return the latter."""
    full, small = folder / "full.onnx", folder / "model.onnx"
    ids = torch.arange(1_000, 1_032).reshape(2, 16)
    names = ["input_ids", "attention_mask"]
    sizes = {name: {0: "posts", 1: "length"} for name in names} | {"logits": {0: "posts"}}
    options = {"dynamic_axes": sizes, "opset_version": OPSET, "dynamo": False}
    example = (ids, torch.ones_like(ids))
    torch.onnx.export(model, example, str(full), input_names=names, output_names=["logits"], **options)
    kinds = ["MatMul", "Gather"]
    quantize_dynamic(full, small, op_types_to_quantize=kinds, per_channel=True, weight_type=QuantType.QInt8)
    return small


def _build_optimizer(model: SentimentTransformer) -> Any:
    body = [one for one in model.body.parameters() if one.requires_grad]
    groups = (
        ([one for one in body if one.ndim > 1], RATE, DECAY),
        ([one for one in body if one.ndim < 2], RATE, 0.0),
        (list(model.head.parameters()), RATE_OF_HEAD, 0.0),
    )
    return torch.optim.AdamW([{"params": part, "most": rate, "weight_decay": decay} for part, rate, decay in groups])


def _iterate_batches(ids: TokenIds) -> Iterator[list[int]]:
    """Yield batches of posts of about equal length, without end, each post once in every round."""
    chance = random.Random(SEED)  # noqa: S311  (no secret)
    size = BATCH_SIZE * SORTED_BATCHES
    while True:
        order = chance.sample(range(len(ids)), len(ids))
        parts = [sorted(order[at : at + size], key=lambda one: len(ids[one])) for at in range(0, len(order), size)]
        batches = [part[at : at + BATCH_SIZE] for part in parts for at in range(0, len(part), BATCH_SIZE)]
        yield from chance.sample(batches, len(batches))


def _build_tensors(rows: TokenIds) -> tuple[Any, Any]:
    longest = max(map(len, rows))
    ids = [[*row, *[0] * (longest - len(row))] for row in rows]
    return torch.tensor(ids), torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
