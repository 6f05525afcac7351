"""What the columns of a user's table mean: which is which by its name, and how its cells are written.

A column is read one way from top to bottom. Where its cells can be read in two ways, such as 4/10/2025, the
question is put to the user; it is never decided row by row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from trucewatch.answers.inputs import read_day, short
from trucewatch.answers.user_table import UserTable
from trucewatch.errors import DataError

ROLES: dict[str, tuple[str, ...]] = {
    "code": (
        "htsus", "htsus code", "htsus number", "htsus no", "hts us", "hts code", "hts number", "hts no",
        "hts", "hts num", "hts10", "hts 10", "hts10 code", "hts classification", "us hts", "us hts code",
        "us hts number", "us hts no", "hts us code", "import hts", "import hts code", "hts number full",
        "full hts", "hts id", "htsno", "htscode", "hts tariff code", "hts tariff number", "hts tariff no",
        "harmonized tariff schedule", "harmonized tariff code", "harmonized tariff number",
        "harmonized tariff schedule code", "harmonized tariff schedule number",
        "harmonized tariff schedule us code", "harmonized code", "harmonized number", "harmonised code",
        "harmonized system code", "harmonised system code", "tariff", "tariff code", "tariff number",
        "tariff no", "tariff num", "tariff id", "tariff line", "tariff item", "tariff classification",
        "tariff classification code", "tariff heading", "customs tariff number", "customs tariff code",
        "customs tariff", "customs code", "commodity code", "commodity number", "commodity", "code",
        "classification", "hs code", "hs", "hs number", "hs no", "hscode", "hs tariff code", "hs10",
        "hs 10", "hs8", "hs 8", "hs6", "hs 6", "hts8", "hts 8", "hs tariff number", "product code hs",
        "line tariff number", "entry summary line tariff number", "schedule b", "cn code", "ncm",
        "hs编码", "税号", "税则号列", "商品编码", "海关编码",
    ),
    "origin": (
        "country of origin", "origin country", "country of origin code", "origin", "origin code", "coo",
        "c o o", "co", "c o", "country origin", "country of origin iso", "iso country of origin",
        "coo code", "ctry of origin", "cntry of origin", "country of origin name", "origin ctry",
        "country of manufacture", "manufacturing country", "manufacture country", "country of mfg",
        "made in", "origin country code", "line country of origin", "country of origin line",
        "country", "ctry", "country code", "country name", "原产国", "原产地", "原产国别",
    ),
    "on": (
        "entry date", "date of entry", "entry dt", "entrydate", "entry day", "day of entry", "on",
        "entry summary date", "date of entry summary", "customs entry date", "import date",
        "date of import", "date of importation", "importation date", "date imported", "entered on",
        "date entered", "release date", "clearance date", "date", "day", "进口日期", "报关日期",
    ),
    "value": (
        "entered value", "customs value", "line entered value", "entered value usd", "customs value usd",
        "value for customs", "value for duty", "total entered value", "line entered goods value",
        "goods value", "line goods value", "line goods value amount", "declared value", "customs val",
        "entered val", "dutiable value", "value usd", "usd value", "value in usd", "value us",
        "value us dollars", "value", "total value", "line value", "total value usd", "total customs value",
        "fob value", "fob value usd", "invoice value", "extended value", "extended price", "extended cost",
        "ext price", "line total", "total price", "amount", "amount usd", "annual value", "annual spend",
        "spend", "spend usd", "海关价值", "完税价格",
    ),
    "loaded": (
        "loaded", "loading date", "date of loading", "date loaded", "day of loading", "laden on board",
        "laden date", "on board date", "onboard date", "shipped on board date", "loaded on",
    ),
    "known": ("known", "known on", "law known on"),
    "steel": ("steel", "steel content", "steel share", "steel pct", "steel percent", "share of steel"),
    "aluminum": (
        "aluminum", "aluminium", "aluminum content", "aluminium content", "aluminum share",
        "aluminium share", "aluminum pct", "aluminium pct", "aluminum percent", "aluminium percent",
    ),
    "copper": ("copper", "copper content", "copper share", "copper pct", "copper percent"),
    "content": ("content", "metal content", "metal contents"),
    "claim": (
        "claim", "claims", "exclusion", "exclusions", "exclusion claimed", "exclusion number",
        "exclusion id", "claimed",
    ),
    "quantity": (
        "quantity", "qty", "quantity 1", "qty 1", "first quantity", "reported quantity", "line quantity",
        "net quantity", "tariff quantity",
    ),
    "unit": (
        "unit", "uom", "unit of measure", "units of measure", "quantity unit", "qty uom", "uom 1", "qty unit",
        "quantity 1 uom", "unit of quantity", "uom code",
    ),
    "entry": (
        "entry number", "entry no", "entry summary number", "entry num", "entry", "entry filer number",
        "entry nbr",
    ),
    "liquidated": ("liquidation date", "liquidated", "date of liquidation", "liquidated on"),
}  # fmt: skip
"""What a column can be, and the names it goes by: lower case, signs as blanks; the first found is taken."""

PARTS_OF_CONTENT = ("steel", "aluminum", "copper")
_RANK = {name: (role, rank) for role, names in ROLES.items() for rank, name in enumerate(names)}
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_EXCEL_FIRST, _EXCEL_LAST = 36526, 73050
"""Day numbers of spreadsheets from 2000 to 2099."""
_EXCEL_ZERO = date(1899, 12, 30)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]{3})[a-z]*[-/., ]*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4}|\d{2})")
_TIME = re.compile(
    r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AP]M)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_FOREIGN = re.compile(r"[€£¥₹₩]|\b(EUR|GBP|CNY|RMB|JPY|CAD|MXN|CHF|HKD|TWD)\b", re.IGNORECASE)

_PREFIX = re.compile(r"^\s*(HTS\s*US|HTSUSA?|HTS|HS|US|CN)\s*(code|no\.?|#)?\s*[:#]?\s*", re.IGNORECASE)

Unread = str
"""Why a cell could not be read."""

Cells = tuple[list[Any], list[str], list[str], str]
"""What cells say, why they could not be read, what to know of them, and how the column was read."""


def plain_name(name: str) -> str:
    """Return a column's name in lower case, with single blanks for all signs."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip().lstrip("\ufeff"))
    words = re.sub(r"[\W_]+", " ", spaced.replace("%", " pct ").replace("#", " no ")).strip().lower()
    return re.sub(r"\b(u) (s)\b", "us", words)


