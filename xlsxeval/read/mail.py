"""The attachments of a mail (.eml), with their names as the sender's program wrote them."""

from __future__ import annotations

import binascii
import mimetypes
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

#: Parts may be nested so deeply; no mail program nests more.
_DEEPEST = 20
_NAMING = frozenset({"content-type", "content-disposition"})


def attachments(data: bytes, most: int) -> list[tuple[str, bytes | None]]:
    """Give name and content of each attachment; the content of an attached mail is None.

    Args:
        data: the mail.
        most: how many are given at most.

    Raises:
        RecursionError: if the mail is nested so deeply that it cannot be parsed.
    """
    found: list[tuple[str, bytes | None]] = []
    for part in _parts(message_from_bytes(data), 0):
        if len(found) >= most:
            break
        name = _name_of(part)
        if part.get_content_type() == "message/rfc822":
            found.append((name or f"附件{len(found) + 1}.eml", None))
        elif name or part.get_content_disposition() == "attachment":
            ending = mimetypes.guess_extension(part.get_content_type()) or ""
            found.append((name or f"附件{len(found) + 1}{ending}", _content(part)))
    return found


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """Yield the parts that are no groups of parts; what is attached to an attached mail is not looked at."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        if depth < _DEEPEST:
            for part in message.get_payload():
                if isinstance(part, Message):
                    yield from _parts(part, depth + 1)
    else:
        yield message


def _content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (binascii.Error, ValueError, LookupError):
        content = None
    return content if isinstance(content, bytes) else b""


def _name_of(part: Message) -> str:
    """Give the name of an attachment: RFC 2231, else RFC 2047, else the bytes in UTF-8 or GBK."""
    name = _readable(part).get_filename("")
    if not isinstance(name, str) or not name:
        return ""
    if "=?" in name:
        try:
            pieces = decode_header(name)
        except (HeaderParseError, binascii.Error, ValueError):
            return name
        return "".join(piece if isinstance(piece, str) else _text(piece, charset or "") for piece, charset in pieces)
    return name


def _readable(part: Message) -> Message:
    """Give the two headers that may hold the name; bytes without a charset, which no mail may have, are decoded."""
    readable = Message()
    for name, value in part.raw_items():
        if name.lower() in _NAMING:
            readable[name] = _text(str(value).encode("utf-8", "surrogateescape"), "utf-8")
    return readable


def _text(raw: bytes, charset: str) -> str:
    for encoding in (charset, "utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")
