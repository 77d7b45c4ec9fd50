"""HTTP: one module an area. AREAS lists those whose tables the app serves."""

from kitsulite.api import assets, auth, eventlog, index, news, records, sso

AREAS = (assets, auth, eventlog, index, news, records, sso)
