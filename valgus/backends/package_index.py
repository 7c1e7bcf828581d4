"""Fetch one wheel from the package index that pip or uv is set up for, with or without pip installed."""

from __future__ import annotations

import base64
import configparser
import http.client
import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from valgus import bounded

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Called with bytes done, bytes to come if known, and what is being fetched.
Progress = Callable[[int, int | None, str], None]

#: An index that has not said anything for so long is given up; twice.
SILENT_S = 15.0
TIMEOUT_S = 20.0
#: No wheel, model or page of an index is larger, MB, or takes longer, s, over a slow line; else it is left.
MOST_MB, MOST_S = 270.0, 1800.0
_PIECE = 1 << 18
#: What goes wrong between here and a server, one that talks nonsense included.
_FAILURES = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError)


class NotFetched(Exception):
    """The file could not be had; the message says why, in words for a person."""


def fetch_members(
    project: str,
    version: str,
    wheel: str,
    members: Sequence[str],
    folder: Path,
    progress: Progress | None,
) -> dict[str, bytes]:
    """Return files out of a wheel of the package index, by their name in it.

    pip fetches the wheel where there is pip, or uv where there is uv, because they know every setting,
    credential and proxy of their user. Otherwise the index is read directly, with the settings that both keep
    in the environment and in their configuration files.

    Parameters
    ----------
    wheel : str
        The wheel's whole file name.
    folder : Path
        Where to work.

    Raises
    ------
    NotFetched
        If no index has the file or none can be reached, or the wheel does not hold the members.
    """
    uv = shutil.which("uv")
    if progress is not None:
        progress(0, None, wheel)
    try:
        if importlib.util.find_spec("pip") is not None:
            path = _by_pip(project, version, wheel, folder)
            return bounded.members_of(path, members, most_mb=MOST_MB)
        if uv is not None:
            unpacked = _by_uv(uv, project, version, wheel, folder)
            return {member: bounded.bytes_of(unpacked / member, most_mb=MOST_MB) for member in members}
        path = _from_indexes(project, wheel, folder, progress)
        return bounded.members_of(path, members, most_mb=MOST_MB)
    except (ValueError, OSError) as wrong:
        raise NotFetched(f"{wheel} is damaged ({wrong})") from wrong


def download(url: str, target: Path, progress: Progress | None, *, cafile: str | None = None) -> None:
    """Write what a URL gives to a file; proxies of the environment are honoured.

    Raises
    ------
    NotFetched
        If the server cannot be reached or answers with an error.
    """
    try:
        with _opened(url, cafile) as answer, target.open("wb") as file:
            total = int(answer.headers.get("Content-Length") or 0) or None
            done = 0
            for piece in _pieces(answer):
                done += file.write(piece)
                if progress is not None:
                    progress(done, total, target.name)
    except _FAILURES as wrong:
        raise NotFetched(f"{_host(url)} could not be reached ({_reason(wrong)})") from wrong


# --- with pip or uv --------------------------------------------------------------------------------------


def _by_pip(project: str, version: str, wheel: str, folder: Path) -> Path:
    """Return the wheel."""
    _, _, python, abi, platform = wheel.removesuffix(".whl").split("-")
    _run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"),
        *("--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)),
        *("--timeout", f"{SILENT_S:g}", "--retries", "1"),
        *("--platform", platform, "--abi", abi, "--implementation", python[:2]),
        *("--python-version", f"{python[2]}.{python[3:]}", f"{project}=={version}"),
    )
    return folder / wheel


def _by_uv(uv: str, project: str, version: str, wheel: str, folder: Path) -> Path:
    """Return the folder into which the wheel was unpacked; uv has no command that only downloads."""
    _, _, python, _, platform = wheel.removesuffix(".whl").split("-")
    system, machine = platform.removesuffix("_x86_64"), "x86_64"
    _run(
        *(uv, "pip", "install", "--quiet", "--no-deps", "--no-cache", "--target", str(folder)),
        *("--only-binary", ":all:", "--python-platform", f"{machine}-{system}"),
        *("--python-version", f"{python[2]}.{python[3:]}", f"{project}=={version}"),
    )
    return folder


def _run(*command: str) -> None:
    patience = {"UV_HTTP_TIMEOUT": f"{SILENT_S:g}", "UV_HTTP_RETRIES": "1"}
    # Somebody's constraints for an environment say nothing about a wheel that only holds the model.
    own = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    try:
        ran = subprocess.run(
            command, env=patience | own, capture_output=True, text=True, check=False, timeout=MOST_S
        )
    except subprocess.TimeoutExpired as wrong:
        raise NotFetched(f"{command[-1]} did not come within {MOST_S / 60:g} minutes") from wrong
    if ran.returncode != 0:
        tool = "pip" if "pip" in command[1:3] and "-m" in command else Path(command[0]).stem
        said = [line for line in ran.stderr.splitlines() if line.lower().lstrip(" ×").startswith("error")]
        last = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
        reason = re.sub(r"^\W*error:?\s*", "", (said[-1] if said else last).strip(), flags=re.IGNORECASE)
        if reason == "Exception:":  # a fault of pip itself, whose last line says which
            reason = last
        raise NotFetched(f"{tool} could not fetch {command[-1]}: {reason}")


# --- without pip -----------------------------------------------------------------------------------------


