"""The brands of one process: a playbook and its settings, or a folder of playbooks, each with its own settings."""

from pathlib import Path
from typing import NamedTuple

from bot.cli.exits import fail_with, load_config
from bot.config import PlaybookError, PlaybookReloader
from bot.config.brand_settings import BrandConfig, build_brand_variable, sort_variables
from bot.config.playbook_folder import check_playbooks, list_playbooks
from bot.config.settings import Settings
from bot.config.settings_errors import SettingsError
from bot.config.settings_loader import load_settings, read_environment
from bot.detectors.label_dimensions import DIMENSIONS
from bot.sources.catalogue import MODELS

PLAYBOOKS = "EARSHOT_PLAYBOOKS"
PUBLIC_URL = "EARSHOT_PUBLIC_URL"


class LoadedBrands(NamedTuple):
    """`settings` are those of the process, None where invalid; `brands` those without a fault."""

    settings: Settings | None
    brands: tuple[BrandConfig, ...]
    faults: tuple[object, ...] = ()


def load_brands(folder: Path | None = None) -> LoadedBrands:
    """Load `folder`, else that of EARSHOT_PLAYBOOKS, else the one playbook. Raises `SettingsError` for a bad .env."""
    folder = find_folder(folder)
    if folder is None:
        read = load_config()
        found = (BrandConfig(read.settings, read.playbook),) if read.settings and read.playbook else ()
        return LoadedBrands(read.settings, found, read.faults)
    return _load_folder(folder, read_environment(Path(".env")))


def find_folder(given: Path | None) -> Path | None:
    """Return the folder of playbooks; None where there is one playbook. Raises `SettingsError` for a bad .env."""
    named = read_environment(Path(".env")).get(PLAYBOOKS, "").strip()
    return given or (Path(named) if named else None)


def require_brands(folder: Path | None = None) -> tuple[Settings, tuple[BrandConfig, ...]]:
    """Load them; fail with all faults together."""
    read = load_brands(folder)
    if read.settings is None or read.faults:
        raise fail_with(read.faults)
    return read.settings, read.brands


def _load_folder(folder: Path, environ: dict[str, str]) -> LoadedBrands:
    playbooks: dict[Path, PlaybookReloader] = {}
    faults: list[object] = []
    try:
        files = list_playbooks(folder)
    except PlaybookError as no:
        files, faults = [], [no]
    for file in files:
        try:
            playbooks[file] = PlaybookReloader(file, sources=MODELS, dimensions=DIMENSIONS)
        except PlaybookError as no:
            faults += str(no).splitlines()
    faults += check_playbooks({file: one.current for file, one in playbooks.items()})
    variables = sort_variables(environ, [one.current.slug for one in playbooks.values()])
    faults += variables.faults if len(playbooks) == len(files) else ()
    shared = _load_settings(variables.shared, faults)
    found = []
    for playbook in playbooks.values():
        brand = playbook.current.slug
        site = f"/brands/{brand}"
        if own := _load_settings(_move_site(variables.by_brand[brand], site), faults, brand):
            found.append(BrandConfig(own, playbook, site))
    return LoadedBrands(shared, tuple(found), tuple(dict.fromkeys(map(str, faults))))


def _move_site(variables: dict[str, str], site: str) -> dict[str, str]:
    """The addresses of a brand begin with its own path."""
    url = variables.get(PUBLIC_URL, "").strip()
    return variables | ({PUBLIC_URL: url.rstrip("/") + site} if url else {})


def _load_settings(variables: dict[str, str], faults: list[object], brand: str = "") -> Settings | None:
    try:
        return load_settings(variables)
    except SettingsError as no:
        for fault in no.faults:
            shared = not brand or any(str(fault) == str(one) for one in faults)
            faults.append(fault if shared else fault._replace(place=build_brand_variable(fault.place, brand)))
        return None
