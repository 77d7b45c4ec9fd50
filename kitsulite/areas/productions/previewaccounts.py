"""The preview account of a production: what a manager lends to outsiders, who look at the production as its clients do and change
nothing (docs/api/productions.md). Who may do what with one is in `access/previewaccounts.py`.
"""

import datetime
import secrets

from kitsulite.access.previewaccounts import is_open
from kitsulite.areas.people import passwords, removal, sessions
from kitsulite.models import now
from kitsulite.models.fields import MOMENT
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.shapes import Raw, Shape, one, read
from kitsulite.rows.erase import erase
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, Refused
from kitsulite.work.work import Begin, Work

ACCOUNT = Shape(
    Person,
    type=None,
    only=("id", "email", "preview_open_until"),
    plus={"full_name": full_name()},
    title="PreviewAccount",
)
DOMAIN = "preview.kitsu.invalid"
"""No mail ever gets there."""
OPEN_FOR = datetime.timedelta(hours=1)
PASSWORD_BYTES = 15
NO_PASSWORDS = "Preview accounts sign in by a password that the studio keeps: here people sign in another way."


def show(work: Work, project: Row) -> Raw | None:
    """The account of a production, if it has one."""
    return one(work.db, ACCOUNT.select(work.db).where(Person.preview_project_id == project["id"]))


def give_password(begin: Begin, project: Row) -> Row:
    """Make the account of a production, or give it another password; it is closed by that. The password is shown this once."""
    with begin(writes=False) as work:
        _need_passwords(work)
        length = work.settings.min_password_length
    password = secrets.token_urlsafe(max(PASSWORD_BYTES, length))
    hashed = passwords.hash_password(password)
    with begin() as work:
        held = work.hold(Project, project["id"])  # two who make one come one after the other
        account = _find(work, held)
        if account is None:
            _make(work, held, hashed)
        else:
            work.update(Person, account["id"], password=hashed)
            close(work, held, account)
        return {**read(show(work, held) or Raw(b"{}")), "password": password}


def _make(work: Work, project: Row, hashed: str) -> None:
    id = work.insert(
        Person,
        first_name="Preview",
        last_name=project["name"],
        email=f"preview-{secrets.token_hex(8)}@{DOMAIN}",
        password=hashed,
        role="client",
        preview_project_id=project["id"],
        timezone=work.settings.default_timezone,
        locale=work.settings.default_locale,
    )
    work.insert(ProjectPersonLink, project_id=project["id"], person_id=id)
    work.emit("project:update", {}, project["id"])


def set_open(work: Work, project: Row, is_open: bool) -> Raw | None:
    """Open the account of a production for an hour from now, or close it."""
    account = get(work, project)
    if is_open:
        _need_passwords(work)
        _open(work, project, account)
    else:
        close(work, project, account)
    return show(work, project)


def _open(work: Work, project: Row, account: Row) -> None:
    """Who looks already goes on looking."""
    until = (datetime.datetime.now(datetime.UTC) + OPEN_FOR).strftime(MOMENT)
    opened = account["preview_opened_at"] if is_open(account) else now()
    _change(work, project, account, opened, until)


def close(work: Work, project: Row, account: Row) -> None:
    """Close an account, which ends its sessions."""
    _change(work, project, account, None, None)
    sessions.end_sessions(work, account["id"])


def _change(work: Work, project: Row, account: Row, opened: str | None, until: str | None) -> None:
    work.update(Person, account["id"], preview_opened_at=opened, preview_open_until=until)
    told = {"previous_preview_open_until": account["preview_open_until"], "new_preview_open_until": until}
    work.emit("project:update", told, project["id"])


def remove(work: Work, project: Row) -> None:
    """Take the account of a production away with its sessions."""
    account = get(work, project)
    removal.take_along(work, account["id"])
    erase(work, Person, [account["id"]])
    work.emit("project:update", {}, project["id"])


def get(work: Work, project: Row) -> Row:
    """The account of a production, which nobody else changes until this work ends. NotFound where there is none."""
    found = _find(work, project)
    if found is None:
        raise NotFound("This production has no preview account.")
    return work.hold(Person, found["id"])


def _find(work: Work, project: Row) -> Row | None:
    return work.db.row(Person.select().where(Person.preview_project_id == project["id"]))


def _need_passwords(work: Work) -> None:
    if not work.settings.has_own_passwords:
        raise Refused(NO_PASSWORDS)
