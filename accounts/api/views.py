"""First contact, and the tokens of the person who asks."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.response import Response

from accounts.api.serializers import (
    IssuedTokenSerializer,
    NewTokenAnswerSerializer,
    NewTokenSerializer,
    SignInSerializer,
    TokenSerializer,
)
from accounts.enums import TokenScope
from accounts.models import ApiToken, User
from accounts.services import issue_token, revoke_token
from core.api.throttling import PerAddress, PerUsername
from core.api.views import ApiView, ResourceViewSet

FIRST_TOKEN_LIFE = timedelta(hours=12)
LOCKED_SECONDS = 900


class SignInView(ApiView):
    """A token for a user name and a password, for development and first contact.

    Programs in production use a token from the settings page. Wrong passwords are counted; after eight of
    them the pair of user name and address has to wait.
    """

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    throttle_classes = [PerAddress, PerUsername]
    keeps_idempotency = False
    further_problems = ["429"]

    def get_authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

    @extend_schema(
        operation_id="auth_token",
        summary="Get a token for a user name and a password",
        request=SignInSerializer,
        responses={200: IssuedTokenSerializer},
        auth=[],
        examples=[
            OpenApiExample(
                "Demo account",
                value={"username": "op-zhangjiang", "password": "op-zhangjiang"},
                request_only=True,
            ),
            OpenApiExample(
                "Token",
                value={
                    "token": "enc_R0d0…",
                    "expires_at": "2026-01-31T20:00:00Z",
                    "scopes": ["read", "reports", "write"],
                },
                response_only=True,
            ),
        ],
    )
    def post(self, request: Any) -> Response:
        form = SignInSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = self._signed_in(request, form.validated_data)
        token, text = issue_token(
            user=user,
            name=_("signed in through the API"),
            scopes=form.validated_data.get("scopes") or TokenScope.values,
            lifetime=FIRST_TOKEN_LIFE,
            actor=user,
            at=self.at,
        )
        return Response({"token": text, "expires_at": token.expires_at, "scopes": token.scopes})

    def _signed_in(self, request: Any, values: dict[str, Any]) -> User:
        raw = request._request
        user = authenticate(raw, username=values["username"], password=values["password"])
        if isinstance(user, User):
            return user
        if getattr(raw, "axes_locked_out", False):
            raw.axes_locked_out = False  # its middleware would answer with a page
            raise Throttled(LOCKED_SECONDS, _("Too many wrong passwords. Wait a quarter of an hour."))
        raise AuthenticationFailed(_("User name or password is wrong."), code="wrong_password")


class TokenViewSet(ResourceViewSet):
    """The tokens of the person who asks. A token's text is shown once, when it is made."""

    serializer_class = TokenSerializer
    queryset = ApiToken.objects.all()
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"
    uses_if_match = False
    # The stored answer would keep the secret in clear.
    keeps_idempotency = False
    summaries = {"list": "List your tokens", "retrieve": "Read one of your tokens"}

    def get_queryset(self) -> Any:
        return ApiToken.objects.filter(user_id=self.request.user.pk)

    @extend_schema(
        summary="Create a token",
        request=NewTokenSerializer,
        responses={201: NewTokenAnswerSerializer},
        examples=[
            OpenApiExample(
                "For a nightly pull",
                value={"name": "city data platform", "scopes": ["read"], "lifetime_days": 180},
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        values = self.checked_input(NewTokenSerializer)
        token, text = issue_token(
            user=request.user,
            name=values["name"],
            scopes=values["scopes"],
            lifetime=timedelta(days=values["lifetime_days"]),
            actor=request.user,
            at=self.at,
        )
        return Response({**self.represent(token), "token": text}, status=201)

    @extend_schema(summary="Revoke a token", request=None, responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        revoke_token(token=self.get_object(), actor=request.user, at=self.at)
        return Response(status=204)
