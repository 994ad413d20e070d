"""The desk's first screen: handouts on tiles, printed at one tap; jobs; printers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, render_template, request
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.clock import today
from appliance.errors import HandoutError
from appliance.handouts.paper import Download
from appliance.printing.jobs import Job, Wanted
from appliance.printing.wire import printer_uri
from appliance.site.published import Site
from appliance.site.shelf import Printable, read_shelf, ready_made
from appliance.state.printers import LONGEST_ADDRESS, LONGEST_NAME, Printer
from appliance.state.state import Counts
from appliance.web.staff.desk import Desk
from appliance.web.staff.leading import lead_to
from appliance.web.staff.way_in import current

MOST_COPIES = 50
# How often a page that waits for a printer looks again.
LOOK_AGAIN_S = 2
PRINTED = "printed "


class PrintForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """What to print and how. The choices depend on the box: `_form` fills them in."""

    handout = StringField(validators=[InputRequired(), Length(max=80)])
    language = SelectField("Language")
    way = SelectField("Paper", choices=[(way.value, way.words) for way in Download])
    copies = IntegerField(
        "Copies", validators=[InputRequired(), NumberRange(1, MOST_COPIES)], default=1
    )
    printer = SelectField("Printer", validate_choice=False)


class PrinterForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A printer's name and address."""

    name = StringField("Name", validators=[InputRequired(), Length(max=LONGEST_NAME)])
    uri = StringField("Address", validators=[InputRequired(), Length(max=LONGEST_ADDRESS)])


def blueprint(desk: Desk) -> Blueprint:  # noqa: C901 - a list of routes
    """Build the routes."""
    bp = Blueprint("printing", __name__)

    @bp.get("/")
    def start() -> str:
        return _start_page(desk, _form(desk), "")

    @bp.post("/print")
    def order() -> str | Response | tuple[str, int]:
        form = _form(desk)
        if not form.validate():
            return _start_page(desk, form, _wrong(form)), HTTPStatus.BAD_REQUEST
        _remember(form)
        job = desk.jobs.add(_wanted(desk, form))
        return lead_to("printing.job", number=job.number)

    @bp.post("/download")
    def download() -> str | Response | tuple[str, int]:
        form = _form(desk)
        if not form.validate():
            return _start_page(desk, form, _wrong(form)), HTTPStatus.BAD_REQUEST
        _remember(form)
        return _download(desk, form)

    @bp.get("/jobs")
    def jobs() -> str:
        return render_template("jobs.html", jobs=desk.jobs.all())

    @bp.get("/jobs/<int:number>")
    def job(number: int) -> str:
        found = _job(desk, number)
        wait = 0 if found.state.has_ended else LOOK_AGAIN_S
        return render_template("job.html", job=found, refresh_s=wait)

    @bp.post("/jobs/<int:number>/cancel")
    def cancel(number: int) -> Response:
        desk.jobs.cancel(number)
        return lead_to("printing.job", number=number)

    @bp.post("/jobs/<int:number>/again")
    def again(number: int) -> Response:
        new = desk.jobs.add(_job(desk, number).wanted)
        return lead_to("printing.job", number=new.number)

    @bp.get("/printers")
    def printers() -> str:
        return _printers_page(desk, PrinterForm(), "")

    @bp.post("/printers")
    def add_printer() -> str | Response | tuple[str, int]:
        form = PrinterForm()
        if not form.validate():
            said = "Give the printer a name and its address."
            return _printers_page(desk, form, said), HTTPStatus.BAD_REQUEST
        printer_uri(form.uri.data)
        desk.printers.add(Printer(form.name.data, form.uri.data))
        return lead_to("printing.printers")

    @bp.post("/printers/remove")
    def remove_printer() -> Response:
        desk.printers.remove(request.form.get("name", "")[:LONGEST_NAME])
        return lead_to("printing.printers")

    return bp


def _form(desk: Desk) -> PrintForm:
    """Return the form with this box's choices; what was chosen last stands in it."""
    own = current()
    form = PrintForm(
        language=own.get("language", ORIGINAL_LANGUAGE),
        way=own.get("way", Download.A4.value),
        printer=own.get("printer"),
    )
    site = desk.published.current()
    shelf = read_shelf(site)
    names = _language_names(site, shelf)
    form.language.choices = list(names.items())
    form.printer.choices = [(each.name, each.name) for each in desk.printers.read()]
    return form


