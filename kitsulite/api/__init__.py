"""HTTP: one module an area. AREAS lists those whose tables the app serves."""

from kitsulite.api import (
    assets,
    auth,
    departments,
    eventlog,
    index,
    news,
    openapi,
    persons,
    projectlinks,
    projects,
    records,
    shots,
    sso,
    timesheets,
)

AREAS = (
    assets,
    auth,
    departments,
    eventlog,
    index,
    news,
    openapi,
    persons,
    projectlinks,
    projects,
    records,
    shots,
    sso,
    timesheets,
)
