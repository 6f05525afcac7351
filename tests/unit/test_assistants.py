"""The server for assistants, asked by the official client: examples of the page, hostile arguments."""

import json
import random
import re
import sys

import anyio
import pytest
from mcp import Client, StdioServerParameters

import trucewatch as tw
from trucewatch.answers.inputs import current_ledger
from trucewatch.api.assistants import LIMIT, server
from trucewatch.paths import project_root

TOOLS = {"lookup", "origins", "search", "history", "diff", "calendar", "average", "acts"}
PAGE = (project_root() / "docs/doors.md").read_text(encoding="utf-8")
EXAMPLES = [(name, json.loads(asked)) for name, asked in re.findall(r"\| `(\w+) (\{.*\})` \|", PAGE)]
STDIO = StdioServerParameters(command=sys.executable, args=["-m", "trucewatch", "mcp"], cwd=project_root())


def ask(questions, where=None):
    """Return whether each question was refused, and the text of its answer."""

    async def session():
        async with Client(where or server()) as client:
            answers = [await client.call_tool(name, arguments) for name, arguments in questions]
        return [(answer.is_error, answer.content[0].text) for answer in answers]

    return anyio.run(session)


@pytest.fixture(scope="module")
def told():
    """Return the answers to the examples of the page, from a server of its own."""
    return ask(EXAMPLES, STDIO)


def test_the_page_has_an_example_of_every_tool():
    assert {name for name, _ in EXAMPLES} == TOOLS


def test_every_tool_says_when_to_use_it():
    async def session():
        async with Client(server()) as client:
            return (await client.list_tools()).tools, client.instructions

    tools, instructions = anyio.run(session)
    assert {tool.name for tool in tools} == TOOLS
    assert all("Use it" in tool.description and tool.annotations.read_only_hint for tool in tools)
    assert all(name in instructions for name in (*TOOLS, tw.law_asof().isoformat(), "ruling"))
    described = [field for tool in tools for field in tool.input_schema["properties"].values()]
    assert all(field.get("description") for field in described)


def test_every_example_is_answered_small_with_act_doubt_and_day(told):
    for (name, arguments), (refused, text) in zip(EXAMPLES, told, strict=True):
        assert not refused, (name, arguments, text)
        assert len(text.encode()) < LIMIT
        answer = json.loads(text)
        assert answer["law_asof"] == tw.law_asof().isoformat()
        assert answer["ruling"] == "Not a customs ruling."
        assert "confidence" in text or "doubt" in text, name
        assert any(
            f'"{key}": ' in text for key in ("act", "act_id", "acts", "hits", "stretches", "groups")
        ), name


@pytest.mark.slow
def test_examples_say_what_the_package_says(told):
    toy, vietnam, anywhere, soybeans, found, phones, geneva, cliffs, average, acts = (
        json.loads(text) for _, text in told
    )
    assert toy["total_pct"] == float(tw.lookup("9503.00.00", on="2025-04-10").total_pct)
    assert toy["duty_usd"] == 1450
    assert sum(line["pp"] for line in toy["lines"]) == toy["total_pct"]
    assert vietnam["total_pct"] == float(tw.lookup("9503.00.00", "Vietnam").total_pct)
    assert sum(group["count"] for group in anywhere["groups"]) == 3
    assert anywhere["groups"][0]["total_pct"] == max(
        tw.origins("9503.00.00", only=["CHN", "MEX"]).to_frame()["total_pct"]
    )
    beans = tw.lookup("1201.90.11", on="2025-04-20", importer="CHN")
    assert (soybeans["lower_pct"], soybeans["upper_pct"]) == tuple(map(float, beans.bounds_pct))
    assert [hit["code"] for hit in found["hits"]] == [hit.code for hit in tw.search("usb cable", top=8).hits]
    path = tw.history("8517.13.00")
    assert [row["total_pct"] for row in phones["stretches"]] == list(map(float, path["total_pct"]))[::-1]
    assert geneva["change_average_pp"] == pytest.approx(
        tw.diff("2025-05-13", "2025-05-14").average_pp, abs=1e-6
    )
    assert (
        cliffs["count"] == len(tw.calendar().cliffs) == len(cliffs["cliffs"]) + cliffs["left_out"]["cliffs"]
    )
    rate = tw.average_rate(on="2025-05-14", products=["85"], by="total")["rate_pct"].iloc[0]
    assert average["lower_pct"] <= average["total_pct"] == pytest.approx(rate, abs=0.001)
    assert average["total_pct"] <= average["upper_pct"]
    assert {act["act_id"] for act in acts["acts"]} == set(tw.acts(search="Geneva")["act_id"])


