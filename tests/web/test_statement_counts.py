"""What the commonest requests cost the database: one transaction each, and so many statements."""

import pytest
from studio import Member, Studio

Ids = dict[str, str]

COMMONEST = {
    "GET /auth/authenticated": 5,
    "GET /data/user/context": 8,
    "GET /data/projects/open": 3,
    "GET /data/projects/{project}": 4,
    "GET /data/persons": 2,
    "GET /data/persons/{person}": 3,
    "GET /data/task-types": 2,
    "GET /data/tasks/{task}": 4,
    "GET /data/tasks/{task}/full": 15,
    "GET /data/tasks/{task}/comments": 4,
    "GET /data/shots/{shot}": 5,
    "GET /data/shots/{shot}/tasks": 5,
    "GET /data/shots/with-tasks?project_id={project}": 6,
    "GET /data/tasks?project_id={project}&page=1": 4,
    "GET /data/projects/{project}/tasks": 5,
    "GET /data/projects/{project}/news": 6,
    "GET /data/projects/{project}/playlists": 4,
    "GET /data/user/tasks": 4,
    "GET /data/user/notifications": 4,
    "PUT /data/tasks/{task}": 12,
    "POST /actions/tasks/{task}/comment": 30,
}
"""As somebody of the crew asks them, whose production has one shot with one task that is theirs."""


@pytest.fixture
def member(studio: Studio) -> Member:
    return studio.person("Ann", "supervisor")


@pytest.fixture
def ids(studio: Studio, member: Member) -> Ids:
    project = studio.project("Film", team=[member])
    shot = studio.entity("Shot", "SH01", project, studio.entity("Sequence", "SQ01", project))
    task = studio.task(shot, assignees=[member])
    return {
        "project": project["id"],
        "shot": shot["id"],
        "task": task["id"],
        "person": member.id,
        "status": task["task_status_id"],
    }


@pytest.mark.parametrize("asked", COMMONEST)
def test_a_request_is_one_transaction_of_few_statements(studio: Studio, member: Member, ids: Ids, asked: str) -> None:
    db = studio.tracker.db
    method, path = asked.format_map(ids).split(" ")
    body = {"POST": {"task_status_id": ids["status"], "comment": "Done."}, "PUT": {"priority": 1}}.get(method)
    member.call(method, path, body)  # the use of the token is noted once a minute
    transactions, statements = db.transactions, db.statements
    answer = member.call(method, path, body)
    assert answer.status in (200, 201)
    assert db.transactions - transactions == 1
    assert db.statements - statements == COMMONEST[asked]
