"""Which column of a user's table is which: known by its name, in whatever words and order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from trucewatch.answers.user_table import UserTable, has_text
from trucewatch.errors import DataError
from trucewatch.paths import packaged_rows

ROLES: dict[str, list[str]] = {}
for _row in packaged_rows("trucewatch.answers", "column_names.csv"):
    ROLES.setdefault(_row["role"], []).append(_row["name"])
"""What a column can be, and the names it goes by: lower case, signs as blanks; the first found is taken."""

_RANK = {name: (role, rank) for role, names in ROLES.items() for rank, name in enumerate(names)}
_BY_FORM, _BY_RULE, _OF_ANYTHING, _IN_OTHER_MONEY = 200, 1_000, 1_500, 2_000
"""Ranks after the names of the lists: a name in another form, one known by its words, one that could be of
anything, another currency."""
_SAYS_LITTLE = {
    "country", "ctry", "country code", "country name", "code", "classification", "commodity", "tariff",
    "date", "day", "amount", "amount usd", "usd", "spend", "spend usd",
}  # fmt: skip
"""Names that are taken only where no other says more: a list can have the country of whom it goes to."""
_SHORT_FORMS = {
    "alu": "aluminum", "alum": "aluminum", "aluminium": "aluminum", "amt": "amount",
    "class": "classification", "classif": "classification", "cmdty": "commodity", "cntry": "country",
    "comm": "commodity", "ctr": "country", "ctry": "country", "cust": "customs", "cty": "country",
    "decl": "declared", "dt": "date", "ent": "entry", "ext": "extended", "harmonisation": "harmonized",
    "harmonization": "harmonized", "htsusa": "htsus", "imp": "import",
    "liq": "liquidation", "manufactured": "manufacture", "manufacturing": "manufacture", "mfg": "manufacture",
    "mfr": "manufacture", "nbr": "number", "no": "number", "nr": "number", "num": "number", "orig": "origin",
    "production": "manufacture", "programme": "program", "qty": "quantity", "region": "country",
    "stat": "status", "tot": "total", "trf": "tariff", "val": "value",
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERYWHERE = _words("a of the for in line item variant product part entry summary primary main full goods")
_KINDS: dict[str, tuple[tuple[frozenset[str], ...], frozenset[str]]] = {
    "code": (
        (_words("hts htsus hs tariff harmonized harmonised"),),
        _words(
            "code codes number us classification schedule system commodity customs import digit digits id b "
            "10 8 6 heading subheading supplier vendor manufacture"
        ),
    ),
    "origin": (
        (_words("origin coo made manufacture"), _words("country origin coo made")),
        _words("country code iso iso2 iso3 2 3 name customs c o"),
    ),
    "loaded": (
        (_words("date day"), _words("load loaded loading laden onboard")),
        _words("on board vessel final actual shipped"),
    ),
    **{
        metal: ((_words(metal), _words("content share pct percent percentage")), _words("value by in metal"))
        for metal in ("steel", "aluminum", "copper")
    },
    "on": (
        (
            _words("date day datetime timestamp"),
            _words("entry entered import importation imported release clearance customs"),
        ),
        _words("filing filed declaration consumption"),
    ),
    "value": (
        (
            _words("value amount cost price"),
            _words("entered customs dutiable declared goods invoice fob extended usd total"),
        ),
        _words("us dollar dollars net ci commercial"),
    ),
}
"""Kinds of column by words: a name has one of each of the first sets, and none beyond all of them."""
_OF_ONE_PIECE = _words("price cost")
_OF_A_ROW = _words("total extended invoice line customs entered dutiable declared goods")
"""Words that tell the value of all pieces of a row from the price of one."""
_MONEY = {"usd", "eur", "gbp", "cny", "rmb", "jpy", "cad", "mxn", "chf", "hkd", "twd", "krw", "inr", "vnd"}
_MONEY_SIGNS = {
    "€": "EUR", "£": "GBP", "¥": "CNY", "￥": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR",
    "円": "JPY", "元": "CNY", "원": "KRW",
}  # fmt: skip
_BARE_AMOUNT = re.compile(r"[\d.,\s]*")


def currency_of(text: str) -> str:
    """Return the currency that a name or a cell tells; empty if it tells none, CNY for RMB."""
    if _BARE_AMOUNT.fullmatch(text):
        return ""
    words = set(re.findall(r"[a-z]+", text.lower())) & _MONEY
    found = words.pop().upper() if len(words) == 1 else ""
    found = found or next((code for sign, code in _MONEY_SIGNS.items() if sign in text), "")
    return "CNY" if found == "RMB" else found


_DOLLARS, _IN_CHINA = r"(usd|us ?\$|\$|eur|€)", "(美元|元|円)?"
_SCALES = {
    1_000: rf"1[,. ]?000|thousands?|tausend|milliers|mil(es)?|migliaia|['’]?000['’]?s?|[kt](usd|eur)"
    rf"|{_DOLLARS} ?k|千{_IN_CHINA}",
    10_000: rf"10[,. ]?000|万{_IN_CHINA}",
    1_000_000: rf"millions?|mio|mln|mn|millionen|millones|milioni|m(usd|eur)|{_DOLLARS} ?(m|mm|mn)"
    rf"|百万{_IN_CHINA}",
    1_000_000_000: rf"billions?|bn|mrd|milliarden?|{_DOLLARS} ?bn?",
}
_SCALE = {
    scale: re.compile(rf"(?<![\w,./])(?<!per )({words})(?![\w])", re.IGNORECASE)
    for scale, words in _SCALES.items()
}
"""Words of a name by which its amounts are thousands or more."""


def scale_of(name: str) -> int:
    """Return in how many dollars the amounts of a column are by its name: 1,000 for `Value (USD 000s)`."""
    return next((scale for scale, words in _SCALE.items() if words.search(name)), 1)


_OF_OTHERS = re.compile(
    r"\b(cn code|cn ?8|combined nomenclature|taric|ncm|schedule b|stat\w* warenn\w*|warenn(umme)?r)\b"
)
_MAYBE_OF_OTHERS = re.compile(
    r"zolltarif|nomenclature douaniere|code douanier|position tarifaire|codice doganale|fraccion|partida"
    r"|税|稅|商品|海关|海關|编码|編碼|hsコード|코드|세번|품목번호"
)


def tariff_of(name: str) -> str:
    """Return `other` if a column of codes is called after another country's tariff, `open` if it may be."""
    plain = plain_name(name)
    return "other" if _OF_OTHERS.search(plain) else "open" if _MAYBE_OF_OTHERS.search(plain) else ""


