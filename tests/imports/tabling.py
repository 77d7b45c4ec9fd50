"""Sending tables in."""

import io
from typing import Any

from studio import Answered, Member, Studio

from kitsulite.models.productions import MetadataDescriptor, ProjectTaskTypeLink
from kitsulite.storage import Row

CSV = "text/csv"


def send(member: Member, path: str, table: str | bytes, name: str = "table.csv") -> Answered:
    """Whatever is answered."""
    content = table.encode() if isinstance(table, str) else table
    return member.form(f"/import/csv/{path}", {}, {"file": (name, content, CSV)})


def take(member: Member, path: str, table: str | bytes) -> Any:
    """The rows of a table that is taken in."""
    answer = send(member, path, table)
    assert answer.status == 201, answer
    return answer.json


def dry(member: Member, path: str, table: str | bytes) -> Any:
    """What would become of a table."""
    answer = send(member, path + ("&" if "?" in path else "?") + "dry-run=true", table)
    assert answer.status == 200, answer
    return answer.json


def refused(member: Member, path: str, table: str | bytes) -> tuple[str, int, int]:
    """Message, line and count of the lines before it."""
    answer = send(member, path, table)
    assert answer.status == 400, answer
    assert answer.json["error"] is True
    return answer.json["message"], answer.json["line_number"], answer.json["imported_rows"]


def task_type(studio: Studio, project: Row, name: str, **values: Any) -> Row:
    """A task type that the production has."""
    row = studio.task_type(name, **values)
    studio.link(ProjectTaskTypeLink, project_id=project["id"], task_type_id=row["id"], priority=1)
    return row


def field(studio: Studio, project: Row, name: str, of: str = "Shot", kind: str = "string", **values: Any) -> Row:
    """A field of metadata."""
    fixed = {"project_id": project["id"], "entity_type": of, "name": name, "data_type": kind}
    return studio.add(MetadataDescriptor, **fixed, field_name=name.lower().replace(" ", "_"), **values)


def workbook(*rows: list[Any]) -> bytes:
    """An Excel file."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
