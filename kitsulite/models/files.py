"""Files of the pipeline: working files, what comes out of them, and what another server noted of its store."""

from kitsulite.models.base import Record, Relation
from kitsulite.models.fields import BigInteger, Boolean, DateTime, Integer, Json, Reference
from kitsulite.models.textfields import Choice, String, Text


class WorkingFile(Record):
    shotgun_id = Integer(index=True)
    name = String(250)
    description = Text()
    comment = Text()
    revision = Integer()
    size = BigInteger()
    checksum = BigInteger()
    path = String(400)
    data = Json()
    validation_status = Choice("neutral", "validated", "rejected", null=False, default="neutral")
    task_id = Reference("task", erased="along")
    entity_id = Reference("entity", erased="along")
    person_id = Reference("person", erased="cleared")
    software_id = Reference("software")

    relations = {
        "outputs": Relation("output_file", "source_file_id", "id"),
    }

    class Meta:
        table_name = "working_file"
        indexes = ((("name", "task_id", "entity_id", "revision"), True),)


class OutputFile(Record):
    shotgun_id = Integer()
    name = String(250, null=False)
    canceled = Boolean(null=False, default=False)
    size = BigInteger()
    checksum = String(32)
    description = Text()
    comment = Text()
    extension = String(10)
    revision = Integer(null=False)
    representation = String(20, index=True)
    nb_elements = Integer(default=1)
    source = String(40)
    path = String(400)
    quality = Choice("low", "mid", "high")
    data = Json()
    file_status_id = Reference("file_status", null=False)
    entity_id = Reference("entity", erased="along")
    asset_instance_id = Reference("asset_instance", erased="cleared")
    output_type_id = Reference("output_type")
    task_type_id = Reference("task_type")
    person_id = Reference("person", erased="cleared")
    source_file_id = Reference("working_file", erased="along")
    temporal_entity_id = Reference("entity", erased="along")

    class Meta:
        table_name = "output_file"
        indexes = (
            (
                (
                    "name",
                    "entity_id",
                    "asset_instance_id",
                    "output_type_id",
                    "task_type_id",
                    "temporal_entity_id",
                    "representation",
                    "revision",
                ),
                True,
            ),
        )


class OutputType(Record):
    name = String(40, null=False, unique=True)
    short_name = String(20, null=False)

    class Meta:
        table_name = "output_type"


class FileStatus(Record):
    name = String(40, null=False, unique=True)
    color = String(7, null=False)

    class Meta:
        table_name = "file_status"


class StoredFile(Record):
    """What the server that a studio came from noted of an object of its store. It is kept; nothing here goes by it."""

    bucket = String(20, null=False)
    key = String(255, null=False)
    prefix = String(40, null=False)
    file_id = String(200, null=False, index=True)
    size = BigInteger()
    deleted_at = DateTime()
    purge_forced = Boolean(null=False, default=False)
    purged_at = DateTime()
    purge_attempts = Integer(null=False, default=0)
    last_error = Text()
    journal = Json(null=False, default=list)

    class Meta:
        table_name = "stored_file"


StoredFile.add_index(StoredFile.bucket, StoredFile.key, unique=True, name="stored_file_key")


class PreviewFileStorageState(Record):
    """Which files of a preview that server found stored, missing or broken."""

    preview_file_id = Reference("preview_file", null=False, index=False, cascade=True)
    bucket = String(20, null=False)
    prefix = String(40, null=False)
    state = Choice("ok", "missing", "failed", null=False)

    class Meta:
        table_name = "preview_file_storage_state"


PreviewFileStorageState.add_index(
    PreviewFileStorageState.preview_file_id,
    PreviewFileStorageState.bucket,
    PreviewFileStorageState.prefix,
    unique=True,
    name="preview_file_storage_state_kind",
)
