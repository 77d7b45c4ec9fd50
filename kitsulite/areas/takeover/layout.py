"""Where a Zou keeps a file, and what the same file is called here (docs/takeover.md).

A Zou has three buckets, and in each keys `<prefix>-<id>`, the id being that of a row. On a disk a key is cut at its first dash:
what comes before is a folder, the letters 1 to 3 and 4 to 6 of the rest are two more.
"""

from typing import NamedTuple

from kitsulite.work import filekeys

PICTURES, MOVIES, FILES = "pictures", "movies", "files"
BUCKETS = (PICTURES, MOVIES, FILES)
ID = 36
"""Characters of an id."""
CUT = 3

PREVIEW = "preview_file"
AVATARS = ("person", "organisation", "project")

KINDS: dict[tuple[str, str], dict[str, str]] = {
    (PICTURES, "original"): {PREVIEW: filekeys.ORIGINAL},
    (PICTURES, "previews"): {PREVIEW: filekeys.PREVIEW},
    (PICTURES, "thumbnails"): {
        PREVIEW: filekeys.THUMBNAIL,
        **dict.fromkeys(AVATARS, filekeys.AVATAR),
        "attachment_file": filekeys.CHAT_PICTURE,
        "preview_background_file": filekeys.BACKGROUND_PICTURE,
    },
    (PICTURES, "thumbnails-square"): {PREVIEW: filekeys.SQUARE},
    (PICTURES, "tiles"): {PREVIEW: filekeys.TILES},
    (PICTURES, "preview-backgrounds"): {"preview_background_file": filekeys.BACKGROUND},
    (MOVIES, "previews"): {PREVIEW: filekeys.MOVIE},
    (MOVIES, "lowdef"): {PREVIEW: filekeys.LOW},
    (MOVIES, "source"): {PREVIEW: filekeys.SOURCE},
    (MOVIES, "playlists"): {"build_job": filekeys.BUILT},
    (FILES, "previews"): {PREVIEW: filekeys.FILE},
    (FILES, "attachments"): {"attachment_file": filekeys.ATTACHMENT},
    (FILES, "working"): {"working_file": filekeys.WORKING},
}
"""By bucket and prefix: of which tables the rows may be, and the kind that the file of each is here."""

SIZED = {
    PREVIEW: ("file_size", PICTURES, "original"),
    "attachment_file": ("size", FILES, "attachments"),
    "preview_background_file": ("file_size", PICTURES, "preview-backgrounds"),
}
"""The column in which a row tells the size of a file, and which; one of another size would be taken for half of it."""
SIZED_PREFIXES = {prefix for _, _, prefix in SIZED.values()}

TABLES = tuple(dict.fromkeys(table for tables in KINDS.values() for table in tables))
"""The tables whose rows have files."""


class Place(NamedTuple):
    """Where a Zou keeps a file."""

    bucket: str
    prefix: str
    id: str

    @property
    def key(self) -> str:
        return f"{self.prefix}-{self.id}"

    @property
    def path(self) -> str:
        """Below the folder of the bucket."""
        folder, _, rest = self.key.partition("-")
        return f"{folder}/{rest[:CUT]}/{rest[CUT : 2 * CUT]}/{rest}"


def place_of(bucket: str, key: str) -> Place | None:
    """The place that a key of a bucket names; None for what no row has."""
    prefix, id = key[: -ID - 1], key[-ID:]
    return Place(bucket, prefix, id) if (bucket, prefix) in KINDS and key[-ID - 1 :][:1] == "-" else None


def our_key(place: Place, table: str) -> str | None:
    """The key here of a file that belongs to a row of a table; None when such rows have no such file."""
    kind = KINDS[place.bucket, place.prefix].get(table)
    return kind and filekeys.key_of(kind, place.id)


def places_of(table: str, id: str) -> list[tuple[Place, str]]:
    """All files that a row of a table may have: where, and under which key here."""
    return [
        (Place(bucket, prefix, id), filekeys.key_of(tables[table], id))
        for (bucket, prefix), tables in KINDS.items()
        if table in tables
    ]


def expected(table: str, row: dict[str, object]) -> list[tuple[str, ...]]:
    """What there must be of a row's files: of each entry one of the kinds that it names."""
    if table in AVATARS:
        return [(filekeys.AVATAR,)] if row.get("has_avatar") else []
    if table == PREVIEW:
        return _expected_of_preview(row)
    if table == "attachment_file":
        return [(filekeys.ATTACHMENT,)]
    if table == "preview_background_file":
        return [(filekeys.BACKGROUND,)]
    return [(filekeys.BUILT,)] if table == "build_job" and row.get("status") == "succeeded" else []


def _expected_of_preview(row: dict[str, object]) -> list[tuple[str, ...]]:
    if row.get("status") != "ready" or not row.get("extension"):
        return []
    if row["extension"] == "png":
        return [(filekeys.ORIGINAL,), (filekeys.THUMBNAIL,)]
    if row["extension"] == "mp4":
        return [filekeys.MOVIES, (filekeys.THUMBNAIL,)]
    return [(filekeys.FILE,)]
