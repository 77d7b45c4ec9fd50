"""gazu sends tables and cuts in, to a running studio."""

from pathlib import Path

import gazu
import pytest
from serving import serve, signed_in

pytestmark = pytest.mark.long
CUT = """TITLE: Cut
001  AX V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: Owl_S1-001.mov
"""


def test_gazus_imports_read_what_its_exports_wrote(tmp_path: Path, bare: str) -> None:
    with serve(tmp_path / "studio", bare, "--demo") as server:
        client = signed_in(server)
        [film] = gazu.project.all_open_projects(client=client)
        owl = gazu.project.new_project("Owl", client=client)
        for export, take, count in (
            (gazu.asset.export_assets_with_csv, gazu.asset.import_assets_with_csv, gazu.asset.all_assets_for_project),
            (gazu.shot.export_shots_with_csv, gazu.shot.import_shots_with_csv, gazu.shot.all_shots_for_project),
        ):
            path = str(tmp_path / "table.csv")
            export(film, path, client=client)
            before = count(film, client=client)
            assert len(take(film, path, client=client)) == len(before)
            assert count(film, client=client) == before
            assert len(take(owl, path, client=client)) == len(before)
            assert sorted(row["name"] for row in count(owl, client=client)) == sorted(row["name"] for row in before)
        (tmp_path / "cut.edl").write_text(CUT)
        made = gazu.shot.import_otio(owl, str(tmp_path / "cut.edl"), client=client)
        assert [shot["name"] for shot in made["created_shots"]] == ["001"]
        again = gazu.shot.import_otio(owl, str(tmp_path / "cut.edl"), match_case=False, client=client)
        assert [shot["nb_frames"] for shot in again["updated_shots"]] == [50]
