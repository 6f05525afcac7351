"""Lists that follow the rooms are those the rooms give."""

from __future__ import annotations

import pytest

from trucewatch.docs import PARTS
from trucewatch.paths import project_root
from trucewatch.rooms import rooms


@pytest.mark.parametrize("name", list(PARTS))
def test_the_generated_part_is_the_one_of_the_rooms(name):
    text = (project_root() / name).read_text(encoding="utf-8")
    assert PARTS[name](text) == text, f"{name} is stale; run: trucewatch docs"
    assert all(room in text for room in rooms())


def test_a_room_that_goes_leaves_every_list(monkeypatch):
    fewer = {name: room for name, room in rooms().items() if name != "soybeans"}
    monkeypatch.setattr("trucewatch.docs.rooms", lambda: fewer)
    text = (project_root() / "dvc.yaml").read_text(encoding="utf-8")
    assert "reports/soybeans" not in PARTS["dvc.yaml"](text).partition("plots:")[0]
