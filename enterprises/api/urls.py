"""Addresses of enterprises."""

from django.urls import URLPattern, path

from enterprises.api import records
from enterprises.api.ladder import LadderView
from enterprises.api.views import EnterpriseViewSet, RecognitionViewSet, YearlyFigureViewSet

LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

WHOLE = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
#: Address, view set, whether a second person verifies.
RECORDS = (
    ("ip-rights", records.RightViewSet, False),
    ("ip-filings", records.FilingViewSet, True),
    ("ip-grants", records.GrantViewSet, True),
    ("ip-licences", records.LicenceViewSet, True),
    ("talents", records.PersonViewSet, False),
    ("talent-results", records.TalentResultViewSet, True),
    ("occupancies", records.OccupancyViewSet, False),
    ("financing-events", records.FinancingViewSet, True),
    ("loans", records.LoanViewSet, True),
    ("whitelist-entries", records.WhitelistViewSet, True),
    ("risk-shares", records.RiskShareViewSet, True),
    ("stated-facts", records.StatedFactViewSet, True),
)


def _addresses() -> list[URLPattern]:
    found = [path("ip-rights/<id:pk>/owners/", records.RightViewSet.as_view({"put": "owners"}))]
    for name, view, verifiable in RECORDS:
        found += [
            path(f"{name}/", view.as_view(LIST_AND_ADD)),
            path(f"{name}/<id:pk>/", view.as_view(WHOLE)),
        ]
        if verifiable:
            found += [
                path(f"{name}/<id:pk>/verify/", view.as_view({"post": "verify"})),
                path(f"{name}/<id:pk>/return/", view.as_view({"post": "send_back_one"})),
            ]
    return found


urlpatterns = [
    *_addresses(),
    path("enterprises/<id:pk>/ladder/", LadderView.as_view()),
    path("enterprises/", EnterpriseViewSet.as_view(LIST_AND_ADD)),
    path("enterprises/<id:pk>/", EnterpriseViewSet.as_view(ONE_AND_CHANGE)),
    path("enterprises/<id:pk>/yearly-figures/", YearlyFigureViewSet.as_view(LIST_AND_ADD)),
    path("enterprises/<id:pk>/yearly-figures/<year:year>/", YearlyFigureViewSet.as_view(ONE_AND_CHANGE)),
    path(
        "enterprises/<id:pk>/yearly-figures/<year:year>/verify/",
        YearlyFigureViewSet.as_view({"post": "verify"}),
    ),
    path("enterprises/<id:pk>/recognitions/", RecognitionViewSet.as_view(LIST_AND_ADD)),
    path("enterprises/<id:pk>/recognitions/<id:item>/", RecognitionViewSet.as_view({"get": "retrieve"})),
    path(
        "enterprises/<id:pk>/recognitions/<id:item>/verify/", RecognitionViewSet.as_view({"post": "verify"})
    ),
]
