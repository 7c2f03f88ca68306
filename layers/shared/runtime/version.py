"""The version of this build, the same for every house because they are built together."""

VERSION = "0.1.0"
