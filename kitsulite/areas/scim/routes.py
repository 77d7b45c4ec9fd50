"""`/scim/v2`: people and departments as a directory sends them, by SCIM 2.0 (docs/sso.md)."""

from dataclasses import replace
from typing import Any

import msgspec

from kitsulite.access.callers import admin
from kitsulite.areas.scim import protocol
from kitsulite.areas.scim.forms import (
    Listed,
    ScimChange,
    ScimGroup,
    ScimGroupSent,
    ScimSearch,
    ScimUser,
    ScimUserSent,
    Shown,
    page_of,
)
from kitsulite.web.call import Call
from kitsulite.web.origins import came_by_https
from kitsulite.web.routing import Answer, Route, delete, get, patch, post, put
from kitsulite.web.scimerrors import SCIM
from kitsulite.work.work import Work

ROOT = "/scim/v2"


def _ask(call: Call, query: msgspec.Struct | None = None, body: dict[str, Any] | None = None) -> Answer:
    asked = msgspec.to_builtins(query) if query else {}
    done = protocol.answer(
        _opened(call.work),
        protocol.Request(
            call.request.method.replace("HEAD", "GET"),
            call.request.path.removeprefix(ROOT),
            _base(call),
            {name: str(value) for name, value in asked.items() if value is not None},
            body,
        ),
    )
    return Answer(done.body, done.status, type=SCIM, headers=done.headers)


def _opened(work: Work) -> Work:
    """The work for who may send people at all: accounts are what SCIM is about, so that a key for this area makes and closes them."""
    return work.in_name_of(replace(work.caller, scope=replace(work.caller.scope, areas=None)))


def _base(call: Call) -> str:
    """The address of SCIM, as the client sees it."""
    request = call.request
    return f"{'https' if came_by_https(request) else 'http'}://{request.netloc}{request.root_path}{ROOT}"


def show(call: Call, asked: Shown) -> Answer:
    return _ask(call, asked)


def list_all(call: Call, asked: Listed) -> Answer:
    return _ask(call, asked)


def send(call: Call) -> Answer:
    return _ask(call, body=call.json_object())


def send_and_show(call: Call, asked: Shown) -> Answer:
    return _ask(call, asked, call.json_object())


def plain(call: Call) -> Answer:
    return _ask(call)


def _described(path: str, title: str) -> Route:
    return get(f"{ROOT}/{path}", admin, plain, gives=dict[str, Any], speaks=SCIM, title=title, also=(404,))


def _searched(path: str, gives: Any) -> Route:
    how: dict[str, Any] = {"speaks": SCIM, "status": 200, "writes": False, "also": (501,)}
    return post(f"{ROOT}{path}/.search", admin, send, raw=ScimSearch, gives=gives, title="Search by a body.", **how)


def _routes_of(path: str, key: str, thing: str, shown: type, sent: type, *, changed: dict[str, Any]) -> list[Route]:
    """The routes of people, or of departments; `changed` is how a change is answered."""
    all, one = f"{ROOT}{path}", f"{ROOT}{path}/{{{key}}}"
    how: dict[str, Any] = {"who": admin, "speaks": SCIM}
    writes: dict[str, Any] = {**how, "also": (409,)}
    told: dict[str, Any] = {"query": Shown, "gives": shown}
    return [
        get(all, handler=list_all, query=Listed, gives=page_of(shown), title=f"List every {thing}.", **how),
        post(all, handler=send, raw=sent, gives=shown, status=201, title=f"Make a {thing}.", **writes),
        _searched(path, page_of(shown)),
        get(one, handler=show, title=f"One {thing}.", **told, **how),
        put(one, handler=send_and_show, raw=sent, title=f"Say all of a {thing} again.", **told, **writes),
        patch(one, raw=ScimChange, title=f"Change a {thing}.", **changed, **writes),
        delete(one, handler=plain, title=f"Delete a {thing}, as far as the directory goes.", **writes),
    ]


BY_THE_PERSON: dict[str, Any] = {"handler": send_and_show, "query": Shown, "gives": ScimUser, "status": 200}
BY_NOTHING: dict[str, Any] = {"handler": send, "status": 204}
"""How changes are answered: a department may have many members, and they are not told again."""

ROUTES = [
    *_routes_of("/Users", "person_id", "person", ScimUser, ScimUserSent, changed=BY_THE_PERSON),
    *_routes_of("/Groups", "department_id", "department", ScimGroup, ScimGroupSent, changed=BY_NOTHING),
    _searched("", dict[str, Any]),
    _described("ServiceProviderConfig", "What SCIM can do here."),
    _described("ResourceTypes", "What SCIM serves here."),
    _described("ResourceTypes/{name}", "One kind of what SCIM serves here."),
    _described("Schemas", "What SCIM keeps of people and departments."),
    _described("Schemas/{name}", "What SCIM keeps of one kind."),
]
