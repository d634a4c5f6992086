"""An ONNX model of one's own for sentiment: with its tokenizer, and the order of its classes as the playbook has it.

Both are looked at when it is loaded: what does not fit is refused with a sentence, and nothing stands in for it.
The extra `onnx` brings what it needs.
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

MOST_TOKENS = 128
"""Of one post: some 500 letters. What a transformer costs grows faster than the text."""
AT_ONCE = 16
"""Posts in one run, so that a batch of long ones stays small in memory."""
EXTRA = 'engine = "onnx" needs what the extra brings: pip install '
IDS, MASK, TYPES = "input_ids", "attention_mask", "token_type_ids"
WHOLE = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
SHORT = {"neg": "negative", "neu": "neutral", "pos": "positive"}
BROKEN = frozenset({"tensor(float)", "tensor(double)", "tensor(float16)"})
TRIED = (
    ("I love this, thank you, you are wonderful", "positive"),
    ("Excellent service, best day ever, so happy", "positive"),
    ("I hate this, it is terrible, awful service", "negative"),
    ("Worst company ever, so angry and disappointed", "negative"),
)
"""What no model of English takes for its contrary, unless its classes stand in another order."""

Probabilities = tuple[float, float, float]


class OnnxModel:
    def __init__(self, config: OnnxOptions) -> None:
        """Raises Unusable with a sentence for whoever starts Earshot."""
        self.name = config.file.name
        self.languages = frozenset(config.languages)
        self._order = [config.classes.index(one.value) for one in Sentiment]
        self._tokenizer = _load_tokenizer(config.tokenizer)
        self._session = _open_session(config.file)
        self._inputs, self._output = _read_signature(config.file, self._session)
        if fault := _find_label_mismatch(config.file.parent / "config.json", config.classes):
            raise WeightsError(fault)
        self._has_probabilities = False
        self._check_sample_predictions(config)

    def predict(self, texts: Sequence[str]) -> list[Probabilities]:
        """Negative, neutral, positive of each text. Takes some milliseconds a post; safe in a thread."""
        found: list[Probabilities] = []
        for start in range(0, len(texts), AT_ONCE):
            raw = self._run(texts[start : start + AT_ONCE])
            shares = raw if self._has_probabilities else _normalize_logits(raw)
            found += [(row[0], row[1], row[2]) for row in shares[:, self._order].tolist()]
        return found

    def _run(self, texts: Sequence[str]) -> NDArray[np.float64]:
        cut = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        given = {IDS: [one.ids for one in cut], MASK: [one.attention_mask for one in cut]}
        given[TYPES] = [one.type_ids for one in cut]
        fed = {name: np.array(given[name], kind) for name, kind in self._inputs.items()}
        raw: NDArray[np.float64] = np.asarray(self._session.run([self._output], fed)[0], np.float64)
        return raw

    def _check_sample_predictions(self, told: OnnxOptions) -> None:
        """On posts of which nobody doubts what they are, before it is believed of any other."""
        try:
            raw = self._run([text for text, _ in TRIED])
        except _list_runtime_errors() as no:
            raise WeightsError(
                f"{told.file}: it cannot read what {told.tokenizer} makes of a post: {_shorten_error(no)}"
            ) from None
        if raw.shape != (len(TRIED), len(told.classes)) or not np.isfinite(raw).all():
            said = " × ".join(map(str, raw.shape[1:])) or "no row"
            raise WeightsError(
                f"{told.file}: for each post it gives {said}, and not one finite number for each of the "
                f"{len(told.classes)} classes that the playbook declares"
            )
        self._has_probabilities = bool((raw >= 0).all() and np.allclose(raw.sum(axis=1), 1, atol=1e-3))
        if "en" not in self.languages:
            return
        for (text, sentiment), (negative, _, positive) in zip(
            TRIED, self.predict([text for text, _ in TRIED]), strict=True
        ):
            if (positive > negative) is not (sentiment == "positive"):
                raise WeightsError(
                    f"{told.file}: with classes = {json.dumps(told.classes)} it finds {text!r} more "
                    f"{'negative than positive' if sentiment == 'positive' else 'positive than negative'}; "
                    "they stand in another order, or this is no model of English (then say which in `languages`)"
                )


def load_onnx_model(config: OnnxOptions) -> OnnxModel:
    """Loaded once for each version of its files. Raises Unusable as `OnnxModel` does."""
    return _load_cached_onnx_model(config, tuple(_read_file_version(path) for path in (config.file, config.tokenizer)))


@lru_cache(maxsize=1)
def _load_cached_onnx_model(told: OnnxOptions, _versions: tuple[tuple[int, ...], ...]) -> OnnxModel:
    return OnnxModel(told)


def _read_file_version(path: Path) -> tuple[int, ...]:
    try:
        about = path.stat()
    except OSError as no:
        raise WeightsError(
            f"{path}: cannot be read ({no.strerror}); the playbook names it in [detectors.onnx]"
        ) from None
    return about.st_ino, about.st_mtime_ns, about.st_size


def _import_extra(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise WeightsError(EXTRA + format_requirement("onnx")) from None


def _load_tokenizer(path: Path) -> Any:
    tokenizers = _import_extra("tokenizers")
    try:
        made = tokenizers.Tokenizer.from_file(str(path))
    except Exception:  # noqa: BLE001  (the library raises no other)
        raise WeightsError(f"{path}: this is no tokenizer.json as the tokenizers library writes it") from None
    made.enable_truncation(MOST_TOKENS)
    made.enable_padding(**{key: value for key, value in (made.padding or {}).items() if key.startswith("pad_")})
    return made


def _list_runtime_errors() -> tuple[type[Exception], ...]:
    """The runtime's own exceptions, which have no base but Exception."""
    state = _import_extra("onnxruntime.capi.onnxruntime_pybind11_state")
    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "RuntimeException")
    return tuple(getattr(state, name) for name in names)