def _from_indexes(project: str, file_name: str, folder: Path, progress: Progress | None) -> Path:
    settings = _settings()
    reasons = []
    for index in _indexes(settings):
        page = f"{index.rstrip('/')}/{project}/"
        try:
            url = _link(page, file_name, settings.get("cert"))
            if url is None:
                reasons.append(f"{_host(index)} does not have {file_name}")
                continue
            download(url, folder / file_name, progress, cafile=settings.get("cert"))
        except NotFetched as wrong:
            reasons.append(str(wrong))
            continue
        return folder / file_name
    raise NotFetched("; ".join(reasons) or "there is neither pip nor uv here, and no package index is set")


def _link(page: str, file_name: str, cafile: str | None) -> str | None:
    """Return where an index page links a file, or None."""
    try:
        with _opened(page, cafile) as answer:
            text = b"".join(_pieces(answer)).decode("utf-8", "replace")
            return _linked(_Links(text).targets, answer.geturl(), file_name)
    except urllib.error.HTTPError as wrong:
        if wrong.code == 404:
            return None
        raise NotFetched(f"{_host(page)} answered {wrong.code}") from wrong
    except _FAILURES as wrong:
        raise NotFetched(f"{_host(page)} could not be reached ({_reason(wrong)})") from wrong


def _linked(links: Sequence[str], base: str, file_name: str) -> str | None:
    for link in links:
        url: str = urllib.parse.urljoin(base, link).partition("#")[0]
        if urllib.parse.unquote(url.rpartition("/")[2]) == file_name:
            return url
    return None


class _Links(HTMLParser):
    """The targets of all links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.targets += [value for name, value in attrs if name == "href" and value]


def _indexes(settings: dict[str, str]) -> Iterator[str]:
    """Yield the addresses of the user's own indexes in their order."""
    for index in f"{settings.get('index-url', '')} {settings.get('extra-index-url', '')}".split():
        if index.startswith(("https://", "http://")):
            yield index


def _settings() -> dict[str, str]:
    """Return ``index-url``, ``extra-index-url`` and ``cert``: from files first, the environment on top."""
    found: dict[str, str] = {}
    for file in _pip_files():
        found |= _from_pip_file(file)
    for file in _uv_files():
        found |= _from_uv_file(file)
    environment = {
        "index-url": ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"),
        "extra-index-url": ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"),
        "cert": ("PIP_CERT", "SSL_CERT_FILE"),
    }
    for key, names in environment.items():
        for name in names:
            if os.environ.get(name):
                found[key] = " ".join(map(_without_name, os.environ[name].split()))
    return found


def _without_name(index: str) -> str:
    """Return the address of an index, which uv lets carry a name: NAME=https://..."""
    name, equals, address = index.partition("=")
    return address if equals and "://" in address and "://" not in name else index


def _pip_files() -> list[Path]:
    """Return pip's configuration files, the weakest first."""
    if os.environ.get("PIP_CONFIG_FILE"):
        return [Path(os.environ["PIP_CONFIG_FILE"])]
    if os.name == "nt":
        folders = [Path(os.environ.get(name, "")) / "pip" for name in ("PROGRAMDATA", "APPDATA")]
        return [folder / "pip.ini" for folder in (*folders, Path(sys.prefix))]
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [
        Path("/etc/pip.conf"),
        Path("/Library/Application Support/pip/pip.conf"),
        Path.home() / ".pip" / "pip.conf",
        config / "pip" / "pip.conf",
        Path(sys.prefix) / "pip.conf",
    ]


def _from_pip_file(file: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, OSError):
        return {}
    keys = ("index-url", "extra-index-url", "cert")
    return {
        key: parser[section][key]
        for section in ("global", "download")
        if parser.has_section(section)
        for key in keys
        if key in parser[section]
    }


def _uv_files() -> list[Path]:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    if os.name == "nt":
        config = Path(os.environ.get("APPDATA", ""))
    return [Path("/etc/uv/uv.toml"), config / "uv" / "uv.toml"]


def _from_uv_file(file: Path) -> dict[str, str]:
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = {}
    if isinstance(settings.get("index-url"), str):
        found["index-url"] = settings["index-url"]
    for index in settings.get("index", []):
        if isinstance(index, dict) and isinstance(index.get("url"), str):
            key = "index-url" if index.get("default") else "extra-index-url"
            found[key] = f"{found.get(key, '')} {index['url']}".strip()
    return found


# --- connections -----------------------------------------------------------------------------------------


def _opened(url: str, cafile: str | None):  # type: ignore[no-untyped-def]  # urllib's answer has no public type
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"not a web address: {url}")
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(bare, headers={"Accept": "text/html, */*"})
    if parts.username:
        secret = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_header("Authorization", "Basic " + base64.b64encode(secret.encode()).decode())
    context = ssl.create_default_context(cafile=cafile) if parts.scheme == "https" else None
    return urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context)


def _pieces(answer: Any) -> Iterator[bytes]:
    """Yield what a server sends; ValueError where that has no end."""
    done, began_s = 0, time.monotonic()
    while piece := answer.read1(_PIECE):
        done += len(piece)
        if done > MOST_MB * 1_000_000:
            raise ValueError(f"it sends more than {MOST_MB:g} MB")
        if time.monotonic() - began_s > MOST_S:
            raise ValueError(f"it takes more than {MOST_S / 60:g} minutes")
        yield piece


def _host(url: str) -> str:
    # Without user name and password: this is shown.
    return urllib.parse.urlsplit(url).hostname or url


def _reason(wrong: BaseException) -> str:
    reason = getattr(wrong, "reason", None)
    return bounded.quoted(reason or wrong or type(wrong).__name__)
