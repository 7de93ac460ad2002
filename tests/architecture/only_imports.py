"""A contract for import-linter: these modules import nothing but this.

The linter's own contracts name what is forbidden; a rule such as "an aggregate imports only contracts and the
decider" would then forget every module that is written tomorrow.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyImports(Contract):
    """``modules`` but ``exempt`` import directly nothing but ``may_import``, of what is ``among`` these packages.

    All four are lists of patterns as in file names (``services.*.api*``). A pattern that matches a package also
    covers what lies in it, but not in ``exempt``, where one cannot be too exact.
    """

    type_name = "only"

    modules = fields.ListField(subfield=fields.StringField())
    exempt = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    may_import = fields.ListField(subfield=fields.StringField())
    among = fields.ListField(subfield=fields.StringField(), required=False, default=["*"])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every direct import of these modules is one of those allowed."""
        broken = [
            (module, imported, graph.get_import_details(importer=module, imported=imported)[0]["line_number"])
            for module in sorted(graph.modules)
            if _covers(self.modules, module) and not _matches(self.exempt, module)
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if _covers(self.among, imported) and not _covers(self.may_import, imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line per import that is not allowed."""
        for module, imported, line in check.metadata["broken"]:
            output.print_error(f"{module} must not import {imported} (line {line})", bold=False)


def _matches(patterns: list[str], module: str) -> bool:
    return any(fnmatchcase(module, pattern) for pattern in patterns)


def _covers(patterns: list[str], module: str) -> bool:
    return _matches(patterns, module) or _matches([f"{pattern}.*" for pattern in patterns], module)
