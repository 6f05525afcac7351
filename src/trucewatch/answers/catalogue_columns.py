"""How the cells of a user's columns are written (which column is which: `catalogue_names`).

A column is read one way from top to bottom. Where its cells can be read in two ways, such as 4/10/2025, the
question is put to the user; it is never decided row by row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from trucewatch.answers.catalogue_names import currency_of, plain_name
from trucewatch.answers.inputs import NUMERIC, parts_of_day, read_day, short, without_time
from trucewatch.errors import DataError

PARTS_OF_CONTENT = ("steel", "aluminum", "copper")
_EXCEL_FIRST, _EXCEL_LAST = 36526, 73050
"""Day numbers of spreadsheets from 2000 to 2099."""
_EXCEL_ZERO = date(1899, 12, 30)
_SIGNS_OF_MONEY = re.compile(
    r"us\s?\$|u\.s\.|dollars?|\b(usd|eur|gbp|cny|rmb|jpy|cad|mxn|chf|hkd|twd|krw|inr|vnd)\b|(?<=\d)(usd|eur)"
    r"|[$€£¥￥円元원\s\u00a0\u202f'’]",
    re.IGNORECASE,
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Signs without a width that pages and programs leave in a cell."""
STATISTICAL = "\x1f"
"""What stands between eight digits and the statistical suffix of another column."""

Unread = str
"""Why a cell could not be read."""

Cells = tuple[list[Any], list[str], list[str], str]
"""What cells say, why they could not be read, what to know of them, and how the column was read."""


@dataclass
class Read:
    """A column as read: the value of every distinct cell, and what was done.

    `row_at`: for each row, the position of its cell in `values` and `problems`; `values`: what the distinct
    cells say; None where empty or unread; `problems`: why a cell could not be read; empty if it could;
    `notes`: what a reader of the cell should know, by position; `how`: how the column was read, in words.
    """

    row_at: Any
    values: list[Any]
    problems: list[Unread]
    notes: list[str]
    how: str = ""


def read_column(column: pa.Array, read: Callable[[list[str]], Cells]) -> Read:
    """Read the distinct cells of a column together."""
    encoded = column.dictionary_encode()
    cells = [_UNSEEN.sub("", cell).strip() for cell in encoded.dictionary.to_pylist()]
    values, problems, notes, how = read(cells)
    return Read(encoded.indices.to_numpy(zero_copy_only=False), values, problems, notes, how)


def read_codes(cells: list[str], pad_zeros: bool = False, six: bool = False) -> Cells:
    """Read commodity codes: dots, blanks, dashes, `.0` and an apostrophe are taken off.

    `six` reads no more than six digits, which the tariffs of all countries share.
    """
    values: list[Any] = []
    problems, notes = [], []
    done: set[str] = set()
    for cell in cells:
        value, problem, note = _read_code(cell, pad_zeros)
        values.append(value[:6] if value and six else value)
        problems.append(problem)
        notes.append(note)
        if "chapter 99" in note:
            done.add(
                "headings of chapter 99 beside it passed over, exclusions too: a column Exclusion claims them"
            )
        elif value and re.search(r"[^\d.]", cell):
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


_NAMED_CODE = re.compile(r"(\d{4}\.?\d{2}(?:\.?\d{2}(?:\.?\d{2})?)?)(?:\s*[-–—:(]|\s)[\s(]*[^\W\d].*")
"""A code with words behind it, as in `8517.13.0000 - Smartphones`."""


_LETTERS_BEFORE = re.compile(r"([A-Z]{1,2}[+*]?)\s+(?=\d{4}\.?\d{2})")
"""A special program indicator where CBP Form 7501 prints it, before the number."""


_CODE_IN_TEXT = re.compile(r"(?<![\d.])(?:\d{4}\.\d{2}(?:\.?\d{2}){0,2}|\d{8}(?:\d{2})?)(?!\d)")
"""A code among other words: with its dots, or of eight or ten digits."""
_SECOND_ENDING = re.compile(r"\s*([/,;&+]|or\b|and\b)\s*\.?\d{2}(\.?\d{2}){0,2}(?!\w)")
"""Another ending behind a code, as in `8517.62/69`."""


