"""Builds Watcher's own model of the compute cluster once, with Watcher's code and configuration, beside the running service.

Prints JSON: requests by port, seconds, hosts, instances.
"""
import collections
import json
import time
from urllib.parse import urlsplit

from keystoneauth1 import session

requests = collections.Counter()
send = session.Session._send_request


def send_counted(self, url, *args, **kwargs):
    requests[str(urlsplit(url).port)] += 1
    return send(self, url, *args, **kwargs)


session.Session._send_request = send_counted

from watcher.common import clients, service  # noqa: E402
from watcher.decision_engine.model.collector import nova  # noqa: E402

service.prepare_service(['bench', '--config-file', '/etc/watcher/watcher.conf'])
started = time.monotonic()
model = nova.NovaModelBuilder(clients.OpenStackClients()).execute([])
print(json.dumps({
    'requests': requests,
    'seconds': time.monotonic() - started,
    'hosts': len(model.get_all_compute_nodes()),
    'instances': len(model.get_all_instances()),
}))
