from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config, read_config
from appliance.errors import ConfigError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config(tmp_path)


def test_a_file_sets_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "helppoint.toml").write_text(
        'origins = ["https://a.example/", "/media/stick"]\nport = 80\nembedded = "/opt/content"\n'
    )
    config = read_config(tmp_path)
    assert config.origins == ("https://a.example/", "/media/stick")
    assert (config.port, config.host, config.embedded) == (80, "127.0.0.1", Path("/opt/content"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = ", "cannot be read"),
        ("\x00", "cannot be read"),
        ('colour = "red"', "unknown setting 'colour'"),
        ('port = "80"', "port must be a int"),
        ("port = true", "port must be a int"),
        ("origins = [1]", "origins must be a list of addresses"),
    ],
)
def test_a_wrong_file_is_refused_with_its_path(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "helppoint.toml").write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_config(tmp_path)
    assert "helppoint.toml" in str(caught.value)