def _read_code(cell: str, pad_zeros: bool) -> tuple[str | None, Unread, str]:
    cell, _, suffix = cell.partition(STATISTICAL)
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("'’`=\"").strip('"').strip()
    if not text:
        return None, "no code", ""
    if re.fullmatch(r"\d+(\.\d+)?E\+?\d+", text, re.IGNORECASE):
        return None, "a number of a spreadsheet that has lost its digits: format the column as text", ""
    note = ""
    if re.fullmatch(r"\d{4}(,\d{2,4}){1,3}", text):
        text = text.replace(",", ".")
    parts = list({re.sub(r"\D", "", part): part for part in _CODE_IN_TEXT.findall(text)}.values())
    if not parts or (len(parts) == 1 and _SECOND_ENDING.match(text.rpartition(parts[0])[2])):
        parts = [
            part for part in re.split(r"[;,|/&\n]+|\s(?:\+|or|and)\s|\s{2,}", text) if re.search(r"\d", part)
        ]
    if len(parts) > 1:
        own = [part for part in parts if not re.sub(r"\D", "", part).startswith(("98", "99"))]
        if len(own) != 1:
            return None, "more than one product code in the cell: give one", ""
        note = (
            "headings of chapter 99 beside the code were passed over: the law tells which are due, but not "
            "which exclusion was claimed: that counts by a column Exclusion"
        )
        if any(re.sub(r"\D", "", part).startswith("98") for part in parts):
            note = "a heading of chapter 98 beside the code was passed over: what it frees is not modeled"
        text = own[0]
    text = re.sub(
        r"^\s*(HTS\s*US|HTSUSA?|HTS|HS|US|CN)\s*(code|no\.?|#)?\s*[:#]?\s*", "", text, flags=re.IGNORECASE
    )
    if led := _LETTERS_BEFORE.match(text):
        text = text[led.end() :]
        note = f"{led[1]} before the code was passed over: a program is claimed by a column SPI"
    if named := _NAMED_CODE.fullmatch(text):
        text, note = named[1], "; ".join(filter(None, (note, "the words after the code were passed over")))
    elif re.search(r"[^\d.\s\-\u2010-\u2015_]", text) and (found := _CODE_IN_TEXT.search(text)):
        text, note = found[0], "; ".join(filter(None, (note, "what stands beside the code was passed over")))
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
    if suffix.strip() and len(digits) == 8:
        ending = re.sub(r"\.0$", "", suffix.strip("'\" "))
        if not re.fullmatch(r"\d{1,2}", ending):
            return None, f"the suffix is not two digits; found {short(suffix)!r}", ""
        digits += ending.zfill(2)
    return digits, "", note


ORDERS = {"mdy": "month/day/year", "dmy": "day/month/year"}


def read_days(
    cells: list[str], dates: str | None = None, name: str = "on", usual: str | None = None
) -> Cells:
    """Read a column of days, all of numbers with slashes in one order.

    `usual` is the order in another column of the table, taken where no cell of this one tells.

    Raises `DataError` if the cells leave open whether the day or the month comes first.
    """
    numeric = _numeric(cells)
    order, how = dates or _order_told(numeric), ""
    if numeric:
        day_first = any(int(found[1]) > 12 for found in numeric)
        if order is not None:
            how = ORDERS[order]
        elif all(found[1] == found[2] for found in numeric):
            order = "mdy"  # either way the same days
        elif usual is not None and not day_first:
            order, how = usual, f"{ORDERS[usual]} as other days in the table"
        else:
            example = numeric[0][0]
            both = "some cells say one thing, some the other" if day_first else "no cell tells which it is"
            raise DataError(
                f"month or day first? {both}",
                remedy="say --dates mdy (4/10/2025 is 10 April) or --dates dmy",
                column=name,
                value=example,
            )
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


def _numeric(cells: Iterable[str]) -> list[re.Match[str]]:
    """Return the days of numbers with slashes."""
    return [found for cell in cells if (found := NUMERIC.fullmatch(without_time(cell)))]


def _order_told(numeric: Sequence[re.Match[str]]) -> str | None:
    """Return in which order days of numbers are written; None if none tells, or they tell both."""
    day_first = any(int(found[1]) > 12 for found in numeric)
    month_first = any(int(found[2]) > 12 for found in numeric)
    return None if day_first == month_first else "dmy" if day_first else "mdy"


