"""Compile the sources named on standard input; a program of its own, started by `bytecode.py`.

What marshal writes depends on which strings the interpreter shares already, so the same work in
a fresh interpreter is what makes the bytes repeatable.
"""

import importlib._bootstrap_external as loader
import importlib.util
import sys
from pathlib import Path


def compile_source(folder: Path, name: str, unpacked: str) -> None:
    """Write one module's unchecked-hash bytecode where Python looks for it."""
    path = folder / name
    source = path.read_bytes()
    code = compile(source, unpacked + name, "exec", dont_inherit=True, optimize=0)
    compiled = Path(importlib.util.cache_from_source(str(path), optimization=""))
    compiled.parent.mkdir(exist_ok=True)
    # py_compile would leave the order of its own imports in the interpreter; the loader's function is what it calls.
    compiled.write_bytes(loader._code_to_hash_pyc(code, importlib.util.source_hash(source), checked=False))  # type: ignore[attr-defined] # noqa: SLF001


def main(folder: str, unpacked: str) -> int:
    """Compile every named source; returns how many could not be."""
    broken = 0
    for name in sys.stdin.read().splitlines():
        try:
            compile_source(Path(folder), name, unpacked)
        except SyntaxError as error:
            broken += 1
            print(f"{name}: {error}", file=sys.stderr)
    return broken


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 100))
