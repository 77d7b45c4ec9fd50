"""In what the tables of a Zou (1.0.97) differ from ours: its types, defaults, keys, names and the order of its columns."""

REVISION = "b8e3d1f6a2c9"
"""Up to where the schema of a 1.0.97 was upgraded."""
ENUMS = {"import_source_enum": ("csv", "shotgun")}

TYPES = {
    ("comment", "links"): "character varying[]",
    ("data_import_error", "source"): "import_source_enum",
    ("output_file", "size"): "integer",
    ("person", "fido_credentials"): "jsonb[]",
    ("person", "otp_recovery_codes"): "bytea[]",
    ("person", "password"): "bytea",
    ("preview_file", "extension"): "character varying(6)",
    ("project_task_status_link", "roles_for_board"): "character varying[]",
    ("project_template_task_status_link", "roles_for_board"): "character varying[]",
    ("working_file", "checksum"): "integer",
    ("working_file", "size"): "integer",
}

DEFAULTS = {
    ("comment", "for_client"): "false",
    ("entity", "is_shared"): "false",
    ("person", "contract_type"): "'open-ended'",
    ("person", "is_bot"): "false",
    ("person", "is_guest"): "false",
    ("project", "is_bot_collaboration_enabled"): "false",
    ("project", "is_client_stats_visible"): "true",
    ("project", "is_client_task_list_visible"): "true",
    ("project", "is_client_task_panel_visible"): "true",
    ("project", "is_frame_in_numbering"): "false",
    ("project", "is_single_preview_per_revision"): "false",
    ("project", "revision_padding"): "0",
    ("project_task_type_link", "is_client_visible"): "true",
    ("project_template", "is_client_stats_visible"): "true",
    ("project_template", "is_client_task_list_visible"): "true",
    ("project_template", "is_client_task_panel_visible"): "true",
    ("project_template", "is_frame_in_numbering"): "false",
    ("project_template", "is_single_preview_per_revision"): "false",
    ("project_template", "revision_padding"): "0",
    ("project_template_task_type_link", "is_client_visible"): "true",
    ("search_filter", "is_shared"): "false",
    ("search_filter_group", "is_shared"): "false",
    ("status_automation", "import_last_revision"): "false",
    ("stored_file", "journal"): "'[]'",
    ("stored_file", "purge_attempts"): "0",
    ("stored_file", "purge_forced"): "false",
    ("task", "difficulty"): "3",
    ("task_status", "for_concept"): "false",
    ("working_file", "validation_status"): "'neutral'",
}

LAST = {
    "build_job": ["message"],
    "comment": ["for_client"],
    "metadata_descriptor": ["task_type_id"],
    "output_file": ["quality"],
    "person": [
        "is_guest",
        "country",
        "use_12_hour_clock",
        "display_date_format",
        "oidc_issuer",
        "oidc_subject",
        "saml_issuer",
        "saml_subject",
        "preview_project_id",
        "preview_opened_at",
        "preview_open_until",
    ],
    "playlist": ["created_by"],
    "plugin": ["frontend_project_enabled", "frontend_studio_enabled", "icon"],
    "preview_file": ["data", "token_in", "token_out"],
    "project": [
        "is_bot_collaboration_enabled",
        "is_single_preview_per_revision",
        "revision_padding",
        "is_frame_in_numbering",
        "is_client_stats_visible",
        "is_client_task_list_visible",
        "is_client_task_panel_visible",
    ],
    "project_task_status_link": ["is_client_allowed"],
    "project_task_type_link": ["hd_bitrate_compression", "ld_bitrate_compression", "is_client_visible"],
    "project_template": [
        "default_preview_background_file_id",
        "is_single_preview_per_revision",
        "revision_padding",
        "is_frame_in_numbering",
        "is_client_stats_visible",
        "is_client_task_list_visible",
        "is_client_task_panel_visible",
    ],
    "project_template_task_status_link": ["is_client_allowed"],
    "project_template_task_type_link": ["hd_bitrate_compression", "ld_bitrate_compression", "is_client_visible"],
    "working_file": ["validation_status"],
}
"""Columns that were added later than most, and stand behind the times of the row."""
ID_FIRST = {"entity", "preview_file_storage_state", "stored_file"}
"""Tables that begin with the id."""
TIMES_FIRST = {"preview_file_storage_state", "stored_file"}
STUDIO_BEFORE = {"person": ("studio_id", "is_generated_from_ldap")}
"""A column, and the one that it stands before."""

