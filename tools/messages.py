"""From a translation as people write it (.po) to the file that gettext reads (.mo)."""

from __future__ import annotations

import ast
import struct

_MAGIC, _HEADER = 0x950412DE, 28


def read_po(text: str) -> dict[str, str]:
    r"""Read a .po file in which each text stands on one line and no language has more than one plural form.

    Gives what gettext looks up and what it answers. A message with a plural has both forms in its key::

        msgid "{n} file"
        msgid_plural "{n} files"
        msgstr[0] "{n}个文件"        ->  {"{n} file\0{n} files": "{n}个文件"}
    """
    messages: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        word, _, quoted = line.partition(" ")
        match word:
            case "msgid":
                key = ast.literal_eval(quoted)
            case "msgid_plural":
                key += "\0" + ast.literal_eval(quoted)
            case "msgstr" | "msgstr[0]":
                messages[key] = ast.literal_eval(quoted)
            case "" | "#":
                pass
            case _:
                raise ValueError(line)
    return messages


def mo_bytes(messages: dict[str, str]) -> bytes:
    """Give the .mo file of messages: a header, two tables of (length, offset), then the texts, each ending in NUL."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    columns = [[key for key, _ in pairs], [text for _, text in pairs]]
    texts, tables = b"", b""
    start = _HEADER + 2 * 8 * len(pairs)
    for text in (text for column in columns for text in column):
        tables += struct.pack("<2I", len(text), start + len(texts))
        texts += text + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), _HEADER, _HEADER + 8 * len(pairs), 0, start)
    return head + tables + texts
