"""How comments look on the wire (docs/api/tasks.md). A shape here stands in queries over the comment table alone."""

from kitsulite.models.people import Person
from kitsulite.models.people_shapes import SAFE, SHORT
from kitsulite.models.reviews import AttachmentFile, Comment, PreviewFile
from kitsulite.models.shapes import Shape, listed, nested, related
from kitsulite.models.tasks import TaskStatus

COMMENT = Shape(Comment)

ATTACHMENT = Shape(AttachmentFile, type=None, only=("id", "name", "extension", "size"), title="AttachmentInBrief")
"""An attachment within its comment."""

ATTACHMENT_OF_TALK = ATTACHMENT.but(only=("id", "name", "extension", "size", "reply_id"), title="AttachmentOfComment")
"""An attachment of a comment or of one of its replies."""

PREVIEW = Shape(
    PreviewFile,
    type=None,
    only=(
        "id",
        "task_id",
        "revision",
        "extension",
        "width",
        "height",
        "duration",
        "status",
        "validation_status",
        "original_name",
        "position",
        "annotations",
    ),
    title="PreviewOfComment",
)
"""A preview within its comment."""

_AUTHOR = "FROM person WHERE person.id = comment.person_id"
_STATUS = "FROM task_status WHERE task_status.id = comment.task_status_id"
_ATTACHMENTS = "FROM attachment_file WHERE attachment_file.comment_id = comment.id"
_PREVIEWS = (
    "FROM (SELECT preview_file.* FROM preview_file JOIN comment_preview_link AS link ON link.preview_file ="
    " preview_file.id WHERE link.comment = comment.id ORDER BY preview_file.position) AS preview_file"
)
_TALK = {key: related(Comment, key) for key in ("mentions", "department_mentions", "acknowledgements")}

CREATED = COMMENT.but(
    plus={
        **_TALK,
        "previews": related(Comment, "previews"),
        "attachment_files": listed(ATTACHMENT, _ATTACHMENTS),
        "task_status": nested(Shape(TaskStatus), _STATUS),
        "person": nested(SAFE, _AUTHOR),
    },
    title="CreatedComment",
)
"""A comment that was just posted."""

CREATED_FOR = CREATED.but(plus={"person": nested(SAFE.with_relations(), _AUTHOR)}, title="CreatedCommentWithPerson")
"""The same where the author was named: with the author's departments."""

CREATED_IN_BATCH = CREATED_FOR.but(
    plus={"preview_files": listed(Shape(PreviewFile), _PREVIEWS)}, title="CreatedCommentOfBatch"
)
"""The same with the previews that were sent along."""

LISTED = COMMENT.but(
    plus={
        **_TALK,
        "previews": listed(PREVIEW, _PREVIEWS),
        "attachment_files": listed(ATTACHMENT_OF_TALK, _ATTACHMENTS),
        "task_status": nested(Shape(TaskStatus, type=None, only=("id", "name", "short_name", "color")), _STATUS),
        "person": nested(SHORT, _AUTHOR),
        "editor": nested(
            Shape(Person, type=None, only=("id", "first_name", "last_name", "has_avatar", "role")),
            "FROM person WHERE person.id = comment.editor_id",
        ),
    },
    title="ListedComment",
)
"""A comment in the talk about a task."""

SHOWN = COMMENT.but(plus={"person": nested(SHORT, _AUTHOR)}, title="ShownComment")
"""A comment on its own."""

SHOWN_WITH_RELATIONS = SHOWN.but(
    plus={
        **_TALK,
        "previews": related(Comment, "previews"),
        "attachment_files": listed(ATTACHMENT, _ATTACHMENTS),
    },
    title="ShownCommentWithRelations",
)

SHOWN_WITH_PREVIEWS = SHOWN_WITH_RELATIONS.but(
    plus={"previews": listed(PREVIEW, _PREVIEWS)}, title="ShownCommentWithPreviews"
)
