"""A window whose documents take little memory while nothing happens: ten orders 10 KB instead of 150."""

import io
import pickle  # of objects of this process, which never leave it
import zlib
from dataclasses import replace
from typing import Any, Generic, TypeVar

from gateway.imin.documents import Owned
from gateway.pagination.window import Window

T = TypeVar("T", bound=Owned)

_FASTEST = 1


class RestingWindow(Generic[T]):
    """Holds a window. key: identifies it, without keeping it in memory."""

    def __init__(self, window: Window[T]) -> None:
        self.key = object()
        self._window: Window[T] | None = window
        self._without_items = replace(window, items=())
        # Owners are shared and cannot be packed. Documents of one page have the same one.
        self._owners: list[Any] = []
        self._packed = b""

    def get(self) -> Window[T]:
        """The window; unpacked until it rests again."""
        if self._window is None:
            items = _Unpickler(io.BytesIO(zlib.decompress(self._packed)), self._owners).load()
            self._window = replace(self._without_items, items=items)
        return self._window

    def rest(self) -> None:
        """Keep the documents packed until they are needed. Takes milliseconds, the first time."""
        if self._window is None:
            return
        items = self._window.items
        if not items:
            return
        if not self._packed:
            pickled = io.BytesIO()
            _Pickler(pickled, type(items[0].owner), self._owners).dump(items)
            self._packed = zlib.compress(pickled.getvalue(), _FASTEST)
        self._window = None


class _Pickler(pickle.Pickler):
    """Leaves owners out, and collects them. owner_type: all objects of this class are owners."""

    def __init__(self, file: io.BytesIO, owner_type: type, owners: list[Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._owner_type = owner_type
        self._owners = owners
        self._known: dict[int, int] = {}

    def persistent_id(self, obj: Any) -> int | None:
        if type(obj) is not self._owner_type:
            return None
        if id(obj) not in self._known:
            self._known[id(obj)] = len(self._owners)
            self._owners.append(obj)
        return self._known[id(obj)]


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, owners: list[Any]) -> None:
        super().__init__(file)
        self._owners = owners

    def persistent_load(self, pid: int) -> Any:
        return self._owners[pid]
