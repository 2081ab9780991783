"""Changes that people make to a plan, each a new version; and what differs between two versions, in words.

All are pure: a plan in, a plan out. Cost and broken rules are judged anew by ``mash_plan``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.plan import one_after_the_other
from tonmeister.core.errors import ChoiceUnknownError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tonmeister.capabilities.mashing.params import PhraseRow
    from tonmeister.capabilities.mashing.plan import Effect, Layer, MashStem, Plan, PlanSong, TimelineSection

OPEN = "?"
BACKING_STEMS: tuple[MashStem, ...] = ("drums", "bass", "other")
SHORT_FADE_S = 0.02


def set_volume_db(plan: Plan, section: int, layer: int, volume_db: float) -> Plan:
    """Set the level of a layer; sections and layers are numbered from 0."""
    return _with_layer(plan, section, layer, {"volume_db": volume_db})


def set_effects(plan: Plan, section: int, layer: int, effects: Sequence[Effect]) -> Plan:
    """Set the effects of a layer."""
    return _with_layer(plan, section, layer, {"effects": tuple(effects)})


def remove_layer(plan: Plan, section: int, layer: int) -> Plan:
    """Take a layer out of a section; a section without its lead has none."""
    held = _section(plan, section)
    gone = _layer(held, layer)
    layers = tuple(each for each in held.layers if each is not gone)
    update: dict[str, object] = {"layers": layers}
    if gone.role == "lead" and not any(each.role == "lead" for each in layers):
        update |= {"lead": None, "score_percent": None}
    return _with_sections(plan, _replaced(plan, section, held.model_copy(update=update)))


def choose_lead(plan: Plan, phrases: Sequence[PhraseRow], section: int, lead: str | None) -> Plan:
    """Let another phrase lead a section, or none."""
    held = _section(plan, section)
    layers = [layer for layer in held.layers if layer.role != "lead"]
    if lead is not None:
        row = _row(phrases, lead)
        layers.insert(0, _fresh(plan, held, row, _lead_stem(plan, phrases, row.songId), "lead"))
    changed = held.model_copy(update={"lead": lead, "layers": tuple(layers), "score_percent": None, "description": ""})
    return _with_sections(plan, _replaced(plan, section, changed))


def choose_backing(plan: Plan, phrases: Sequence[PhraseRow], section: int, backing: str) -> Plan:
    """Let another phrase back a section: its drums, its bass and the rest."""
    held = _section(plan, section)
    row = _row(phrases, backing)
    kept = [layer for layer in held.layers if layer.role == "lead"]
    stems = [layer.stem for layer in held.layers if layer.role == "backing"] or list(BACKING_STEMS)
    fresh = [_fresh(plan, held, row, stem, "backing") for stem in dict.fromkeys(stems)]
    update = {
        "backing": backing, "drums": None, "layers": (*kept, *fresh), "score_percent": None, "description": "",
    }  # fmt: skip
    return _with_sections(plan, _replaced(plan, section, held.model_copy(update=update)))


def move_section(plan: Plan, section: int, to: int) -> Plan:
    """Move a section to another place; the others close up."""
    _section(plan, section)
    timeline = list(plan.masterplan.timeline)
    timeline.insert(min(max(0, to), len(timeline) - 1), timeline.pop(section))
    return _with_sections(plan, timeline)


def remove_section(plan: Plan, section: int) -> Plan:
    """Take a section out; the others close up."""
    _section(plan, section)
    timeline = [each for n, each in enumerate(plan.masterplan.timeline) if n != section]
    if not timeline:
        raise ParameterError("A plan needs a section.", field="section", value=section, remedy="Keep one.")
    return _with_sections(plan, timeline)


def open_section(plan: Plan, section: int) -> Plan:
    """Free a section, so that ``mash_plan`` plans it again."""
    held = _section(plan, section)
    freed = held.model_copy(update={"backing": OPEN, "lead": None, "drums": None, "layers": (), "description": ""})
    return _with_sections(plan, _replaced(plan, section, freed))


def compare_plans(old: Plan, new: Plan) -> tuple[str, ...]:
    """Return what differs, in words, section by section."""
    found = []
    before, after = old.masterplan, new.masterplan
    if before.title != after.title:
        found.append(f"title: {before.title} → {after.title}")
    if before.global_.targetBPM != after.global_.targetBPM:
        found.append(f"tempo: {before.global_.targetBPM:g} → {after.global_.targetBPM:g} BPM")
    if before.global_.targetKey != after.global_.targetKey:
        found.append(f"key: {before.global_.targetKey} → {after.global_.targetKey}")
    n_before, n_after = len(before.timeline), len(after.timeline)
    if n_before != n_after:
        found.append(f"sections: {n_before} → {n_after}")
    for number, (one, other) in enumerate(zip(before.timeline, after.timeline, strict=False), start=1):
        found += [f"section {number}: {change}" for change in _compare_sections(one, other)]
    return tuple(change[:300] for change in found[:400])


def _compare_sections(one: TimelineSection, other: TimelineSection) -> list[str]:
    found = []
    for name in ("label", "n_bars", "lead", "backing", "drums"):
        before, after = getattr(one, name), getattr(other, name)
        if before != after:
            found.append(f"{name.replace('n_bars', 'bars')} {_word(before)} → {_word(after)}")
    if found:
        return found
    layers = {(layer.songId, layer.stem): layer for layer in one.layers}
    for layer in other.layers:
        earlier = layers.pop((layer.songId, layer.stem), None)
        what = f"{layer.songId} {layer.stem}"
        if earlier is None:
            found.append(f"{what} added")
            continue
        if earlier.volume_db != layer.volume_db:
            found.append(f"{what} {earlier.volume_db:+g} → {layer.volume_db:+g} dB")
        if earlier.effects != layer.effects:
            found.append(f"{what} effects {_listed(earlier.effects)} → {_listed(layer.effects)}")
        if earlier.source_bar != layer.source_bar:
            found.append(f"{what} from bar {earlier.source_bar} → {layer.source_bar}")
        if earlier.shift_semitones != layer.shift_semitones:
            found.append(f"{what} moved by {earlier.shift_semitones:+d} → {layer.shift_semitones:+d} semitones")
    found += [f"{song} {stem} removed" for song, stem in layers]
    return found


def _word(value: object) -> str:
    return "none" if value is None else str(value)


def _listed(effects: Sequence[Effect]) -> str:
    return ", ".join(effects) or "none"


def _section(plan: Plan, section: int) -> TimelineSection:
    n = len(plan.masterplan.timeline)
    if not 0 <= section < n:
        raise ParameterError(
            f"section is {section}, but the plan has {n}.", field="section", value=section, bound=f"0 to {n - 1}",
            remedy="Number the sections from 0.",
        )  # fmt: skip
    return plan.masterplan.timeline[section]


def _layer(section: TimelineSection, layer: int) -> Layer:
    n = len(section.layers)
    if not 0 <= layer < n:
        raise ParameterError(
            f"layer is {layer}, but the section has {n}.", field="layer", value=layer, bound=f"0 to {n - 1}",
            remedy="Number the layers from 0.",
        )  # fmt: skip
    return section.layers[layer]


def _row(phrases: Sequence[PhraseRow], name: str) -> PhraseRow:
    for row in phrases:
        if row.id == name:
            return row
    names = [row.id for row in phrases]
    raise ChoiceUnknownError(
        f"There is no phrase {name!r}.", field="phrase", value=name, bound=names,
        remedy=f"Choose one of: {', '.join(names)}.",
    )  # fmt: skip


def _song(plan: Plan, letter: str) -> PlanSong:
    return next(song for song in plan.songs if song.songId == letter)


def _lead_stem(plan: Plan, phrases: Sequence[PhraseRow], letter: str) -> MashStem:
    """Return the stem with which a song leads elsewhere in the plan, or else its voice if it has one."""
    for section in plan.masterplan.timeline:
        for layer in section.layers:
            if layer.role == "lead" and layer.songId == letter:
                return layer.stem
    return "vocals" if any(row.vocal_share > 0 for row in phrases if row.songId == letter) else "other"


def _fresh(plan: Plan, section: TimelineSection, row: PhraseRow, stem: MashStem, role: str) -> Layer:
    from tonmeister.capabilities.mashing.plan import Layer

    song = _song(plan, row.songId)
    return Layer.model_validate(
        {
            "songId": row.songId,
            "stem": stem,
            "role": role,
            "phrase": row.id,
            "source_bar": row.start_bar,
            "n_bars": section.n_bars,
            "tempo_factor": song.tempo_factor,
            "shift_semitones": 0 if stem == "drums" else song.shift_semitones,
            "rate_percent": song.rate_percent,
            "fade_in_s": SHORT_FADE_S,
            "fade_out_s": SHORT_FADE_S,
        }
    )


def _with_layer(plan: Plan, section: int, layer: int, update: dict[str, object]) -> Plan:
    held = _section(plan, section)
    old = _layer(held, layer)
    fresh = type(old).model_validate(old.model_dump() | update)
    layers = tuple(fresh if each is old else each for each in held.layers)
    return _with_sections(plan, _replaced(plan, section, held.model_copy(update={"layers": layers})))


def _replaced(plan: Plan, section: int, fresh: TimelineSection) -> list[TimelineSection]:
    return [fresh if n == section else each for n, each in enumerate(plan.masterplan.timeline)]


def _with_sections(plan: Plan, sections: Sequence[TimelineSection]) -> Plan:
    """Return the plan with its sections one after the other, as a new version by hand."""
    placed = one_after_the_other(plan, sections)
    masterplan = plan.masterplan.model_copy(update={"timeline": tuple(placed)})
    done = plan.model_copy(update={"masterplan": masterplan})
    origin = plan.origin.model_copy(
        update={"planner": "hand", "version": plan.origin.version + 1, "changes": compare_plans(plan, done)}
    )
    return done.model_copy(update={"origin": origin})
