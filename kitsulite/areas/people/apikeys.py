"""API keys: what scripts and bots show instead of signing in (docs/api-keys.md).

A key acts in the name of a person or a bot, never beyond their rights, and may be kept to reading, to some rooms of the API and
to some productions. It is shown once; what is kept is its SHA-256, which is enough for 256 bits that nobody chose.
"""

import datetime
import hashlib
import secrets
from collections.abc import Mapping, Sequence

import peewee

from kitsulite.access.previewaccounts import is_preview_account
from kitsulite.access.roles import is_admin, is_operator, is_self
from kitsulite.areas import answering
from kitsulite.models import now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import ApiKey
from kitsulite.models.people import CALLER_COLUMNS, OF_STUDIO, Person
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.shapes import Raw, Shape, many, read_list
from kitsulite.storage import Database, Row, Statement
from kitsulite.work.errors import Forbidden, KeyRefused, NotFound, WrongParameter
from kitsulite.work.periods import read_moment
from kitsulite.work.scopes import Scope
from kitsulite.work.work import Caller, Work

BEGINNING = "klk_"
"""How every key begins, so that people and scanners for lost secrets know one when they see it."""
KIND = "api_key"
"""How its callers are told from those of tokens."""
BYTES = 32
SHOWN = len(BEGINNING) + 6
"""Letters by which keys are told apart."""
YEAR = datetime.timedelta(days=365)
OVERLAP = datetime.timedelta(days=1)
"""How long the key of before goes on, when nothing else is said."""
LONGEST_OVERLAP = datetime.timedelta(days=30)
LAST_MOMENT = "T23:59:59.999999"
"""Of a day: a key that is given one works until it ends."""
MOST = 100
"""Keys of one person."""
BY_SESSION = "API keys are managed by people who are signed in, not by scripts."

KEY = Shape(ApiKey)


WHOSE = Statement(
    lambda digest: (
        ApiKey.select(*CALLER_COLUMNS, *(column.alias(f"key.{name}") for name, column in ApiKey.columns().items()))
        .join(Person, on=Person.id == ApiKey.person_id)
        .where((ApiKey.key_hash == digest) | (ApiKey.previous_hash == digest))
    )
)
"""A key and its person, which every request with a key asks for."""


def is_key(text: str) -> bool:
    """Whether this is meant as an API key."""
    return text.startswith(BEGINNING)


def identify(db: Database, key: str) -> Caller:
    """Who comes with a key, and what it leaves of their rights; KeyRefused when it counts no more, or never did."""
    digest = _digest(key)
    found = db.ask(WHOSE, digest)
    if not found:
        raise KeyRefused("revoked", "This API key was removed, or was never one of this studio.")
    person = found[0]
    row: Row = {name: person.pop(f"key.{name}") for name in ApiKey.columns()}
    if row["expires_at"] is not None and row["expires_at"] <= now():
        raise KeyRefused("expired", "This API key has expired. Make a new one.")
    if row["key_hash"] != digest and row["previous_until"] <= now():
        raise KeyRefused("revoked", "This API key was changed for a new one.")
    if not person["active"] or person["is_guest"] or is_preview_account(person):
        raise KeyRefused("gone", "The account of this API key is closed.")
    token = {**row, "id": digest, "identity_type": KIND, "session_id": None, "restricted": False, "exempt": False}
    return Caller(person, "bot" if person["is_bot"] else "person_api", token, scope=scope_of(row))


def scope_of(row: Row) -> Scope:
    """What a key leaves of the rights of its person."""
    areas, projects = row["areas"], row["project_ids"]
    return Scope(
        row["only_reads"],
        None if areas is None else frozenset(areas),
        None if projects is None else frozenset(projects),
    )


def still_good(db: Database, digests: set[str]) -> set[str]:
    """Those of the keys, by what is kept of them, that `identify` would take now, for many at once."""
    if not digests:
        return set()
    alive = (ApiKey.expires_at.is_null() | (ApiKey.expires_at > now())) & Person.active & OF_STUDIO
    of_before = ApiKey.previous_hash.in_(list(digests)) & (ApiKey.previous_until > now())
    present, before = (
        ApiKey.select(column).join(Person, on=Person.id == ApiKey.person_id).where(alive)
        for column in (ApiKey.key_hash, ApiKey.previous_hash)
    )
    return {*db.values(present.where(ApiKey.key_hash.in_(list(digests)))), *db.values(before.where(of_before))}


