"""`kitsulite task-type …` and `kitsulite task-status …`: what there is to do, and how far it can be, by the rules of the API."""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kitsulite.cli.columns import arguments_of, said
from kitsulite.cli.command import STUDIO, Command, Stop, aligned, argument
from kitsulite.cli.people import cell, working
from kitsulite.models import Record
from kitsulite.models.tasks import TaskStatus, TaskType

if TYPE_CHECKING:
    from kitsulite.rows.collection import Collection
    from kitsulite.storage import Row
    from kitsulite.work.work import Work
