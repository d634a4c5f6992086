"""The files of the package earshot-keen around a minimal real model, and that package as pip would install it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.detectors.small_onnx import write_model


def write_keen(folder: Path, *, manifest: dict[str, Any] | None = None, **how: Any) -> Path:
    """Write the files. `manifest`: keys that differ; `how`: as `write_model` takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(folder, **how).file.rename(folder / "model.onnx")
    digests = {name: _digest(folder / name) for name in ("model.onnx", "tokenizer.json")}
    values = {"version": "1", "sha256": digests, "keen_share": 1.0, "light_share": 0.0, "seconds_per_post": 0.01}
    (folder / "keen.json").write_text(json.dumps(values | (manifest or {})))
    return folder


def install_keen(site: Path, **how: Any) -> Path:
    """Write the files, and the entry point that names their package, into a folder of `sys.path`."""
    folder = write_keen(site / "earshot_keen", **how)
    (folder / "__init__.py").touch()
    about = site / "earshot_keen-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: earshot-keen\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[earshot.models]\nkeen = earshot_keen\n")
    return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
