"""Pack the model into a wheel that Earshot finds by its entry point. The same files give the same bytes."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

PACKAGE, DISTRIBUTION = "earshot_keen", "earshot-keen"
ENTRY_POINTS = f"[earshot.models]\nkeen = {PACKAGE}\n"
METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: A larger sentiment model for Earshot: [detectors] engine = "keen"
License: Apache-2.0
Requires-Python: >=3.11
Requires-Dist: onnxruntime>=1.23,<2
Requires-Dist: tokenizers>=0.22,<0.24

MiniLM-L6 (nreimers/MiniLM-L6-H384-uncased, as sentence-transformers/all-MiniLM-L6-v2, Apache-2.0),
fine-tuned for sentiment in English posts by `make keen` of Earshot. It was trained on the sets that
Earshot's model card names, some of which are CC BY-NC-SA or state no licence. No post is in it.
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: earshot\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def write_wheel(folder: Path, version: str, files: Mapping[str, bytes]) -> Path:
    """Write the wheel into the folder. `files`: those of the package, by name."""
    about = f"{PACKAGE}-{version}.dist-info"
    entries = {f"{PACKAGE}/__init__.py": b"", **{f"{PACKAGE}/{name}": data for name, data in files.items()}}
    metadata = METADATA.format(name=DISTRIBUTION, version=version)
    for name, text in (("METADATA", metadata), ("WHEEL", WHEEL), ("entry_points.txt", ENTRY_POINTS)):
        entries[f"{about}/{name}"] = text.encode()
    record = "".join(f"{name},sha256={_encode_digest(data)},{len(data)}\n" for name, data in entries.items())
    entries[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{PACKAGE}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return path


def _encode_digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
