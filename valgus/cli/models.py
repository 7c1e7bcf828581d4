"""``valgus models``: which pose models are here, fetch them ahead, verify them."""

from __future__ import annotations

import click

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP, epilog="Example: valgus models fetch full")
def models() -> None:
    """List, fetch and verify pose models.

    full is the default and comes from your package index; lite (faster) and heavy (untested here) are the
    maker's own files from the maker's server.
    """


@models.command("list", epilog="Example: valgus models list")
def list_models() -> None:
    """List the models and whether they are on this machine."""
    from valgus.backends.weights import cache_folder, cached_models

    for name, model in cached_models().items():
        default = " (default)" if name == "full" else ""
        state = "not here" if model is None else f"here, from {model.origin}, sha256 {model.sha256[:12]}"
        click.echo(f"{name + default:16} {state}")
    click.echo(f"kept in {cache_folder()}")


@models.command(epilog="Example: valgus models fetch full lite")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def fetch(names: tuple[str, ...]) -> None:
    """Fetch models ahead of time, so that everything works without a network afterwards."""
    from valgus.backends.weights import resolve
    from valgus.cli.progress import fetching

    for name in names or ("full",):
        _check_name(name)
        with fetching() as progress:
            model = resolve(name, offline=False, progress=progress)
        click.echo(f"{name}: {model.path}")


@models.command(epilog="Example: valgus models verify")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names: tuple[str, ...]) -> None:
    """Check that the models on this machine are unchanged and give the same landmarks as the whole ones."""
    from valgus.backends.weights import cached_models, same_landmarks, whole_model
    from valgus.errors import ModelDamaged

    here = [name for name, model in cached_models().items() if model is not None]
    for name in names or here:
        _check_name(name)
        model, whole = cached_models()[name], whole_model(name)
        if model is None or not same_landmarks(whole.path.read_bytes(), model.path.read_bytes()):
            raise ModelDamaged(f"The pose model '{name}' is damaged.", f"Run: valgus models fetch {name}")
        click.echo(f"{name}: unchanged, landmarks identical to the whole model")
    if not names and not here:
        click.echo("No model is here yet. Run: valgus models fetch")


@models.command(epilog="Example: valgus models path full")
@click.argument("name", default="full")
def path(name: str) -> None:
    """Print where a model lies on this machine."""
    from valgus.backends.weights import resolve

    _check_name(name)
    click.echo(resolve(name, offline=True).path)


def _check_name(name: str) -> None:
    from valgus.backends.weights import NAMES
    from valgus.errors import WrongUsage

    if name not in NAMES:
        raise WrongUsage(f"There is no pose model '{name}'.", f"Choose from: {', '.join(NAMES)}.")
