"""Errors of foreign parsers become refusals: whatever a damaged file makes them raise.

Only calls into xlrd, olefile, pyxlsb and zipfile stand inside ``foreign_parser``; a mistake of ours is never caught.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from xlsxeval.errors import XlsxevalError
from xlsxeval.read.refusals import Refused, damaged


@contextmanager
def foreign_parser() -> Iterator[None]:
    """Turn every error of a foreign parser into a ``Refused`` that names what is wrong with the file.

    Our own refusals pass through; so does MemoryError, because it tells of the machine and not of the file.
    """
    try:
        yield
    except (XlsxevalError, MemoryError):
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        reason = "校验不符" if "CRC" in str(error) else "压缩包有误"
        raise Refused("R05", f"文件已损坏：{reason}，可能没有传完，请重新报送") from error
    except RecursionError as error:
        raise Refused("R06", "文件的嵌套太深，请删去多余内容后重新保存") from error
    except Exception as error:
        raise damaged("里面的内容不是它应有的样子") from error
