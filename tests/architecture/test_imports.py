"""What the linter of imports cannot see: that it sees everything, and that no rule asks what time it is."""

from __future__ import annotations

import ast
from pathlib import Path

import grimp
import pytest

from tests.architecture.only_imports import OnlyImports

ROOT = Path(__file__).parents[2]
OURS = ("contracts", "chassis", "services", "nyfiken")
ASKING_THE_TIME = {"now", "utcnow", "today"}


def a_graph(*imports: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="import it")
    return graph


def checked(graph: grimp.ImportGraph, **options: list[str]) -> list[tuple[str, str, int]]:
    contract = OnlyImports(name="a rule", session_options={}, contract_options=options)
    return contract.check(graph, verbose=False).metadata["broken"]


def test_what_is_not_named_may_not_be_imported():
    graph = a_graph(("services.ideas.idea", "random"), ("services.ideas.idea", "contracts.ideas"))
    assert checked(graph, modules=["services"], may_import=["contracts"]) == [("services.ideas.idea", "random", 1)]


def test_a_module_written_tomorrow_falls_under_the_rule_unless_it_is_exempt():
    graph = a_graph(("services.ideas.new", "flask"), ("services.ideas.api_new", "flask"), ("services", "flask"))
    broken = checked(graph, modules=["services"], exempt=["services.*.api*", "services"], may_import=[])
    assert broken == [("services.ideas.new", "flask", 1)]


def test_a_rule_about_some_packages_leaves_the_others_alone():
    graph = a_graph(("chassis.store", "sqlalchemy.engine"), ("chassis.store", "contracts.ideas"))
    broken = checked(graph, modules=["chassis"], among=["contracts"], may_import=["contracts.event"])
    assert broken == [("chassis.store", "contracts.ideas", 1)]


@pytest.mark.parametrize("package", OURS)
def test_every_folder_with_code_is_a_package_so_the_linter_sees_it(package):
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def rules() -> list[Path]:
    edges = ("api", "main", "sender", "__")
    return sorted(path for path in (ROOT / "services").rglob("*.py") if not path.name.startswith(edges))


@pytest.mark.parametrize("path", rules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_rules_and_folds_never_ask_what_time_it_is(path):
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    assert [f.lineno for f in calls if isinstance(f, ast.Attribute) and f.attr in ASKING_THE_TIME] == []
