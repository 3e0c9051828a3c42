"""Write a big made-up directory as a folder of CSV files: `python big_directory.py PATH N`.

The same number of services gives the same bytes. 100,000 services make some 900,000 rows.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from uuid import UUID

SERVICES_OF_ONE = 5
NEEDS = ("housing", "basic_needs", "health", "legal_aid", "mental_health", "education")
AUDIENCES = ("women", "families", "men", "minors", "everyone")
HOURS = ("Mo-Fr 09:00-17:00", "Mo-Sa 08:00-14:00; PH off", "24/7", "Tu,Th 10:00-13:00")
SEED = 2026

Rows = Iterable[Sequence[object]]


class Maker:
    """Makes ids, and rows of one table after the other."""

    def __init__(self, services: int) -> None:
        """Take how many services there are."""
        self.random = Random(SEED)
        self.services = [self.id() for _ in range(services)]
        self.organizations = [self.id() for _ in range(-(-services // SERVICES_OF_ONE))]
        self.locations = [self.id() for _ in range(services)]
        self.taxonomies = {name: self.id() for name in ("faro-needs", "faro-audiences")}
        self.terms = {
            (taxonomy, code): self.id()
            for taxonomy, codes in (("faro-needs", NEEDS), ("faro-audiences", AUDIENCES))
            for code in codes
        }

    def id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def tables(self) -> Iterator[tuple[str, str, Rows]]:
        """Yield name, columns and rows of each table."""
        yield "organizations", "id,name,description,website", self.organization_rows()
        yield "services", SERVICE_COLUMNS, self.service_rows()
        yield "locations", LOCATION_COLUMNS, self.location_rows()
        yield "addresses", ADDRESS_COLUMNS, self.address_rows()
        yield "service_at_location", "id,service_id,location_id", self.link_rows()
        yield "phones", "id,service_id,number,type", self.phone_rows()
        yield "schedules", "id,service_id,description", self.schedule_rows()
        yield "languages", "id,service_id,name,code", self.language_rows()
        yield "attributes", "id,link_id,taxonomy_term_id,link_entity", self.attribute_rows()
        yield "taxonomy_terms", TERM_COLUMNS, self.term_rows()
        yield "taxonomies", "id,name,description", self.taxonomy_rows()

    def organization_rows(self) -> Rows:
        for at, id in enumerate(self.organizations):
            words = f"Organización ficticia número {at} para medir la carga"
            yield id, f"Organización ficticia {at}", words, f"https://example.org/{at}"

    def service_rows(self) -> Rows:
        for at, id in enumerate(self.services):
            owner = self.organizations[at // SERVICES_OF_ONE]
            words = f"Servicio ficticio número {at}: apoyo y orientación a quien lo pida"
            yield id, owner, f"Servicio ficticio {at}", words, "active", "2026-11-01", "Todas"

    def location_rows(self) -> Rows:
        for at, id in enumerate(self.locations):
            owner = self.organizations[at // SERVICES_OF_ONE]
            latitude, longitude = self.random.uniform(15, 32), self.random.uniform(-115, -88)
            point = (f"{latitude:.6f}", f"{longitude:.6f}")
            yield id, "physical", owner, f"Sede ficticia {at}", *point

    def address_rows(self) -> Rows:
        for at, id in enumerate(self.locations):
            street = f"Calle Ejemplo {at}"
            yield self.id(), id, street, "Tapachula", "Chiapas", "30700", "MX", "physical"

    def link_rows(self) -> Rows:
        for service, location in zip(self.services, self.locations, strict=True):
            yield self.id(), service, location

    def phone_rows(self) -> Rows:
        for at, id in enumerate(self.services):
            yield self.id(), id, f"961 61{at % 100_000:05}", "voice"

    def schedule_rows(self) -> Rows:
        for id in self.services:
            yield self.id(), id, self.random.choice(HOURS)

    def language_rows(self) -> Rows:
        for id in self.services:
            yield self.id(), id, "Español", "es"

    def attribute_rows(self) -> Rows:
        for id in self.services:
            for taxonomy, codes in (("faro-needs", NEEDS), ("faro-audiences", AUDIENCES)):
                term = self.terms[taxonomy, self.random.choice(codes)]
                yield self.id(), id, term, "service"

    def term_rows(self) -> Rows:
        for (taxonomy, code), id in self.terms.items():
            yield id, code, code, code, taxonomy, self.taxonomies[taxonomy]

    def taxonomy_rows(self) -> Rows:
        for name, id in self.taxonomies.items():
            yield id, name, name


SERVICE_COLUMNS = "id,organization_id,name,description,status,assured_date,eligibility_description"
LOCATION_COLUMNS = "id,location_type,organization_id,name,latitude,longitude"
ADDRESS_COLUMNS = "id,location_id,address_1,city,state_province,postal_code,country,address_type"
TERM_COLUMNS = "id,name,description,code,taxonomy,taxonomy_id"


def write(folder: Path, services: int) -> int:
    """Write the folder; return how many rows there are."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for table, columns, rows in Maker(services).tables():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns.split(","))
            for row in rows:
                writer.writerow(row)
                total += 1
    return total


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])), "rows")
