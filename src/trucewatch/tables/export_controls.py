"""US export controls: rules of the Bureau of Industry and Security."""

from __future__ import annotations

from trucewatch.tables.columns import SOURCE
from trucewatch.tables.model import Column, Table

_DATE = Column(name="date_published", dtype="date", description="Day of the Federal Register issue.")
_DOCUMENT = Column(
    name="fr_document",
    dtype="string",
    pattern=r"\d{4}-\d{5}",
    description="Federal Register document number.",
)
_TITLE = Column(name="title", dtype="string", description="Title in the Federal Register.")
_TOTAL = Column(
    name="total_added",
    dtype="int",
    unit="entities",
    nullable=True,
    minimum=0,
    description="Entities added, read from the abstract by pattern. Empty: unknown, not 0.",
)
_CHINA = Column(
    name="china_added",
    dtype="int",
    unit="entities",
    nullable=True,
    minimum=0,
    description="Entities added under China. Empty: unknown, not 0.",
)
_URL = Column(name="url", dtype="string", pattern="https://.+", description="Page of the document.")
_KEY_RULE = (
    _DATE,
    Column(
        name="fr_document",
        dtype="string",
        pattern=r"\d{4}-\d{5}",
        nullable=True,
        description="Federal Register document number. Empty: not seen.",
    ),
    Column(name="rule", dtype="string", description="What the rule does, in short."),
    SOURCE,
)

RAW = (
    Table(
        name="bis__entity_list_rules",
        layer="raw",
        title="Rules that change the Entity List and its kin",
        description="Federal Register abstracts of 2020 to January 2026, with gaps.",
        columns=(
            _DATE,
            _DOCUMENT,
            _TITLE,
            _TOTAL,
            _CHINA,
            Column(name="mentions_china", dtype="int", description="1 if the abstract names China."),
            _URL,
        ),
        key=("fr_document",),
    ),
    Table(
        name="bis__key_rules",
        layer="raw",
        title="The rules that mattered",
        description="Thirteen rules of 2022 to January 2026.",
        columns=_KEY_RULE,
        key=("date_published", "rule"),
    ),
)

CLEAN = (
    Table(
        name="entity_list_rules",
        layer="clean",
        title="Rules that change the Entity List and its kin",
        description="Not every rule: most of 2020 and some of 2024 are missing. A rule about the Unverified "
        "List alone adds nobody to the Entity List. An empty count is unknown, not 0.",
        columns=(
            _DATE,
            _DOCUMENT,
            _TITLE,
            Column(
                name="list",
                dtype="string",
                allowed=("entity list", "unverified list", "both", "other"),
                description="What the title speaks of.",
            ),
            _TOTAL,
            _CHINA,
            Column(name="is_china_named", dtype="bool", description="Whether the abstract names China."),
            _URL,
        ),
        key=("date_published", "fr_document"),
        moves="how many parties were added to the Entity List",
        sources=("bis__entity_list_rules",),
    ),
    Table(
        name="bis_key_rules",
        layer="clean",
        title="The rules that mattered",
        description="Thirteen rules of 2022 to January 2026.",
        columns=_KEY_RULE,
        key=("date_published", "rule"),
        moves="the rules that mattered",
        sources=("bis__key_rules",),
    ),
)

TABLES = RAW + CLEAN
