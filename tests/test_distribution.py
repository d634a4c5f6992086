"""What our advice tells people to install is ours. `earshot` on the public index is a stranger's package."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import distribution
from bot.detectors.model.weights import WeightsError, read_weights

ROOT = Path(__file__).parents[1]
STRANGERS = re.compile(r"""pip3? install[^\n`]*[\s'"]earshot(?!-slack|[\w.])|['"`\s]earshot\[[a-z]""")
ASK = "from bot.distribution import *; print(name_distribution(), format_requirement('onnx'))"


def metadata(folder: Path, name: str, target: str) -> None:
    about = folder / f"{name.replace('-', '_')}-9.9.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.9\n", "utf-8")
    (about / "entry_points.txt").write_text(f"[console_scripts]\nearshot = {target}\n", "utf-8")


def asked_with(folder: Path) -> list[str]:
    """What is said where only this folder's distributions are installed."""
    code = f"import sys; sys.path[:] = [{str(folder)!r}, {str(ROOT)!r}, *[p for p in sys.path if 'site-packages' not in p]]; {ASK}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout.split(maxsplit=1)


def test_the_distribution_is_called_earshot_slack() -> None:
    assert distribution.name_distribution() == "earshot-slack"


def test_a_strangers_earshot_is_never_named(tmp_path: Path) -> None:
    metadata(tmp_path, "earshot", "earshot.cli:main")

    assert asked_with(tmp_path) == ["earshot-slack", "'earshot-slack[onnx]'\n"]


def test_a_fork_is_named_as_it_was_installed(tmp_path: Path) -> None:
    metadata(tmp_path, "earshot", "earshot.cli:main")
    metadata(tmp_path, "acme-earshot", "bot.__main__:main")

    assert asked_with(tmp_path) == ["acme-earshot", "'acme-earshot[onnx]'\n"]


def test_of_a_first_release_beside_it_the_new_name_is_given(tmp_path: Path) -> None:
    metadata(tmp_path, "earshot", "bot.__main__:main")
    metadata(tmp_path, "earshot-slack", "bot.__main__:main")

    assert asked_with(tmp_path)[0] == "earshot-slack"


def test_what_was_installed_from_a_folder_comes_from_there_again(tmp_path: Path) -> None:
    metadata(tmp_path, "earshot-slack", "bot.__main__:main")
    (tmp_path / "earshot_slack-9.9.dist-info" / "direct_url.json").write_text('{"url": "file:///srv/earshot"}', "utf-8")

    assert asked_with(tmp_path)[1] == "'earshot-slack[onnx] @ file:///srv/earshot'\n"


def test_the_way_back_to_the_packaged_weights_names_our_distribution(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="--no-deps 'earshot-slack"):
        read_weights(tmp_path / "none.weights")


def test_no_file_tells_anybody_to_install_a_strangers_package() -> None:
    named = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    files = [
        ROOT / name for name in named if name.endswith((".py", ".toml", ".md", "Makefile", "Dockerfile", ".example"))
    ]
    if not files:
        pytest.skip("This is no checkout, so that nobody knows which files are ours.")
    wrong = {
        os.path.relpath(file, ROOT): found.group()
        for file in files
        if file != Path(__file__) and (found := STRANGERS.search(file.read_text("utf-8")))
    }
    assert wrong == {}
