"""The feed of news, latest first, as each may read it (docs/api/tasks.md). `areas/tasks/news.py` writes what is read here."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import peewee
from peewee import fn

from kitsulite.access.comments import readable_news
from kitsulite.access.projects import client_projects, open_projects, open_team_projects, team_projects
from kitsulite.access.roles import is_admin
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.feed import FeedEntry
from kitsulite.models.news_shapes import ITEM, ITEM_WITH_PREVIEWS, select_news
from kitsulite.models.productions import Project
from kitsulite.models.reviews import News
from kitsulite.models.shapes import Raw, many, one
from kitsulite.models.tasks import Task
from kitsulite.rows.pages import envelope
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Wanted:
    """Which news, and how many.

    only_preview          those that came with a preview file
    after, before         moments, not included
    task_status_id        the status that the comment gave
    person_id             the author
    episode_id            of the shots of one episode
    """

    only_preview: bool = False
    task_type_id: str | None = None
    task_status_id: str | None = None
    person_id: str | None = None
    episode_id: str | None = None
    after: str | None = None
    before: str | None = None
    page: int = 1
    limit: int = 50


def of_project(work: Work, project_id: str, wanted: Wanted) -> dict[str, Any]:
    """The news of a project."""
    return _feed(work, [project_id.lower()], wanted)


def of_open_projects(work: Work, project_id: str | None, wanted: Wanted) -> dict[str, Any]:
    """The news of the caller's open projects, or of one of them; where none is open, of all. Clients are told none."""
    everywhere, of_client = is_admin(work), client_projects(work)
    projects = work.db.values(open_projects() if everywhere else open_team_projects(work))
    if not projects:
        projects = work.db.values(Project.select(Project.id) if everywhere else team_projects(work))
    told = [id for id in projects if id not in of_client]
    return _feed(work, [id for id in told if id == project_id] or told, wanted)


def item(work: Work, project_id: str, news_id: str) -> Raw:
    """One piece of news of a project; NotFound when it is of another."""
    news = work.get(News, news_id)
    project_id = project_id.lower()
    conditions = (News.id == news["id"], Task.project_id == project_id, *readable_news(work, [project_id]))
    if (found := one(work.db, select_news(work.db).where(*conditions))) is None:
        raise NotFound
    return found


def _feed(work: Work, project_ids: list[str], wanted: Wanted) -> dict[str, Any]:
    """A page of news, and how often each status was given in all of them."""
    entries = _entries(work, project_ids, wanted)
    page, limit = _between(wanted.page), _between(wanted.limit)
    offset = (page - 1) * limit
    latest = entries.select(FeedEntry.news_id).order_by(FeedEntry.created_at.desc(), FeedEntry.news_id)
    ids = work.db.values(latest.limit(limit).offset(offset))
    shape = ITEM_WITH_PREVIEWS if wanted.only_preview else ITEM
    rows = select_news(work.db, shape).where(News.id.in_(ids)).order_by(News.created_at.desc(), News.id)
    counts = _count_by_status(work, entries)
    total = sum(counts.values())
    stats = {status: count for status, count in counts.items() if status is not None}
    return {**envelope(many(work.db, rows), total, page=page, limit=limit), "stats": stats}


def _between(number: int) -> int:
    """A page, or rows on it: one at least, and no more than a database can count to."""
    return min(max(number, 1), 2**31 - 1)


def _entries(work: Work, project_ids: list[str], wanted: Wanted) -> peewee.ModelSelect:
    """The entries of the feed that are wanted and may be read.

    They are found by themselves when nothing else is asked, else by the news, of which there are fewer then.
    """
    found = FeedEntry.project_id.in_(project_ids)
    if further := [*readable_news(work, project_ids), *_conditions(wanted)]:
        news = News.select(News.id).join(Task, on=Task.id == News.task_id)
        found = FeedEntry.news_id.in_(news.where(Task.project_id.in_(project_ids), *further))
    entries = FeedEntry.select().where(found)
    if wanted.task_status_id is not None:
        entries = entries.where(FeedEntry.task_status_id == wanted.task_status_id)
    if wanted.after is not None:
        entries = entries.where(FeedEntry.created_at > wanted.after)
    if wanted.before is not None:
        entries = entries.where(FeedEntry.created_at < wanted.before)
    return entries


def _conditions(wanted: Wanted) -> list[peewee.Node]:
    """What is wanted of news and their tasks."""
    conditions: list[peewee.Node] = []
    if wanted.only_preview:
        conditions.append(News.preview_file_id.is_null(False))
    if wanted.task_type_id is not None:
        conditions.append(Task.task_type_id == wanted.task_type_id)
    if wanted.person_id is not None:
        conditions.append(News.author_id == wanted.person_id)
    if wanted.episode_id is not None:
        shots = Entity.select(Entity.id).join(Parent, on=Parent.id == Entity.parent_id)
        conditions.append(Task.entity_id.in_(shots.where(Parent.parent_id == wanted.episode_id)))
    return conditions


def _count_by_status(work: Work, entries: peewee.ModelSelect) -> dict[str | None, int]:
    """How many news there are of each status that was newly given; None stands for all that gave none."""
    # In the order of an index, so that nothing has to be sorted.
    keys = (FeedEntry.project_id, FeedEntry.change, FeedEntry.task_status_id)
    counts: Counter[str | None] = Counter()
    for _, change, status, count in work.db.tuples(entries.select(*keys, fn.COUNT(peewee.SQL("*"))).group_by(*keys)):
        counts[status if change else None] += count
    return counts
