"""Lists of contests, entries and challenges as the pages show them; entries that may be the same."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from contests.calculator import Share, share_of
from contests.enums import BidState, EntryState
from contests.models import Bid, Challenge, Contest, ContestRound, Entry, PromotionLine, SealedOffer
from core.search import fold
from incubators.models import Incubator
from reviews.models import Case

BID_RELATED = (
    "enterprise", "project", "organisation", "incubator", "challenge__park", "submitted_by",
)  # fmt: skip


def contests_matching(user: Any, *, q: str = "", year: int | None = None) -> QuerySet[Contest]:
    found = Contest.objects.visible_to(user).select_related("park")
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if year:
        found = found.filter(year=year)
    return found.annotate(
        entry_count=Count("divisions__entries", distinct=True),
        division_count=Count("divisions", distinct=True),
    )


def entries_matching(
    user: Any,
    *,
    contest: Contest | None = None,
    q: str = "",
    division: str = "",
    state: str = "",
    source: str = "",
    field: str = "",
) -> QuerySet[Entry]:
    """Entries that the person may see; ``division`` and ``field`` by code."""
    found = Entry.objects.visible_to(user).select_related(
        "division__contest__park", "incubator", "field", "park"
    )
    if contest is not None:
        found = found.filter(division__contest=contest)
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    exact = {"division__code": division, "state": state, "source": source, "field__code": field}
    return found.filter(**{name: value for name, value in exact.items() if value})


def alike(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    """Other entries of the same contest under names that may be the same, by entry; one query."""
    keys = {key for entry in entries for key in entry.name_keys}
    if not keys:
        return {}
    contests = {entry.division.contest_id for entry in entries}
    rows = Entry.objects.filter(division__contest__in=contests, name_keys__overlap=sorted(keys))
    others = list(rows.exclude(state=EntryState.WITHDRAWN).select_related("division").order_by("pk"))
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        mine = set(entry.name_keys)
        same = [
            other
            for other in others
            if other.pk != entry.pk
            and other.division.contest_id == entry.division.contest_id
            and mine & set(other.name_keys)
        ]
        if same:
            found[entry.pk] = same
    return found


def contest_rounds(contest: Contest) -> list[dict[str, Any]]:
    """The rounds in their sequence with who went in and who moved on: counted here, and as published."""
    rounds = list(
        contest.rounds.select_related("division", "review_round", "promotion__notice").order_by(
            "sequence", "division__code", "pk"
        )
    )
    before = _counts(rounds)
    return [
        {
            "round": round,
            "promotion": getattr(round, "promotion", None),
            "entered": before["entered"].get(round.review_round_id or 0, 0),
            "decided": before["decided"].get(round.pk),
            "in_effect": before["in_effect"].get(round.pk, 0),
            "share": share_of(
                before["in_effect"].get(round.pk), before["entered"].get(round.review_round_id)
            ),
            "reported_share": reported_share(round),
        }
        for round in rounds
    ]


def _counts(rounds: Sequence[ContestRound]) -> dict[str, dict[Any, int]]:
    reviews = [round.review_round_id for round in rounds if round.review_round_id]
    lines = PromotionLine.objects.filter(promotion__round__in=rounds, is_promoted=True)

    def by_round(rows: Any) -> dict[Any, int]:
        return dict(rows.order_by().values_list("promotion__round").annotate(count=Count("pk")))

    cases = Case.objects.filter(round__in=reviews, subject_kind="contest-entry")
    return {
        "entered": dict(cases.order_by().values_list("round").annotate(count=Count("pk"))),
        "decided": by_round(lines),
        "in_effect": by_round(lines & PromotionLine.objects.in_effect()),
    }


def reported_share(round: ContestRound) -> Share | None:
    """Of what was published: of at least 40, five are at most 12.5%."""
    return share_of(
        round.reported_out,
        round.reported_in,
        part_as=round.reported_out_qualifier,
        whole_as=round.reported_in_qualifier,
    )


def entry_counts(contest: Contest) -> dict[str, int]:
    """How many entries of the contest stand in each state, and how they came."""
    rows = Entry.objects.filter(division__contest=contest).order_by()
    found = dict(rows.values_list("state").annotate(count=Count("pk")))
    found["all"] = sum(found.values())
    return found


def lines_of(round: ContestRound) -> list[PromotionLine]:
    """The ranking with its entries, by place; equal places by number of the entry, which decides nothing."""
    promotion = getattr(round, "promotion", None)
    if promotion is None:
        return []
    return list(
        promotion.lines.select_related("entry__division", "entry__incubator", "entry__field").order_by(
            "place", "entry__division__code", "entry__number"
        )
    )


def challenges_matching(user: Any, *, q: str = "", state: str = "") -> QuerySet[Challenge]:
    found = Challenge.objects.visible_to(user).select_related("park", "publisher", "incubator")
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if state:
        found = found.filter(state=state)
    standing = ~Q(bids__state=BidState.WITHDRAWN) & Q(bids__isnull=False)
    return found.annotate(bid_count=Count("bids", filter=standing, distinct=True))


def bids_of(challenge: Challenge, user: Any) -> list[Bid]:
    """The bids that the person may see, each with ``opened``: its offer, once anybody may read it."""
    bids = list(
        Bid.objects.visible_to(user)
        .filter(challenge=challenge)
        .select_related(
            "enterprise", "project", "organisation", "incubator", "challenge__park", "submitted_by"
        )
        .order_by("number")
    )
    offers = {offer.bid_id: offer for offer in SealedOffer.objects.visible_to(user).filter(bid__in=bids)}
    for bid in bids:
        bid.opened = offers.get(bid.pk)  # type: ignore[attr-defined]
    return bids


def public_promotions(contest: Contest, day: date) -> Iterable[PromotionLine]:
    """Lines of every promotion that is or was on public show, as announced."""
    return (
        PromotionLine.objects.filter(
            promotion__round__contest=contest,
            promotion__notice__withdrawn_at__isnull=True,
            promotion__notice__starts_on__lte=day,
            notice_line__isnull=False,
        )
        .select_related("promotion__round", "promotion__notice", "entry__division")
        .order_by("promotion__round__sequence", "promotion_id", "notice_line")
    )


def sites_of(park_id: int) -> QuerySet[Incubator]:
    return Incubator.objects.filter(park=park_id).order_by("sort_key", "pk")
