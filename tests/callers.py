"""Every kind of caller that rights tell apart, around one production that is filled to the last table.

`ours` is the production of `FullStudio`, in which all its rows are; `theirs` is another one. Somebody has the tasks of `ours`
to do, or has none; the task types are of `department`.
"""

from typing import Any

from full_studio import KINDS, FullStudio
from studio import Member, Studio

from kitsulite.areas.people import apikeys, sessions
from kitsulite.models import new_id
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Comment, PlaylistShareLink
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.work.work import Caller, Work, operator

STRANGER, GUEST = "stranger", "guest"
IN_TEAM = {
    "manager": ("manager", None),
    "leading artist": ("user", "manager"),
    "supervisor": ("supervisor", None),
    "supervisor of all": ("supervisor", None),
    "supervisor elsewhere": ("supervisor", None),
    "artist": ("user", None),
    "idle artist": ("user", None),
    "client": ("client", None),
    "vendor": ("vendor", None),
    "idle vendor": ("vendor", None),
    "lent vendor": ("user", "vendor"),
    "vendor as artist": ("vendor", "user"),
    "vendor as manager": ("vendor", "manager"),
    "manager as client": ("manager", "client"),
    "bot": ("user", None),
}
"""Kinds in the team: the role in the studio, and the one that the team gives."""

OUTSIDE = {"admin": "admin", "manager of another": "manager", "studio manager": "manager", "outside artist": "user"}
"""Kinds in no team of ours: the role in the studio."""

WITH_TASKS = {"artist", "vendor", "lent vendor", "bot"}
IN_DEPARTMENT = {"supervisor", "artist"}
IN_ANOTHER_DEPARTMENT = {"supervisor elsewhere"}
KNOWN = (*IN_TEAM, *OUTSIDE)
ALL = (STRANGER, GUEST, *KNOWN)

AREA = "tasks"
KEYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "key": ("manager", "manager", {}),
    "key of a bot": ("bot", "bot", {}),
    "key that reads": ("admin", "admin", {"only_reads": True}),
    "key of an area": ("admin", "admin", {"areas": [AREA]}),
    "key to ours": ("admin", "leading artist", {"project_ids": "ours"}),
    "key to theirs": ("admin", "outside artist", {"project_ids": "theirs"}),
    "artist's key to theirs": ("artist", "outside artist", {"project_ids": "theirs"}),
    "manager's key to theirs": ("manager", "outside artist", {"project_ids": "theirs"}),
    "supervisor's key to theirs": ("supervisor", "outside artist", {"project_ids": "theirs"}),
}
"""API keys: whose they are, who has the same rights as what they leave of these, and how they are made."""


class Callers(FullStudio):
    """See the module.

    people  somebody signed in of each kind
    theirs  the id of the other production
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.people: dict[str, Member] = {}
        with studio.tracker.work() as work:
            self._add_people()
            self._put_them_to_work()
            self._hand_out_keys(work)
            self.ids["reply"] = new_id()
            replies = [{"id": self.ids["reply"], "person_id": self.ids["person"], "text": "Yes"}]
            work.update(Comment, self.ids["comment"], replies=replies)
            work.update(PlaylistShareLink, self.ids["playlist_share_link"], can_comment=True)

    def _add_people(self) -> None:
        team = self.ids["project"]
        self.theirs = self.studio.project("Theirs")["id"]
        for kind, (role, place) in IN_TEAM.items():
            self.people[kind] = self._bot_of(kind) if kind == "bot" else self._person(kind, role)
            self.studio.link(ProjectPersonLink, project_id=team, person_id=self.people[kind].id, role=place)
        for kind, role in OUTSIDE.items():
            self.people[kind] = self._person(kind, role)
        another = self.people["manager of another"]
        self.studio.link(ProjectPersonLink, project_id=self.theirs, person_id=another.id)

    def _person(self, kind: str, role: str) -> Member:
        return self.studio.person("our." + kind.replace(" ", "."), role)

    def _bot_of(self, kind: str) -> Member:
        row = self.studio.add(Person, first_name=kind, last_name="", role="user", is_bot=True)
        with self.studio.tracker.work() as work:
            token = sessions.mint_api_token(work, work.get(Person, row["id"]))
        return Member(self.studio.app, token, row)

    def _hand_out_keys(self, work: Work) -> None:
        places = {"ours": self.ids["project"], "theirs": self.theirs}
        for kind, (whose, _, how) in KEYS.items():
            person = self.people[whose]
            kept = {name: [places[value]] if name == "project_ids" else value for name, value in how.items()}
            as_self = work.in_name_of(Caller(work.get(Person, person.id)) if whose != "bot" else operator("test"))
            self.people[kind] = Member(
                self.studio.app,
                apikeys.create_key(as_self, as_self.get(Person, person.id), kind, **kept)[1],
                person.row,
            )

    def _put_them_to_work(self) -> None:
        """Tasks on every kind of entity, beside the one that is there."""
        with self.studio.tracker.work() as work:
            first = work.get(Task, self.ids["task"])
            tasks = [first["id"]]
            for kind in KINDS:
                same = {key: first[key] for key in ("project_id", "task_type_id", "task_status_id")}
                tasks.append(work.insert(Task, name="main", entity_id=self.ids[kind.lower()], **same))
            for kind in WITH_TASKS:
                for id in tasks:
                    work.insert(TaskPersonLink, task_id=id, person_id=self.people[kind].id)
            another = work.insert(Department, name="Another", color="#000000")
            for kinds, id in ((IN_DEPARTMENT, self.ids["department"]), (IN_ANOTHER_DEPARTMENT, another)):
                for kind in kinds:
                    work.insert(DepartmentLink, department_id=id, person_id=self.people[kind].id)
