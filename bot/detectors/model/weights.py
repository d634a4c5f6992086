"""The weight file: a magic line, a line of JSON, then arrays. A damaged file, or one of another version, is refused.

Nothing in it is executed, so a file from elsewhere can do no more than be wrong.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.distribution import format_requirement

Array = NDArray[Any]

VERSION = 1
MAGIC = b"earshot weights\n"
PACKAGED = Path(__file__).parent / "earshot.weights"
ALLOWED = {"int8": np.int8, "uint8": np.uint8, "float16": np.float16, "float32": np.float32, "uint32": np.uint32}
ALIGNMENT = 16


class WeightsError(Exception):
    """A weight file cannot be used; the message says why, and how to get a good one."""


@dataclass(frozen=True, slots=True)
class ModelWeights:
    metadata: Mapping[str, Any]
    """Heads, calibration, when and on what data it was made."""
    arrays: Mapping[str, Array]
    checksum: str = ""


def encode_weights(metadata: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Serialize weights; the same numbers give the same bytes."""
    body = bytearray()
    table, _ = _place_arrays(arrays)
    for entry in table:
        body += b"\0" * (entry["at"] - len(body))
        body += np.ascontiguousarray(arrays[entry["name"]]).tobytes()
    checksum = _compute_checksum(metadata, bytes(body))
    header = {"version": VERSION, "checksum": checksum, "arrays": table, "about": metadata}
    line = json.dumps(header, sort_keys=True, ensure_ascii=True).encode() + b"\n"
    return MAGIC + line + bytes(body)


def read_weights(path: Path) -> ModelWeights:
    """Read a weight file. Raise `WeightsError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"the weights of the model cannot be read ({error.strerror})"
        raise WeightsError(f"{path}: {reason}; {_build_advice()}") from None
    try:
        return decode_weights(data)
    except (ValueError, KeyError, TypeError) as error:
        precise = isinstance(error, _WeightsFormatError)
        reason = str(error) if precise else "this is no weight file, or only a part of one"
        raise WeightsError(f"{path}: {reason}; {_build_advice()}") from None


def _build_advice() -> str:
    return (
        f"the packaged one comes back with `pip install --force-reinstall --no-deps {format_requirement()}`, "
        "and with EARSHOT_MODEL left empty it is the one in use"
    )


class _WeightsFormatError(ValueError):
    pass


def decode_weights(data: bytes) -> ModelWeights:
    if not data.startswith(MAGIC):
        raise _WeightsFormatError("this is no weight file")
    end = data.index(b"\n", len(MAGIC)) + 1
    header = json.loads(data[len(MAGIC) : end])
    if header["version"] != VERSION:
        raise _WeightsFormatError(f"its version is {header['version']!r}, and this Earshot reads {VERSION}")
    body = data[end:]
    if _compute_checksum(header["about"], body) != header["checksum"]:
        raise _WeightsFormatError("it is damaged or cut short: its checksum does not fit")
    arrays = {entry["name"]: _decode_array(entry, body) for entry in header["arrays"]}
    if _place_arrays(arrays) != (header["arrays"], len(body)):
        raise _WeightsFormatError("it is damaged: its table does not fit")
    return ModelWeights(header["about"], arrays, header["checksum"])


def _place_arrays(arrays: Mapping[str, Array]) -> tuple[list[dict[str, Any]], int]:
    """Return where each array lies, and the end of the last. It is recomputed because the checksum omits it."""
    table, end = list[dict[str, Any]](), 0
    for name in sorted(arrays):
        array = arrays[name]
        at = end + -end % ALIGNMENT
        table.append({"name": name, "type": array.dtype.name, "shape": list(array.shape), "at": at})
        end = at + array.nbytes
    return table, end


def _decode_array(entry: Mapping[str, Any], body: bytes) -> Array:
    return np.frombuffer(body, ALLOWED[entry["type"]], math.prod(entry["shape"]), entry["at"]).reshape(entry["shape"])


def _compute_checksum(about: Mapping[str, Any], body: bytes) -> str:
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    digest.update(body)
    return digest.hexdigest()
