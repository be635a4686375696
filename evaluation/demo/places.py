"""Parks, organisations and incubators as the sources describe them, and the one laboratory they mention."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evaluation.demo.reading import BadData, Entry, entries
from evaluation.demo.storing import SOURCED, Layout, resolver, store
from incubators.enums import OrganisationKind, SpaceKind, SupportMode
from incubators.models import Incubator, Organisation, Park, Space

PLACE_KEYS = (
    "parent_city_zh",
    "parent_city_en",
    "prefecture_zh",
    "prefecture_en",
    "province_zh",
    "province_en",
    "country_zh",
    "country_en",
    "district_zh",
    "within_zh",
)
PARKS = Layout({**SOURCED, "role": "role", "level": "level"}, folded=dict.fromkeys(PLACE_KEYS, "place"))
ORGANISATIONS = Layout({**SOURCED, "type": "kind", "relation": "relation", "with": "related_codes"})
INCUBATORS = Layout(
    {
        **SOURCED,
        "kind": "kind",
        "is_enclave": "is_enclave",
        "mode": "mode",
        "host_city_zh": "host_city_zh",
        "host_city_en": "host_city_en",
        "host_country_en": "host_country_en",
        "host_site_zh": "host_site_zh",
        "opened": "opened",
        "opened_precision": "opened_note",
        "area_m2": "area_m2",
        "area_note": "area_note",
        "operator_zh": "operator_name",
        "predecessor_note": "predecessor_note",
    },
    own=frozenset({"sponsor_park"}),
)
# Where a place keeps another clock than China; dates of records are local to it.
TIME_ZONES = {
    "uppsala": "Europe/Stockholm",
    "hongkong": "Asia/Hong_Kong",
    "jy-uppsala": "Europe/Stockholm",
    "meilixin-munich": "Europe/Berlin",
    "wuxi-hk-centre": "Asia/Hong_Kong",
    "binhu-hk-office": "Asia/Hong_Kong",
}


def load_parks(*, at: datetime) -> tuple[dict[Any, Any], int]:
    """Every park, then the tree: a parent is the park that bears the name of the parent city."""
    found = entries("parks")
    codes = {entry["zh"]: entry["id"] for entry in found}
    rows = [
        PARKS.values(entry) | {"time_zone": TIME_ZONES.get(entry["id"], "Asia/Shanghai")} for entry in found
    ]
    parks, touched = store(Park, rows, at=at)
    pk_of = resolver(parks)
    by_children = {child: entry["id"] for entry in found for child in entry.get("children", ())}
    tree = [
        {"code": entry["id"], "parent_id": pk_of(by_children.get(entry["id"]) or _city_code(entry, codes))}
        for entry in found
    ]
    _parks, moved = store(Park, tree, at=at)
    return parks, max(touched, moved)


def _city_code(entry: Entry, codes: Mapping[str, str]) -> str | None:
    code = codes.get(entry.get("parent_city_zh", ""))
    return None if code == entry["id"] else code


def load_organisations(*, at: datetime) -> tuple[dict[Any, Any], int]:
    return store(Organisation, [ORGANISATIONS.values(entry) for entry in entries("organisations")], at=at)


def load_incubators(
    *, parks: Mapping[Any, Any], organisations: Mapping[Any, Any], at: datetime
) -> tuple[dict[Any, Any], int]:
    """Every site. The predecessor that no source confirms stays a statement in ``details``, not a link."""
    park_pk = resolver(parks)
    operators = {
        record.name_zh: record.pk
        for record in organisations.values()
        if record.kind == OrganisationKind.OPERATOR
    }
    rows = []
    for entry in entries("incubators"):
        values = INCUBATORS.values(entry)
        values["mode"] = values.get("mode") or SupportMode.UNKNOWN
        values["park_id"] = _required(park_pk, entry.get("sponsor_park"), entry["id"])
        values["operator_id"] = operators.get(entry.get("operator_zh") or "")
        values["time_zone"] = TIME_ZONES.get(entry["id"], "Asia/Shanghai")
        rows.append(values)
    return store(Incubator, rows, at=at)


def _required(pk_of: Any, code: str | None, entry_id: str) -> int | None:
    """The park that sponsors a site; a code that no park has is a mistake in the files."""
    pk: int | None = pk_of(code)
    if code and pk is None:
        raise BadData(f"{entry_id}: there is no park {code}")
    return pk


def load_spaces(*, incubators: Mapping[Any, Any], at: datetime) -> int:
    """The laboratory at Uppsala University, the only room of a Jiangyin site with a printed area."""
    site = next(entry for entry in entries("incubators") if entry["id"] == "jy-uppsala")
    row = {
        "incubator_id": incubators[("jy-uppsala",)].pk,
        "name_zh": "乌普萨拉大学实验室",
        "name_en": "Laboratory at Uppsala University",
        "kind": SpaceKind.LABORATORY,
        "area_m2": site["area_m2"],
        "address": site["host_site_zh"],
        "source": site["source"],
        "source_lines": site["lines"],
        "quote_figures": [str(site["area_m2"])],
        "as_of": site["as_of"],
    }
    return store(Space, [row], key=("incubator_id", "name_zh"), at=at)[1]
