from datetime import date
from typing import Any

import pytest

from accounts.models import User
from enterprises.models import Enterprise, Recognition, YearlyFigure
from enterprises.services import enter_recognition, enter_yearly_figures
from incubators.models import Incubator
from tests import factories
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def enterprise(alice: User, zhangjiang: Incubator) -> Enterprise:
    return factories.make_enterprise(alice, zhangjiang, organisation_number="5560360793", external_id="A-1")


@pytest.fixture
def figures(enterprise: Enterprise, alice: User) -> YearlyFigure:
    return enter_yearly_figures(
        enterprise=enterprise, year=2020, values={"staff_count": 10, "rd_staff_count": 5}, actor=alice, at=NOW
    )


@pytest.fixture
def recognition(enterprise: Enterprise, alice: User) -> Recognition:
    return enter_recognition(
        enterprise=enterprise, values={"kind": "hnte", "granted_on": date(2020, 1, 1)}, actor=alice, at=NOW
    )


def copy_of(record: Any, **values: Any) -> None:
    """Insert the same row again with these differences, past every check in Python."""
    record.pk = None
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("enterprises_credit_code_once_per_park", {"organisation_number": "", "external_id": ""}),
        ("enterprises_organisation_number_once_per_park", {"credit_code": "", "external_id": ""}),
        ("enterprises_external_id_once", {"credit_code": "", "organisation_number": ""}),
        (
            "enterprises_credit_code_form",
            {"credit_code": "91350100I000100Y43", "organisation_number": "", "external_id": ""},
        ),
    ],
)
def test_enterprises_are_told_apart(enterprise: Enterprise, rule: str, values: dict[str, str]) -> None:
    with broken(rule):
        copy_of(enterprise, **values)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("enterprises_figures_year", {"year": 1989}),
        ("enterprises_revenue_not_negative", {"revenue_amount": -1}),
        ("enterprises_rd_expense_not_negative", {"rd_expense_amount": -1}),
        ("enterprises_tax_not_negative", {"tax_paid_amount": -1}),
        ("enterprises_rd_staff_within_staff", {"rd_staff_count": 11}),
        ("enterprises_figures_verified_pair", {"verified_at": NOW}),
    ],
)
def test_yearly_figures(figures: YearlyFigure, rule: str, values: dict[str, Any]) -> None:
    with broken(rule):
        YearlyFigure.objects.filter(pk=figures.pk).update(**values)


def test_enterprises_figures_once_a_year(figures: YearlyFigure) -> None:
    with broken("enterprises_figures_once_a_year"):
        copy_of(figures)


def test_enterprises_figures_second_person(figures: YearlyFigure, alice: User) -> None:
    with broken("enterprises_figures_second_person"):
        YearlyFigure.objects.filter(pk=figures.pk).update(verified_at=NOW, verified_by=alice)


def test_enterprises_recognition_once(recognition: Recognition) -> None:
    with broken("enterprises_recognition_once"):
        copy_of(recognition)


def test_enterprises_recognition_dates(recognition: Recognition) -> None:
    with broken("enterprises_recognition_dates"):
        Recognition.objects.filter(pk=recognition.pk).update(expires_on=date(2019, 1, 1))


def test_enterprises_recognition_verified(recognition: Recognition, alice: User) -> None:
    with broken("enterprises_recognition_verified_pair"):
        Recognition.objects.filter(pk=recognition.pk).update(verified_at=NOW)
    with broken("enterprises_recognition_second_person"):
        Recognition.objects.filter(pk=recognition.pk).update(verified_at=NOW, verified_by=alice)
