"""Where data sets are read from: files of the data folder, and packages that hold data.

A file of the data folder is used if it is there, downloaded if not, and checked either way. The
folder is `GLASSNET_DATA` or else one in the user's cache. A download is written under another
name, checked and then renamed, so a file under its own name is whole. A file that is already
there is never written to, so the folder may be read-only.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glassnet.errors import UserError

if TYPE_CHECKING:
    import requests

__all__ = ["DataError", "RemoteFile", "data_folder", "obtain", "package_folder"]

TIMEOUT = 10.0  # seconds: to connect, and from one piece of the answer to the next


class DataError(UserError):
    """A data set that can't be had or is damaged; the message is one line that says what to do.

    Examples
    --------
    >>> from glassnet.train.data import DataError, load_text
    >>> try:
    ...     load_text("shakespear")
    ... except DataError as error:
    ...     print(error)
    there is no file 'shakespear', nor a text of this name; did you mean 'shakespeare'?
    """


@dataclass(frozen=True)
class RemoteFile:
    """A file that can be downloaded.

    Parameters
    ----------
    path : str
        Inside the data folder.
    urls : tuple of str
        Where it can be had; each is tried in turn.
    sha256 : str or None
        The checksum; None if none is published.

    Examples
    --------
    >>> from glassnet.train.data.download import RemoteFile
    >>> RemoteFile("novel.txt", ("https://example.org/novel.txt",), None).path
    'novel.txt'
    """

    path: str
    urls: tuple[str, ...]
    sha256: str | None


def data_folder() -> Path:
    """Return the folder that downloads go to: `GLASSNET_DATA`, or one in the user's cache.

    Examples
    --------
    >>> from glassnet.train.data.download import data_folder
    >>> data_folder().is_absolute()
    True
    """
    if named := os.environ.get("GLASSNET_DATA"):
        return Path(named).absolute()
    import pooch

    return Path(pooch.os_cache("glassnet")).absolute()


def obtain(name: str, file: RemoteFile, check: Callable[[Path], object] | None = None) -> Path:
    """Return the path of a file, downloaded if it is not in the data folder yet.

    Parameters
    ----------
    name : str
        Name of the data set that it belongs to, for messages.
    file : RemoteFile
        The file.
    check : callable, optional
        Called with the path of a download; raises ValueError or DataError if it is not the file
        that is wanted. For files whose sha256 is not known.

    Returns
    -------
    pathlib.Path
        Where the file is.

    Raises
    ------
    DataError
        If it is damaged, can't be downloaded, or can't be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.data.download import RemoteFile, obtain
    >>> _ = Path("novel.txt").write_text("It is a truth")
    >>> here = Path("novel.txt").absolute()  # a path inside the data folder, as a rule
    >>> obtain("novel", RemoteFile(str(here), (), None)) == here
    True
    """
    import pooch  # here, as it takes longer to import than NumPy
    import requests

    path = data_folder() / file.path
    try:
        if path.exists():
            if file.sha256 and pooch.file_hash(str(path)) != file.sha256:
                raise DataError(
                    f"{path}: is damaged or another file (wrong sha256); "
                    "move it away, and it will be downloaded again"
                )
            return path
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error.strerror})") from None

    on_terminal = sys.stderr.isatty()

    def download(url: str, output_file: str, _: object) -> None:
        if on_terminal:
            print(f"downloading {url}", file=sys.stderr)
        pooch.HTTPDownloader(progressbar=on_terminal, timeout=TIMEOUT)(url, output_file, None)
        if check is not None:
            check(Path(output_file))

    pooch.get_logger().setLevel("WARNING")
    failures = []
    for url in file.urls:
        try:
            pooch.retrieve(url, file.sha256, path.name, path.parent, downloader=download)
            return path
        except requests.RequestException as error:
            failures.append(f"{url} ({_reason(error)})")
        except (ValueError, DataError):
            failures.append(f"{url} (what it sent is damaged or another file)")
        except OSError as error:
            raise DataError(
                f"{path}: can't be written ({error.strerror or 'permission denied'}); "
                "GLASSNET_DATA can name another folder"
            ) from None
    raise DataError(
        f"{name} could not be downloaded from {' or '.join(failures)}; "
        f"the file can also be put into place by hand, as {path}"
    )


def package_folder(name: str, package: str) -> Path:
    """Return the folder of an installed package without importing it, which would take long.

    Parameters
    ----------
    name : str
        Name of the data set that it holds, for the message.
    package : str
        Name of the package.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DataError
        If it is not installed.

    Examples
    --------
    >>> from glassnet.train.data.download import package_folder
    >>> package_folder("example", "numpy").name
    'numpy'
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f'{name} lies in the package {package}: pip install "glassnet[data]"')
    return Path(spec.submodule_search_locations[0])


def _reason(error: requests.RequestException) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"status {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer in {TIMEOUT:g} s"
    return "no connection, or it broke off"
