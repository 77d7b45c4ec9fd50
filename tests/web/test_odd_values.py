"""Values at the edge of what databases, file systems and numbers can hold: each is taken, or refused in words."""

import dataclasses
import itertools
import logging
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import quote

import msgspec
import pytest
from film import Film, film
from full_studio import FullStudio
from studio import NOBODY, Answered, Member, Studio
from walking import PLACES, Undone, Walker

from kitsulite import Settings
from kitsulite.app import tables
from kitsulite.models import TABLES
from kitsulite.models import fields as columns
from kitsulite.models.fields import Json, Pointer
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import ProjectTemplate
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.schema import OF_INSTALLATION
from kitsulite.models.shapes import Shape
from kitsulite.models.textfields import LONGEST_TEXT
from kitsulite.tables import collections
from kitsulite.web.routing import Route
from kitsulite.work.texts import DEEPEST

__all__ = ["film"]
ROUTES = [route for table in tables() for route in table.routes]
LONG = "x" * 50_000


def nested(levels: int) -> list[Any]:
    """Lists within each other."""
    found: list[Any] = []
    for _ in range(levels - 1):
        found = [found]
    return found


VALUES: tuple[Any, ...] = (
    LONG,
    nested(90),
    "🎬" * 260,
    2**63,
    10**400,
    "9999-12-31T23:59:59",
    [NOBODY] * 3,
    {LONG: nested(80)},
    "../../etc/passwd",
    -1e308,
    "0001-01-01",
    -1,
    "a/b\\c\r\n",
)
TEXTS = (LONG, "[" * 5000, "9" * 400, "0001-01-01", "9999-12-31", "1e400", "🎬" * 300, str([NOBODY] * 900))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, debug=True, mail_enabled=False)