def plain_name(name: str) -> str:
    """Return a column's name in lower case, with single blanks for all signs and no accents.

    The number of a box of CBP Form 7501, as in `29A. HTSUS No.`, is left out.
    """
    folded = re.sub(r"(?<=[A-Za-z])[\u0300-\u036f]+", "", unicodedata.normalize("NFD", name.lstrip("\ufeff")))
    unboxed = re.sub(r"^\s*\d{1,2}[A-Za-z]?[.)]\s*(?=[A-Za-z])", "", unicodedata.normalize("NFC", folded))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unboxed.strip())
    words = re.sub(r"[\W_]+", " ", spaced.replace("%", " pct ").replace("#", " no ")).strip().lower()
    return re.sub(r"\b(u) (s)\b", "us", words)


_OF_METAL = re.compile(r"\b(steel|alumini?um|alum?|copper)\b.*\b(value|amount|usd|weight|kgs?|lbs?)\b")


def role_of(name: str) -> tuple[str, int] | None:
    """Return what a column of this name is, and how far down the list of names it stands."""
    plain = plain_name(name)
    if re.search(r"\bline (no|nbr|num|number)\b", plain) and "tariff" not in plain:
        return None  # of an entry: 001, 002
    bare = plain_name(re.sub(r"[(\[（【].*?[)\]）】]", " ", name))
    for at, candidate in enumerate(
        (
            plain,
            plain.replace(" ", ""),
            re.sub(r"\b(line|item|variant|product|the|of goods)\b ?", "", plain).strip(),
            bare,
            " ".join(_SHORT_FORMS.get(word, word) for word in bare.split()),
            re.sub(r" (iso ?)?[23]?$", "", bare),
            re.sub(rf" (in |en )?({'|'.join(sorted(_MONEY))}|us dollars?|dollars?)$", "", bare),
            *re.findall(r"[a-z][a-z0-9 ]*[a-z0-9]|[^\W\d_a-z]+", bare if not bare.isascii() else ""),
        )
    ):
        if candidate in _RANK:
            role, rank = _RANK[candidate]
            rank += _OF_ANYTHING if candidate in _SAYS_LITTLE else _BY_FORM * (at > 1)
            return _in_money(name, role, rank)
    if _OF_METAL.search(plain) and not re.search(r"\b(share|pct|percent|percentage)\b", plain):
        return None  # kilograms of metal, or dollars by another name
    return _by_words(name, bare) or _by_words(name, plain) or _inside(name)


