"""A contract that import-linter does not bring: who may import a package directly, by the pattern of a module's name."""

from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ImportedOnlyBy(Contract):
    """Nothing but the `importers` (patterns of names) imports anything of `module` directly."""

    module = fields.StringField()
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        inside = {self.module, *graph.find_descendants(self.module)}
        found = {
            (importer, imported)
            for imported in inside
            for importer in graph.find_modules_that_directly_import(imported)
            if importer not in inside and not any(fnmatchcase(importer, pattern) for pattern in self.importers)
        }
        return ContractCheck(kept=not found, metadata={"found": sorted(found)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}")
