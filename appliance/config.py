"""How a device is set up: one TOML file in its home folder, read once at the start.

# HELPPOINT_HOME/helppoint.toml, every line optional
origins = ["https://content.example.org/helppoint/"]   # tried in this order
host = "127.0.0.1"
port = 8000
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from appliance.errors import ConfigError
from appliance.files import read_file

# The box on its own Wi-Fi, as phones open it: on every poster (shared facts, hotspot 3.4).
ON_WIFI = "http://10.66.0.1/"
FILE_NAME = "helppoint.toml"
MAX_CONFIG_BYTES = 100_000
EMBEDDED = Path(__file__).with_name("embedded")


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are, and whom to ask for content.

    `embedded` is a folder with the signed repository that the application ships, and `root.json`,
    the root metadata that everything is checked against. `runtime` is a folder in memory, where the
    box's programs tell each other what is so just now. With `portal`, this box is the Wi-Fi and
    answers for every name there is.
    """

    home: Path
    origins: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    embedded: Path = EMBEDDED
    runtime: Path = Path("/run/helppoint")
    portal: bool = False

    @property
    def store(self) -> Path:
        """The device's own copy of the content."""
        return self.home / "store"

    @property
    def settings_file(self) -> Path:
        """What staff have set."""
        return self.home / "state" / "desk.json"

    @property
    def network_file(self) -> Path:
        """What the hotspot's watcher knows of the network."""
        return self.runtime / "network.json"

    @property
    def logo_file(self) -> Path:
        """The library's logo, as `handouts.logo` keeps it."""
        return self.settings_file.with_name("logo.png")

    @property
    def counts_file(self) -> Path:
        """What the public process has counted."""
        return self.home / "state" / "public.json"

    @property
    def links_file(self) -> Path:
        """What the last check of web addresses found."""
        return self.home / "state" / "links.json"

    @property
    def missing_words_file(self) -> Path:
        """Ordinary words that people looked for and no page has."""
        return self.home / "state" / "missing-words.json"


def read_config(home: Path) -> Config:
    """Read the file in `home`; without one, the defaults hold.

    Raises:
        ConfigError: not TOML, an unknown setting, or a value of the wrong kind.
    """
    path = home / FILE_NAME
    try:
        content = tomllib.loads(read_file(path, MAX_CONFIG_BYTES).decode())
    except FileNotFoundError:
        return Config(home)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    _refuse_wrong(path, content)
    if "origins" in content:
        content["origins"] = tuple(content["origins"])
    for folder in {"embedded", "runtime"} & content.keys():
        content[folder] = Path(content[folder])
    return Config(home, **content)


def _refuse_wrong(path: Path, content: Mapping[str, object]) -> None:
    wanted = {
        "origins": list,
        "host": str,
        "port": int,
        "embedded": str,
        "runtime": str,
        "portal": bool,
    }
    for name, value in content.items():
        if name not in wanted:
            known = ", ".join(field.name for field in fields(Config) if field.name != "home")
            raise ConfigError(f"{path} has an unknown setting {name!r}: choose from {known}")
        if type(value) is not wanted[name]:
            raise ConfigError(f"{path}: {name} must be a {wanted[name].__name__}, not {value!r}")
    origins = content.get("origins", [])
    if isinstance(origins, list) and not all(isinstance(origin, str) for origin in origins):
        raise ConfigError(f"{path}: origins must be a list of addresses in quotes")
