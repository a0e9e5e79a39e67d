"""Every sentence that the rules can say, out of the source: an f-string becomes a template, "{}" for what varies."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[2] / "dispatch_server"
HOLE = "{}"

# Here every text with a space in it is for a person, unless it stands where nobody but a programmer reads.
RULES = (
    *("domain", "services", "planning/explaining.py"),
    *("gis/locator.py", "gis/told.py", "gis/travel.py", "gis/datums.py"),
)
# Here only what reads as a whole sentence, or is handed to a refusal: the rest is SQL, headers and documentation.
EDGES = ("web", "store/work.py", "store/store.py", "store/sqlite.py", "store/postgres.py", "store/feed.py", "protocol")
LAYERS = (
    *("folder", "given", "sources", "projections", "road_lines", "features", "rows", "layers"),
    *("ground", "checks", "map_checks", "datum_checks", "osm"),
)
# Read at a command line, by the IT room: complaints about a policy file.
FOR_THE_IT_ROOM = ("domain/rules.py", "web/metrics.py")
NOT_SPOKEN = ("protocol/chinese",)

REFUSALS = {
    *("Refused", "BadInput", "NotFound", "Forbidden", "Malformed", "StoreBusy", "SavingUnsure", "HTTPException"),
    *("ValueError", "at", "Flaw", "problem", "Reason", "Graded", "Answer", "_leaf_reader"),
}
_FOR_PROGRAMMERS = {"AssertionError", "TypeError", "RuntimeError", "getLogger", "lock", "answered", "open_to"}
_LOGGERS = {"debug", "info", "warning", "error", "exception"}
_DOCUMENTATION = {"summary", "description", "thread_name_prefix", "format"}
_CONSTANTS_OF_THE_API_PAGE = {"_ABOUT", "_PROBLEMS", "_ANSWERS", "_SECURITY"}
MOST_WAYS = 64


@dataclass
class _Scope:
    """What the names of a function and of its module may stand for, and which texts were read through a name."""

    module: dict[str, list[ast.expr]]
    local: dict[str, list[ast.expr]] = field(default_factory=dict)
    read: set[ast.AST] = field(default_factory=set)

    def meanings(self, name: str) -> list[ast.expr]:
        return self.local.get(name) or self.module.get(name, [])


def modules(places: Sequence[str]) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        for one in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = one.relative_to(ROOT).as_posix()
            if name not in FOR_THE_IT_ROOM and not name.startswith(NOT_SPOKEN):
                yield one


def said_by_the_rules() -> dict[str, str]:
    """Each template with the place where it is said."""
    found: dict[str, str] = {}
    for path in modules(RULES):
        found |= said_in(path, whole_sentences_only=False)
    for path in modules((*EDGES, *(f"gis/{name}.py" for name in LAYERS))):
        found |= said_in(path, whole_sentences_only=True)
    return found


def said_in(path: Path, whole_sentences_only: bool) -> dict[str, str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = _assigned(tree.body)
    found: dict[str, str] = {}
    skipped = set(_unspoken(tree))
    scopes = [(n, _Scope(module, _assigned_within(n))) for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    scopes += [(n, _Scope(module, _assigned_within(n))) for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef)]
    done: set[ast.AST] = set()
    texts: list[tuple[ast.expr, _Scope, bool]] = []
    for top, scope in [*scopes, (tree, _Scope(module))]:
        for node, in_refusal in _texts(top, skipped, done):
            texts.append((node, scope, in_refusal))
    ways = [(node, scope, in_refusal, _ways(node, scope)) for node, scope, in_refusal in texts]
    read = set().union(*(scope.read for _, scope, _ in texts)) if texts else set()
    for node, _, in_refusal, templates in ways:
        if node in read:
            continue
        for template in templates:
            if _is_spoken(template, whole_sentences_only, in_refusal):
                found[template] = f"{path.as_posix().rpartition('dispatch_server/')[2]}:{node.lineno}"
    return found


def _is_spoken(template: str, whole_sentences_only: bool, in_refusal: bool) -> bool:
    letters = template.replace(HOLE, "")
    if not any(c.isascii() and c.isalpha() for c in letters):
        return False
    if in_refusal:
        return template.strip() != HOLE
    if whole_sentences_only:
        return template[:1].isupper() and template.endswith(".") and " " in letters.strip()
    return " " in template or template.endswith(".")


def _unspoken(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything below docstrings, decorators, logs, assertions, errors of programmers, and the API's own page."""
    for node in ast.walk(tree):
        outer: list[ast.AST] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            outer.append(node.value)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            outer += node.decorator_list
        if isinstance(node, ast.Assert) and node.msg is not None:
            outer.append(node.msg)
        if isinstance(node, ast.AnnAssign | ast.arg):
            outer += [node.annotation] if node.annotation is not None else []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            outer.append(node.returns)
        if isinstance(node, ast.Call) and _is_for_programmers(node):
            outer.append(node)
        if isinstance(node, ast.keyword) and node.arg in _DOCUMENTATION:
            outer.append(node.value)
        if isinstance(node, ast.Dict):
            outer += [v for k, v in zip(node.keys, node.values, strict=True) if _is_documentation(k)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and _targets(node) & _CONSTANTS_OF_THE_API_PAGE:
            outer.append(node)
        for one in outer:
            yield from ast.walk(one)


def _is_documentation(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value in _DOCUMENTATION


def _is_for_programmers(call: ast.Call) -> bool:
    name = _name_of(call.func)
    owner = _name_of(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return name in _FOR_PROGRAMMERS or (owner == "_log" and name in _LOGGERS)


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _texts(top: ast.AST, skipped: set[ast.AST], done: set[ast.AST]) -> Iterator[tuple[ast.expr, bool]]:
    """The widest text expressions below a node, each once, and whether a refusal is made of it."""
    waiting: list[tuple[ast.AST, bool]] = [(child, False) for child in ast.iter_child_nodes(top)]
    while waiting:
        node, in_refusal = waiting.pop()
        if node in skipped or node in done:
            continue
        if isinstance(node, ast.Call):
            in_refusal = in_refusal or _name_of(node.func) in REFUSALS
        elif isinstance(node, ast.Dict):  # headers beside the sentence
            in_refusal = False
        if _is_text(node):
            inside = [one for one in ast.walk(node) if isinstance(one, ast.BoolOp)]
            done.update(set(ast.walk(node)) - {below for one in inside for below in ast.walk(one)})
            waiting += [(one, False) for one in inside]
            yield node, in_refusal
            continue
        waiting += [(child, in_refusal) for child in ast.iter_child_nodes(node)]


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_text(node.left) or _is_text(node.right)
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) or _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _ways(node: ast.expr, scope: _Scope, depth: int = 0) -> list[str]:
    """Every template that an expression may come to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return _joined([_ways(part, scope, depth) for part in node.values])
    if isinstance(node, ast.FormattedValue):
        return _ways(node.value, scope, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([_ways(node.left, scope, depth), _ways(node.right, scope, depth)])
    if isinstance(node, ast.IfExp):
        return [*_ways(node.body, scope, depth), *_ways(node.orelse, scope, depth)]
    if isinstance(node, ast.Name) and depth < 3:
        meanings = [m for m in scope.meanings(node.id) if _is_text(m)]
        if meanings:
            scope.read.update(meanings)
            return [way for m in meanings for way in _ways(m, scope, depth + 1)]
    return [HOLE]


def _joined(parts: list[list[str]]) -> list[str]:
    ways = ["".join(way) for way in product(*parts)]
    assert len(ways) <= MOST_WAYS, ways[0]
    return ways


def _assigned(body: Iterable[ast.stmt]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            for name, value in _pairs(node.targets[0], node.value):
                found.setdefault(name, []).append(value)
    return found


def _assigned_within(function: ast.AST) -> dict[str, list[ast.expr]]:
    return _assigned(n for n in ast.walk(function) if isinstance(n, ast.stmt))


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, its)


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {t.id for t in targets if isinstance(t, ast.Name)}
