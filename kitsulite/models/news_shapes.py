"""How news look on the wire (docs/api/tasks.md)."""

import peewee

from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import EPISODE_ID, FULL_NAME, with_ancestors
from kitsulite.models.people_shapes import SHORT
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, News, PreviewFile
from kitsulite.models.shapes import Shape, listed, nested
from kitsulite.models.tasks import Task
from kitsulite.storage import Database, Wire

ITEM = Shape(
    News,
    without=("updated_at",),
    plus={
        "task_type_id": Wire("task.task_type_id"),
        "task_status_id": Wire("comment.task_status_id"),
        "task_entity_id": Wire("task.entity_id"),
        "preview_file_extension": Wire("preview_file.extension"),
        "preview_file_revision": Wire("preview_file.revision", "integer"),
        "project_id": Wire("task.project_id"),
        "project_name": Wire("project.name"),
        "full_entity_name": FULL_NAME,
        "episode_id": EPISODE_ID,
        "entity_preview_file_id": Wire("entity.preview_file_id"),
        "person": nested(SHORT, "FROM person WHERE person.id = news.author_id"),
    },
    title="NewsItem",
)
"""A piece of news."""

_PREVIEW = Shape(
    PreviewFile, type=None, only=("id", "name", "extension", "revision", "position", "status"), title="PreviewOfNews"
)

ITEM_WITH_PREVIEWS = ITEM.but(
    plus={
        "preview_files": listed(
            _PREVIEW,
            "FROM (SELECT * FROM preview_file AS other WHERE other.task_id = task.id"
            " AND other.revision = preview_file.revision ORDER BY other.position) AS preview_file",
        )
    },
    title="NewsItemWithPreviews",
)
"""A piece of news that came with a preview, and all the previews of that revision."""


def select_news(db: Database, shape: Shape = ITEM) -> peewee.ModelSelect:
    """News in a shape, with the rows that it speaks of."""
    outer = peewee.JOIN.LEFT_OUTER
    query = (
        shape.select(db)
        .join(Task, on=Task.id == News.task_id)
        .join_from(Task, Project, outer, on=Project.id == Task.project_id)
        .join_from(News, Comment, outer, on=Comment.id == News.comment_id)
        .join_from(News, PreviewFile, outer, on=PreviewFile.id == News.preview_file_id)
        .join_from(Task, Entity, outer, on=Entity.id == Task.entity_id)
    )
    return with_ancestors(query)
