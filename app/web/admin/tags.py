"""Tags: found, added, changed, blocked; those that nobody knows, adopted; tables of them brought and taken."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import Field

from app.api.context import services
from app.api.id_tag_files import whole
from app.api.models import Body, IdTagText, Key, Text
from app.api.policy import requires
from app.api.tag_rows import COLUMNS, read_tags
from app.api.uploads import Upload, end_silence, takes_file
from app.csv_rows import MOST_BYTES, MOST_ROWS
from app.domain.id_tags import IdTagKind, IdTagStatus
from app.domain.roles import Role
from app.errors import BadInput
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import asked_for, listed
from app.web.moments import read_moment, write_moment
from app.web.navigation import OPERATOR
from app.web.words import Texts

bp = Blueprint("tags", __name__, url_prefix=f"{OPERATOR}/tags")

SHOWN = 50
SHOWN_UNKNOWN = 20

KINDS: Texts = {
    IdTagKind.ACCOUNT: _("Of an account"),
    IdTagKind.VEHICLE: _("Of a vehicle"),
    IdTagKind.CARD: _("Card"),
}
STATUSES: Texts = {IdTagStatus.ACCEPTED: _("May charge"), IdTagStatus.BLOCKED: _("Blocked")}


class Named(Body):
    """A tag may have signs in it that no path can hold."""

    id_tag: IdTagText


class TagForm(Body):
    label: Text | None = None
    username: Key | None = None
    parent_id_tag: IdTagText | None = None
    expiry_date: Key | None = None
    concurrent_limit: int = Field(1, ge=1, le=1000)
    status: IdTagStatus = IdTagStatus.ACCEPTED

    def facts(self) -> dict[str, Any]:
        """Return what is to be; what was left empty is not."""
        expiry = read_moment(self.expiry_date) if self.expiry_date else None
        if self.expiry_date and expiry is None:
            raise BadInput("expiry_date", "must be a date and time")
        return {**self.model_dump(exclude={"token", "id_tag"}), "expiry_date": expiry}


class NewTagForm(TagForm):
    id_tag: IdTagText | None = None


@bp.get("")
@requires(Role.STAFF)
def tags() -> str:
    """Whatever the address asks for that there is not is left out of account."""
    asked = asked_for("q", "status", "kind", "username")
    kept = services.storage.id_tags
    where = equal(
        [
            ("status", asked["status"] if asked["status"] in STATUSES else None),
            ("kind", asked["kind"] if asked["kind"] in KINDS else None),
            ("username", _owner(asked["username"])),
        ]
    )
    found, more = listed(kept, where | kept.like(asked["q"]), SHOWN)
    unknown, more_unknown = listed(services.storage.unknown_tags, equal([("ignored", False)]), SHOWN_UNKNOWN, "unknown")
    taken: dict[str, Any] = {name: asked[name] for name in ("status", "kind") if where.get(name)}
    return render_template(
        "pages/tags.html",
        tags=found,
        next=more,
        unknown=unknown,
        more_unknown=more_unknown,
        asked=asked,
        is_filtered=any(asked.values()),
        statuses=STATUSES,
        kinds=KINDS,
        exported=url_for("id_tag_files.export_id_tags", **taken),
        now=services.now(),
    )


@bp.get("/new")
@requires(Role.STAFF)
def new_page() -> str:
    return render_template("pages/tag.html", tag=None, expiry="", statuses=STATUSES)


@bp.post("/new")
@requires(Role.STAFF)
@shown_on(new_page)
def add() -> ResponseReturnValue:
    form = submitted(NewTagForm)
    facts = {name: value for name, value in form.facts().items() if value is not None}
    tag = services.id_tags.add(form.id_tag, facts)
    return _on_to(tag.id_tag, "tag_saved")


@bp.get("/one")
@requires(Role.STAFF)
def tag_page() -> str:
    tag = services.id_tags.get(_asked_tag())
    family = services.storage.id_tags.children([tag.id_tag])
    return render_template(
        "pages/tag.html", tag=tag, family=family, expiry=write_moment(tag.expiry_date), statuses=STATUSES, kinds=KINDS
    )


@bp.post("/one")
@requires(Role.STAFF)
@shown_on(tag_page)
def change() -> ResponseReturnValue:
    """Only what has changed: an account's own tag keeps its owner."""
    before = services.id_tags.get(_asked_tag())
    wanted = {name: value for name, value in submitted(TagForm).facts().items() if getattr(before, name) != value}
    services.id_tags.change(before.id_tag, wanted)
    return _on_to(before.id_tag, "tag_saved")


@bp.post("/block")
@requires(Role.STAFF)
@shown_on(tags)
def block() -> ResponseReturnValue:
    return _set(IdTagStatus.BLOCKED)


@bp.post("/unblock")
@requires(Role.STAFF)
@shown_on(tags)
def unblock() -> ResponseReturnValue:
    return _set(IdTagStatus.ACCEPTED)


@bp.post("/remove")
@requires(Role.STAFF)
@shown_on(tags)
def remove() -> ResponseReturnValue:
    services.id_tags.remove(submitted(Named).id_tag)
    return redirect(url_for("web.tags.tags", done="tag_removed"), 303)


@bp.post("/adopt")
@requires(Role.STAFF)
@shown_on(tags)
def adopt() -> ResponseReturnValue:
    tag = services.unknown_tags.adopt(submitted(Named).id_tag, {})
    return _on_to(tag.id_tag, "tag_adopted")


@bp.post("/ignore")
@requires(Role.STAFF)
@shown_on(tags)
def ignore() -> ResponseReturnValue:
    services.unknown_tags.ignore(submitted(Named).id_tag, ignored=True)
    return redirect(url_for("web.tags.tags"), 303)


@bp.get("/import")
@requires(Role.STAFF)
def import_page() -> str:
    return render_template("pages/tag_import.html", columns=COLUMNS, most_rows=MOST_ROWS, report=None)


@requires(Role.STAFF)
def import_failed() -> str:
    """What went wrong with a table; the form that it came from stays as it is."""
    return render_template("parts/tag_import.html", report=None)


@bp.post("/import")
@requires(Role.STAFF)
@takes_file
@shown_on(import_failed)
def bring() -> str:
    end_silence()
    upload = Upload(MOST_BYTES)
    rows, errors = read_tags(whole(upload))
    is_try = upload.fields.get("how") != "write"
    report = services.tag_import.run(
        rows, errors, update="update" in upload.fields, partial="partial" in upload.fields, dry_run=is_try
    )
    return render_template("parts/tag_import.html", report=report, is_try=is_try)


def _asked_tag() -> str:
    return request.args.get("id_tag", "")


def _owner(name: str) -> str | None:
    owner = services.storage.users.by_name(name) if name else None
    return owner.username if owner else name or None


def _set(status: IdTagStatus) -> ResponseReturnValue:
    tag = services.id_tags.change(submitted(Named).id_tag, {"status": status})
    return _on_to(tag.id_tag, "tag_saved")


def _on_to(id_tag: str, done: str) -> ResponseReturnValue:
    return redirect(f"{url_for('web.tags.tag_page')}?{urlencode({'id_tag': id_tag, 'done': done})}", 303)
