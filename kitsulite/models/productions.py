"""Productions: their settings, teams, workflows, templates and metadata descriptors."""

from peewee import SQL, CompositeKey

from kitsulite.models.base import Link, Record, Relation
from kitsulite.models.codes import BOARD_ROLES, PRODUCTION_TYPES, ROLES, STYLES
from kitsulite.models.fields import Boolean, Date, Integer, Json, Reference, Texts, constant
from kitsulite.models.textfields import Choice, String, Text


class ProjectStatus(Record):
    name = String(20, null=False, unique=True)
    color = String(7, null=False)

    class Meta:
        table_name = "project_status"


LENT = "EXISTS (SELECT 1 FROM person AS lent WHERE lent.id = related.person_id AND lent.preview_project_id IS NOT NULL)"
"""SQL: whether the person of a list is the preview account of a production, which nobody works with."""


class Project(Record):
    name = String(80, null=False, unique=True)
    code = String(80)
    description = Text()
    shotgun_id = Integer()
    file_tree = Json()
    data = Json(veiled=True)
    has_avatar = Boolean(default=False)
    fps = String(10, default="25")
    ratio = String(10, default="16:9")
    resolution = String(12, default="1920x1080")
    production_type = String(20, among=PRODUCTION_TYPES, default="short")
    production_style = Choice(*STYLES, null=False, default="2d3d")
    start_date = Date()
    end_date = Date()
    man_days = Integer(least=0)
    nb_episodes = Integer(default=0, least=0)
    episode_span = Integer(default=0, least=0)
    max_retakes = Integer(default=0, least=0)
    is_clients_isolated = Boolean(default=False)
    is_preview_download_allowed = Boolean(default=False)
    is_set_preview_automated = Boolean(default=False)
    homepage = String(80, default="assets")
    is_publish_default_for_artists = Boolean(default=False)
    is_bot_collaboration_enabled = Boolean(default=False)
    is_single_preview_per_revision = Boolean(default=False)
    is_frame_in_numbering = Boolean(default=False)
    revision_padding = Integer(null=False, default=0)
    hd_bitrate_compression = Integer(default=28, least=0)
    ld_bitrate_compression = Integer(default=6, least=0)
    is_client_stats_visible = Boolean(default=True)
    is_client_task_list_visible = Boolean(default=True)
    is_client_task_panel_visible = Boolean(default=True)
    project_status_id = Reference("project_status")
    default_preview_background_file_id = Reference("preview_background_file")
    from_schedule_version_id = Reference("production_schedule_version", erased="cleared")

    relations = {
        "team": Relation("project_person_link", "project_id", "person_id", unless=LENT),
        "asset_types": Relation("project_asset_type_link", "project_id", "asset_type_id"),
        "task_statuses": Relation("project_task_status_link", "project_id", "task_status_id"),
        "task_types": Relation("project_task_type_link", "project_id", "task_type_id"),
        "status_automations": Relation("project_status_automation_link", "project_id", "status_automation_id"),
        "preview_background_files": Relation(
            "project_preview_background_file_link", "project_id", "preview_background_file_id"
        ),
    }

    class Meta:
        table_name = "project"


class ProjectPersonLink(Link):
    project_id = Reference("project", null=False, index=False, erased="along")
    person_id = Reference("person", null=False, erased="along")
    shotgun_id = Integer()
    role = Choice(*ROLES)

    class Meta:
        table_name = "project_person_link"
        primary_key = CompositeKey("project_id", "person_id")


class ProjectAssetTypeLink(Link):
    project_id = Reference("project", null=False, index=False)
    asset_type_id = Reference("entity_type", null=False)

    class Meta:
        table_name = "project_asset_type_link"
        primary_key = CompositeKey("project_id", "asset_type_id")


class ProjectTaskTypeLink(Record):
    project_id = Reference("project", null=False, index=False)
    task_type_id = Reference("task_type", null=False)
    priority = Integer()
    hd_bitrate_compression = Integer(least=1)
    ld_bitrate_compression = Integer(least=1)
    is_client_visible = Boolean(default=True)

    class Meta:
        table_name = "project_task_type_link"
        indexes = ((("project_id", "task_type_id"), True),)


class ProjectTaskTypeSoftwareLink(Record):
    """What a task type of a production is worked on with."""

    project_id = Reference("project", null=False, index=False, cascade=True)
    task_type_id = Reference("task_type", null=False, cascade=True)
    software_id = Reference("software", null=False, cascade=True)

    class Meta:
        table_name = "project_task_type_software_link"


ProjectTaskTypeSoftwareLink.add_index(
    ProjectTaskTypeSoftwareLink.project_id,
    ProjectTaskTypeSoftwareLink.task_type_id,
    ProjectTaskTypeSoftwareLink.software_id,
    unique=True,
    name="project_task_type_software",
)


class ProjectTaskStatusLink(Record):
    project_id = Reference("project", null=False, index=False)
    task_status_id = Reference("task_status", null=False)
    priority = Integer()
    roles_for_board = Texts(default=constant(BOARD_ROLES))
    is_client_allowed = Boolean()

    class Meta:
        table_name = "project_task_status_link"
        indexes = ((("project_id", "task_status_id"), True),)


class ProjectStatusAutomationLink(Link):
    project_id = Reference("project", null=False, index=False)
    status_automation_id = Reference("status_automation", null=False)

    class Meta:
        table_name = "project_status_automation_link"
        primary_key = CompositeKey("project_id", "status_automation_id")


