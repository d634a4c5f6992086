"""A customer's own ONNX model for sentiment, with its tokenizer and the order of its classes as in the playbook.

All are checked when the model is loaded; a model that does not fit is refused with the reason, and nothing replaces it.
The extra `onnx` installs what it needs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.config import OnnxOptions
from bot.detectors.model.weights import WeightsError
from bot.distribution import format_requirement
from bot.domain.assessment import Sentiment

MAX_TOKENS = 128
"""Tokens of one post: some 500 letters. The cost of a transformer grows faster than the text."""
BATCH_SIZE = 16
"""Posts in one run, so that a batch of long ones stays small in memory."""
INSTALL_HINT = 'engine = "onnx" needs what the extra brings: pip install '
IDS, MASK, TYPES = "input_ids", "attention_mask", "token_type_ids"
INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
SHORT_LABELS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
FLOATS = frozenset({"tensor(float)", "tensor(double)", "tensor(float16)"})
SAMPLES = (
    ("I love this, thank you, you are wonderful", "positive"),
    ("Excellent service, best day ever, so happy", "positive"),
    ("I hate this, it is terrible, awful service", "negative"),
    ("Worst company ever, so angry and disappointed", "negative"),
)
"""Posts that every model of English gets right, unless its classes are in another order."""

Probabilities = tuple[float, float, float]


class OnnxModel:
    def __init__(self, config: OnnxOptions, *, batch_size: int = BATCH_SIZE, threads: int = 0) -> None:
        """Load and check the model. `threads` of one run; 0 for as many as there are cores. Raise `WeightsError`."""
        self.name = config.file.name
        self.languages = frozenset(config.languages)
        self._order = [config.classes.index(sentiment.value) for sentiment in Sentiment]
        self._tokenizer = _load_tokenizer(config.tokenizer)
        self._session = _open_session(config.file, threads)
        self._batch_size = batch_size
        self._inputs, self._output = _read_signature(config.file, self._session)
        if fault := _find_label_mismatch(config.file.parent / "config.json", config.classes):
            raise WeightsError(fault)
        self._has_probabilities = False
        self._check_sample_predictions(config)

    def predict(self, texts: Sequence[str]) -> list[Probabilities]:
        """Return negative, neutral, positive of each text. Takes some milliseconds a post; thread-safe."""
        found: list[Probabilities] = []
        for start in range(0, len(texts), self._batch_size):
            raw = self._run(texts[start : start + self._batch_size])
            shares = raw if self._has_probabilities else _normalize_logits(raw)
            found += [(row[0], row[1], row[2]) for row in shares[:, self._order].tolist()]
        return found

    def _run(self, texts: Sequence[str]) -> NDArray[np.float64]:
        encodings = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        columns = {IDS: [one.ids for one in encodings], MASK: [one.attention_mask for one in encodings]}
        columns[TYPES] = [one.type_ids for one in encodings]
        inputs = {name: np.array(columns[name], kind) for name, kind in self._inputs.items()}
        raw: NDArray[np.float64] = np.asarray(self._session.run([self._output], inputs)[0], np.float64)
        return raw

    def _check_sample_predictions(self, config: OnnxOptions) -> None:
        """Check the output on posts whose sentiment is obvious."""
        try:
            raw = self._run([text for text, _ in SAMPLES])
        except _list_runtime_errors() as error:
            raise WeightsError(
                f"{config.file}: it cannot read what {config.tokenizer} makes of a post: {_shorten_error(error)}"
            ) from None
        if raw.shape != (len(SAMPLES), len(config.classes)) or not np.isfinite(raw).all():
            shape = " × ".join(map(str, raw.shape[1:])) or "no row"
            raise WeightsError(
                f"{config.file}: for each post it gives {shape}, and not one finite number for each of the "
                f"{len(config.classes)} classes that the playbook declares"
            )
        self._has_probabilities = bool((raw >= 0).all() and np.allclose(raw.sum(axis=1), 1, atol=1e-3))
        if "en" not in self.languages:
            return
        predictions = self.predict([text for text, _ in SAMPLES])
        for (text, sentiment), (negative, _, positive) in zip(SAMPLES, predictions, strict=True):
            if (positive > negative) is not (sentiment == "positive"):
                raise WeightsError(
                    f"{config.file}: with classes = {json.dumps(config.classes)} it finds {text!r} more "
                    f"{'negative than positive' if sentiment == 'positive' else 'positive than negative'}. "
                    "Correct the order of the classes, or name the language of the model in `languages`"
                )


def load_onnx_model(config: OnnxOptions) -> OnnxModel:
    """Load the model once for each version of its files. Raise `WeightsError`."""
    return _load_cached_onnx_model(config, tuple(_read_file_version(path) for path in (config.file, config.tokenizer)))


@lru_cache(maxsize=1)
def _load_cached_onnx_model(config: OnnxOptions, _versions: tuple[tuple[int, ...], ...]) -> OnnxModel:
    return OnnxModel(config)


def _read_file_version(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError as error:
        hint = "The playbook names it in [detectors.onnx]"
        raise WeightsError(f"{path}: cannot be read ({error.strerror}). {hint}") from None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _import_extra(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise WeightsError(INSTALL_HINT + format_requirement("onnx")) from None


def _load_tokenizer(path: Path) -> Any:
    tokenizers = _import_extra("tokenizers")
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(path))
    except Exception:  # noqa: BLE001  (the library raises no other)
        raise WeightsError(f"{path}: this is not a tokenizer.json of the tokenizers library") from None
    tokenizer.enable_truncation(MAX_TOKENS)
    padding = (tokenizer.padding or {}).items()
    tokenizer.enable_padding(**{key: value for key, value in padding if key.startswith("pad_")})
    return tokenizer


def _list_runtime_errors() -> tuple[type[Exception], ...]:
    """The runtime's own exceptions, which have no base but Exception."""
    state = _import_extra("onnxruntime.capi.onnxruntime_pybind11_state")
    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "RuntimeException")
    return tuple(getattr(state, name) for name in names)