def note_use(work: Work, digest: str, address: str | None, device: str) -> None:
    """Remember that a key was used right now, and from where."""
    shown = (ApiKey.key_hash == digest) | (ApiKey.previous_hash == digest)
    work.db.run(ApiKey.update(used_at=now(), address=address, device=device).where(shown))


# --- managing ---


def list_keys(work: Work, person: Row | None = None) -> Raw:
    """The keys of somebody, else of everybody, the newest first."""
    _refuse_scripts(work)
    query = KEY.select(work.db).order_by(ApiKey.created_at.desc(), ApiKey.id)
    return many(work.db, query if person is None else query.where(ApiKey.person_id == person["id"]))


def overview(work: Work, person: Row | None = None) -> list[Row]:
    """The same for people to look at: with `whose` they are, and their `scope` in words."""
    rows = read_list(list_keys(work, person))
    people = {row["id"]: row for row in work.db.rows(Person.select(*CALLER_COLUMNS))}
    projects = dict(work.db.tuples(Project.select(Project.id, Project.name)))
    for row in rows:
        owner = people[row["person_id"]]
        row["whose"] = owner["email"] or f"{owner['first_name']} {owner['last_name']}".strip()
        row["scope"] = _in_words(row, projects)
    return rows


def _in_words(row: Row, projects: Mapping[str, str]) -> str:
    parts = ["reads" if row["only_reads"] else "writes"]
    if row["areas"] is not None:
        parts.append(", ".join(row["areas"]))
    if row["project_ids"] is not None:
        parts.append("in " + ", ".join(projects.get(id, "a production that is gone") for id in row["project_ids"]))
    return " ".join(parts)


def show_key(work: Work, api_key: Row) -> Raw:
    """One key, without the key itself."""
    _refuse_scripts(work)
    return work.show(KEY, api_key["id"])


def create_key(
    work: Work,
    person: Row,
    name: str,
    *,
    only_reads: bool = False,
    areas: Sequence[str] | None = None,
    project_ids: Sequence[str] | None = None,
    expires_at: str | None = None,
    never: bool = False,
) -> tuple[str, str]:
    """A new key of somebody: its id, and the key itself, which is not shown again.

    areas, project_ids  what it is kept to; None for all
    expires_at          a moment (`last_moment`); in a year when it is not said, unless the key is to end `never`
    """
    _refuse_others(work, person)
    if not person["active"]:
        raise WrongParameter("This account is closed: it can have no API key.")
    work.hold(Person, person["id"])  # so that many at once are counted one by one
    if work.db.count(ApiKey.select().where(ApiKey.person_id == person["id"])) >= MOST:
        raise WrongParameter(f"There are {MOST} API keys of this account already. Remove what is not used any more.")
    key, kept = _new_key()
    id = work.insert(
        ApiKey,
        **kept,
        person_id=person["id"],
        name=_checked_name(name),
        only_reads=only_reads,
        areas=None if areas is None else _checked_areas(areas),
        project_ids=None if project_ids is None else _checked_projects(work, project_ids),
        expires_at=None if never else _checked_end(expires_at),
        created_by=work.caller.id,
    )
    assert id
    work.emit("api-key:new", {"api_key_id": id, "person_id": person["id"]})
    return id, key


def rename_key(work: Work, row: Row, name: str) -> None:
    """Call a key something else."""
    _refuse_scripts(work)
    work.update(ApiKey, row["id"], name=_checked_name(name))
    work.emit("api-key:update", {"api_key_id": row["id"], "person_id": row["person_id"]})


def rotate_key(work: Work, row: Row, overlap: datetime.timedelta = OVERLAP) -> str:
    """A new key in the place of one, which goes on for as long as they overlap. The new one is shown this once."""
    _refuse_others(work, work.get(Person, row["person_id"]))
    if not datetime.timedelta() <= overlap <= LONGEST_OVERLAP:
        raise WrongParameter(f"The key of before goes on for 0 to {LONGEST_OVERLAP.days} days.")
    key, kept = _new_key()
    until = datetime.datetime.now(datetime.UTC) + overlap
    held = work.hold(ApiKey, row["id"])
    work.update(
        ApiKey,
        row["id"],
        **kept,
        previous_hash=held["key_hash"],
        previous_until=until.strftime(MOMENT),
    )
    work.emit("api-key:update", {"api_key_id": row["id"], "person_id": row["person_id"]})
    return key


