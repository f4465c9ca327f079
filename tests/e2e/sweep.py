# SPDX-License-Identifier: Apache-2.0
"""What a test that failed left in the cluster goes, by force, so that it does not draw others with it.

It knows nothing of sandstrap: whatever was not there before is deleted, and finalizers are taken off."""

import http.client

from inventory import Inventory
from lab import until

LIMIT_S = 300
# They answer for others: while they are there, what they are asked about cannot be deleted.
FIRST = {"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"}
OF_KUBERNETES = ("kubernetes.io/", ".k8s.io")  # its own finalizers come off when their work is done


def sweep(lab, observer, before):
    """Makes the cluster what it was before; there is nothing to do after a test that passed."""
    for action in ("start", "resume"):  # whichever it needs
        lab.tool("daemon", "cp", "kube-apiserver", action, check=False)
    now = until(lambda: seen(observer), LIMIT_S, "the API server answers")
    gone = now.went(before)
    if not now.came(before) and not gone:
        return
    try:
        until(lambda: is_clean(observer, before), LIMIT_S, "what a failed test left is gone")
    except AssertionError as error:
        raise AssertionError(f"{error}: {Inventory(observer).came(before)}") from None
    assert not gone, f"nobody can bring these back: {gone}"


def seen(observer):
    try:
        return Inventory(observer)
    except (AssertionError, OSError, http.client.HTTPException, KeyError, ValueError):
        return None


def is_clean(observer, before):
    """Deletes what came once more, and says whether nothing did."""
    now = seen(observer)
    came = now.came(before) if now else []
    for key in sorted(came, key=lambda key: key[1] not in FIRST):
        remove(observer, now, key)
    return now is not None and not came


def remove(observer, now, key):
    meta, path = now.objects[key], now.path(key)
    if "deletionTimestamp" not in meta or key[1] == "Pod":
        observer.delete(path)
        return
    left = meta.get("finalizers", [])
    kept = [one for one in left if "." not in one or any(word in one for word in OF_KUBERNETES)]
    if len(kept) < len(left):
        observer.patch(path, {"metadata": {"finalizers": kept}}, "merge")
