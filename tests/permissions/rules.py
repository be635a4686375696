"""What no answer may ever be, whatever the matrix says."""

from collections.abc import Iterable, Sequence

from tests.permissions.probing import HIDDEN, MAY, NOT_OFFERED, REFUSED, SIGN_IN, Row

#: Open without a sign-in: what the product says of itself, and the sign-in.
OPEN = (
    "/api/v1/auth/token/", "/returns/sw.js",
    # A contest, its entry form and results, and one's own entry by its secret link.
    "/contests/<slug:slug>/", "/contests/<slug:slug>/enter/", "/contests/<slug:slug>/results/",
    "/contests/receipt/<str:token>/", "/contests/receipt/<str:token>/withdraw/",
)  # fmt: skip
#: Published or common knowledge: the same for everyone who is signed in.
COMMON = (
    "contests/<slug:slug>/",
    "parks/", "organisations/", "agreements/", "processes/", "sectors/", "indicators/", "schemes/",
    "reported", "figures/", "projects/reported", "evaluation/indicators", "evaluation/scheme",
    "import-sheets/", "imports/tables/", "exchange-rates/", "ticket-types", "services/ticket-types",
    "gate-tables", "projects/gate-tables", "ladder", "checklist", "public-notices", "reviews/notices",
    "policies/<code:code>/", "policies/versions/", "policy-versions/",
)  # fmt: skip
#: They read what was sent before they ask for the right, and the probe sends nothing; their services refuse.
#: A question to a policy writes nothing: whoever reads may ask.
READ_FIRST = (
    "returns/<int:pk>/save/", "returns/<int:pk>/files/", "projects/credit/", "evaluation/runs/",
    "policies/<code:code>/ask/", "policies/<code:code>/evaluate/",
)  # fmt: skip
#: What stands on a record that the demonstration data do not have: hidden from all, so no stranger is let in,
#: but who may is said by the tests of the app.
WITHOUT_EXAMPLE = (
    "contests/receipt/",
    "ip/grants/", "ip/licences/", "ip-grants/", "ip-licences/", "incubators/<slug:code>/contracts/",
    "liaison/leads/<int:pk>/link/", "projects/<int:pk>/follow-ups/", "projects/<int:pk>/upload/",
    "projects/checklists/", "projects/requests/", "returns/closes/", "period-closes/",
    "enterprises/<id:pk>/yearly-figures/", "gate-requests/", "projects/<id:pk>/follow-ups/",
    "projects/<id:pk>/legs/", "projects/<id:pk>/outcome/", "projects/<id:pk>/stage-log/",
    "imports/<int:pk>/decisions/", "incubators/<slug:code>/", "returns/duties/",
    "projects/<int:pk>/legs/", "projects/<int:pk>/steps/", "projects/<int:pk>/ending/",
    "projects/duplicates/", "projects/merge/", "reviews/cases/<int:pk>/answer/",
    "reviews/cases/<int:pk>/score/", "reviews/cases/<int:pk>/declare/", "reviews/cases/<int:pk>/files/",
    "review-cases/<id:pk>/files/", "review-assignments/<id:pk>/answer/", "reviews/objections/", "objections/",
)  # fmt: skip
#: Asked for or written by everyone for himself; auditors evaluate too.
OWN = ("report-runs/", "review-scores/", "tokens/", "settings/", "drafts/", "notices/", "me/", "api/v1/auth/")


def about(row: Row, prefixes: Iterable[str]) -> bool:
    return row.route.path.startswith(tuple(prefixes))


def broken(rows: Sequence[Row]) -> list[str]:
    """Sentences about answers that must not be."""
    found: list[str] = []
    for row in rows:
        found += [f"{row.key}: {sentence}" for sentence in _wrong(row)]
    return found


def _wrong(row: Row) -> Iterable[str]:
    if "no sample" in row.answers:
        if not about(row, WITHOUT_EXAMPLE):
            yield "no record to ask with"
        return
    yield from (f"{role} got {answer}" for role, answer in row.by_role.items() if answer.startswith("error"))
    if {row.by_role["operator"], row.by_role["park"]} <= {NOT_OFFERED}:
        return
    is_open = row.key.partition(" ")[2] in OPEN
    if row.by_role["nobody"] not in (SIGN_IN, NOT_OFFERED) and not is_open:
        yield f"whoever is not signed in got {row.by_role['nobody']}"
    if row.route.names and not about(row, (*COMMON, *OWN)):
        yield from _of_a_record(row)
    is_about_a_record = bool(row.route.names) or row.route.is_api
    if row.method != "get" and is_about_a_record and not about(row, (*OWN, *READ_FIRST)) and not is_open:
        yield from _let_in(row, ("auditor", "expert"), (REFUSED, HIDDEN), "a reader")


def _of_a_record(row: Row) -> Iterable[str]:
    strangers = ("other operator", "other park", "expert") if row.is_private else ("other park", "expert")
    yield from _let_in(row, strangers, (HIDDEN,), "a stranger")
    if MAY not in row.answers and not about(row, WITHOUT_EXAMPLE):
        yield "nobody may do this"


def _let_in(row: Row, roles: Iterable[str], allowed: Iterable[str], what: str) -> Iterable[str]:
    good = (*allowed, NOT_OFFERED)
    return (f"{what} ({role}) got {row.by_role[role]}" for role in roles if row.by_role[role] not in good)
