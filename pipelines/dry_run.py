"""`foley run --dry-run` and `foley plan`: validate everything, look at some videos, say what the
job would do and take.

Counting needs the whole manifest; sizes and lengths need a look into every video, so they are read
from the first `FIRST_ROWS` that have something to make, and scaled up. What was only estimated is
said to be. Nothing is started, and what is written to try the output is removed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from foley_core.storage.addresses import local_path
from pipelines.config import Job
from pipelines.estimates.estimate import Estimate, estimate
from pipelines.estimates.machine_rates import MachineRates, rates_of_machine
from pipelines.estimates.price_table import Prices
from pipelines.estimates.sample import Sampled, sample_videos
from pipelines.manifest.reader import InvalidRow, likely_typos
from pipelines.metadata.schema import Field
from pipelines.plan import FIRST_ROWS, Plan, plan_job
from pipelines.remarks import SHOWN
from pipelines.resolved_job import asked_by, resolve_job
from pipelines.run import writable_output
from pipelines.standard_streams import show

HEAD = 28


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a plan: time and money on which machine, until when, at which prices."""

    rates: MachineRates | None = None
    deadline_h: float | None = None
    prices: Prices | None = None


NOTHING_ELSE = Question()


@dataclass(slots=True)
class Rehearsal:
    """Findings about a job that was not started."""

    job: Job
    plan: Plan
    sampled: Sampled
    takes: Estimate
    invalid: list[InvalidRow] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def rehearse(job: Job, question: Question = NOTHING_ELSE) -> Rehearsal:
    """Print what a job would do and take, without starting it.

    Raises:
        ConfigError: something given is wrong, or the output cannot be written; every fault is
            listed.
    """
    resolved = resolve_job(job)
    _refuse_unwritable(job)
    invalid: list[InvalidRow] = []

    def keep_some(row: InvalidRow) -> None:
        if len(invalid) < SHOWN:
            invalid.append(row)

    others: list[Field] = []
    asked = asked_by(resolved)
    plan = plan_job(job, resolved.run_id, asked, keep_some, others.extend, store_shards=False)
    sampled = sample_videos(job, plan.first_rows)
    rates = question.rates or rates_of_machine(job.tier)
    takes = estimate(job, plan, sampled, rates)
    found = Rehearsal(job, plan, sampled, takes, invalid, list(likely_typos(others)))
    for line in lines_of(found, question):
        show(line)
    return found


def _refuse_unwritable(job: Job) -> None:
    """Try to write to the output, and leave it as it was: a folder that is not there yet is not
    made, but the nearest one above it must take it.

    Raises:
        ConfigError: it cannot be written.
    """
    path = local_path(job.output)
    if path is None or path.exists():
        writable_output(job)
        _tidied(path)
        return
    above = next(folder for folder in path.absolute().parents if folder.exists())
    writable_output(job.model_copy(update={"output": str(above)}))
    _tidied(above)


def _tidied(folder: Path | None) -> None:
    """Remove the folder of temporary files, where the trial has left an empty one."""
    if folder is not None and (left := folder / "_tmp").is_dir() and not any(left.iterdir()):
        left.rmdir()


def lines_of(found: Rehearsal, question: Question) -> Iterator[str]:
    """Yield what is printed: 80 columns but for paths and sentences."""
    job, plan, sampled = found.job, found.plan, found.sampled
    yield f"manifest {job.manifest}"
    yield f"output   {job.output} (can be written)"
    for head, text in (
        ("videos", f"{plan.videos}"),
        ("soundtracks to make", f"{plan.jobs}"),
        ("made before", f"{plan.done}"),
        ("rows that cannot be used", f"{plan.invalid}"),
        *([("rows with a sidecar", f"{plan.sidecars}")] if job.sidecars else []),
        ("tiers", ", ".join(sorted(plan.tiers)) or "–"),
        ("looked at", f"{sampled.videos} videos, {len(sampled.unreadable)} unreadable"),
    ):
        yield f"{head:<{HEAD}}{text}"
    if plan.tracks:
        yield from _by_region(found.takes)
        yield from _in_all(found, question)
    yield from found.remarks
    yield from _faults(found)


