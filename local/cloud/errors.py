"""The ways the local cloud fails on purpose; each text is one line that says what and how to mend it."""


class LocalCloudError(Exception):
    """The local cloud cannot do what was asked."""


class MissingProgram(LocalCloudError):
    """A program that a service needs is not on this machine."""


class PortTaken(LocalCloudError):
    """Something else listens where a service would."""


class NotReady(LocalCloudError):
    """A service was started and did not come up."""


class TerraformFailed(LocalCloudError):
    """Terraform refused or failed."""


class NotRunning(LocalCloudError):
    """The local cloud is not up."""
