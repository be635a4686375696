"""Forms of portfolio runs: the policy and the day, then every number with room for another one."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.web.fields import DayField
from enterprises.models import Enterprise
from enterprises.web.picking import enterprises_named, label_of
from funding.calculator.parameters import parameters_of
from funding.models import PolicyVersion
from funding.render.parameters import parameter_words
from funding.render.trace import label_of_fact
from funding.report.portfolio import ranked_by_terms
from funding.web.facts import NumberField, as_typed, field_of
from incubators.models import Incubator, Park

CHANGED_ROWS = 3


class ChooseForm(forms.Form):
    park = forms.ModelChoiceField(label=gettext_lazy("Park"), queryset=Park.objects.none(), empty_label=None)
    as_of = DayField(
        label=gettext_lazy("On the day"), help_text=gettext_lazy("facts and the version of this day")
    )
    version = forms.ModelChoiceField(label=gettext_lazy("Policy"), queryset=PolicyVersion.objects.none())

    def __init__(self, *args: Any, parks: list[Park], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"as_of": timezone.localdate(), "park": parks[0]})
        super().__init__(*args, **kwargs)
        ids = [park.pk for park in parks]
        choice: Any = self.fields["park"]
        choice.queryset = Park.objects.filter(pk__in=ids).order_by("sort_key", "pk")
        if len(parks) == 1:
            choice.widget = forms.HiddenInput()
        versions: Any = self.fields["version"]
        versions.queryset = (
            PolicyVersion.objects.filter(state="published", policy__park__in=[*ids])
            | PolicyVersion.objects.filter(state="published", policy__park=None)
        ).select_related("policy")
        groups: dict[str, list[tuple[int, str]]] = {}
        for version in versions.queryset.order_by("policy__park", "policy__code", "number"):
            if version.compiled().outcome in ("none", "exposure", "compliance"):
                continue
            name = str(_("Policies of the park") if version.policy.park_id else _("Examples of the library"))
            groups.setdefault(name, []).append((version.pk, _version_words(version)))
        versions.choices = [("", _("Choose a policy")), *groups.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        version, park, day = (cleaned.get(name) for name in ("version", "park", "as_of"))
        if version and park and version.policy.park_id not in (None, park.pk):
            self.add_error("version", _("This policy belongs to another park."))
        if version and day and not _holds(version, day):
            self.add_error("as_of", _("This version does not hold on that day."))
        return cleaned


def _holds(version: PolicyVersion, day: Any) -> bool:
    return (version.valid_from is None or version.valid_from <= day) and (
        version.valid_until is None or day < version.valid_until
    )


def _version_words(version: PolicyVersion) -> str:
    since = f" · {version.valid_from}" if version.valid_from else ""
    return f"{version.policy.name_zh} ({version.policy.code} v{version.number}{since})"


class RunForm(forms.Form):
    """``n-…`` fields hold numbers of the variant, ``who/what/value`` changed facts of single enterprises."""

    once = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name of the run"), max_length=200)
    rank_by = forms.ChoiceField(label=gettext_lazy("Ranked by"), required=False)
    incubators = forms.MultipleChoiceField(
        label=gettext_lazy("Only enterprises of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    only_verified = forms.BooleanField(
        label=gettext_lazy("Only verified facts"),
        required=False,
        help_text=gettext_lazy("what is not verified counts as missing"),
    )

    def __init__(self, *args: Any, park: Park, version: PolicyVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.park, self.version, self.terms = park, version, version.compiled()
        ranked = ranked_by_terms(self.terms)
        numbers = [
            (key, label_of_fact(spec))
            for key, spec in self.terms.facts.items()
            if spec.kind not in ("flag", "choice", "money_list") and (ranked is None or key != ranked[0])
        ]
        rank: Any = self.fields["rank_by"]
        rank.choices = [("", _("the amount")), *numbers]
        sites: Any = self.fields["incubators"]
        found = Incubator.objects.filter(park=park).order_by("sort_key", "pk")
        sites.choices = [(site.code, site.name) for site in found]
        self.paths: dict[str, tuple[str, str]] = {}
        self._add_numbers()
        self._add_changes()

    def _add_numbers(self) -> None:
        rows = [
            (words.path, words.label, words.kind, words.shown, words.clause)
            for words in (
                parameter_words(self.version.terms, one) for one in parameters_of(self.version.terms)
            )
        ]
        places, budget = self.version.places, self.version.budget_yuan
        rows += [
            (
                "places",
                _("number of places"),
                "count",
                str(places) if places is not None else _("no limit"),
                "",
            ),
            (
                "budget_yuan",
                _("budget of a round"),
                "money",
                as_typed(budget, "money") if budget is not None else _("no limit"),
                "",
            ),
        ]
        for number, (path, label, kind, shown, clause) in enumerate(rows):
            field = NumberField(kind=kind, label=label)
            field.current, field.clause = shown, clause  # type: ignore[attr-defined]
            self.fields[f"n-{number}"] = field
            self.paths[f"n-{number}"] = (path, kind)

    def _add_changes(self) -> None:
        keys = [("", "—"), *((key, label_of_fact(spec)) for key, spec in self.terms.facts.items())]
        for number in range(CHANGED_ROWS):
            who = forms.CharField(label=_("Enterprise"), required=False, max_length=320)
            who.widget.attrs |= {"list": "applicants", "autocomplete": "off"}
            self.fields[f"who-{number}"] = who
            self.fields[f"what-{number}"] = forms.ChoiceField(label=_("Fact"), required=False, choices=keys)
            self.fields[f"value-{number}"] = forms.CharField(
                label=_("Value in the variant"), required=False, max_length=200
            )

    @property
    def names(self) -> dict[str, str]:
        """Fields of the domain on this form."""
        return {f"overrides.{path}": name for name, (path, _kind) in self.paths.items()}

    def numbers(self) -> list[dict[str, Any]]:
        return [
            {
                "bound": self[name],
                "current": self.fields[name].current,  # type: ignore[attr-defined]
                "clause": self.fields[name].clause,  # type: ignore[attr-defined]
            }
            for name in self.paths
        ]

    def changes(self) -> list[tuple[Any, Any, Any]]:
        return [
            (self[f"who-{number}"], self[f"what-{number}"], self[f"value-{number}"])
            for number in range(CHANGED_ROWS)
        ]

    def suggestions(self) -> list[str]:
        rows = Enterprise.objects.filter(park=self.park).order_by("sort_key", "pk")[:200]
        return [label_of(one) for one in rows]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        changed: dict[str, dict[str, Any]] = {}
        for number in range(CHANGED_ROWS):
            who, what, value = (cleaned.get(f"{name}-{number}", "") for name in ("who", "what", "value"))
            if not (who or what or value):
                continue
            self._clean_change(number, who, what, value, changed)
        cleaned["changed"] = changed
        return cleaned

    def _clean_change(
        self, number: int, who: str, what: str, value: str, changed: dict[str, dict[str, Any]]
    ) -> None:
        if not (who and what and value):
            self.add_error(f"who-{number}", _("Name the enterprise, the fact and its value."))
            return
        found = enterprises_named(Enterprise.objects.filter(park=self.park), who)
        if len(found) != 1:
            self.add_error(f"who-{number}", _("Choose an enterprise from the list, or type its number."))
            return
        spec = self.terms.facts[what]
        field = field_of(spec, self.terms.currency)
        typed = {"是": "yes", "否": "no"}.get(value.strip(), value.strip())
        try:
            read = field.clean(typed.lower() if spec.kind == "flag" else typed)
        except forms.ValidationError as error:
            self.add_error(f"value-{number}", error)
            return
        changed.setdefault(str(found[0].pk), {})[what] = read

    def values(self) -> dict[str, Any]:
        """Arguments of ``start_run``. Call after ``is_valid``."""
        cleaned = self.cleaned_data
        overrides = {
            path: cleaned[name] for name, (path, _kind) in self.paths.items() if cleaned.get(name) is not None
        }
        filters: dict[str, Any] = {}
        if cleaned["incubators"]:
            filters["incubators"] = cleaned["incubators"]
        if cleaned["only_verified"]:
            filters["only_verified"] = True
        return {
            "name": cleaned["name"],
            "rank_by": cleaned["rank_by"],
            "filters": filters,
            "overrides": overrides,
            "changed": cleaned["changed"],
        }
