"""The tables of trucewatch.scale on DuckDB and Spark, and once more in plain pandas and in polars.

Run as `python -m benchmarks.growth_rivals ENGINE RAW LAW OUT`; prints seconds, rows and dollars of duty.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

VALUES = ["CON_VAL_MO", "CAL_DUT_MO", "CON_QY1_MO"]


def with_duckdb(raw: Path, law: Path, out: Path) -> tuple[int, float]:
    """Build with the package itself, and count its last table."""
    from trucewatch.scale import engines

    connection = engines.duckdb(out / "spill")
    paths = engines.build(connection, raw, law, out)
    duty = connection.read_parquet(str(paths["statutory"]))
    found = duty.aggregate(rows=duty.count(), usd=duty.statutory_usd.sum()).to_pyarrow().to_pylist()[0]
    return found["rows"], found["usd"]


def with_spark(raw: Path, law: Path, out: Path) -> tuple[int, float]:
    """Build with the package itself on Spark's local mode (`make test-scale` installs it)."""
    from pyspark.sql import SparkSession, functions

    from trucewatch.scale import engines

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "3g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.local.dir", str(out / "spill"))
        .getOrCreate()
    )
    paths = engines.build(engines.spark(session), raw, law, out)
    duty = session.read.parquet(str(paths["statutory"]))
    row = duty.agg(functions.count("*"), functions.sum("statutory_usd")).first()
    session.stop()
    return row[0], row[1]


def with_pandas(raw: Path, law: Path, out: Path) -> tuple[int, float]:
    """Build everything in memory with pandas."""
    import pandas as pd

    rows = pd.read_parquet(raw)
    rows = rows[rows["SUMMARY_LVL"] == "DET"].merge(
        pd.read_parquet(law / "partners.parquet"), left_on="CTY_CODE", right_on="census_code"
    )
    rows["month"] = pd.to_datetime(rows["time"])
    key = ["month", "I_COMMODITY", "partner_iso3", "DISTRICT"]
    clean = rows.groupby(key, observed=True, as_index=False)[VALUES].sum()
    del rows
    clean.columns = ["month", "hs10", "partner_iso3", "district", "value_usd", "duty_usd", "quantity"]
    clean.to_parquet(out / "clean.parquet")
    chapters = clean.assign(hs2=clean["hs10"].str[:2]).groupby(["month", "partner_iso3", "hs2"])
    chapters[["value_usd", "duty_usd"]].sum().reset_index().to_parquet(out / "by_chapter.parquet")

    duties, months = (pd.read_parquet(law / f"{name}.parquet") for name in ("duties", "months"))
    for frame, names in ((duties, ("valid_from", "valid_to")), (months, ("month", "next_month"))):
        for name in names:
            frame[name] = pd.to_datetime(frame[name])
    live = pd.concat(
        duties[(duties["valid_from"] < month.next_month) & (duties["valid_to"] > month.month)].assign(
            month=month.month,
            next_month=month.next_month,
            days=month.days,
        )
        for month in months.itertuples()
    )
    start = live["valid_from"].where(live["valid_from"] > live["month"], live["month"])
    end = live["valid_to"].where(live["valid_to"] < live["next_month"], live["next_month"])
    live["rate_pct"] = live["rate_pct"].astype(float) * (end - start).dt.days / live["days"]
    rates = live.groupby(["origin", "code", "month", "authority"], as_index=False)["rate_pct"].sum()

    known = set(pd.read_parquet(law / "codes.parquet")["code"])
    codes = pd.DataFrame({"hs10": clean["hs10"].unique()})
    codes["code"] = codes["hs10"].where(codes["hs10"].isin(known), codes["hs10"].str[:8])
    duty = clean.merge(codes[codes["code"].isin(known)], on="hs10").merge(
        rates, left_on=["code", "month", "partner_iso3"], right_on=["code", "month", "origin"]
    )
    duty["statutory_usd"] = duty["value_usd"] * duty["rate_pct"] / 100
    duty.drop(columns=["code", "origin", "rate_pct"]).to_parquet(out / "statutory.parquet")
    return len(duty), float(duty["statutory_usd"].sum())


def with_polars(raw: Path, law: Path, out: Path) -> tuple[int, float]:
    """Build with polars' lazy frames and its streaming engine."""
    import polars as pl

    rows = pl.scan_parquet(raw / "*.parquet").filter(pl.col("SUMMARY_LVL") == "DET")
    clean = (
        rows.join(pl.scan_parquet(law / "partners.parquet"), left_on="CTY_CODE", right_on="census_code")
        .group_by(
            pl.col("time").str.to_date("%Y-%m").alias("month"),
            pl.col("I_COMMODITY").alias("hs10"),
            "partner_iso3",
            pl.col("DISTRICT").alias("district"),
        )
        .agg(pl.col(VALUES).sum())
        .rename(dict(zip(VALUES, ("value_usd", "duty_usd", "quantity"), strict=True)))
    )
    clean.sink_parquet(out / "clean.parquet")
    clean = pl.scan_parquet(out / "clean.parquet")
    chapters = clean.group_by("month", "partner_iso3", pl.col("hs10").str.slice(0, 2).alias("hs2"))
    chapters.agg(pl.col("value_usd", "duty_usd").sum(), pl.len()).sink_parquet(out / "by_chapter.parquet")

    duties, months = (pl.read_parquet(law / f"{name}.parquet") for name in ("duties", "months"))
    live = duties.join_where(
        months,
        pl.col("valid_from") < pl.col("next_month"),
        pl.col("valid_to") > pl.col("month"),
    )
    start, end = pl.max_horizontal("valid_from", "month"), pl.min_horizontal("valid_to", "next_month")
    part = pl.col("rate_pct").cast(pl.Float64) * (end - start).dt.total_days() / pl.col("days")
    rates = live.group_by("origin", "code", "month", "authority").agg(part.sum().alias("rate_pct"))

    known = pl.read_parquet(law / "codes.parquet")["code"].implode()
    line = pl.col("hs10").str.slice(0, 8)
    codes = (
        clean.select("hs10")
        .unique()
        .with_columns(code=pl.when(pl.col("hs10").is_in(known)).then("hs10").otherwise(line))
        .filter(pl.col("code").is_in(known))
    )
    duty = (
        clean.join(codes, on="hs10")
        .join(rates.lazy(), left_on=["code", "month", "partner_iso3"], right_on=["code", "month", "origin"])
        .with_columns(statutory_usd=pl.col("value_usd") * pl.col("rate_pct") / 100)
        .drop("code", "rate_pct")
    )
    duty.sink_parquet(out / "statutory.parquet")
    found = pl.scan_parquet(out / "statutory.parquet").select(pl.len(), pl.col("statutory_usd").sum())
    return found.collect().row(0)


ENGINES = {"duckdb": with_duckdb, "pandas": with_pandas, "polars": with_polars, "spark": with_spark}

if __name__ == "__main__":
    engine, raw, law, out = sys.argv[1], *map(Path, sys.argv[2:])
    out.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    rows, usd = ENGINES[engine](raw, law, out)
    print(time.perf_counter() - started, rows, usd)