@pytest.fixture
def walker(studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Walker:
    caplog.set_level(logging.CRITICAL, logger="kitsulite")  # the answers say it all
    return Walker(FullStudio(studio))


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


# --- everywhere ---


def bodies(full: FullStudio, route: Route) -> Iterator[Any]:
    """Bodies that are as they should be but for one value; another one in each place."""
    odd = itertools.cycle(VALUES[len(route.path) % len(VALUES) :] + VALUES[: len(route.path) % len(VALUES)])
    if route.takes is not None:
        usual = {field.encode_name: usual_value(full, field.encode_name, field.type) for field in fields(route.takes)}
        yield from ({**usual, key: next(odd)} for key in usual)
    elif isinstance(route.raw, Shape):
        usual = full.further(route.raw.table) if route.method == "POST" else {}
        usual = {key: value for key, value in usual.items() if key in route.raw.columns}
        keys = [*route.raw.columns, *route.raw.table.relations]
        yield from ({**usual, key: next(odd)} for key in keys[route.method == "POST" :: 2])
    else:
        yield from ([NOBODY] * 40_000, {full.ids["asset"]: nested(90)}, [{"id": next(odd)}])


def fields(form: type[msgspec.Struct]) -> tuple[Any, ...]:
    return msgspec.structs.fields(form)


def usual_value(full: FullStudio, name: str, kind: Any) -> Any:
    """What a field of a form may well hold."""
    origin = get_origin(kind)
    if origin is Annotated:
        return usual_value(full, name, get_args(kind)[0])
    if origin in (Union, types.UnionType):
        choices = [one for one in get_args(kind) if one is not type(None) and get_origin(one) is not Literal]
        return usual_value(full, name, choices[0]) if choices else None
    if origin is Literal:
        return get_args(kind)[0]
    if origin is list or kind is list:
        return [usual_value(full, name.removesuffix("s"), get_args(kind)[0])] if origin else []
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {field.encode_name: usual_value(full, field.encode_name, field.type) for field in fields(kind)}
    if kind is str and "date" in name:
        return "2024-03-04"
    if kind is str:
        return full.ids.get(name.removesuffix("_id")) or (NOBODY if name.endswith("_id") else "x")
    return {int: 1, float: 1.0, bool: True, dict: {}}.get(origin or kind, "x")


@pytest.mark.long
def test_whatever_is_written_is_answered(walker: Walker) -> None:
    for route in ROUTES:
        if route.method != "GET" and not route.files:
            for body in bodies(walker.full, route):
                walker.call(route, walker.path(route, walker.full.ids), "admin", body=body)
    walker.check()


@pytest.mark.long
def test_whatever_is_asked_is_answered(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    project = walker.full.ids["project"]
    for route in (route for route in ROUTES if route.method == "GET"):
        odd = itertools.cycle(map(quote, TEXTS))
        names = [field.encode_name for field in fields(route.query)] if route.query else []
        names += [*route.filters.columns(), *route.filters.relations] if route.filters else []
        for name in dict.fromkeys(names):
            query = f"{name}={next(odd)}" + (f"&project_id={project}" if name != "project_id" else "")
            walker.call(route, walker.path(route, walker.full.ids), "admin", query=query)
        for text in (LONG[:5000], "9999", "0000", "9999-12-31", "9999-12", "%00"):
            for place in [name for name in PLACES if f"{{{name}}}" in route.path]:
                with monkeypatch.context() as patch:
                    patch.setitem(PLACES, place, text)
                    walker.call(route, walker.path(route, walker.full.ids), "admin")
        walker.call(route, walker.path(route, next(odd)[:5000]), "admin")
    walker.check()


@pytest.mark.long
def test_what_is_nested_as_deep_as_may_be_is_read_everywhere(walker: Walker) -> None:
    full, written = walker.full, 0
    for collection in collections():
        for key, column in collection.table.columns().items():
            if isinstance(column, Json) and key in collection.writable:
                path = f"/data/{collection.path}/{full.ids[collection.table.table_name()]}"
                for value in (nested(DEEPEST - 1), {"a": nested(DEEPEST - 2)}, [{"a": nested(DEEPEST - 3)}]):
                    written += full.members["admin"].call("PUT", path, {key: value}).status == 200
    assert written > 10
    for route in (route for route in ROUTES if route.method == "GET"):
        for query in ("", f"project_id={full.ids['project']}&relations=true&page=1"):
            walker.call(route, walker.path(route, full.ids), "client", query=query)
            walker.call(route, walker.path(route, full.ids), "admin", query=query)
    walker.check()


@pytest.mark.long
def test_what_may_be_empty_is_read_when_it_is(walker: Walker) -> None:
    """Names, dates, values of any form, and whose something is."""
    with walker.db.writing():
        for table in TABLES.values():
            if table not in OF_INSTALLATION:
                empty = {
                    name: None
                    for name, column in table.columns().items()
                    if column.null and (not isinstance(column, Pointer) or column.table == "person")
                }
                if empty and table not in (Person, Organisation):
                    walker.db.run(table.update(**empty))
    for route in (route for route in ROUTES if route.method == "GET" and not route.path.startswith("/shared")):
        walker.call(
            route, walker.path(route, walker.full.ids), "admin", query=f"project_id={walker.full.ids['project']}"
        )
    walker.check()


@pytest.mark.long
def test_what_leads_nowhere_is_read_all_the_same(walker: Walker) -> None:
    """Other trackers bring tasks of no type, and whatever else our routes never make: one reference after the other is emptied."""
    project = walker.full.ids["project"]
    routes = [route for route in ROUTES if route.method == "GET" and not route.path.startswith("/shared")]
    for table in set(TABLES.values()) - OF_INSTALLATION:
        for name, column in table.columns().items():
            if column.null and isinstance(column, Pointer) and column.table != "person":
                try:
                    with walker.db.writing():
                        walker.db.run(table.update(**{name: None}))
                        for route in routes:
                            walker.call(route, walker.path(route, walker.full.ids), "admin", f"project_id={project}")
                        raise Undone
                except Undone:
                    pass
    walker.check()


# --- texts ---


@pytest.mark.parametrize("name", [LONG, "🎬" * 161, "x" * 161])
def test_a_name_is_as_long_as_its_column_whatever_the_route(film: Film, name: str) -> None:
    project = f"/data/projects/{film.id}"
    for path, more in {
        "/data/entities": {"project_id": film.id, "entity_type_id": film.asset["entity_type_id"]},
        "/data/projects": {},
        "/data/departments": {"color": "#000000"},
        "/data/task-types": {"color": "#000000"},
        "/data/persons": {"first_name": name, "email": "x@example.com"},
        f"{project}/shots": {},
        f"{project}/sequences": {},
        f"{project}/episodes": {},
        f"{project}/edits": {},
        f"{project}/scenes": {},
        f"{project}/concepts": {},
        f"{project}/asset-types/{film.asset['entity_type_id']}/assets/new": {},
        f"{project}/budgets": {"currency": "EUR", "name": name * 2},
        f"{project}/metadata-descriptors": {"entity_type": "Asset", "data_type": "string"},
        f"{project}/schedule-versions": {},
        "/data/user/filters": {"list_type": "asset", "query": "x", "name": name * 2},
    }.items():
        answer = film.ann.call("POST", path, {"name": name, **more})
        assert answer.status in (400, 403, 404, 405), f"{path}: {answer}"
        if answer.status == 400:
            assert answer.json["message"], path


def test_what_is_wrong_with_a_text_is_said(film: Film) -> None:
    answer = film.ann.put(f"/data/entities/{film.asset['id']}", {"name": LONG}, status=400)
    assert "name is longer than 160 characters" in answer["message"]
    answer = film.ann.put(f"/data/entities/{film.asset['id']}", {"description": "x" * (LONGEST_TEXT + 1)}, status=400)
    assert f"description is longer than {LONGEST_TEXT} characters" in answer["message"]
    film.ann.put(f"/data/entities/{film.asset['id']}", {"description": "x" * LONGEST_TEXT})


def test_a_value_of_any_form_is_so_long_and_no_longer(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "LONGEST_JSON", 1000)
    path = f"/data/entities/{film.asset['id']}"
    answer = film.ann.put(path, {"data": {"notes": "x" * 1000}}, status=400)
    assert "data is longer than 1000 bytes" in answer["message"]
    film.ann.put(path, {"data": {"notes": "x" * 900}})


def test_no_name_of_a_tree_is_looked_for_on_the_disk(film: Film) -> None:
    path = f"/actions/projects/{film.id}/set-file-tree"
    for name in ("x" * 1000, "../../../etc/passwd", "default.json", "", ".", "🎬"):
        film.ann.post(path, {"tree_name": name}, status=400)
    film.ann.post(path, {"tree_name": "default"}, status=200)


NULS = ('"a\\u0000b"', '{"\\u0000": 1}', '{"data": [{"a": {"b": "\\u0000"}}]}')


@pytest.mark.parametrize("body", NULS)
def test_no_text_holds_a_nul(ada: Member, body: str) -> None:
    answer = ada.send("POST", "/data/departments", f'{{"color": "#000000", "name": "x", "x": {body}}}')
    assert (answer.status, answer.json["message"]) == (400, "A text holds a NUL character, which no text may.")
    written = ada.send("POST", "/data/departments", '{"color": "#000000", "name": "\\\\u0000"}')
    assert written.json["name"] == "\\u0000"


def test_neither_query_strings_forms_nor_paths_hold_a_nul(ada: Member) -> None:
    assert ada.call("GET", "/data/departments?name=%00").status == 400
    form = ada.send("POST", "/auth/login", "email=%00&password=x", type="application/x-www-form-urlencoded")
    assert form.status == 400
    assert ada.call("GET", "/data/departments/%00").status == 404


def test_half_a_character_is_no_text(ada: Member) -> None:
    for half in (b'"\\ud800"', b'"\\ud800x"', b'"\xed\xa0\x80"', b'"\xff"'):
        body = b'{"color": "#000000", "name": ' + half + b"}"
        assert ada.call("POST", "/data/departments", body, headers={"Content-Type": "application/json"}).status == 400


# --- numbers, depth, length ---


@pytest.mark.parametrize("number", ["1" * 400, "-" + "9" * 20, "1e400", "NaN", "Infinity", "-Infinity", "1" * 5000])
def test_a_number_is_one_that_is_kept(film: Film, number: str) -> None:
    for key in ("data", "nb_frames"):
        value = f'{{"x": [{number}]}}' if key == "data" else number
        answer = film.ann.send("PUT", f"/data/entities/{film.asset['id']}", f'{{"{key}": {value}}}')
        assert answer.status == 400, answer
        assert answer.json["message"]


def test_an_amount_is_a_number(film: Film) -> None:
    path = f"/data/projects/{film.id}/budgets"
    budget = film.ann.post(path, {"name": "Main", "currency": "EUR"}, status=200)
    entry = {
        "department_id": film.studio.department("Art")["id"],
        "start_date": "2024-03-01",
        "months_duration": 1,
        "daily_salary": 1,
    }
    path += f"/{budget['id']}/entries"
    made = film.ann.call("POST", path, entry).json
    film.ann.put(f"{path}/{made['id']}", {"exceptions": {"2024-03": "12.0"}})
    for amount in ("1e400", "inf", "nan", "x"):
        film.ann.put(f"{path}/{made['id']}", {"exceptions": {"2024-03": amount}}, status=400)


def test_a_template_with_fields_that_are_none_is_applied_all_the_same(film: Film) -> None:
    template = film.admin.post("/data/project-templates", {"name": "Odd"})
    for items in (["x", 3, None], {"a": 1}, "x"):
        film.studio.store(ProjectTemplate, template["id"], metadata_descriptors=items)
        film.admin.post(f"/data/projects/{film.id}/apply-template/{template['id']}", status=200)


def test_sums_of_numbers_stay_numbers(film: Film) -> None:
    task = film.studio.task(film.asset, "Modeling")
    for number in (1.7e308, -1e302):
        film.ann.put(f"/data/tasks/{task['id']}", {"estimation": number}, status=400)
    film.ann.put(f"/data/tasks/{task['id']}", {"estimation": 1e300})


def test_json_is_nested_so_deep_and_no_deeper(film: Film) -> None:
    path = f"/data/entities/{film.asset['id']}"
    deep = {"a": nested(DEEPEST - 2)}
    assert film.ann.put(path, {"data": deep})["data"]["a"] == deep["a"]
    for levels in (DEEPEST, 900):
        answer = film.ann.call("PUT", path, {"data": {"a": nested(levels)}})
        assert (answer.status, answer.json["message"]) == (
            400,
            f"The body is no JSON: it is nested too deep, more than {DEEPEST} levels.",
        )
    many = {"list": [[]] * 1000, "object": {str(number): {} for number in range(1000)}}
    assert film.ann.put(path, {"data": many})["data"] == {**deep, **many}


def test_lists_of_ids_may_be_longer_than_what_a_statement_takes(film: Film) -> None:
    ids = [NOBODY[:-5] + f"{number:05}" for number in range(99_999)]
    task_type = film.studio.task_type("Modeling", for_entity="Asset")
    path = f"/actions/projects/{film.id}/task-types/{task_type['id']}/assets/create-tasks"
    made = film.ann.call("POST", path, [*ids, film.asset["id"]])
    assert made.status in (201, 400, 403, 404), made
    assert film.ann.call("PUT", f"/data/projects/{film.id}", {"team": ids}).status in (200, 400)
    found = film.ann.get("/data/entities?id=" + quote(msgspec.json.encode([*ids, film.asset["id"]]).decode()))
    assert [row["id"] for row in found] == [film.asset["id"]]


# --- days ---


def test_days_with_which_one_counts(studio: Studio, ada: Member) -> None:
    ann = studio.person("Ann", timezone="Pacific/Kiritimati")
    for moment in ("9999-12-31T23:59:59", "0001-01-01T00:00:00", "0000-01-01", "2024-W01-1T10:00:00x"):
        ann.post("/data/user/desktop-login-logs", {"date": moment}, status=400)
    ann.post("/data/user/desktop-login-logs", {"date": "2999-12-31T23:59:59"})
    token = ada.put(f"/data/persons/{ann.id}", {"expiration_date": "9999-12-31"})["access_token"]
    assert Member(studio.app, token, ann.row).get("/auth/authenticated")["authenticated"]


def test_a_moment_is_stored_as_moments_are_however_it_is_spelled(film: Film) -> None:
    task = film.studio.task(film.asset, "Modeling")
    for spelled in ("2024-W02-1T10:00:00", "20240108T100000", "2024-01-08T10:00:00Z", "2024-01-08 10:00:00"):
        row = film.ann.put(f"/data/tasks/{task['id']}", {"due_date": spelled})
        assert row["due_date"] == "2024-01-08T10:00:00"


# --- heads ---


@pytest.fixture
def attachment(studio: Studio, ada: Member) -> str:
    full = FullStudio(studio)
    sent = ada.form(
        f"/actions/tasks/{full.ids['task']}/comments/{full.ids['comment']}/add-attachment",
        {},
        {"file": ("a.bin", b"abcdef", "application/octet-stream")},
    )
    return f"/data/attachment-files/{sent.json[0]['id']}/file/a.bin"


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("Range", "bytes=0-" + "9" * 5000, 416),
        ("Range", "bytes=" + "9" * 5000 + "-", 416),
        ("Range", "bytes=99999999999999999-", 416),
        ("If-Modified-Since", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 200),
        ("If-Modified-Since", "Mon, 01 Jan 0001 00:00:00 -0000", 200),
        ("If-Modified-Since", "9" * 5000, 200),
        ("If-None-Match", '"' * 5000, 200),
        ("Accept-Language", "x" * 5000, 200),
        ("X-Forwarded-For", "9" * 5000, 200),
        ("X-Forwarded-Host", "[" * 500, 200),
        ("Origin", "http://[", 200),
        ("User-Agent", "\xff" * 300, 200),
        ("Cookie", "session=\xff; a=\x7f; ;;==; \xe9=1", 200),
        ("Cookie", "access_token_cookie=" + "x" * 5000, 401),
        ("Authorization", "Bearer \xff\xfe", 401),
        ("Authorization", "Bearer " + "." * 5000, 401),
        ("Content-Type", "multipart/form-data; boundary=" + "x" * 5000, 200),
    ],
)
def test_whatever_a_head_says_is_answered(ada: Member, attachment: str, name: str, text: str, status: int) -> None:
    answer = ada.call("GET", attachment, headers={name: text})
    assert answer.status in (status, 422 if status == 401 else status), answer