def _by_region(takes: Estimate) -> Iterator[str]:
    looks = any(one.work_s["look"] for one in takes.regions.values())
    used = ("look" if looks else "split", "perceive", "generate", "mix")
    yield ""
    yield "estimated, by region (seconds are CPU seconds of one core):"
    columns = "".join(f"{name:>9}" for name in used)
    yield f"{'region':<20}{'tracks':>8}{'hours':>8}{'clips':>8}{columns}"
    for name, one in takes.regions.items():
        work = "".join(f"{one.work_s[stage]:>9.0f}" for stage in used)
        clips = f"{one.clips:.0f}"
        yield f"{name:<20}{one.tracks:>8}{one.picture_s / 3600:>8.2f}{clips:>8}{work}"
    yield f"{'region':<20}{'GB read':>10}{'GB written':>12}{'GB kept':>10}{'GPU hours':>11}"
    for name, one in takes.regions.items():
        read, written, kept = one.read_bytes / 1e9, one.written_bytes / 1e9, one.kept_bytes / 1e9
        yield f"{name:<20}{read:>10.3f}{written:>12.3f}{kept:>10.3f}{one.card_s / 3600:>11.2f}"


def _in_all(found: Rehearsal, question: Question) -> Iterator[str]:
    takes, rates, prices = found.takes, found.takes.rates, question.prices
    yield ""
    yield f"by the figures of {rates.machine}, tier {rates.tier}"
    yield (
        f"measured {rates.measured}"
        if rates.measured
        else "a default; foley benchmark catalogue measures this machine"
    )
    if found.sampled.videos == FIRST_ROWS:
        yield f"lengths and sizes are those of the first {FIRST_ROWS} videos with something to make"
    hours = f"{takes.cpu_s / 3600:.2f} core hours, {takes.card_s / 3600:.2f} GPU hours"
    yield f"{'work':<{HEAD}}{takes.cpu_s:.0f} CPU seconds: {hours}"
    cpus, gpus = (prices.machine.cpus, prices.machine.gpus) if prices else (rates.cpus, 0)
    if takes.card_s and not gpus:
        yield "the time is that of machines with GPUs: name one in a price table, by --prices"
        return
    if not takes.card_s:
        yield f"{f'time, with {rates.cpus} cores':<{HEAD}}{_time(takes.wall_s())}"
    machines: int | None = 1
    if question.deadline_h is not None:
        machines = takes.machines_for(question.deadline_h * 3600, cpus, gpus)
        size = f"{cpus} cores" + (f", {gpus} GPUs" if gpus else "")
        many = f"{machines} machine{'s' * (machines != 1)} of {size}"
        need = many if machines else "no number of machines"
        yield f"{f'done in {question.deadline_h:g} h by':<{HEAD}}{need}"
    if prices and machines:
        hired = f"{machines} × {prices.machine.name}"
        yield f"{f'time, {hired}':<{HEAD}}{_time(takes.wall_s(machines, cpus, gpus))}"
        costs = takes.money(prices, machines)
        parts = ", ".join(f"{name} {value:.2f}" for name, value in costs.items())
        yield f"{'money':<{HEAD}}{sum(costs.values()):.2f} {prices.currency} ({parts})"


def _faults(found: Rehearsal) -> Iterator[str]:
    unreadable = found.sampled.unreadable
    if unreadable:
        yield f"{len(unreadable)} of the videos looked at cannot be read:"
        yield from (f"  {sentence}" for sentence in unreadable[:SHOWN])
        if len(unreadable) > SHOWN:
            yield f"  … and {len(unreadable) - SHOWN} more"
    for row in found.invalid:
        yield f"row {row.manifest_row} would be set aside: {row.reason}"


def _time(seconds: float) -> str:
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