def _inside(name: str) -> tuple[str, int] | None:
    """Return what a part of an object in a row is, as `customs.entered_value`; a country may be anyone's."""
    place, _, own = name.rpartition(".")
    is_inside = re.fullmatch(r"\w+(\.\w+)*", place) and plain_name(own) not in _SAYS_LITTLE
    found = role_of(own) if is_inside else None
    return None if found is None or found[0] == "origin" else (found[0], found[1] + _BY_FORM)


def _by_words(name: str, plain: str) -> tuple[str, int] | None:
    """Return what a column is by the words of its name, whatever their order."""
    words = {_SHORT_FORMS.get(word, word) for word in plain.split()} - (_MONEY - {"usd"})
    if words & _OF_ONE_PIECE and not words & _OF_A_ROW:
        return None  # FOB price, cost in USD
    for role, (needed, allowed) in _KINDS.items():
        if all(words & some for some in needed) and words <= _EVERYWHERE.union(allowed, *needed):
            return _in_money(name, role, _BY_RULE + len(words))
    return None


def _in_money(name: str, role: str, rank: int) -> tuple[str, int]:
    is_other = role.endswith("value") and currency_of(name) not in ("", "USD")
    return role, rank + _IN_OTHER_MONEY * is_other


def names_found(cells: Sequence[str]) -> int:
    """Return how many cells of a row are names of columns; 0 unless one of them is that of the code."""
    roles = {found[0] for cell in cells if len(cell) < 60 and (found := role_of(cell)) is not None}
    return len(roles) if "code" in roles else 0


