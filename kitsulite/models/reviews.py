"""What is said and shown: comments, previews, playlists, notifications, news, chats."""

from peewee import CompositeKey

from kitsulite.models.base import Link, Record, Relation
from kitsulite.models.fields import BigInteger, Boolean, DateTime, Float, Integer, Json, Pointer, Reference, Uuid
from kitsulite.models.textfields import Choice, String, Text, Url, Urls


class Comment(Record):
    shotgun_id = Integer()
    object_id = Pointer("task", erased="along", null=False, index=True)
    object_type = String(80, null=False, index=True)
    text = Text()
    data = Json()
    replies = Json(default=list)
    checklist = Json(default=list)
    pinned = Boolean()
    for_client = Boolean(default=False)
    links = Urls()
    task_status_id = Reference("task_status")
    person_id = Reference("person", null=False, erased="along")
    editor_id = Reference("person")
    preview_file_id = Reference("preview_file", erased="cleared")

    relations = {
        "previews": Relation("comment_preview_link", "comment", "preview_file"),
        "mentions": Relation("comment_mentions", "comment", "person"),
        "department_mentions": Relation("comment_department_mentions", "comment", "department"),
        "acknowledgements": Relation("comment_acknoledgments", "comment", "person"),
        "attachment_files": Relation("attachment_file", "comment_id", "id"),
    }

    class Meta:
        table_name = "comment"


class CommentPreviewLink(Link):
    comment = Reference("comment", null=False, index=False, erased="along")
    preview_file = Reference("preview_file", null=False, erased="along")

    class Meta:
        table_name = "comment_preview_link"
        primary_key = CompositeKey("comment", "preview_file")


class CommentMention(Link):
    comment = Reference("comment", null=False, index=False, erased="along")
    person = Reference("person", null=False, erased="along")

    class Meta:
        table_name = "comment_mentions"
        primary_key = CompositeKey("comment", "person")


class CommentDepartmentMention(Link):
    comment = Reference("comment", null=False, index=False, erased="along")
    department = Reference("department", null=False)

    class Meta:
        table_name = "comment_department_mentions"
        primary_key = CompositeKey("comment", "department")


class CommentAcknowledgement(Link):
    comment = Reference("comment", null=False, index=False, erased="along")
    person = Reference("person", null=False, erased="along")

    class Meta:
        table_name = "comment_acknoledgments"
        primary_key = CompositeKey("comment", "person")


class AttachmentFile(Record):
    name = String(250)
    size = BigInteger(default=1)
    extension = String(6)
    mimetype = String(255)
    comment_id = Reference("comment", erased="along")
    reply_id = Uuid()
    chat_message_id = Reference("chat_message", erased="along")

    class Meta:
        table_name = "attachment_file"


class PreviewFile(Record):
    name = String(250)
    original_name = String(250)
    revision = Integer(default=1, least=0)
    position = Integer(default=1, least=0)
    extension = String(40)
    description = Text()
    path = String(400)
    source = String(40)
    file_size = BigInteger(default=0, least=0)
    status = Choice("processing", "ready", "broken", "missing", null=False, default="processing")
    validation_status = Choice("validated", "rejected", "neutral", null=False, default="neutral")
    annotations = Json()
    width = Integer(default=0, least=0)
    height = Integer(default=0, least=0)
    duration = Float(default=0.0, least=0)
    data = Json()
    token_in = Integer()
    token_out = Integer()
    task_id = Reference("task", erased="along")
    person_id = Reference("person", erased="cleared")
    source_file_id = Reference("output_file", erased="cleared")
    shotgun_id = Integer(unique=True)
    is_movie = Boolean(default=False)
    url = Url(600)
    uploaded_movie_url = Url(600)
    uploaded_movie_name = String(150)

    relations = {
        "comments": Relation("comment_preview_link", "preview_file", "comment"),
    }

    class Meta:
        table_name = "preview_file"
        indexes = ((("name", "task_id", "revision"), True),)


