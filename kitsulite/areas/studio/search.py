"""Search by words, beginnings of words and small typing errors, within what the caller may see (docs/api/studio.md)."""

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import Any

import msgspec
import peewee

from kitsulite.access.hidden import hidden_fields
from kitsulite.access.people import known_people, shown_to
from kitsulite.access.projects import open_team_projects
from kitsulite.access.roles import is_admin
from kitsulite.areas.entities.entities import within_reach
from kitsulite.areas.productions.openprojects import OPEN_TO_ADMINS
from kitsulite.areas.studio.words import closest, edits_allowed, indexed_words_of, letters_of, words_of
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import ENTITIES, TEMPORAL, Grandparent, Parent
from kitsulite.models.people import OF_STUDIO, Person
from kitsulite.models.people_shapes import MINIMAL, SAFE
from kitsulite.models.productions import Project, ProjectStatus
from kitsulite.models.project_shapes import PROJECT
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.search import Document, Known, Pending
from kitsulite.models.shapes import Shape, many, read_list
from kitsulite.storage import Database, Row, Wire
from kitsulite.work.work import Begin, Work

KINDS = ("persons", "assets", "shots")
"""What is searched unless somebody asks for `projects` too."""

SHORTEST = 2
LONGEST_ASKED, MOST_ASKED, LONGEST_WORD = 1000, 20, 100
"""How much of a text is looked for: characters, words of it, characters of a word. Each word is asked for by itself."""
LONGEST_KNOWN = LONGEST_WORD + 2
"""How much of a word may matter to one that is misspelt."""
GUESSES = 10
"""How many words a misspelt one may stand for."""
BATCH = 1000
MOST_INDEXED = 100_000
"""Bytes of the words by which one thing is found: PostgreSQL indexes a megabyte, with all that it notes beside them."""
NOT_INDEXED = {"frame_in", "frame_out", "fps", "handle_in", "handle_out"}

PREVIEW = Wire('"preview_file"."extension"')
ASSET = ENTITIES["Asset"].but(
    plus={
        "project_name": Wire('"project"."name"'),
        "asset_type_name": Wire('"entity_type"."name"'),
        "preview_file_extension": PREVIEW,
    },
    title="FoundAsset",
)
SHOT = ENTITIES["Shot"].but(
    plus={
        "project_name": Wire('"project"."name"'),
        "sequence_name": Wire("""coalesce("parent"."name", '')"""),
        "preview_file_extension": PREVIEW,
    },
    title="FoundShot",
)
EPISODE = {"episode": Wire('"grandparent"."name"'), "episode_id": Wire('"grandparent"."id"')}


# --- looking ---


def search(
    begin: Begin, text: str, *, project_id: str | None, limit: int, offset: int, kinds: Iterable[str]
) -> dict[str, Any]:
    """What is found, by kind: rows with `matched_terms`, the fields in which words were found."""
    text = text[:LONGEST_ASKED]
    asked = [word[:LONGEST_WORD] for word in words_of(text)][:MOST_ASKED]
    wanted = [kind for kind in (*KINDS, "projects") if kind in set(kinds)]
    if letters_of(text) < SHORTEST or not wanted:
        return {}
    with begin(writes=False) as work:
        is_current = not work.db.tuples(Pending.select(Pending.id).limit(1))
    if not is_current:
        with begin() as work:
            take_in(work.db)
    with begin(writes=False) as work:
        places = {kind: _place(work, kind, project_id) for kind in wanted}
        words = _known(work, places, asked)
        return {kind: _found(work, kind, place, words, slice(offset, offset + limit)) for kind, place in places.items()}


def _place(work: Work, kind: str, project_id: str | None) -> peewee.Node:
    """Which documents of a kind the caller searches: those of what they may see. What else there is changes no answer."""
    place: peewee.Node = Document.kind == kind
    if kind == "persons":
        known = known_people(work)
        return place & Document.id.in_(Person.select(Person.id).where(*known)) if known else place
    if (scope := _scope(work, project_id)) is not None:
        place &= (Document.id if kind == "projects" else Document.project_id).in_(scope)
    if kind in KIND_OF and (reach := within_reach(work)):
        place &= Document.id.in_(Entity.select(Entity.id).where(*reach))
    return place


