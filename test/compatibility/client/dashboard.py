"""Calls Watcher's client library as its Horizon panels do: a JSON array `[version, manager, method, arguments]` per line in, the
reply per line out."""

import json
import os
import sys

from keystoneauth1 import loading
from watcherclient import client as watcher
from watcherclient.common.apiclient import base

auth = loading.get_plugin_loader("password").load_from_options(
    **{name: os.environ["OS_" + name.upper()] for name in (
        "auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name")})
session = loading.session.Session().load_from_options(auth=auth)
token = session.get_token()
endpoint = session.get_endpoint(
    service_type="infra-optim", interface="public", region_name=os.environ["OS_REGION_NAME"])


def client(version):
    return watcher.get_client(
        "1", watcher_url=endpoint, insecure=False, ca_file=None, username=os.environ["OS_USERNAME"],
        os_auth_token=token, os_infra_optim_api_version=version)


def plain(value):
    if isinstance(value, tuple):  # of json_request: the response and its body
        return value[1]
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.to_dict() if isinstance(value, base.Resource) else value


for line in sys.stdin:
    version, manager, method, arguments = json.loads(line)
    try:
        answer = getattr(getattr(client(version), manager), method)(**arguments)
        reply = {"answer": plain(answer)}
    except Exception as error:
        reply = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(reply), flush=True)
