"""Whom a text names: `@First Last` of the project's team, `@Department` of the studio, and `#tasktype` (docs/api/tasks.md)."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import peewee

from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Department, DepartmentLink, Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import CommentDepartmentMention, CommentMention
from kitsulite.work.work import Work

TAG = re.compile(r"#([a-z]*)", re.IGNORECASE | re.ASCII)


class Mentions(NamedTuple):
    """Ids of the people and departments that a text names."""

    persons: list[str]
    departments: list[str]


def find_mentions(work: Work, text: str | None, project_id: str) -> Mentions:
    """Whom a text names. A name counts when a space or the end of the text follows."""
    if not text or "@" not in text:
        return Mentions([], [])
    name = peewee.SQL(full_name().sql)
    team = ProjectPersonLink.select(ProjectPersonLink.person_id).where(ProjectPersonLink.project_id == project_id)
    people = work.db.tuples(Person.select(Person.id, name).where(Person.id.in_(team), NO_PREVIEW_ACCOUNT))
    departments = work.db.tuples(Department.select(Department.id, Department.name))
    return Mentions(_named(text, people), _named(text, departments))


def _named(text: str, names: Iterable[tuple[str, str]]) -> list[str]:
    return [id for id, name in names if re.search(f"@{re.escape(name)}(?: |$)", text)]


def find_tags(text: str | None) -> set[str]:
    """The hashtags of a text, in lower case."""
    return {tag.lower() for tag in TAG.findall(text or "")}


def store_mentions(work: Work, comment_id: str, mentions: Mentions) -> None:
    """Make these the mentions of a comment that was there before."""
    work.delete(CommentMention, CommentMention.comment == comment_id)
    work.delete(CommentDepartmentMention, CommentDepartmentMention.comment == comment_id)
    add_mentions(work, comment_id, mentions)


def add_mentions(work: Work, comment_id: str, mentions: Mentions) -> None:
    """Note who is mentioned in a new comment."""
    for person_id in mentions.persons:
        work.insert(CommentMention, comment=comment_id, person=person_id)
    for department_id in mentions.departments:
        work.insert(CommentDepartmentMention, comment=comment_id, department=department_id)


def mentioned_in(work: Work, comment_id: str) -> Mentions:
    """The mentions of a comment."""
    persons = CommentMention.select(CommentMention.person).where(CommentMention.comment == comment_id)
    departments = CommentDepartmentMention.select(CommentDepartmentMention.department).where(
        CommentDepartmentMention.comment == comment_id
    )
    return Mentions(work.db.values(persons), work.db.values(departments))


def people_meant(work: Work, mentions: Mentions, project_id: str) -> set[str]:
    """The people to tell: those named, and of the departments named who is in the team."""
    if not mentions.departments:
        return set(mentions.persons)
    members = (
        DepartmentLink.select(DepartmentLink.person_id)
        .join(ProjectPersonLink, on=ProjectPersonLink.person_id == DepartmentLink.person_id)
        .where(DepartmentLink.department_id.in_(mentions.departments), ProjectPersonLink.project_id == project_id)
    )
    return {*mentions.persons, *work.db.values(members)}
