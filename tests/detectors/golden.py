"""Assessments of a hundred sentences of our own. To update them: python -m tests.detectors.golden."""

import json
from pathlib import Path

from tests.detectors.vocabulary import assessor, mention

SENTENCES = Path(__file__).with_name("golden.txt")
GOLDEN = Path(__file__).with_name("golden.jsonl")
STEP = 0.05
"""Probabilities are rounded to this step, so that another processor's last digit is no difference."""


def list_assessments() -> list[str]:
    return [_assess_line(sentence) for sentence in SENTENCES.read_text("utf-8").splitlines()]


def _assess_line(sentence: str) -> str:
    found = assessor().assess([mention(sentence)])[0]
    labels = sorted(label for label in found.labels if not label.startswith("urgency:"))
    negative = round(found.probabilities["negative"] / STEP) * STEP
    return json.dumps({"text": sentence, "labels": labels, "negative": round(negative, 2)}, ensure_ascii=False)


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(list_assessments()) + "\n", "utf-8")