HOSTILE = [
    ("lookup", {}),
    ("lookup", {"code": None}),
    ("lookup", {"code": 95030000}),
    ("lookup", {"code": "../../etc/passwd"}),
    ("lookup", {"code": "9" * 100_000}),
    ("lookup", {"code": "95030000\x00'; DROP TABLE names; --"}),
    ("lookup", {"code": "9503.00.00", "date": "2025-04-10"}),
    ("lookup", {"code": "9503.00.00", "on": "2025-02-30"}),
    ("lookup", {"code": "9503.00.00", "on": "9999-12-31"}),
    ("lookup", {"code": "9503.00.00", "on": "-1"}),
    ("lookup", {"code": "9503.00.00", "origin": "Atlantis"}),
    ("lookup", {"code": "9503.00.00", "origin": ""}),
    ("lookup", {"code": "9503.00.00", "importer": "EU"}),
    ("lookup", {"code": "9503.00.00", "value": "NaN"}),
    ("lookup", {"code": "9503.00.00", "value": -1}),
    ("lookup", {"code": "9503.00.00", "value": "1e400"}),
    ("lookup", {"code": "9503.00.00", "claims": ["no such claim"]}),
    ("lookup", {"code": "9503.00.00", "content": {"steel": 7}}),
    ("lookup", {"code": "9503.00.00", "content": {"gold": 0.5}}),
    ("lookup", {"code": "9503.00.00", "known": "2030-01-01"}),
    ("lookup", {"code": "9503.00.00", "lens": "rosy"}),
    ("search", {"words": ""}),
    ("search", {"words": "cable", "top": 10_000}),
    ("search", {"words": ["cable"]}),
    ("history", {"code": "85"}),
    ("history", {"code": "8517"}),
    ("history", {"code": "8517.13.00", "first": "2026-01-01", "last": "2025-01-01"}),
    ("diff", {"a": "2025-05-14", "b": "2025-05-14"}),
    ("diff", {"a": "yesterday", "b": "today"}),
    ("diff", {"a": "2025-05-13"}),
    ("calendar", {"start": "next week"}),
    ("calendar", {"importer": "CHN; USA"}),
    ("average", {"weights": "__import__('os')"}),
    ("average", {"products": ["00"]}),
    ("average", {"on": "2040-01-01"}),
    ("acts", {"side": "FRA"}),
    ("acts", {"since": "soon"}),
    ("shell", {"command": "id"}),
]


def test_hostile_arguments_get_errors_in_words():
    for (name, arguments), (refused, text) in zip(HOSTILE, ask(HOSTILE), strict=True):
        assert refused, (name, arguments, text)
        assert len(text.encode()) < 1000, (name, text)
        assert not re.search(r"Traceback|http|Error executing tool \w+$", text), (name, arguments, text)


@pytest.mark.slow
def test_any_code_and_day_is_answered_small_or_refused_in_words():
    law, draw = current_ledger(), random.Random(26)
    codes = law.base_rates["USA"].sheet.table["code"].to_pylist()
    partners = [row.iso3 for row in law.partners]
    asked = []
    for _ in range(60):
        code = draw.choice(codes)[: draw.choice((4, 6, 8))]
        day = f"{draw.randint(2018, 2027)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        asked.append(("lookup", {"code": code, "on": day, "origin": draw.choice(partners)}))
        asked.append(("history", {"code": code}))
    asked += [
        ("search", {"words": word, "top": 20})
        for word in ("other", "machines", "steel parts", '"" OR * NEAR(', "x")
    ]
    asked += [
        ("acts", {}),
        ("calendar", {"start": "2018-01-01"}),
        ("diff", {"a": "2018-01-01", "b": "2026-11-09"}),
    ]
    for question, (refused, text) in zip(asked, ask(asked), strict=True):
        assert len(text.encode()) < LIMIT, question
        assert refused == (not text.startswith("{")), question
        assert not text.endswith(question[0]), (question, "a crash")
