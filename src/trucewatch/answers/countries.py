"""Countries as people write them: ISO codes, English names and their usual variants, read in one place."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import lru_cache

from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.schema import Partner

_BETWEEN = re.compile(r"[^a-z0-9]+")
_BEFORE_THE_NAME = re.compile(
    r"^\s*(made|produced|manufactured|mfd|mfg|product|country of origin|origin)\W*\b(in|of)?\b\W*(?=\w)",
    re.IGNORECASE,
)
_CHINA = re.compile(
    r"\s*(p\.?\s?r\.?\s+(of\s+)?china|china\W+(p\.?\s?r\.?(\s?o?\.?c\.?)?|people'?s'? rep\w*\.?)\W*)",
    re.IGNORECASE,
)
_SHORTENED = (
    (r"\bRep\b\.?", "Republic"), (r"^S\b\.?\s+", "South "), (r"^N\b\.?\s+", "North "),
    (r"\bP\.?\s?D\.?\s?R\b\.?", "People's Democratic Republic"), (r"\bDem\b\.?", "Democratic"),
    (r"^D\.?\s?P\.?\s?R\b\.?( of)?", "Democratic People's Republic of"),
)  # fmt: skip
_BESIDE_CHINA = re.compile(
    r"\s*(hong\s?kong|maca[ou]|taiwan)\W*(s\.?a\.?r\.?|r\.?o\.?c\.?)?\s*([,(]\s*(p\.?\s?r\.?\s*)?china\)?)?\s*",
    re.IGNORECASE,
)
"""Origins of their own in customs law, as lists write them that put China behind."""
_FORM_OF_STATE = re.compile(r"\b(republic|kingdom|state|sultanate|federation|commonwealth)\b", re.IGNORECASE)
_SHARED_NAMES = {"china", "korea", "congo"}
"""Names that two states have, told apart by the form of state alone."""
_GROUPS_IN_LAW = {
    **dict.fromkeys(("eu", "eu27", "europeanunion", "europe", "europeancommunity"), "eu27"),
    **dict.fromkeys(("usmca", "nafta", "cusma", "tmec"), "usmca"),
    **dict.fromkeys(("cafta", "caftadr"), "cafta_dr"),
}
"""Groups that lists name in place of a country, and the set of origins that holds their members."""
_OTHER_GROUPS = {
    "asean": "BRN KHM IDN LAO MYS MMR PHL SGP THA TLS VNM",
    **dict.fromkeys(("gcc", "gulfstates"), "BHR KWT OMN QAT SAU ARE"),
    **dict.fromkeys(("cptpp", "tpp"), "AUS BRN CAN CHL GBR JPN MEX MYS NZL PER SGP VNM"),
    "mercosur": "ARG BOL BRA PRY URY",
    "efta": "CHE ISL LIE NOR",
    "brics": "BRA RUS IND CHN ZAF EGY ETH IRN ARE IDN",
    "g7": "CAN FRA DEU ITA JPN GBR",
    "benelux": "BEL NLD LUX",
    **dict.fromkeys(("africa", "asia", "southeastasia", "middleeast"), ""),
    **dict.fromkeys(("northamerica", "centralamerica", "latinamerica", "southamerica", "caribbean"), ""),
}  # fmt: skip
"""Groups that no set of origins stands for, and their members that can be an origin."""
_FILLERS = {"the", "of", "and"}
_PROVINCES = [f"x{letter}" for letter in "abcmnopqstvwy"]
"""Provinces of Canada, which an entry names in place of the country (15 CFR 30.54(b); CSMS 97-000267)."""


def folded(text: str) -> str:
    """Return a name without accents, case, blanks, punctuation and small words, for comparison."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"\b([a-z])\.\s?(?=[a-z]\b)", r"\1", plain.replace("'", ""))  # U.K. is UK
    words = [word for word in _BETWEEN.split(plain) if word]
    return "".join(word for word in words if word not in _FILLERS) if len(words) > 1 else "".join(words)


