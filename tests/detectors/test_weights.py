"""A weight file is whole and of our version, or it is refused with advice."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.detectors.model.weights import MAGIC, PACKAGED, WeightsError, encode_weights, read_weights
from bot.detectors.pipeline import MentionAssessor

ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1, 2], np.uint32)}


def test_encoded_weights_are_decoded(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(encode_weights({"heads": ["x"]}, ARRAYS))
    found = read_weights(tmp_path / "w")
    assert found.metadata == {"heads": ["x"]}
    assert all((found.arrays[name] == array).all() for name, array in ARRAYS.items())


def broken(tmp_path: Path, how: str) -> Path:
    data = encode_weights({"heads": []}, ARRAYS)
    path = tmp_path / "w"
    if how == "cut":
        path.write_bytes(data[:-3])
    elif how == "changed":
        path.write_bytes(data[:-1] + b"\x7f")
    elif how == "of another version":
        line, rest = data[len(MAGIC) :].split(b"\n", 1)
        path.write_bytes(MAGIC + json.dumps(json.loads(line) | {"version": 99}).encode() + b"\n" + rest)
    elif how == "with another place for an array":
        path.write_bytes(data.replace(b'"at": 32', b'"at": 16'))
    elif how == "something else":
        path.write_bytes(b"PK\x03\x04")
    elif how == "only its first line":
        path.write_bytes(MAGIC)
    return path


@pytest.mark.parametrize(
    "how",
    [
        "missing",
        "cut",
        "changed",
        "of another version",
        "with another place for an array",
        "something else",
        "only its first line",
    ],
)
def test_a_bad_file_is_refused_with_the_way_back(tmp_path: Path, how: str) -> None:
    with pytest.raises(WeightsError, match="pip install --force-reinstall"):
        MentionAssessor((), weights=broken(tmp_path, how))


def test_the_packaged_file_is_whole_and_small() -> None:
    assert set(read_weights(PACKAGED).metadata["heads"]) >= {"negative", "neutral", "positive", "complaint"}
    assert PACKAGED.stat().st_size <= 8_000_000
