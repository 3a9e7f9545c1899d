"""The progress bar of everything that reads a long text."""

from __future__ import annotations

from tqdm import tqdm


def reading_bar(total: int, unit: str, progress: bool) -> tqdm:
    """Return a progress bar on the standard error, shown after 1 s if that is a terminal.

    Parameters
    ----------
    total : int
        How much there is to read.
    unit : str
        What is counted, such as "characters".
    progress : bool
        False for a bar that is never shown.
    """
    disable = None if progress else True  # None: shown on a terminal only
    return tqdm(total=total, unit=f" {unit}", delay=1, leave=False, disable=disable)
