"""YAML as people write it, read without guessing and without being drowned.

Numbers with a point are exact; a key that stands twice is refused; what is no day and no number stays the
text that it is, so that the reader of the entry refuses it by its key.
"""

from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

#: Mappings that are merged from others (``<<``) can double with every line; honest ones have few keys.
MOST_KEYS = 2_000

#: Digits of a whole number; longer ones are no sums of money.
LONGEST = 60

_MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        if isinstance(node, yaml.MappingNode):
            self._refuse_repeated(node)
        return super().construct_mapping(node, deep=deep)

    def _refuse_repeated(self, node: yaml.MappingNode) -> None:
        """Before the merge, which puts the keys of others in front."""
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value}: is there twice", key.start_mark
                )
            seen.add(key.value)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > MOST_KEYS:
            raise yaml.constructor.ConstructorError(
                None, None, "mappings are merged too often", node.start_mark
            )

    def whole(self, node: yaml.ScalarNode) -> Any:
        text = self.construct_scalar(node)
        if len(text) <= LONGEST:
            return self.construct_yaml_int(node)
        return Decimal(text) if text.isascii() and text.isdecimal() else text

    def decimal(self, node: yaml.ScalarNode) -> Any:
        try:
            return Decimal(self.construct_scalar(node).replace("_", ""))
        except InvalidOperation:  # .inf, .nan and base 60
            return self.construct_yaml_float(node)

    def day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.whole)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.decimal)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.day)


class UnreadableError(ValueError):
    """The file is no YAML that can be read."""


def load_yaml(path: Path) -> Any:
    """What the file says. Raises ``UnreadableError``."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableError(str(error)) from error
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
