"""The reports that a run can write: one row in REPORTS makes a report, and an option of ``check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsxeval.errors import OutputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from xlsxeval.batch.allowance import Allowance
    from xlsxeval.outputs.letters import Letter
    from xlsxeval.report.facts import Facts
    from xlsxeval.report.outcome import Outcome
    from xlsxeval.request import Request


#: The endings of a progress table; the ending decides what is written.
PROGRESS_ENDINGS = (".xlsx", ".csv")


class Run(NamedTuple):
    """The data of a run that reports need beside the outcomes.

    Attributes:
        request: how the files were checked.
        facts: the counts of the run, and the units that are missing.
        letter: the parts that are the same in every notice.
        paths: name in the outcomes -> path of the file.
        places: the arguments that are folders, and the parent folders of the others.
        scope: the arguments of the run.
        allowance: the processor seconds and memory that one file may use.
        force: whether an earlier report may be written over.
    """

    request: Request
    facts: Facts
    letter: Letter
    paths: Mapping[str, Path]
    places: Sequence[Path]
    scope: Sequence[Path]
    allowance: Allowance
    force: bool


class Report(NamedTuple):
    """A report of a run.

    Attributes:
        name: the name of the option, without dashes.
        words: what it is, for the help.
        write: writes the report; called with the path, the outcomes and the run; may give sentences for the user.
        excerpts: whether the outcomes must contain the cells around each finding.
        folder: whether the path is a folder.
        replaced: whether the outcomes contain filings that a newer one, or the same under another name, replaces.
        endings: the endings that its file may have; empty for any.
    """

    name: str
    words: str
    write: Callable[[Path, Iterable[Outcome], Run], tuple[str, ...] | None]
    excerpts: bool = False
    folder: bool = False
    replaced: bool = True
    endings: tuple[str, ...] = ()


# The rooms that write are imported when they write: a check without reports does not load them.


def _json(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_json

    write_json(path, outcomes, facts=run.facts, force=run.force)


def _jsonl(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_jsonl

    write_jsonl(path, outcomes, force=run.force)


def _csv(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_csv

    write_csv(path, outcomes, facts=run.facts, formset=run.request.formset, force=run.force)


def _progress(path: Path, _outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_progress

    write_progress(path, run.facts, force=run.force)


def _html(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_html

    write_html(path, outcomes, facts=run.facts, formset=run.request.formset, force=run.force)


def _marked(path: Path, outcomes: Iterable[Outcome], run: Run) -> tuple[str, ...]:
    from xlsxeval.outputs.marked import write_marked

    return write_marked(
        path,
        outcomes,
        paths=run.paths,
        places=run.places,
        scope=run.scope,
        limits=run.request.limits,
        complete=not run.facts.interrupted,
        max_seconds=run.allowance.seconds,
        max_memory=run.allowance.memory,
    )


def _notices(path: Path, outcomes: Iterable[Outcome], run: Run) -> tuple[str, ...]:
    from xlsxeval.outputs.notices import write_notices

    complete = not run.facts.interrupted
    return write_notices(path, outcomes, run.letter, others=run.facts.others, scope=run.scope, complete=complete)


def _sarif(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_sarif

    write_sarif(path, outcomes, formset=run.request.formset, force=run.force)


def _junit(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
    from xlsxeval.outputs.files import write_junit

    write_junit(path, outcomes, formset=run.request.formset, force=run.force)


REPORTS = (
    Report("json", "全部结果写成一个JSON文件", _json),
    Report("jsonl", "全部结果写成JSON，每份一行", _jsonl),
    Report("csv", "每项问题一行的表格，Excel和WPS可以直接打开", _csv),
    Report("html", "全部结果写成一个网页，用浏览器打开", _html, excerpts=True),
    Report("progress", "报送进度，每个单位一行（.xlsx或.csv）", _progress, endings=PROGRESS_ENDINGS),
    Report("mark", "给每个工作簿写一份加了批注和底色的副本", _marked, folder=True),
    Report("notice", "给每个单位写一份退回修改通知（Markdown和Word）", _notices, folder=True, replaced=False),
    Report("sarif", "SARIF 2.1.0，给代码平台用", _sarif, replaced=False),
    Report("junit", "JUnit XML，给持续集成用", _junit, replaced=False),
)


def chosen_reports(
    wanted: Mapping[str, str | os.PathLike[str]],
    others: Iterable[Path | None] = (),
    *,
    force: bool = False,
    written: Mapping[str, str] = {},
) -> dict[Report, Path]:
    """Give the chosen reports, after testing, before the checks, that they can be written.

    Args:
        wanted: name of a report -> where to write it.
        others: the other files of the run: ledger, roster and so on.
        force: whether an earlier report may be written over; never anything that someone may have sent.
        written: real path -> hash of what earlier runs wrote; such a file, unchanged, is written again without force.

    Raises:
        OutputError: for an unknown name, if a file is there already (without ``force``), or its folder is not, or two
            are the same.
    """
    from xlsxeval.output import real
    from xlsxeval.output_folder import require_free

    by_name = {report.name: report for report in REPORTS}
    for name in wanted:
        if name not in by_name:
            raise OutputError(f"没有叫“{name}”的结果，现有：{'、'.join(by_name)}")
    chosen = {report: Path(wanted[report.name]) for report in REPORTS if report.name in wanted}
    for report, path in chosen.items():
        if not path.parent.is_dir() or (path.exists() and path.is_dir() != report.folder):
            raise OutputError(f"不能写到这里：{path}，请写已有文件夹里的{'文件夹' if report.folder else '文件'}名")
        if report.folder:
            require_free(path)
        require_ending(report.name, path, report.endings)
        own = path.exists() and not report.folder and _is_own(path, written)
        if path.exists() and not (force or report.folder or own):
            raise OutputError(f"文件已存在，没有覆盖：{path}；要覆盖请加 --force")
        if path.exists() and not report.folder and not own and _may_be_a_filing(path):
            raise OutputError(f"这不是以前写出的结果，没有覆盖：{path}；请换一个文件名")
    places = [real(path) for path in (*chosen.values(), *others) if path]
    if len(set(places)) < len(places):
        raise OutputError("两个输出写成了同一个文件，或写成了台账、名单、模板的文件，请分开")
    return chosen


def require_ending(name: str, path: Path, endings: Sequence[str]) -> None:
    """Refuse a path whose ending a report cannot have.

    Raises:
        OutputError: if there are endings and the path has none of them.
    """
    if endings and path.suffix.lower() not in endings:
        raise OutputError(f"{name}只能写成{'或'.join(endings)}文件：{path}，请换一个文件名")


def _is_own(path: Path, written: Mapping[str, str]) -> bool:
    """Tell whether this program wrote a file and nobody changed it since."""
    from xlsxeval.batch.own_outputs import is_renewable
    from xlsxeval.folder import digest_of
    from xlsxeval.output import real

    if is_renewable(path):
        return True
    try:
        return real(path) in written and digest_of(path.read_bytes()) == written[real(path)]
    except OSError:
        return False


def _may_be_a_filing(path: Path) -> bool:
    """Tell whether a file is of a kind that is read, and no output of this program."""
    from xlsxeval.batch.own_outputs import is_output
    from xlsxeval.read.others import has_workbook_ending

    return has_workbook_ending(path.name) and not is_output(path)
