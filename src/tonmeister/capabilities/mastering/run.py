"""The recipe of one master: take in, plan, shape, solve, write, verify, tell."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from tonmeister.capabilities.mastering import codec
from tonmeister.capabilities.mastering.aims import Choices, look_up
from tonmeister.capabilities.mastering.chain import Chain
from tonmeister.capabilities.mastering.intake import Song, Tell, find_faults, portrait_of, take_in
from tonmeister.capabilities.mastering.params import (
    Band,
    CodecCheck,
    Deliverable,
    GainReduction,
    MasteringParams,
    MasterParams,
    MasterResult,
    Speed,
    StageNote,
)
from tonmeister.capabilities.mastering.pictures import PictureData
from tonmeister.capabilities.mastering.portrait import Portrait, levelled
from tonmeister.capabilities.mastering.presets import catalogue
from tonmeister.capabilities.mastering.render import (
    Written,
    deliver_master,
    is_shaped,
    is_within_promise,
    make_premaster,
    solve_first,
)
from tonmeister.capabilities.mastering.solve import Premaster, reduction_curve, reduction_figures
from tonmeister.capabilities.mastering.targets import Plan, make_plan
from tonmeister.capabilities.mastering.trial import fit_makeup, fit_width
from tonmeister.capabilities.mastering.words import platform_outcome
from tonmeister.core.context import Context
from tonmeister.core.measurement import Measurement
from tonmeister.media.formats import ALLOWED, OutputFormat, check_format
from tonmeister.media.tags import Tags, parse_isrc, write_tags

Publish = Callable[[Path, str], str]
MOST_REDUCTION_DB = 24.0
WORTH_A_WORD_DB = 0.3
"""A ceiling that had to come down by less for a lossy file is no news."""
CURVE_POINTS = 600
"""Of the gain reduction over time, in the result."""


def master(params: MasterParams, ctx: Context) -> MasterResult:
    """Master one song."""
    choices = look_up(params)
    check_formats(params)
    isrc = parse_isrc(params.isrc) if params.isrc else None
    near = params.mix
    if params.mix is None:
        ctx.progress(0.0, "composing the demo song")
        ref = ctx.run("demo", {}).mix
    else:
        ref = params.mix
    reference = take_reference(params, choices, ctx)
    name = ctx.label(ref)
    studio = Studio(params, choices, reference, ctx)

    def plan_for(song: Song) -> Plan:
        return make_plan(song.portrait, params, choices, reference, song.sample_rate)

    stem = Path(name).stem
    result = studio.master_song(
        ctx.fetch(ref), name, plan_for, ctx.progress,
        lambda file, title: ctx.publish(file, title, near=near), stem=stem,
        tag=lambda tags: tags.with_text(ISRC=isrc) if isrc else tags,
    )  # fmt: skip
    if params.mix is not None:
        return result
    # The demo's mix is nobody's file yet: it goes beside its master, to compare the two.
    copy = ctx.folder / "demo-mix.wav"
    shutil.copyfile(ctx.fetch(ref), copy)
    note = StageNote(stage="demo song", text=f"The unmastered mix is {ctx.publish(copy, name)}.")
    return result.model_copy(update={"notes": (*result.notes, note)})


def check_master(params: MasterParams) -> None:
    """Raise what the parameters alone make impossible."""
    check_choices(params)
    if params.isrc:
        parse_isrc(params.isrc)


def check_choices(params: MasteringParams) -> None:
    """Raise where a name is unknown, or things asked for do not go together."""
    look_up(params)
    for container in params.format:
        check_format(choose_format(container, params, params.sample_rate or 48000, 2))


def check_formats(params: MasteringParams) -> None:
    """Refuse formats that do not go together, or that are not installed, before any work is done."""
    check_choices(params)
    for name in params.check_codec:
        codec.check_available(name)
    if "m4a" in params.format:
        codec.check_available("aac-128")


def choose_format(container: str, params: MasteringParams, sample_rate: int, n_channels: int) -> OutputFormat:
    """Return the output format for a container: at the rate asked for, or at the nearest that it takes."""
    allowed = ALLOWED[container]  # type: ignore[index]
    rate = sample_rate
    if params.sample_rate is None and rate not in allowed.sample_rates:
        rates = [hz for hz in (48000, 44100) if hz in allowed.sample_rates]
        rate = next((hz for hz in rates if sample_rate % hz == 0), rates[0])
    return OutputFormat(
        container=container,  # type: ignore[arg-type]
        sample_rate=rate,
        n_channels=n_channels,
        bit_depth=(params.bit_depth or 24) if allowed.bit_depths else None,
        bitrate_kbps=params.bitrate_kbps if allowed.bitrates_kbps else None,
    )


def take_reference(params: MasteringParams, choices: Choices, ctx: Context) -> Portrait | None:
    """Measure the reference song, if there is one."""
    if params.reference is None:
        return None
    song = take_in(
        ctx.fetch(params.reference), ctx,
        lambda fraction, stage: ctx.progress(0.05 * fraction, f"{stage} the reference"),
        sample_rate=None, fold_down=True, quality=choices.tier.resampling, name=ctx.label(params.reference), keep=False,
    )  # fmt: skip
    song.spool.close()
    return portrait_of(song.figures, song.dc)


@dataclass
class Studio:
    """What all songs of one request share."""

    params: MasteringParams
    choices: Choices
    reference: Portrait | None
    ctx: Context

    def take(self, path: Path, name: str, tell: Tell, *, keep: bool = True) -> Song:
        """Take a song in."""
        return take_in(
            path, self.ctx, tell, sample_rate=self.params.sample_rate, fold_down=self.params.fold_down,
            quality=self.choices.tier.resampling, name=name, keep=keep, check=self.formats,
        )  # fmt: skip

    def formats(self, sample_rate: int, n_channels: int) -> list[OutputFormat]:
        """Return the formats of a song's files; raise `CombinationError` where one does not go with the song."""
        found = [
            choose_format(container, self.params, sample_rate, n_channels)
            for container in dict.fromkeys(self.params.format)
        ]
        for fmt in found:
            check_format(fmt)
        return found

    def master_song(
        self,
        path: Path,
        name: str,
        plan_for: Callable[[Song], Plan],
        tell: Tell,
        publish: Publish,
        *,
        stem: str,
        tag: Callable[[Tags], Tags],
    ) -> MasterResult:
        """Take in, plan, shape, solve, write, verify, tell."""
        started = (time.perf_counter(), time.process_time())
        start = 0.05 if self.reference is not None else 0.0

        def part(low: float, high: float) -> Tell:
            low, high = start + low * (1 - start), start + high * (1 - start)
            return lambda fraction, stage: tell(low + (high - low) * fraction, stage)

        song = self.take(path, name, part(0.0, 0.3))
        try:
            plan = fit_width(song, fit_makeup(song, plan_for(song)))
            premaster, chain = make_premaster(song, plan, part(0.3, 0.6), n_workers=self.ctx.n_workers)
            checks = self._check_codecs(song, premaster, plan, part(0.6, 0.65))
            files = self._write_all(song, premaster, plan, checks, stem, part(0.65, 0.95))
            if not self.params.report:
                tell(0.97, "publishing")
            return self._conclude(song, plan, chain, files, checks, name, stem, tag, publish, started, tell)
        finally:
            song.spool.close()

    def _check_codecs(self, song: Song, premaster: Premaster, plan: Plan, tell: Tell) -> tuple[CodecCheck, ...]:
        if not self.params.check_codec:
            return ()
        container = next((name for name in self.params.format if ALLOWED[name].bit_depths), "wav")
        lossless = choose_format(container, self.params, song.sample_rate, song.n_channels)
        return codec.lower_for_codecs(song, premaster, plan, self.params.check_codec, lossless, self.ctx.folder, tell)

    def _write_all(
        self, song: Song, premaster: Premaster, plan: Plan, checks: tuple[CodecCheck, ...], stem: str, tell: Tell
    ) -> list[Written]:
        ceiling = plan.ceiling_dbtp - max((check.lowered_db for check in checks), default=0.0)
        formats = self.formats(song.sample_rate, song.n_channels)
        first = solve_first(premaster, plan, ceiling)
        n_abreast = max(1, min(len(formats), self.ctx.n_workers))
        n_each = self.ctx.n_workers // n_abreast
        lock = Lock()
        done = [0.0] * len(formats)

        def write(index: int) -> Written:
            fmt = formats[index]

            def told(fraction: float, stage: str) -> None:
                with lock:
                    done[index] = fraction
                    tell(sum(done) / len(done), stage)

            path = self.ctx.folder / f"master-{index}-{abs(hash(stem)) % 10**6}{ALLOWED[fmt.container].suffix}"
            return deliver_master(
                song, premaster, plan, path, fmt, told, ceiling_dbtp=ceiling, first=first, n_workers=n_each
            )

        if len(formats) == 1:
            return [write(0)]
        with ThreadPoolExecutor(max_workers=n_abreast) as pool:
            return list(pool.map(write, range(len(formats))))

    def _conclude(
        self,
        song: Song,
        plan: Plan,
        chain: Chain,
        files: list[Written],
        checks: tuple[CodecCheck, ...],
        name: str,
        stem: str,
        tag: Callable[[Tags], Tags],
        publish: Publish,
        started: tuple[float, float],
        tell: Tell,
    ) -> MasterResult:
        warnings = [*song.repairs, *song.notes, *find_faults(song.figures), *plan.warnings]
        for written in files:
            warnings += _missed(written, plan)
            if plan.dither == "shaped" and written.fmt.is_quantised and not is_shaped(plan, written.fmt):
                warnings.append(
                    f"{_format_name(written.fmt)} at {written.fmt.sample_rate / 1000:g} kHz got plain triangular "
                    "dither: noise shaping is for 16 bit at 44.1 or 48 kHz."
                )
        tags = tag(song.tags.without_loudness().with_text(ENCODER=None))
        main = files[0]
        deliverables = []
        for written in files:
            n_expected = round(song.spool.n_samples * written.fmt.sample_rate / song.sample_rate)
            warnings += write_tags(written.path, tags, sample_rate=written.fmt.sample_rate, n_samples=written.n_samples)
            ok = is_within_promise(written, plan, n_expected)
            figures = written.figures
            suffix = ALLOWED[written.fmt.container].suffix
            deliverables.append(
                Deliverable(
                    file=publish(written.path, f"{stem}-master{suffix}"),
                    format=_format_name(written.fmt),
                    sample_rate=written.fmt.sample_rate,
                    n_samples=written.n_samples,
                    integrated_lufs=round(figures.integrated_lufs, 3),
                    true_peak_dbtp=round(figures.true_peak_dbtp, 3),
                    within_promise=ok,
                )
            )
            if written.ceiling_dbtp < written.first_ceiling_dbtp - WORTH_A_WORD_DB and written.fmt.is_lossy:
                warnings.append(
                    f"{_format_name(written.fmt)} overshoots: limited to {written.ceiling_dbtp:.1f} dBTP, "
                    f"so that what decodes from it stays at {figures.true_peak_dbtp:.1f} dBTP."
                )
            if written.n_samples != n_expected:
                warnings.append(
                    f"{_format_name(written.fmt)} decodes to {written.n_samples} samples instead of {n_expected}."
                )
        lowered = max(checks, key=lambda check: check.lowered_db, default=None)
        if lowered is not None and lowered.lowered_db > 0:
            warnings.append(
                f"The ceiling was lowered by {lowered.lowered_db:.1f} dB "
                f"to {plan.ceiling_dbtp - lowered.lowered_db:.1f} dBTP, so that the codecs checked do not clip."
            )
        duration_s = song.figures.duration_s
        after = Measurement.from_meter(main.figures)
        mono = song.n_channels == 1
        result = MasterResult(
            title=name,
            deliverables=tuple(deliverables),
            report_html=None,
            report_json=None,
            mode=plan.mode,
            preset=self.params.preset,
            genre=self.params.genre,
            resembles=plan.resembles,
            target_lufs=plan.target_lufs,
            ceiling_dbtp=plan.ceiling_dbtp,
            target_reached=abs(main.loudness_error_lu(plan.target_lufs)) <= 0.1,
            before=Measurement.from_meter(song.figures),
            after=after,
            eq_curve=tuple(
                Band(frequency_hz=float(hz), gain_db=round(float(db), 2))
                for hz, db in zip(plan.bands_hz, plan.eq_db, strict=True)
            ),
            target_curve=tuple(
                Band(frequency_hz=float(hz), gain_db=round(float(db), 2))
                for hz, db in zip(plan.bands_hz, plan.target_shape_db, strict=True)
                if math.isfinite(db)
            ),
            reduction_curve_db=tuple(
                round(float(db), 2)
                for db in reduction_curve(main.solution.nodes, min(CURVE_POINTS, len(main.solution.nodes)))
            ),
            notes=(
                *(StageNote(stage=note.stage, text=note.text) for note in plan.notes),
                *_work_notes(chain, main, plan),
            ),
            gain_reduction=_reductions(chain, main),
            platforms=tuple(
                platform_outcome(key, platform, main.figures.integrated_lufs, main.figures.true_peak_dbtp, is_mono=mono)
                for key, platform in catalogue().platform.items()
            ),
            codec_checks=checks,
            warnings=tuple(warnings),
            speed=_speed(started, duration_s),
        )
        if self.params.report:
            result = self._report(result, song, plan, main, stem, publish, started, tell)
        tell(1.0, "done")
        return result

    def _report(
        self,
        result: MasterResult,
        song: Song,
        plan: Plan,
        main: Written,
        stem: str,
        publish: Publish,
        started: tuple[float, float],
        tell: Tell,
    ) -> MasterResult:
        from tonmeister.capabilities.mastering.report import write_report

        tell(0.97, "reporting")
        pictures = _pictures(song, plan, main)
        html, data = self.ctx.folder / f"{stem}.html", self.ctx.folder / f"{stem}.json"
        data.write_text(result.model_dump_json(indent=1), encoding="utf-8")
        result = result.model_copy(update={"report_json": publish(data, f"{stem}-master.json")})
        write_report(html, result, pictures)
        speed = _speed(started, song.figures.duration_s)
        return result.model_copy(update={"report_html": publish(html, f"{stem}-master.html"), "speed": speed})


