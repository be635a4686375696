"""Versions of a policy: drafted, tried, published from a day on, never changed, never overlapping."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from core.history import verify
from core.models import HistoryEntry
from funding import services
from funding.importers import load_register
from funding.models import Policy, PolicyRelation, PolicyVersion
from incubators.models import Incubator, Park
from tests.factories import NOW
from tests.funding.cast import CASES, TERMS, make_draft, make_policy, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_a_published_version_ends_where_the_next_begins(park: Park, bob: User) -> None:
    policy = make_policy(park, bob)
    first = make_version(policy, bob)
    second = make_version(policy, bob, valid_from=date(2022, 1, 1), note="上限调整")
    first.refresh_from_db()
    assert (first.number, first.valid_from, first.valid_until) == (1, date(2021, 1, 1), date(2022, 1, 1))
    assert (second.number, second.valid_until) == (2, None)
    assert [version.number for version in PolicyVersion.objects.on(date(2021, 12, 31))] == [1]
    assert [version.number for version in PolicyVersion.objects.on(date(2022, 1, 1))] == [2]
    assert not list(verify())


def test_versions_cannot_overlap(park: Park, bob: User) -> None:
    policy = make_policy(park, bob)
    make_version(policy, bob, valid_from=date(2022, 1, 1), valid_until=date(2023, 1, 1))
    with pytest.raises(Conflict, match="covers part of this time"):
        make_version(policy, bob, valid_from=date(2022, 6, 1))


def test_a_version_whose_examples_do_not_come_out_is_not_published(park: Park, bob: User) -> None:
    wrong = [{**CASES[0], "expected": {"award_yuan": 200_001}}]
    draft = make_draft(make_policy(park, bob), bob, cases=wrong)
    with pytest.raises(Invalid) as caught:
        services.publish_version(version=draft, valid_from=date(2021, 1, 1), actor=bob, at=NOW)
    assert [error.field for error in caught.value.fields] == ["cases.1.award_yuan"]
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_broken_term_never_reaches_a_draft(park: Park, bob: User) -> None:
    draft = make_draft(make_policy(park, bob), bob)
    broken = {**TERMS, "amount": {"op": "cap", "of": {"op": "fact", "fact": "rd_yaun"}, "at": 5}}
    with pytest.raises(Invalid) as caught:
        services.save_version(version=draft, values={"terms": broken}, actor=bob, at=NOW)
    assert [error.field for error in caught.value.fields] == ["terms.amount.of.fact"]
    draft.refresh_from_db()
    assert draft.terms == TERMS


def test_a_policy_has_one_draft_and_a_published_version_stays(park: Park, bob: User) -> None:
    policy = make_policy(park, bob)
    version = make_version(policy, bob)
    with pytest.raises(Conflict, match="never changes"):
        services.save_version(version=version, values={"note": "anders"}, actor=bob, at=NOW)
    services.start_version(policy=policy, actor=bob, at=NOW)
    with pytest.raises(Conflict, match="draft already"):
        services.start_version(policy=policy, actor=bob, at=NOW)


def test_terms_that_compute_nothing_are_published_only_as_a_description(park: Park, bob: User) -> None:
    policy = make_policy(park, bob)
    draft = services.start_version(policy=policy, actor=bob, at=NOW)
    with pytest.raises(Invalid, match="compute nothing"):
        services.publish_version(version=draft, valid_from=date(2021, 1, 1), actor=bob, at=NOW)
    services.update_policy(policy=policy, values={"computability": "none"}, actor=bob, at=NOW)
    published = services.publish_version(version=draft, valid_from=date(2021, 1, 1), actor=bob, at=NOW)
    assert published.is_published


def test_only_the_administrator_of_the_park_writes_policies(
    park: Park, bob: User, alice: User, erik: User, dora: User
) -> None:
    policy = make_policy(park, bob)
    draft = make_draft(policy, bob)
    for person in (alice, erik, dora):
        with pytest.raises(Refused):
            services.create_policy(park=park, values={"code": "X", "name_zh": "示例"}, actor=person, at=NOW)
        with pytest.raises(Refused):
            services.publish_version(version=draft, valid_from=date(2021, 1, 1), actor=person, at=NOW)
    visible = {
        person.username: (
            Policy.objects.visible_to(person).filter(pk=policy.pk).exists(),
            PolicyVersion.objects.visible_to(person).filter(pk=draft.pk).exists(),
        )
        for person in (alice, bob, dora, erik)
    }
    assert visible == {
        "alice": (True, False),
        "bob": (True, True),
        "dora": (True, False),
        "erik": (False, False),
    }


def test_an_example_of_the_library_is_copied_and_not_changed(park: Park, bob: User) -> None:
    policies, _touched = load_register(at=NOW)
    example = policies["QD-FIRST"]
    with pytest.raises(Refused, match="library"):
        services.update_policy(policy=example, values={"name_zh": "别的"}, actor=bob, at=NOW)
    draft = services.copy_policy(policy=example, park=park, code="JY-FIRST", actor=bob, at=NOW)
    assert (draft.policy.park, draft.policy.name_zh, draft.state) == (park, example.name_zh, "draft")
    assert draft.terms == example.versions.get().terms


def test_the_library_is_loaded_once_and_proposals_stay_proposals(db: None) -> None:
    policies, touched = load_register(at=NOW)
    assert (len(policies), touched) == (54, 58)
    assert load_register(at=NOW)[1] == 0
    assert Policy.objects.filter(status="proposal").count() == 2
    assert PolicyVersion.objects.filter(terms__outcome="none").count() == 21
    assert PolicyRelation.objects.count() == 4


def test_a_relation_is_stored_once(park: Park, bob: User) -> None:
    one, other = make_policy(park, bob, code="A"), make_policy(park, bob, code="B")
    services.relate_policies(policy=other, other=one, kind="exclusive", actor=bob, at=NOW)
    services.relate_policies(policy=one, other=other, kind="higher", clause="第九条", actor=bob, at=NOW)
    relation = PolicyRelation.objects.get()
    assert (relation.policy, relation.other, relation.kind) == (one, other, "higher")
    services.relate_policies(policy=one, other=other, kind="", actor=bob, at=NOW)
    assert PolicyRelation.objects.count() == 0
    assert HistoryEntry.objects.filter(action="policy.related").count() == 3


def test_a_version_can_be_ended_once(park: Park, bob: User) -> None:
    version = make_version(make_policy(park, bob), bob)
    services.end_version(version=version, on=date(2023, 1, 1), actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.end_version(version=version, on=date(2024, 1, 1), actor=bob, at=NOW)


def test_a_stale_form_is_refused(park: Park, bob: User) -> None:
    draft = make_draft(make_policy(park, bob), bob)
    services.save_version(
        version=draft, values={"note": "一"}, actor=bob, at=NOW, expected_version=draft.version
    )
    with pytest.raises(Conflict, match="meantime"):
        services.save_version(
            version=draft, values={"note": "二"}, actor=bob, at=NOW, expected_version=draft.version
        )


# Python bypassed: the database holds what must not be


def refused(name: str) -> "pytest.RaisesExc[IntegrityError]":
    return pytest.raises(IntegrityError, match=name)


def test_the_database_keeps_published_versions_as_they_are(park: Park, bob: User) -> None:
    version = make_version(make_policy(park, bob), bob)
    rows = PolicyVersion.objects.filter(pk=version.pk)
    with refused("funding_published_versions_are_frozen|never changes"), transaction.atomic():
        rows.update(terms={})
    with refused("never changes"), transaction.atomic():
        rows.update(state="draft", published_at=None, published_by=None)
    with refused("never changes"), transaction.atomic():
        rows.delete()
    with refused("never changes"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(valid_until=date(2025, 1, 1))
        PolicyVersion.objects.filter(pk=version.pk).update(valid_until=None)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("funding_version_number_once", {"number": 1}),
        ("funding_version_dates", {"valid_from": date(2023, 1, 1), "valid_until": date(2022, 1, 1)}),
        ("funding_version_budget_not_negative", {"budget_yuan": -1}),
        ("funding_draft_is_not_published", {"published_at": NOW}),
        ("funding_versions_do_not_overlap", {"state": "published", "valid_from": date(2021, 6, 1)}),
    ],
)
def test_rules_of_a_version_are_held_by_the_database(
    park: Park, bob: User, name: str, change: dict[str, object]
) -> None:
    policy = make_policy(park, bob)
    make_version(policy, bob)
    draft = make_draft(policy, bob)
    if "published_at" in change:
        change = {**change, "published_by": bob}
    with refused(name), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(**change)


def test_the_other_rules_are_held_by_the_database(park: Park, bob: User) -> None:
    one, other = make_policy(park, bob, code="A"), make_policy(park, bob, code="B")
    draft = make_draft(one, bob)
    with refused("funding_policy_code_once"), transaction.atomic():
        Policy.objects.filter(pk=other.pk).update(code="A")
    with refused("funding_relation_in_order"), transaction.atomic():
        PolicyRelation.objects.create(policy=other, other=one, kind="higher")
    PolicyRelation.objects.create(policy=one, other=other, kind="higher")
    with refused("funding_relation_once"), transaction.atomic():
        PolicyRelation.objects.create(policy=one, other=other, kind="stacks")
    with refused("funding_version_published_pair"), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(state="published", published_at=NOW)
    with refused("funding_version_one_draft"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO funding_policyversion (policy_id, number, state, validity_note, terms, cases,"
            " tie_rule, cut_rule, note, created_at, version, updated_at)"
            " SELECT policy_id, 9, state, '', terms, cases, tie_rule, cut_rule, '', created_at, 1, updated_at"
            " FROM funding_policyversion WHERE id = %s",
            [draft.pk],
        )


def test_alice_sees_the_policies_of_the_park_of_her_incubator(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    policy = make_policy(zhangjiang.park, bob)
    assert list(Policy.objects.visible_to(alice)) == [policy]