class ProjectPreviewBackgroundFileLink(Link):
    project_id = Reference("project", null=False, index=False)
    preview_background_file_id = Reference("preview_background_file", null=False)

    class Meta:
        table_name = "project_preview_background_file_link"
        primary_key = CompositeKey("project_id", "preview_background_file_id")


class ProjectTemplate(Record):
    name = String(80, null=False, unique=True)
    description = Text()
    fps = String(10, default="25")
    ratio = String(10, default="16:9")
    resolution = String(12, default="1920x1080")
    production_type = String(20, among=PRODUCTION_TYPES, default="short")
    production_style = Choice(*STYLES, null=False, default="2d3d")
    max_retakes = Integer(default=0, least=0)
    is_clients_isolated = Boolean(default=False)
    is_preview_download_allowed = Boolean(default=False)
    is_set_preview_automated = Boolean(default=False)
    is_publish_default_for_artists = Boolean(default=False)
    is_single_preview_per_revision = Boolean(default=False)
    is_frame_in_numbering = Boolean(default=False)
    revision_padding = Integer(null=False, default=0)
    homepage = String(80, default="assets")
    hd_bitrate_compression = Integer(default=28, least=0)
    ld_bitrate_compression = Integer(default=6, least=0)
    is_client_stats_visible = Boolean(default=True)
    is_client_task_list_visible = Boolean(default=True)
    is_client_task_panel_visible = Boolean(default=True)
    file_tree = Json()
    data = Json()
    metadata_descriptors = Json(default=list)
    default_preview_background_file_id = Reference("preview_background_file")

    relations = {
        "task_types": Relation("project_template_task_type_link", "project_template_id", "task_type_id"),
        "task_statuses": Relation("project_template_task_status_link", "project_template_id", "task_status_id"),
        "asset_types": Relation("project_template_asset_type_link", "project_template_id", "asset_type_id"),
        "status_automations": Relation(
            "project_template_status_automation_link", "project_template_id", "status_automation_id"
        ),
        "preview_background_files": Relation(
            "project_template_preview_background_file_link", "project_template_id", "preview_background_file_id"
        ),
    }

    class Meta:
        table_name = "project_template"


class ProjectTemplateAssetTypeLink(Link):
    project_template_id = Reference("project_template", null=False, index=False)
    asset_type_id = Reference("entity_type", null=False)

    class Meta:
        table_name = "project_template_asset_type_link"
        primary_key = CompositeKey("project_template_id", "asset_type_id")


class ProjectTemplateTaskTypeLink(Record):
    project_template_id = Reference("project_template", null=False, index=False)
    task_type_id = Reference("task_type", null=False)
    priority = Integer()
    hd_bitrate_compression = Integer(least=1)
    ld_bitrate_compression = Integer(least=1)
    is_client_visible = Boolean(default=True)

    class Meta:
        table_name = "project_template_task_type_link"
        indexes = ((("project_template_id", "task_type_id"), True),)


class ProjectTemplateTaskStatusLink(Record):
    project_template_id = Reference("project_template", null=False, index=False)
    task_status_id = Reference("task_status", null=False)
    priority = Integer()
    roles_for_board = Texts(default=constant(BOARD_ROLES))
    is_client_allowed = Boolean()

    class Meta:
        table_name = "project_template_task_status_link"
        indexes = ((("project_template_id", "task_status_id"), True),)


class ProjectTemplateStatusAutomationLink(Link):
    project_template_id = Reference("project_template", null=False, index=False)
    status_automation_id = Reference("status_automation", null=False)

    class Meta:
        table_name = "project_template_status_automation_link"
        primary_key = CompositeKey("project_template_id", "status_automation_id")


class ProjectTemplatePreviewBackgroundFileLink(Link):
    project_template_id = Reference("project_template", null=False, index=False)
    preview_background_file_id = Reference("preview_background_file", null=False)

    class Meta:
        table_name = "project_template_preview_background_file_link"
        primary_key = CompositeKey("project_template_id", "preview_background_file_id")


class MetadataDescriptor(Record):
    project_id = Reference("project", null=False, erased="along")
    entity_type = String(60, null=False, index=True)
    task_type_id = Reference("task_type")
    name = String(120, null=False)
    data_type = Choice(
        "string", "number", "list", "taglist", "boolean", "checklist", "date", "url", "textarea", "person"
    )
    field_name = String(120, null=False)
    choices = Json()
    for_client = Boolean(default=False, index=True)
    position = Integer()

    relations = {
        "departments": Relation("department_metadata_descriptor_link", "metadata_descriptor_id", "department_id"),
    }

    class Meta:
        table_name = "metadata_descriptor"


for _key in ("name", "field_name"):
    _column = getattr(MetadataDescriptor, _key)
    MetadataDescriptor.add_index(
        MetadataDescriptor.project_id,
        MetadataDescriptor.entity_type,
        _column,
        unique=True,
        where=SQL("task_type_id IS NULL"),
        name=f"metadata_descriptor_{_key}",
    )
    MetadataDescriptor.add_index(
        MetadataDescriptor.project_id,
        MetadataDescriptor.entity_type,
        MetadataDescriptor.task_type_id,
        _column,
        unique=True,
        where=SQL("task_type_id IS NOT NULL"),
        name=f"metadata_descriptor_task_type_{_key}",
    )


class DepartmentMetadataDescriptorLink(Link):
    metadata_descriptor_id = Reference("metadata_descriptor", null=False, index=False, erased="along")
    department_id = Reference("department", null=False)

    class Meta:
        table_name = "department_metadata_descriptor_link"
        primary_key = CompositeKey("metadata_descriptor_id", "department_id")
