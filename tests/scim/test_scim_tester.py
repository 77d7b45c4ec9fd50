"""The public suite for servers of SCIM finds nothing wrong with a studio as it is served (scim2-tester)."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server, filling
from serving import serve, signed_in

pytestmark = pytest.mark.long


@pytest.fixture
def only_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person has one e-mail here, one number and one role: each is the primary one, which the suite draws lots about."""
    draw = filling.generate_random_value

    def drawn(context: Any, path: Any, *rest: Any, **more: Any) -> Any:
        value = draw(context, path, *rest, **more)
        for entry in value if isinstance(value, list) else ():
            if hasattr(entry, "primary"):
                entry.primary = True
        return True if str(path).endswith(".primary") else value

    monkeypatch.setattr(filling, "generate_random_value", drawn)
    for module in ("patch_add", "patch_replace"):
        monkeypatch.setattr(f"scim2_tester.checkers.{module}.generate_random_value", drawn)


@pytest.mark.long
def test_the_public_suite_finds_nothing_wrong(tmp_path: Path, bare: str, only_one_each: None) -> None:
    with serve(tmp_path / "studio", bare, KITSULITE_SCIM="true", USER_LIMIT="10000") as served:
        token = signed_in(served).tokens["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        with Client(base_url=f"{served.api}/scim/v2", headers=headers, timeout=30) as connection:
            found = check_server(SyncSCIMClient(connection))
    good = (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE)
    other = [result for result in found if result.status not in good]
    assert [result.title for result in other if result.status is not Status.SKIPPED] == [], "\n".join(map(str, other))
    assert {result.title for result in other} <= {"search_with_attributes"}, "all of the rest has been looked at"
    assert len(found) > 50
