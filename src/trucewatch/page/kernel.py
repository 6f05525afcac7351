"""Notebook execution: papermill with a kernel of our own making (private sockets, fixed environment)."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from traitlets.config import Config

from trucewatch import forks

KERNEL = "python3"
_ENGINE = "trucewatch"
_STARTUP_SECONDS = 120


class _Manager(AsyncKernelManager):
    """Starts a kernel as a fork where a build has a server of forks, and as a process elsewhere."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command of the kernel."""
        connection = str(Path(self.connection_file).resolve())
        return [sys.executable, "-m", forks.__name__, "-f", connection, *(extra_arguments or ())]


class _Engine(NBClientEngine):
    """papermill's engine, which itself can set neither environment nor transport of the kernel."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **given: Any) -> None:
        # A kernel's sockets live at one path: two kernels at a time need two.
        sockets = tempfile.mkdtemp(prefix="tw-", dir="/tmp" if Path("/tmp").is_dir() else None)
        manager = {"transport": "ipc", "ip": str(Path(sockets) / "k")}
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=_Manager,
            timeout=given["execution_timeout"],
            startup_timeout=_STARTUP_SECONDS,
            shutdown_kernel="immediate",
            config=Config({"KernelManager": manager}),
            on_cell_start=given["on_cell_start"],
        )
        try:
            client.execute(env=given["env"], cwd=given["kernel_cwd"])
        finally:
            shutil.rmtree(sockets, ignore_errors=True)


papermill_engines.register(_ENGINE, _Engine)


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: int | None,
    on_cell: Callable[[int], None],
) -> nbformat.NotebookNode:
    """Run a notebook with parameters in a fresh kernel and return it with its outputs.

    Raises `papermill.PapermillExecutionError` if a cell raises; `output` then ends with the traceback;
    `Exception` if the kernel dies or a cell runs over the timeout; `output` holds what had run.

    - `notebook`, `output`: the source, and where the executed notebook is saved cell by cell
    - `parameters`: injected after the cell tagged `parameters`
    - `cwd`, `env`: working directory and whole environment of the kernel
    - `timeout`: seconds a single cell may take; None for no limit.
    - `on_cell`: called with the index of each cell as it starts
    """
    return papermill.execute_notebook(
        notebook,
        output,
        parameters=dict(parameters),
        engine_name=_ENGINE,
        kernel_name=KERNEL,
        progress_bar=False,
        autosave_cell_every=0,
        execution_timeout=timeout,
        env={**env, **forks.FIXED_ENVIRONMENT},
        kernel_cwd=str(cwd),
        on_cell_start=lambda cell_index, **_: on_cell(cell_index),
    )


def declared_parameters(notebook: Path) -> set[str]:
    """Return the names that the cell tagged `parameters` assigns."""
    return set(papermill.inspect_notebook(notebook))


def has_parameters_cell(notebook: nbformat.NotebookNode) -> bool:
    """Return whether a cell carries the tag `parameters`."""
    return any("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)
