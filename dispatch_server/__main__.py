"""The command line. Errors that a person can mend are one sentence and exit status 1."""

import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.refusals import BadInput, Forbidden, NotFound, Refused
from dispatch_server.domain.rules import BadPolicy
from dispatch_server.gis.geocoder_terms import BadGeocoders, describe_terms
from dispatch_server.main import NoMap, policy_of, store_of, wired
from dispatch_server.memory import keep_one_heap
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.protocol.words import Role
from dispatch_server.settings import BadSetting, Settings, describe, read_settings
from dispatch_server.store.backup import BackupRefused
from dispatch_server.store.schema import CannotOpen
from dispatch_server.store.store import StoreBusy
from dispatch_server.store.work import Work

if TYPE_CHECKING:
    from dispatch_server.drill.demo import Demo
    from dispatch_server.web.served import Served

app = typer.Typer(
    help="Relight: from a fault call to a proved arrival.", no_args_is_help=True, pretty_exceptions_enable=False
)
gis_app = typer.Typer(help="Map layers: check a folder, preview it, load it.", no_args_is_help=True)
user_app = typer.Typer(help="People who may sign in.", no_args_is_help=True)
app.add_typer(gis_app, name="gis")
app.add_typer(user_app, name="user")

_AT_START = (BadSetting, BadPolicy, BadGeocoders, CannotOpen, NoMap)
_MENDABLE = (*_AT_START, StoreBusy, BackupRefused, Refused, NotFound, BadInput, Forbidden)
LOOPBACK = "127.0.0.1"
AFolder = Annotated[Path, typer.Argument(help="Folder of layers with its manifest.toml.")]
PRIVATE = 0o077  # what a command writes holds callers' numbers, passwords or keys: readable by us alone


def main() -> None:
    os.umask(PRIVATE)
    keep_one_heap()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app()
    except _MENDABLE as error:
        print(in_chinese(str(error)) if _reads_chinese() else error, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"{error.filename or 'A file'} cannot be used: {error.strerror}.", file=sys.stderr)
        sys.exit(1)


@app.command()
def settings() -> None:
    """Every setting with its default and what it is for."""
    for name, default, says in describe():
        typer.echo(f"{name}{f' [{default}]' if default else ''}\n    {says}")
    typer.echo("\nIn each [[geocoders]] table of the file that RELIGHT_GEOCODERS names:\n")
    for name, default, says in describe_terms():
        typer.echo(f"{name}{f' [{default}]' if default else ''}\n    {says}")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = None,
    no_ticker: Annotated[bool, typer.Option("--no-ticker", help="Leave enforcement to `relight tick`.")] = False,
) -> None:
    """The server, with a ticker inside."""
    chosen = read_settings()
    with wired(chosen) as all_of_it, all_of_it.ground_watched():
        if no_ticker:
            _serve(all_of_it.served(), host or chosen.host, chosen.port if port is None else port, _say_ready)
        else:
            with all_of_it.ticking():
                _serve(all_of_it.served(), host or chosen.host, chosen.port if port is None else port, _say_ready)


def _serve(served: "Served", host: str, port: int, ready: Callable[[str], None]) -> None:
    from dispatch_server.web.running import run_server

    if not run_server(served, host, port, ready):
        print(f"Port {port} on {host} cannot be used; name another with --port.", file=sys.stderr)
        sys.exit(1)


def _say_ready(url: str) -> None:
    print(f"READY {url}", flush=True)


@app.command()
def tick() -> None:
    """A ticker alone; any number may run beside the servers."""
    with wired(read_settings()) as all_of_it, all_of_it.ground_watched(), all_of_it.ticking():
        print("TICKING", flush=True)
        _wait_for_a_signal()


def _wait_for_a_signal() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


@gis_app.command("check")
def gis_check(folder: AFolder) -> None:
    """Says in words what is wrong with a folder of layers."""
    from dispatch_server.services.layers import NOTE, check_folder

    complaints = check_folder(folder, _tell)
    for complaint in complaints:
        _tell(complaint)
    if any(not c.startswith(NOTE) for c in complaints):
        raise typer.Exit(1)
    _tell("It can be loaded." if complaints else "Nothing is wrong with it.")


@gis_app.command("load")
def gis_load(
    folder: AFolder,
    preview: Annotated[bool, typer.Option("--preview", help="Only says what would change.")] = False,
) -> None:
    """Loads a folder of layers: all of it or nothing."""
    from dispatch_server.services.layers import load_folder

    if preview:
        gis_preview(folder)
        return
    with store_of(read_settings()) as store:
        _tell_or_end(load_folder(store, folder, _tell))


