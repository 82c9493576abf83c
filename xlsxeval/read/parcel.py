"""Files that contain the files that were sent: .zip, .eml and .msg; they are looked into, one level deep.

One file in a container that is damaged or has a password is named, and the others are read. Everything that is unpacked
counts against the limits of one file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from xlsxeval.read.foreign import foreign_parser
from xlsxeval.read.limits import MIB, Limits
from xlsxeval.read.others import HEAD, Known, ending, is_mail, known_other, may_be_workbook
from xlsxeval.read.package import check_size
from xlsxeval.read.refusals import Refused, too_much
from xlsxeval.text import safe

_ZIP, _EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What Office packages have; a zip with one of these is a document and no container.
_OFFICE = frozenset(
    {"[content_types].xml", "mimetype", "content.xml", "xl/workbook.xml", "word/document.xml", "encrypted-package"}
)
_CHUNK, _LOCAL_HEADER = 64 * 1024, 30
_UTF8_NAME = 0x800
_SKIPPED_FOLDER, _SKIPPED = "__MACOSX", frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LONGEST_NAME = 200
_LOCKED = Known("archive", "压缩包里的这个文件有密码，打不开，请不加密码重新报送")
_INSIDE = Known("archive", "压缩包里的压缩包没有打开，请解压后报送其中的工作簿")
_MAIL_INSIDE = Known("mail", "邮件里的邮件没有打开，请单独报送其中的工作簿")
_BROKEN = Known("other", "压缩包里的这个文件已损坏，请重新报送")
_MSG = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_"
_DATA, _DATA_MAIL = "__substg1.0_37010102", "__substg1.0_3701000D"
#: The long and the short name of an attachment, in UTF-16 and in the old code page.
_NAMES = ("__substg1.0_3707001F", "__substg1.0_3707001E", "__substg1.0_3704001F", "__substg1.0_3704001E")


class Member(NamedTuple):
    """A file in a container.

    Attributes:
        name: its path in it, with ``/``.
        content: its bytes, if it may be a workbook; else None.
        kind: what it is, for programs (see ``others.Known``); empty if there is content.
        what: the same for people, a sentence without a full stop.
    """

    name: str
    content: bytes | None
    kind: str = ""
    what: str = ""


def members_of(data: bytes, name: str, limits: Limits) -> tuple[Member, ...] | None:
    """Give the files in a container; None if the file is none, as every workbook and document.

    Args:
        data: the content of the file.
        name: its name.
        limits: the budgets; the bytes of all files in it count together.

    Raises:
        Refused: if it is a container that cannot be opened at all.
    """
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return _zip_members(data, limits)
    if data.startswith(_COMPOUND):
        return _msg_members(data, limits) if ending(name) in {".msg", ""} else None
    if is_mail(data[:HEAD], name):
        check_size(data, limits)
        return _mail_members(data, limits)
    return None


def member_content(data: bytes, name: str, member: str, limits: Limits) -> bytes:
    """Give the content of one file in a container; the content of the file itself without a member.

    Args:
        data: the content of the file.
        name: its name.
        member: the path in the container; empty for the file itself.
        limits: the budgets.

    Raises:
        Refused: if the container has no such file.
    """
    if not member:
        return data
    found = next((one.content for one in members_of(data, name, limits) or () if one.name == member), None)
    if found is None:
        raise Refused("R09", "找不到文件")
    return found


def _zip_members(data: bytes, limits: Limits) -> tuple[Member, ...] | None:
    if len(data) > limits.max_file or b"PK\x05\x06" not in data[-66_000:]:
        return None  # the reader of workbooks says what is wrong
    # The number of files in the end record may be false, and zipfile ignores it: count the headers that it will read.
    if data.count(b"PK\x01\x02") > limits.max_parts:
        return None
    try:
        with foreign_parser():
            archive = zipfile.ZipFile(io.BytesIO(data))
    except Refused:
        return None
    infos = archive.infolist()
    if any(info.filename.replace("\\", "/").lower() in _OFFICE for info in infos):
        return None
    return tuple(_unpacked(archive, infos, limits))


def _unpacked(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits) -> Iterator[Member]:
    left, free, taken = limits.max_unpacked, 0, set[str]()
    for info in sorted(infos, key=lambda info: info.header_offset):
        name = _harmless(_zip_name(info))
        overlaps, free = info.header_offset < free, info.header_offset + _LOCAL_HEADER + info.compress_size
        if info.is_dir() or _is_skipped(name):
            continue
        name = _free_name(name, taken)
        if info.flag_bits & 1:
            yield Member(name, None, *_LOCKED)
            continue
        content = None if overlaps else _content(archive, info, min(left, limits.max_file))
        if content is None:
            yield Member(name, None, *_BROKEN)
            continue
        left -= len(content)
        if left <= 0 or len(content) > limits.max_file:
            raise too_much(f"压缩包解开后大于{limits.max_unpacked // MIB} MiB", "max-unpacked")
        yield _member(name, content, _INSIDE)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes | None:
    """Unpack one file, at most one chunk more than allowed; None if it is damaged."""
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return None
    pieces, length = [], 0
    try:
        with foreign_parser(), archive.open(info) as stream:
            while length <= most and (chunk := stream.read(_CHUNK)):
                pieces.append(chunk)
                length += len(chunk)
    except Refused:
        return None
    return b"".join(pieces)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Give the name of a file in a zip: Windows in China writes GBK where other systems write UTF-8."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _harmless(name: str) -> str:
    """Give a path without what would lead out of the container or cannot be shown."""
    parts = [safe(part).strip() for part in name.replace("\\", "/").split("/")]
    kept = [part for part in parts if part and part not in {".", ".."}]
    return (
        "/".join(part if len(part) <= _LONGEST_NAME else part[: _LONGEST_NAME - 10] + part[-10:] for part in kept)
        or "无名"
    )


def _is_skipped(name: str) -> bool:
    last = name.rpartition("/")[2]
    return name.startswith(f"{_SKIPPED_FOLDER}/") or last.startswith("~$") or last.lower() in _SKIPPED


def _free_name(name: str, taken: set[str]) -> str:
    """Give the name, with a number if another file in the container has it."""
    stem, dot, end = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem}（{number}）{dot}{end}" if dot else f"{name}（{number}）"
    taken.add(free)
    return free


def _member(name: str, content: bytes, inside: Known) -> Member:
    """Give a file in a container with its content, or with what it is."""
    head = content[:HEAD]
    if not may_be_workbook(head, name):
        return Member(name, None, *known_other(head, name))
    if is_mail(head, name):
        return Member(name, None, *_MAIL_INSIDE)
    return Member(name, None, *inside) if _is_container(content, name) else Member(name, content)


def _is_container(content: bytes, name: str) -> bool:
    """Tell whether a file in a container is a container itself."""
    if not content.startswith((_ZIP, _EMPTY_ZIP)):
        return ending(name) == ".msg"
    try:
        with foreign_parser():
            names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except Refused:
        return False
    return not any(one.replace("\\", "/").lower() in _OFFICE for one in names)


def _mail_members(data: bytes, limits: Limits) -> tuple[Member, ...]:
    from xlsxeval.read.mail import attachments

    with foreign_parser():
        found = attachments(data, limits.max_parts)
    taken = set[str]()
    members = []
    for name, content in found:
        own = _free_name(_harmless(name), taken)
        members.append(Member(own, None, *_MAIL_INSIDE) if content is None else _member(own, content, _INSIDE))
    return tuple(members)


def _msg_members(data: bytes, limits: Limits) -> tuple[Member, ...] | None:
    """Give the attachments of a mail that Outlook saved; None if the file is none."""
    import olefile

    check_size(data, limits)
    taken = set[str]()
    members: list[Member] = []
    try:
        with foreign_parser(), olefile.OleFileIO(io.BytesIO(data)) as mail:
            if not mail.exists(_MSG):
                return None
            folders = sorted({path[0] for path in mail.listdir() if path[0].startswith(_ATTACHMENT)})
            for number, folder in enumerate(folders[: limits.max_parts], 1):
                streams = [[folder, stream] for stream in _NAMES if mail.exists([folder, stream])]
                raw = mail.openstream(streams[0]).read() if streams else b""
                wide = bool(streams) and streams[0][1].endswith("1F")
                name = _free_name(_harmless(_decoded(raw, wide=wide) or f"附件{number}"), taken)
                if mail.exists([folder, _DATA]):
                    members.append(_member(name, mail.openstream([folder, _DATA]).read(), _INSIDE))
                else:
                    members.append(Member(name, None, *_MAIL_INSIDE))
    except Refused:
        return None
    return tuple(members)


def _decoded(raw: bytes, *, wide: bool) -> str:
    for encoding in ("utf-16-le",) if wide else ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).rstrip("\x00")
        except UnicodeDecodeError:
            continue
    return ""
