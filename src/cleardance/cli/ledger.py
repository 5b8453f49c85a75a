"""``cleardance ledger``: the public record of everything that happened."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.words import line
from cleardance.errors import LedgerInvalid, UsageError

if TYPE_CHECKING:
    from cleardance.ledger.note import PublicKey

_folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def ledger() -> None:
    """Check and sign the public record of what happened."""


@ledger.command()
@json_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Recompute the whole ledger; name the first row, leaf, node or checkpoint that was changed.

    Exit code 5 if anything was, or if the newest checkpoint lacks the cosignatures of witnesses
    that the settings ask for.
    """
    from cleardance.clearance.service import open_service
    from cleardance.ledger import witness
    from cleardance.ledger.verify import verify as verify_store

    with open_service(ctx.obj) as service:
        found = verify_store(service.store, service.ledger_keys.publics)
        settings = service.settings
        if settings.witness_quorum:
            witness.require(
                service.newest_checkpoint(),
                [one.key for one in service.witnesses],
                settings.witness_quorum,
            )
    facts = {"size": found.size, "signed_size": found.signed_size, "root": found.root.hex()}
    if as_json:
        print_json({"verified": True, **facts, "checkpoints": found.checkpoints})
        return
    click.echo(line("Verified", f"{found.size} entries and every node; root {found.root.hex()}"))
    unsigned = found.size - found.signed_size
    note = f"; the last {unsigned} entries are not signed yet" if unsigned else ""
    click.echo(line("Signed", f"{found.checkpoints} checkpoints{note}"))


@ledger.command()
@json_option
@click.pass_context
def checkpoint(ctx: click.Context, as_json: bool) -> None:
    """Sign the present state of the ledger (C2SP tlog-checkpoint) and print it."""
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        note = service.checkpoint()
    if as_json:
        origin, size, root = note.splitlines()[:3]
        print_json({"checkpoint": note, "origin": origin, "size": int(size), "root": root})
    else:
        click.echo(note, nl=False)


