"""One record behind every address of applications in the API."""

from accounts.enums import Role
from accounts.models import User
from applications import services
from incubators.models import Incubator
from tests import factories
from tests.applications import cases
from tests.ledger.cases import make_budget, make_finance


def addresses(alice: User, bob: User, site: Incubator) -> dict[str, str]:
    """An application before the meeting, in the API."""
    assert site.park is not None
    programme = cases.make_programme(bob, site.park)
    one = cases.handed_in(alice, programme, factories.make_project(alice, site))
    gina = factories.make_user("gina-of-records", Role.PARK_ADMIN, park=site.park)
    services.check_application(application=one, result="passed", actor=gina, at=cases.NOW)
    meeting = cases.put_to_meeting(programme, gina, [cases.again(one)])
    fiona = make_finance(site.park, "fiona-of-awards")
    paid = cases.make_programme(bob, site.park, budget=make_budget(site.park, fiona, bob, code="records"))
    award = cases.approved(paid, alice, bob, gina, site)
    release = services.propose_release(application=award, reason="示例", actor=fiona, at=cases.NOW)
    return {
        "award-releases/<id:pk>": f"award-releases/{release.pk}",
        "programmes/<id:pk>": f"programmes/{programme.pk}",
        "applications/<id:pk>": f"applications/{one.pk}",
        "meetings/<id:pk>": f"meetings/{meeting.pk}",
    }
