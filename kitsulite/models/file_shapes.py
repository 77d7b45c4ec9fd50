"""How the pipeline's files look on the wire (docs/api/rows.md)."""

from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.shapes import Shape, nested

SOURCE = 'FROM "working_file" WHERE "working_file"."id" = "output_file"."source_file_id"'

OUTPUT_FILE = Shape(OutputFile, plus={"source_file": nested(Shape(WorkingFile), SOURCE)}, title="OutputFileWithSource")
"""An output with the working file that it came out of."""
