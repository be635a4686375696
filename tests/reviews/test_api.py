"""Reviews through the API: run by Bob, judged by Grace, closed to whoever has a conflict."""

from accounts.models import User
from incubators.models import Incubator, Park
from reviews import services
from reviews.models import Assignment
from tests import factories
from tests.api import Api, is_problem
from tests.factories import NOW
from tests.reviews.cases import give_marks, invite, make_case, make_expert, make_notice, make_round


def test_a_round_from_criteria_to_result(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    api = Api(bob)
    carol = factories.make_park_admin(park, "carol")
    year = {"agreement_from": "2020-01-01", "per_year": 9, "at_once": 3, "fields": ["life-health"]}
    grace = factories.make_user("grace", "expert", park=park)
    made = api.post(
        "experts/", {"park": "jiangyin", "name_zh": "示例", "employer": "示例大学", "user": "grace", **year}
    )
    assert made.status_code == 201, made.content
    criteria = [{"name": "创新性", "max_points": "60"}, {"name": "产业化", "max_points": "40"}]
    draft = {"park": "jiangyin", "name": "评审", "kind": "defence", "marks_needed": 1}
    round = api.post("review-rounds/", {**draft, "criteria": criteria}).json()
    path = f"review-rounds/{round['id']}/"
    assert [row["weight"] for row in round["criteria"]] == ["1.000", "1.000"]
    assert api.post(path + "start/").json()["state"] == "open"
    frozen = api.patch(path, {"marks_needed": 2}, If_Match=api.get(path)["ETag"])
    is_problem(frozen, 422, "invalid")
    project = factories.make_project(alice, zhangjiang)
    case = api.post(
        "review-cases/",
        {
            "round": round["id"],
            "subject_kind": "project",
            "subject_id": project.pk,
            "title": "示例",
            "project": project.pk,
        },
    ).json()
    assert api.post(path + "propose/").json() == {"proposed": 1, "missing": {}}
    assert api.post(path + "invite/").json() == {"invited": 1}
    expert = Api(grace)
    (task,) = expert.pages("review-assignments/")
    assert expert.get(f"review-cases/{case['id']}/").json()["title"] == "示例"
    answer = f"review-assignments/{task['id']}/answer/"
    is_problem(api.post(answer, {"accept": True}), 403, "refused")
    assert expert.post(answer, {"accept": True}).status_code == 204
    first, second = (row["id"] for row in round["criteria"])
    sheet = {"assignment": task["id"], "lines": [{"criterion": first, "points": "50.5"}]}
    is_problem(expert.post("review-scores/", sheet), 422, "invalid")
    sheet["lines"].append({"criterion": second, "points": "30"})
    assert expert.post("review-scores/", sheet).json()["mark"] == "80.50"
    is_problem(expert.post("review-scores/", sheet), 409, "submitted")
    is_problem(expert.get(f"review-cases/{case['id']}/marks/"), 403, "refused")
    address = f"review-cases/{case['id']}/"
    assert api.get(address + "marks/").json()["mark"] == "80.50"
    assert api.post(address + "result/", {"result": "recommended", "reason": "好"}).status_code == 200
    is_problem(api.post(address + "confirm/"), 403, "refused")
    assert Api(alice).get(address).json()["result"] == ""
    assert Api(carol).post(address + "confirm/").json()["confirmed_by"] == "carol"
    assert Api(alice).get(address).json()["result"] == "recommended"
    assert Api(alice).pages("review-scores/") == Api(alice).pages("experts/") == []


def test_a_recused_expert_and_a_stranger_get_404(
    alice: User, bob: User, charlie: User, park: Park, zhangjiang: Incubator
) -> None:
    case = make_case(bob, make_round(bob, park), factories.make_project(alice, zhangjiang))
    case.files.set([factories.make_evidence(alice, zhangjiang)])
    grace = make_expert(bob, park, agreement_until=None)
    (task,) = invite(bob, case, grace)
    score = give_marks(task, "50", "30")
    file = case.files.get().pk
    expert = Api(grace.user)
    addresses = (
        f"review-cases/{case.pk}/",
        f"review-cases/{case.pk}/files/{file}/",
        f"review-assignments/{task.pk}/",
        f"review-scores/{score.pk}/",
    )
    for address in addresses:
        assert expert.get(address).status_code == 200, address
    services.recuse_expert(assignment=Assignment.objects.get(), words="配偶持股", actor=bob, at=NOW)
    for address in (*addresses, f"evidence/{file}/", f"evidence/{file}/content/"):
        for nobody in (expert, Api(charlie)):
            is_problem(nobody.get(address), 404, "not_found")
    for address in (
        "review-cases/",
        f"review-cases/?search={case.title}",
        "review-assignments/",
        "review-scores/",
    ):
        assert expert.pages(address) == []
    assert Api(bob).get(f"review-scores/{score.pk}/").json()["is_current"] is False


def test_names_stay_hidden_where_the_round_says_so(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = factories.make_enterprise(alice, zhangjiang)
    case = make_case(
        bob, make_round(bob, park, hides_applicants=True), enterprise=firm, title="示例", summary="摘要"
    )
    grace = make_expert(bob, park)
    invite(bob, case, grace)
    shown = Api(grace.user).get(f"review-cases/{case.pk}/").json()
    assert [shown[name] for name in ("title", "applicant", "enterprise", "summary")] == ["示例", "", None, ""]


def test_the_pool_masks_personal_data(bob: User, dora: User, park: Park) -> None:
    grace = make_expert(bob, park)
    path = f"experts/{grace.pk}/"
    assert Api(bob).get(path).json()["phone"] == "13800001234"
    assert Api(grace.user).get(path).json()["email"] == "grace@example.com"
    assert [Api(dora).get(path).json()[name] for name in ("phone", "email")] == [
        "138****1234",
        "g***@example.com",
    ]
    is_problem(Api(grace.user).patch(path, {"per_year": 99}, If_Match="*"), 403, "refused")


def test_a_notice_and_an_objection(alice: User, bob: User, erik: User, park: Park) -> None:
    api = Api(bob)
    body = {
        "park": "jiangyin", "subject_kind": "list", "subject_id": 1, "title": "公示",
        "lines": [{"label": "示例甲"}], "starts_on": "2021-06-01", "days": 7, "day_count": "calendar",
    }  # fmt: skip
    made = api.post("public-notices/", body)
    assert (made.status_code, made.json()["ends_on"]) == (201, "2021-06-07")
    is_problem(Api(alice).post("public-notices/", body), 403, "refused")
    path = f"public-notices/{made.json()['id']}/"
    assert Api(alice).get(path).json()["lines"] == [{"label": "示例甲", "detail": ""}]
    is_problem(Api(erik).get(path), 404, "not_found")
    filed = api.post(
        "objections/",
        {"notice": made.json()["id"], "by_name": "示例人", "words": "异议", "received_on": "2021-06-02",
         "contact": "13800001234"},
    )  # fmt: skip
    assert filed.status_code == 201, filed.content
    rule = f"objections/{filed.json()['id']}/rule/"
    is_problem(Api(alice).post(rule, {"ruling": "upheld", "reason": "x"}), 404, "not_found")
    assert api.post(rule, {"ruling": "rejected", "reason": "不属实"}).json()["ruling"] == "rejected"
    other = make_notice(bob, park)
    withdrawn = api.post(f"public-notices/{other.pk}/withdraw/", {"reason": "名单有误"})
    assert withdrawn.json()["withdrawn_by"] == "bob"
