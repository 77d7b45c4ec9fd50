"""The news of a production: one row a comment, except about concepts (docs/api/tasks.md)."""

from kitsulite.models.reviews import News
from kitsulite.storage import Row
from kitsulite.work.work import Work


def publish(work: Work, comment: Row, task: Row, *, changed: bool) -> None:
    """Make a comment news."""
    id = work.insert(
        News,
        author_id=comment["person_id"],
        comment_id=comment["id"],
        task_id=task["id"],
        preview_file_id=comment["preview_file_id"],
        change=changed,
        created_at=comment["created_at"],
    )
    ids = {"news_id": id, "task_status_id": comment["task_status_id"], "task_type_id": task["task_type_id"]}
    work.emit("news:new", ids, task["project_id"])


def withdraw(work: Work, comment_id: str, project_id: str) -> None:
    """Take a comment out of the news, and tell."""
    of_comment = News.comment_id == comment_id
    for news in work.db.rows(News.select().where(of_comment)):
        work.foresee(News, news)
        work.emit("news:delete", {"news_id": news["id"]}, project_id)
    work.delete(News, of_comment)
