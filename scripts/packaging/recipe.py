"""What goes into which zip, and what of a library stays out."""

import platform
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("assistant", "auth", "pricing", "products", "scheduler")
PYTHON = (3, 13)

# AWS services that the code calls, and what boto3 needs for its own sign-in. botocore's descriptions of the
# others are 25 of its 30 MB, which every cold start would unpack; a contract test compares this with the code.
SERVICES = frozenset(
    {"events", "kms", "lambda", "s3", "scheduler", "secretsmanager", "sesv2", "sqs", "sso", "sso-oidc", "sts"}
)

UNUSED_SUFFIXES = frozenset({".a", ".c", ".h", ".pxd", ".pyi", ".pyx"})
UNUSED_FOLDERS = frozenset({"__pycache__", "bin", "tests"})
# A record names the other files and the installer: it varies with the machine and nothing reads it.
UNUSED_METADATA = frozenset({"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A processor and operating system the zips are for."""

    name: str
    uv_options: tuple[str, ...]

    @property
    def key(self) -> str:
        """What tells its libraries from another's."""
        local = (
            f"-{sysconfig.get_platform()}-{platform.libc_ver()[0] or platform.system()}" if not self.uv_options else ""
        )
        return f"{self.name}{local}-{sys.implementation.cache_tag}"


def _lambda(machine: str) -> tuple[str, ...]:
    # Amazon Linux 2023, the runtime's own system, has glibc 2.34.
    return ("--python-platform", f"{machine}-manylinux_2_34", "--python-version", ".".join(map(str, PYTHON)))


PLATFORMS = {
    name: Platform(name=name, uv_options=options)
    for name, options in {
        "lambda-arm64": _lambda("aarch64"),
        "lambda-x86_64": _lambda("x86_64"),
        "local": (),
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One zip: its libraries, its own package, and where Lambda unpacks it."""

    name: str
    package: Path
    """The folder of our own code."""
    prefix: str
    """The folder in the zip that Python's path names; empty for the zip's root."""
    unpacked: str
    """Where Lambda lays the zip, which tracebacks show."""

    @property
    def requirements(self) -> Path:
        """The pinned libraries it carries."""
        return ROOT / "requirements" / f"{self.name}.txt"


LAYER = Artifact(name="layer", package=ROOT / "layers" / "shared", prefix="python/", unpacked="/opt/")
ARTIFACTS = (
    LAYER,
    *(Artifact(name=house, package=ROOT / "functions" / house, prefix="", unpacked="/var/task/") for house in HOUSES),
)


def is_needed(path: PurePosixPath) -> bool:
    """Whether a library's file, named from the installation's root, is of use in Lambda."""
    if path.suffix in UNUSED_SUFFIXES or UNUSED_FOLDERS & set(path.parts[:-1]) or path.name == ".lock":
        return False
    if path.parts[0].endswith(".dist-info") and path.name in UNUSED_METADATA:
        return False
    return not _describes_unused_service(path)


def _describes_unused_service(path: PurePosixPath) -> bool:
    match path.parts:
        case ("botocore", "data", service, _, *_) | ("boto3", "data", service, _, *_):
            return service not in SERVICES
        case _:
            return False
