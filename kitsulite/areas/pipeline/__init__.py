"""The files of the pipeline: where they lie, which revisions there are, what came out of what (docs/api/pipeline.md)."""
