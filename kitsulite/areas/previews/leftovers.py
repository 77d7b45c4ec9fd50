"""What is left of work that was broken off: files that were put aside for a movie, and folders of ffmpeg."""

import logging
import shutil
import time

from kitsulite.models.own import Job
from kitsulite.work.filekeys import UPLOAD
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

OLD = 24 * 3600
"""Seconds after which nobody can be at it any more: jobs are given up long before."""


def sweep(begin: Begin) -> int:
    """Remove what was put aside more than a day ago and no job waits for; how many files and folders that were."""
    before = time.time() - OLD
    with begin(writes=False) as work:
        files, scratch = work.files, work.settings.scratch_folder
        waiting = {job["arguments"].get("upload") for job in work.db.rows(Job.select(Job.arguments))}
    count = 0
    for key in files.list(f"{UPLOAD}-"):
        found = files.stat(key)
        if key not in waiting and found and found.changed_at < before:
            files.delete(key)
            count += 1
    for path in scratch.iterdir():
        if path.lstat().st_mtime < before:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            count += 1
    if count:
        log.info("%d files of work that was broken off are gone", count)
    return count