def _speed(started: tuple[float, float], duration_s: float) -> Speed:
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return Speed(wall_s=round(wall, 3), cpu_s=round(cpu, 3), real_time_ratio=round(duration_s / max(cpu, 1e-6), 1))


def _format_name(fmt: OutputFormat) -> str:
    name = ALLOWED[fmt.container].name
    if fmt.is_lossy:
        return f"{name} {fmt.kbps} kbit/s"
    return f"{name} {'32 bit float' if fmt.bit_depth == 32 else f'{fmt.bit_depth} bit'}"


def _missed(written: Written, plan: Plan) -> list[str]:
    error = written.loudness_error_lu(plan.target_lufs)
    if abs(error) <= 0.1:
        return []
    name, target = _format_name(written.fmt), f"{plan.target_lufs:.1f} LUFS"
    if written.solution.is_held:
        more = (
            "" if plan.max_gain_reduction_db >= MOST_REDUCTION_DB else "Allow more with --max-gain-reduction-db, or c"
        )
        return [
            f"{name}: the target of {target} was missed by {-error:.1f} LU: reaching it would take more than "
            f"{plan.max_gain_reduction_db:.1f} dB of limiting (400 ms means, 95 % of the loud passages). "
            f"{more or 'C'}hoose a lower target."
        ]
    return [f"{name}: the loudness is off its target of {target} by {error:+.2f} LU."]


