"""People and the tokens of their programs. What a person may see is said by ``incubators.Membership``."""

import hashlib
from datetime import datetime
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import TokenScope
from core.constraints import paired


class User(AbstractUser):
    """A person or a program that signs in."""

    display_name = models.CharField(_("name shown"), max_length=80, blank=True)
    employer = models.CharField(_("employer"), max_length=160, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_demonstration = models.BooleanField(_("demonstration account"), default=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username


class ApiToken(models.Model):
    """A key for a program: only its SHA-256 is stored, it has scopes and an end."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("first characters"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=TokenScope.choices), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            paired("revoked_at", "revoked_by", name="accounts_token_revoked_pair"),
            models.CheckConstraint(
                name="accounts_token_ends_after_start",
                condition=Q(expires_at__gt=models.F("created_at")),
                violation_error_message=_("A token expires after it was created."),
            ),
            models.CheckConstraint(
                name="accounts_token_has_a_scope",
                condition=Q(scopes__len__gt=0),
                violation_error_message=_("A token needs at least one scope."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def digest_of(token: str) -> str:
        """What is stored of a token. It has 256 random bits, so a plain hash is enough."""
        return hashlib.sha256(token.encode()).hexdigest()

    def is_live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(models.Model):
    """News for one person, kept in the product so that an office without mail loses nothing."""

    user = models.ForeignKey(User, verbose_name=_("for"), on_delete=models.CASCADE, related_name="notices")
    kind = models.SlugField(_("kind"), max_length=40)
    texts = models.JSONField(_("text in each language"))
    url = models.CharField(_("where to act"), max_length=300, blank=True)
    key = models.CharField(max_length=120, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                condition=~Q(key=""),
                name="accounts_notice_once",
                violation_error_message=_("This person has already been told."),
            ),
            models.CheckConstraint(
                name="accounts_notice_read_after_written",
                condition=Q(read_at__isnull=True) | Q(read_at__gte=models.F("created_at")),
                violation_error_message=_("A notice is read after it was written."),
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="accounts_notices_newest")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """In the language of the page."""
        return str(self.texts.get(get_language() or "") or next(iter(self.texts.values()), ""))