def order_in(columns: Iterable[pa.Array]) -> str | None:
    """Return the order in which all columns of days write them that tell one; None if they do not agree."""
    orders = set()
    for column in columns:
        first = next((cell for cell in column[:_CELLS_SEEN].to_pylist() if cell.strip()), "")
        if _numeric([first]):
            orders.add(_order_told(_numeric(column.unique().to_pylist())))
    orders.discard(None)
    return orders.pop() if len(orders) == 1 else None


_CELLS_SEEN = 50
_UNLIQUIDATED = r"(?i)^(un|not[ -]?(yet)?[ -]?)liquidated$|^(no|open|suspended|extended|pending)$"


def with_status(days: pa.Array | None, status: pa.Array) -> pa.Array:
    """Return days of liquidation, and where there is none the words that say the entry is not liquidated."""
    import pyarrow.compute as pc

    told = pc.if_else(pc.match_substring_regex(pc.utf8_trim_whitespace(status), _UNLIQUIDATED), status, "")
    return told if days is None else pc.if_else(pc.equal(pc.utf8_trim_whitespace(days), ""), told, days)


def read_liquidations(cells: list[str], dates: str | None = None, usual: str | None = None) -> Cells:
    """Read a column of days of liquidation; words that say there is none yet are `date.max`."""
    words = re.compile(_UNLIQUIDATED)
    values, problems, notes, how = read_days(
        ["" if words.match(cell) else cell for cell in cells], dates, "liquidated", usual
    )
    open_ = [date.max if words.match(cell) else day for cell, day in zip(cells, values, strict=True)]
    return open_, problems, notes, how


def _is_serial(cell: str) -> bool:
    return bool(re.fullmatch(r"\d{5}(\.\d+)?", cell)) and _EXCEL_FIRST <= float(cell) <= _EXCEL_LAST