def assigned(table: UserTable, told: Mapping[str, str]) -> dict[str, int]:
    """Return the position of the column of each role.

    `told`: columns named by the user, by role: a name as it stands, or the number of the column from 1.

    Raises `DataError` if a role or a column does not exist, or two columns of one name would serve.
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
        known = role_of(name) if has_text(table.columns[at]) or table.header.count(name) == 1 else None
        if known is not None and at not in taken and known[0] not in told:
            candidates.setdefault(known[0], []).append((known[1], at))
    for kind, ranked in candidates.items():
        ranked.sort(key=lambda one: (one[1] in table.hidden, not has_text(table.columns[one[1]]), *one))
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0] and ranked[1][1] not in table.hidden:
            first, second = (table.header[at] for _, at in ranked[:2])
            both = " and ".join(str(at + 1) for _, at in ranked[:2])
            names = (
                f"are both called {first!r}" if first == second else f"({first!r}, {second!r}) would both do"
            )
            raise DataError(
                f"columns {both} {names}",
                remedy=f"say which one it is: --column {kind}={ranked[0][1] + 1}",
            )
        found[kind] = ranked[0][1]
    return found


def passed_over(table: UserTable, taken: Mapping[str, int], kind: str) -> str:
    """Return names of columns that could be of a kind too, and say another thing than the one taken."""
    own = table.columns[taken[kind]]
    names = [
        name
        for at, name in enumerate(table.header)
        if at not in table.hidden.union(taken.values())
        and (role_of(name) or ("",))[0] == kind
        and has_text(table.columns[at])
        and not table.columns[at].equals(own)
    ]
    return ", ".join(names[:_MOST_NAMED])


_OF_A_DOCUMENT = {
    "on",
    "origin",
    "loaded",
    "known",
    "entry",
    "currency",
    "liquidated",
    "liquidation",
    "deposited",
}
"""What an entry or an invoice says once of all its lines."""


def name_of_all(name: str) -> str:
    """Return the name under which what a document says holds for all its lines; empty if it may not.

    `name` has its place before it, as `metadata.currency`. Amounts are of the whole, and a country by itself
    may be anyone's.
    """
    place, _, own = name.rpartition(".")
    plain = plain_name(own)
    if re.search(_SIGNS["on"], plain):
        return own
    role = (role_of(own) or ("", 0))[0]
    if role not in _OF_A_DOCUMENT or (
        role == "origin" and (place or not re.search(r"origin|made|coo", plain))
    ):
        return ""
    return own


_SIGNS = {
    "on": r"\b(date|day|datetime|timestamp|time|eta|etd|arrival|data|fecha|period)\b|datum\b|日期|日$|일자?$",
    "value": r"\b(value|cost|price|amount|spend|total|val(eur|or|ore)|prix|precio|prezzo|preis|montant)\b"
    r"|\bimport[eo]\b|(wert|betrag)\b|价|金额|가격|금액",
    "origin": r"\b(origin|country|coo|ctry|made|pays|pais|paese)\b|land\b|国|국|산지",
    "loaded": r"\b(load\w*|laden|lading|on ?board|b l|bol|sail\w*|etd|depart\w*|ship date|shipped)\b",
    "content": r"\b(steel|iron|alumini?um|alum?|copper|metal)\b",
    "claim": r"\b(exclusions?|exempt\w*|spi|preference|(trade|special) program|trade agreement|fta|usmca)\b"
    r"|^(claimed )?programm?e?$",
    "paid": r"\b(dut(y|ies)|ieepa|301|232)\b(?!.*\b(rate|pct|percent|free|status|code|type)\b)",
}
"""Words of a name by which a column might be of a kind, though its name is none of those known."""


_DAY = re.compile(
    r"\s*((19|20)\d\d[-/.年]?(0?[1-9]|1[0-2])([-/.月]?[0-3]?\d)?日?"
    r"|[0-3]?\d[-/. ]([01]?\d|[A-Za-z]{3,9})[-/. ,]+(19|20)?\d\d"
    r"|[A-Za-z]{3,9}\.? [0-3]?\d,? (19|20)\d\d|[34]\d{4})([T ].*)?\s*"
)


def left_over(table: UserTable, taken: Collection[int], role: str) -> str:
    """Return names of columns that were not taken for a kind and might be meant; empty if there are none.

    A column of days has days in its cells, whatever it is called; a lead time or a port has none.
    """
    names = []
    for at, name in enumerate(table.header):
        if at in taken or not has_text(table.columns[at]):
            continue
        is_called_so = bool(re.search(_SIGNS[role], plain_name(name)))
        if role in ("on", "loaded"):
            filled = [cell for cell in table.columns[at].slice(0, _CELLS_SEEN).to_pylist() if cell.strip()]
            days = sum(bool(_DAY.fullmatch(cell)) for cell in filled)
            is_called_so = days > 0 if is_called_so else role == "on" and 0 < days == len(filled)
        if is_called_so:
            names.append(name)
    return ", ".join(names[:_MOST_NAMED])


_MOST_NAMED, _CELLS_SEEN = 4, 50
_GOES_TO = re.compile(r"\b(destination|dest|importing|ship to|shipto|deliver(y|ed)? to|import to)\b")


def destinations(table: UserTable) -> list[int]:
    """Return the positions of the columns that say where goods go."""
    return [at for at, name in enumerate(table.header) if _GOES_TO.search(plain_name(name))]