def role_of(name: str) -> tuple[str, int] | None:
    """Return what a column of this name is, and how far down the list of names it stands."""
    plain = plain_name(name)
    for candidate in (
        plain,
        plain.replace(" ", ""),
        re.sub(r"\b(line|item|product|the|of goods)\b ?", "", plain).strip(),
    ):
        if candidate in _RANK:
            return _RANK[candidate]
    return None


def names_found(cells: Sequence[str]) -> int:
    """Return how many cells of a row are names of columns; 0 unless one of them is that of the code."""
    roles = {found[0] for cell in cells if len(cell) < 60 and (found := role_of(cell)) is not None}
    return len(roles) if "code" in roles else 0


def assigned(table: UserTable, told: Mapping[str, str]) -> dict[str, int]:
    """Return the position of the column of each role.

    Parameters
    ----------
    table
        The table.
    told
        Columns named by the user, by role: a name as it stands, or the number of the column from 1.

    Raises
    ------
    DataError
        If a role or a column does not exist, or two columns of one name would serve.
    """
    found: dict[str, int] = {}
    for role, name in told.items():
        if role not in ROLES:
            raise DataError("no such kind of column", remedy=f"use {', '.join(ROLES)}", value=role)
        if name in table.header:
            found[role] = table.header.index(name)
        elif name.isdigit() and 1 <= int(name) <= len(table.header):
            found[role] = int(name) - 1
        else:
            raise DataError(
                "no such column", remedy=f"use {', '.join(table.header)}", column=role, value=name
            )
    taken = set(found.values())
    candidates: dict[str, list[tuple[int, int]]] = {}
    for at, name in enumerate(table.header):
        known = role_of(name)
        if known is not None and at not in taken and known[0] not in told:
            candidates.setdefault(known[0], []).append((known[1], at))
    for kind, ranked in candidates.items():
        ranked.sort()
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            both = " and ".join(str(at + 1) for _, at in ranked[:2])
            raise DataError(
                f"columns {both} are both called {table.header[ranked[0][1]]!r}",
                remedy=f"say which one it is: --column {kind}={ranked[0][1] + 1}",
            )
        found[kind] = ranked[0][1]
    return found


