"""Which column of a user's table is which: known by its name, in whatever words and order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from trucewatch.answers.user_table import UserTable, has_text
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
        "classification", "hs code", "hs", "hs number", "hs no", "hscode", "hs tariff code",
        "hs코드", "세번부호", "세번", "품목번호", "hs10",
        "hs 10", "hs8", "hs 8", "hs6", "hs 6", "hts8", "hts 8", "hs tariff number", "product code hs",
        "line tariff number", "entry summary line tariff number", "schedule b", "cn code", "ncm",
        "zolltarifnummer", "warentarifnummer", "statistische warennummer", "warennummer", "zolltarifnr",
        "fraccion arancelaria", "codigo arancelario", "partida arancelaria", "codigo hs", "codigo sa",
        "code sh", "code douanier", "nomenclature douaniere", "position tarifaire", "codice doganale",
        "codice hs", "codigo ncm", "htsコード", "hsコード", "hts编码", "海关税号", "hs编码", "税号",
        "税则号", "税则号列",
        "稅則號列", "稅號", "商品編碼", "海關編碼", "关税编码", "关税号", "商品编码", "商品编号", "海关编码",
    ),
    "origin": (
        "country of origin", "origin country", "country of origin code", "origin", "origin code", "coo",
        "c o o", "co", "c o", "country origin", "country of origin iso", "iso country of origin",
        "coo code", "ctry of origin", "cntry of origin", "country of origin name", "origin ctry",
        "country of manufacture", "manufacturing country", "manufacture country", "country of mfg",
        "made in", "origin country code", "line country of origin", "country of origin line",
        "country", "ctry", "country code", "country name", "ursprungsland", "warenursprung",
        "pais de origen", "pais origen", "pays d origine", "pays origine", "paese di origine",
        "paese d origine", "pais de origem", "land van oorsprong", "原産国", "原产国", "原产地",
        "원산지", "원산지국", "제조국", "原产国别", "原产地区", "原產國", "原產地", "原产国家", "产地",
    ),
    "on": (
        "entry date", "date of entry", "entry dt", "entrydate", "entry day", "day of entry", "on",
        "entry summary date", "date of entry summary", "customs entry date", "import date",
        "date of import", "date of importation", "importation date", "date imported", "entered on",
        "date entered", "release date", "clearance date", "date", "day", "fecha de entrada",
        "fecha de importacion", "date d entree", "date d importation",
        "einfuhrdatum", "anmeldedatum", "data de entrada", "data di importazione", "进口日期",
        "入境日期", "进境日期", "入关日期", "进关日期", "清关日期", "通关日期", "放行日期", "進口日期",
        "入境日", "清關日期", "报关日期", "申报日期", "輸入日", "輸入申告日", "輸入許可日", "申告日",
        "수입일자", "수입일", "수입신고일", "통관일자", "data importazione", "data di entrata",
        "data entrata",
        "data di ingresso", "data de importacao", "data importacao", "fecha importacion", "fecha entrada",
        "date entree", "date importation", "importdatum", "eingangsdatum", "datum der einfuhr", "invoerdatum",
        "entry datetime",
        "entry timestamp", "entry time", "entry date time", "entered at",
    ),
    "value": (
        "entered value", "customs value", "line entered value", "entered value usd", "customs value usd",
        "value for customs", "value for duty", "total entered value", "line entered goods value",
        "goods value", "line goods value", "line goods value amount", "line tariff goods value amount",
        "line tariff goods value", "tariff goods value", "declared value", "customs val",
        "entered val", "dutiable value", "value usd", "usd value", "value in usd", "value us",
        "value us dollars", "value", "total value", "line value", "total value usd", "total customs value",
        "fob value", "fob value usd", "invoice value", "extended value", "extended price", "extended cost",
        "ext price", "line total", "total price", "amount", "amount usd", "annual value", "annual spend",
        "spend", "spend usd", "usd", "zollwert", "warenwert", "valor en aduana", "valor aduana",
        "과세가격", "신고가격", "valore doganale", "valore dogana", "valor de aduana", "valor de importacao",
        "valeur douane", "valeur douaniere", "douanewaarde", "rechnungswert", "rechnungsbetrag", "gesamtwert",
        "valor en aduanas", "valeur en douane", "valore in dogana", "valor aduaneiro", "海关价值",
        "完税价格", "申报价值", "申报总价",
        "申報價值", "完稅價格", "货值", "申报金额", "总价", "金额", "通関価格", "課税価格", "申告価格",
        "金額",
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
    "spi": (
        "spi", "special program indicator", "special programs indicator", "special program", "spi code",
        "special program code", "special program indicator code", "special programs", "primary spi",
        "primary spi code", "spi 1", "spi indicator", "tariff spi", "hts spi", "line tariff spi",
        "special tariff program", "preference program", "preference program code", "preferential program",
        "trade preference program", "trade program", "trade program code", "preference code",
        "trade agreement", "trade agreement code", "free trade agreement", "fta", "fta code", "fta program",
        "特殊计划代码", "优惠贸易协定",
    ),
    "quantity": (
        "quantity", "qty", "quantity 1", "qty 1", "first quantity", "reported quantity", "line quantity",
        "net quantity", "tariff quantity", "line tariff quantity", "tariff quantity 1", "menge", "cantidad",
        "quantite", "quantita", "quantidade", "数量",
    ),
    "unit": (
        "unit", "uom", "unit of measure", "units of measure", "quantity unit", "qty uom", "uom 1",
        "qty unit",
        "quantity 1 uom", "unit of quantity", "uom code", "line tariff uom code",
        "tariff uom 1 code", "me", "mengeneinheit", "einheit", "unidad", "unite", "unita", "unidade",
        "单位", "计量单位",
    ),
    "entry": (
        "entry number", "entry no", "entry summary number", "entry num", "entry", "entry filer number",
        "entry nbr",
    ),
    "suffix": (
        "suffix", "stat suffix", "statistical suffix", "hts suffix", "hts stat suffix", "stat sfx", "sfx",
        "ssuf", "stat", "statistical", "suf",
    ),
    "currency": (
        "currency", "curr", "ccy", "currency code", "invoice currency", "value currency",
        "document currency",
        "wahrung", "moneda", "devise", "valuta", "moeda", "币种", "币制",
    ),
    "deposited": (
        "payment date", "duty payment date", "duty paid date", "date paid", "paid on", "deposit date",
        "collection date", "date of deposit", "statement payment date",
    ),
    "paid": (
        "duty paid", "duties paid", "total duty paid", "total duties paid", "duty paid usd",
        "customs duty paid", "paid duty", "line tariff duty amount", "line duty amount",
        "tariff duty amount", "duty amount", "total duty amount", "total duty", "total duties",
        "entered duty", "duty amount paid",
    ),
    "liquidated": (
        "liquidation date", "liquidated", "date of liquidation", "liquidated on", "liq date",
        "date liquidated",
    ),
    **{
        f"{metal}_value": (
            f"{metal} value", f"{metal} content value", f"value of {metal}", f"value of {metal} content",
            f"{metal} value usd", f"{metal} content value usd", f"{metal} value amount",
        )
        for metal in ("steel", "aluminum", "copper")
    },
    "liquidation": ("liquidation status", "liq status", "status of liquidation", "liquidation state"),
}  # fmt: skip
"""What a column can be, and the names it goes by: lower case, signs as blanks; the first found is taken."""

_RANK = {name: (role, rank) for role, names in ROLES.items() for rank, name in enumerate(names)}
_BY_FORM, _BY_RULE, _IN_OTHER_MONEY = 200, 1_000, 2_000
"""Ranks after the names of the lists: a name in another form, one known by its words, another currency."""
_SHORT_FORMS = {
    "alu": "aluminum", "alum": "aluminum", "aluminium": "aluminum", "amt": "amount",
    "class": "classification", "classif": "classification", "cmdty": "commodity", "cntry": "country",
    "comm": "commodity", "ctr": "country", "ctry": "country", "cust": "customs", "cty": "country",
    "decl": "declared", "dt": "date", "ext": "extended", "htsusa": "htsus", "imp": "import",
    "manufactured": "manufacture", "manufacturing": "manufacture", "mfg": "manufacture",
    "mfr": "manufacture", "nbr": "number", "no": "number", "nr": "number", "num": "number", "orig": "origin",
    "production": "manufacture", "qty": "quantity", "region": "country", "tot": "total", "trf": "tariff",
    "val": "value",
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERYWHERE = _words("a of the for in line item product part entry summary primary main full goods")
_KINDS: dict[str, tuple[tuple[frozenset[str], ...], frozenset[str]]] = {
    "code": (
        (_words("hts htsus hs tariff harmonized harmonised"),),
        _words(
            "code codes number us classification schedule system commodity customs import digit digits id b "
            "10 8 6 heading subheading"
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
_MONEY = {"usd", "eur", "gbp", "cny", "rmb", "jpy", "cad", "mxn", "chf", "hkd", "twd", "krw", "inr", "vnd"}
_MONEY_SIGNS = {
    "€": "EUR", "£": "GBP", "¥": "CNY", "￥": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR",
}  # fmt: skip


def currency_of(text: str) -> str:
    """Return the currency that a name or a cell tells; empty if it tells none, CNY for RMB."""
    words = set(re.findall(r"[a-z]+", text.lower())) & _MONEY
    found = words.pop().upper() if len(words) == 1 else ""
    found = found or next((code for sign, code in _MONEY_SIGNS.items() if sign in text), "")
    return "CNY" if found == "RMB" else found


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
            re.sub(r"\b(line|item|product|the|of goods)\b ?", "", plain).strip(),
            bare,
            " ".join(_SHORT_FORMS.get(word, word) for word in bare.split()),
            re.sub(r" (iso ?)?[23]?$", "", bare),
            re.sub(rf" (in |en )?({'|'.join(sorted(_MONEY))}|us dollars?|dollars?)$", "", bare),
            *re.findall(r"[a-z][a-z0-9 ]*[a-z0-9]|[^\W\d_a-z]+", bare if not bare.isascii() else ""),
        )
    ):
        if candidate in _RANK:
            role, rank = _RANK[candidate]
            return _in_money(name, role, rank + _BY_FORM * (at > 1))
    if _OF_METAL.search(plain) and not re.search(r"\b(share|pct|percent|percentage)\b", plain):
        return None  # kilograms of metal, or dollars by another name
    return _by_words(name, bare) or _by_words(name, plain)


def _by_words(name: str, plain: str) -> tuple[str, int] | None:
    """Return what a column is by the words of its name, whatever their order."""
    words = {_SHORT_FORMS.get(word, word) for word in plain.split()} - (_MONEY - {"usd"})
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
        known = role_of(name) if has_text(table.columns[at]) or table.header.count(name) == 1 else None
        if known is not None and at not in taken and known[0] not in told:
            candidates.setdefault(known[0], []).append((known[1], at))
    for kind, ranked in candidates.items():
        ranked.sort(key=lambda one: (one[1] in table.hidden, *one))
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


_SIGNS = {
    "on": r"\b(date|day|datetime|timestamp|time|eta|etd|arrival|data|fecha)\b|datum\b|日期|日$|일자?$",
    "value": r"\b(value|cost|price|amount|spend|val(eur|or|ore)|prix|precio|prezzo|preis|montant)\b"
    r"|\bimport[eo]\b|(wert|betrag)\b|价|金额|가격|금액",
    "origin": r"\b(origin|country|coo|ctry|made|pays|pais|paese)\b|land\b|国|국|산지",
    "loaded": r"\b(load\w*|laden|lading|on ?board|b l|bol|sail\w*|etd|depart\w*|ship date|shipped)\b",
    "content": r"\b(steel|iron|alumini?um|alum?|copper|metal)\b",
    "claim": r"\b(exclusions?|exempt\w*|spi|preference|trade program|fta|usmca)\b",
}
"""Words of a name by which a column might be of a kind, though its name is none of those known."""


def left_over(header: Sequence[str], taken: Collection[int], role: str) -> str:
    """Return names of columns that were not taken for a kind and might be meant; empty if there are none."""
    names = [
        name
        for at, name in enumerate(header)
        if at not in taken and re.search(_SIGNS[role], plain_name(name))
    ]
    return ", ".join(names[:4])
