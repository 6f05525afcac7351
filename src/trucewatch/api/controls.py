"""A function under controls, for a notebook."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trucewatch.errors import TrucewatchError

if TYPE_CHECKING:
    from ipywidgets import Widget  # type: ignore[import-untyped]


def explore(function: Callable[..., Any], **controls: Any) -> Widget:
    """Show a function's answer under controls; it is asked again whenever one of them changes.

    Parameters
    ----------
    function
        Its arguments are the controls; what it returns is shown.
    controls
        By argument: a widget of `ipywidgets`, or what `ipywidgets.interact` makes one of (a list to choose
        from, a text, a number with its limits).

    Returns
    -------
    ipywidgets.Widget
        Controls and answer; `children` holds the controls and then the answer. A question that cannot be
        answered shows the sentence that says why, not a traceback.
    """
    import ipywidgets
    from IPython.display import display

    @functools.wraps(function)
    def answer(**chosen: Any) -> None:
        try:
            found = function(**chosen)
        except TrucewatchError as error:
            print(f"{error}")
            return
        if found is not None:
            display(found)

    shown = ipywidgets.interactive(answer, **controls)
    for control in shown.kwargs_widgets:
        # an answer takes a moment: ask when the reader lets go, not at every step between
        if "continuous_update" in control.trait_names():
            control.continuous_update = False
    return shown