def read_country(ledger: Ledger, text: str) -> str:
    """Return the ISO3 code of a country.

    `ledger`: the law; its table `partners` holds the names; `text`: an ISO 3166 code of two or three letters,
    an English name or one of its usual variants.

    Raises `DataError` if nothing is called so, with the nearest names; never a guess.
    """
    names = _names(ledger)
    text = _BEFORE_THE_NAME.sub("", str(text))
    text = "China" if _CHINA.fullmatch(text) else text
    text = beside[1] if (beside := _BESIDE_CHINA.fullmatch(text)) else text
    for short_form, name in _SHORTENED:
        text = re.sub(short_form, name, text, flags=re.IGNORECASE)
    key = folded(text)
    if key in names:
        return names[key]
    members = _members(ledger, key)
    if members is not None:
        made = "in which the goods were made"
        raise DataError(
            "not one country of origin",
            remedy=f"give the member {made}: {', '.join(members)}" if members else f"give the country {made}",
            column="origin",
            value=text,
        )
    short, _, form = text.partition(",")
    if _FORM_OF_STATE.search(form) and folded(short) in names.keys() - _SHARED_NAMES:
        return names[folded(short)]
    found = _by_parts(names, text) | _in_other_languages(ledger, text)
    if len(found) == 1:
        return found.pop()
    several = {names.get(folded(part)) for part in re.split(r"[,;/&]+", text)}
    if len(several) > 1 and None not in several:
        raise DataError(
            "more than one country",
            remedy="give one; lists compare several",
            column="origin",
            value=text[:60],
        )
    near = dict.fromkeys(
        partner_name(ledger, names[match]) for match in difflib.get_close_matches(key[:60], names, 3, 0.75)
    )
    shown = text[:60]
    remedy = f"did you mean {' or '.join(near)}? " if near else ""
    remedy = f"{remedy}Give an ISO code (VNM, VN) or the English name (Vietnam)"
    raise DataError("no country is called so", remedy=remedy, column="origin", value=shown)


def _members(ledger: Ledger, key: str) -> list[str] | None:
    """Return the members of a group by its folded name, in order of their names; None if it is no group."""
    if key in _GROUPS_IN_LAW:
        members = {row.iso3 for row in ledger.members_of.get(_GROUPS_IN_LAW[key], ())}
        return sorted(members, key=lambda iso3: partner_name(ledger, iso3))
    return _OTHER_GROUPS[key].split() if key in _OTHER_GROUPS else None


def partner_name(ledger: Ledger, iso3: str) -> str:
    """Return the short English name of a country; its code if the ledger has no such partner."""
    partner = partners_by_code(ledger).get(iso3)
    return iso3 if partner is None else partner.name


def in_words(ledger: Ledger, iso3: str) -> str:
    """Return a country as a sentence names it."""
    return "the United States" if iso3 == "USA" else partner_name(ledger, iso3)


def route(ledger: Ledger, origin: str, importer: str) -> str:
    """Return whose goods enter where, in words: from Vietnam into the United States."""
    return f"from {in_words(ledger, origin)} into {in_words(ledger, importer)}"


@per_ledger
def partners_by_code(ledger: Ledger) -> dict[str, Partner]:
    """Return the partners by ISO3 code."""
    return {row.iso3: row for row in ledger.partners}


@per_ledger
def _names(ledger: Ledger) -> dict[str, str]:
    """Return the ISO3 code by every folded name; codes win over names."""
    names: dict[str, str] = {}
    for row in ledger.partners:
        for name in (row.name, *row.aliases.split("; ")):
            names.setdefault(folded(name), row.iso3)
    names |= dict.fromkeys(_PROVINCES, "CAN")
    for row in ledger.partners:
        names |= dict.fromkeys(re.findall(r"\d{4}", row.census_codes), row.iso3)
        names |= {row.iso2.lower(): row.iso3, row.iso3.lower(): row.iso3}
    names.pop("", None)
    return names


def _by_parts(names: dict[str, str], text: str) -> set[str]:
    """Return the country that every part of a text names, as in `CN - China`; several if they differ."""
    parts = [folded(part) for part in re.split(r"[-–—:/,;|()\[\]]+", text) if folded(part)]
    found = {names.get(part, "") for part in parts}
    return set() if "" in found else found


_LANGUAGES = ("zh", "zh_Hant", "es", "de", "fr", "pt", "it", "ja", "ko", "vi", "nl")


def _in_other_languages(ledger: Ledger, text: str) -> set[str]:
    """Return the countries that a text names in one of the languages of trade, by Unicode's names."""
    plain = re.sub(r"\W", "", text).casefold()
    if any(row.name.casefold().split()[0] == plain for row in ledger.partners):
        return set()  # Congo and Korea are two countries each, whatever one language makes of them
    names = _names(ledger)
    return {names[iso2] for iso2 in _foreign_names().get(plain, ()) if iso2 in names}


@lru_cache(maxsize=1)
def _foreign_names() -> dict[str, set[str]]:
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for iso2, name in Locale.parse(language).territories.items():
            if len(iso2) == 2 and iso2.isalpha():
                found.setdefault(re.sub(r"\W", "", name).casefold(), set()).add(iso2.lower())
    return found
