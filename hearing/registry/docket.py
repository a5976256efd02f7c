"""The docket: everything the court knows that the journal must not know, each shelf with its own few verbs."""

from __future__ import annotations

from hearing.registry.accesses import AccessLog
from hearing.registry.accounts import Accounts
from hearing.registry.cases import Cases
from hearing.registry.documents import Documents
from hearing.registry.hearings import Hearings
from hearing.registry.keys import CaseKeys
from hearing.registry.limits import Limits
from hearing.registry.observers import Observers
from hearing.registry.outbox import Outbox
from hearing.registry.passes import Passes
from hearing.registry.persons import Persons
from hearing.registry.sessions import Sessions
from hearing.registry.shelf import Shelf
from hearing.registry.store import Store
from hearing.registry.texts import Texts


class Docket:
    def __init__(self, store: Store, keys: CaseKeys, shelf: Shelf) -> None:
        limits = Limits(store)
        self.cases = Cases(store, keys)
        self.persons = Persons(store, keys)
        self.texts = Texts(store, keys)
        self.hearings = Hearings(store)
        self.accounts = Accounts(store, keys, limits)
        self.sessions = Sessions(store, keys.master)
        self.passes = Passes(store, keys.master, limits)
        self.observers = Observers(store, keys.master)
        self.log = AccessLog(store)
        self.documents = Documents(store, keys, shelf)
        self.outbox = Outbox(store)
