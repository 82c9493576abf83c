"""退回修改通知: the letters to the units, in an output folder of the program."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from xlsxeval.output_folder import OutputFolder
from xlsxeval.outputs.letters import Letter
from xlsxeval.outputs.marked import is_transient
from xlsxeval.report.facts import OtherFile
from xlsxeval.report.letter import load_template
from xlsxeval.report.notice import notices
from xlsxeval.report.outcome import Outcome


def write_notices(
    folder: str | os.PathLike[str],
    outcomes: Iterable[Outcome],
    letter: Letter = Letter(),
    *,
    scope: Iterable[Path] = (),
    complete: bool = True,
    others: Iterable[OtherFile] = (),
) -> tuple[str, ...]:
    """Write a notice, as Markdown and for Word, for each unit with errors or warnings.

    Args:
        folder: a new folder, an empty folder, or a folder that this program wrote.
        outcomes: the results, without filings that a newer filing replaces.
        letter: the parts that are the same in every notice.
        scope: the arguments of the run. Notices that an earlier run with the same arguments wrote and this run does
            not write are removed.
        complete: whether the run checked all its files; if not, nothing is removed.
        others: the files that were not checked, as ``Facts.others``.

    Returns:
        Sentences about the folder that the user should know.

    Raises:
        DefinitionError: if the template cannot be used.
        OutputError: if somebody else's files are in the folder, or a notice was changed by hand.
        MachineError: if something cannot be written; the other notices are written all the same.
    """
    template = load_template(letter.template)
    target = OutputFolder(Path(folder), scope)
    unread: list[str] = []

    def watched() -> Iterator[Outcome]:
        for outcome in outcomes:
            if is_transient([outcome]):
                unread.append(outcome.file)
            yield outcome

    letters = notices(
        watched(),
        template,
        deadline=letter.deadline,
        contact=letter.contact,
        sender=letter.sender,
        others=others,
    )
    for name, content in letters:
        target.write(name, content)
    # A unit whose file could not be checked this time keeps the notice of an earlier run.
    target.finish(complete=complete and not unread)
    return target.notes
