"""Files that come with a comment, a reply or a chat message (contract 05, 3.12)."""

from collections.abc import Iterable
from functools import partial

from kitsulite.models.reviews import AttachmentFile
from kitsulite.services.work import Work
from kitsulite.storage import Row
from kitsulite.storage.files import Upload

EXTENSION_LENGTH = 6


def attach(work: Work, uploads: Iterable[Upload], **owner: str) -> list[str]:
    """Keep files with their owner (`comment_id`, `reply_id`, `chat_message_id`); the ids of the new rows."""
    return [_attach(work, upload, owner) for upload in uploads]


def _attach(work: Work, upload: Upload, owner: Row) -> str:
    extension = upload.name.rpartition(".")[2].lower()[:EXTENSION_LENGTH]
    id = work.insert(AttachmentFile, name=upload.name, mimetype=upload.mimetype, extension=extension, **owner)
    assert id
    work.after_failure(partial(work.files.delete, key_of(id)))
    size = work.files.put(key_of(id), upload.content)
    work.db.run(AttachmentFile.update(size=size).where(AttachmentFile.id == id))
    return id


def remove_attachments(work: Work, *conditions: object) -> None:
    """Remove the attachments that meet the conditions; their files too, where the studio wants that."""
    for id in work.db.values(AttachmentFile.select(AttachmentFile.id).where(*conditions)):
        work.delete(AttachmentFile, AttachmentFile.id == id)
        if work.settings.remove_files:
            work.after_commit(partial(work.files.delete, key_of(id)))


def key_of(id: str) -> str:
    """Where the file of an attachment is stored."""
    return f"attachments-{id}"