def _open_session(path: Path) -> Any:
    runtime = _import_extra("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4  # what it cannot do it raises; what it prints besides is for its makers
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _list_runtime_errors() as no:
        raise WeightsError(
            f"{path}: this is no ONNX model that the runtime can load, or only a part of one: {_shorten_error(no)}"
        ) from None


class _ModelSignature(NamedTuple):
    inputs: dict[str, Any]
    """By name, the type of number that it takes."""
    output: str


def _read_signature(path: Path, session: Any) -> _ModelSignature:
    inputs = {one.name: one.type for one in session.get_inputs()}
    if fault := next(_find_input_faults(inputs), ""):
        raise WeightsError(f"{path}: {fault}")
    outputs = {one.name: one for one in session.get_outputs()}
    output = outputs.get("logits") or next(iter(outputs.values()))
    if output.type not in BROKEN:
        raise WeightsError(f"{path}: its output {output.name!r} is {output.type}, and must be numbers with a fraction")
    return _ModelSignature({name: WHOLE[kind] for name, kind in inputs.items()}, output.name)


def _find_input_faults(inputs: dict[str, str]) -> Iterator[str]:
    if missing := {IDS, MASK} - inputs.keys():
        yield f"it has no input {' and no '.join(map(repr, sorted(missing)))}, as models of text classification have"
    if unknown := inputs.keys() - {IDS, MASK, TYPES}:
        yield f"it asks for {min(unknown)!r}, which no tokenizer gives"
    for name, kind in inputs.items():
        if kind not in WHOLE:
            yield f"its input {name!r} is {kind}, and must be tensor(int64) or tensor(int32)"


def _find_label_mismatch(path: Path, classes: Sequence[str]) -> str:
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


def _shorten_error(no: Exception) -> str:
    return str(no).splitlines()[0].rpartition(" : ")[2][:200]


def _normalize_logits(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares
