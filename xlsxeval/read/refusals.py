"""The refusal of a file: codes, sentences and the exception."""

from __future__ import annotations

from xlsxeval.errors import FileError
from xlsxeval.read.limits import Limits

#: Refusals because of this machine or program, and not because of the file. They are not kept in the ledger and not
#: sent to the unit, which could not correct them.
DIED, TOO_SLOW, MACHINE, BUG = "R10", "R11", "R12", "R13"
TRANSIENT = frozenset({DIED, TOO_SLOW, MACHINE, BUG})
#: The reasons for a refusal: code -> title.
REFUSALS = {
    "R01": "文件是空的",
    "R02": "不是电子表格文件",
    "R03": "工作簿有打开密码",
    "R04": "还不能读取的文件格式",
    "R05": "文件已损坏",
    "R06": "文件超过限度",
    "R07": "文件含有不允许的内容",
    "R08": "没有可读的表",
    "R09": "文件打不开",
    "R10": "读取程序中止",
    "R11": "核对超过时限",
    "R12": "读写失败",
    "R13": "程序出错",
}
SAVE_AGAIN = "请在WPS或Excel中打开后重新保存"
NO_SHEET = f"工作簿里没有工作表，{SAVE_AGAIN}"
LOCKED = "这是加密的工作簿，请在WPS或Excel中去掉打开密码后重新保存"
SAVE_AS = "请在WPS或Excel中打开，另存为.xlsx后重新报送"


class Refused(FileError):
    """The file cannot be used; ``message`` says in one sentence what the file is and what to do.

    Example: ``Refused("R02", "这是压缩包，不是工作簿，请解压后报送其中的.xlsx文件")``.
    """


def damaged(what: str) -> Refused:
    """Give the refusal of a damaged file; ``what`` names the damage."""
    return Refused("R05", f"文件已损坏：{what}，{SAVE_AGAIN}")


def too_much(what: str, option: str) -> Refused:
    """Give the refusal of a file over a budget.

    Args:
        what: the number that is too large, as ``工作表多于1100个``.
        option: the option that sets the budget, without dashes.
    """
    return Refused("R06", f"{what}，超过限度（--{option}），请删去多余内容后重新保存")


def too_many_lines(limits: Limits) -> Refused:
    """Give the refusal of lists with more lines than any form has."""
    return too_much(f"表里的清单多于{limits.max_lines}行", "max-lines")


def quoted(text: str, length: int = 40) -> str:
    """Give a text from a file for use in a message: shortened, without characters that move the cursor or turn text."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:length])
