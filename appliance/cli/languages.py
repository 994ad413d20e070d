"""The command for translators: translations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue, Guide, Handout, Language
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.files import read_tree, replace_file
from appliance.site.messages import flaws, gather, update


@click.command("translations")
@click.argument("content", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--update", "writes", is_flag=True, help="Bring the PO files up to date first.")
@click.option("--english", is_flag=True, help="Print the fingerprints of what is in English.")
def translations_command(content: Path, *, writes: bool, english: bool) -> None:
    """Show, for each language, what is missing, stale or unchecked."""
    catalogue = load(read_tree(content))
    if english:
        for guide in catalogue.guides_in(ORIGINAL_LANGUAGE):
            click.echo(f"{guide.fingerprint}  {guide.slug}")
        for handout in catalogue.handouts.values():
            click.echo(f"{handout.fingerprint}  handout {handout.slug}")
        return
    for language in catalogue.languages.values():
        if language.code == ORIGINAL_LANGUAGE:
            continue
        if writes and not language.is_easy_read:
            _update(content, catalogue, language.code)
        for line in _report(content, catalogue, language):
            click.echo(line)


def _po_file(content: Path, language: str) -> Path:
    return content / "interface" / f"{language}.po"


def _update(content: Path, catalogue: Catalogue, language: str) -> None:
    path = _po_file(content, language)
    path.parent.mkdir(exist_ok=True)
    known = path.read_bytes() if path.exists() else None
    replace_file(path, update(known, gather(catalogue), language))


def _report(content: Path, catalogue: Catalogue, language: Language) -> Iterator[str]:
    code = language.code
    yield f"{code}  {language.english_name}"
    if not language.is_easy_read:
        yield from _interface(_po_file(content, code), catalogue, code)
    for original in catalogue.guides_in(ORIGINAL_LANGUAGE):
        guide = catalogue.guides.get((code, original.slug))
        yield f"  {original.slug}: {_state(original, guide)}"
    if not language.is_easy_read:
        for sheet in catalogue.handouts.values():
            yield f"  handout {sheet.slug}: {_state(sheet, catalogue.handout(code, sheet.slug))}"


def _interface(path: Path, catalogue: Catalogue, language: str) -> Iterator[str]:
    if not path.exists():
        yield f"  interface: {path} is missing; make it with --update"
        return
    found = list(flaws(path.read_bytes(), gather(catalogue), language))
    yield f"  interface: {len(found)} texts to mend"
    yield from (f"    {flaw.text!r:.90} {flaw.what}" for flaw in found)


def _state(original: Guide | Handout, made: Guide | Handout | None) -> str:
    if made is None or made.translation is None:
        return "missing"
    checked = made.translation.checked_by or "nobody"
    is_stale = made.translation.english != original.fingerprint
    return f"{'stale' if is_stale else 'current'}, checked by {checked}"