# --- names of files ---


def sent_as(ada: Member, path: str, disposition: bytes) -> Answered:
    """A file whose name is said so."""
    body = b"--edge\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\nabc\r\n--edge--\r\n"
    return ada.call("POST", path, body, headers={"Content-Type": "multipart/form-data; boundary=edge"})


NAMES = {
    "long": b'name="f"; filename="' + b"x" * 5000 + b'.txt"',
    "as long as a file system takes": b'name="f"; filename="' + b"x" * 250 + b'"',
    "of characters of four bytes": 'name="f"; filename="{}.png"'.format("🎬" * 240).encode(),
    "upwards": b'name="f"; filename="../../../../etc/passwd"',
    "of a folder": b'name="f"; filename="/"',
    "dots": b'name="f"; filename=".."',
    "with a NUL": b'name="f"; filename="a\0.png"',
    "with a NUL in disguise": b"name=\"f\"; filename*=UTF-8''a%00.png",
    "in no UTF-8": b'name="f"; filename="\xff\xfe.png"',
    "half a character": b"name=\"f\"; filename*=utf-7''%2B2AA-",
    "half a character in disguise": b"name=\"f\"; filename*=unicode_escape''%5Cud800",
    "of an alphabet that is none": b"name=\"f\"; filename*=klingon''a",
    "of a field in no UTF-8": b'name="\xff"; filename="a.png"',
    "with line ends": b'name="f"; filename="a%0d%0aX-Evil: 1.png"',
}


