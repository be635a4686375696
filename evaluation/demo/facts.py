"""Load everything that the sources say, section by section."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core.demo import Loaded
from evaluation.demo.figures import load_figures
from evaluation.demo.places import load_incubators, load_organisations, load_parks, load_spaces
from evaluation.demo.published import load_agreements, load_processes, load_reported_projects
from funding.importers import load_register


@transaction.atomic
def load_facts(*, at: datetime) -> list[Loaded]:
    """All published facts; loading them again changes nothing."""
    parks, parks_touched = load_parks(at=at)
    organisations, organisations_touched = load_organisations(at=at)
    incubators, incubators_touched = load_incubators(parks=parks, organisations=organisations, at=at)
    spaces_touched = load_spaces(incubators=incubators, at=at)
    done = [
        Loaded("parks", len(parks), parks_touched),
        Loaded("organisations", len(organisations), organisations_touched),
        Loaded("incubators", len(incubators), incubators_touched),
        Loaded("spaces", 1, spaces_touched),
        _section("reported projects", load_reported_projects(parks=parks, incubators=incubators, at=at)),
        _section("agreements", load_agreements(at=at)),
        _section("processes", load_processes(at=at)),
        _section("policies", load_register(at=at)),
        _section(
            "reported figures",
            load_figures(parks=parks, incubators=incubators, organisations=organisations, at=at),
        ),
    ]
    return done


def _section(name: str, result: tuple[Mapping[Any, Any], int]) -> Loaded:
    records, touched = result
    return Loaded(name, len(records), touched)