def _reductions(chain: Chain, main: Written) -> tuple[GainReduction, ...]:
    deepest, mean, active = reduction_figures(main.solution.nodes)
    rows = [*chain.dynamic_log.rows(), *chain.compressor_log.rows(), ("limiter", deepest, mean, active)]
    return tuple(
        GainReduction(stage=stage, max_db=round(most, 2), mean_db=round(usual, 2), active_percent=round(share, 1))
        for stage, most, usual, share in rows
    )


def _work_notes(chain: Chain, main: Written, plan: Plan) -> tuple[StageNote, ...]:
    notes = []
    for name, deepest, _, active in chain.dynamic_log.rows():
        if name == "de-esser" and deepest >= 0.5:
            notes.append(
                StageNote(
                    stage="de-esser",
                    text=f"Took up to {deepest:.1f} dB off hisses, more than 0.5 dB in {active:.0f} % of the time.",
                )
            )
    rows = [row for row in chain.compressor_log.rows() if row[1] >= 0.3]
    if rows:
        words = ", ".join(f"{name} up to {deepest:.1f} dB" for name, deepest, _, _ in rows)
        notes.append(StageNote(stage="compressor at work", text=f"Took {words}."))
    deepest, mean, active = reduction_figures(main.solution.nodes)
    gain_db = main.solution.gain_db + plan.input_gain_db
    notes.append(
        StageNote(
            stage="limiter",
            text=f"Had nothing to do at {gain_db:+.1f} dB against the mix."
            if deepest < 0.05
            else f"At {gain_db:+.1f} dB against the mix it took up to {deepest:.1f} dB off peaks "
            f"(mean {mean:.2f} dB, above 0.5 dB for {active:.0f} % of the time).",
        )
    )
    return tuple(notes)


def _pictures(song: Song, plan: Plan, main: Written) -> PictureData:
    after = portrait_of(main.figures)
    bands = plan.bands_hz
    return PictureData(
        duration_s=song.figures.duration_s,
        waveform_before=song.waveform,
        waveform_after=main.waveform,
        bands_hz=bands,
        before_db=levelled(bands, song.portrait.bands_db),
        after_db=np.interp(np.log(bands), np.log(after.bands_hz), after.shape_db),
        target_db=plan.target_shape_db,
        eq_db=plan.eq_db,
        loudness_hop_s=0.1,
        loudness_before_lufs=np.asarray(song.figures.short_term_curve_lufs),
        loudness_after_lufs=np.asarray(main.figures.short_term_curve_lufs),
        reduction_db=reduction_curve(main.solution.nodes, min(1200, len(main.solution.nodes))),
    )
