from datetime import date

import pytest
from django.utils import translation

from accounts.models import User
from core.errors import Invalid
from core.saving import assign, save_checked
from enterprises.models import Loan
from incubators.models import Incubator
from projects.models import Project, RelocationLeg
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_a_field_that_cannot_be_set_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        assign(Project(), {"stage": "landed", "name_zh": "x"}, allowed=("name_zh",))
    assert [(error.field, error.code) for error in refused.value.fields] == [("stage", "unknown_field")]


def test_spaces_around_a_text_are_not_part_of_it() -> None:
    project = Project()
    assign(project, {"name_zh": "  示例 "}, allowed=("name_zh",))
    assert project.name_zh == "示例"


def test_a_broken_rule_names_its_field(alice: User, zhangjiang: Incubator) -> None:
    with pytest.raises(Invalid) as refused:
        factories.make_project(alice, zhangjiang, name_zh="", lead_source="rumour")
    assert sorted((error.field, error.code) for error in refused.value.fields) == [
        ("lead_source", "invalid_choice"),
        ("name_zh", "blank"),
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "A yearly rate lies between 0% and 100%."), ("zh-hans", "年利率应在0%与100%之间。")],
)
def test_a_rule_that_speaks_of_percent_is_told_as_it_stands(
    alice: User, zhangjiang: Incubator, language: str, words: str
) -> None:
    loan = Loan(
        enterprise=factories.make_enterprise(alice, zhangjiang),
        bank="示例银行",
        line_amount=1,
        rate_percent=150,
        starts_on=date(2021, 1, 1),
        guarantee="credit",
        entered_at=NOW,
        entered_by=alice,
        updated_at=NOW,
    )
    with translation.override(language), pytest.raises(Invalid) as refused:
        save_checked(loan)
    assert [(error.field, str(error.message)) for error in refused.value.fields] == [("rate_percent", words)]


def test_a_number_of_ones_own_is_used_once(
    alice: User, zhangjiang: Incubator, shenzhen: Incubator, charlie: User
) -> None:
    factories.make_project(alice, zhangjiang, external_id="A-1")
    factories.make_project(charlie, shenzhen, external_id="A-1")
    with pytest.raises(Invalid, match="已|already"):
        factories.make_project(alice, zhangjiang, external_id="A-1")


def test_a_range_that_runs_backwards_is_refused_in_words(alice: User, zhangjiang: Incubator) -> None:
    leg = RelocationLeg(
        project=factories.make_project(alice, zhangjiang),
        sequence=1,
        from_place="Uppsala",
        to_place="上海",
        departed_on=date(2021, 5, 1),
        arrived_on=date(2021, 4, 1),
        entered_at=NOW,
        entered_by=alice,
    )
    with pytest.raises(Invalid, match="启程|departure"):
        save_checked(leg)
