"""Problems of a run, found by rule in its frozen inputs and stored scores."""

from decimal import Decimal
from typing import Any

from evaluation.indicators import inputs_of
from evaluation.models import EvaluationRun
from evaluation.problems import RULES, Subject, problems_of
from evaluation.scoring import words
from evaluation.selectors.results import Reader, Row, read_run


def run_problems(run: EvaluationRun, language: str | None = None) -> list[dict[str, Any]]:
    """What the rules found in the incubators that the run is about; nothing before it is scored."""
    return problems_in(read_run(run, language)) if run.scored_at is not None else []


def problems_in(reader: Reader) -> list[dict[str, Any]]:
    chinese = words.is_chinese(reader.language)
    subject = reader.frozen["subject"]
    return [
        {
            "code": rule.code,
            "severity": rule.severity,
            "incubator": {"code": incubator["code"], "name": reader.named(incubator)},
            "text": rule.sentence(finding.params, chinese=chinese),
            "records": [
                {
                    "type": "project",
                    "id": project["id"],
                    "label": f"{project['code']} {_name(reader, project)}",
                }
                for project in finding.projects
            ],
        }
        for incubator in reader.frozen["incubators"]
        if subject in (None, incubator["code"])
        for rule, finding in problems_of(_subject(reader, incubator))
    ]


def problem_rules(language: str) -> list[tuple[str, str]]:
    """The table of rules that were applied: code and wording."""
    chinese = words.is_chinese(language)
    return [(rule.code, rule.rule_zh if chinese else rule.rule_en) for rule in RULES]


def _name(reader: Reader, project: Row) -> str:
    chinese = words.is_chinese(reader.language) or not project["name_en"]
    return str(project["name_zh"] if chinese else project["name_en"])


def _subject(reader: Reader, incubator: Row) -> Subject:
    inputs = inputs_of(reader.frozen, incubator["code"], reader.period)
    own = inputs.own_projects
    return Subject(
        projects=own,
        nodes=[_node(reader, incubator, node) for node in reader.frozen["scheme"]["nodes"]],
        unconverted_payments=[
            (project, fact)
            for project, fact in inputs.verified_facts("paid_in")
            if project["incubator"] == incubator["code"] and inputs.rate(fact["currency"], fact["on"]) is None
        ],
        start=reader.period.start,
        end=reader.period.end,
        as_of=reader.run.as_of,
    )


def _node(reader: Reader, incubator: Row, node: Row) -> dict[str, Any]:
    _, explanation = reader.scores[(incubator["id"], reader.period.code, node["code"])]
    value, target = explanation.get("value"), explanation.get("target")
    return {
        "kind": node["kind"],
        "name_zh": node["name_zh"],
        "name_en": node["name_en"],
        "calculation": node.get("calculation", ""),
        "rule_type": node["rule"].get("type", ""),
        "state": explanation["state"],
        "value": None if value is None else Decimal(value),
        "target": None if target is None else Decimal(target),
    }
