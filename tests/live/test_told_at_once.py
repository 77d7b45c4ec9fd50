"""What one does others hear of at once, over Socket.IO. What more there is to it takes long, and is in `test_sockets.py`."""

import time

from listening import BOTH, QUIET, Live, listen, tell


@BOTH
def test_what_is_done_is_told_at_once(live: Live, transports: list[str] | None) -> None:
    ada = live.studio.person("Ada", role="admin")
    with listen(live.url, ada, transports=transports) as listener:
        row = live.call(ada, "POST", "/data/departments", {"name": "Matte Painting", "color": "#112233"})
        begun = time.monotonic()
        assert listener.next("department:new") == {"department_id": row["id"]}
        assert time.monotonic() - begun < QUIET
        for number in range(40):  # more than fit into one answer to a poll of a client in Python
            tell(live, "main:test", number=number)
        told = [listener.next("main:test")["number"] for _ in range(40)]
        assert sorted(told) == list(range(40))  # the client hands each on in a thread of its own


def test_each_hears_what_concerns_them(live: Live) -> None:
    ada, bob, eve = (
        live.studio.person(name, role=role) for name, role in (("Ada", "admin"), ("Bob", "user"), ("Eve", "user"))
    )
    project = live.studio.project(team=[bob])
    asset = live.studio.entity("Character", "Fox", project)
    with listen(live.url, ada) as admin, listen(live.url, bob) as member, listen(live.url, eve) as stranger:
        live.call(ada, "PUT", f"/data/entities/{asset['id']}", {"name": "Vixen"})
        for listener in (admin, member):
            assert listener.next("asset:update")["asset_id"] == asset["id"]
        assert "asset:update" not in stranger.rest()
        live.call(ada, "POST", "/data/departments", {"name": "Matte Painting", "color": "#112233"})
        assert stranger.next("department:new")
        live.call(ada, "DELETE", f"/data/projects/{project['id']}/team/{bob.id}")
        member.rest()
        live.call(ada, "PUT", f"/data/entities/{asset['id']}", {"name": "Fox"})
        assert admin.next("asset:update")
        assert "asset:update" not in member.rest()
