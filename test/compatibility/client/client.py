"""Runs commands of the lab's own `openstack` in one interpreter: a JSON array of arguments per line in, a JSON object per line out."""

import contextlib
import io
import json
import logging
import sys

from openstackclient import shell

answers = sys.stdout
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    logging.getLogger("").handlers.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = shell.main(json.loads(line))
        except SystemExit as leaving:
            code = leaving.code
    print(json.dumps({"exitCode": code or 0, "stdout": out.getvalue(), "stderr": err.getvalue()}), file=answers, flush=True)