@gis_app.command("preview")
def gis_preview(folder: AFolder) -> None:
    """Says what loading a folder would change: areas, calls, targets, registers. Nothing is loaded."""
    from dispatch_server.services.layer_preview import preview_folder

    chosen = read_settings()
    with store_of(chosen) as store:
        _tell_or_end(preview_folder(store, policy_of(chosen), folder, _tell))


@gis_app.command("versions")
def gis_versions() -> None:
    """Every load of layers with its author, the newest last: that one is in force."""
    from dispatch_server.services.layers import loads_told

    chosen = read_settings()
    with store_of(chosen) as store:
        for sentence in store.read(lambda reading: loads_told(reading, ZoneInfo(chosen.timezone))):
            _tell(sentence)


@gis_app.command("roads")
def gis_roads(
    file: Annotated[Path, typer.Argument(help="Extract of OpenStreetMap, .osm.pbf.")],
    folder: Annotated[Path, typer.Argument(help="Folder that gets road_nodes.csv and road_edges.csv.")],
    replaces: Annotated[bool, typer.Option("--replace", help="Write them anew where they are.")] = False,
) -> None:
    """Roads of OpenStreetMap as a layer: writes both files and says what to put into manifest.toml."""
    from dispatch_server.gis import osm

    roads = osm.read_roads(file)
    entries = osm.write_roads(roads, folder, replaces=replaces)
    for sentence in osm.told(roads):
        _tell(sentence)
    _tell("Put these entries into manifest.toml, in place of those of the same name; then run: relight gis check DIR")
    typer.echo(f"\n{entries}", nl=False)


def _tell_or_end(in_the_way: list[str]) -> None:
    for complaint in in_the_way:
        _tell(complaint)
    if in_the_way:
        _tell("Nothing was loaded.")
        raise typer.Exit(1)


def _tell(sentence: str) -> None:
    typer.echo(in_chinese(sentence) if _reads_chinese() else sentence)


def _reads_chinese() -> bool:
    """As every command finds it out: the first of these that is set."""
    return next((v for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(name))), "").startswith("zh")


@user_app.command("add")
def user_add(
    name: str,
    role: Annotated[Role, typer.Option(help="What this person may do.")],
    crew: Annotated[int | None, typer.Option(help="For role crew: the crew's id.")] = None,
    replaces: Annotated[
        bool, typer.Option("--replace", help="Gives a user who exists this role and a new password.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input; otherwise one is made.")
    ] = False,
) -> None:
    """Adds a person."""
    from dispatch_server.services.people import add_user, hash_of, require_new_name

    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(9)
    hashed = hash_of(password)

    def add(work: Work) -> None:
        if not replaces:
            require_new_name(work, name)
        add_user(work, name, role, hashed, crew)

    with store_of(read_settings()) as store:
        store.work(COMMAND_LINE, add)
    typer.echo(f"{name} may sign in as {role.value}." + ("" if password_stdin else f" Password: {password}"))


@user_app.command("disable")
def user_disable(name: str) -> None:
    """Ends a person's sessions and lets no new one begin."""
    from dispatch_server.services.people import disable_user

    with store_of(read_settings()) as store:
        store.work(COMMAND_LINE, lambda work: disable_user(work, name))
    typer.echo(f"{name} may not sign in any more.")


@user_app.command("list")
def user_list() -> None:
    """Everybody who may sign in, by role."""
    from dispatch_server.store.people import all_accounts

    with store_of(read_settings()) as store:
        for account in store.read(all_accounts):
            user = account.user
            crew = f" crew {user.crew_id}" if user.crew_id is not None else ""
            typer.echo(f"{user.role.value:<14}{user.name}{crew}{' (disabled)' if account.disabled else ''}")


def _require_database(chosen: Settings) -> None:
    """A mistyped folder must not be made, found empty, and called sound."""
    scheme, _, rest = chosen.url.partition(":///")
    if scheme == "sqlite" and not Path(rest).exists():
        raise CannotOpen(
            f"There is no database at {rest}. Name its folder in RELIGHT_DATA_DIR (the demo's: data/demo)."
        )


