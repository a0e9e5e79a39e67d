"""No file and no function grows past what a person reads in one go. Raise a limit only with a reason beside it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("dispatch_server", "mobile_app", "benchmarks", "gis_data")
FILE_LINES = 400
FUNCTION_LINES = 45
MEDIAN_FUNCTION_LINES = 9


def sources() -> list[Path]:
    found = [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]
    return [p for p in found if "migrations/versions" not in p.as_posix()]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", sources(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{path.relative_to(ROOT)} has {lines} lines; split it by concept"
    too_long = [f"{name}: {n} lines" for name, n in functions(path) if n > FUNCTION_LINES]
    assert not too_long


def test_the_median_function_is_short() -> None:
    lengths = [n for path in sources() for _, n in functions(path)]
    assert median(lengths) <= MEDIAN_FUNCTION_LINES
