"""What comes in from elsewhere: spreadsheets, edit lists, rows of another tracker (docs/api/imports.md).

`TABLES` is what there is of spreadsheets. The API and the command line both ask it the same way:

    importer = imports.TABLES["shots"].make(project, update=True)
    report = lines.take_in(begin, importer, tables.read_table(content))

Who may is asked before: rights are not checked here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kitsulite.areas.imports.assets import AssetImporter
from kitsulite.areas.imports.castings import CastingImporter
from kitsulite.areas.imports.edits import EditImporter
from kitsulite.areas.imports.lines import Importer
from kitsulite.areas.imports.persons import PersonImporter
from kitsulite.areas.imports.shots import ShotImporter
from kitsulite.areas.imports.tables import Line


@dataclass(frozen=True)
class TableOf:
    """A row of the table.

    about  what its lines are, in a few words
    make   makes what takes them in: of a production it takes its row, and whether rows that are there are changed
    is_of_project  whether it is of one production; else of the studio
    """

    about: str
    make: Callable[..., Importer[Line]]
    is_of_project: bool = True


TABLES = {
    "assets": TableOf("the assets of a production", AssetImporter),
    "shots": TableOf("the shots of a production", ShotImporter),
    "edits": TableOf("the edits of a production", EditImporter),
    "casting": TableOf("what is cast in a production", CastingImporter),
    "persons": TableOf("the people of the studio", PersonImporter, is_of_project=False),
}
