"""A hundred sentences of our own and what is heard in them. To change it on purpose: python -m tests.detectors.golden."""

import json
from pathlib import Path

from tests.detectors.vocabulary import assessor, mention

SENTENCES = Path(__file__).with_name("golden.txt")
HEARD = Path(__file__).with_name("golden.jsonl")
STEP = 0.05
"""Probabilities are kept this coarsely, so that another processor's last digit is no change."""


def told() -> list[str]:
    return [_line(sentence) for sentence in SENTENCES.read_text("utf-8").splitlines()]


def _line(sentence: str) -> str:
    found = assessor().assess([mention(sentence)])[0]
    labels = sorted(label for label in found.labels if not label.startswith("urgency:"))
    negative = round(found.probabilities["negative"] / STEP) * STEP
    return json.dumps({"text": sentence, "labels": labels, "negative": round(negative, 2)}, ensure_ascii=False)


if __name__ == "__main__":
    HEARD.write_text("\n".join(told()) + "\n", "utf-8")
