"""The owners of a right and their shares on one page: rows that total 100%."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.web.errors import shown_on, status_of
from enterprises.models import Enterprise, IpOwner, IpRight, Person
from enterprises.services import Share, set_owners
from enterprises.web.picking import refuse_readers

SPARE_ROWS = 3
MOST_ROWS = 30


class OwnersForm(forms.Form):
    """``owner_1`` and ``percent_1`` and so on. An owner is this enterprise, one of its people, another
    enterprise of the park by its exact name, or any organisation by name."""

    def __init__(self, *args: Any, right: IpRight, user: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right, self.user = right, user
        self.numbers = range(1, rows + 1)
        for number in self.numbers:
            self.fields[f"owner_{number}"] = forms.CharField(
                label=gettext_lazy("owner"), required=False, max_length=200
            )
            self.fields[f"percent_{number}"] = forms.DecimalField(
                label=gettext_lazy("share (%)"),
                required=False,
                min_value=Decimal("0.0001"),
                max_value=100,
                decimal_places=4,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"owner_{number}"], self[f"percent_{number}"]) for number in self.numbers]

    def shares(self) -> list[Share]:
        """The rows that are filled in."""
        found = []
        for number in self.numbers:
            name = (self.cleaned_data.get(f"owner_{number}") or "").strip()
            percent = self.cleaned_data.get(f"percent_{number}")
            if name and percent:
                found.append(self._share(name, percent))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in self.numbers:
            name, percent = cleaned.get(f"owner_{number}"), cleaned.get(f"percent_{number}")
            if bool(name) != (percent is not None) and f"percent_{number}" not in self.errors:
                missing = "percent" if name else "owner"
                self.add_error(f"{missing}_{number}", _("An owner and a share belong together."))
        return cleaned

    def _share(self, name: str, percent: Decimal) -> Share:
        enterprise = self.right.enterprise
        known = Enterprise.objects.visible_to(self.user).filter(park=enterprise.park_id, name_zh=name).first()
        if known is not None:
            return Share(percent, enterprise=known)
        person = Person.objects.filter(enterprise=enterprise, name_zh=name).first()
        return Share(percent, person=person) if person else Share(percent, name=name)


@login_required
@require_http_methods(["GET", "POST"])
def ip_owners(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    rows = IpRight.objects.visible_to(user).select_related("enterprise__park", "enterprise__incubator")
    right = get_object_or_404(rows, pk=pk)
    refuse_readers(user, right.enterprise)
    owners = list(right.owners.select_related("enterprise", "person").order_by("-percent", "pk"))
    form = OwnersForm(
        request.POST or None,
        right=right,
        user=user,
        rows=min(len(owners) + SPARE_ROWS, MOST_ROWS),
        initial=_initial(owners),
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            set_owners(right=right, shares=form.shares(), actor=user, at=timezone.now())
            messages.success(request, _("The owners are saved."))
            return redirect("ip-detail", pk=pk)
    people = right.enterprise.people.order_by("sort_key")[:50]
    context = {"right": right, "form": form, "people": people}
    return render(request, "enterprises/ip_owners.html", context, status=status_of(form))


def _initial(owners: list[IpOwner]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, owner in enumerate(owners, 1):
        named = owner.enterprise or owner.person
        found[f"owner_{number}"] = named.name_zh if named else owner.name
        found[f"percent_{number}"] = f"{owner.percent.normalize():f}"
    return found
