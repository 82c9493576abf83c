"""The exceptions of xlsxeval: one sentence each, in Chinese, saying where, what and what to do.

Two more belong to the tree and are defined where they are raised: ``read.refusals.Refused`` (a file cannot be used;
with its code, R01 to R09) and ``batch.allowance.StoppedError`` (the process that read a file used too much or died;
R10 or R11). The functions of the library raise ``Refused``; only the command line and ``batch`` meet
``StoppedError``, and turn it into a verdict or a sentence.
"""

from __future__ import annotations


class XlsxevalError(Exception):
    """Base of all errors that the program raises on purpose; ``str(error)`` is one sentence for the user."""

    exit_code = 2


class FileError(XlsxevalError):
    """No result for one file; ``code`` is the verdict (R01 to R13), ``message`` the sentence for the user."""

    def __init__(self, code: str, message: str) -> None:
        """Give both arguments to Exception, so that the error can be pickled and sent to another process."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """Give the sentence for the user."""
        return self.message


class DefinitionError(XlsxevalError):
    """A form file or set file is wrong; the text begins with the file and the line: ``a.yaml:12: …``."""

    def __init__(self, message: str, *, file: str = "", line: int = 0) -> None:
        """Put the file and the line, if they are known, before ``message``."""
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + message)


class DataError(XlsxevalError):
    """A data file for ``fill`` cannot be used; nothing was written."""


class OutputError(XlsxevalError):
    """The output exists already, or may not be written there."""


class MachineError(XlsxevalError):
    """Reading or writing failed for a reason outside the files: disk, permission, device."""

    exit_code = 3


class BugError(Exception):
    """An error of this program in another process; ``str(error)`` is the result of ``bug_text`` in that process."""


#: Characters of an exception's text in a message; some libraries quote a whole file in it.
_MOST_SHOWN = 200


def bug_text(error: BaseException) -> str:
    """Give one sentence, for the developers, about an unexpected exception.

    It names the type, the text, the last line of this program in the traceback and the last line of all:
    ``程序出错（ValueError: …，evaluate.py:71，decimal.py:12），…``.
    """
    if isinstance(error, BugError):
        return str(error)
    import traceback
    from pathlib import Path

    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(__file__).parent in Path(frame.filename).parents]
    lines = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in [*own[-1:], *frames[-1:]])
    where = "，".join(dict.fromkeys(lines))
    return f"程序出错（{type(error).__name__}: {str(error)[:_MOST_SHOWN]}，{where}），请把这句话和文件一起反馈给开发者"
