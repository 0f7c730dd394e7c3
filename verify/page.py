"""The report as a page that a reviewer reads alone: the claim, then what it rests on.

In this order: ``Summary``, ``summary_of``, ``labels_of``, ``page_of``, its sections.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify import words
from verify.outcomes import PROVED, Check, DerivedPhase, Kill, Omission, Row, RunInfo
from verify.verdicts import AT_A_POINT, COARSEST, COARSEST_OF_SHALLOW, FINEST, KINDS

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Summary:
    """What the checks of one quantity in one phase say together."""

    diagram: str
    phase: str
    quantity: str
    points: int
    agree: int
    disagree: int
    undecided: int
    errors: tuple[float | None, ...]

    @property
    def entries(self) -> list[str]:
        """As texts, in the order of ``words.COLUMNS``; a dash where a kind was not compared."""
        counts = (self.points, self.agree, self.disagree, self.undecided)
        errors = ("-" if error is None else f"{error:.1e}" for error in self.errors)
        return [self.diagram, self.phase, self.quantity, *map(str, counts), *errors]


@dataclass(frozen=True)
class Page:
    """What stands on the page: as the fields of ``Report``."""

    outcome: str
    checks: Sequence[Check]
    omissions: Sequence[Omission]
    phases: Sequence[DerivedPhase]
    kills: Sequence[Kill]
    effort: str
    seed: int
    complete: bool
    info: RunInfo | None
    figures: Sequence[str]
    models: Sequence[str]


def labels_of(rows: Iterable[Row]) -> dict[Key, str]:
    """The name of each phase, with what tells those of one name in one diagram apart: "II, 1 of 2".

    A row without a region is of the phase as a whole.
    """
    regions: dict[tuple[str, str], list[str]] = {}
    labels: dict[Key, str] = {}
    for row in rows:
        of_name = regions.setdefault((row.diagram, row.phase), [])
        if not row.region:
            labels[row.key] = row.phase
        elif row.region not in of_name:
            of_name.append(row.region)
    return labels | {
        (diagram, phase, region): phase
        + (words.ONE_OF_SEVERAL.format(place=place, total=len(of_name)) if len(of_name) > 1 else "")
        for (diagram, phase), of_name in regions.items()
        for place, region in enumerate(of_name, start=1)
    }


def summary_of(checks: Sequence[Check], labels: Mapping[Key, str]) -> list[Summary]:
    """One row for each quantity of each phase, as checked, with the largest error of each kind."""
    groups: dict[tuple[Key, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.key, check.quantity), []).append(check)
    return [_summary(labels[key], quantity, group) for (key, quantity), group in groups.items()]


def _summary(label: str, quantity: str, group: Sequence[Check]) -> Summary:
    errors = {kind: [check.error for check in group if check.kind == kind] for kind in KINDS}
    verdicts = [check.verdict for check in group]
    return Summary(
        diagram=group[0].diagram,
        phase=label,
        quantity=quantity,
        points=len({check.place for check in group}),
        agree=verdicts.count("agrees"),
        disagree=verdicts.count("disagrees"),
        undecided=verdicts.count("undecided"),
        errors=tuple(max(errors[kind]) if errors[kind] else None for kind in KINDS),
    )


def page_of(page: Page) -> str:
    """The page, in Markdown."""
    labels = labels_of([*page.phases, *page.checks, *page.omissions])
    sections = [
        _claim(page),
        _failures(page),
        _models(page),
        _derived(page, labels),
        _solved(page),
        _distances(page, labels),
        _planted(page),
        _omitted(page, labels),
        _meanings(page),
        _figures(page),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _claim(page: Page) -> str:
    """Verdict, claim, counts, and where the page comes from."""
    lines = [words.HEADING.format(outcome=page.outcome)]
    if not page.complete:
        lines.append(words.STOPPED)
    diagrams = list(dict.fromkeys(row.diagram for row in (*page.phases, *page.checks)))
    if diagrams:
        lines.append(
            words.CLAIM.format(diagrams="; ".join(diagrams), verdict=words.CLAIM_VERDICTS[page.outcome])
        )
    verdicts = [check.verdict for check in page.checks]
    counts = words.SUMMARY.format(
        checked=len(verdicts),
        agree=verdicts.count("agrees"),
        disagree=verdicts.count("disagrees"),
        undecided=verdicts.count("undecided"),
        omitted=len(page.omissions),
    )
    killed = sum(kill.by is not None for kill in page.kills)
    caught = words.CAUGHT.format(killed=killed, planted=len(page.kills)) if page.kills else words.NOT_PLANTED
    asked = {"effort": page.effort, "seed": page.seed}
    run = (
        words.RUN_IN_PYTHON.format(**asked)
        if page.info is None
        else words.RUN.format(**vars(page.info), **asked)
    )
    reasons = Counter(omission.reason for omission in page.omissions).most_common()
    by_reason = "; ".join(words.ONE_REASON.format(count=count, reason=reason) for reason, count in reasons)
    left_out = [words.LEFT_OUT_BY_REASON.format(reasons=by_reason)] if reasons else []
    return "\n\n".join([*lines, f"{counts}  {caught}", *left_out, run])


def _failures(page: Page) -> str:
    failures = [check for check in page.checks if not check.passed]
    if not failures:
        return ""
    return "\n".join([words.FAILURES, "", *map(_failure, failures)])


def _failure(check: Check) -> str:
    text = words.FAILURES_OF_COUNTS.get(check.quantity, words.FAILURE)
    return text.format(
        diagram=check.diagram, place=check.place, kind_in_words=words.KINDS[check.kind], **vars(check)
    )


def _models(page: Page) -> str:
    articles = (f"```\n{article.strip()}\n```" for article in page.models)
    return "\n\n".join([words.MODELS, *articles]) if page.models else ""


def _derived(page: Page, labels: Mapping[Key, str]) -> str:
    if not page.phases:
        return ""
    rows = [
        (row.diagram, labels[row.key], row.title, f"`{row.risk}`", f"`{row.exponent}`", f"`{row.region}`")
        for row in page.phases
    ]
    others = [
        (row.diagram, labels[row.key], name, f"`{law}`")
        for row in page.phases
        for name, law in row.laws.items()
    ]
    laws = [words.OTHER_LAWS_TEXT, table(words.OTHER_LAWS_COLUMNS, others)] if others else []
    return "\n\n".join([words.DERIVED, words.DERIVED_TEXT, table(words.DERIVED_COLUMNS, rows), *laws])


def _solved(page: Page) -> str:
    if not page.checks:
        return ""
    ends = [check.dim for check in page.checks if check.kind in AT_A_POINT and check.quantity != PROVED]
    decades = sorted(int(math.log10(dim)) for dim in ends if dim) or [0]
    least = {kind: FINEST[kind] for kind in KINDS}
    noticed = {f"noticed_{kind}": 2 * COARSEST[kind] for kind in AT_A_POINT}
    noticed["noticed_shallow"] = 2 * COARSEST_OF_SHALLOW
    text = words.SOLVED_TEXT.format(seed=page.seed, first=decades[0], last=decades[-1], **least, **noticed)
    return "\n\n".join([words.SOLVED, text, words.AT_SMALL_SIZE])


def _distances(page: Page, labels: Mapping[Key, str]) -> str:
    if not page.checks:
        return ""
    rows = [row.entries for row in summary_of(page.checks, labels)]
    legend = words.LEGEND.format(**{kind: FINEST[kind] for kind in KINDS})
    return "\n\n".join([words.DISTANCES, legend, table(words.COLUMNS, rows, texts=3)])


def _planted(page: Page) -> str:
    if not page.kills:
        return ""
    rows = [_row_of_kill(kill) for kill in page.kills]
    return "\n\n".join([words.PLANTED, words.PLANTED_TEXT, table(words.PLANTED_COLUMNS, rows)])


def _row_of_kill(kill: Kill) -> tuple[str, ...]:
    by = kill.by
    if by is None:
        return (kill.error, kill.diagram, words.SURVIVES.format(compared=kill.compared), "-", "-")
    text = words.CAUGHT_BY_COUNTS.get(by.quantity, words.CAUGHT_BY)
    caught = text.format(place=by.place, kind_in_words=words.KINDS[by.kind], **vars(by))
    return (
        kill.error,
        kill.diagram,
        caught,
        f"{by.predicted:.5g}",
        f"{by.measured:.5g} +- {by.uncertainty:.1g}",
    )


def _omitted(page: Page, labels: Mapping[Key, str]) -> str:
    if not page.checks:
        return ""
    groups: dict[tuple[Key, str, str, str], set[str]] = {}
    for row in page.omissions:
        kind = words.ALL_NUMBERS if row.kind is None else words.KINDS[row.kind]
        groups.setdefault((row.key, row.quantity, kind, row.reason), set()).add(row.place)
    if not groups:
        return f"{words.OMITTED}\n\n{words.NOTHING_OMITTED}"
    elsewhere: dict[tuple[Key, str, str], set[str]] = {}
    for check in page.checks:
        for kind in (words.ALL_NUMBERS, words.KINDS[check.kind]):
            elsewhere.setdefault((check.key, check.quantity, kind), set()).add(check.place)
    rows = [
        (
            key[0],
            labels[key],
            quantity,
            kind,
            str(len(places)),
            str(len(elsewhere.get((key, quantity, kind), ()))),
            reason,
        )
        for (key, quantity, kind, reason), places in groups.items()
    ]
    return "\n\n".join([words.OMITTED, words.OMITTED_TEXT, table(words.OMITTED_COLUMNS, rows)])


def _meanings(page: Page) -> str:
    if not page.checks:
        return ""
    quantities = dict.fromkeys(row.quantity for row in (*page.checks, *page.omissions))
    meanings = {name: words.MEANING.get(name, words.OWN_QUANTITY) for name in quantities}
    lines = [f"- `{name}`: {meaning}" for name, meaning in meanings.items()]
    lines += [f"- *{name}*: {meaning}" for name, meaning in words.UNCERTAINTY_MEANINGS.items()]
    return f"{words.MEANINGS}\n\n" + "\n".join(lines)


def _figures(page: Page) -> str:
    if not page.figures:
        is_written = page.complete and page.info is not None  # by the command, which draws what it can
        return f"{words.FIGURES}\n\n{words.NO_FIGURES}" if is_written else ""
    return "\n\n".join([words.FIGURES, words.FIGURES_TEXT, *(f"![{name}]({name})" for name in page.figures)])


def _escaped(entry: Any) -> str:
    return " ".join(str(entry).replace("|", "&#124;").splitlines())


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, texts: int | None = None) -> str:
    """A table in Markdown; the columns from ``texts`` on are numbers, to the right.

    >>> print(table(["phase", "points"], [["II", "4"]], texts=1))
    | phase | points |
    |---|---:|
    | II | 4 |
    """
    first = len(columns) if texts is None else texts
    rule = f"|{'---|' * first}{'---:|' * (len(columns) - first)}"
    lines = (f"| {' | '.join(_escaped(entry) for entry in row)} |" for row in [columns, *rows])
    head, *body = lines
    return "\n".join([head, rule, *body])