KEYS = {
    "entity_concept_link": "entity_in_id, entity_out_id, id",
    "entity_link": "entity_in_id, entity_out_id, id",
    "hardware_item_department_link": "department_id, hardware_item_id, id",
    "project_task_status_link": "project_id, task_status_id, id",
    "project_task_type_link": "project_id, task_type_id, id",
    "project_task_type_software_link": "project_id, task_type_id, software_id, id",
    "project_template_task_status_link": "project_template_id, task_status_id",
    "project_template_task_type_link": "project_template_id, task_type_id",
    "software_department_link": "department_id, software_id, id",
    "task_type_asset_type_link": "asset_type_id, task_type_id",
}
"""Primary keys that are not the id, nor the two ids of a link in their order."""
KEY_NAMES = {"task_person_link": "assignations_pkey"}

REFERENCE_NAMES = {
    ("entity", "preview_file_id"): "fk_main_preview",
    ("entity", "ready_for"): "fk_ready_for",
    ("metadata_descriptor", "task_type_id"): "fk_metadata_descriptor_task_type_id",
}
CASCADE, SET_NULL = "ON DELETE CASCADE", "ON DELETE SET NULL"
ON_DELETE = {
    ("production_schedule_version", "production_schedule_from"): SET_NULL,
    ("production_schedule_version", "project_id"): CASCADE,
    ("production_schedule_version_task_link", "production_schedule_version_id"): CASCADE,
    ("production_schedule_version_task_link", "task_id"): CASCADE,
    ("production_schedule_version_task_link_person_link", "person_id"): CASCADE,
    ("production_schedule_version_task_link_person_link", "production_schedule_version_task_link_id"): CASCADE,
    ("project", "from_schedule_version_id"): SET_NULL,
}

UNIQUE = {
    "asset_instance": [("asset_instance_uc", "asset_id, target_asset_id, scene_id, number")],
    "day_off": [("day_off_uc", "person_id, date")],
    "department": [("department_name_key", "name")],
    "department_link": [("department_link_uc", "person_id, department_id")],
    "department_metadata_descriptor_link": [
        ("department_metadata_descriptor_link_uc", "metadata_descriptor_id, department_id")
    ],
    "entity": [("entity_uc", "name, project_id, entity_type_id, parent_id")],
    "entity_link": [("entity_link_uc", "entity_in_id, entity_out_id")],
    "file_status": [("file_status_name_key", "name")],
    "hardware_item": [("hardware_item_name_key", "name")],
    "hardware_item_department_link": [("hardware_item_department_link_uc", "hardware_item_id, department_id")],
    "notification": [("notification_uc", "person_id, author_id, comment_id, reply_id, playlist_id, type")],
    "organisation": [("organisation_name_key", "name")],
    "output_file": [
        (
            "output_file_uc",
            "name, entity_id, asset_instance_id, output_type_id, task_type_id, temporal_entity_id, representation, revision",
        )
    ],
    "person": [
        ("person_jti_key", "jti"),
        ("person_ldap_uid_key", "ldap_uid"),
        ("person_oidc_identity_uc", "oidc_issuer, oidc_subject"),
        ("person_saml_identity_uc", "saml_issuer, saml_subject"),
        ("person_shotgun_id_key", "shotgun_id"),
    ],
    "playlist": [("playlist_uc", "name, project_id, episode_id")],
    "preview_file": [("preview_file_shotgun_id_key", "shotgun_id"), ("preview_uc", "name, task_id, revision")],
    "preview_file_storage_state": [("preview_file_storage_state_uc", "preview_file_id, bucket, prefix")],
    "production_schedule_version": [("production_schedule_version_uc", "name, project_id")],
    "production_schedule_version_task_link": [
        ("production_schedule_version_task_link_uc", "production_schedule_version_id, task_id")
    ],
    "project_task_status_link": [("project_taskstatus_uc", "project_id, task_status_id")],
    "project_task_type_link": [("project_tasktype_uc", "project_id, task_type_id")],
    "project_task_type_software_link": [("project_task_type_software_uc", "project_id, task_type_id, software_id")],
    "project_template_task_status_link": [("project_template_taskstatus_uc", "project_template_id, task_status_id")],
    "project_template_task_type_link": [("project_template_tasktype_uc", "project_template_id, task_type_id")],
    "schedule_item": [("schedule_item_uc", "project_id, task_type_id, object_id")],
    "software": [("software_name_key", "name")],
    "software_department_link": [("software_department_link_uc", "department_id, software_id")],
    "stored_file": [("stored_file_uc", "bucket, key")],
    "studio": [("studio_name_key", "name")],
    "subscription": [
        ("subscription_entity_uc", "person_id, task_type_id, entity_id"),
        ("subscription_task_uc", "person_id, task_id"),
    ],
    "task": [("task_uc", "name, project_id, task_type_id, entity_id")],
    "task_type": [("task_type_uc", "name, for_entity, department_id")],
    "task_type_asset_type_link": [("task_type_asset_type_link_uc", "asset_type_id, task_type_id")],
    "time_spent": [("time_spent_uc", "person_id, task_id, date")],
    "working_file": [("working_file_uc", "name, task_id, entity_id, revision")],
}
CHECKS = {
    "day_off": ("day_off_date_check", "date <= end_date"),
    "task": ("check_difficulty", "difficulty > 0 AND difficulty < 6"),
    "time_spent": ("check_duration_positive", "duration > 0"),
}