@dataclass
class Read:
    """A column as read: the value of every distinct cell, and what was done.

    Attributes
    ----------
    row_at
        For each row, the position of its cell in `values` and `problems`.
    values
        What the distinct cells say; None where empty or unread.
    problems
        Why a cell could not be read; empty if it could.
    notes
        What a reader of the cell should know, by position.
    how
        How the column was read, in words.
    """

    row_at: Any
    values: list[Any]
    problems: list[Unread]
    notes: list[str]
    how: str = ""


def read_column(column: pa.Array, read: Callable[[list[str]], Cells]) -> Read:
    """Read the distinct cells of a column together."""
    encoded = column.dictionary_encode()
    cells = [cell.strip().strip("\u00a0") for cell in encoded.dictionary.to_pylist()]
    values, problems, notes, how = read(cells)
    return Read(encoded.indices.to_numpy(zero_copy_only=False), values, problems, notes, how)


def read_codes(cells: list[str], pad_zeros: bool = False) -> Cells:
    """Read commodity codes: dots, blanks, dashes, `.0` and an apostrophe are taken off."""
    values: list[Any] = []
    problems, notes = [], []
    done: set[str] = set()
    for cell in cells:
        value, problem, note = _read_code(cell, pad_zeros)
        values.append(value)
        problems.append(problem)
        notes.append(note)
        if value and re.search(r"[^\d.]", cell):
            done.add("signs taken off")
        if "ten digits" in note:
            done.add("what follows the tenth digit left out")
        if "zero" in note:
            done.add("the zero at the start given back")
        if cell.endswith(".0") and value:
            done.add("'.0' at the end taken off")
    lost = sum(problem.startswith("an odd number") for problem in problems)
    if lost and not pad_zeros:
        done.add(f"{lost} of {len(cells)} have an odd number of digits; --pad-zeros gives the lost zero back")
    return values, problems, notes, "; ".join(sorted(done))


def _read_code(cell: str, pad_zeros: bool) -> tuple[str | None, Unread, str]:
    text = cell.strip().lstrip("'’`=\"").strip('"').strip()
    if not text:
        return None, "no code", ""
    if re.fullmatch(r"\d+(\.\d+)?E\+?\d+", text, re.IGNORECASE):
        return None, "a number of a spreadsheet that has lost its digits: format the column as text", ""
    note = ""
    parts = [part for part in re.split(r"[;,|/\n]+|\s+\+\s+|\s{2,}", text) if re.search(r"\d", part)]
    if len(parts) > 1:
        own = [part for part in parts if not re.sub(r"\D", "", part).startswith(("98", "99"))]
        if len(own) != 1:
            return None, "more than one product code in the cell: give one", ""
        note = "headings of chapter 99 beside the code were passed over: the law tells which are due"
        text = own[0]
    text = re.sub(
        r"^\s*(HTS\s*US|HTSUSA?|HTS|HS|US|CN)\s*(code|no\.?|#)?\s*[:#]?\s*", "", text, flags=re.IGNORECASE
    )
    text = re.sub(r"(?<=\d{4})\.0$", "", text) if re.fullmatch(r"\d{4,}\.0", text) else text
    digits = re.sub(r"[.\s\-\u2010-\u2015\u00a0_]", "", text)
    if not re.fullmatch(r"[0-9]+", digits):
        return None, "not a commodity code: give 4, 6, 8 or 10 digits, such as 8517.13.0000", ""
    if len(digits) > 10:
        note = "; ".join(filter(None, (note, f"more than ten digits: read as {digits[:10]}")))
        digits = digits[:10]
    if len(digits) in (3, 5, 7, 9):
        if not pad_zeros:
            return (
                None,
                f"an odd number of digits: was a zero lost at the start (0{digits}), or at the end?",
                "",
            )
        note, digits = "; ".join(filter(None, (note, "a lost zero was given back"))), "0" + digits
    if len(digits) < 4:
        return None, "not a commodity code: give 4, 6, 8 or 10 digits, such as 8517.13.0000", ""
    return digits, "", note


