"""docs/operating.md: its commands exist, and its table is what programs get."""

from __future__ import annotations

import re
from dataclasses import fields

import click
import pytest

from appliance.cli import cli
from appliance.config import Config
from appliance.errors import NoSourceError
from appliance.state.syncing import Syncing
from tests.content import PROJECT

PAGE = (PROJECT / "docs" / "operating.md").read_text()
COMMANDS = sorted(set(re.findall(r"`helppoint ([^`\n]+)`", PAGE)))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_on_the_page_exists_with_its_options(line: str) -> None:
    command: click.Command | None = cli
    words = line.split()
    while isinstance(command, click.Group) and words:
        command = command.get_command(click.Context(cli), words.pop(0))
    assert command is not None, line
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_table_names_every_field_of_a_json_line_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", PAGE.split("The fields:")[1], re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(rows)) == [field.name for field in fields(Syncing)]


def test_the_files_in_memory_are_where_the_page_says() -> None:
    folder = str(Config(PROJECT).sync_folder)
    named = re.findall(r"/run/helppoint/[\w./]+", PAGE)
    assert sorted({str(name) for name in named}) == [
        f"{folder}/next.json",
        f"{folder}/progress.json",
    ]


def test_the_exit_code_for_nobody_to_ask_is_the_pages() -> None:
    assert f"{NoSourceError.exit_code} there is\nnobody to ask" in PAGE
