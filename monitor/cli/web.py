"""`serve`: the pages without polling."""

import click

from monitor.cli.face import Face, pass_face, say


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Where to listen; [web] listen, else 127.0.0.1:8484. Other addresses need [web] token.")
@pass_face
def serve(face: Face, listen: str | None) -> None:
    """The pages and the API over what is stored, without polling.

    Beside a daemon it reads, and what a form wishes (poll now, pause) the daemon does. `monitor run` serves the same pages when
    [web] is set.
    """
    from monitor.errors import UsageError

    try:
        from monitor.web.server import serve as serve_pages
    except ModuleNotFoundError as error:
        raise UsageError(f"the pages need the package '{error.name}'", hint="pip install 'monitor[web]'") from error
    app = face.app()
    try:
        serve_pages(app, listen, ready=lambda address: say(f"serving {address}, Ctrl-C ends it"))
    finally:
        app.close()
