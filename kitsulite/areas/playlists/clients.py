"""Telling clients that a playlist is ready for them (docs/api/playlists.md)."""

import peewee

from kitsulite.areas.telling.notifications import tell
from kitsulite.models.people import DepartmentLink, Person
from kitsulite.models.people_shapes import role_in
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Playlist
from kitsulite.work.work import Work


def notify_clients(work: Work, playlist_id: str, *, studio_id: str | None, department_id: str | None) -> None:
    """Tell the clients of a playlist's team, of one studio or department only when these are named."""
    playlist = work.get(Playlist, playlist_id)
    team = ProjectPersonLink.select(ProjectPersonLink.person_id).where(
        ProjectPersonLink.project_id == playlist["project_id"]
    )
    role = role_in("person", f"'{playlist['project_id']}'")
    clients = Person.select(Person.id).where(
        Person.id.in_(team),
        ~peewee.fn.COALESCE(Person.is_bot, False),
        peewee.SQL(f"{role} = 'client'"),
    )
    if studio_id:
        clients = clients.where(Person.studio_id == studio_id)
    if department_id:
        members = DepartmentLink.select(DepartmentLink.person_id).where(DepartmentLink.department_id == department_id)
        clients = clients.where(Person.id.in_(members))
    people = work.db.values(clients)
    tell(work, "playlist-ready", people, work.caller.id, playlist["project_id"], playlist_id=playlist["id"])
