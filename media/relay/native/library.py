"""The C source as a shared library: built where a compiler is, loaded only when it is exactly this source.

``python -m media.relay.native.library`` builds it; an installation without a compiler goes on without. The library
carries a checksum of its source, so that one left behind by another version is never loaded.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

from cffi import FFI

FOLDER = Path(__file__).parent
UNITS = ("forward.c", "intake.c", "outbox.c", "reading.c")
SHARED = ("way", "route", "outbox", "intake", "line")
SOURCES = ("forward.h", "inner.h", *UNITS)
COMPILERS = ("cc", "gcc", "clang")
LIBRARY = FOLDER / "libforward.so"
FLAGS = (
    *("-std=c11", "-O2", "-fPIC", "-shared", "-D_FORTIFY_SOURCE=2", "-fstack-protector-strong"),
    *("-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow", "-Wpointer-arith", "-Wstrict-prototypes"),
)


class NotBuilt(Exception):
    """There is no library that fits this source and this machine; says why."""


def checksum(folder: Path = FOLDER) -> int:
    """Of the source as it lies there, 31 bits."""
    return zlib.crc32(b"".join((folder / name).read_bytes() for name in SOURCES)) & 0x7FFFFFFF


def build(target: Path = LIBRARY, *, source: Path = FOLDER, path: str | None = None) -> None:
    """Compile with the first compiler on ``path`` (or PATH). Raises ``NotBuilt`` without one or when it complains."""
    compiler = next((found for name in COMPILERS if (found := shutil.which(name, path=path))), None)
    if compiler is None:
        raise NotBuilt("no C compiler")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        units = [str(source / unit) for unit in UNITS]
        command = [compiler, *FLAGS, f"-DTYNDAU_SOURCE={checksum(source)}", "-o", str(made), *units]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotBuilt(f"the compiler refuses: {done.stderr.strip()[-500:]}")
        made.replace(target)


def load(path: Path = LIBRARY) -> tuple[FFI, Any]:
    """The library behind cffi's face. Raises ``NotBuilt`` unless it was made of this very source."""
    ffi = FFI()
    head = (FOLDER / "forward.h").read_text("ascii")
    ffi.cdef(re.sub(r"/\*.*?\*/", "", head, flags=re.DOTALL))
    try:
        lib = ffi.dlopen(str(path))
        source = lib.tyndau_source()
        sizes = [getattr(lib, f"tyndau_{name}_size")() for name in SHARED]
    except (OSError, AttributeError) as error:
        raise NotBuilt(str(error)) from error
    if source != checksum():
        raise NotBuilt("built from another version of the source")
    if sizes != [ffi.sizeof(f"tyndau_{name}") for name in SHARED]:
        raise NotBuilt("compiler and cffi disagree about the layout")
    return ffi, lib


def main() -> None:
    try:
        build()
        load()
    except (NotBuilt, OSError) as why:
        print(f"The native forwarder was not built ({why}). The Python one does its work.", file=sys.stderr)
    else:
        print("The native forwarder is built.")


if __name__ == "__main__":
    main()
