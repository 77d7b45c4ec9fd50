"""Studio tools: custom actions, saved searches, the event log, plugins."""

from kitsulite.models.base import Record
from kitsulite.models.fields import Boolean, Json, Reference
from kitsulite.models.textfields import Choice, Email, String, Text, Url


class CustomAction(Record):
    name = String(80, null=False)
    url = Url(400)
    entity_type = String(40, default="all")
    is_ajax = Boolean(default=False)

    class Meta:
        table_name = "custom_action"


class SearchFilter(Record):
    list_type = String(80, null=False, index=True)
    entity_type = String(80)
    name = String(200, null=False, default="")
    search_query = String(500, null=False, default="")
    is_shared = Boolean(null=False, default=False)
    department_id = Reference("department")
    search_filter_group_id = Reference("search_filter_group", erased="along")
    person_id = Reference("person", erased="along")
    project_id = Reference("project", erased="along")

    class Meta:
        table_name = "search_filter"


class SearchFilterGroup(Record):
    list_type = String(80, null=False, index=True)
    entity_type = String(80)
    name = String(200, null=False, default="")
    color = String(8, null=False, default="")
    is_shared = Boolean(null=False, default=False)
    person_id = Reference("person", erased="along")
    project_id = Reference("project", erased="along")
    department_id = Reference("department")

    class Meta:
        table_name = "search_filter_group"


class ApiEvent(Record):
    name = String(80, null=False, index=True)
    user_id = Reference("person", erased="along")
    project_id = Reference("project", erased="along")
    data = Json()

    class Meta:
        table_name = "api_event"
        indexes = ((("project_id", "created_at"), False), (("created_at",), False))


class Plugin(Record):
    plugin_id = String(80, null=False, unique=True)
    name = String(80, null=False, index=True)
    description = Text()
    version = String(50, null=False)
    maintainer_name = String(200, null=False)
    maintainer_email = Email()
    website = Text()
    license = String(80, null=False)
    revision = String(12)
    frontend_project_enabled = Boolean(default=False)
    frontend_studio_enabled = Boolean(default=False)
    icon = String(255)

    class Meta:
        table_name = "plugin"


class DataImportError(Record):
    event_data = Json(null=False)
    source = Choice("csv", "shotgun")

    class Meta:
        table_name = "data_import_error"