def read_days(cells: list[str], dates: str | None = None, name: str = "on") -> Cells:
    """Read a column of days, all of numbers with slashes in one order.

    Raises
    ------
    DataError
        If the cells leave open whether the day or the month comes first.
    """
    numeric = [found for cell in cells if (found := _NUMERIC.fullmatch(_without_time(cell)))]
    order, how = dates, ""
    if numeric:
        day_first = any(int(found[1]) > 12 for found in numeric)
        month_first = any(int(found[2]) > 12 for found in numeric)
        if order is None and day_first != month_first:
            order = "dmy" if day_first else "mdy"
        if order is None and all(found[1] == found[2] for found in numeric):
            order = "mdy"
        if order is None:
            example = numeric[0][0]
            both = "some cells say one thing, some the other" if day_first else "no cell tells which it is"
            raise DataError(
                f"month or day first? {both}",
                remedy="say --dates mdy (4/10/2025 is 10 April) or --dates dmy",
                column=name,
                value=example,
            )
        how = {"mdy": "month/day/year", "dmy": "day/month/year"}[order]
    values: list[Any] = []
    problems: list[str] = []
    for cell in cells:
        value, problem = _read_day(cell, order)
        values.append(value)
        problems.append(problem)
    serial = sum(1 for cell in cells if _is_serial(cell))
    if serial:
        how = "; ".join(filter(None, (how, "day numbers of a spreadsheet")))
    return values, problems, [""] * len(cells), how


def read_liquidations(cells: list[str], dates: str | None = None) -> Cells:
    """Read a column of days of liquidation; words that say there is none yet are `date.max`."""
    words = re.compile(r"(?i)^(un|not[ -]?(yet)?[ -]?)liquidated$|^(no|open|suspended|extended|pending)$")
    values, problems, notes, how = read_days(
        ["" if words.match(cell) else cell for cell in cells], dates, "liquidated"
    )
    open_ = [date.max if words.match(cell) else day for cell, day in zip(cells, values, strict=True)]
    return open_, problems, notes, how


def _without_time(cell: str) -> str:
    return _TIME.sub("", cell.strip()).strip()


def _is_serial(cell: str) -> bool:
    return bool(re.fullmatch(r"\d{5}(\.\d+)?", cell)) and _EXCEL_FIRST <= float(cell) <= _EXCEL_LAST


def _read_day(cell: str, order: str | None) -> tuple[date | None, Unread]:
    text = _without_time(cell)
    if not text:
        return None, ""
    if _is_serial(text):
        return _EXCEL_ZERO + timedelta(int(float(text))), ""
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif re.fullmatch(r"(19|20)\d{6}", text):
        year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    elif found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), _year(found[3])
        month, day = (first, second) if order == "mdy" else (second, first)
        if month > 12:
            return None, f"no such day, reading the column as {order}; found {short(cell)!r}"
    elif found := _DAY_FIRST.fullmatch(text.lower()):
        day, month, year = int(found[1]), _MONTHS.get(found[2], 0), _year(found[3])
    elif found := _MONTH_FIRST.fullmatch(text.lower()):
        day, month, year = int(found[2]), _MONTHS.get(found[1], 0), _year(found[3])
    else:
        return None, f"not a date; found {short(cell)!r}"
    try:
        return read_day(f"{year:04}-{month:02}-{day:02}"), ""
    except DataError as error:
        return None, f"{error.problem}; found {short(cell)!r}. Remedy: {error.remedy}"


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def read_amounts(
    cells: list[str], decimal: str | None = None, name: str = "value", dollars: bool = True
) -> Cells:
    """Read a column of amounts: currency signs and thousands are taken off.

    Raises
    ------
    DataError
        If the cells leave open whether a comma parts thousands or decimals.
    """
    bare = [re.sub(r"(?i)us\s?\$|usd|u\.s\.|dollars?|[$\s\u00a0\u202f'’]", "", cell) for cell in cells]
    mark, how = decimal, ""
    if any("," in text for text in bare):
        signs = {_decimal_mark(text) for text in bare} - {""}
        if mark is None and len(signs) == 1:
            mark = signs.pop()
        elif mark is None and not signs and any("$" in cell or "usd" in cell.lower() for cell in cells):
            mark = "point"  # dollars are written so
        if mark is None:
            example = next(cell for cell, text in zip(cells, bare, strict=True) if "," in text)
            raise DataError(
                "thousands or decimals? the commas of this column can be read both ways",
                remedy="say --decimal point (1,234 is one thousand) or --decimal comma",
                column=name,
                value=example,
            )
        how = {"point": "a comma parts thousands", "comma": "a comma parts decimals"}[mark]
    values: list[Any] = []
    problems: list[str] = []
    for cell, text in zip(cells, bare, strict=True):
        value, problem = None, ""
        plain = text.replace(".", "").replace(",", ".") if mark == "comma" else text.replace(",", "")
        if not text:
            pass
        elif dollars and _FOREIGN.search(cell):
            problem = f"not US dollars; found {short(cell)!r}"
        elif re.fullmatch(r"\d{1,15}(\.\d*)?|\.\d+", plain):
            value = round(Decimal(plain), 6)
        else:
            problem = f"not an amount of at least 0; found {short(cell)!r}"
        values.append(value)
        problems.append(problem)
    return values, problems, [""] * len(cells), how


