"""Memory of a process that serves: what is there at the start stays, what requests leave goes by itself."""

import gc

_YOUNG_OBJECTS = 20_000


def settle() -> None:
    """Look no more through what the imports and the schema are made of, and seldom through the rest.

    A request leaves no cycles behind (tests/test_memory.py), so there is next to nothing to collect; with
    Python's usual thresholds, looking for it took a tenth of the processor time of large answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
