"""Turn every exception of a foreign library on a damaged file into a refusal.

Only calls of xlrd, olefile, pyxlsb and zipfile stand inside ``foreign_parser``, so that a bug of this program is not
reported as a damaged file.
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
    """Turn every error of a foreign parser into a ``Refused`` that says what is wrong with the file.

    Errors of this program pass unchanged, and MemoryError, which is about the machine and not about the file.
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
        raise damaged("内部结构不正确") from error