def _read_day(cell: str, order: str | None) -> tuple[date | None, Unread]:
    text = without_time(cell)
    if not text:
        return None, ""
    if _is_serial(text):
        return _EXCEL_ZERO + timedelta(int(float(text))), ""
    if re.fullmatch(r"(19|20)\d{6}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = parts_of_day(text, order)
    if parts is None:
        return None, f"not a date; found {short(cell)!r}"
    year, month, day = parts
    if month > 12 and NUMERIC.fullmatch(text):
        return None, f"no such day, reading the column as {order}; found {short(cell)!r}"
    try:
        return read_day(f"{year:04}-{month:02}-{day:02}"), ""
    except DataError as error:
        return None, f"{error.problem}; found {short(cell)!r}. Remedy: {error.remedy}"


NOT_TOLD = re.compile(
    r"|[-–?.]+|n ?/ ?a|#n/a|n\.a\.|none|null|nan|tbd|tba|unknown|unk|various|multiple|mixed", re.IGNORECASE
)
"""What people write in a cell for which they have nothing."""
_NEGATIVE = re.compile(r"\(.*\d.*\)|[-−–]\D{0,3}\d.*|\D{0,3}[-−–]\d.*|\d.*[-−–]")
_MINUS = re.compile(r"[()−–-]")
DECIMALS = {"point": "decimals after a point", "comma": "decimals after a comma"}


def read_amounts(
    cells: list[str],
    decimal: str | None = None,
    name: str = "value",
    dollars: bool = True,
    *,
    usual: str | None = None,
    is_parted_by_commas: bool = False,
    has_credits: bool = False,
) -> Cells:
    """Read a column of amounts: currency signs and thousands are taken off.

    What is below 0 is refused, unless the column may have credits.

    `usual` is the decimal mark in another column of the table, taken where no cell of this one tells. Where
    none tells either, `10,000` in a file whose cells commas part is ten thousand: who writes decimals after a
    comma parts cells by semicolons.

    Raises `DataError` if the cells leave open whether a comma parts thousands or decimals.
    """
    below = [bool(_NEGATIVE.fullmatch(cell.strip())) for cell in cells]
    unsigned = [_MINUS.sub("", cell) if minus else cell for cell, minus in zip(cells, below, strict=True)]
    bare = [_SIGNS_OF_MONEY.sub("", cell) for cell in unsigned]
    mark, how = decimal, ""
    open_cells = [text for text in bare if "," in text or re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", text)]
    if open_cells:
        signs = {_decimal_mark(text) for text in bare} - {""}
        if mark is None and len(signs) == 1:
            mark = signs.pop()
        elif mark is None and not signs and any("$" in cell or "usd" in cell.lower() for cell in cells):
            mark = "point"  # dollars are written so
        elif mark is None and not signs and usual is None and is_parted_by_commas:
            mark = "point" if all("," in text for text in open_cells) else None
        elif mark is None and not signs:
            mark = usual
        if decimal is None and (odd := _against_its_column(bare, mark)):
            raise DataError(
                "thousands or decimals? this cell is written another way than its column",
                remedy="write all alike, or say --decimal point (1,234.50) or --decimal comma (1.234,50)",
                column=name,
                value=odd,
            )
        if mark is None:
            raise DataError(
                "thousands or decimals? this column can be read both ways",
                remedy="say --decimal point (1,234.50) or --decimal comma (1.234,50)",
                column=name,
                value=" and ".join(_of_each_mark(bare)) or open_cells[0],
            )
        how = DECIMALS[mark]
    values: list[Any] = []
    problems, notes = [], []
    for cell, text, is_below in zip(cells, bare, below, strict=True):
        value, problem, note = None, "", ""
        plain = text.replace(".", "").replace(",", ".") if mark == "comma" else text.replace(",", "")
        if not text or NOT_TOLD.fullmatch(cell):
            pass
        elif dollars and currency_of(cell) not in ("", "USD"):
            note = not_dollars(currency_of(cell))
        elif re.fullmatch(r"\d{1,15}(\.\d*)?|\.\d+", plain):
            value = round(Decimal(plain), 6)
            if is_below and value:
                value, problem = (-value, "") if has_credits else (None, below_zero(short(cell)))
        else:
            problem = f"not an amount of at least 0; found {short(cell)!r}"
        values.append(value)
        problems.append(problem)
        notes.append(note)
    return values, problems, notes, how


def parted(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the numbers and the units of a column of quantities such as `900 L`."""
    import pyarrow.compute as pc

    found = pc.extract_regex(column, r"^\s*(?P<amount>[\d.,\s]*\d)\s*(?P<unit>[A-Za-z][A-Za-z0-9.²³]*)\s*$")
    amount, unit = pc.struct_field(found, "amount"), pc.struct_field(found, "unit")
    return pc.coalesce(amount, column), pc.fill_null(unit, "")


def not_dollars(currency: str) -> str:
    """Say that a value in another currency gives no dollars."""
    return f"the value is in {currency}, not in US dollars: percent only"


def below_zero(found: object) -> str:
    """Say why an amount below 0 is no value of goods."""
    remedy = "take a credit off the row that it corrects"
    return f"not an amount of at least 0; found {str(found)!r}. Remedy: {remedy}"


def _of_each_mark(texts: Sequence[str]) -> list[str]:
    """Return an amount of each decimal mark, where a column has both."""
    found = {mark: text for text in reversed(texts) if (mark := _decimal_mark(text))}
    return [found[mark] for mark in sorted(found)] if len(found) > 1 else []


def _against_its_column(texts: Sequence[str], mark: str | None) -> str:
    """Return an amount with three decimals in a column that sets thousands apart: are they thousands?"""
    sign = {"comma": ",", "point": "."}.get(mark or "")
    if sign is None or not any("," in text and "." in text for text in texts):
        return ""
    return next((text for text in texts if re.fullmatch(rf"[1-9]\d{{0,2}}[{sign}]\d{{3}}", text)), "")


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
    return "point" if "." in text and not re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text) else ""


def read_shares(cells: list[str], shares: str | None = None, name: str = "steel", header: str = "") -> Cells:
    """Read a column of shares, all as percent or all as fractions of one.

    Raises `DataError` if some cells are over 1 and some at most 1, and nothing says which they are.
    """
    numbers = {cell: _share(cell) for cell in cells if cell}
    plain = [number for cell, number in numbers.items() if number is not None and "%" not in cell]
    as_percent = shares == "percent"
    if shares is None and plain:
        over, under = any(number > 1 for number in plain), any(0 < number <= 1 for number in plain)
        told = "%" in header or re.search(r"\b(pct|percent)\b", plain_name(header)) is not None
        if under and over != told:
            raise DataError(
                "percent or fractions? "
                + (
                    "some cells are over 1, some are not"
                    if over
                    else "the name says percent, no cell is over 1"
                ),
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
