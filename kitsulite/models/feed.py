"""Where each piece of news stands in the feeds: what they are cut and counted by, side by side, in a table of its own.

Of a piece of news, one row of another table knows the project (its task) and one the status (its comment). Found by
joins, a page of the feed of a large production (22 500 tasks, 45 000 news) took 95 ms; from the two indexes here it
takes a few. Triggers keep the entries in step (`TRIGGERS`), so that no way of writing can forget them; an entry goes with
its news. Only who puts off the check of references, to load rows in any order, has to `complete` them.
"""

import peewee

from kitsulite.models.base import Table
from kitsulite.models.fields import Boolean, DateTime, Reference, Uuid
from kitsulite.models.reviews import Comment, News
from kitsulite.models.tasks import Task
from kitsulite.storage import Database, Trigger


class FeedEntry(Table):
    """A piece of news: the project of its task, the status of its comment, and its own two columns that matter."""

    news_id = Reference("news", null=False, primary_key=True, cascade=True, index=False)
    project_id = Uuid()
    task_status_id = Uuid()
    change = Boolean(null=False)
    created_at = DateTime()

    class Meta:
        table_name = "feed_entry"
        # The first for a page, the second to count how often each status was given.
        indexes = (
            (("project_id", "created_at", "news_id"), False),
            (("project_id", "change", "task_status_id"), False),
        )


_PROJECT = "(SELECT project_id FROM task WHERE task.id = new.task_id)"
_STATUS = "(SELECT task_status_id FROM comment WHERE comment.id = new.comment_id)"

TRIGGERS = (
    Trigger(
        "feed_news_new",
        "news",
        "INSERT",
        "INSERT INTO feed_entry (news_id, project_id, task_status_id, change, created_at)"
        f" VALUES (new.id, {_PROJECT}, {_STATUS}, new.change, new.created_at)",
    ),
    Trigger(
        "feed_news_change",
        "news",
        "UPDATE OF task_id, comment_id, change, created_at",
        f"UPDATE feed_entry SET project_id = {_PROJECT}, task_status_id = {_STATUS}, change = new.change,"
        " created_at = new.created_at WHERE news_id = new.id",
    ),
    *(
        Trigger(
            f"feed_{table}_change",
            table,
            f"UPDATE OF {column}",
            f"UPDATE feed_entry SET {column} = new.{column}"
            f" FROM news WHERE news.{table}_id = new.id AND news.id = feed_entry.news_id",
        )
        for table, column in (("task", "project_id"), ("comment", "task_status_id"))
    ),
)


def complete(db: Database) -> None:
    """Fill in what was not there yet when a piece of news came before its task or its comment."""
    is_empty = FeedEntry.project_id.is_null() | FeedEntry.task_status_id.is_null()
    project = _through_news(Task.select(Task.project_id), News.task_id == Task.id)
    status = _through_news(Comment.select(Comment.task_status_id), News.comment_id == Comment.id)
    db.run(FeedEntry.update(project_id=project, task_status_id=status).where(is_empty))


def _through_news(query: peewee.ModelSelect, on: peewee.Expression) -> peewee.ModelSelect:
    return query.join(News, on=on).where(News.id == FeedEntry.news_id)
