"""What holds for every route (docs/api/requests.md)."""

from studio import Studio


def test_a_stranger_is_told_that_a_token_is_missing(studio: Studio) -> None:
    answer = studio.stranger.call("GET", "/data/departments")
    assert answer.status == 401
    assert answer.json["msg"].startswith("Missing JWT in cookies or headers")


def test_a_trailing_slash_changes_nothing(studio: Studio) -> None:
    ann = studio.person("Ann")
    assert ann.get("/data/departments/") == ann.get("/data/departments") == []


def test_doubled_slashes_lead_to_the_right_path(studio: Studio) -> None:
    answer = studio.stranger.call("GET", "//data//departments?name=a")
    assert answer.status == 308
    assert answer.headers["location"].endswith("/data/departments?name=a")


def test_security_headers_are_on_every_answer(studio: Studio) -> None:
    for path in ("/data/departments", "/nowhere"):
        headers = studio.stranger.call("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"


def test_an_unknown_method_is_refused_in_json(studio: Studio) -> None:
    answer = studio.stranger.call("PATCH", "/data/departments")
    assert answer.status == 405
    assert answer.json["error"] is True
    assert "allow" not in answer.headers


def test_options_answers_strangers_with_the_methods(studio: Studio) -> None:
    answer = studio.stranger.call("OPTIONS", "/data/departments")
    assert answer.status == 200
    assert {"GET", "HEAD", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))


def test_a_stranger_cannot_fill_the_memory(studio: Studio) -> None:
    answer = studio.stranger.send("POST", "/auth/login", '{"email": "' + "x" * 1024**2 + '"}')
    assert answer.status == 413
    assert answer.json["error"] is True


def test_ids_in_a_path_may_be_spelled_in_upper_case(studio: Studio) -> None:
    ann = studio.person("Ann", role="admin")
    made = ann.post("/data/departments", {"name": "Rigging", "color": "#000000"})
    assert ann.get(f"/data/departments/{made['id'].upper()}")["name"] == "Rigging"