@pytest.mark.parametrize("what", NAMES)
def test_a_file_of_any_name_is_taken_or_refused(studio: Studio, ada: Member, what: str) -> None:
    full = FullStudio(studio)
    comment = f"/actions/tasks/{full.ids['task']}/comments/{full.ids['comment']}/add-attachment"
    answer = sent_as(ada, comment, NAMES[what])
    assert answer.status in (201, 400), answer
    if answer.status == 201:
        [row] = answer.json
        assert ada.call("GET", f"/data/attachment-files/{row['id']}/file/x").content == b"abc"
    new = studio.add(PreviewFile, name="new", task_id=full.ids["task"], revision=9)
    preview = f"/pictures/preview-files/{new['id']}"
    named = NAMES[what].replace(b'name="f"', b'name="file"')
    assert sent_as(ada, preview, named).status in (201, 400)
    assert sent_as(ada, f"/data/working-files/{full.ids['working_file']}/file", named).status in (201, 400)


# --- search ---


def test_a_text_of_any_length_is_searched_as_far_as_an_index_goes(film: Film) -> None:
    words = " ".join(f"{number:05}" for number in range(140_000))
    cjk = "".join(chr(0x4E00 + number % 5000) + (" " if not number % 45 else "") for number in range(60_000))
    for text in (words, cjk, LONG * 3):
        film.ann.put(f"/data/entities/{film.asset['id']}", {"description": text})
        found = film.ann.post("/data/search", {"query": film.asset["name"]}, status=200)
        assert [row["id"] for row in found["assets"]] == [film.asset["id"]]
    for query in (LONG, words[:50_000], "\" ' : * & | ! ( ) \\ <-> NEAR AND OR NOT", "🎬" * 5000, "é" * 3000):
        film.ann.post("/data/search", {"query": query}, status=200)
