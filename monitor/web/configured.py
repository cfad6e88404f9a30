"""The configuration as its files say now: a page shows what was changed a moment ago, by hand or by a form."""

import logging
from dataclasses import replace

from monitor.app import App
from monitor.errors import ConfigError
from monitor.settings import Settings

log = logging.getLogger("monitor.web")

LOOKED_EVERY = 1.0  # seconds between two looks at the files


class Configured:
    """Reads the files again when one of them changed; keeps the last good configuration while they have a mistake.

    What the server itself stands on (address, token, zone) stays as it was at the start.
    """

    def __init__(self, app: App) -> None:
        from monitor.config import file_stamps

        self._app = app
        self._settings = app.settings
        self._seen = file_stamps(app.settings.config_dir)
        self._looked_at = app.clock.monotonic()

    def settings(self) -> Settings:
        """The newest that can be read."""
        from monitor.config import file_stamps

        now = self._app.clock.monotonic()
        if now - self._looked_at >= LOOKED_EVERY:
            self._looked_at = now
            seen = file_stamps(self._settings.config_dir)
            if seen != self._seen:
                self._seen = seen
                self.read()
        return self._settings

    def read(self) -> None:
        """Reads the files again, whether they seem changed or not."""
        from monitor.config import read_settings

        first = self._app.settings
        try:
            found = read_settings(first.config_dir, first.state_dir, secrets=False, origins=bool(first.origins))
        except ConfigError as error:
            log.warning("kept the last good configuration error=%s", error)
        else:
            self._settings = replace(found, web=first.web, timezone=first.timezone, database_url=first.database_url)
