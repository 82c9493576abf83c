"""The last net under every reader: whatever goes wrong with a file is a refusal in one sentence."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.parsers import expat

from xlsxeval.read.cells import Refused, damaged


@contextmanager
def only_refusals() -> Iterator[None]:
    """Turn every error inside into a ``Refused`` that names what is wrong with the file."""
    try:
        yield
    except (Refused, MemoryError):
        raise  # what memory there is says nothing about the file
    except expat.ExpatError as error:
        raise damaged(f"内部的XML有误（第{error.lineno}行）") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        reason = "校验不符" if "CRC" in str(error) else "压缩包有误"
        raise Refused("R05", f"文件已损坏：{reason}，可能没有传完，请重新报送") from error
    except RecursionError as error:
        raise Refused("R06", "文件的嵌套太深，请删去多余内容后重新保存") from error
    except Exception as error:
        raise damaged("里面的内容不是它应有的样子") from error