class PreviewBackgroundFile(Record):
    name = String(40, null=False)
    archived = Boolean(default=False)
    is_default = Boolean(default=False, index=True)
    original_name = String(250)
    extension = String(6)
    file_size = BigInteger(default=0)

    class Meta:
        table_name = "preview_background_file"


class Playlist(Record):
    name = String(80, null=False)
    shots = Json()
    project_id = Reference("project", erased="along")
    episode_id = Reference("entity", erased="along")
    task_type_id = Reference("task_type")
    for_client = Boolean(default=False, index=True)
    for_entity = String(10, default="shot", index=True)
    is_for_all = Boolean(default=False)
    created_by = Reference("person")

    relations = {
        "build_jobs": Relation("build_job", "playlist_id", "id"),
    }

    class Meta:
        table_name = "playlist"
        indexes = ((("name", "project_id", "episode_id"), True),)


class PlaylistShareLink(Record):
    token = String(64, null=False, unique=True)
    playlist_id = Reference("playlist", null=False, erased="along")
    created_by = Reference("person", null=False)
    expiration_date = DateTime()
    is_active = Boolean(null=False, default=True)
    can_comment = Boolean(null=False, default=True)
    password = String(255, hidden=True)

    class Meta:
        table_name = "playlist_share_link"
        indexes = ((("playlist_id", "is_active"), False),)


class BuildJob(Record):
    status = Choice("running", "failed", "succeeded", null=False, default="running")
    job_type = Choice("archive", "movie", null=False, default="movie")
    ended_at = DateTime()
    message = Text()
    playlist_id = Reference("playlist", null=False, erased="along")

    class Meta:
        table_name = "build_job"


class Notification(Record):
    read = Boolean(null=False, default=False)
    change = Boolean(null=False, default=False)
    type = Choice("comment", "mention", "assignation", "reply", "reply-mention", "playlist-ready", null=False)
    person_id = Reference("person", null=False, index=False, erased="along")
    author_id = Reference("person", null=False, erased="along")
    comment_id = Reference("comment", erased="along")
    task_id = Reference("task", erased="along")
    playlist_id = Reference("playlist", erased="along")
    reply_id = Uuid(index=True)

    class Meta:
        table_name = "notification"
        indexes = ((("person_id", "author_id", "comment_id", "reply_id", "playlist_id", "type"), True),)


class Subscription(Record):
    person_id = Reference("person", null=False, index=False, erased="along")
    task_id = Reference("task", erased="along")
    entity_id = Reference("entity", erased="along")
    task_type_id = Reference("task_type")

    class Meta:
        table_name = "subscription"
        indexes = (
            (("person_id", "task_id"), True),
            (("person_id", "task_type_id", "entity_id"), True),
        )


class News(Record):
    change = Boolean(null=False, default=False)
    author_id = Reference("person", null=False)
    comment_id = Reference("comment", erased="along")
    task_id = Reference("task", null=False, erased="along")
    preview_file_id = Reference("preview_file", erased="cleared")

    class Meta:
        table_name = "news"


class Chat(Record):
    object_id = Pointer("entity", erased="along", null=False, index=True)
    object_type = String(80, null=False, default="entity", index=True)
    last_message = DateTime()

    relations = {
        "participants": Relation("chat_participant", "chat_id", "person_id"),
    }

    class Meta:
        table_name = "chat"


class ChatParticipant(Link):
    chat_id = Reference("chat", null=False, index=False, erased="along")
    person_id = Reference("person", null=False, erased="along")

    class Meta:
        table_name = "chat_participant"
        primary_key = CompositeKey("chat_id", "person_id")


class ChatMessage(Record):
    chat_id = Reference("chat", null=False, erased="along")
    person_id = Reference("person", null=False)
    text = Text()

    relations = {
        "attachment_files": Relation("attachment_file", "chat_message_id", "id"),
    }

    class Meta:
        table_name = "chat_message"
