"""What models of every app share: bilingual names, sources, half-open date ranges, tenants."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary
from django.db import models
from django.db.models import Func
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.enums import Provenance
from core.search import name_keys, search_text, sort_key
from incubators.scope import Action, scope_of


class DateRange(Func):
    """``daterange(from, until)``, half open; an empty end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


def half_open(start: str, end: str) -> DateRange:
    return DateRange(start, end, RangeBoundary())


class Named(models.Model):
    """A record with a Chinese and an English name, found by either, by pinyin or by initials."""

    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=300, blank=True)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=120, editable=False, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.index_names()
        if (fields := kwargs.get("update_fields")) is not None and {"name_zh", "name_en"} & set(fields):
            kwargs["update_fields"] = {*fields, "search_text", "sort_key"}
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        chinese = (get_language() or "zh").startswith("zh")
        return self.name_zh if chinese or not self.name_en else self.name_en

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en]

    def index_names(self) -> None:
        self.search_text = search_text(*self.search_names())
        self.sort_key = sort_key(self.name_zh)


class Recognisable(Named):
    """A record that somebody may enter a second time under another spelling; ``name_keys`` meet then."""

    name_keys = ArrayField(models.CharField(max_length=300), editable=False, default=list)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if (fields := kwargs.get("update_fields")) is not None and {"name_zh", "name_en"} & set(fields):
            kwargs["update_fields"] = {*fields, "name_keys"}
        super().save(*args, **kwargs)

    def index_names(self) -> None:
        super().index_names()
        self.name_keys = list(name_keys(self.name_zh, self.name_en))


class Sourced(models.Model):
    """Where a published statement was read: the document and its lines."""

    source = models.CharField(_("source document"), max_length=80, blank=True)
    source_lines = models.CharField(_("lines"), max_length=120, blank=True)
    quote_figures = ArrayField(
        models.CharField(max_length=120), verbose_name=_("figures as printed"), default=list, blank=True
    )
    as_of = models.CharField(_("as of"), max_length=60, blank=True, help_text=_("as the source dates it"))

    class Meta:
        abstract = True


class TenantQuerySet(models.QuerySet[Any]):
    """Records that hang on an incubator and, through it, on its park."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="incubator__park", incubator="incubator")
        )


class Verifiable(models.Model):
    """Entered by one person, verified by a second; only what is verified counts.

    Each model states the rules over these fields itself (``paired``, ``second_person``), under its own names.
    """

    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("verified by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True


class Returnable(Verifiable):
    """May come back from its verifier with words that say what to mend; a correction hands it in again."""

    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("returned by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    return_reason = models.TextField(_("why it was returned"), blank=True)

    class Meta:
        abstract = True


class Tracked(models.Model):
    """A record that people and programs work on: whose it is elsewhere, where it comes from, which version.

    ``version`` and ``updated_at`` are set by the services, so that open forms and incremental pulls notice.
    """

    external_id = models.CharField(_("number in your own system"), max_length=80, blank=True)
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        abstract = True
