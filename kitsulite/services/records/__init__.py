"""Every table over the wire: the collections, one line each, and those with rules of their own by area."""

from kitsulite.models.files import FileStatus
from kitsulite.models.people import Department, HardwareItem, Studio
from kitsulite.models.productions import ProjectStatus
from kitsulite.services.access import admin
from kitsulite.services.records.collection import Collection

COLLECTIONS = [
    Collection("departments", Department),
    Collection("studios", Studio),
    Collection("file-status", FileStatus),
    Collection("project-status", ProjectStatus),
    Collection("hardware-items", HardwareItem, list_by=admin, get_by=admin),
]
