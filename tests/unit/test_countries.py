"""Countries as people write them."""

import pytest

from trucewatch.answers.countries import _GROUPS_IN_LAW, _OTHER_GROUPS, folded, partner_name, read_country
from trucewatch.answers.inputs import check_importer
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import load_ledger


@pytest.fixture(scope="module")
def law():
    return load_ledger()


@pytest.mark.parametrize(
    ("written", "iso3"),
    [
        ("VNM", "VNM"),
        ("AND", "AND"),
        ("vn", "VNM"),
        ("Viet Nam", "VNM"),
        (" vietnam ", "VNM"),
        ("Korea, Republic of", "KOR"),
        ("South Korea", "KOR"),
        ("Korea, South", "KOR"),
        ("North Korea", "PRK"),
        ("UK", "GBR"),
        ("U.K.", "GBR"),
        ("Great Britain", "GBR"),
        ("Côte d'Ivoire", "CIV"),
        ("COTE D IVOIRE", "CIV"),
        ("Ivory Coast", "CIV"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Czech Republic", "CZE"),
        ("Burma", "MMR"),
        ("Taiwan, Province of China", "TWN"),
        ("China", "CHN"),
        ("P.R.C.", "CHN"),
        ("P.R. China", "CHN"),
        ("China, P.R.", "CHN"),
        ("CHINA, PEOPLES REP", "CHN"),
        ("Made in China", "CHN"),
        ("Product of Vietnam", "VNM"),
        ("Korea, Rep. of", "KOR"),
        ("S. Korea", "KOR"),
        ("Dominican Rep.", "DOM"),
        ("Macau", "MAC"),
        ("Hong Kong", "HKG"),
        ("The Netherlands", "NLD"),
        ("Bosnia & Herzegovina", "BIH"),
        ("Georgia", "GEO"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Kosovo", "XKX"),
        # names in full turned round, and as they are shortened (ISO 3166-1; World Bank and UN lists)
        ("Vietnam, Socialist Republic of", "VNM"),
        ("Lao PDR", "LAO"),
        ("DPR Korea", "PRK"),
        ("Korea, Dem. People's Rep. of", "PRK"),
        # members of the WTO under these names, origins of their own in customs law
        ("Hong Kong, China", "HKG"),
        ("Macau SAR", "MAC"),
        ("Taiwan, China", "TWN"),
        # former, short and Schedule C names
        ("Swaziland", "SWZ"),
        ("Burma", "MMR"),
        ("Macedonia", "MKD"),
        ("US Virgin Islands", "VIR"),
        ("BVI", "VGB"),
        ("Vatican", "VAT"),
        ("KV", "XKX"),
        ("GZ", "PSE"),
    ],
)
def test_a_country_is_read_as_people_write_it(law, written, iso3):
    assert read_country(law, written) == iso3


@pytest.mark.parametrize("written", ["Congo", "Korean", "", "Vietnarn and Laos", "ZZZ", "China, Republic of"])
def test_what_names_no_single_country_is_refused(law, written):
    with pytest.raises(DataError, match="no country"):
        read_country(law, written)


def test_a_slip_of_the_pen_gets_the_nearest_name(law):
    with pytest.raises(DataError, match="Vietnam"):
        read_country(law, "Vietnan")


def test_no_name_stands_for_two_countries(law):
    owners = {}
    for row in law.partners:
        for name in (row.iso2, row.iso3, row.name, *filter(None, row.aliases.split("; "))):
            assert owners.setdefault(folded(name), row.iso3) == row.iso3, name


def test_every_partner_of_2024_is_there_once(law):
    """The published total of US imports for consumption in 2024 is about 3.25 trillion dollars."""
    assert len({row.iso3 for row in law.partners}) == len(law.partners) >= 230
    assert 3.2e12 < float(sum(row.imports_2024_usd for row in law.partners)) < 3.3e12
    assert partner_name(law, "VNM") == "Vietnam"


def test_every_code_and_name_of_the_table_leads_to_its_country(law):
    for row in law.partners:
        for name in (row.iso2, row.iso3, row.name, *filter(None, row.aliases.split("; "))):
            assert read_country(law, name) == row.iso3, name


def test_an_importer_is_given_as_a_code_or_a_name(law) -> None:
    assert [check_importer(law, name) for name in ("usa", "United States", "China", "CN")] == [
        "USA", "USA", "CHN", "CHN",
    ]  # fmt: skip
    with pytest.raises(DataError, match="use CHN or USA"):
        check_importer(law, "Mexico")


@pytest.mark.parametrize("name", ["EU", "European Union", "EU-27"])
def test_the_union_is_asked_for_the_member(law, name: str) -> None:
    with pytest.raises(DataError, match=r"give the member .*DEU"):
        read_country(law, name)


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("ASEAN", "THA, TLS, VNM"),
        ("USMCA", "made: CAN, MEX$"),
        ("CAFTA-DR", "made: CRI, DOM, SLV, GTM, HND, NIC$"),
        ("Latin America", "country in which"),
    ],
)
def test_a_group_is_no_origin_and_its_members_are_named(law, group, said):
    with pytest.raises(DataError, match=said):
        read_country(law, group)


def test_the_members_of_groups_are_partners_of_the_law(law):
    assert set(_GROUPS_IN_LAW.values()) <= law.members_of.keys()
    partners = {row.iso3 for row in law.partners}
    assert all(partners.issuperset(members.split()) for members in _OTHER_GROUPS.values())