def _decimal_mark(text: str) -> str:
    """Return what an amount shows of its decimal mark; empty if it shows nothing."""
    if "," in text and "." in text:
        return "comma" if text.rindex(",") > text.rindex(".") else "point"
    if text.count(",") > 1:
        return "point"
    if text.count(".") > 1:
        return "comma"
    if "," in text and not re.fullmatch(r"\d{1,3},\d{3}", text):
        return "comma"
    if re.search(r"\.(\d{1,2}|\d{4,})$", text):
        return "point"
    return ""


def read_shares(cells: list[str], shares: str | None = None, name: str = "steel", header: str = "") -> Cells:
    """Read a column of shares, all as percent or all as fractions of one.

    Raises
    ------
    DataError
        If some cells are over 1 and some at most 1, and nothing says which they are.
    """
    numbers = {cell: _share(cell) for cell in cells if cell}
    plain = [number for cell, number in numbers.items() if number is not None and "%" not in cell]
    as_percent = shares == "percent"
    if shares is None and plain:
        over, under = any(number > 1 for number in plain), any(0 < number <= 1 for number in plain)
        told = "%" in header or re.search(r"\b(pct|percent)\b", plain_name(header)) is not None
        if over and under and not told:
            raise DataError(
                "percent or fractions? some cells are over 1, some are not",
                remedy="say --shares percent or --shares fraction",
                column=name,
                value=next(cell for cell, number in numbers.items() if number and number <= 1),
            )
        as_percent = over or told
    values: list[Any] = []
    problems: list[str] = []
    for cell in cells:
        number = numbers.get(cell)
        if not cell:
            value, problem = None, ""
        elif number is None:
            value, problem = None, f"not a share; found {short(cell)!r}"
        else:
            value, problem = number / 100 if as_percent or "%" in cell else number, ""
            if value > 1:
                value, problem = None, f"a share over the whole value; found {short(cell)!r}"
        values.append(value)
        problems.append(problem)
    return values, problems, [""] * len(cells), "percent" if as_percent else ""


def _share(cell: str) -> Decimal | None:
    text = cell.replace("%", "").strip()
    text = text.replace(",", ".") if "." not in text else text
    return Decimal(text) if re.fullmatch(r"\d{1,3}(\.\d+)?|\.\d+", text) else None


def read_contents(cells: list[str]) -> Cells:
    """Read cells such as `steel=0.4; aluminum 20 %` as shares by metal."""
    values: list[Any] = []
    problems: list[str] = []
    for cell in cells:
        found: dict[str, Decimal] = {}
        problem = ""
        for part in filter(str.strip, re.split(r"[;|\n]|,(?=\s*[A-Za-z])", cell)):
            pair = re.fullmatch(r"\s*([A-Za-z]+)\s*[=:\s]\s*([\d.,]+\s*%?)\s*", part)
            metal = metal_name(pair[1]) if pair else None
            share = _share(pair[2]) if pair else None
            if pair is None or metal is None or share is None:
                problem = f"not a metal and its share, such as steel=0.4; found {short(part)!r}"
                break
            found[metal] = share / 100 if "%" in pair[2] else share
            if found[metal] > 1:
                problem = f"a share over the whole value; found {short(part)!r}"
        values.append(tuple(sorted(found.items())) if found and not problem else None)
        problems.append(problem)
    return values, problems, [""] * len(cells), ""


def metal_name(text: str) -> str | None:
    """Return a metal's name as the ledger has it; aluminium is aluminum."""
    name = text.strip().lower().replace("aluminium", "aluminum")
    return name if name in PARTS_OF_CONTENT else None


def read_claims(cells: list[str]) -> Cells:
    """Read exclusions and conditions claimed, parted by semicolons or bars."""
    values = [
        frozenset(part.strip() for part in re.split(r"[;|\n]", cell) if part.strip()) or None
        for cell in cells
    ]
    return values, [""] * len(cells), [""] * len(cells), ""


def read_texts(cells: list[str]) -> Cells:
    """Read cells as they are."""
    return [cell or None for cell in cells], [""] * len(cells), [""] * len(cells), ""
