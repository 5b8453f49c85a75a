"""``cleardance rules``: which findings lead to what, and putting others into force."""

from pathlib import Path

import click

from cleardance.accounts.accounts import LOCAL_ACCOUNT, principal_of
from cleardance.accounts.roles import Permission
from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.words import line
from cleardance.errors import RulesError
from cleardance.screen import rulebook
from cleardance.screen.rules import Rule, read_rules
from cleardance.screen.rules_check import parse_rules

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def rules() -> None:
    """See the rules that decide on findings, check others, and put them into force."""


@rules.command()
@click.option("--toml", "as_toml", is_flag=True, help="The whole table, to be edited.")
@json_option
@click.pass_context
def show(ctx: click.Context, as_toml: bool, as_json: bool) -> None:
    """Show the rules in force, in the order in which they are asked."""
    with open_service(ctx.obj) as service:
        kept = rulebook.in_force(service.store)
    if as_toml and not as_json:
        click.echo(kept.text, nl=False)
        return
    table = read_rules(kept.text)
    if as_json:
        body = table.model_dump(mode="json", exclude={"revision"})
        print_json({**_facts(kept), **body, "toml": kept.text})
        return
    click.echo(line("Rules", f"number {kept.number}, by {kept.activated_by}, {kept.activated_at}"))
    for rule in table.rule:
        click.echo(line(rule.decision.capitalize(), f"{_condition(rule)}  [{rule.id}]"))
    always = f"; always for {', '.join(table.unknown.always)}" if table.unknown.always else ""
    unknown = f"signals that a registered work needs and nobody could compute{always}"
    click.echo(line(table.unknown.decision.capitalize(), unknown))


@rules.command()
@click.argument("file", type=_FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Say whether the table in FILE is sound; exit code 2 and what is wrong if it is not."""
    table = parse_rules(_read(file))
    if as_json:
        print_json({"sound": True, "rules": len(table.rule)})
    else:
        click.echo(f"{len(table.rule)} rules, all sound.")


@rules.command("dry-run")
@click.argument("file", type=_FILE)
@json_option
@click.pass_context
def dry_run(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Say which verdicts of the past the table in FILE would change; nothing is changed.

    Each verdict's findings are decided again, by the rules in force and by those in FILE.
    """
    from cleardance.clearance.rules_trial import try_rules

    text = _read(file)
    with open_service(ctx.obj) as service:
        trial = try_rules(service, text)
    if as_json:
        print_json(trial.to_json())
        return
    for change in trial.changes:
        behind = ", ".join(change.rules)
        click.echo(f"{change.task_id}  {change.stage:<6}  {change.now} -> {change.then}  {behind}")
    for (now, then), verdicts in sorted(trial.counts.items()):
        if now is not then:
            click.echo(line("Changed", f"{verdicts} from {now} to {then}"))
    same = sum(n for (now, then), n in trial.counts.items() if now is then)
    click.echo(line("Same", f"{same} of {sum(trial.counts.values())} verdicts"))
    if trial.erased or trial.partial:
        gone = (
            f"{trial.erased} tasks were erased; {trial.partial} verdicts show part of the findings"
        )
        click.echo(line("Unseen", gone))


@rules.command()
@click.argument("file", type=_FILE)
@click.option("--by", default=LOCAL_ACCOUNT, show_default=True, help="The account that does it.")
@json_option
@click.pass_context
def activate(ctx: click.Context, file: Path, by: str, as_json: bool) -> None:
    """Put the table in FILE into force, from the next request on, in every process."""
    text = _read(file)
    with open_service(ctx.obj) as service:
        with service.store.read() as session:
            principal_of(session, by).require(Permission.CHANGE_RULES)
        kept = rulebook.activate(service.store, text, by)
    if as_json:
        print_json(_facts(kept))
    else:
        now = f"registry revision {kept.registry_revision}"
        click.echo(f"Rules number {kept.number} are in force from {now} on.")


@rules.command()
@json_option
@click.pass_context
def history(ctx: click.Context, as_json: bool) -> None:
    """List every table that was ever in force, newest first."""
    with open_service(ctx.obj) as service:
        kept = rulebook.history(service.store)
    if as_json:
        print_json({"history": [_facts(one) for one in kept]})
        return
    for one in kept:
        from_on = f"registry revision {one.registry_revision}"
        click.echo(
            f"{one.number:>4}  {one.activated_at}  {from_on}  {one.activated_by}  {one.sha256[:16]}"
        )


def _facts(kept: rulebook.RuleSet) -> dict[str, object]:
    return {
        "number": kept.number,
        "sha256": kept.sha256,
        "activated_by": kept.activated_by,
        "activated_at": kept.activated_at,
        "registry_revision": kept.registry_revision,
    }


def _condition(rule: Rule) -> str:
    signal = "any signal" if rule.signal == "*" else rule.signal
    near = "" if rule.max_distance is None else f" at a distance up to {rule.max_distance:g}"
    manner = "" if rule.manner is None else f", asked for as {rule.manner}"
    return f"{signal}{near}{manner}, for {rule.policy.replace('_', ' ')}"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulesError(f"{file.name} is not UTF-8.") from error
