"""Files that contain files: their names, what is left out, what is only named, and bombs."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zipfile
from email.message import EmailMessage

import pytest

from tests import small_books
from tests.counts import seeds
from tests.old_books import compound
from tests.sent import mailed, zipped
from xlsxeval.read.limits import Limits
from xlsxeval.read.others import known_other, may_be_workbook
from xlsxeval.read.parcel import members_of
from xlsxeval.read.refusals import Refused

BOOK = small_books.xlsx()


def listed(data: bytes, name: str = "甲.zip", limits: Limits = Limits()) -> list[tuple[str, str]]:
    """Give name and kind of each member; ``read`` for one that has content."""
    return [(one.name, one.kind or "read") for one in members_of(data, name, limits) or ()]


def test_a_workbook_or_document_is_no_container() -> None:
    for content in (BOOK, small_books.docx(), small_books.ods(), small_books.xls(), b"a,b\r\n", b""):
        assert members_of(content, "甲.xlsx", Limits()) is None


def test_what_a_zip_holds() -> None:
    inner = zipped({"乙.xlsx": BOOK})
    data = zipped(
        {
            "子/乙.xlsx": BOOK,
            "../../坏\\丙.xlsx": BOOK,
            "盖章.pdf": b"%PDF-1.4",
            "里面.zip": inner,
            "~$乙.xlsx": b"x",
            "__MACOSX/._乙.xlsx": b"x",
            ".DS_Store": b"x",
            "空.txt": b"",
            "邮件.eml": mailed({"丁.xlsx": BOOK}),
        }
    )
    assert listed(data) == [
        *(("子/乙.xlsx", "read"), ("坏/丙.xlsx", "read"), ("盖章.pdf", "pdf"), ("里面.zip", "archive")),
        *(("空.txt", "empty"), ("邮件.eml", "mail")),
    ]


def test_names_in_gbk_and_utf8_without_a_mark() -> None:
    for encoding in ("gb18030", "utf-8"):
        raw = "教育局.xlsx".encode(encoding)
        data = zipped({"x" * len(raw): BOOK}).replace(b"x" * len(raw), raw)
        assert listed(data) == [("教育局.xlsx", "read")]


def test_a_file_with_a_password_or_damage_is_named_and_the_others_are_read() -> None:
    stream = io.BytesIO(zipped({"a.xlsx": BOOK, "b.xlsx": BOOK, "c.xlsx": BOOK}))
    with zipfile.ZipFile(stream) as archive:
        first, second, _ = archive.infolist()
        directory = archive.start_dir
    data = bytearray(stream.getvalue())
    data[first.header_offset + 6] |= 1
    data[directory + 8] |= 1
    data[second.header_offset + 60] ^= 255
    assert [kind for _, kind in listed(bytes(data))] == ["archive", "other", "read"]
    locked, broken, _ = members_of(bytes(data), "甲.zip", Limits()) or ()
    assert "有密码" in locked.what
    assert "已损坏" in broken.what


def test_two_files_of_one_name_are_both_there() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.xlsx", BOOK)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.xlsx", BOOK)
    assert listed(stream.getvalue()) == [("a.xlsx", "read"), ("a（2）.xlsx", "read")]


def test_a_bomb_is_refused_in_one_sentence() -> None:
    data = zipped({f"{number}.csv": bytes(3_000_000) for number in range(4)})
    with pytest.raises(Refused, match="压缩包解开后大于") as refused:
        members_of(data, "甲.zip", Limits(max_unpacked=5_000_000))
    assert refused.value.code == "R06"


def test_names_of_attachments() -> None:
    mail = EmailMessage()
    mail.set_content("见附件")
    for name in ("自评表 2024.xlsx", "教育局.xlsx"):
        mail.add_attachment(BOOK, maintype="application", subtype="octet-stream", filename=name)
    inner = EmailMessage()
    inner.set_content("转发")
    mail.add_attachment(inner)
    assert listed(mail.as_bytes(), "甲.eml") == [
        ("自评表 2024.xlsx", "read"),
        ("教育局.xlsx", "read"),
        ("附件3.eml", "mail"),
    ]


def test_a_mail_that_outlook_saved() -> None:
    def attached(name: str, data: str, content: bytes) -> dict[str, bytes]:
        return {"__substg1.0_3707001F": f"{name}\0".encode("utf-16-le"), data: content}

    data = compound(
        {
            "__properties_version1.0": b"x",
            "__attach_version1.0_#00000000": attached("教育局.csv", "__substg1.0_37010102", b"a,b\r\n"),
            "__attach_version1.0_#00000001": attached("转发.msg", "__substg1.0_37010001", b"x"),
        }
    )
    assert listed(data, "甲.msg") == [("教育局.csv", "read"), ("转发.msg", "mail")]
    assert listed(data, "无后缀") == [("教育局.csv", "read"), ("转发.msg", "mail")]


@pytest.mark.parametrize(
    "header",
    [
        b'filename="=?GBK?B?vczT/b7WLnhsc3g=?="',
        b'filename="' + "教育局.xlsx".encode("gb18030") + b'"',
        b'filename="' + "教育局.xlsx".encode() + b'"',
        b"filename*=UTF-8''%E6%95%99%E8%82%B2%E5%B1%80.xlsx",
    ],
)
def test_a_name_however_it_was_written(header: bytes) -> None:
    data = (
        b"MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
        + header
        + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\na,b\r\n"
    )
    assert listed(data, "甲.eml") == [("教育局.xlsx", "read")]


def test_a_mail_that_is_nested_without_end() -> None:
    deep = b"Content-Type: message/rfc822\r\n\r\n" * 3000
    try:
        assert len(listed(b"MIME-Version: 1.0\r\n" + deep, "甲.eml")) <= 1
    except Refused as refused:
        assert refused.code == "R06"  # noqa: PT017  # both are right


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(2000))
def test_damage_never_raises_anything_but_a_refusal(seed: int) -> None:
    draw = random.Random(seed)
    name, content = draw.choice(
        [("甲.zip", zipped({"a.xlsx": BOOK, "b.pdf": b"%PDF"})), ("甲.eml", mailed({"a.xlsx": BOOK})), ("甲.msg", BOOK)]
    )
    data = bytearray(content)
    for _ in range(draw.choice([1, 10, 100])):
        data[draw.randrange(len(data))] = draw.randrange(256)
    if draw.random() < 0.3:
        del data[draw.randrange(len(data)) :]
    with contextlib.suppress(Refused):
        members_of(bytes(data), name, Limits())


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7", "a", "pdf"),
        (b"Rar!\x1a\x07", "a.xls", "archive"),
        (b"\x89PNG", "a.pdf", "picture"),
        (b"RIFF0000WEBP", "a", "picture"),
        (b"\x00\x00\x00\x18ftypheic", "a", "picture"),
        (b"{\\rtf1", "a.doc", "document"),
        (b"\x00\x01", "a.wps", "document"),
        (b"MZ\x90", "a", "program"),
        (b"SQLite format 3\x00", "a", "database"),
        (b"<!DOCTYPE html>", "a", "page"),
        (b"hello", "a", "text"),
        (b"\x00\x01\x02", "a", "other"),
        (b"", "a.pdf", "empty"),
        (struct.pack("257x5s", b"ustar"), "a", "archive"),
    ],
)
def test_what_a_file_is_that_is_no_workbook(head: bytes, name: str, kind: str) -> None:
    assert known_other(head, name).kind == kind


@pytest.mark.parametrize(
    ("head", "name", "may"),
    [
        (BOOK[:4096], "无后缀", True),
        (b"a,b\n1,2", "无后缀", True),
        (b"a,b\n1,2", "a.txt", False),
        (b"", "a.xlsx", True),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.wps", True),
        (b"Subject: x\r\nMIME-Version: 1.0\r\n", "邮件", True),
        (b"%PDF-1.4, x", "盖章", False),
    ],
)
def test_which_files_have_to_be_opened(head: bytes, name: str, *, may: bool) -> None:
    assert may_be_workbook(head, name) is may
