"""What commands that sign have in common: sound content, the moment, passphrases."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from appliance.catalogue.check import check
from appliance.clock import now, today
from appliance.errors import ContentError, ReleaseError


def ask_passphrase(question: str) -> str:
    """Ask for a passphrase or PIN, which is not shown."""
    answer: str = click.prompt(question, hide_input=True, err=True)
    return answer


def refuse_faulty(content: Path, tree: Mapping[str, bytes]) -> None:
    """Refuse content with errors.

    Raises:
        ContentError: names the first.
    """
    errors = [problem for problem in check(tree, today()) if problem.severity == "error"]
    if errors:
        raise ContentError(f"{content} has {len(errors)} errors; the first is: {errors[0]}")


def moment_of_signing() -> datetime:
    """Return now, or SOURCE_DATE_EPOCH (seconds since 1970) for builds that must be repeatable."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return now()
    if not epoch.isdecimal() or len(epoch) > 12:
        raise ReleaseError(f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds")
    return datetime.fromtimestamp(int(epoch), UTC)
