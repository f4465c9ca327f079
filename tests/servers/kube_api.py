# SPDX-License-Identifier: Apache-2.0
"""An API server of a few scripted scenes, one per path prefix, for what a real one will not do on demand.

The scenes are in kube_scenes/. Prints NAME=VALUE lines, then "ready". Ends when its standard input ends.
"""

import serving
from kube_scenes.apply import Apply
from kube_scenes.calls import Calls
from kube_scenes.cluster import Cluster
from kube_scenes.credentials import Credentials
from kube_scenes.discovery import Discovery
from kube_scenes.faults import Faults
from kube_scenes.waiting import Waiting
from kube_scenes.watch import Watch


class Handler(Discovery, Calls, Faults, Credentials, Watch, Cluster, Apply, Waiting):
    pass


def begin(authority):
    authority.issue("expired", None, start="20200101000000Z", end="20210101000000Z")
    authority.issue("early", None, start="20900101000000Z", end="20910101000000Z")


serving.run(Handler, begin)
