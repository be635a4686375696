"""A draft on its way through the editor: rows and numbers as they were typed, and the terms that they make.

Every button of the editor sends the whole form; nothing is stored until “save”. What cannot be read stays as
typed, with the reason beside it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from funding.calculator import BadTerms, FactSpec, Terms, Words, read_terms
from funding.calculator.parameters import with_overrides
from funding.models import PolicyVersion
from funding.render.parameters import kind_of_parameter, parameter_words
from funding.render.problems import terms_error
from funding.web.facts import as_data, as_typed, read_number
from funding.web.rows import (
    LONGEST,
    MOST_ROWS,
    ConditionRow,
    FactRow,
    amount_numbers,
    at,
    condition_row,
    listed,
    loaded,
    posted_rows,
    references,
    term_node,
    term_nodes,
)
from funding.web.shapes import PARTS, SHAPES, shape_terms

_ROW = re.compile(r"conditions\[(\d+)\]\.?(.*)")
NUMERIC = ("money", "signed_money", "count", "number", "rate")


@dataclass
class Draft:
    """What stands in the editor. ``source`` is the text of the expert view; without it the rows count."""

    base: dict[str, Any]
    facts: list[FactRow]
    conditions: list[ConditionRow]
    numbers: dict[str, str]
    clauses: dict[str, str]
    up_to: bool
    cases: list[Any]
    source: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    fresh: int | None = None  # the row just added, whose fields are not blamed for being empty

    # --- where it comes from ----------------------------------------------------------------------
    @classmethod
    def of_terms(cls, data: Mapping[str, Any], cases: list[Any]) -> "Draft":
        base = json.loads(json.dumps(data))
        numbers = {
            one.path: as_typed(one.value, kind_of_parameter(base, one.path)) for one in amount_numbers(base)
        }
        return cls(
            base=base,
            facts=[
                FactRow(
                    one,
                    one.get("label_zh", ""),
                    one.get("label_en", ""),
                    "、".join(map(str, one.get("choices", []))),
                )
                for one in base.get("facts", [])
            ],
            conditions=[condition_row(one, base) for one in base.get("conditions", [])],
            numbers=numbers,
            clauses={path: at(base, path).get("clause", "") for path in term_nodes(base)},
            up_to=base.get("up_to") is True,
            cases=list(cases),
        )

    @classmethod
    def of_post(cls, post: Mapping[str, str], version: PolicyVersion) -> "Draft":
        """What the editor sent. Broken carriers (never typed by hand) fall back to what is stored."""
        cases = loaded(post.get("cases"), list)
        cases = version.cases if cases is None else cases
        if "source" in post:
            draft = cls.of_terms(version.terms, cases)
            draft.source = post["source"].replace("\r\n", "\n")[:LONGEST]
            return draft
        base = loaded(post.get("base"), dict)
        draft = cls.of_terms(base if base is not None and _is_whole(base) else version.terms, cases)
        draft.up_to = "up_to" in post
        for place, fact in enumerate(draft.facts):
            fact.label_zh = post.get(f"f-{place}-label_zh", fact.label_zh)[:200]
            fact.label_en = post.get(f"f-{place}-label_en", fact.label_en)[:200]
            fact.choices = post.get(f"f-{place}-choices", fact.choices)[:1000]
        draft.numbers = {path: post.get(f"n-{path}", typed)[:60] for path, typed in draft.numbers.items()}
        draft.clauses = {path: post.get(f"k-{path}", typed)[:200] for path, typed in draft.clauses.items()}
        draft.conditions = list(posted_rows(post))
        return draft

    # --- buttons ------------------------------------------------------------------------------------
    def add(self, kind: str) -> None:
        taken = {row.key for row in self.conditions}
        number = next(n for n in range(1, MOST_ROWS * 2) if f"condition_{n}" not in taken)
        new = ConditionRow({"key": f"condition_{number}"}, fact="+flag")
        if kind == "number":
            new.test, new.fact = "at_least", "+money"
        if len(self.conditions) < MOST_ROWS:
            self.conditions.append(new)
            self.fresh = len(self.conditions) - 1

    def remove(self, place: int) -> None:
        del self.conditions[place : place + 1]

    def move(self, place: int, by: int) -> None:
        other = place + by
        rows = self.conditions
        if 0 <= place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]

    def take_shape(self, code: str) -> None:
        """Another way in which the amount comes about; conditions stay."""
        if code not in SHAPES:
            return
        shape = shape_terms(code, currency=str(self.base.get("currency") or "CNY"))
        typed = {fact.key: fact for fact in self.facts}
        rows = self.conditions
        keys = {row.key for row in rows}
        base = {name: value for name, value in self.base.items() if name not in PARTS}
        base |= {name: shape[name] for name in PARTS if name in shape}
        base["facts"] = [
            *self.base.get("facts", []),
            *(one for one in shape["facts"] if one["key"] not in typed),
        ]
        fresh = Draft.of_terms({**base, "conditions": []}, self.cases)
        self.base, self.numbers, self.clauses, self.up_to = (
            fresh.base,
            fresh.numbers,
            fresh.clauses,
            fresh.up_to,
        )
        self.facts = [typed.get(fact.key, fact) for fact in fresh.facts]
        self.conditions = [
            *rows,
            *(condition_row(one, base) for one in shape["conditions"] if one["key"] not in keys),
        ]

    # --- what it makes --------------------------------------------------------------------------------
    def data(self) -> dict[str, Any] | None:
        """The terms as typed; None with ``errors`` and ``problems`` where they cannot be read."""
        self.errors, self.problems = {}, []
        found = self._from_source() if self.source is not None else self._composed()
        if found is None or self.errors:
            return None
        try:
            read_terms(found)
        except BadTerms as error:
            for problem in error.problems:
                self._blame(problem.path, terms_error(problem).message, found)
            return None
        return found

    def _from_source(self) -> dict[str, Any] | None:
        try:
            found = json.loads(self.source or "")
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 1)
            self.problems.append(_("Line %(line)d of the text is not JSON.") % {"line": line})
            return None
        if not isinstance(found, dict):
            self.problems.append(_("The terms are one object in curly brackets."))
            return None
        return found

    def _blame(self, path: str, message: Any, data: Mapping[str, Any]) -> None:
        name = "" if self.source is not None else self._field_of(path, data)
        if name:
            self.errors.setdefault(name, str(message))
        else:
            self.problems.append(str(message))

    def _field_of(self, path: str, data: Mapping[str, Any]) -> str:
        if found := _ROW.fullmatch(path):
            part = found[2]
            ends = {"test.right": "number", "test.choices": "number", "test.places": "number"}
            return f"c-{found[1]}-" + ends.get(part, "fact" if part.startswith("test") else "text_zh")
        if path.startswith("facts["):
            key = data["facts"][int(path[6 : path.index("]")])].get("key")
            return next((f"f-{n}-label_zh" for n, one in enumerate(self.facts) if one.key == key), "")
        return f"n-{path}" if path in self.numbers else ""

    def _composed(self) -> dict[str, Any]:
        specs = {fact.key: fact.data() for fact in self.facts}
        conditions = [self._condition(place, row, specs) for place, row in enumerate(self.conditions)]
        found: dict[str, Any] = {
            **self.base,
            "facts": list(specs.values()),
            "conditions": conditions,
            "up_to": self.up_to,
        }
        found = with_overrides(found, self._read_numbers(found))
        for path, clause in self.clauses.items():
            node = at(found, path)
            node.pop("clause", None)
            if clause.strip():
                node["clause"] = clause.strip()
        if not self.up_to:
            found.pop("up_to")
        used = set(references(found["conditions"]))
        used |= {key for name in ("amount", "otherwise") for key in references(found.get(name))}
        found["facts"] = [one for one in found["facts"] if one["key"] in used]
        return found

    def _read_numbers(self, data: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for one in amount_numbers(data):
            typed = self.numbers.get(one.path, "")
            value = self._number(f"n-{one.path}", typed, kind_of_parameter(data, one.path))
            if value is not None:
                found[one.path] = one.value if value == Decimal(str(one.value)) else as_data(value)
        return found

    def _number(self, name: str, typed: str, kind: str) -> Decimal | None:
        try:
            return read_number(typed, kind)
        except ValidationError as error:
            self.errors[name] = " ".join(error.messages)
            return None

    def _condition(self, place: int, row: ConditionRow, specs: dict[str, dict[str, Any]]) -> dict[str, Any]:
        found = {
            "key": row.key,
            "clause": row.clause.strip(),
            "text_zh": row.text_zh.strip(),
            "text_en": row.text_en.strip(),
            "test": self._test(place, row, specs),
            "when": row.raw.get("when"),
        }
        return {name: value for name, value in found.items() if value not in ("", None)}

    def _test(self, place: int, row: ConditionRow, specs: dict[str, dict[str, Any]]) -> Any:
        before = row.raw.get("test")
        if row.test == "as_is":
            return before
        key = row.fact
        if key.startswith("+"):
            key = self._new_fact(place, row, specs)
        if row.test == "not":
            return {"op": "not", "of": {"op": "is", "fact": key}}
        if row.test in ("is", "decision"):
            return {"op": row.test, "fact": key}
        if row.test == "one_of":
            return {"op": "one_of", "fact": key, "choices": listed(row.number)}
        if row.test == "ranked":
            value = self._number(f"c-{place}-number", row.number, "count")
            return {"op": "ranked", "fact": key, "places": as_data(value or Decimal(1))}
        return self._comparison(place, row, specs.get(key, {}), before if isinstance(before, Mapping) else {})

    def _comparison(
        self, place: int, row: ConditionRow, spec: Mapping[str, Any], before: Mapping[str, Any]
    ) -> dict[str, Any]:
        left: Any = {"op": "fact", "fact": spec.get("key", "")}
        kind = str(spec.get("kind", "money"))
        if row.fact == "=" and isinstance(before.get("left"), Mapping) and "right" in before:
            left = before["left"]
            kind = kind_of_parameter({**self.base, "conditions": [row.raw]}, "conditions[0].test.right")
        if kind not in NUMERIC:
            self.errors[f"c-{place}-fact"] = _("Only a number can be compared; choose another fact or test.")
            return {"op": "is", "fact": spec.get("key", "")}
        value = self._number(f"c-{place}-number", row.number, kind)
        return {"op": row.test, "left": left, "right": as_data(value or Decimal(0))}

    def _new_fact(self, place: int, row: ConditionRow, specs: dict[str, dict[str, Any]]) -> str:
        key = next(
            name for name in (row.key, *(f"{row.key}_{n}" for n in range(2, MOST_ROWS))) if name not in specs
        )
        label = (row.name or row.text_zh or row.text_en).strip()
        if not label:
            self.errors[f"c-{place}-name"] = _("Say in a few words what is asked.")
        specs[key] = {"key": key, "kind": row.fact[1:], "label_zh": label}
        if not row.name and row.text_en:
            specs[key]["label_en"] = row.text_en.strip()
        return key

    def lenient(self) -> Terms:
        """The facts alone, for the form beside a draft that cannot be computed yet."""
        specs = {}
        for fact in self.facts:
            one = fact.data()
            specs[fact.key] = FactSpec(
                fact.key,
                str(one.get("kind", "flag")),
                Words(fact.label_zh, fact.label_en),
                tuple(one.get("choices", ())),
            )
        return Terms(str(self.base.get("currency") or "CNY"), "none", specs)

    # --- for the page -----------------------------------------------------------------------------------
    def number_groups(self) -> list[dict[str, Any]]:
        """Numbers of the amount by the term they belong to, each with its words, value and error."""
        groups: dict[str, dict[str, Any]] = {}
        labelled = {**self.base, "facts": [fact.data() for fact in self.facts]}
        for one in amount_numbers(labelled):
            words = parameter_words(labelled, one)
            node = term_node(labelled, one.path)
            group = groups.setdefault(node, {"node": node, "clause": self.clauses.get(node, ""), "rows": []})
            name = f"n-{one.path}"
            group["rows"].append(
                {
                    "name": name,
                    "label": words.label,
                    "kind": words.kind,
                    "value": self.numbers.get(one.path, ""),
                    "error": self.errors.get(name, ""),
                }
            )
        return list(groups.values())


def _is_whole(base: Mapping[str, Any]) -> bool:
    """Terms without their conditions, whose facts may wait for a row that uses them."""
    try:
        read_terms({**base, "conditions": []})
    except BadTerms as error:
        return all(problem.code == "unused_fact" for problem in error.problems)
    return True
