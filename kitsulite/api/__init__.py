"""HTTP: one module an area. AREAS lists those whose tables the app serves."""

from kitsulite.api import records

AREAS = (records,)
