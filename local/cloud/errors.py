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


class AnswerLost(TerraformFailed):
    """The emulator did what it was asked and the answer got lost: asked again, it has the thing already."""


class NotRunning(LocalCloudError):
    """The local cloud is not up."""