def remove_key(work: Work, row: Row) -> None:
    """From now on nobody comes in with a key."""
    _refuse_scripts(work)
    _remove(work, row)


def remove_keys(work: Work, person_id: str) -> None:
    """The same for all keys of a person, whoever brings it about: the account is closed, or its password is another."""
    _remove_found(work, ApiKey.select().where(ApiKey.person_id == person_id))


def remove_all(work: Work, *, with_bots: bool) -> None:
    """The same for everybody's keys; those of bots only when they are meant too."""
    keys = ApiKey.select()
    if not with_bots:
        keys = keys.where(ApiKey.person_id.in_(Person.select(Person.id).where(~Person.is_bot)))
    _remove_found(work, keys)


def _remove_found(work: Work, keys: peewee.ModelSelect) -> None:
    for row in work.db.rows(keys):
        _remove(work, row)


def _remove(work: Work, row: Row) -> None:
    work.foresee(ApiKey, row)
    work.delete(ApiKey, ApiKey.id == row["id"])
    work.emit("api-key:delete", {"api_key_id": row["id"], "person_id": row["person_id"]})


def not_in_team(work: Work, person: Row, project_ids: Sequence[str]) -> list[str]:
    """The names of those productions of which a key opens nothing yet, since its person is in none of their teams."""
    if person["role"] == "admin":
        return []
    own = ProjectPersonLink.select(ProjectPersonLink.project_id).where(ProjectPersonLink.person_id == person["id"])
    named = Project.id.in_(list(project_ids)) & Project.id.not_in(own)
    return work.db.values(Project.select(Project.name).where(named).order_by(Project.name))


def last_moment(text: str) -> str | None:
    """When a key ends that is given a day, to whose end it works, or a moment; None for what is neither."""
    moment = read_moment(text)
    return f"{text}{LAST_MOMENT}" if moment is not None and len(text) == len("2027-12-31") else moment


# --- what may be ---


def may_manage(work: Work, row: Row) -> bool:
    """Oneself, or admin."""
    return is_admin(work) or is_self(work, row["person_id"])


def _refuse_scripts(work: Work) -> None:
    if not is_operator(work) and work.caller.identity_type != "person":
        raise Forbidden(BY_SESSION)


def _refuse_others(work: Work, person: Row) -> None:
    """Whoever sees a key can act as its person: so one's own, and for admins those of bots."""
    _refuse_scripts(work)
    if person["is_guest"] or is_preview_account(person):
        raise NotFound(f"No person {person['id']}.")
    if not (person["is_bot"] or is_operator(work) or is_self(work, person["id"])):
        raise Forbidden("Everybody makes the API keys that act in their own name. Make one for a bot instead.")


def _checked_name(name: str) -> str:
    if not name.strip():
        raise WrongParameter("An API key needs a name, by which you know later what uses it.")
    return name.strip()


def _checked_areas(areas: Sequence[str]) -> list[str]:
    known = answering()
    if unknown := [area for area in areas if area not in known]:
        raise WrongParameter(f"{unknown[0]} is no area of the API. There are {', '.join(known)}.")
    if not areas:
        raise WrongParameter("An API key that is kept to areas names one at least.")
    return sorted(set(areas))


def _checked_projects(work: Work, ids: Sequence[str]) -> list[str]:
    wanted = sorted({id.lower() for id in ids})
    if not wanted:
        raise WrongParameter("An API key that is kept to productions names one at least.")
    there = set(work.db.values(Project.select(Project.id).where(Project.id.in_(wanted))))
    if missing := [id for id in wanted if id not in there]:
        raise WrongParameter(f"No production {missing[0]}.")
    return wanted


def _checked_end(moment: str | None) -> str:
    if moment is None:
        return (datetime.datetime.now(datetime.UTC) + YEAR).strftime(MOMENT)
    if moment <= now():
        raise WrongParameter("An API key ends in the future.")
    return moment


def _new_key() -> tuple[str, Row]:
    """A key that nobody can guess, and what is kept of it."""
    key = BEGINNING + secrets.token_urlsafe(BYTES)
    return key, {"hint": key[:SHOWN], "key_hash": _digest(key)}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
