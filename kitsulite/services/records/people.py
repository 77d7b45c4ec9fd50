"""Rows of people, their departments and the studio."""

from kitsulite.models.people import Department, HardwareItem, Studio
from kitsulite.services.access import admin
from kitsulite.services.records.collection import Collection

COLLECTIONS = [
    Collection("departments", Department),
    Collection("studios", Studio),
    Collection("hardware-items", HardwareItem, list_by=admin, get_by=admin),
]
