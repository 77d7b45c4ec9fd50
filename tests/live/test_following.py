"""`GET /data/events?after=`: what happened since, in the order of commits, for who may know."""

from studio import Studio


def test_what_follows_comes_in_order_and_says_where_to_go_on(studio: Studio) -> None:
    ada = studio.person("Ada", role="admin")
    project = studio.project(team=[ada])
    start = ada.get("/data/events?after=last")
    assert start["events"] == []
    task = studio.task(studio.entity("Shot", "SH01", project))
    ada.put(f"/data/tasks/{task['id']}", {"priority": 2})
    ada.put(f"/data/tasks/{task['id']}", {"priority": 3})
    found = ada.get(f"/data/events?after={start['last']}")
    assert [(event["name"], event["fields"]) for event in found["events"]] == [
        ("task:update", {"priority": [0, 2]}),
        ("task:update", {"priority": [2, 3]}),
    ]
    first, second = found["events"]
    assert first["data"] == {"task_id": task["id"], "project_id": project["id"]}
    assert first["user_id"] == ada.id
    assert first["seq"] < second["seq"] == found["last"]
    assert ada.get(f"/data/events?after={first['seq']}")["events"] == [second]
    assert ada.get(f"/data/events?after={start['last']}&limit=1") == {"events": [first], "last": first["seq"]}
    assert ada.get(f"/data/events?after={second['seq']}") == {"events": [], "last": second["seq"]}