def _open_session(path: Path, threads: int) -> Any:
    runtime = _import_extra("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4  # errors are raised; its log is for its makers
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _list_runtime_errors() as error:
        raise WeightsError(
            f"{path}: this is not a complete ONNX model that the runtime can load: {_shorten_error(error)}"
        ) from None


class _ModelSignature(NamedTuple):
    inputs: dict[str, Any]
    """The number type of each input."""
    output: str


def _read_signature(path: Path, session: Any) -> _ModelSignature:
    inputs = {one.name: one.type for one in session.get_inputs()}
    if fault := next(_find_input_faults(inputs), ""):
        raise WeightsError(f"{path}: {fault}")
    outputs = {one.name: one for one in session.get_outputs()}
    output = outputs.get("logits") or next(iter(outputs.values()))
    if output.type not in FLOATS:
        raise WeightsError(f"{path}: its output {output.name!r} is {output.type}, and must be numbers with a fraction")
    return _ModelSignature({name: INTEGERS[kind] for name, kind in inputs.items()}, output.name)


def _find_input_faults(inputs: dict[str, str]) -> Iterator[str]:
    if missing := {IDS, MASK} - inputs.keys():
        yield f"it has no input {' and no '.join(map(repr, sorted(missing)))}, as models of text classification have"
    if unknown := inputs.keys() - {IDS, MASK, TYPES}:
        yield f"it asks for {min(unknown)!r}, which no tokenizer gives"
    for name, kind in inputs.items():
        if kind not in INTEGERS:
            yield f"its input {name!r} is {kind}, and must be tensor(int64) or tensor(int32)"


def _find_label_mismatch(path: Path, classes: Sequence[str]) -> str:
    """Compare the model's config.json with the playbook. Return the mismatch as a sentence.

    The result is empty if there is no such file, or if it names no classes (`LABEL_0`).
    """
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, RecursionError):
        reason = "cannot be read as JSON, so the classes of the model are unknown. Fix it, or remove it"
        return f"{path}: {reason}"
    labels = _parse_labels(config.get("id2label") if isinstance(config, Mapping) else None)
    if labels == list(classes) or all(label.startswith("label_") for label in labels):
        return ""
    declared = json.dumps(list(classes))
    return f"{path}: the model's classes are {json.dumps(labels)}, and the playbook declares {declared}"


def _parse_labels(labels: Any) -> list[str]:
    """Return our names of the classes, in the order of their numbers."""
    if not isinstance(labels, Mapping) or not all(str(number).isdecimal() for number in labels):
        return []
    words = [str(labels[number]).strip().lower() for number in sorted(labels, key=lambda number: int(str(number)))]
    return [SHORT_LABELS.get(word, word) for word in words]


def _shorten_error(error: Exception) -> str:
    return str(error).splitlines()[0].rpartition(" : ")[2][:200]


def _normalize_logits(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares
