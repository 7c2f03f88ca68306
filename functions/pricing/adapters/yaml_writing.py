"""Plain data as YAML text, as a person would write it."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import yaml


def written(data: dict[str, Any]) -> str:
    """The data as YAML."""
    made: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return made


class _Dumper(yaml.CSafeDumper):  # type: ignore[misc]  # the library has no types
    """Writes numbers as they were given, lists and days as a person would, and every part where it belongs."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the library's own hook
        """Nothing is shared: a reader of policies takes no anchors."""
        return True


def _plain_number(dumper: yaml.CSafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _quoted(dumper: yaml.CSafeDumper, value: date | time) -> yaml.Node:
    return dumper.represent_str(value.isoformat())


_Dumper.add_representer(Decimal, _plain_number)
_Dumper.add_representer(tuple, yaml.CSafeDumper.represent_list)
for _kind in (date, time, datetime):
    _Dumper.add_representer(_kind, _quoted)