def _language_names(site: Site, shelf: Mapping[str, Printable]) -> Mapping[str, str]:
    """Return code -> name of the languages that there are handouts in, English first."""
    there = {language for each in shelf.values() for language in each.titles}
    frame = site.facts.frames[site.language_or_default(ORIGINAL_LANGUAGE)]
    names = {one["code"]: one["name"] for one in frame["languages"]}
    codes = [ORIGINAL_LANGUAGE, *sorted(there - {ORIGINAL_LANGUAGE})]
    return {code: names.get(code, code) for code in codes}


def _start_page(desk: Desk, form: PrintForm, said: str) -> str:
    shelf = read_shelf(desk.published.current())
    return render_template(
        "print.html",
        form=form,
        said=said,
        tiles=_tiles(desk, shelf),
        has_printer=form.printer.choices,
    )


def _tiles(desk: Desk, shelf: Mapping[str, Printable]) -> list[Printable]:
    """Return the handouts, those most printed here first."""
    printed: Counter[str] = Counter()
    for row in desk.counts.totals().values():
        for what, count in row.items():
            if what.startswith(PRINTED):
                printed[what.removeprefix(PRINTED).split()[0]] += count
    return sorted(shelf.values(), key=lambda each: (-printed[each.slug], _in_order(each.number)))


def _in_order(number: str) -> tuple[int, str]:
    """Return what sorts H2 before H10."""
    digits = "".join(filter(str.isdigit, number))
    return int(digits or 0), number


def _wanted(desk: Desk, form: PrintForm) -> Wanted:
    printable, language, way = _chosen(desk, form)
    known = {each.name: each.uri for each in desk.printers.read()}
    if form.printer.data not in known:
        raise HandoutError("choose a printer, or download the PDF and print it from a computer")
    return Wanted(
        title=printable.titles[language],
        slug=printable.slug,
        language=language,
        printer=form.printer.data,
        uri=known[form.printer.data],
        copies=form.copies.data,
        media=way.paper.media,
        # When its turn comes: content may have changed meanwhile, and no document waits.
        make=lambda: ready_made(desk.published.current(), printable.slug, language, way),
    )


def _chosen(desk: Desk, form: PrintForm) -> tuple[Printable, str, Download]:
    shelf = read_shelf(desk.published.current())
    printable = shelf.get(form.handout.data)
    if printable is None:
        raise HandoutError("this handout is not here any more: choose another")
    language, way = form.language.data, Download(form.way.data)
    if language not in printable.titles:
        raise HandoutError(f"“{printable.title}” is in English only: choose English")
    if way.is_large and language != ORIGINAL_LANGUAGE:
        raise HandoutError("large print is in English only: choose English, or another paper")
    return printable, language, way


def _download(desk: Desk, form: PrintForm) -> Response:
    printable, language, way = _chosen(desk, form)
    pdf = ready_made(desk.published.current(), printable.slug, language, way)
    name = f"{printable.slug}-{language}-{way.value}.pdf"
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _remember(form: PrintForm) -> None:
    """Keep what was chosen for this session: the next handout is likely printed the same way."""
    own = current()
    for field in (form.language, form.way, form.printer):
        if isinstance(field.data, str):
            own[field.name] = field.data


def _wrong(form: PrintForm) -> str:
    """Say what to correct."""
    if form.copies.errors:
        return f"Copies: choose 1 to {MOST_COPIES}."
    return "Choose a handout, a language and a paper from the lists."


def _printers_page(desk: Desk, form: PrinterForm, said: str) -> str:
    return render_template("printers.html", form=form, said=said, printers=desk.printers.read())


def _job(desk: Desk, number: int) -> Job:
    found = desk.jobs.find(number)
    if found is None:
        raise NotFound
    return found


def count_printed(counts: Counts, wanted: Wanted) -> None:
    """Count the copies of a handout in a language that a printer made."""
    for _ in range(wanted.copies):
        counts.add(today(), f"{PRINTED}{wanted.slug} {wanted.language}")
