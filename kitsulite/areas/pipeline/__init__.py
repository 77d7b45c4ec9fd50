"""The files of the pipeline: where they lie, which revisions there are, what came out of what (contract 06, 7)."""
