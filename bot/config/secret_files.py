"""Read secrets from files, as Docker and Kubernetes mount them: `SLACK_BOT_TOKEN_FILE` is a path."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.config.settings_errors import SettingsFault

SUFFIX = "_FILE"
LONGEST = 64 * 1024
"""Bytes. No secret is longer, but a device or a log is."""


def read_secret_files(
    written: Mapping[str, str], is_secret: Callable[[str], bool]
) -> tuple[dict[str, str], list[SettingsFault]]:
    """Return the variables with secrets read from files, and the errors, which never hold file contents.

    Whitespace around a secret is stripped, because editors end files with a line break.
    """
    values, faults = dict(written), list[SettingsFault]()
    for variable, path in written.items():
        secret = variable.removesuffix(SUFFIX)
        if secret == variable or not is_secret(secret):
            continue
        if secret in written:
            faults.append(SettingsFault(variable, f"{secret} is set as well. Leave one of the two empty"))
            continue
        try:
            values[secret] = _read_secret_file(Path(path))
        except (OSError, ValueError) as no:
            faults.append(SettingsFault(variable, f"cannot be used: {_describe_file_error(no)}"))
        del values[variable]
    return values, faults


def _read_secret_file(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise ValueError("it is not a file")  # a pipe would keep us waiting
    with path.open("rb") as file:
        body = file.read(LONGEST + 1)
    words = body.decode("utf-8-sig").strip()
    if not words or len(body) > LONGEST or "\0" in words:
        raise ValueError("its file is empty" if not words else "its file holds more than a secret")
    return words


def _describe_file_error(no: OSError | ValueError) -> str:
    if isinstance(no, OSError):
        return f"its file cannot be read ({no.strerror})"
    return "its file is not UTF-8 text" if isinstance(no, UnicodeDecodeError) else str(no)