@ledger.command()
@_folder
@json_option
@click.pass_context
def export(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Write the ledger to FOLDER as files that any web server can publish (C2SP tlog-tiles)."""
    from cleardance.clearance.service import open_service
    from cleardance.ledger.export import export as export_store

    with open_service(ctx.obj) as service:
        service.checkpoint()
        done = export_store(service.store, service.ledger_keys, folder)
        key = str(service.ledger_keys.publics[0])
    if as_json:
        print_json({"size": done.size, "files": done.files, "path": str(folder), "key": key})
        return
    click.echo(line("Exported", f"{done.size} entries, {done.files} new files in {folder}"))
    click.echo(
        line(
            "Key",
            f"{key}\n(publish it elsewhere too: whoever checks must not take it from these files)",
        )
    )


@ledger.command()
@_folder
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Public key to trust.")
@click.option(
    "--kept",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint that you kept; the ledger must continue it.",
)
@click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="A witness to believe.")
@click.option("--quorum", type=click.IntRange(min=0), default=0, help="How many must have signed.")
@json_option
def check(
    *,
    folder: Path,
    keys: tuple[str, ...],
    kept: tuple[Path, ...],
    witnesses: tuple[str, ...],
    quorum: int,
    as_json: bool,
) -> None:
    """Check an export of any ledger in FOLDER, with no home and no database.

    Without --key the keys in the export are used, which shows only that it agrees with itself.
    """
    from cleardance.ledger.check_export import check_export, published_keys

    notes = [path.read_text("utf-8") for path in kept]
    trusted = _keys(keys) or published_keys(folder)
    found = check_export(folder, trusted, notes, _keys(witnesses), quorum)
    facts = {"size": found.size, "signed_size": found.signed_size, "root": found.root.hex()}
    if as_json:
        print_json({"verified": True, **facts, "key_given": bool(keys)})
        return
    click.echo(line("Verified", f"{found.size} entries and every tile; root {found.root.hex()}"))
    click.echo(line("Signed", f"{found.checkpoints} checkpoints"))
    if not keys:
        click.echo(line("Key", f"{trusted[0]}\n(from the export itself: compare it)"))


@ledger.command("check-report")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Public key to trust.")
@json_option
def check_report(*, file: Path, keys: tuple[str, ...], as_json: bool) -> None:
    """Check every proof in the report of a notice in FILE, JSON, with no home and no database.

    Without --key the key in the report is used, which shows only that it agrees with itself.
    """
    from cleardance.ledger import check_report as checker

    report = _document(file, "a report of a notice")
    trusted = _keys(keys) or _keys((str(report["ledger_key"]),))
    found = checker.check_report(report, trusted)
    if as_json:
        print_json({"verified": True, **vars(found), "key_given": bool(keys)})
        return
    click.echo(
        line(
            "Verified",
            f"{found.proofs} entries about {found.instances} instances and {found.notice}",
        )
    )
    click.echo(line("Signed", f"in a ledger of {found.size} entries"))
    if not keys:
        click.echo(line("Key", f"{trusted[0]}\n(from the report itself: compare it)"))


@ledger.command("check-record")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Public key to trust.")
@click.option(
    "--media",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file that it should be about.",
)
@json_option
def check_record(*, file: Path, keys: tuple[str, ...], media: Path | None, as_json: bool) -> None:
    """Check the clearance record in FILE, JSON: every proof, the prompt, the verdicts, the file.

    Needs no home and no database. Without --key the key in the record is used, which shows only
    that it agrees with itself.
    """
    from cleardance.ledger import check_record as checker

    record = _document(file, "a clearance record")
    trusted = _keys(keys) or _keys((str(record["ledger_key"]),))
    found = checker.check_record(record, trusted)
    if media is not None:
        checker.check_media(found, media)
    if as_json:
        facts = {"key_given": bool(keys), "media_checked": media is not None}
        print_json({"verified": True, **vars(found), **facts})
        return
    click.echo(
        line("Verified", f"{found.proofs} entries and {found.verdicts} verdicts on {found.task}")
    )
    click.echo(line("Signed", f"in a ledger of {found.size} entries"))
    click.echo(line("File", f"SHA-256 {found.sha256}" if found.sha256 else "none was released"))
    if not keys:
        click.echo(line("Key", f"{trusted[0]}\n(from the record itself: compare it)"))


def _document(file: Path, what: str) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text("utf-8"))
        document["ledger_key"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LedgerInvalid(f"{file.name} is not {what}.") from error
    return dict(document)


@ledger.command()
@click.argument("index", type=click.IntRange(min=0))
@click.option(
    "--since", type=click.IntRange(min=0), help="Also prove that nothing changed since this size."
)
@json_option
@click.pass_context
def prove(ctx: click.Context, index: int, since: int | None, as_json: bool) -> None:
    """Print entry INDEX with the proof that it is in the ledger, for anybody to verify."""
    from cleardance.clearance.service import open_service
    from cleardance.ledger.history import proof_of

    with open_service(ctx.obj) as service:
        service.checkpoint()
        with service.store.read() as connection:
            proof = proof_of(connection, index, since)
    if as_json:
        print_json(proof.model_dump(exclude_none=True))
        return
    click.echo(line("Entry", f"{index}: {proof.entry}"))
    click.echo(line("Proof", " ".join(proof.path) or "none needed: it is the only entry"))
    if proof.consistency is not None:
        click.echo(line("Since", f"{since}: {' '.join(proof.consistency.path)}"))
    click.echo(proof.checkpoint, nl=False)


@ledger.command("rotate-key")
@json_option
@click.pass_context
def rotate_key(ctx: click.Context, as_json: bool) -> None:
    """Sign checkpoints with a new key from now on; the ledger tells everyone, the old key dies."""
    from cleardance.clearance.service import open_service
    from cleardance.ledger.rotation import rotate

    with open_service(ctx.obj) as service:
        new = rotate(service.store, service.store.home.keys, service.settings.origin)
    if as_json:
        print_json({"key": str(new.public), "retired": [str(key) for key in new.retired]})
    else:
        click.echo(line("New key", str(new.public)))


@ledger.command("ask-witness")
@click.option("--old", type=click.IntRange(min=0), default=0, help="The size it has seen before.")
@click.pass_context
def ask_witness(ctx: click.Context, old: int) -> None:
    """Print the request that a witness signs, to carry to one that `cosign` cannot ask."""
    from cleardance.clearance.service import open_service
    from cleardance.ledger import log, note, witness

    with open_service(ctx.obj) as service:
        signed = service.checkpoint()
        size = note.Checkpoint.parse(note.split(signed)[0]).size
        with service.store.read() as connection:
            path = log.prove_consistency(connection, old, size).path
    click.echo(witness.request_body(old, path, signed), nl=False)


@ledger.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@json_option
@click.pass_context
def cosign(ctx: click.Context, file: TextIO | None, as_json: bool) -> None:
    """Have the newest checkpoint cosigned by the witnesses that the settings name.

    Asks those with a URL (C2SP tlog-witness), and fails while fewer sign than the settings ask
    for. With FILE, a checkpoint of ours with their lines under it, keeps those instead.
    """
    from cleardance.clearance.service import open_service
    from cleardance.ledger import cosigning, log, witness

    with open_service(ctx.obj) as service:
        known = [one.key for one in service.witnesses]
        if not known:
            raise UsageError("The settings name no witnesses.", hint="Set: witnesses = [KEY, …]")
        if file is not None:
            note = log.add_cosignatures(service.store, file.read(), known)
        else:
            quorum = max(1, service.settings.witness_quorum)
            note = cosigning.gather(service.store, service.checkpoint(), service.witnesses, quorum)
    names = [found.witness.name for found in witness.cosignatures(note, known)]
    if as_json:
        print_json({"checkpoint": note, "witnesses": names})
    else:
        click.echo(line("Cosigned", ", ".join(names) or "by nobody we know"))


def _keys(texts: tuple[str, ...]) -> list["PublicKey"]:
    from cleardance.ledger.note import PublicKey

    return [PublicKey.parse(text) for text in texts]
