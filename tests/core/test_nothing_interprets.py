"""What the product never does with text that somebody sent: run it, build markup or a query of it, follow it away.

Held against the sources, for what is not there cannot be tried.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

import accesskeys
import identity_cloud

ROOT = Path(__file__).parents[2]
PYTHON = [path for room in ("accesskeys", "identity_cloud", "server") for path in (ROOT / room).rglob("*.py")]
SCRIPTS = [
    path for room in ("accesskeys", "identity_cloud") for path in (ROOT / room).rglob("static/**/*.js")
]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))

# A command starts PostgreSQL's own programs. The files of the cache are written by the server itself, and nobody else.
EXCEPTIONS = {
    "subprocess": ["identity_cloud/backups/programs.py"],
    "pickle": ["identity_cloud/caches/files.py"],
}
INTERPRETERS = {"pickle", "marshal", "shelve", "dill", "yaml", "subprocess", "pty", "jinja2", "mako"}
RUNNING = {"eval", "exec", "compile", "__import__", "system", "popen", "extra", "raw", "from_string"}


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield getattr(called, "attr", getattr(called, "id", "")), node


def test_nothing_is_imported_that_makes_code_or_objects_of_text() -> None:
    assert len(PYTHON) > 200
    found: dict[str, list[str]] = {}
    for path in PYTHON:
        for name in imports(ast.parse(path.read_text())):
            top = name.partition(".")[0]
            if top in INTERPRETERS or top in {"xml", "lxml"}:
                found.setdefault(top, []).append(str(path.relative_to(ROOT)))
    assert found == EXCEPTIONS


def test_nothing_is_run_and_no_template_or_query_is_made_of_text() -> None:
    for path in PYTHON:
        for name, call in calls(ast.parse(path.read_text())):
            is_pattern = name == "compile" and getattr(getattr(call.func, "value", None), "id", "") == "re"
            assert is_pattern or name not in RUNNING, f"{path}:{call.lineno}"
            assert not any(each.arg == "shell" for each in call.keywords), f"{path}:{call.lineno}"
            if (
                name in {"mark_safe", "SafeString", "RawSQL"} and path.name != "pictures.py"
            ):  # Which draws a QR code.
                assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno}"


def test_no_line_of_the_log_is_made_of_what_was_sent() -> None:
    """It is an argument of one."""
    for path in PYTHON:
        for name, call in calls(ast.parse(path.read_text())):
            if getattr(getattr(call.func, "value", None), "id", "") == "logger" and name != "isEnabledFor":
                said = call.args[1] if name == "log" else call.args[0]
                assert isinstance(said, ast.Constant | ast.Name), f"{path}:{call.lineno}"


def test_patterns_are_written_here() -> None:
    """None is made of what somebody typed."""
    for path in PYTHON:
        for name, call in calls(ast.parse(path.read_text())):
            is_of_re = getattr(getattr(call.func, "value", None), "id", "") == "re"
            if is_of_re and name in {"compile", "match", "search", "fullmatch", "sub", "split", "findall"}:
                names = {node.id for node in ast.walk(call.args[0]) if isinstance(node, ast.Name)}
                is_escaped = any(getattr(node, "attr", "") == "escape" for node in ast.walk(call.args[0]))
                assert is_escaped or all(each.isupper() for each in names), f"{path}:{call.lineno} {names}"


def patterns() -> Iterator[re.Pattern[str]]:
    for package in (accesskeys, identity_cloud):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name and ".settings.gate" not in module.name:
                for value in vars(importlib.import_module(module.name)).values():
                    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                        yield value


def test_no_pattern_takes_long_for_any_text() -> None:
    every = set(patterns())
    assert len(every) > 20
    parts = ["a", "A", "0", "_", ":", "a:", "ica_", "a.", " ", "-", "0-", '"', "ica_a", "é", "/", "a=", "\n"]
    for pattern in every:
        for part in parts:
            text = part * (8192 // len(part)) + "\0"
            began = time.process_time()
            pattern.match(text), pattern.fullmatch(text), pattern.search(text[:4096])
            assert time.process_time() - began < 0.5, (pattern.pattern, part)


def test_templates_escape_whatever_they_show() -> None:
    assert len(TEMPLATES) > 30
    for path in TEMPLATES:
        assert not re.search(r"\|\s*safe\b|\bautoescape\b|\bsafeseq\b", path.read_text()), path


def test_scripts_make_no_markup_or_code_of_text_and_hear_no_other_window() -> None:
    assert len(SCRIPTS) > 5
    forbidden = (
        r"\.(innerHTML|outerHTML|srcdoc)\s*=|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function"
        r"|postMessage|addEventListener\(\s*[\"'`]message|\bwindow\.name\b|\bjsonp?callback\b"
    )
    for path in SCRIPTS:
        assert not re.search(forbidden, path.read_text(), re.IGNORECASE), path


def test_whatever_a_page_loads_is_ours() -> None:
    for path in TEMPLATES:
        for address in re.findall(
            r"(?:src|href|action|hx-(?:get|post|put|delete))=\"([^\"]*)\"", path.read_text()
        ):
            assert not re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", address), (path, address)
    sources = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert {source for values in sources.values() for source in values} == {"'self'", "'none'"}


@pytest.mark.parametrize("name", ["SESSION_SERIALIZER", "MESSAGE_STORAGE"])
def test_sessions_hold_json(name: str) -> None:
    assert getattr(settings, name) in {
        "django.contrib.sessions.serializers.JSONSerializer",
        "django.contrib.messages.storage.session.SessionStorage",
    }
