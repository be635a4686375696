"""The parts of the design: fixed words, escaping, ties between fields and their messages."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core.templatetags import ui


class ProjectForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the agreement")
    area = forms.DecimalField(label="Area", required=False)
    agree = forms.BooleanField(label="I have checked this")


def render(source, **values):
    with translation.override("en"):
        return Template("{% load ui fmt %}" + source).render(Context(values))


def test_status_pill_has_a_word_and_an_icon():
    html = render("{% status_pill 'verified' %}")
    assert 'class="pill tone-ok"' in html
    assert html.endswith("Verified</span>")
    assert "<svg" in html


def test_status_pill_shows_nothing_for_nothing_and_the_code_when_unknown():
    assert render("{% status_pill None %}") == ""
    assert render("{% status_pill 'strange' %}").endswith("strange</span>")


def test_every_status_and_stage_icon_is_in_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    wanted = {look.icon for look in ui.STATUSES.values()} | {icon for _, icon in ui.STAGES.values()}
    wanted |= set(ui.FILE_ICONS.values())
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        wanted |= set(re.findall(r'{% icon "([\w-]+)"', template.read_text(encoding="utf-8")))
    assert wanted - known == set()


def test_words_from_users_are_escaped():
    evil = "<script>alert(1)</script>"
    for source in (
        "{% pill evil %}",
        "{% copy evil %}",
        "{% figure evil unit=evil scope=evil formula=evil %}",
        "{% key_figure evil evil as_of=evil %}",
        "{% card title=evil %}{{ evil }}{% endcard %}",
        "{% alert title=evil %}{{ evil }}{% endalert %}",
        "{% page_header title=evil subtitle=evil %}{% endpage_header %}",
        "{% facts rows %}",
        "{% chart 'c' evil option table=table %}",
    ):
        html = render(
            source,
            evil=evil,
            rows=[(evil, evil)],
            option={"title": evil},
            table={"head": [evil], "rows": [[evil]]},
        )
        assert "<script>alert" not in html, source


def test_figure_opens_a_card_only_when_something_is_known_about_it():
    assert "data-card" not in render("{% figure 11 'projects' %}")
    html = render("{% figure 1234 'projects' qualifier='above' scope='Zhangjiang' status='reported' %}")
    assert "data-card" in html
    assert "1,234" in html
    assert "above" in html
    assert "Reported in the press" in html


def test_a_missing_key_figure_is_a_dash_without_unit():
    html = render("{% key_figure 'Paid in' None 'yuan' %}")
    assert "—" in html
    assert "yuan" not in html


def test_field_marks_the_optional_and_ties_help_and_errors():
    form = ProjectForm({"name": "", "area": "x", "agree": "on"})
    html = render("{% form_fields form %}", form=form)
    assert html.count(">optional<") == 1
    assert 'aria-describedby="id_name-help id_name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'href="#id_name"' in html
    assert 'role="alert"' in html


def test_form_without_errors_has_no_summary():
    assert "error-summary" not in render("{% form_fields form %}", form=ProjectForm())


def test_sort_head_turns_round_and_forgets_the_cursor():
    request = RequestFactory().get("/projects/?ordering=name&cursor=abc&stage=lead")
    html = render("{% sort_head 'Name' 'name' %}", request=request)
    assert 'href="/projects/?stage=lead&amp;ordering=-name"' in html
    assert 'aria-current="true"' in html


@pytest.mark.parametrize(
    ("value", "limit", "width"), [(50, 100, "50.0"), (150, 100, "100.0"), (None, 100, "0.0"), (5, 0, "0.0")]
)
def test_meter_stays_inside_its_box(value, limit, width):
    assert f'width="{width}"' in render("{% meter value limit %}", value=value, limit=limit)


def test_progress_has_words_and_a_value():
    html = render("{% progress 45 'Scoring' %}")
    assert 'value="45"' in html
    assert "Scoring" in html
    assert 'role="status"' in html
