"""Files of the data folder: used if they are there, downloaded if not, and checked either way.

The data folder is `GLASSNET_DATA` or else a folder in the user's cache. A download is written under
another name, checked and then renamed, so a file under its own name is whole. A file that is
already there is never written to, so the folder may be read-only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests

from glassnet.errors import UserError

TIMEOUT = 10.0  # seconds: to connect, and from one piece of the answer to the next


class DataError(UserError):
    """A data set cannot be had or is damaged. The message is one line that says what to do."""


@dataclass(frozen=True)
class RemoteFile:
    """A file that can be downloaded.

    Parameters
    ----------
    path : inside the data folder.
    urls : where it can be had; each is tried in turn.
    sha256 : None if no checksum is published.
    """

    path: str
    urls: tuple[str, ...]
    sha256: str | None


def data_folder() -> Path:
    """Return the folder that downloads go to: `GLASSNET_DATA`, or one in the user's cache."""
    return Path(os.environ.get("GLASSNET_DATA") or pooch.os_cache("glassnet")).absolute()


def obtain(name: str, file: RemoteFile, check: Callable[[Path], object] | None = None) -> Path:
    """Return the path of a file, downloaded if it is not in the data folder yet.

    Parameters
    ----------
    name : of the data set that it belongs to, for messages.
    file : the file.
    check : called with the path of a download; raises ValueError or DataError if it is not the
        file that is wanted. For files whose sha256 is not known.

    Raises
    ------
    DataError : if it is damaged, cannot be downloaded, or cannot be written.
    """
    path = data_folder() / file.path
    try:
        if path.exists():
            if file.sha256 and pooch.file_hash(str(path)) != file.sha256:
                raise DataError(
                    f"{path} is damaged or another file (wrong sha256): "
                    "move it away, and it will be downloaded again"
                )
            return path
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None

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
                f"{path} cannot be written: {error.strerror or 'permission denied'}; "
                "GLASSNET_DATA can name another folder"
            ) from None
    raise DataError(
        f"{name} could not be downloaded from {' or '.join(failures)}; "
        f"the file can also be put into place by hand, as {path}"
    )


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"status {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer in {TIMEOUT:g} s"
    return "no connection, or it broke off"
