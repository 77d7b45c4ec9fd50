"""What a production is made of: assets, shots, sequences, episodes, edits and how they hang together."""

from peewee import CompositeKey

from kitsulite.models.base import Link, Record, Relation
from kitsulite.models.fields import Boolean, Integer, Json, Reference
from kitsulite.models.textfields import Choice, String, Text


class EntityType(Record):
    name = String(30, null=False, unique=True)
    short_name = String(20)
    description = Text()
    archived = Boolean(default=False)

    relations = {
        "task_types": Relation("task_type_asset_type_link", "asset_type_id", "task_type_id"),
    }

    class Meta:
        table_name = "entity_type"


class TaskTypeAssetTypeLink(Link):
    asset_type_id = Reference("entity_type", null=False, index=False)
    task_type_id = Reference("task_type", null=False)

    class Meta:
        table_name = "task_type_asset_type_link"
        primary_key = CompositeKey("asset_type_id", "task_type_id")


class Entity(Record):
    name = String(160, null=False)
    code = String(160)
    description = Text()
    shotgun_id = Integer()
    canceled = Boolean(default=False)
    nb_frames = Integer(least=0)
    nb_entities_out = Integer(default=0, least=0)
    is_casting_standby = Boolean(default=False)
    is_shared = Boolean(null=False, default=False)
    status = Choice("standby", "running", "complete", "canceled", null=False, default="running", index=True)
    project_id = Reference("project", null=False, erased="along")
    entity_type_id = Reference("entity_type", null=False)
    parent_id = Reference("entity", erased="cleared")
    source_id = Reference("entity", erased="cleared")
    preview_file_id = Reference("preview_file", erased="cleared")
    data = Json(veiled=True)
    ready_for = Reference("task_type")
    created_by = Reference("person")

    relations = {
        "entities_out": Relation("entity_link", "entity_in_id", "entity_out_id"),
        "entity_concept_links": Relation("entity_concept_link", "entity_in_id", "entity_out_id"),
        "instance_casting": Relation("asset_instance_link", "entity_id", "asset_instance_id"),
        "entities_in": Relation("entity_link", "entity_out_id", "entity_in_id", at_home=True),
    }

    class Meta:
        table_name = "entity"
        indexes = (
            (("name", "project_id", "entity_type_id", "parent_id"), True),
            (("project_id", "entity_type_id", "status"), False),
        )


class EntityLink(Record):
    entity_in_id = Reference("entity", null=False, index=False, erased="along")
    entity_out_id = Reference("entity", null=False, erased="along")
    data = Json()
    nb_occurences = Integer(least=0, default=1)
    label = String(80, default="")
    by_shots = Boolean(default=False, hidden=True)
    """Of an episode: it is there because shots cast the asset, and goes with the last of them."""

    class Meta:
        table_name = "entity_link"
        indexes = ((("entity_in_id", "entity_out_id"), True),)


class EntityConceptLink(Record):
    entity_in_id = Reference("entity", null=False, erased="along")
    entity_out_id = Reference("entity", null=False, erased="along")

    class Meta:
        table_name = "entity_concept_link"


class EntityVersion(Record):
    name = String(160, null=False)
    data = Json(veiled=True)
    entity_id = Reference("entity", erased="along")
    person_id = Reference("person")

    class Meta:
        table_name = "entity_version"


class AssetInstance(Record):
    asset_id = Reference("entity", null=False, index=False, erased="along")
    name = String(80)
    number = Integer()
    description = String(200)
    active = Boolean(default=True)
    data = Json()
    scene_id = Reference("entity", erased="along")
    target_asset_id = Reference("entity", erased="along")
    entity_id = Reference("entity", erased="along")
    entity_type_id = Reference("entity_type")

    relations = {
        "shots": Relation("asset_instance_link", "asset_instance_id", "entity_id"),
    }

    class Meta:
        table_name = "asset_instance"
        indexes = ((("asset_id", "target_asset_id", "scene_id", "number"), True),)


class AssetInstanceLink(Link):
    entity_id = Reference("entity", null=False, index=False, erased="along")
    asset_instance_id = Reference("asset_instance", null=False, erased="along")

    class Meta:
        table_name = "asset_instance_link"
        primary_key = CompositeKey("entity_id", "asset_instance_id")
