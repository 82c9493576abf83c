"""Chinese for what click itself says: click asks gettext for each of its messages."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The domain in which click looks up its messages: that of every program which does not name its own.
_DOMAIN = "messages"
_LANGUAGE = "LANGUAGE"


@contextmanager
def chinese_messages() -> Iterator[None]:
    """Let gettext answer with ``locale/zh_CN``, whatever the language of the system; then restore all as it was.

    It changes the whole process, so only the program does it, never the library.
    """
    folder, language = gettext.bindtextdomain(_DOMAIN), os.environ.get(_LANGUAGE)
    gettext.bindtextdomain(_DOMAIN, str(Path(__file__).parent / "locale"))
    os.environ[_LANGUAGE] = "zh_CN"
    try:
        yield
    finally:
        gettext.bindtextdomain(_DOMAIN, folder)
        if language is None:
            del os.environ[_LANGUAGE]
        else:
            os.environ[_LANGUAGE] = language
