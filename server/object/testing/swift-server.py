"""A real S3 server for tests: OpenStack Swift with s3api, all of it in one process.

Takes a folder, listens on a free port of 127.0.0.1, prints it, and ends with its standard input.
"""
import os
import sys
import threading

import eventlet

eventlet.monkey_patch(thread=False)

from eventlet import wsgi
from swift.account.server import AccountController
from swift.common import utils
from swift.common.middleware import copy, slo
from swift.common.middleware.s3api.s3api import filter_factory as s3api
from swift.common.middleware.tempauth import filter_factory as tempauth
from swift.common.ring import RingBuilder
from swift.common.storage_policy import POLICIES
from swift.container.server import ContainerController
from swift.obj.server import ObjectController
from swift.proxy.server import Application

folder = sys.argv[1]
devices = os.path.join(folder, "devices")
os.makedirs(os.path.join(devices, "disk"))
common = {
    "devices": devices,
    "swift_dir": folder,
    "mount_check": "false",
    "bind_ip": "127.0.0.1",
    "allow_versions": "f",
}
utils.HASH_PATH_SUFFIX = b"perch"


class Cache:
    """What tempauth keeps its tokens in; there is no memcached."""

    def __init__(self):
        self.kept = {}

    def get(self, key, raise_on_error=False):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def delete(self, key, **_):
        self.kept.pop(key, None)


class Quiet:
    def write(self, text):
        pass


def serve(application, listener):
    protocol = type("Protocol", (wsgi.HttpProtocol,), {"default_request_version": "HTTP/1.0"})
    eventlet.spawn(wsgi.server, listener, application, Quiet(), protocol=protocol)
    return listener.getsockname()[1]


def ring(name, port):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev(
        {"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": port, "device": "disk"}
    )
    builder.rebalance()
    path = os.path.join(folder, name + ".ring.gz")
    builder.get_ring().save(path)
    return path


listeners = {name: eventlet.listen(("127.0.0.1", 0)) for name in ("account", "container", "object")}
for name, listener in listeners.items():
    ring(name, listener.getsockname()[1])
POLICIES.default.load_ring(folder)

serve(AccountController(common), listeners["account"])
serve(ContainerController(common), listeners["container"])
serve(ObjectController(common), listeners["object"])

proxy = Application({**common, "account_autocreate": "true", "allow_account_management": "true"})
application = tempauth({}, user_perch_tester="testing .admin")(
    slo.filter_factory({})(copy.filter_factory({})(proxy))
)
application = s3api({}, s3_acl="no", location="us-east-1", force_swift_request_proxy_log="no")(application)
cache = Cache()


def cached(environment, start_response):
    environment["swift.cache"] = cache
    return application(environment, start_response)


print(serve(cached, eventlet.listen(("127.0.0.1", 0))), flush=True)

eventlet.tpool.execute(sys.stdin.read)
