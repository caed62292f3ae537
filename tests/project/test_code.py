"""What the code does not do, looked up in it; each look would find what it looks for."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts import audit

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    file
    for folder in ("elections", "exchange_portal")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in file.parts
]
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
RE_FUNCTIONS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall",
                "finditer"}  # fmt: skip

Look = Callable[[ast.AST], Iterator[ast.AST]]


def found(look: Look) -> list[str]:
    """Where in the portal's code `look` finds something."""
    return [
        f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for file in FILES
        for node in look(ast.parse(file.read_text(encoding="utf-8")))
    ]


def finds(look: Look, source: str) -> bool:
    return bool(list(look(ast.parse(source))))


def root_of(node: ast.AST) -> ast.AST:
    """What an expression such as `NAMES[word].text` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def constant(node: ast.AST) -> bool:
    """Whether an expression is put together of constants, by their names, and of escaped parts."""
    if "re.escape" in ast.unparse(node):
        return True
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return all(name.lstrip("_").isupper() for name in names)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def open_patterns(tree: ast.AST) -> Iterator[ast.AST]:
    """Regular expressions that are not fixed."""
    for call in calls(tree):
        fixed = constant(call.args[0]) if call.args else True
        if ast.unparse(call.func) in {f"re.{name}" for name in RE_FUNCTIONS} and not fixed:
            yield call


def open_templates(tree: ast.AST) -> Iterator[ast.AST]:
    """Templates that are made of a text, and names of templates that are not fixed."""
    for call in calls(tree):
        name = ast.unparse(call.func)
        if name.endswith(".from_string") and not name.startswith("puremagic."):
            yield call
        if name in ("Template", "template.Template", "jinja2.Template"):
            yield call


def open_formats(tree: ast.AST) -> Iterator[ast.AST]:
    """`.format` of a text that is not ours."""
    for call in calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "format_map"):
            root = root_of(call.func.value)
            ours = isinstance(root, ast.Constant | ast.JoinedStr) or (
                isinstance(root, ast.Name) and (root.id.isupper() or root.id == "sql")
            )
            if not ours:
                yield call


def weak_cryptography(tree: ast.AST) -> Iterator[ast.AST]:
    """Chance that can be foretold, and cryptography from anywhere else than we decided on."""
    known = {"random", "Crypto", "Cryptodome", "rsa", "ecdsa", "pyaes", "nacl"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            if {name.partition(".")[0] for name in names} & known:
                yield node


def mixed_parameters(tree: ast.AST) -> Iterator[ast.AST]:
    """One parameter looked for in the query and in the body, whichever has it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp | ast.BinOp | ast.Dict):
            parts = list(ast.iter_child_nodes(node))
            query = [part for part in parts if re.search(r"\.GET\b", ast.unparse(part))]
            body = [part for part in parts if re.search(r"\.POST\b", ast.unparse(part))]
            if query and body and texts_in(query) == texts_in(body):
                yield node


def texts_in(nodes: list[ast.AST]) -> set[object]:
    return {n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant)}


def test_no_pattern_is_made_of_input() -> None:
    assert found(open_patterns) == []
    assert finds(open_patterns, "re.search(f'{name}.*', text)")
    assert finds(open_patterns, "re.compile(words)")
    assert not finds(open_patterns, "re.search(re.escape(name), text)")


def test_no_template_is_made_of_input() -> None:
    assert found(open_templates) == []
    assert finds(open_templates, "engines['django'].from_string(text)")
    assert finds(open_templates, "Template('Dear ' + name)")


def test_no_format_string_is_made_of_input() -> None:
    assert found(open_formats) == []
    assert finds(open_formats, "text.format(user=user)")
    assert not finds(open_formats, "SENTENCES[code].format(grant=grant)")


def test_cryptography_comes_from_the_standard_library_and_known_packages() -> None:
    assert found(weak_cryptography) == []
    assert finds(weak_cryptography, "import random")
    assert finds(weak_cryptography, "from Crypto.Cipher import AES")


