"""The zip container of a workbook: its parts, and the relationships between them; its content is read elsewhere."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import IO, NamedTuple, TypeVar

from xlsxeval.read.foreign import foreign_parser
from xlsxeval.read.limits import MIB, Limits
from xlsxeval.read.markup import counted, parse
from xlsxeval.read.refusals import LOCKED, SAVE_AGAIN, SAVE_AS, Refused, damaged, quoted, too_much

_CHUNK = 64 * 1024
_LOCAL_HEADER = 30
_Content = TypeVar("_Content")
ARCHIVE = ("R02", "这是压缩包，不是工作簿，请解压后报送其中的.xlsx文件")
#: A part in a zip file that is no workbook -> code and message.
_OTHERS = {
    "xl/workbook.bin": ("R04", f"这是二进制工作簿（.xlsb），{SAVE_AS}"),
    "word/document.xml": ("R04", "这是文字文档（.docx），不是工作簿，请报送.xlsx文件"),
    "ppt/presentation.xml": ("R04", "这是演示文稿（.pptx），不是工作簿，请报送.xlsx文件"),
    "content.xml": ("R04", f"这是OpenDocument文件（.ods等），{SAVE_AS}"),
    "encrypted-package": ("R03", LOCKED),
    "index/document.iwa": ("R04", "这是Numbers文件，请导出为.xlsx后重新报送"),
}


@dataclass(slots=True)
class Package:
    """An open zip file.

    Attributes:
        archive: the zip file.
        members: name of a part in lower case -> its entry.
        limits: the budgets.
        left: how many bytes may still be unpacked.
        tags_left: how many tags may still be unpacked.
    """

    archive: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]
    limits: Limits
    left: int
    tags_left: int


class Relation(NamedTuple):
    """A relationship of a part: the last word of its type (``worksheet``), and the part it leads to.

    ``target`` is empty for a relationship that leads out of the file.
    """

    kind: str
    target: str


def check_size(data: bytes, limits: Limits) -> None:
    """Refuse an empty file, and one over the budget.

    Raises:
        Refused: R01, R06.
    """
    if not data:
        raise Refused("R01", "文件是空的（0字节），请重新保存后报送")
    if len(data) > limits.max_file:
        raise too_much(f"文件大于{limits.max_file // MIB} MiB", "max-file")


def open_package(data: bytes, limits: Limits) -> Package:
    """Open the container; the entries of its directory are counted before it is read.

    Raises:
        Refused: for a file that is no zip file, has too many parts, or has parts that are encrypted, have the same
            name or overlap.
    """
    check_size(data, limits)
    if not data.startswith(b"PK\x03\x04"):
        raise Refused("R02", f"这不是.xlsx文件，{SAVE_AS}")
    if b"PK\x05\x06" not in data[-66_000:]:
        raise Refused("R05", "文件不完整（压缩包没有结尾），可能没有传完，请重新报送")
    # The number of parts in the end record may be false, and zipfile ignores it: count the headers that it will read.
    if data.count(b"PK\x01\x02") > limits.max_parts:
        raise too_much(f"压缩包内的文件多于{limits.max_parts}个", "max-parts")
    with foreign_parser():
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except NotImplementedError:
            raise damaged("压缩包的版本不对") from None
    return Package(archive, _members(archive.infolist()), limits, limits.max_unpacked, limits.max_tags)


def _members(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    r"""Give the parts by name in lower case, with ``/``: ``XL\Workbook.xml`` becomes ``xl/workbook.xml``."""
    members: dict[str, zipfile.ZipInfo] = {}
    free = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        name = info.filename.replace("\\", "/").lstrip("/").lower()
        if info.flag_bits & 1:
            raise Refused("R07", f"文件内部有加密的部分，{SAVE_AGAIN}")
        if name in members:
            raise damaged(f"压缩包内有两个“{quoted(name)}”")
        if info.header_offset < free:
            raise damaged("压缩包内的文件互相重叠")
        free = info.header_offset + _LOCAL_HEADER + info.compress_size
        members[name] = info
    return members


def refuse_other_package(package: Package) -> Refused:
    """Give the refusal of a zip file without a workbook; it says what the file is."""
    for part, why in _OTHERS.items():
        if part in package.members:
            return Refused(*why)
    if "[content_types].xml" in package.members:
        return damaged("找不到工作簿的主要部分")
    return Refused(*ARCHIVE)


def inflate(package: Package, part: str) -> Iterator[bytes]:
    """Unpack one part chunk by chunk; bytes and tags are counted, because sizes in headers may be false.

    Args:
        package: the container; its ``left`` and ``tags_left`` are reduced.
        part: the name of the part, in any case.

    Yields:
        Chunks of at most 64 KiB.

    Raises:
        Refused: if the part is missing or the whole file unpacks to more bytes or tags than its budget.
    """
    info = package.members.get(part.lower())
    if info is None:
        raise damaged(f"缺少“{quoted(part)}”")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        # zipfile unpacks the other methods without a limit of one step, so they cannot be counted in time.
        raise damaged(f"“{quoted(part)}”的压缩方法不对")
    with foreign_parser():
        stream = package.archive.open(info)
    with stream:
        while chunk := _next_chunk(stream):
            package.left -= len(chunk)
            if package.left < 0:
                raise too_much(f"文件解开后大于{package.limits.max_unpacked // MIB} MiB", "max-unpacked")
            package.tags_left -= chunk.count(b"<")
            if package.tags_left < 0:
                raise too_much(f"文件内部的标记多于{package.limits.max_tags}个", "max-tags")
            yield chunk


def _next_chunk(stream: IO[bytes]) -> bytes:
    with foreign_parser():
        return stream.read(_CHUNK)


def remembered_part(
    read: Callable[[Iterable[bytes], str, Limits], _Content],
) -> Callable[[Package, str], _Content]:
    """Cache what a small part holds: the workbooks of a folder mostly have the same styles and relationships.

    Args:
        read: reads a part from its chunks, its name and the budgets; its result must not be changed.

    Returns:
        A function that reads a part of a container. The last 16 contents of one chunk (64 KiB) are kept.
    """
    read_small = lru_cache(maxsize=16)(read)

    def read_part(package: Package, part: str) -> _Content:
        chunks = inflate(package, part)
        start = tuple(islice(chunks, 2))
        if len(start) < 2:  # noqa: PLR2004  # there is no second chunk
            return read_small(start, part, package.limits)
        return read(chain(start, chunks), part, package.limits)

    return read_part


def relations(package: Package, part: str) -> Mapping[str, Relation]:
    """Give the relationships of a part by their ids.

    Args:
        package: the container.
        part: the name of the part; empty for the file itself.
    """
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    return _read_relations(package, rels) if rels.lower() in package.members else {}


@remembered_part
def _read_relations(chunks: Iterable[bytes], rels: str, limits: Limits) -> Mapping[str, Relation]:
    folder = posixpath.dirname(posixpath.dirname(rels))
    by_id: dict[str, Relation] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship":
            if len(by_id) >= limits.max_strings:
                raise too_much(f"文件内部的引用多于{limits.max_strings}个", "max-strings")
            kind = attributes.get("Type", "").rpartition("/")[2]
            outside = attributes.get("TargetMode") == "External"
            target = "" if outside else _resolve(folder, attributes.get("Target", ""))
            by_id[attributes.get("Id", "")] = Relation(kind, target)

    parse(chunks, *counted(start, _ignore, limits), [], limits)
    return by_id


def _ignore(_name: str) -> None:
    """Do nothing at the end of an element."""


def _resolve(folder: str, target: str) -> str:
    """Give the full name of a part: ``../a.xml`` in the folder ``xl/worksheets`` gives ``xl/a.xml``.

    ``..`` cannot lead out of the container.
    """
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")
