"""Demonstration liaison records: once, in order, plainly made up."""

import time

import pytest
from django.utils import timezone

from core.history import verify
from incubators.models import Incubator
from outreach import demo
from outreach.models import Contact, Lead
from tests.factories import make_incubator, make_operator, make_park, make_park_admin, make_project


@pytest.fixture
def sites(db: None) -> list[Incubator]:
    park = make_park("jiangyin")
    found = [make_incubator(park, code) for code in demo.OPERATORS]
    people = [make_operator(site, demo.OPERATORS[site.code]) for site in found]
    for person in [*people, make_park_admin(park, demo.PARK_ADMINISTRATOR)]:
        person.is_demonstration = True
        person.save()
    return found


def test_it_is_loaded_once_and_quickly(sites: list[Incubator]) -> None:
    started = time.monotonic()
    first = demo.load(at=timezone.now())
    taken = time.monotonic() - started
    assert {item.name: (item.count, item.touched) for item in first} == {
        "example contacts": (4, 4),
        "example events": (4, 4),
        "example leads": (9, 9),
        "example talks": (4, 4),
        "example mandates": (2, 2),
        "example tracked agreements": (3, 3),
    }
    assert taken < 5
    assert sum(item.touched for item in demo.load(at=timezone.now())) == 0
    assert list(verify()) == []


def test_leads_of_projects_stand_where_their_projects_stand(sites: list[Incubator]) -> None:
    operator = sites[0].memberships.get().user
    project = make_project(operator, sites[0], at=timezone.now())
    type(project).objects.filter(pk=project.pk).update(provenance="demonstration", stage="landed")
    demo.load(at=timezone.now())
    lead = Lead.objects.get(project=project)
    assert (lead.stage, lead.name_zh) == ("landed", project.name_zh)
    claim = lead.introductions.get()
    assert claim.verified_by is not None
    assert claim.verified_by != claim.entered_by


def test_every_name_says_that_it_is_an_example(sites: list[Incubator]) -> None:
    demo.load(at=timezone.now())
    for model in (Contact, Lead):
        assert [row.name_zh for row in model.objects.all() if "示例" not in row.name_zh] == []


def test_an_installation_without_the_sites_stays_empty(db: None) -> None:
    assert [item.count for item in demo.load(at=timezone.now())] == [0] * 6
