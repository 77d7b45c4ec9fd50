"""The feed of news, latest first, as each may read it (contract 02, 5.3). `services/news.py` writes what is read here."""

import math
from dataclasses import dataclass
from typing import Any

import peewee
from peewee import fn

from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.news_shapes import ITEM, ITEM_WITH_PREVIEWS, select_news
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, News
from kitsulite.models.shapes import Raw, many, one
from kitsulite.models.tasks import Task
from kitsulite.services import access
from kitsulite.services.errors import NotFound
from kitsulite.services.work import Work


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
    """The news of the caller's open projects, or of one of them; where none is open, of all."""
    everywhere = access.is_admin(work)
    projects = work.db.values(access.open_projects() if everywhere else access.open_team_projects(work))
    if not projects:
        projects = work.db.values(Project.select(Project.id) if everywhere else access.team_projects(work))
    return _feed(work, [id for id in projects if id == project_id] or projects, wanted)


def item(work: Work, project_id: str, news_id: str) -> Raw:
    """One piece of news of a project; NotFound when it is of another."""
    news = work.get(News, news_id)
    readable = access.readable_news(work, [project_id.lower()])
    if (found := one(work.db, select_news(work.db).where(News.id == news["id"], readable))) is None:
        raise NotFound
    return found


def _feed(work: Work, project_ids: list[str], wanted: Wanted) -> dict[str, Any]:
    """A page of news, and how often each status was given in all of them."""
    conditions = [access.readable_news(work, project_ids), *_conditions(wanted)]
    page, limit = _between(wanted.page), _between(wanted.limit)
    offset = (page - 1) * limit
    latest = (News.created_at.desc(), News.id)
    cut = _with_tasks(News.select(News.id)).where(*conditions).order_by(*latest).limit(limit).offset(offset)
    shape = ITEM_WITH_PREVIEWS if wanted.only_preview else ITEM
    rows = many(work.db, select_news(work.db, shape).where(News.id.in_(work.db.values(cut))).order_by(*latest))
    counts = _count_by_status(work, conditions)
    total = sum(counts.values())
    return {
        "data": rows,
        "total": total,
        "nb_pages": math.ceil(total / limit),
        "limit": limit,
        "offset": offset,
        "page": page,
        "stats": {status: count for status, count in counts.items() if status is not None},
    }


def _between(number: int) -> int:
    """A page, or rows on it: one at least, and no more than a database can count to."""
    return min(max(number, 1), 2**31 - 1)


def _conditions(wanted: Wanted) -> list[peewee.Node]:
    conditions = []
    if wanted.only_preview:
        conditions.append(News.preview_file_id.is_null(False))
    if wanted.task_type_id is not None:
        conditions.append(Task.task_type_id == wanted.task_type_id)
    if wanted.task_status_id is not None:
        given = Comment.select(Comment.id).where(Comment.task_status_id == wanted.task_status_id)
        conditions.append(News.comment_id.in_(given))
    if wanted.person_id is not None:
        conditions.append(News.author_id == wanted.person_id)
    if wanted.episode_id is not None:
        shots = Entity.select(Entity.id).join(Parent, on=Parent.id == Entity.parent_id)
        conditions.append(Task.entity_id.in_(shots.where(Parent.parent_id == wanted.episode_id)))
    if wanted.after is not None:
        conditions.append(News.created_at > wanted.after)
    if wanted.before is not None:
        conditions.append(News.created_at < wanted.before)
    return conditions


def _count_by_status(work: Work, conditions: list[peewee.Node]) -> dict[str | None, int]:
    """How many news there are of each status that was newly given; None stands for all that gave none."""
    given = Comment.select(Comment.task_status_id).where(Comment.id == News.comment_id)
    status = peewee.Case(None, [(News.change, given)]).alias("status")
    counts = _with_tasks(News.select(status, fn.COUNT(News.id))).where(*conditions).group_by(peewee.SQL("status"))
    return dict(work.db.tuples(counts))


def _with_tasks(query: peewee.ModelSelect) -> peewee.ModelSelect:
    return query.join(Task, on=Task.id == News.task_id)