@app.command()
def verify() -> None:
    """Recomputes every seal and root and replays the journal; names the first bad row."""
    from dispatch_server.store.roots import root_key
    from dispatch_server.store.verifying import verify as verify_all

    chosen = read_settings()
    _require_database(chosen)
    key = root_key(chosen.key_file) if chosen.key_file.exists() else None
    with store_of(chosen) as store:
        found = store.read(lambda reading: verify_all(reading, key))
    if found.wrong is not None:
        typer.echo(found.wrong)
        raise typer.Exit(1)
    typer.echo(f"Sound: {found.facts} facts of {found.subjects} subjects, {found.roots} signed roots.")
    if key is None and found.roots:
        typer.echo(
            f"NOT CHECKED: the signatures of the roots, since there is no key at {chosen.key_file}. "
            "Bring root.key from the server that signed them, or name it in RELIGHT_ROOT_KEY."
        )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write or to replace as a whole.")],
) -> None:
    """A consistent copy of everything, while the servers run."""
    from dispatch_server.store import backup as copying

    chosen = read_settings()
    _require_database(chosen)
    with store_of(chosen) as store:
        held = copying.backup(store, file)
    typer.echo(f"{file} holds {sum(t.rows for t in held.tables)} rows of {len(held.tables)} tables.")
    typer.echo(
        f"It does not hold the key at {chosen.key_file}, the policy file or the settings: keep copies elsewhere."
    )


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `relight backup` wrote.")]) -> None:
    """Fills an empty database from a backup; refuses one that holds anything."""
    from dispatch_server.store import backup as copying

    chosen = read_settings()
    held = copying.restore(chosen.url, file)
    typer.echo(f"Restored {sum(t.rows for t in held.tables)} rows of {len(held.tables)} tables.")
    if chosen.key_file.exists():
        typer.echo(f"The roots are checked with the key at {chosen.key_file}: it must be the old server's.")
    else:
        typer.echo(f"The key that signs the daily roots is in no backup: bring root.key to {chosen.key_file}.")
    typer.echo("Bring the policy file (RELIGHT_POLICY) and the settings too, if there are any. Now run: relight verify")


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Folder that keeps the demo; the same folder goes on.")] = Path(
        "data/demo"
    ),
    quiet_callers: Annotated[bool, typer.Option("--quiet-callers", help="No invented calls.")] = False,
    quiet_crews: Annotated[bool, typer.Option("--quiet-crews", help="Crews on duty that do nothing.")] = False,
    faster: Annotated[float, typer.Option(min=0.1, max=1000, help="Calls come this many times as often.")] = 1.0,
) -> None:
    """The Loudi sample with invented callers and crews, on this machine only."""
    from dispatch_server.drill.demo import DEMO_POLICY, Demo, alone_in

    chosen = replace(
        Settings(), data_dir=data_dir, database_url=f"sqlite:///{data_dir / 'relight.db'}", gis_dir=SAMPLE, port=port
    )
    with (
        alone_in(data_dir),
        wired(chosen, policy_text=DEMO_POLICY) as all_of_it,
        all_of_it.ground_watched(),
        all_of_it.ticking(),
    ):
        acting = Demo(all_of_it.store, all_of_it.ground, data_dir)
        people = acting.prepare()
        with _acting(acting, quiet_callers, quiet_crews, faster):

            def ready(url: str) -> None:
                acting.announce(url)
                for person in people:
                    print(f"{person.role:<14}{person.name:<16}{person.password}")
                _say_ready(url)

            _serve(all_of_it.served(), LOOPBACK, port, ready)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def tablet(context: typer.Context) -> None:
    """The crew's app in a desktop window: --server URL, --data-dir DIR, and what its own --help says."""
    sys.exit(subprocess.run([sys.executable, "-m", "mobile_app", *context.args], check=False).returncode)


@app.command()
def drill(
    scenario: Annotated[str, typer.Option(help="weeks, year, summer, thunderstorm or ice.")] = "weeks",
    policy: Annotated[list[str] | None, typer.Option(help="ours, own, nearest, board or all; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed brings the same faults to every policy.")] = 1,
    days: Annotated[int | None, typer.Option(help="How many days; the scenario's own number otherwise.")] = None,
    replay: Annotated[str | None, typer.Option(help="A past day of this database: 2026-05-01.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the rows (CSV) and the picture (SVG).")] = Path("data/drill"),
) -> None:
    """Plays invented days under a simulated clock: policies side by side, by the real services and rules."""
    from dispatch_server.drill.command import Asked, run
    from dispatch_server.workers.ticker import Ticker

    chosen = read_settings()
    asked, layers = Asked(scenario, policy or ["ours"], seed, days, out, replay), chosen.gis_dir or SAMPLE
    if replay is None:
        run(asked, layers, policy_of(chosen), Ticker, typer.echo)
        return
    _require_database(chosen)
    with store_of(chosen) as past:
        run(asked, layers, policy_of(chosen), Ticker, typer.echo, past)


@contextmanager
def _acting(acting: "Demo", quiet_callers: bool, quiet_crews: bool, faster: float) -> Iterator[None]:
    acting.start(quiet_callers=quiet_callers, quiet_crews=quiet_crews, faster=faster)
    try:
        yield
    finally:
        acting.stop()


SAMPLE = Path(__file__).parent.parent / "gis_data" / "loudi"

if __name__ == "__main__":
    main()
