"""Find words in bytes: `find` and `rfind` do what the methods of bytes of these names do, ten times as fast or more."""

from typing import Protocol

import stringzilla


class _Find(Protocol):
    def __call__(self, text: bytes, word: bytes, start: int = ..., end: int = ..., /) -> int: ...


class _Holds(Protocol):
    def __call__(self, text: bytes, word: bytes, /) -> bool: ...


find: _Find = stringzilla.find
rfind: _Find = stringzilla.rfind
holds: _Holds = stringzilla.contains
