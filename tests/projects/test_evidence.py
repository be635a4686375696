"""Files attached to a project as a whole."""

import pytest

from accounts.models import User
from core.errors import Invalid, Refused
from evidence.models import EvidenceFile
from incubators.models import Incubator
from projects import services
from projects.models import Project
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

CHAIN = "incubator:zhangjiang"


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


@pytest.fixture
def file(alice: User, zhangjiang: Incubator) -> EvidenceFile:
    return factories.make_evidence(alice, zhangjiang)


def test_a_file_is_attached_once_and_detached_once(project: Project, file: EvidenceFile, alice: User) -> None:
    for _time in range(2):
        services.attach_file(project=project, file=file, actor=alice, at=NOW)
    assert (project.attachments.count(), last_changes(project)) == (1, {"evidence": [None, file.sha256]})
    for _time in range(2):
        services.detach_file(project=project, file=file, actor=alice, at=NOW)
    assert (project.attachments.count(), last_changes(project)) == (0, {"evidence": [file.sha256, None]})
    assert history_of(project)[1:] == [(CHAIN, "alice", "file.attached"), (CHAIN, "alice", "file.detached")]
    assert EvidenceFile.objects.filter(pk=file.pk).exists()
    project.refresh_from_db()
    assert project.version == 3


def test_a_file_of_another_incubator_is_not_attached(
    project: Project, alice: User, bob: User, charlie: User, shenzhen: Incubator
) -> None:
    theirs = factories.make_evidence(charlie, shenzhen)
    for person in (alice, bob):
        with refused(Invalid, "evidence:not_found"):
            services.attach_file(project=project, file=theirs, actor=person, at=NOW)


def test_strangers_and_readers_attach_and_detach_nothing(
    project: Project, file: EvidenceFile, charlie: User, dora: User, erik: User
) -> None:
    for person in (charlie, dora, erik):
        for act in (services.attach_file, services.detach_file):
            with refused(Refused, "refused"):
                act(project=project, file=file, actor=person, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_attachments_are_one(
    project: Project, file: EvidenceFile, alice: User, bob: User
) -> None:
    outcomes = together(
        *(
            lambda who=who: services.attach_file(project=project, file=file, actor=who, at=NOW)
            for who in (alice, bob)
        )
    )
    assert outcomes == ["ProjectEvidence", "ProjectEvidence"]
    assert [action for *_, action in history_of(project)] == ["project.created", "file.attached"]
