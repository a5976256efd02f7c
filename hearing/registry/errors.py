"""What the office answers when it cannot do what it is asked. None of these carries personal data."""

from __future__ import annotations


class RegistryError(Exception):
    """What all of them have in common."""


class NotFound(RegistryError):
    """No such case, person, text, hearing, account, pass or document."""


class Taken(RegistryError):
    """That number already names another case or account. ``field`` says which number."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Destroyed(RegistryError):
    """The case's key was destroyed: what it locked cannot be read by anyone again."""


class Damaged(RegistryError):
    """What is stored is not what was written."""


class VaultSilent(RegistryError):
    """The place where sealed files lie cannot be reached, or refuses."""


class Full(RegistryError):
    """The database's disk has no room: nothing of the transaction was written."""


class Away(RegistryError):
    """The database does not answer, or went away before it had said whether it wrote."""


class KeyLost(RegistryError):
    """The master key file is missing, open to others, or belongs to another database."""


class WrongCredentials(RegistryError):
    """Unknown account, wrong password or disabled account: the same answer, after the same time."""


class TooManyAttempts(RegistryError):
    """Too many wrong guesses. ``retry_at`` is the Unix second when the next one will be heard."""

    def __init__(self, retry_at: float) -> None:
        super().__init__("too many attempts")
        self.retry_at = retry_at


class PassRefused(RegistryError):
    """The pass does not open the door: ``reason`` is unknown, revoked or expired."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outdated(RegistryError):
    """Somebody else changed it since it was read: look again before writing over it."""
