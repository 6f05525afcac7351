"""Which project the answers come from."""

from __future__ import annotations

import os
from pathlib import Path

from trucewatch.errors import TrucewatchError
from trucewatch.paths import project_root

_VARIABLE = "TRUCEWATCH_HOME"


def use(path: str | os.PathLike[str] | None) -> Path:
    """Answer from the project in a folder, wherever the working directory is.

    Sets `TRUCEWATCH_HOME` for this process and those it starts.

    Parameters
    ----------
    path
        The folder of a checkout; None to find it from the working directory again.

    Returns
    -------
    pathlib.Path
        The project that is used from now on.

    Raises
    ------
    TrucewatchError
        If the folder holds no project, or None is given and the working directory is in none.

    Examples
    --------
    >>> import trucewatch as tw
    >>> tw.use("~/trucewatch")  # doctest: +SKIP
    """
    if path is None:
        os.environ.pop(_VARIABLE, None)
        return project_root()
    folder = Path(path).expanduser().resolve()
    if not folder.is_dir():
        raise TrucewatchError(f"no folder {folder}", remedy="give the folder of a checkout of the project")
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = str(folder)
    try:
        return project_root()
    except TrucewatchError as error:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
        raise TrucewatchError(
            f"{folder} is no project: it holds no dvc.yaml and params.yaml",
            remedy="give the folder of a checkout",
        ) from error
