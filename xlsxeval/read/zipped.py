"""The container of a workbook: what a file really is, and its parts, inflated under a counted budget."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile

from xlsxeval.read.book import Limits, Refused

_END = b"PK\x05\x06"
_END_SIZE = 22
_CHUNK = 64 * 1024
_SAVE = "请在WPS或Excel中打开，另存为.xlsx后重新报送"
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: First bytes -> what the file is.
_MAGIC = (
    (b"%PDF", "PDF文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "RAR压缩包"),
    (b"7z\xbc\xaf", "7z压缩包"),
    (b"\x1f\x8b", "gzip压缩包"),
    (b"{\\rtf", "RTF文档"),
)


def refuse_others(data: bytes, limits: Limits) -> None:
    """Refuse everything that is not a zip file, by its content and never by its name.

    Raises:
        Refused: naming what the file is and the way out.
    """
    if not data:
        raise Refused("R01", "文件是空的（0字节），请重新保存后报送")
    if len(data) > limits.max_file:
        raise Refused("R06", f"文件大于{limits.max_file // 2**20} MiB（--max-file）")
    if data.startswith(b"PK\x03\x04"):
        return
    if data.startswith(_CFB):
        raise _refuse_compound(data)
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise Refused("R02", f"这是{name}，不是电子表格，请报送.xlsx文件")
    raise Refused("R02", f"这是{_text_kind(data)}，不是电子表格，{_SAVE}")


def _refuse_compound(data: bytes) -> Refused:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return Refused("R03", "这是加密的工作簿，请在WPS或Excel中去掉打开密码后重新保存")
    if holds("Workbook") or holds("Book"):
        return Refused("R04", f"这是旧格式的工作簿（.xls或.et），{_SAVE}")
    if holds("WordDocument"):
        return Refused("R04", "这是旧格式的Word文档（.doc），请报送.xlsx文件")
    return Refused("R02", f"这是Office旧格式的文件，但不是工作簿，{_SAVE}")


def _text_kind(data: bytes) -> str:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return "网页（HTML）"
    if start.startswith(b"<"):
        return "XML文件"
    if b"\x00" not in data[:2048]:
        return "文本文件"
    return "无法识别的文件"


class Parts:
    """The parts of a zip file by name (case does not matter), read under one budget for the whole file."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Open the container; its directory is checked before it is read.

        Raises:
            Refused: for too many parts, encrypted or doubled parts, or a damaged directory.
        """
        self._limits = limits
        self._left = limits.max_unpacked
        end = data.rfind(_END)
        if end < 0 or len(data) - end < _END_SIZE:
            raise Refused("R05", "文件不完整（压缩包没有结尾），可能没有传完，请重新报送")
        if struct.unpack_from("<H", data, end + 10)[0] > limits.max_parts:
            raise Refused("R06", f"压缩包内的文件多于{limits.max_parts}个（--max-parts）")
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if info.flag_bits & 1:
                raise Refused("R03", "压缩包有密码，请去掉密码后重新保存")
            if name in self._infos:
                raise Refused("R05", f"压缩包内有两个“{info.filename}”，请在WPS或Excel中打开后重新保存")
            self._infos[name] = info
        if len(self._infos) > limits.max_parts:
            raise Refused("R06", f"压缩包内的文件多于{limits.max_parts}个（--max-parts）")

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a part of that name."""
        return name.lower() in self._infos

    def names(self) -> list[str]:
        """Give all part names in lower case."""
        return list(self._infos)

    def read(self, name: str) -> bytes:
        """Inflate one part.

        Raises:
            Refused: if the part is missing or the file unpacks to more than the budget.
        """
        info = self._infos.get(name.lower())
        if info is None:
            raise Refused("R05", f"文件缺少“{name}”，请在WPS或Excel中打开后重新保存")
        chunks: list[bytes] = []
        with self._zip.open(info) as stream:
            while chunk := stream.read(min(_CHUNK, self._left + 1)):
                self._left -= len(chunk)
                if self._left < 0:
                    limit = self._limits.max_unpacked // 2**20
                    raise Refused("R06", f"文件解开后大于{limit} MiB（--max-unpacked）")
                chunks.append(chunk)
        return b"".join(chunks)


def resolve(base: str, target: str) -> str:
    """Give the part a relationship of ``base`` points to; never outside the container."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), target.replace("\\", "/")))
    while joined.startswith("../"):
        joined = joined[3:]
    return joined
