"""What an operating system is given to keep monitor running."""

import shutil
import sys
from pathlib import Path

UNIT = """\
# monitor as a service: keeps running, keeps to its own folders, sees as little of the machine as it needs.
# sudo cp monitor.service /etc/systemd/system/ && sudo systemctl enable --now monitor
# Configuration in /etc/monitor, state in /var/lib/monitor; `systemctl reload monitor` takes a changed configuration.
[Unit]
Description=monitor watches news feeds and reports what was edited
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
ExecStart={command} --config /etc/monitor --state /var/lib/monitor run
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=30
# what is in hand is finished within 10 s of SIGTERM
TimeoutStopSec=30

DynamicUser=yes
StateDirectory=monitor
ConfigurationDirectory=monitor
# secrets: LoadCredential=smtp:/etc/monitor/smtp, then password = {{ file = "/run/credentials/monitor.service/smtp" }}

CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077

[Install]
WantedBy=multi-user.target
"""


def systemd_unit(command: str | None = None) -> str:
    """A hardened unit that runs this very program."""
    return UNIT.format(command=command or shutil.which("monitor") or Path(sys.executable).with_name("monitor"))
