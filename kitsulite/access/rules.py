"""Rules under their names, for the tables of routes and collections."""

from collections.abc import Callable
from typing import Any

from kitsulite.access.comments import has_attachment_access
from kitsulite.access.entities import may_remove_entity, require_entity_access
from kitsulite.access.media import may_change_playlist, may_export_playlist, may_read_builds
from kitsulite.access.projects import (
    has_project_access,
    is_project_manager,
    is_project_supervisor,
    require_project_access,
    require_project_manager,
    require_project_supervisor,
)
from kitsulite.access.roles import Check, Rule, Subject, is_admin, is_manager, is_overseer, is_self, require
from kitsulite.access.tasks import (
    accepts_bots,
    has_task_access,
    has_task_action_access,
    may_set_main_preview,
    project_of_task,
)
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Playlist
from kitsulite.models.tasks import Task
from kitsulite.work.errors import MissingKey
from kitsulite.work.work import Work


def _of_known_project(work: Work, subject: Subject, allowed: Callable[[Work, str | None], bool]) -> None:
    """For paths and rows: whoever asks, a project that is not there is not found."""
    project_id = _key(subject, "project_id")
    if project_id is not None:
        work.get(Project, project_id)
    require(allowed(work, project_id))


def _anyone(work: Work, subject: Subject) -> None:
    pass


def _signed_in(work: Work, subject: Subject) -> None:
    assert work.caller


def _person_only(work: Work, subject: Subject) -> None:
    require(work.caller.identity_type != "bot")


def _key(subject: Subject, name: str) -> Any:
    try:
        return subject[name]
    except KeyError:
        raise MissingKey(name) from None


def by_a_person(rule: Rule) -> Rule:
    """The same, but bots may not whatever else they may."""

    def check(work: Work, subject: Subject) -> None:
        person_only.check(work, subject)
        rule.check(work, subject)

    return Rule(f"{rule.name}; people, not bots", check)


def of_a_human(rule: Rule) -> Rule:
    """The same for people only: nobody is 404 and a bot 403, whoever asks (contract 01, C)."""

    def check(work: Work, subject: Subject) -> None:
        require(not work.get(Person, subject["person_id"])["is_bot"])
        rule.check(work, subject)

    return Rule(f"{rule.name}; of people, not bots", check)


def but_not(rule: Rule, *roles: str) -> Rule:
    """The same, except for these roles on the project."""

    def check(work: Work, subject: Subject) -> None:
        rule.check(work, subject)
        require(work.caller.role not in roles)

    return Rule(f"{rule.name}, no {' or '.join(roles)}", check)


def of_its_task(rule: Rule) -> Rule:
    """The same for a row that is a task's: on the project of that task."""
    return Rule(rule.name, lambda work, row: rule.check(work, {"project_id": project_of_task(work, row["task_id"])}))


def both(first: Rule, second: Rule) -> Rule:
    """Who may by one rule and then by the other."""

    def check(work: Work, subject: Subject) -> None:
        first.check(work, subject)
        second.check(work, subject)

    return Rule(f"{first.name}; {second.name}", check)


def of_playlist(rule: Rule) -> Rule:
    """The same for the playlist of the path: its row is what the rule looks at."""
    return Rule(rule.name, lambda work, subject: rule.check(work, work.get(Playlist, _key(subject, "playlist_id"))))


def that(name: str, allowed: Callable[[Work, Subject], bool]) -> Rule:
    """A rule made of a predicate over the row at hand."""
    return Rule(name, lambda work, row: require(allowed(work, row)))


def in_service(name: str) -> Rule:
    """A rule that needs rows which only the service loads; it is checked there, by the predicate of that name."""
    return Rule(name, _signed_in)


anyone = Rule("anyone", _anyone, public=True)


def _of_task(allowed: Callable[[Work, Subject], bool]) -> Check:
    return lambda work, subject: require(allowed(work, work.get(Task, _key(subject, "task_id"))))


task_row_access = that("in the team; vendors with a task on its entity", has_task_access)
attachment_access = that("who may read what it came with", has_attachment_access)


def _lets_log_time(work: Work, subject: Subject) -> None:
    task, person = work.get(Task, _key(subject, "task_id")), work.get(Person, _key(subject, "person_id"))
    require(accepts_bots(work, person, task["project_id"]))


time_log = Rule("the assignee, or manager of the project; bots where they may work", _lets_log_time)
"""The body is read before `may_log_time` decides, in the service."""
task_access = Rule("in the team of the task's project, vendors with a task on its entity", _of_task(has_task_access))
main_preview = Rule("in the team, no client; vendors with a task on the entity", _of_task(may_set_main_preview))
task_action = Rule("who may act on the task", _of_task(has_task_action_access))
admin_token = Rule("who has the ADMIN_TOKEN", _anyone, public=True)
"""No person: the handler compares the token, which is none of a session."""
signed_in = Rule("everybody signed in", _signed_in)
person_only = Rule("people, not bots", _person_only)
admin = Rule("admin", lambda work, subject: require(is_admin(work)))
manager = Rule("manager", lambda work, subject: require(is_manager(work)))
not_vendor = Rule("all but vendors", lambda work, subject: require(work.caller.global_role != "vendor"))
project_access = Rule(
    "in the project's team", lambda work, subject: _of_known_project(work, subject, has_project_access)
)
project_manager = Rule(
    "manager of the project", lambda work, subject: _of_known_project(work, subject, is_project_manager)
)
project_supervisor = Rule(
    "supervisor of the project", lambda work, subject: _of_known_project(work, subject, is_project_supervisor)
)
new_in_managed_project = Rule(
    "manager of the project of the new row",
    lambda work, subject: require_project_manager(work, _key(subject, "project_id")),
)
new_in_supervised_project = Rule(
    "supervisor of the project of the new row",
    lambda work, subject: require_project_supervisor(work, _key(subject, "project_id")),
)
entity_access = Rule("in the project's team; vendors with a task on it", require_entity_access)
entity_in_path = Rule(
    entity_access.name,
    lambda work, subject: require_entity_access(work, work.get(Entity, _key(subject, "entity_id"))),
)
entity_project = Rule(
    "in the project's team",
    lambda work, subject: require_project_access(work, work.get(Entity, _key(subject, "entity_id"))["project_id"]),
)
entity_crew = but_not(entity_in_path, "vendor", "client")
export_playlist = of_playlist(that("supervisor of the project; clients what is made for them", may_export_playlist))
download_playlist = both(not_vendor, export_playlist)
read_builds = both(
    not_vendor, of_playlist(that("manager of the project; clients of what is made for them", may_read_builds))
)
change_playlist = of_playlist(that("manager of the project; supervisors their own", may_change_playlist))
manage_playlist = of_playlist(project_manager)
list_playlists = both(not_vendor, project_access)
remove_entity = Rule(
    "manager of the project, or who made it", lambda work, subject: require(may_remove_entity(work, subject))
)
vendors_only_oneself = Rule(
    "vendors only of themselves",
    lambda work, subject: require(work.caller.global_role != "vendor" or is_self(work, _key(subject, "person_id"))),
)
oneself_or_admin = Rule(
    "oneself, or admin", lambda work, subject: require(is_admin(work) or is_self(work, _key(subject, "person_id")))
)
oneself_or_manager = Rule(
    "oneself, or manager", lambda work, subject: require(is_manager(work) or is_self(work, _key(subject, "person_id")))
)
oneself_or_overseer = Rule(
    "oneself, or supervisor and above",
    lambda work, subject: require(is_overseer(work) or is_self(work, _key(subject, "person_id"))),
)
