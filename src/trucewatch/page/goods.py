"""Names of goods as a reader sees them, in place of the forty letters that Census has for a description.

`goods_names.csv` names by hand the numbers that reports show; what it does not name keeps the words of
Census, with its abbreviations written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pandas as pd

from trucewatch.paths import packaged_rows

#: Abbreviations of Census, as whole words. Those with two meanings are left alone.
_WRITTEN_OUT = {
    "acc": "accessories", "acces": "accessories", "apps": "appliances", "art": "articles", "bs": "base",
    "cont": "containing", "cmpds": "compounds", "dgtl": "digital", "elec": "electric", "equip": "equipment",
    "equp": "equipment", "exc": "except", "expt": "except", "fib": "fiber", "fr": "for", "ftwr": "footwear",
    "gt": "over", "gymanasium": "gymnasium", "hdg": "heading", "hd": "heading", "hds": "headings",
    "insulatd": "insulated", "lithum": "lithium", "lt": "under", "mach": "machines", "mch": "machines",
    "mtl": "metal", "nt": "not", "othr": "other", "oth": "other", "ot": "other", "prt": "part",
    "prts": "parts", "pt": "part", "pts": "parts", "rr": "rare", "stl": "steel", "syn": "synthetic",
    "toughned": "toughened", "upholstrd": "upholstered", "veh": "vehicles", "w": "with",
}  # fmt: skip
_ELSEWHERE = re.compile(r"[,;\s]*\b(?:nesoi|neso|nes)\b\.?", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+(?:/(?![A-Za-z]))?")


@cache
def _named() -> Mapping[str, str]:
    return {row["hs10"]: row["name"] for row in packaged_rows("trucewatch.page", "goods_names.csv")}


def goods_name(hs10: str, description: str) -> str:
    """Return what a reader calls the goods of a number.

    >>> goods_name("8471300100", "PORT DGTL ADP MACH,< 10 KG,AT LEAST CPU,KBRD,DSPLY")
    'Laptops and tablets'
    >>> goods_name("7615101180", "PTS OF COOKWARE, NESOI, ALUMINUM")
    'Parts of cookware, aluminum (other)'
    """
    if hs10 in _named():
        return _named()[hs10]
    text, dropped = _ELSEWHERE.subn("", description.lower())
    text = re.sub(r"\s*,\s*", ", ", text.replace("&", " and "))
    text = _WORD.sub(lambda found: _WRITTEN_OUT.get(found[0].rstrip("/"), found[0]), text)
    text = " ".join(text.split()).strip(" ,;")
    return f"{text[:1].upper()}{text[1:]}" + (" (other)" if dropped else "")


def goods_names(descriptions: pd.DataFrame) -> dict[str, str]:
    """Return the name of every number of `hs10_descriptions`."""
    newest = descriptions.drop_duplicates("hs10", keep="last")
    pairs = zip(newest["hs10"], newest["description"], strict=True)
    return {str(hs10): goods_name(str(hs10), str(text)) for hs10, text in pairs}
