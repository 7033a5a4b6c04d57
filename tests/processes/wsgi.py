"""The portal with memos, as the process tests serve it: `PROCESSES_URL` and `PROCESSES_FOLDER` say over what."""

from __future__ import annotations

import os
from pathlib import Path

from portal import create_app
from tests.makers.papers import mount_memos, settings_for

app = create_app(settings_for(os.environ["PROCESSES_URL"], Path(os.environ["PROCESSES_FOLDER"])))
mount_memos(app)
