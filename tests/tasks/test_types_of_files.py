"""A file that comes without a type, as gazu sends all of them, gets the one that its name says."""

from typing import Any

import pytest
from sharing import Sharing
from studio import Studio, Visitor

from kitsulite.models.reviews import AttachmentFile
from kitsulite.web.filetypes import kind_of


@pytest.mark.parametrize(
    ("name", "said", "kind"),
    [
        ("a.png", "", "image/png"),
        ("A.JPG", "text/plain", "image/jpeg"),
        ("a.mov", "application/octet-stream", "video/quicktime"),
        ("a.tar.gz", "", "application/gzip"),
        ("beauty.1001.exr", "", "image/x-exr"),
        ("tree.usda", "application/octet-stream", "model/vnd.usda"),
        ("comp.nk", "text/plain", "application/x-nuke"),
        ("page.html", "text/plain", "text/html"),
        ("notes.txt", "text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("README", "text/plain", "text/plain"),
        ("README", "", "application/octet-stream"),
        ("a.unheard-of", "", "application/octet-stream"),
        (".png", "", "image/png"),
        ("a.png", "image/jpeg", "image/jpeg"),
        ("a.png", "application/x-of-my-own; v=1", "application/x-of-my-own; v=1"),
    ],
)
def test_a_type_is_as_said_else_as_named(name: str, said: str, kind: str) -> None:
    assert kind_of(name, said) == kind


def send(visitor: Visitor, path: str, file_name: str, status: int = 201, **fields: str) -> Any:
    """A form with a file of no type."""
    parts = [f'name="{name}"\r\n\r\n{text}' for name, text in fields.items()]
    parts.append(f'name="file-0"; filename="{file_name}"\r\n\r\nabc')
    form = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--edge--\r\n"
    answer = visitor.call("POST", path, form.encode(), headers={"Content-Type": "multipart/form-data; boundary=edge"})
    assert answer.status == status, answer
    return answer.json


def test_every_way_to_send_a_file_along_looks_at_its_name(studio: Studio) -> None:
    sharing = Sharing(studio)
    task, status, entity = sharing.animating["id"], sharing.approved["id"], sharing.shot["id"]
    moe = sharing.moe
    comment = send(moe, f"/actions/tasks/{task}/comment", "a.png", comment="See", task_status_id=status)
    of_task = f"/data/tasks/{task}/comments/{comment['id']}"
    send(moe, f"/actions/tasks/{task}/comments/{comment['id']}/add-attachment", "b.pdf")
    send(moe, f"{of_task}/reply", "c.mov", status=200, text="Yes")
    moe.post(f"/actions/user/chats/{entity}/join", status=200)
    send(moe, f"/data/entities/{entity}/chat/messages", "d.exr", message="Look")
    said = sharing.say()
    by_guest = sharing.at(f"/comments/{said['id']}/attachments")
    send(sharing.stranger, by_guest, "e.gif", guest_id=sharing.guest["id"])
    with studio.tracker.db.reading():
        found = dict(studio.tracker.db.tuples(AttachmentFile.select(AttachmentFile.name, AttachmentFile.mimetype)))
    assert found == {
        "a.png": "image/png",
        "b.pdf": "application/pdf",
        "c.mov": "video/quicktime",
        "d.exr": "image/x-exr",
        "e.gif": "image/gif",
    }


@pytest.mark.parametrize("path", ["renders/a b.png", "..\\..\\a b.png", "/tmp//a b.png", "a b.png/"])
def test_of_the_path_of_a_file_its_name_is_kept(studio: Studio, path: str) -> None:
    sharing = Sharing(studio)
    task, status = sharing.animating["id"], sharing.approved["id"]
    comment = send(sharing.moe, f"/actions/tasks/{task}/comment", path, comment="See", task_status_id=status)
    [attachment] = comment["attachment_files"]
    assert (attachment["name"], attachment["extension"]) == ("a b.png", "png")
    sharing.moe.get(f"/data/attachment-files/{attachment['id']}/file/{attachment['name']}")
