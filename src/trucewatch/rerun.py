"""A report by hand with other parameters, beside the pipeline's own and without touching it."""

from __future__ import annotations

import contextlib
import difflib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trucewatch.errors import DataError, ParameterError
from trucewatch.made import not_ours
from trucewatch.params import Params, check_params, load_params, section
from trucewatch.params.types import Section
from trucewatch.paths import clean_dir, project_root, reports_dir

#: What a finished report and a finished sweep leave in their folder; another folder is never written over.
REPORT_MARK, SWEEP_MARK = "summary.json", "sweep.json"


def report_names(root: Path | None = None) -> list[str]:
    """Return the reports that have both a section of parameters and a notebook."""
    root = root or project_root()
    return [name for name in Params.model_fields if (root / "notebooks" / f"{name}.ipynb").is_file()]


def with_given(
    name: str, given: Mapping[str, Any], root: Path | None = None, base: Section | None = None
) -> dict[str, Any]:
    """Return the section of a report as params.yaml has it, with some values replaced.

    `name`: the report; `given`: typed values by parameter (`typed` makes them from text); `base`: what
    params.yaml says, if it has been read already.

    Raises `ParameterError` with one line for each unknown name and each value that is not legal.
    """
    root = root or project_root()
    _section_model(name, root)
    standing = section(name, base or load_params(root / "params.yaml"))
    checked = check_params({name: {**standing, **given}}, file="the parameters given")
    return section(name, checked)


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Split `key=value` texts; a key given twice is refused."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ParameterError(f"-p {text!r} cannot be read", remedy="write -p name=value")
        if key in found:
            raise ParameterError(f"-p {key} is given twice", remedy="leave one")
        found[key] = value.strip()
    return found


def typed(name: str, key: str, text: str, root: Path | None = None) -> Any:
    """Return the value that a text means for a parameter, by the type of the parameter.

    A list stands in brackets, `[8507,8541]`. A text that means nothing legal comes back as what it looks
    like, for `with_given` to refuse with the legal range.
    """
    model = _section_model(name, root or project_root())
    if key not in model.model_fields:
        return text
    readings = list(_readings(text))
    for reading in readings:
        if _fits(model, key, reading):
            return reading
    return readings[1] if len(readings) > 1 else text


def check_built(name: str, root: Path | None = None) -> None:
    """Refuse a report whose tables have not been built, with the command that builds them.

    Raises `DataError` if a clean table its notebook names, or the panel of duties it reads, is missing.
    """
    from trucewatch.page.dependencies import BUILT, import_closure, notebook_tree, tables_named
    from trucewatch.tables.registry import TABLES

    root = root or project_root()
    tree = notebook_tree(root / "notebooks" / f"{name}.ipynb")
    wanted = {clean_dir(root) / f"{table}.parquet" for table in tables_named(tree)}
    missing = sorted(path.relative_to(root).as_posix() for path in wanted if not path.is_file())
    modules = import_closure(tree, root / "src")
    missing += [
        folder
        for module, folder, pattern in BUILT
        if module in modules and not any((root / folder).glob(pattern))
    ]
    if missing:
        remedy, table = "trucewatch build inputs", Path(missing[0]).stem
        if near := difflib.get_close_matches(table, TABLES, n=1) if table not in TABLES else []:
            remedy = f"write {near[0]!r} in the notebook, if that is meant; else {remedy}"
        raise DataError(f"the report {name!r} reads what is not built yet", remedy=remedy, file=missing[0])


def check_folder(out: Path, name: str, mark: str, root: Path | None = None) -> Path:
    """Return the folder to write into, as a whole path, or refuse one that holds something else.

    `name`: the report; `mark`: the file by which an earlier result of the same kind and report is known.

    Raises `ParameterError` if `out` lies in what the pipeline builds, holds anything but such a result (for a
    report, one that nobody added to or changed), or cannot be written.
    """
    root = root or project_root()
    out = out.resolve()
    for built in (reports_dir(root), root / "data"):
        if out.is_relative_to(built):
            raise ParameterError(
                f"--out {out}: {built.relative_to(root)}/ belongs to the pipeline", remedy="another folder"
            )
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or _is_of(name, out / mark))):
        raise ParameterError(
            f"--out {out} exists and holds something else", remedy="name a new folder, or an empty one"
        )
    if out.exists() and mark == REPORT_MARK and (kept := not_ours(out)):
        raise ParameterError(
            f"--out {out} holds what was not made here, or was changed since: {', '.join(kept[:5])}"
            f"{' …' if len(kept) > 5 else ''}",
            remedy="name a new folder, or move the files elsewhere",
        )
    try:
        # asked before the notebook has run for a minute, not after
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=out.parent):
            pass
    except OSError as error:
        raise ParameterError(
            f"--out {out}: cannot be written ({error.strerror or error})", remedy="another folder"
        ) from None
    return out


def _is_of(name: str, mark: Path) -> bool:
    """Return whether the marking file of a result is there and names the report."""
    try:
        return bool(json.loads(mark.read_text(encoding="utf-8"))["report"] == name)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _section_model(name: str, root: Path) -> type[Section]:
    names = report_names(root)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
        raise ParameterError(f"no report {name!r}; {hint}")
    model = Params.model_fields[name].annotation
    assert isinstance(model, type)
    assert issubclass(model, Section)
    return model


def _fits(model: type[Section], key: str, value: Any) -> bool:
    try:
        model.model_validate({key: value})
    except ValidationError as error:
        # a rule over several parameters says nothing about this one
        return all(item["loc"][:1] != (key,) for item in error.errors())
    return True


def _readings(text: str) -> Iterator[Any]:
    """Yield what a text can mean, the plainest first: itself, JSON, a list of bare words."""
    yield text
    with contextlib.suppress(ValueError):
        yield json.loads(text)
    if text.startswith("[") and text.endswith("]"):
        yield [item.strip() for item in text[1:-1].split(",") if item.strip()]