NOT_INDEXED = {
    ("asset_instance_link", "asset_instance_id"),
    ("asset_instance_link", "entity_id"),
    ("chat_participant", "chat_id"),
    ("chat_participant", "person_id"),
    ("comment_acknoledgments", "comment"),
    ("comment_acknoledgments", "person"),
    ("comment_department_mentions", "comment"),
    ("comment_department_mentions", "department"),
    ("comment_mentions", "comment"),
    ("comment_mentions", "person"),
    ("entity", "preview_file_id"),
    ("entity", "ready_for"),
    ("entity_concept_link", "entity_in_id"),
    ("entity_concept_link", "entity_out_id"),
    ("person", "preview_project_id"),
    ("production_schedule_version_task_link_person_link", "person_id"),
    ("production_schedule_version_task_link_person_link", "production_schedule_version_task_link_id"),
    ("task_person_link", "task_id"),
}
"""References without an index; all others have one, and so has what is indexed here."""
INDEXED = {("api_event", "created_at")}
UNIQUE_INDEXES = {
    "entity_type": "name",
    "output_type": "name",
    "person": "preview_project_id",
    "playlist_share_link": "token",
    "plugin": "plugin_id",
    "project": "name",
    "project_status": "name",
    "project_template": "name",
    "task_status": "short_name",
}
WITH_TASK_TYPE, WITHOUT_TASK_TYPE = "WHERE task_type_id IS NOT NULL", "WHERE task_type_id IS NULL"
FURTHER_INDEXES = (
    "INDEX ix_api_event_project_id_created_at ON api_event (project_id, created_at)",
    "INDEX ix_entity_entity_type_parent ON entity (entity_type_id, parent_id)",
    "INDEX ix_entity_entity_type_project ON entity (entity_type_id, project_id)",
    "INDEX ix_entity_project_type_status ON entity (project_id, entity_type_id, status)",
    "INDEX ix_playlist_share_link_playlist_active ON playlist_share_link (playlist_id, is_active)",
    "INDEX ix_preview_file_storage_state_bucket_prefix_state ON preview_file_storage_state (bucket, prefix, state)",
    "INDEX ix_stored_file_to_purge ON stored_file (purge_forced, deleted_at)"
    " WHERE deleted_at IS NOT NULL AND purged_at IS NULL",
    "INDEX ix_task_entity_project ON task (entity_id, project_id)",
    "UNIQUE INDEX only_one_email_by_person ON person (email, is_bot) WHERE is_bot IS NOT TRUE",
    f"UNIQUE INDEX metadata_descriptor_uc ON metadata_descriptor (project_id, entity_type, name) {WITHOUT_TASK_TYPE}",
    f"UNIQUE INDEX metadata_descriptor_uc2 ON metadata_descriptor (project_id, entity_type, field_name) {WITHOUT_TASK_TYPE}",
    "UNIQUE INDEX metadata_descriptor_task_type_uc ON metadata_descriptor"
    f" (project_id, entity_type, task_type_id, name) {WITH_TASK_TYPE}",
    "UNIQUE INDEX metadata_descriptor_task_type_uc2 ON metadata_descriptor"
    f" (project_id, entity_type, task_type_id, field_name) {WITH_TASK_TYPE}",
)
