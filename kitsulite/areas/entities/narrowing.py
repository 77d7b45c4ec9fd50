"""What a listing of entities may be asked for beside the values of their columns."""

import msgspec


class Narrowed(msgspec.Struct):
    """Which entities are listed: with `assigned_to`, whatever it says, those on which the caller has a task."""

    episode_id: str | None = None
    assigned_to: str | None = None


class NarrowedShots(Narrowed):
    """The same for shots, which stand in sequences."""

    sequence_id: str | None = None


class LongList(Narrowed):
    """The same, and in which form a long list comes: lists instead of objects, lines instead of a whole."""

    compact: bool = False
    stream: bool = False
