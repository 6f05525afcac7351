"""The small tables people keep by hand: vintages, corrections, reconciliation, published figures."""

from __future__ import annotations

from trucewatch.tables.columns import SOURCE, UNIT
from trucewatch.tables.model import Column, Table


def _text(name: str, description: str, *, nullable: bool = False, **more: object) -> Column:
    return Column(name=name, dtype="string", description=description, nullable=nullable, **more)  # type: ignore[arg-type]


_TOLERANCE = (
    Column(name="tolerance", dtype="float", minimum=0, description="Largest difference that passes."),
    _text(
        "tolerance_kind",
        "`abs` in the unit of the row, `rel` as a fraction of the published value.",
        allowed=("abs", "rel"),
    ),
    _text("tolerance_reason", "Why this much."),
)

TABLES = (
    Table(
        name="vintages",
        layer="input",
        path="data/sources/vintages.csv",
        title="Bundled files",
        description="Which file of which vintage is active, and the hash that ingest demands.",
        columns=(
            _text("dataset", "Name of the raw table."),
            _text("vintage", "Name of this edition of the file."),
            _text(
                "file",
                "File, relative to data/sources.",
                pattern=r"[a-z0-9_]+/[a-z0-9_]+\.(csv|csv\.gz|parquet)",
            ),
            _text("sha256", "Hash of the file.", pattern="[0-9a-f]{64}"),
            Column(name="bytes", dtype="int", unit="bytes", minimum=1, description="Size of the file."),
            Column(name="date_accessed", dtype="date", description="Day the copy was taken."),
            Column(name="is_active", dtype="bool", description="Whether the pipeline reads it."),
            Column(
                name="is_pinned",
                dtype="bool",
                description="Whether it stays active though newer editions are fetched.",
            ),
            Column(
                name="is_refused",
                dtype="bool",
                description="Whether the refresh that made it kept it only to be looked at. "
                "`newest` and `rollback` pass it over.",
            ),
        ),
        key=("dataset", "vintage"),
    ),
    Table(
        name="corrections",
        layer="input",
        path="data/sources/corrections.csv",
        title="Corrections of raw tables",
        description="Known faults of a source. A row whose expected value is not found stops the clean "
        "stage: the source was repaired, so the row must go.",
        columns=(
            _text("correction_id", "Stable name.", pattern="[a-z0-9_]+"),
            _text("table", "Raw table."),
            _text(
                "row_key",
                "Which row: column=value pairs joined by `;`. Empty: every row with the expected value.",
                nullable=True,
            ),
            _text("column", "Column at fault."),
            _text("expected_value", "What the source says. Empty: an empty cell.", nullable=True),
            _text("action", "`replace` the cell or `drop` the row.", allowed=("replace", "drop")),
            _text("value_after", "What it should say. Empty: an empty cell.", nullable=True),
            _text("reason", "Why."),
            SOURCE,
        ),
        key=("correction_id",),
    ),
    Table(
        name="reconciliation",
        layer="input",
        path="data/sources/reconciliation.csv",
        title="Published totals that clean tables must meet",
        description="A total outside its band stops the clean stage.",
        columns=(
            _text("total_id", "Stable name.", pattern="[a-z0-9_]+"),
            _text("table", "Clean table."),
            _text("rows", "Which rows: a pandas query. Empty: all.", nullable=True),
            _text("column", "Column that is summed."),
            Column(name="scale", dtype="float", minimum=0, description="One unit of the published value."),
            Column(name="published_value", dtype="float", description="The published total."),
            UNIT,
            *_TOLERANCE,
            _text("publisher", "Who published it."),
            SOURCE,
        ),
        key=("total_id",),
    ),
    Table(
        name="published",
        layer="input",
        path="data/benchmarks/published.csv",
        title="Published figures that reports are compared with",
        description="One row a figure, with the definition behind it and whether it gates the report.",
        columns=(
            _text("check_id", "Stable name.", pattern="[a-z0-9_]+"),
            _text("report", "Report that uses it. Empty: none yet.", nullable=True),
            _text("publisher", "Who published it."),
            _text("series", "What is measured."),
            _text("date", "Day, month, quarter or year the figure stands for."),
            Column(name="value", dtype="float", description="In the unit of the row."),
            UNIT,
            Column(
                name="tolerance",
                dtype="float",
                minimum=0,
                nullable=True,
                description="Largest difference that passes. Empty: shown for information only.",
            ),
            _text(
                "tolerance_kind", "`abs` or `rel`. Empty: as above.", nullable=True, allowed=("abs", "rel")
            ),
            _text("tolerance_reason", "Why this much. Empty: as above.", nullable=True),
            _text("definition", "Weights, coverage and basis behind the figure."),
            _text(
                "url",
                "Where it was read. Empty: the publisher column names the act, or the note the print.",
                nullable=True,
            ),
            _text(
                "status",
                "`gate`: must agree. `information`: shown with the gap. `not_reproducible`: cannot be "
                "rebuilt here. `by_construction`: our input was solved from it.",
                allowed=("gate", "information", "not_reproducible", "by_construction"),
            ),
            _text("confidence", "How sure the reading is.", allowed=("high", "medium", "low")),
            _text("note", "Remark. Empty: none.", nullable=True),
            _text(
                "measured",
                "Which number of ours answers it, as in docs/claims.md. Empty: no report checks it.",
                nullable=True,
            ),
            _text("cause", "Why an average of ours may differ. Empty: no average.", nullable=True),
            _text("why", "The evidence for the cause, in words. Empty: none needed.", nullable=True),
        ),
        key=("check_id",),
    ),
)
