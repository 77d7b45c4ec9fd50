"""The requests that are measured. A new one is a line here, and its floor a function in floors.py.

The limit of a request is `times` its floor and `plus` milliseconds. In paths and bodies `{name}` stands for an id of
`visitors.look_up`, and `{playlist}` for one of `reviews.add_playlists`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import floors, floors_of_days, floors_of_entities, floors_of_pages, reviews
from bench.floors import Bare
from bench.visitors import EMAIL, PASSWORD

Ids = dict[str, str]


@dataclass(frozen=True)
class Request:
    name: str
    method: str
    path: str
    floor: Callable[[Bare, Ids], object]
    times: float = 2.5
    plus: float = 1.0
    body: dict[str, Any] | None = None

    def filled(self, ids: Ids) -> tuple[str, str, dict[str, Any] | None]:
        """The method, the path and the body for these ids."""
        body = self.body and {
            key: text.format_map(ids) if isinstance(text, str) else text for key, text in self.body.items()
        }
        return self.method, self.path.format_map(ids), body


ONE_ROW: dict[str, Any] = {"times": 0, "plus": 1.5}
SUMMED: dict[str, Any] = {"times": 1.0, "plus": 2.0}
LISTING: dict[str, Any] = {"times": 2.0, "plus": 0.0}
FOUND: dict[str, Any] = {"times": 0, "plus": 15}
SIGN_IN = {"email": EMAIL, "password": PASSWORD}

REQUESTS = [
    Request("sign in", "POST", "/auth/login", floors.argon2id, times=1, plus=5, body=SIGN_IN),
    Request("persons", "GET", "/data/persons", floors.persons),
    Request("open projects", "GET", "/data/projects/open", floors.open_projects),
    Request("tasks of a project, page 1", "GET", "/data/tasks?project_id={project}&page=1", floors.page_of_tasks),
    Request("tasks of a project, all", "GET", "/data/tasks?project_id={project}", floors.tasks),
    Request(
        "shots with tasks",
        "GET",
        "/data/shots/with-tasks?project_id={project}",
        floors_of_entities.shots_with_tasks,
        **LISTING,
    ),
    Request(
        "assets with tasks",
        "GET",
        "/data/assets/with-tasks?project_id={project}",
        floors_of_entities.assets_with_tasks,
        **LISTING,
    ),
    Request("all shots", "GET", "/data/shots/all?project_id={project}", floors_of_entities.shots, **LISTING),
    Request(
        "casting of all sequences",
        "GET",
        "/data/projects/{project}/sequences/all/casting",
        floors_of_entities.castings,
        times=2.5,
        plus=0,
    ),
    Request(
        "tasks of a project", "GET", "/data/projects/{project}/tasks", floors_of_entities.tasks_of_project, **LISTING
    ),
    Request("search", "POST", "/data/search", floors_of_entities.search, times=0, plus=10, body={"query": "SH0001"}),
    Request("search, half of all", "POST", "/data/search", floors_of_entities.search, **FOUND, body={"query": "SH"}),
    Request("search, two words", "POST", "/data/search", floors_of_entities.search, **FOUND, body={"query": "cl 00"}),
    Request("search, misspelt", "POST", "/data/search", floors_of_entities.search, **FOUND, body={"query": "sh0x123"}),
    Request("user context", "GET", "/data/user/context", floors_of_days.user_context, times=2.0, plus=1.0),
    Request("comments of a task", "GET", "/data/tasks/{task}/comments", floors_of_days.comments, times=2.0, plus=2.0),
    Request(
        "a person's tasks", "GET", "/data/persons/{artist}/tasks", floors_of_days.tasks_of_person, times=2.0, plus=1.0
    ),
    Request("news, 50 rows", "GET", "/data/projects/{project}/news", floors_of_days.news, times=2.0, plus=4.0),
    Request(
        "post a comment",
        "POST",
        "/actions/tasks/{task}/comment",
        floors_of_days.post_comment,
        times=2.5,
        plus=6.0,
        body={"task_status_id": "{status}", "comment": "bench"},
    ),
    Request(
        "shots as CSV", "GET", "/export/csv/projects/{project}/shots.csv", floors_of_days.shots_csv, times=2.0, plus=2.0
    ),
    Request(
        "playlist of 500 shots",
        "GET",
        "/data/projects/{project}/playlists/{playlist}",
        reviews.playlist,
        times=1.5,
        plus=0.0,
    ),
    Request("open tasks, stats", "GET", "/data/tasks/open-tasks/stats", floors_of_pages.open_tasks_stats, **SUMMED),
    Request("open tasks, page 1", "GET", "/data/tasks/open-tasks?page=1", floors_of_pages.open_tasks, **SUMMED),
    Request(
        "quotas of a task type", "GET", "/data/projects/{project}/quotas/{task_type}", floors_of_pages.quotas, plus=2.0
    ),
    Request(
        "preview files, page 1",
        "GET",
        "/data/projects/{project}/preview-files?page=1",
        floors_of_pages.preview_files,
        **SUMMED,
    ),
    Request("tasks to check", "GET", "/data/user/tasks-to-check", floors_of_pages.to_check, **LISTING),
    Request("own tasks", "GET", "/data/user/tasks", floors_of_pages.own_tasks, times=2.0, plus=2.0),
    Request("playlists, 20 rows", "GET", "/data/projects/{project}/playlists", reviews.playlists),
    Request("one task", "GET", "/data/tasks/{task}", floors.one_task, **ONE_ROW),
    Request("one person", "GET", "/data/persons/{person}", floors.one_person, **ONE_ROW),
    Request("change a task", "PUT", "/data/tasks/{task}", floors.change_task, times=2.5, plus=2, body={"priority": 2}),
]
