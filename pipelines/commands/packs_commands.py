"""`foley packs`: which regions there are, what is in one, and whether one of your own is valid."""

from typing import Annotated

import typer
from rich.table import Table

from foley_core.errors import StylePackError
from foley_core.storage.addresses import local_path, refuse_no_path
from foley_core.styles.pack import StylePack, available_packs, load_pack
from foley_core.styles.pack_schema import Layer, Motif
from pipelines.screen import screen

packs = typer.Typer(
    help="List, show and check style packs: how regions sound.", no_args_is_help=True
)

Folders = Annotated[
    list[str] | None,
    typer.Option("--folder", help="Folder or s3://… with packs of your own; repeat for several."),
]


@packs.command("list")
def list_packs(folder: Folders = None) -> None:
    """List the packs that a job can name, with versions and digests."""
    table = Table()
    for head in ("pack", "version", "regions", "LUFS", "motifs", "sha256"):
        table.add_column(head, no_wrap=head != "regions")
    faults: list[str] = []
    for name in available_packs(folder or ()):
        try:
            pack = load_pack(name, folder or ())
        except StylePackError as error:
            faults.append(str(error))
            continue
        loudness = f"{pack.mix.loudness_lufs:g}"
        places, motifs = " ".join(pack.regions) or "–", str(len(pack.motifs))
        table.add_row(name, pack.version, places, loudness, motifs, pack.sha256[:12])
    screen().print(table)
    if faults:
        raise StylePackError("some packs are not valid", tuple(faults))


@packs.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The pack, as a job names it.")],
    folder: Folders = None,
) -> None:
    """Show what a pack makes of every scene, and its settings.

    Motifs and substitutions are among them; fallbacks are merged in.
    """
    print_pack(load_pack(name, folder or ()))


@packs.command("check")
def check(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A pack's own folder, or s3://…/name.")
    ],
    folder: Folders = None,
) -> None:
    """Check whether a pack and its fallbacks are valid.

    Every fault is listed with its place.
    """
    refuse_no_path(path)
    own = local_path(path)
    if own is None:
        parent, _, name = path.rstrip("/").rpartition("/")
        pack = load_pack(name, [parent, *(folder or ())])
    else:
        pack = load_pack(own, [str(own.resolve().parent), *(folder or ())])
    print(f"{pack.name} {pack.version} is valid; sha256 {pack.sha256}")


def print_pack(pack: StylePack) -> None:
    """A pack as tables, fallbacks merged in."""
    console = screen()
    console.print(f"{pack.name} {pack.version}  {', '.join(pack.regions)}  {pack.licence}")
    console.print(f"sha256 {pack.sha256}", soft_wrap=True)
    mix = pack.mix
    console.print(f"{mix.loudness_lufs:g} LUFS, {mix.true_peak_dbtp:g} dBTP")
    beds = Table("scene", "layer", "dB", "density", "times", "style", title="ambience")
    for scene, layers in sorted(pack.ambience.items()):
        for layer in layers:
            beds.add_row(scene, *_layer(layer))
    motifs = Table("motif", "sound", "scenes", "when", "times", "dB", title="motifs")
    for column in (*beds.columns, *motifs.columns):
        column.overflow = "fold"  # names are typed into packs, so none is cut off
    for motif in pack.motifs:
        motifs.add_row(*_motif(motif, pack))
    console.print(beds, motifs)
    for old, new in sorted(pack.substitutions.items()):
        console.print(f"{old} → {new}")
    for what, text in (("prompt", pack.prompt.text), ("negative prompt", pack.prompt.avoid)):
        console.print(f"{what}: {text or '–'}")


def _layer(layer: Layer) -> tuple[str, str, str, str, str]:
    style = ", ".join(f"{name} {amount:+g}" for name, amount in layer.style.amounts.items())
    return (
        layer.composition or str(layer.sound_class),
        f"{layer.level_db:+g}",
        f"{layer.density:g}",
        ", ".join(layer.times) or "any",
        style,
    )


def _motif(motif: Motif, pack: StylePack) -> tuple[str, str, str, str, str, str]:
    trigger = f"after {', '.join(motif.after)}" if motif.after else f"{motif.per_minute:g} a minute"
    return (
        motif.name,
        pack.composition_of(motif) or str(motif.sound_class),
        ", ".join(motif.scenes),
        trigger,
        ", ".join(motif.times) or "any",
        f"{motif.level_db:+g}",
    )
