"""What an admin says of a row, in the terminal and on the command line, in the order in which it is asked."""

OF_PROJECT = (
    "name",
    "code",
    "production_type",
    "production_style",
    "start_date",
    "end_date",
    "fps",
    "ratio",
    "resolution",
    "description",
)
OF_TASK_TYPE = (
    "name",
    "for_entity",
    "short_name",
    "color",
    "priority",
    "department_id",
    "description",
    "allow_timelog",
    "archived",
)
OF_TASK_STATUS = (
    "name",
    "short_name",
    "color",
    "priority",
    "description",
    "is_default",
    "is_wip",
    "is_feedback_request",
    "is_retake",
    "is_done",
    "is_artist_allowed",
    "is_client_allowed",
    "for_concept",
    "archived",
)
KINDS = ("Asset", "Shot", "Sequence", "Episode", "Scene", "Edit", "Concept")
"""What a task type may be for."""
