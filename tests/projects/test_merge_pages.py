"""Duplicates and merges on pages and by REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from incubators.models import Incubator
from projects.models import Merge, Project
from tests import factories
from tests.api import Api, is_problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, name_zh="飞榴科技")


@pytest.fixture
def merged(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, name_zh="飛榴科技", summary="示例说明")


def test_a_pair_is_compared_merged_and_given_back(
    alice: User, kept: Project, merged: Project, client: Any
) -> None:
    client.force_login(alice)
    assert "飛榴科技" in client.get("/projects/duplicates/").content.decode()
    url = f"/projects/merge/project/{kept.pk}/{merged.pk}/"
    assert client.get(url).status_code == 200
    sent = {"field-summary": "merged", "kept_version": kept.version, "merged_version": merged.version}
    stale = client.post(url, {**sent, "merged_version": 99})
    assert stale.status_code == 409
    done = client.post(url, sent)
    record = Merge.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/projects/merges/{record.pk}/")
    old = client.get(f"/projects/{merged.pk}/")
    assert (old.status_code, old["Location"]) == (302, f"/projects/{kept.pk}/")
    page = client.get(f"/projects/{kept.pk}/").content.decode()
    assert f"/projects/merges/{record.pk}/" in page
    story = client.get(f"/projects/merges/{record.pk}/")
    assert [entry["who"] for entry in story.context["entries"]] == [str(alice)] * len(
        story.context["entries"]
    )
    assert client.get(url).status_code == 404
    assert client.post(f"/projects/merges/{record.pk}/undo/").status_code == 302
    assert client.get(f"/projects/{merged.pk}/").status_code == 200


def test_strangers_and_readers(
    alice: User, bob: User, charlie: User, dora: User, kept: Project, merged: Project, client: Any
) -> None:
    url = f"/projects/merge/project/{kept.pk}/{merged.pk}/"
    client.force_login(charlie)
    assert client.get(url).status_code == 404
    assert client.post(f"/projects/duplicates/project/{kept.pk}/{merged.pk}/apart/").status_code == 404
    client.force_login(dora)
    assert client.get(url).status_code == 403
    assert client.get("/projects/duplicates/").status_code == 403
    client.force_login(alice)
    assert client.post(f"/projects/duplicates/project/{kept.pk}/{merged.pk}/apart/").status_code == 302
    assert url not in client.get("/projects/duplicates/").content.decode()


def test_only_the_park_merges_across_incubators(
    alice: User, bob: User, charlie: User, kept: Project, shenzhen: Incubator, client: Any
) -> None:
    theirs = factories.make_project(charlie, shenzhen, name_zh="飞榴科技")
    client.force_login(bob)
    url = f"/projects/merge/project/{kept.pk}/{theirs.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 302
    record = Merge.objects.get()
    client.force_login(charlie)
    moved = client.get(f"/projects/{theirs.pk}/")
    assert (moved.status_code, moved["Location"]) == (302, f"/projects/merges/{record.pk}/")
    page = client.get(moved["Location"]).content.decode()
    assert f"/projects/{kept.pk}/" not in page
    assert client.post(f"/projects/merges/{record.pk}/undo/").status_code == 403
    assert Merge.objects.get().undone_at is None


def test_merging_by_rest_leaves_a_tombstone_and_a_pointer(
    alice: User, charlie: User, kept: Project, merged: Project
) -> None:
    api = Api(alice)
    [pair] = api.get("duplicates/").json()["results"]
    assert (pair["first"]["id"], pair["second"]["id"]) == (kept.pk, merged.pk)
    is_problem(
        Api(charlie).post("merges/", {"kind": "project", "kept": kept.pk, "merged": merged.pk}),
        422,
        "invalid",
    )
    made = api.post("merges/", {"kind": "project", "kept": kept.pk, "merged": merged.pk})
    assert made.status_code == 201, made.content
    problem = is_problem(api.get(f"projects/{merged.pk}/"), 409, "merged")
    assert problem["errors"][0]["message"] == str(kept.pk)
    is_problem(api.get(f"projects/{merged.pk}/facts/"), 409, "merged")
    is_problem(Api(charlie).get(f"projects/{merged.pk}/"), 404, "not_found")
    assert [row["id"] for row in api.get("projects/").json()["results"]] == [kept.pk]
    since = (timezone.now() - timedelta(days=1)).isoformat()
    pulled = api.get(f"projects/?updated_since={since}".replace("+", "%2B")).json()["results"]
    assert [row["id"] for row in pulled if row.get("deleted")] == [merged.pk]
    path = made["Location"].removeprefix("/api/v1/")
    assert api.post(f"{path}undo/").json()["undone_by"] == "alice"
    assert {row["id"] for row in api.get("projects/").json()["results"]} == {kept.pk, merged.pk}


def test_enterprises_merge_by_page(alice: User, zhangjiang: Incubator, client: Any) -> None:
    one = factories.make_enterprise(alice, zhangjiang, name_zh="飞榴科技有限公司")
    other = factories.make_enterprise(alice, zhangjiang, name_zh="飛榴科技", credit_code="", kind="team")
    client.force_login(alice)
    url = f"/projects/merge/enterprise/{one.pk}/{other.pk}/"
    assert url in client.get("/projects/duplicates/?kind=enterprise").content.decode()
    assert client.post(url, {}).status_code == 302
    moved = client.get(f"/enterprises/{other.pk}/")
    assert (moved.status_code, moved["Location"]) == (302, f"/enterprises/{one.pk}/")
    is_problem(Api(alice).get(f"enterprises/{other.pk}/"), 409, "merged")
