"""The sizes that keep a file readable in one sitting; ruff counts statements, this counts lines."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("commands", "service", "bot", "domain", "storage", "scheduler")
MODULE_STOPS_AT = 300
FUNCTION_STOPS_AT = 40


def modules() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.py"))
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body; a long signature or docstring is no fault."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_module_is_longer_than_300_lines():
    sizes = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {str(path): size for path, size in sizes.items() if size > MODULE_STOPS_AT} == {}


def test_no_function_is_longer_than_40_lines():
    sizes = {
        f"{path.relative_to(ROOT)}:{each.lineno} {each.name}": length(each)
        for path in modules()
        for each in functions(path)
    }
    assert {place: size for place, size in sizes.items() if size > FUNCTION_STOPS_AT} == {}