def test_each_parameter_is_read_from_one_place() -> None:
    assert found(mixed_parameters) == []
    assert finds(mixed_parameters, "x = request.GET.get('a') or request.POST.get('a')")
    assert finds(mixed_parameters, "x = {**request.GET, **request.POST}")


# Scripts

DANGEROUS = re.compile(
    r"\.(inner|outer)HTML\s*=(?!=)|insertAdjacentHTML|document\.write|\beval\s*\(|new Function\b"
    r"|set(Timeout|Interval)\(\s*[\"'`]|\bpostMessage\b|[\"']message[\"']|javascript:|srcdoc"
)
# A key of an object that is only known while running; a Map has no prototype to reach.
KEY_FROM_OUTSIDE = re.compile(r"\w\[\s*[a-zA-Z_$][\w.$]*\s*\]\s*=(?!=)|Object\.assign|__proto__")
KEPT = re.compile(
    r"sessionStorage|indexedDB|document\.cookie|\bcaches\b|localStorage(?!\.(?:get|set)Item\(KEPT\b)"
)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file.name}: {line.strip()}"
        for file in SCRIPTS
        for line in file.read_text(encoding="utf-8").splitlines()
        if pattern.search(line)
    ]


def test_no_script_evaluates_or_writes_markup() -> None:
    assert SCRIPTS
    assert lines_with(DANGEROUS) == []
    for line in ("a.innerHTML = b", "eval (x)", 'setTimeout("x()", 1)', "new Function(x)",
                 'addEventListener("message", f)'):  # fmt: skip
        assert DANGEROUS.search(line), line
    assert not DANGEROUS.search("if (a.innerHTML === b)")


def test_no_script_makes_keys_of_an_object_out_of_input() -> None:
    assert lines_with(KEY_FROM_OUTSIDE) == []
    assert KEY_FROM_OUTSIDE.search("answers[field.name] = field.value")


def test_the_browser_keeps_two_preferences_and_nothing_else() -> None:
    assert lines_with(KEPT) == []
    kept = re.findall(r"setItem\(KEPT, (.*)\);", "\n".join(f.read_text() for f in SCRIPTS))
    assert sorted(kept) == ['hidden ? "hidden" : "shown"', 'on ? "on" : "off"']
    assert KEPT.search('localStorage.setItem("name", name)')


# bandit


def test_bandit_finds_nothing_that_has_no_reason() -> None:
    assert audit.code() == []


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("eval(words)", "B307"),
        ("import subprocess\nsubprocess.run(words, shell=True)", "B602"),
        ("import pickle\npickle.loads(words)", "B301"),
        ("import hashlib\nhashlib.md5(words)", "B324"),
        ("import yaml\nyaml.load(words)", "B506"),
        ("from xml.etree import ElementTree\nElementTree.parse(words)", "B314"),
        ("cursor.execute('SELECT * FROM t WHERE x = ' + words)", "B608"),
        ("import random\nrandom.choice(words)", "B311"),
    ],
)
def test_bandit_would_find_what_it_is_for(tmp_path: Path, source: str, rule: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(source + "\n")
    problems = audit.without_reason(audit.bandit([file]), {"every file": {}})
    assert any(f": {rule}: " in problem for problem in problems), problems


def test_a_reason_that_nothing_needs_is_told() -> None:
    reasons = {"every file": {}, "elections/nowhere.py": {"B101": "because"}}
    assert audit.without_reason([], reasons) == ["elections/nowhere.py: B101: not needed"]


def names_of(script: str) -> list[str]:
    """What a script declares for all scripts of its page."""
    return re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", script, re.MULTILINE)


def test_no_two_scripts_declare_one_name() -> None:
    """They share a page: the one that came last would be called by both."""
    scripts = sorted((ROOT / "static" / "portal").glob("*.js"))
    names = [name for script in scripts for name in names_of(script.read_text(encoding="utf-8"))]
    assert len(names) > 20
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert names_of("const A = 1;\nasync function b() {\n  const c = 2;\n}\n") == ["A", "b"]