def _known(work: Work, places: Mapping[str, peewee.Node], words: list[str]) -> list[list[str]]:
    """Each word with what it may stand for: itself, or the words it is a misspelling of when nothing begins like it."""
    return [[word] if _is_known(work, places, word) else _guessed(work, places, word) for word in dict.fromkeys(words)]


def _is_known(work: Work, places: Mapping[str, peewee.Node], word: str) -> bool:
    if hidden_fields(work):
        return any(_seen_hits(work, kind, place, [[word]]) for kind, place in places.items())
    if is_admin(work):  # who may see them all
        return work.db.is_word_found(word)
    having = Document.select(Document.number).limit(1)
    return any(
        work.db.tuples(having.where(place, work.db.has_words([word], kind, every=True)))
        for kind, place in places.items()
    )


def _guessed(work: Work, places: Mapping[str, peewee.Node], word: str) -> list[str]:
    """The words that a misspelt one may stand for. Only of a long one the first letter may be wrong, too."""
    most = edits_allowed(word)
    known = work.db.known_words("" if most > 1 else word[0]) if most else []
    found: list[str] = []
    for edits in range(1, most + 1):  # there are far more of those that are further off, and they come last
        near = (other for other in closest(word, known, edits) if other not in found and _is_known(work, places, other))
        found += islice(near, GUESSES - len(found))
        if len(found) == GUESSES:
            break
    return found


def _scope(work: Work, project_id: str | None) -> list[str] | None:
    """The projects that are searched; None for all of them."""
    if is_admin(work):
        statuses = ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(OPEN_TO_ADMINS))
        query = Project.select(Project.id).where(Project.project_status_id.in_(statuses))
        if project_id is None:
            return work.db.values(query) or None
    else:
        query = open_team_projects(work)
    return work.db.values(query.where(Project.id == project_id) if project_id is not None else query)


def _found(work: Work, kind: str, place: peewee.Node, words: list[list[str]], page: slice) -> list[Row]:
    """One page of what is found of a kind: first what has all the words, then what has any of them."""
    alternatives = [other for others in words for other in others]
    if not alternatives:
        return []
    if hidden_fields(work):
        return _rows(work, kind, _seen_hits(work, kind, place, words)[page], alternatives)
    has_any = work.db.has_words(alternatives, kind, every=False)
    if all(words):
        has_all = functools.reduce(operator.and_, [work.db.has_words(others, kind, every=False) for others in words])
        hits = _hits(work, place & has_all, page.stop)
        others = place & has_any & ~has_all
    else:
        hits, others = [], place & has_any
    if len(hits) < page.stop and len(words) > 1:
        hits += _hits(work, others, page.stop - len(hits))
    return _rows(work, kind, hits[page], alternatives)


KIND_OF = {"assets": "Asset", "shots": "Shot"}
"""What fields of productions call what is searched."""


def _hits(work: Work, condition: peewee.Node, limit: int) -> list[str]:
    return work.db.values(Document.select(Document.id).where(condition).order_by(Document.name).limit(limit))


def _seen_hits(work: Work, kind: str, place: peewee.Node, words: list[list[str]]) -> list[str]:
    """All hits in the same order, for a caller from whom fields are hidden: the index knows words of these, too."""
    has_any = work.db.has_words([other for others in words for other in others], kind, every=False)
    query = Document.select(Document.id, Document.project_id, Document.texts).where(place & has_any)
    whole: list[str] = []
    partly: list[str] = []
    for id, project_id, texts in work.db.tuples(query.order_by(Document.name)):
        seen = _seen(work, kind, project_id, texts)
        having = [bool(_matched(seen, others)) for others in words]
        if any(having):
            (whole if all(having) else partly).append(id)
    return whole + partly


