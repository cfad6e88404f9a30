"""Configuration: TOML files and the environment become `Settings`, or every mistake at once with its place."""

from monitor.config.places import config_place, config_places, file_stamps, holds_config, state_place
from monitor.config.read import MAIL_TARGET, read_settings

__all__ = ["MAIL_TARGET", "config_place", "config_places", "file_stamps", "holds_config", "read_settings", "state_place"]
