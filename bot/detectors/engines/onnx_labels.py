"""What a model's own config.json calls its classes, held against what the playbook declares."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SHORT = {"neg": "negative", "neu": "neutral", "pos": "positive"}


def find_label_mismatch(path: Path, classes: Sequence[str]) -> str:
    """What is wrong, in a sentence; nothing where the file is not there, or names no classes (`LABEL_0`)."""
    try:
        known = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, RecursionError):
        return (
            f"{path}: cannot be read as JSON, so nobody can tell which classes the model has; mend it, or take it away"
        )
    labels = _parse_labels(known.get("id2label") if isinstance(known, Mapping) else None)
    if not labels or all(label.startswith("label_") for label in labels):
        return ""
    if labels == list(classes):
        return ""
    return (
        f"{path}: the model's classes are {json.dumps(labels)}, and the playbook declares {json.dumps(list(classes))}"
    )


def _parse_labels(told: Any) -> list[str]:
    """In the order of their numbers, in our words."""
    if not isinstance(told, Mapping) or not all(str(number).isdecimal() for number in told):
        return []
    words = [str(told[number]).strip().lower() for number in sorted(told, key=lambda one: int(str(one)))]
    return [SHORT.get(word, word) for word in words]