def _seen(work: Work, kind: str, project_id: str | None, texts: str) -> dict[str, str]:
    """The words of a document by their fields, as far as the caller may know of these."""
    hidden = hidden_fields(work).get((str(project_id), KIND_OF.get(kind, ""), None), ())
    fields: dict[str, str] = msgspec.json.decode(texts)
    return {name: text for name, text in fields.items() if name not in hidden}


def _rows(work: Work, kind: str, hits: list[str], words: list[str]) -> list[Row]:
    """The rows of hits, in their order."""
    table, shape = _shape(work, kind)
    query = _with_names(shape.select(work.db)) if table is Entity else shape.select(work.db)
    rows = {row["id"]: row for row in read_list(many(work.db, query.where(table.id.in_(hits))))}
    for row in rows.values():
        if kind == "shots" and row["episode_id"] is None:
            del row["episode"], row["episode_id"]
    documents = Document.select(Document.id, Document.project_id, Document.texts).where(Document.id.in_(hits))
    seen = {id: _seen(work, kind, project_id, texts) for id, project_id, texts in work.db.tuples(documents)}
    return [{**rows[id], "matched_terms": _matched(seen[id], words)} for id in hits if id in rows]


def _shape(work: Work, kind: str) -> tuple[Any, Shape]:
    if kind == "persons":
        return Person, shown_to(work, SAFE if is_admin(work) else MINIMAL)
    if kind == "projects":
        return Project, PROJECT
    shape = ASSET if kind == "assets" else SHOT.but(plus=EPISODE)
    return Entity, shape


def _with_names(query: peewee.ModelSelect) -> peewee.ModelSelect:
    outer = peewee.JOIN.LEFT_OUTER
    return (
        query.join_from(Entity, Project, on=Project.id == Entity.project_id)
        .join_from(Entity, EntityType, on=EntityType.id == Entity.entity_type_id)
        .join_from(Entity, PreviewFile, outer, on=PreviewFile.id == Entity.preview_file_id)
        .join_from(Entity, Parent, outer, on=Parent.id == Entity.parent_id)
        .join_from(
            Parent, Grandparent, outer, on=(Grandparent.id == Parent.parent_id) & (Project.production_type == "tvshow")
        )
    )


def _matched(fields: dict[str, str], words: list[str]) -> list[str]:
    return [name for name, text in fields.items() if any(known.startswith(tuple(words)) for known in text.split())]


# --- taking in ---


def take_in(db: Database) -> None:
    """Bring the index up to date with what was written since."""
    taken: set[str] = set()
    while ids := db.values(Pending.select(Pending.id).limit(BATCH)):
        taken.update(ids)
        db.run(Document.delete().where(Document.id.in_(ids)))
        db.run(Pending.delete().where(Pending.id.in_(ids)))
        documents = [*_entities(db, ids), *_persons(db, ids), *_projects(db, ids)]
        documents.sort(key=lambda document: document["kind"])
        for kind, of_kind in groupby(documents, key=lambda document: document["kind"]):
            db.add_documents(kind, list(of_kind))
        _know(db, {word[:LONGEST_KNOWN] for document in documents for word in document["words"].split()})
        _mark_dependents(db, ids, taken)


def _know(db: Database, words: set[str]) -> None:
    """Keep words as what others may be a misspelling of. They stay: whether something has them still, is asked each time."""
    for batch in peewee.chunked([{"word": word} for word in sorted(words)], 500):
        db.run(Known.insert(batch).on_conflict_ignore())


def rebuild(work: Work) -> int:
    """Forget the whole index and take everything in anew; how many things are found by it then."""
    work.db.run(Document.delete())
    work.db.run(Known.delete())
    for table in (Entity, Person, Project):
        there = Pending.select(Pending.id)
        for batch in peewee.chunked(work.db.values(table.select(table.id).where(table.id.not_in(there))), 500):
            work.db.run(Pending.insert([{"id": id} for id in batch]))
    take_in(work.db)
    return int(work.db.count(Document.select(Document.id)))


