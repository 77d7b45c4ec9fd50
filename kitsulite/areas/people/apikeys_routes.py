"""`/data/api-keys` and `/data/persons/…/api-keys`: what scripts and bots show instead of signing in (docs/api-keys.md)."""

import datetime

import msgspec

from kitsulite.access.callers import admin, oneself_or_admin
from kitsulite.access.previewaccounts import get_person
from kitsulite.access.rules import row
from kitsulite.areas.people import apikeys
from kitsulite.models.own import ApiKey
from kitsulite.models.shapes import Raw, read
from kitsulite.storage import Row
from kitsulite.web.inputs import Id, Name
from kitsulite.web.routing import Merged, delete, get, post, put
from kitsulite.work.errors import Invalid
from kitsulite.work.work import Work


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    """A new key: of everything that its person may, for a year, unless it says otherwise. A word that is none of these is refused: it
    was to narrow the key.

    only_reads   it changes nothing
    areas        the rooms of the API that answer it; null for all
    project_ids  the productions that it knows of; null for all
    expires_at   its last moment (UTC), or its last day; null for never
    """

    name: Name
    only_reads: bool = False
    areas: list[str] | None = None
    project_ids: list[Id] | None = None
    expires_at: str | msgspec.UnsetType | None = msgspec.UNSET

    def __post_init__(self) -> None:
        if isinstance(self.expires_at, str):
            moment = apikeys.last_moment(self.expires_at)
            if moment is None:
                raise Invalid([("expires_at", "Wrong date format. Expected: 2020-01-05T13:23:10 or 2020-01-05")])
            self.expires_at = moment


class NewName(msgspec.Struct):
    """What a key is to be called."""

    name: Name


class Overlap(msgspec.Struct):
    """For how many hours the key of before goes on."""

    hours: int = 24


def list_of_person(work: Work, person_id: str) -> Raw:
    """The API keys of somebody, the newest first."""
    return apikeys.list_keys(work, get_person(work, person_id))


def create(work: Work, person_id: str, body: NewKey) -> Row:
    """A new API key, which is shown this once."""
    never = body.expires_at is None
    id, key = apikeys.create_key(
        work,
        get_person(work, person_id),
        body.name,
        only_reads=body.only_reads,
        areas=body.areas,
        project_ids=None if body.project_ids is None else [str(id) for id in body.project_ids],
        expires_at=body.expires_at if isinstance(body.expires_at, str) else None,
        never=never,
    )
    return _with_key(work, id, key)


def rename(work: Work, api_key: Row, body: NewName) -> Raw:
    """Call an API key something else."""
    apikeys.rename_key(work, api_key, body.name)
    return work.show(apikeys.KEY, api_key["id"])


def rotate(work: Work, api_key: Row, body: Overlap) -> Row:
    """A new API key in the place of one, which goes on for some hours. It is shown this once."""
    if not 0 <= body.hours <= apikeys.LONGEST_OVERLAP.days * 24:
        raise Invalid([("hours", f"0 to {apikeys.LONGEST_OVERLAP.days * 24}")])
    return _with_key(work, api_key["id"], apikeys.rotate_key(work, api_key, datetime.timedelta(hours=body.hours)))


def remove(work: Work, api_key: Row) -> None:
    """End an API key at once."""
    apikeys.remove_key(work, api_key)


def _with_key(work: Work, id: str, key: str) -> Row:
    return {**read(work.show(apikeys.KEY, id)), "key": key}


OF_PERSON = "/data/persons/{person_id}/api-keys"
ONE = "/data/api-keys/{api_key_id}"
of_key = row(ApiKey, apikeys.may_manage)
WITH_KEY = Merged(apikeys.KEY, {"key": str})

ROUTES = [
    get("/data/api-keys", admin, apikeys.list_keys, gives=[apikeys.KEY], title="The API keys of everybody"),
    get(OF_PERSON, oneself_or_admin, list_of_person, gives=[apikeys.KEY]),
    post(OF_PERSON, oneself_or_admin, create, takes=NewKey, gives=WITH_KEY, status=201),
    get(ONE, of_key, apikeys.show_key, gives=apikeys.KEY),
    put(ONE, of_key, rename, takes=NewName, gives=apikeys.KEY),
    post("/actions/api-keys/{api_key_id}/rotate", of_key, rotate, takes=Overlap, gives=WITH_KEY, status=200),
    delete(ONE, of_key, remove),
]
