"""Drive LibreOffice by its own commands, as a person at the keyboard does. Run by the Python that has ``uno``.

The argument is the folder of a new profile. Standard input is a JSON list of jobs ``{"source", "target", "steps"}``;
a step is one of ``["insert", sheet, cell]``, ``["delete", sheet, cell]`` and ``["type", sheet, cell, text]``; rows are
given by a cell in them. A target appears when it is complete. The caller (``tests/soffice.py``) stops this program and
LibreOffice when all targets are there, limits the time, and starts this program again for the jobs without a target.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]  # comes with LibreOffice
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # made by uno
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # made by uno


def prop(name: str, value: object) -> PropertyValue:
    """Give one named argument of a command."""
    return PropertyValue(Name=name, Value=value)


class Office:
    """A running LibreOffice."""

    def __init__(self, profile: Path) -> None:
        """Start LibreOffice and wait until it accepts a connection or has ended."""
        self.folder = profile.parent
        pipe = self.folder.name
        command = ["soffice", "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}"]
        self.process = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"])
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                if self.process.poll() is not None:
                    sys.exit(f"LibreOffice ended with exit code {self.process.returncode}")
                time.sleep(0.25)
        manager = context.ServiceManager
        self.desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self.dispatcher = manager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)

    def run(self, job: dict[str, object]) -> None:
        """Open a copy of a workbook, do the steps, save it. The copy stays open: LibreOffice often aborts on closing it."""
        target = Path(str(job["target"]))
        source = Path(shutil.copy(str(job["source"]), self.folder / target.name))
        book = self.desktop.loadComponentFromURL(source.as_uri(), "_blank", 0, (prop("Hidden", value=True),))
        for what, sheet, cell, *text in job["steps"]:  # type: ignore[attr-defined]  # a list from JSON
            book.CurrentController.setActiveSheet(book.Sheets.getByName(sheet))
            self._dispatch(book, "GoToCell", prop("ToPoint", cell))
            if what == "insert":
                self._dispatch(book, "InsertRowsBefore")
            elif what == "delete":
                self._dispatch(book, "DeleteRows")
            else:
                self._dispatch(book, "EnterString", prop("StringName", text[0]))
        book.calculateAll()
        unfinished = target.with_suffix(".part")
        book.storeToURL(unfinished.as_uri(), (prop("FilterName", "Calc MS Excel 2007 XML"),))
        unfinished.replace(target)

    def _dispatch(self, book: object, command: str, *arguments: PropertyValue) -> None:
        frame = book.CurrentController.Frame  # type: ignore[attr-defined]  # a uno object
        self.dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, arguments)


def main() -> None:
    """Do the jobs."""
    jobs = json.load(sys.stdin)
    office = Office(Path(sys.argv[1]))
    for job in jobs:
        office.run(job)


if __name__ == "__main__":
    main()