def _mark_dependents(db: Database, ids: list[str], taken: set[str]) -> None:
    """What is found by the name of something else: shots by their sequence and episode, assets by their type."""
    under = Entity.select(Entity.id).where(
        Entity.parent_id.in_(ids)
        | Entity.entity_type_id.in_(EntityType.select(EntityType.id).where(EntityType.id.in_(ids)))
    )
    found = db.values(under.where(Entity.id.not_in(Pending.select(Pending.id))))
    missing = [{"id": id} for id in found if id not in taken]
    for batch in peewee.chunked(missing, 500):
        db.run(Pending.insert(batch))


def _entities(db: Database, ids: list[str]) -> Iterator[Row]:
    query = (
        Entity.select(
            Entity.id,
            Entity.name,
            Entity.description,
            Entity.data,
            Entity.project_id,
            EntityType.name.alias("type_name"),
            Parent.name.alias("parent_name"),
            Grandparent.name.alias("grandparent_name"),
        )
        .join_from(Entity, EntityType, on=EntityType.id == Entity.entity_type_id)
        .join_from(Entity, Parent, peewee.JOIN.LEFT_OUTER, on=Parent.id == Entity.parent_id)
        .join_from(Parent, Grandparent, peewee.JOIN.LEFT_OUTER, on=Grandparent.id == Parent.parent_id)
        .where(Entity.id.in_(ids), (EntityType.name == "Shot") | EntityType.name.not_in(TEMPORAL))
    )
    for row in db.rows(query):
        is_shot = row["type_name"] == "Shot"
        before = [row["grandparent_name"], row["parent_name"]] if is_shot else [row["type_name"]]
        name = " ".join([*(part for part in before if part), row["name"]])
        data = row["data"] if isinstance(row["data"], dict) else {}
        texts = {key: value for key, value in data.items() if not is_shot or key not in NOT_INDEXED}
        yield _document(
            row["id"],
            "shots" if is_shot else "assets",
            row["project_id"],
            name,
            {"name": name, "description": row["description"], **texts},
        )


def _persons(db: Database, ids: list[str]) -> Iterator[Row]:
    query = Person.select(Person.id, Person.first_name, Person.last_name)
    for row in db.rows(query.where(Person.id.in_(ids), Person.active, OF_STUDIO)):
        name = f"{row['first_name']} {row['last_name']}".strip()
        yield _document(row["id"], "persons", None, name, {"name": name})


def _projects(db: Database, ids: list[str]) -> Iterator[Row]:
    for row in db.rows(Project.select(Project.id, Project.name, Project.description).where(Project.id.in_(ids))):
        texts = {"name": row["name"], "description": row["description"]}
        yield _document(row["id"], "projects", None, row["name"], texts)


def _document(id: str, kind: str, project_id: str | None, name: str, texts: Mapping[str, Any]) -> Row:
    fields = _indexed(texts)
    return {
        "id": id,
        "kind": kind,
        "project_id": project_id,
        "name": name,
        "texts": msgspec.json.encode(fields).decode(),
        "words": " ".join(fields.values()),
    }


def _indexed(texts: Mapping[str, Any]) -> dict[str, str]:
    """The words of each text, as far as an index takes them."""
    fields: dict[str, str] = {}
    left = MOST_INDEXED
    for key, value in texts.items():
        taken: list[str] = []
        for word in indexed_words_of(_spelled(value)[:left]):
            left -= len(word.encode()) + 1
            if left < 0:
                return fields | {key: " ".join(taken)} if taken else fields
            taken.append(word)
        if taken:
            fields[key] = " ".join(taken)
    return fields


def _spelled(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, (list, tuple)):
        return " ".join(_spelled(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_spelled(item) for item in value.values())
    return str(value)
