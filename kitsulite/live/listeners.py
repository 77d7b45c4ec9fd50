"""Who may know of what is told, as things are now: the keys that people hold (`access/hearers.py`), found for many at once."""

from collections.abc import Iterable

from kitsulite.access.hearers import ADMINS, EVERYBODY, key_of_role, key_of_team, key_of_teammate
from kitsulite.access.projects import role_by
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.storage import Database


def keys_of(db: Database, people: Iterable[str], projects: Iterable[str] | None = None) -> dict[str, frozenset[str]]:
    """The keys of people; who is not active, or a guest, has none.

    projects  those in which keys are needed; all when it is not said
    """
    wanted = Person.id.in_(list(people)) & Person.active & ~Person.is_guest
    roles = dict(db.tuples(Person.select(Person.id, Person.role).where(wanted)))
    held = {
        id: {EVERYBODY, id, key_of_role(role)} | ({ADMINS} if role == "admin" else set()) for id, role in roles.items()
    }
    link = ProjectPersonLink
    links = link.select(link.person_id, link.project_id, link.role).where(link.person_id.in_(list(roles)))
    if projects is not None:
        links = links.where(link.project_id.in_(list(projects)))
    for person_id, project_id, of_link in db.tuples(links):
        role = role_by(of_link, roles[person_id])
        held[person_id] |= {key_of_team(project_id, role), key_of_teammate(project_id, person_id)}
    return {id: frozenset(keys) for id, keys in held.items()}
