"""The application, for the server and for `flask --app wsgi portal …`."""

import sys

from portal import create_app
from portal.settings import HalfConfigured
from portal.web.logs import set_logs

try:
    app = create_app()
    set_logs(app)
except HalfConfigured as fault:
    print(f"portal: {fault}", file=sys.stderr)
    sys.exit(3)  # gunicorn's word for a worker that cannot boot: it stops instead of trying for ever
