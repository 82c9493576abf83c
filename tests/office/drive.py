"""Drive LibreOffice by its own commands, as a person at the keyboard would. Run by the Python that has ``uno``.

Reads from standard input a JSON list of jobs ``{"source", "target", "steps"}``; a step is one of
``["insert", sheet, cell]``, ``["delete", sheet, cell]`` and ``["type", sheet, cell, text]``; rows are given by a cell in them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]  # comes with LibreOffice
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # made by uno
from com.sun.star.lang import DisposedException  # type: ignore[import-not-found]  # made by uno


def prop(name: str, value: object) -> PropertyValue:
    """Give one named argument of a command."""
    return PropertyValue(Name=name, Value=value)


class Office:
    """A running LibreOffice."""

    def __init__(self, folder: Path) -> None:
        pipe = f"xlsxeval{folder.name}"
        command = ["soffice", "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        self.process = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"])
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(240):
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:  # noqa: BLE001  # uno raises its own
                time.sleep(0.25)
        manager = self.context.ServiceManager
        self.desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)
        self.dispatcher = manager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", self.context)

    def run(self, job: dict[str, object]) -> None:
        """Open a workbook, do the steps, save it."""
        source, target = Path(str(job["source"])), Path(str(job["target"]))
        book = self.desktop.loadComponentFromURL(source.as_uri(), "_blank", 0, (prop("Hidden", value=True),))
        for what, sheet, at, *text in job["steps"]:  # type: ignore[attr-defined]  # a list from JSON
            book.CurrentController.setActiveSheet(book.Sheets.getByName(sheet))
            self._dispatch(book, "GoToCell", prop("ToPoint", at))
            if what == "insert":
                self._dispatch(book, "InsertRowsBefore")
            elif what == "delete":
                self._dispatch(book, "DeleteRows")
            else:
                self._dispatch(book, "EnterString", prop("StringName", text[0]))
        book.calculateAll()
        book.storeToURL(target.as_uri(), (prop("FilterName", "Calc MS Excel 2007 XML"),))
        book.close(True)  # noqa: FBT003  # uno takes no keywords

    def _dispatch(self, book: object, command: str, *arguments: PropertyValue) -> None:
        frame = book.CurrentController.Frame  # type: ignore[attr-defined]  # a uno object
        self.dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, arguments)


def main() -> None:
    """Do the jobs."""
    jobs = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder).name
        office = Office(Path(folder) / name)
        try:
            for number, job in enumerate(jobs):
                try:
                    office.run(job)
                except DisposedException:
                    # LibreOffice itself aborts now and then on a busy machine, mostly when it closes a book.
                    office = Office(Path(folder) / f"{name}again{number}")
                    source = Path(str(job["source"]))
                    source.with_name(f".~lock.{source.name}#").unlink(missing_ok=True)
                    if not Path(str(job["target"])).exists():
                        office.run(job)
        finally:
            office.desktop.terminate()
            office.process.wait(30)


if __name__ == "__main__":
    main()
