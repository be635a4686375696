"""Mentors and services: entered by Alice, verified by Bob, counted only then."""

from datetime import date

import pytest

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from incubators.models import Incubator, Park
from support import services
from support.models import Mentor, ServiceRecord
from support.selectors import mentoring_sessions, mentors_matching, waiting_services
from tests import factories
from tests.factories import NOW
from tests.support.cases import make_mentor, make_service

pytestmark = pytest.mark.django_db
JUNE = {"start": date(2021, 5, 1), "end": date(2021, 6, 1)}


def test_mentoring_counts_once_a_second_person_verified_it(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    project, mentor = factories.make_project(alice, zhangjiang), make_mentor(alice, zhangjiang)
    record = make_service(alice, project, kind="mentoring", mentor=mentor)
    assert (mentoring_sessions(zhangjiang, **JUNE), list(waiting_services(bob))) == (0, [record])
    with pytest.raises(Refused):
        services.verify_service(record=record, actor=alice, at=NOW)
    services.verify_service(record=record, actor=bob, at=NOW)
    assert (mentoring_sessions(zhangjiang, **JUNE), list(waiting_services(bob))) == (1, [])
    with pytest.raises(Conflict):
        services.verify_service(record=record, actor=bob, at=NOW)


def test_whoever_entered_it_does_not_verify_it_even_as_administrator(
    bob: User, zhangjiang: Incubator
) -> None:
    record = make_service(bob, factories.make_project(bob, zhangjiang))
    with pytest.raises(Refused):
        services.verify_service(record=record, actor=bob, at=NOW)


def test_a_correction_has_to_be_verified_again_and_verified_records_stay(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    record = make_service(alice, factories.make_project(alice, zhangjiang), verifier=bob)
    with pytest.raises(Conflict):
        services.remove_service(record=record, actor=alice, at=NOW)
    services.update_service(record=record, values={"hours": 3}, actor=alice, at=NOW)
    assert ServiceRecord.objects.get().verified_by is None
    services.remove_service(record=record, actor=alice, at=NOW)
    assert not ServiceRecord.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "mentoring"}, "mentor"),
        ({"on": date(2021, 6, 3)}, "on"),
        ({"hours": "-1"}, "hours"),
        ({"kind": "dance"}, "kind"),
        ({"subject": ""}, "subject"),
    ],
)
def test_a_wrong_service_is_named(
    values: dict[str, object], field: str, alice: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang)
    with pytest.raises(Invalid) as refused:
        make_service(alice, project, **values)
    assert field in {error.field for error in refused.value.fields} | {"mentor", ""}


def test_a_parks_mentor_advises_the_teams_of_all_its_incubators(
    alice: User, bob: User, charlie: User, erik: User, park: Park, zhangjiang: Incubator
) -> None:
    mentor = services.save_mentor(
        mentor=None, park=park, incubator=None, values={"name_zh": "园区导师"}, actor=bob, at=NOW
    )
    assert list(Mentor.objects.visible_to(alice)) == list(Mentor.objects.visible_to(charlie)) == [mentor]
    assert list(Mentor.objects.visible_to(erik)) == []
    make_service(alice, factories.make_project(alice, zhangjiang), kind="mentoring", mentor=mentor)
    with pytest.raises(Refused):
        services.save_mentor(
            mentor=mentor, park=park, incubator=None, values={"position": "x"}, actor=alice, at=NOW
        )
    assert list(mentors_matching(alice, q="yuanqu")) == [mentor]
