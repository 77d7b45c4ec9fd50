"""What those see who come through a share link: little more than names (docs/api/playlists.md)."""

from kitsulite.models.comment_shapes import ATTACHMENT, COMMENT, LISTED
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment
from kitsulite.models.shapes import Shape, listed, nested, related
from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.storage import Wire

_NOTHING = Wire("'[]'", "json")

PRODUCTION = Shape(
    Project,
    type=None,
    only=("id", "name", "fps", "ratio", "resolution"),
    plus={"team": _NOTHING},
    title="SharedProduction",
)
TASK_TYPE = Shape(TaskType, type=None, only=("id", "name", "color", "for_entity"), title="SharedTaskType")
TASK_STATUS = Shape(
    TaskStatus,
    type=None,
    only=("id", "name", "short_name", "color", "is_default", "for_concept"),
    plus={
        "is_client_allowed": Wire(
            'coalesce("project_task_status_link"."is_client_allowed", "task_status"."is_client_allowed")', "boolean"
        )
    },
    title="SharedTaskStatus",
)
"""A status by way of its link to the production, whose word on clients counts before the studio's."""
ENTITY = Shape(Entity, type=None, only=("id", "name", "preview_file_id"), title="SharedEntity")

_OWN_ATTACHMENTS = listed(
    ATTACHMENT,
    "FROM attachment_file WHERE attachment_file.comment_id = comment.id AND attachment_file.reply_id IS NULL",
)
"""Replies, and the files that came with them, stay in the studio."""

HEARD = COMMENT.but(
    plus={
        "replies": _NOTHING,
        "attachment_files": _OWN_ATTACHMENTS,
        "task_status": LISTED.plus["task_status"],
        "person": nested(
            Shape(
                Person,
                type=None,
                only=("id", "first_name", "last_name", "has_avatar", "role", "is_guest"),
                plus={"full_name": full_name()},
            ),
            "FROM person WHERE person.id = comment.person_id",
        ),
        "editor": LISTED.plus["editor"],
    },
    title="SharedComment",
)
"""A comment as guests read it."""

SAID = COMMENT.but(
    plus={
        "replies": _NOTHING,
        "attachment_files": _OWN_ATTACHMENTS,
        **{key: related(Comment, key) for key in ("mentions", "department_mentions", "acknowledgements", "previews")},
    },
    title="CommentOfGuest",
)
"""A guest's own comment that was just changed."""
