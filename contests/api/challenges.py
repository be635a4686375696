"""Challenges and bids for programs."""

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from contests import services
from contests.api import serializers as shapes
from contests.api.views import OfContests, uploads_in
from contests.models import Award, Bid, Challenge, Milestone, SealedOffer
from core.api.views import UploadMixin
from incubators.api.filters import CodeFilter
from incubators.models import Park
from incubators.scope import Action, require


class ChallengeFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = Challenge
        fields = ["state", "publisher"]


class ChallengeViewSet(OfContests):
    """Challenges: a need with the numbers by which its solution is accepted."""

    queryset = Challenge.objects.all()
    serializer_class = shapes.ChallengeSerializer
    filterset_class = ChallengeFilter
    orderings = {"updated_at": ("updated_at",), "bids_until": ("bids_until",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "field", "award__bid", "award__decided_by", "award__confirmed_by")
    prefetch = ("targets", "award__milestones__judged_by")
    summaries = {"list": "List challenges", "retrieve": "Read a challenge"}

    @extend_schema(
        summary="Write a challenge",
        request=shapes.ChallengeInput,
        responses={201: shapes.ChallengeSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.ChallengeInput)
        challenge = services.save_challenge(
            challenge=None,
            park=values.pop("park"),
            targets=values.pop("targets", ()),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.again(challenge, 201, {"Location": f"/api/v1/challenges/{challenge.pk}/"})

    @extend_schema(
        summary="Change a challenge",
        description="Once it is published only its last day moves, to a later one, until it has passed.",
        request=shapes.ChallengeInput(partial=True),
        responses=shapes.ChallengeSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.ENTER) as challenge:
            values = self.checked_input(shapes.ChallengeInput, partial=True)
            values.pop("park", None)  # a challenge stays in its park
            services.save_challenge(
                challenge=challenge,
                park=challenge.park,
                targets=values.pop("targets", None),
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.again(challenge)

    def _managed(self) -> Challenge:
        challenge: Challenge = self.get_object()
        self.require_park(challenge)
        self.check_if_sent(challenge)
        return challenge

    def require_park(self, challenge: Challenge) -> None:
        """The park's administrator alone, whichever incubator the publisher belongs to."""
        require(Action.MANAGE, user=self.request.user, park_id=challenge.park_id)

    @extend_schema(summary="Publish a challenge", request=None, responses=shapes.ChallengeSerializer)
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        challenge = self._managed()
        services.publish_challenge(challenge=challenge, actor=request.user, at=self.at)
        return self.again(challenge)

    @extend_schema(
        summary="End a challenge without an award or without acceptance",
        request=shapes.ReasonedInput,
        responses=shapes.ChallengeSerializer,
    )
    def end(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        challenge = self._managed()
        values = self.checked_input(shapes.ReasonedInput)
        services.end_challenge(challenge=challenge, actor=request.user, at=self.at, **values)
        return self.again(challenge)

    @extend_schema(
        summary="Confirm the award as a second person",
        description="With a budget, its money is committed in this moment.",
        request=None,
        responses=shapes.ChallengeSerializer,
    )
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        challenge = self._managed()
        award = get_object_or_404(Award, challenge=challenge)
        services.confirm_award(award=award, actor=request.user, at=self.at)
        return self.again(challenge)

    def _milestone(self, challenge: Challenge) -> Milestone:
        """The one that is next; 404 where none is left."""
        rows = Milestone.objects.filter(award__challenge=challenge).exclude(state="accepted")
        found = rows.select_related("award__challenge__park", "award__bid__incubator")
        milestone = found.order_by("position").first()
        return milestone or get_object_or_404(Milestone, pk=0)

    @extend_schema(
        summary="Report the next milestone as reached",
        request=shapes.MilestoneReportInput,
        responses=shapes.ChallengeSerializer,
    )
    def report(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        challenge = self.get_object()
        self.require_somewhere(Action.ENTER)
        milestone = self._milestone(challenge)
        values = self.checked_input(shapes.MilestoneReportInput)
        measured = {item["target"]: item["value"] for item in values.pop("measured", ())}
        services.report_milestone(
            milestone=milestone, measured=measured, actor=request.user, at=self.at, **values
        )
        return self.again(challenge)

    @extend_schema(
        summary="Accept the milestone that is reported",
        description="By a second person. The last one closes the challenge.",
        request=shapes.MilestoneAnswerInput,
        responses=shapes.ChallengeSerializer,
    )
    def accept(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        challenge = self._managed()
        milestone = self._milestone(challenge)
        values = self.checked_input(shapes.MilestoneAnswerInput)
        services.accept_milestone(milestone=milestone, actor=request.user, at=self.at, **values)
        return self.again(challenge)

    @extend_schema(
        summary="Do not accept the milestone that is reported",
        request=shapes.ReasonedInput,
        responses=shapes.ChallengeSerializer,
    )
    def refuse(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        challenge = self._managed()
        milestone = self._milestone(challenge)
        values = self.checked_input(shapes.ReasonedInput)
        services.refuse_milestone(milestone=milestone, actor=request.user, at=self.at, **values)
        return self.again(challenge)


class BidFilter(django_filters.FilterSet):
    class Meta:
        model = Bid
        fields = ["challenge", "state"]


class BidViewSet(UploadMixin, OfContests):
    """Bids. What a team offers is sealed until the last day of bids is over, whatever the role."""

    queryset = Bid.objects.all()
    serializer_class = shapes.BidSerializer
    filterset_class = BidFilter
    orderings = {"updated_at": ("updated_at",), "number": ("number",)}
    default_ordering = "-updated_at"
    select = ("challenge", "incubator", "enterprise", "project", "organisation", "submitted_by")
    prefetch = ("files",)
    summaries = {"list": "List bids", "retrieve": "Read a bid"}

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"offers": self._offer_of}

    def represent_many(self, rows: Any) -> Any:
        bids = [row for row in rows if not isinstance(row, dict)]
        self._read(bids)
        return super().represent_many(rows)

    def _read(self, bids: Any) -> None:
        """The offers that are open to this person, with one query for a page."""
        found = SealedOffer.objects.visible_to(self.request.user).filter(bid__in=bids)
        self._offers = {offer.bid_id: offer for offer in found}

    def _offer_of(self, bid: Bid) -> SealedOffer | None:
        if not hasattr(self, "_offers"):
            self._read([bid])
        return self._offers.get(bid.pk)

    @extend_schema(
        summary="Bid for a team",
        description="Sealed until the last day of bids is over. With papers as multipart/form-data.",
        request={"application/json": shapes.BidInput, "multipart/form-data": shapes.BidInput},
        responses={201: shapes.BidSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.BidInput)
        bid = services.submit_bid(
            challenge=values.pop("challenge"),
            incubator=values.pop("incubator", None),
            files=uploads_in(values),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.again(bid, 201, {"Location": f"/api/v1/bids/{bid.pk}/"})

    @extend_schema(
        summary="Award a challenge to this bid",
        description="Takes effect once a second person confirms it: POST challenges/<id>/confirm/.",
        request=shapes.AwardInput,
        responses=shapes.BidSerializer,
    )
    def award(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        bid = self.get_object()
        self.require(Action.MANAGE, bid)
        self.check_if_sent(bid)
        values = self.checked_input(shapes.AwardInput)
        services.decide_award(challenge=bid.challenge, bid=bid, actor=request.user, at=self.at, **values)
        return self.again(bid)

    @extend_schema(
        summary="Withdraw a bid before the deadline",
        description="Its offer and its papers are destroyed unread.",
        request=None,
        responses=shapes.BidSerializer,
    )
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        bid = self.get_object()
        self.require(Action.ENTER, bid)
        self.check_if_sent(bid)
        services.withdraw_bid(bid=bid, actor=request.user, at=self.at)
        return self.again(bid)
