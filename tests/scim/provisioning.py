"""A directory that provisions by SCIM, for tests."""

import dataclasses
from typing import Any

from studio import Answered, Studio, Visitor

from kitsulite import create_app

SCIM = "application/scim+json"
USER, GROUP = (f"urn:ietf:params:scim:schemas:core:2.0:{kind}" for kind in ("User", "Group"))
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def switch_on(studio: Studio, **settings: Any) -> None:
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, scim=True, **settings)


class Directory:
    """What calls the studio by SCIM: with a bot's token, as studios do."""

    def __init__(self, studio: Studio, **settings: Any) -> None:
        switch_on(studio, **settings)
        self.studio = studio
        bot = studio.person("Directory", "admin", is_bot=True)
        self.visitor = Visitor(create_app(studio.tracker), bot.token)

    def call(self, method: str, path: str, body: Any = None) -> Answered:
        headers = {"Content-Type": SCIM} if body is not None else {}
        answer = self.visitor.call(method, f"/api/scim/v2{path}", body, headers=headers)
        if answer.content:
            assert answer.headers["content-type"] == SCIM
        if answer.status >= 400:
            assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
            assert answer.json["status"] == str(answer.status)
            assert answer.json["detail"]
        return answer

    def expect(self, status: int, method: str, path: str, body: Any = None) -> Any:
        answer = self.call(method, path, body)
        assert answer.status == status, f"{method} {path}: {answer}"
        return answer.json if answer.content else None

    def user(self, named: str = "bob@site.com", *, status: int = 201, **more: Any) -> Any:
        body = {"schemas": [USER], "userName": named, "emails": [{"value": named, "type": "work", "primary": True}]}
        return self.expect(status, "POST", "/Users", {**body, "active": True, **more})

    def group(self, named: str, *members: str, status: int = 201, **more: Any) -> Any:
        body = {"schemas": [GROUP], "displayName": named, "members": [{"value": id} for id in members]}
        return self.expect(status, "POST", "/Groups", {**body, **more})

    def change(self, path: str, *operations: dict[str, Any], status: int = 200) -> Any:
        return self.expect(status, "PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def find(self, filter: str, things: str = "Users", *, status: int = 200, **more: Any) -> Any:
        from urllib.parse import urlencode

        return self.expect(status, "GET", f"/{things}?" + urlencode({"filter": filter, **more}))
